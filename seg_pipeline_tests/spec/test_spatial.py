"""Spatially weighted indices: without space they are the plain ones, and scale tells patches from regions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from seg_pipeline.geography import BadCoordinates, Kernel
from seg_pipeline.indicators.evenness import dissimilarity
from seg_pipeline.indicators.exposure import isolation
from seg_pipeline.indicators.information import entropy
from seg_pipeline.indicators.many import many_group_dissimilarity, many_group_entropy
from seg_pipeline.indicators.registry import BadCounts, Counts, Indicator, NotApplicable
from seg_pipeline.indicators.spatial import (
    macro_micro_ratio,
    many_group_spatial_dissimilarity,
    many_group_spatial_entropy,
    profile,
    spatial_dissimilarity,
    spatial_entropy,
    spatial_isolation,
)

TIGHT = 1e-12
SIDE = 16
GRID = np.stack(np.divmod(np.arange(SIDE * SIDE), SIDE), -1) * 250.0 + (385_125, 6_671_125)
PLAIN = [(spatial_dissimilarity, dissimilarity), (spatial_entropy, entropy), (spatial_isolation, isolation)]
MANY = [
    (many_group_spatial_dissimilarity, many_group_dissimilarity),
    (many_group_spatial_entropy, many_group_entropy),
]
OF_MANY = [spatial for spatial, _ in MANY]

rows = st.lists(st.tuples(*[st.integers(0, 300)] * 3), min_size=2, max_size=40)


def nothing_around(x: Counts) -> Counts:
    return x


def city(listed: list[tuple[int, int, int]]) -> Counts:
    counts = np.array(listed, dtype=np.float64).T
    assume(counts.any(-1).all())
    return counts


def around(areas: int, bandwidth: float = 1000) -> Kernel:
    return Kernel(GRID[:areas], bandwidth)


@given(rows)
def test_without_space_they_are_the_plain_indices(listed: list[tuple[int, int, int]]) -> None:
    counts = city(listed)
    x, y, _ = counts
    for spatial, plain in PLAIN:
        assert spatial(x, y, around=nothing_around) == pytest.approx(plain(x, y), abs=TIGHT)
    for spatial, plain in MANY:
        assert spatial(counts, around=nothing_around) == pytest.approx(plain(counts), abs=TIGHT)


@given(rows)
@settings(deadline=None)
def test_two_groups_are_many_groups(listed: list[tuple[int, int, int]]) -> None:
    two, kernel = city(listed)[:2], around(len(listed))
    assert many_group_spatial_entropy(two, around=kernel) == pytest.approx(
        spatial_entropy(*two, around=kernel), abs=TIGHT
    )
    assert many_group_spatial_dissimilarity(two, around=kernel) == pytest.approx(
        spatial_dissimilarity(*two, around=kernel), abs=TIGHT
    )


@given(st.lists(st.integers(1, 500), min_size=2, max_size=60), st.integers(1, 9), st.integers(1, 9))
@settings(deadline=None)
def test_an_even_city_is_not_segregated_at_any_scale(sizes: list[int], a: int, b: int) -> None:
    size = np.array(sizes, dtype=np.float64)
    x, y = a * size, b * size
    for bandwidth in (500, 1500, 4000):
        kernel = around(len(sizes), bandwidth)
        assert spatial_entropy(x, y, around=kernel) == pytest.approx(0, abs=TIGHT)
        assert spatial_dissimilarity(x, y, around=kernel) == pytest.approx(0, abs=TIGHT)
        assert spatial_isolation(x, y, around=kernel) == pytest.approx(a / (a + b), abs=TIGHT)
        assert many_group_spatial_entropy(np.stack([x, y, x]), around=kernel) == pytest.approx(0, abs=TIGHT)


@given(rows)
@settings(deadline=None)
def test_they_stay_above_their_bounds(listed: list[tuple[int, int, int]]) -> None:
    counts = city(listed)
    x, y, _ = counts
    p, kernel = x.sum() / (x.sum() + y.sum()), around(len(listed))
    city_entropy = -p * np.log(p) - (1 - p) * np.log(1 - p)
    assert 1 - np.log(2) / city_entropy - TIGHT <= spatial_entropy(x, y, around=kernel) <= 1
    assert 0 <= spatial_dissimilarity(x, y, around=kernel) <= 1 / (2 * min(p, 1 - p))
    of_city = counts.sum(-1) / counts.sum()
    assert many_group_spatial_dissimilarity(counts, around=kernel) <= 1 / (of_city * (1 - of_city)).sum()


def test_an_environment_may_be_more_mixed_than_the_city() -> None:
    """The 10 of the smaller group live in the large area, of which the small one beside it sees more than its own."""
    x, y, weights = np.array([10.0, 0]), np.array([80.0, 10]), np.array([[1, 0.9], [0.9, 1]])
    mixed = [(90, 10 / 99), (10, 9 / 91)]
    within = sum(t * -(p * np.log(p) + (1 - p) * np.log(1 - p)) for t, p in mixed) / 100
    expected = 1 - within / -(0.1 * np.log(0.1) + 0.9 * np.log(0.9))
    assert expected < 0
    assert spatial_entropy(x, y, around=lambda of: of @ weights) == pytest.approx(expected)
    assert many_group_spatial_entropy(np.stack([x, y]), around=lambda of: of @ weights) == pytest.approx(expected)


@pytest.mark.parametrize(("spatial", "many"), [(of, False) for of, _ in PLAIN] + [(of, True) for of, _ in MANY])
def test_order_empty_areas_areas_split_in_place_and_size_do_not_matter(spatial: Indicator, many: bool) -> None:
    random = np.random.default_rng(5)
    counts = random.poisson(random.gamma(1, 20, (3 if many else 2, 60))).astype(np.float64)

    def index(counts: Counts, xy: Counts) -> float:
        kernel = Kernel(xy, 1000)
        found: float = spatial(counts, around=kernel) if many else spatial(*counts, around=kernel)
        return found

    value, order = index(counts, GRID[:60]), random.permutation(60)
    assert index(counts[:, order], GRID[:60][order]) == pytest.approx(value, abs=TIGHT)
    assert index(7 * counts, GRID[:60]) == pytest.approx(value, abs=TIGHT)
    assert index(np.pad(counts, ((0, 0), (0, 5))), GRID[:65]) == pytest.approx(value, abs=TIGHT)
    halves = np.concatenate([counts[:, :1] / 2, counts[:, :1] / 2, counts[:, 1:]], axis=1)
    assert index(halves, GRID[[0, *range(60)]]) == pytest.approx(value, abs=TIGHT)


def test_replicates_pass_through() -> None:
    replicates = np.random.default_rng(6).poisson(9.0, (4, 3, 2, 50)).astype(np.float64)
    kernel = around(50)
    for spatial, _ in PLAIN:
        found = spatial(replicates[..., 0, :], replicates[..., 1, :], around=kernel)
        assert found.shape == (4, 3)
        assert found[2, 1] == pytest.approx(spatial(*replicates[2, 1], around=kernel), abs=TIGHT)
    for spatial in OF_MANY:
        assert spatial(replicates, around=kernel).shape == (4, 3)


def patches(width: int) -> tuple[Counts, Counts]:
    """Return a city of 16 × 16 cells, in squares of this width of either group."""
    row, column = np.divmod(np.arange(SIDE * SIDE), SIDE)
    ours = (row // width + column // width) % 2 == 0
    return np.where(ours, 90.0, 10.0), np.where(ours, 10.0, 90.0)


def test_a_profile_tells_small_patches_from_large_regions() -> None:
    small, large, halves = patches(2), patches(8), np.array([[90.0], [10.0]]) @ np.ones((1, SIDE * SIDE))
    halves[:, SIDE * SIDE // 2 :] = halves[::-1, : SIDE * SIDE // 2]
    of = [profile(x, y, GRID) for x, y in (small, large, halves)]
    assert of[0].shape == (4,)
    assert all((np.diff(scales) < 0).all() for scales in of)
    assert 0 < macro_micro_ratio(of[0]) < 0.1 * macro_micro_ratio(of[1]) < 0.1 * macro_micro_ratio(of[2]) < 0.1
    assert of[0][0] < of[1][0] < of[2][0] < entropy(*halves) == pytest.approx(entropy(*small))


def test_a_profile_is_the_index_at_each_scale() -> None:
    x, y = patches(4)
    expected = [spatial_entropy(x, y, around=Kernel(GRID, scale)) for scale in (500, 3000)]
    assert profile(x, y, GRID, (500, 3000)).tolist() == expected
    assert profile(np.stack([x, y]), np.stack([y, x]), GRID, (500, 3000)).shape == (2, 2)


def test_what_has_no_answer_is_an_error_and_not_a_number() -> None:
    x, y = patches(4)
    for index in (spatial_entropy, spatial_dissimilarity, spatial_isolation):
        with pytest.raises(NotApplicable):
            index(0 * x, y, around=Kernel(GRID, 500))
        with pytest.raises(BadCounts):
            index(x, y - 11, around=Kernel(GRID, 500))
    with pytest.raises(NotApplicable):
        macro_micro_ratio(profile(x, 0 * x + x, GRID))
    with pytest.raises(BadCoordinates):
        profile(x, y, GRID[:-1])
    with pytest.raises(BadCoordinates):
        profile(x, y, np.where(np.arange(SIDE * SIDE)[:, None] == 3, np.nan, GRID))


def test_a_city_of_one_area_is_even() -> None:
    assert spatial_entropy([3.0], [4.0], around=around(1)) == pytest.approx(0, abs=TIGHT)

"""Clustering: a checkerboard is no cluster, two halves are, and the unit of a count does not matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from seg_pipeline.geography import Kernel, Neighbours, distances
from seg_pipeline.indicators.clustering import (
    absolute_clustering,
    distance_decay_interaction,
    distance_decay_isolation,
    moran,
    relative_clustering,
    spatial_proximity,
)
from seg_pipeline.indicators.registry import Counts, NotApplicable

TIGHT = 1e-12
SIDE = 12
ROW, COLUMN = np.divmod(np.arange(SIDE * SIDE), SIDE)
GRID = np.stack([ROW, COLUMN], -1) * 250.0 + (385_125, 6_671_125)
ROOK = Neighbours(GRID, within=250)
NEAR = Kernel(GRID, 1000, "exponential", surface=np.full(len(GRID), 250.0**2))
CHECKERBOARD, HALVES = (ROW + COLUMN) % 2 == 0, COLUMN < SIDE / 2
BY_NEARNESS = [spatial_proximity, distance_decay_isolation, absolute_clustering]

pairs = st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), min_size=3, max_size=40)


def of(ours: Counts | np.ndarray) -> tuple[Counts, Counts]:
    return np.where(ours, 100.0, 0.0), np.where(ours, 0.0, 100.0)


def city(listed: list[tuple[int, int]]) -> tuple[Counts, Counts]:
    x, y = np.array(listed, dtype=np.float64).T
    assume(x.any() and y.any())
    return x, y


def near(areas: int) -> Kernel:
    return Kernel(GRID[:areas], 1000, "exponential", surface=np.full(areas, 250.0**2))


def test_moran_of_a_checkerboard_is_least_and_of_two_halves_near_most() -> None:
    assert moran(*of(CHECKERBOARD), neighbours=ROOK) == pytest.approx(-1, abs=TIGHT)
    beside = 2 * (SIDE - 2) * 0.5 + 4 / 3
    assert moran(*of(HALVES), neighbours=ROOK) == pytest.approx((SIDE * (SIDE - 2) + beside) / SIDE**2, abs=TIGHT)


def test_moran_worked_by_hand() -> None:
    """Shares .9, .5, .1 on a line: z = .4, 0, −.4; the ends' only neighbour has 0, the middle's mean is 0."""
    line = Neighbours([[0, 0], [1000, 0], [2000, 0]], within=1000)
    assert moran([9.0, 5, 1], [1.0, 5, 9], neighbours=line) == pytest.approx(0, abs=TIGHT)
    assert moran([9.0, 9, 0], [1.0, 1, 10], neighbours=line) == pytest.approx((0.09 - 0.3 * 0.15 - 0.6 * 0.3) / 0.54)


def test_moran_is_as_expected_at_random() -> None:
    random = np.random.default_rng(0)
    p = random.random(SIDE * SIDE)
    x = np.stack([random.permutation(p) for _ in range(2000)])
    assert moran(x, 1 - x, neighbours=ROOK).mean() == pytest.approx(-1 / (SIDE * SIDE - 1), abs=0.005)


def test_moran_does_not_mind_which_group_order_size_or_areas_where_nobody_lives() -> None:
    random = np.random.default_rng(1)
    x, y = random.poisson(random.gamma(1, 50, (2, SIDE * SIDE))).astype(np.float64)
    gone = (COLUMN == SIDE - 1) | (x + y == 0)
    x, y = np.where(gone, 0, x), np.where(gone, 0, y)
    value, order = moran(x, y, neighbours=ROOK), random.permutation(SIDE * SIDE)
    assert moran(y, x, neighbours=ROOK) == pytest.approx(value, abs=TIGHT)
    assert moran(3 * x, 3 * y, neighbours=ROOK) == pytest.approx(value, abs=TIGHT)
    reordered = Neighbours(GRID[order], within=250)
    assert moran(x[order], y[order], neighbours=reordered) == pytest.approx(value, abs=TIGHT)
    lived_in = ~gone
    kept = Neighbours(GRID[lived_in], within=250)
    assert moran(x[lived_in], y[lived_in], neighbours=kept) == pytest.approx(value, abs=TIGHT)


def test_shares_that_do_not_vary_or_areas_without_neighbours_have_no_moran() -> None:
    size = np.arange(SIDE * SIDE, dtype=np.float64)
    with pytest.raises(NotApplicable):
        moran(size, 2 * size, neighbours=ROOK)
    with pytest.raises(NotApplicable):
        moran(np.eye(1, SIDE * SIDE)[0], np.eye(1, SIDE * SIDE, 5)[0], neighbours=ROOK)


def test_two_halves_are_more_clustered_than_a_checkerboard() -> None:
    for index in BY_NEARNESS:
        assert index(*of(CHECKERBOARD), proximity=NEAR) < index(*of(HALVES), proximity=NEAR)
    assert spatial_proximity(*of(CHECKERBOARD), proximity=NEAR) == pytest.approx(1, abs=0.05)
    assert spatial_proximity(*of(HALVES), proximity=NEAR) > 1.3


@given(st.lists(st.integers(1, 500), min_size=2, max_size=40), st.integers(1, 9), st.integers(1, 9))
@settings(deadline=None)
def test_groups_spread_alike_are_equally_near_to_all(sizes: list[int], a: int, b: int) -> None:
    size, proximity = np.array(sizes, dtype=np.float64), near(len(sizes))
    x, y = a * size, b * size
    assert spatial_proximity(x, y, proximity=proximity) == pytest.approx(1, abs=TIGHT)
    assert relative_clustering(x, y, proximity=proximity) == pytest.approx(0, abs=TIGHT)
    assert distance_decay_isolation(x, y, proximity=proximity) == pytest.approx(a / (a + b), abs=TIGHT)


@given(pairs)
@settings(deadline=None)
def test_a_member_meets_somebody(listed: list[tuple[int, int]]) -> None:
    (x, y), proximity = city(listed), near(len(listed))
    own, other = (of(x, y, proximity=proximity) for of in (distance_decay_isolation, distance_decay_interaction))
    assert own + other == pytest.approx(1, abs=TIGHT)


@given(pairs)
@settings(deadline=None)
def test_relative_clustering_turns_round_with_the_groups(listed: list[tuple[int, int]]) -> None:
    (x, y), proximity = city(listed), near(len(listed))
    one, other = (relative_clustering(*of, proximity=proximity) for of in ((x, y), (y, x)))
    assert (1 + one) * (1 + other) == pytest.approx(1, rel=1e-9)
    assert spatial_proximity(x, y, proximity=proximity) == pytest.approx(spatial_proximity(y, x, proximity=proximity))


def test_they_are_the_formulas_of_the_papers_written_out() -> None:
    random = np.random.default_rng(2)
    x, y = random.integers(1, 200, (2, 20)).astype(np.float64)
    xy, surface = random.uniform(0, 9000, (20, 2)), random.uniform(1e5, 4e6, 20)
    c = np.exp(-distances(xy) / 1000)
    np.fill_diagonal(c, np.exp(-np.sqrt(0.6 * surface / 1e6)))
    proximity = Kernel(xy, 1000, "exponential", surface)
    t, n = x + y, len(x)
    p_xx, p_yy, p_tt = (of @ c @ of / of.sum() ** 2 for of in (x, y, t))
    expected = (x.sum() * p_xx + y.sum() * p_yy) / (t.sum() * p_tt)
    assert spatial_proximity(x, y, proximity=proximity) == pytest.approx(expected)
    assert relative_clustering(x, y, proximity=proximity) == pytest.approx(p_xx / p_yy - 1)
    k = c * t / (c * t).sum(1, keepdims=True)
    assert k.sum(1) == pytest.approx(1)
    assert distance_decay_isolation(x, y, proximity=proximity) == pytest.approx(x / x.sum() @ k @ (x / t))
    assert distance_decay_interaction(x, y, proximity=proximity) == pytest.approx(x / x.sum() @ k @ (y / t))
    even = x.sum() / n**2 * c.sum()
    expected = (x / x.sum() @ c @ x - even) / (x / x.sum() @ c @ t - even)
    assert absolute_clustering(x, y, proximity=proximity) == pytest.approx(expected)


def test_order_size_and_areas_where_nobody_lives_do_not_matter() -> None:
    random = np.random.default_rng(3)
    x, y = random.poisson(random.gamma(1, 30, (2, 60))).astype(np.float64)
    for index in (*BY_NEARNESS, relative_clustering):
        value, order = index(x, y, proximity=near(60)), random.permutation(60)
        surface = np.full(60, 250.0**2)
        shuffled = Kernel(GRID[:60][order], 1000, "exponential", surface)
        assert index(x[order], y[order], proximity=shuffled) == pytest.approx(value, abs=TIGHT)
        assert index(5 * x, 5 * y, proximity=near(60)) == pytest.approx(value, abs=TIGHT)
        assert index(np.pad(x, (0, 9)), np.pad(y, (0, 9)), proximity=near(69)) == pytest.approx(value, abs=TIGHT)


def test_a_group_that_is_everybody_nearby_is_wholly_clustered() -> None:
    x, y = np.array([50.0, 50, 0]), np.array([0.0, 0, 80])
    far = Kernel([[0, 0], [1000, 0], [60_000, 0]], 1000, "exponential")
    assert absolute_clustering(x, y, proximity=far) == pytest.approx(1, abs=TIGHT)
    assert distance_decay_isolation(x, y, proximity=far) == pytest.approx(1, abs=TIGHT)


def test_what_has_no_answer_is_an_error_and_not_a_number() -> None:
    x, y = of(HALVES)
    for index in (spatial_proximity, relative_clustering, absolute_clustering, distance_decay_isolation):
        with pytest.raises(NotApplicable):
            index(0 * x, y, proximity=NEAR)

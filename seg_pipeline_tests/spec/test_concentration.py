"""Concentration: cities of four areas worked by hand, and what has to hold for every city."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seg_pipeline.indicators.concentration import absolute_concentration, delta, relative_concentration
from seg_pipeline.indicators.registry import BadCounts, Counts, NotApplicable

TIGHT = 1e-12
KM2 = 1e6
LAND = np.array([1.0, 2, 4, 8]) * KM2
INDICES = [delta, absolute_concentration, relative_concentration]

areas = st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900), st.integers(1, 99)), min_size=2, max_size=40)


def city(listed: list[tuple[int, int, int]]) -> tuple[Counts, Counts, Counts]:
    x, y, surface = np.array(listed, dtype=np.float64).T
    assume(x.any() and y.any())
    return x, y, surface


def values(x: Counts, y: Counts, surface: Counts) -> list[float]:
    """Return the indices in the order of `INDICES`, NaN where one is not defined."""
    return [float(index.over(x, y, surface)) for index in INDICES]


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        ([10, 0, 0, 0], [14 / 15, 1, 44 / 49]),  # all in the smallest area; the others have 14/3 km² on average
        ([0, 0, 0, 10], [7 / 15, 0, -(8 / (7 / 3) - 1) / (7 / 8)]),  # all in the largest
        ([5, 5, 0, 0], [12 / 15, 13 / 14, 16 / 21]),  # 1.5 against 4.5 km², least 1, most 8
        ([5, 5, 5, 0], [8 / 15, 22 / 27, (1 - (7 / 3) / (115 / 25)) / (1 - 1.5 / 6)]),  # 15 people fill two areas
    ],
)
def test_four_areas_of_ten_people_on_1_2_4_and_8_square_kilometres(x: list[int], expected: list[float]) -> None:
    ours = np.array(x, dtype=np.float64)
    assert values(ours, 10 - ours, LAND) == pytest.approx(expected, abs=TIGHT)


def test_the_opposite_of_full_relative_concentration_is_not_minus_one() -> None:
    x, y = np.array([0.0, 10]), np.array([10.0, 0])
    assert relative_concentration(y, x, surface=[1.0, 8]) == pytest.approx(1)
    assert relative_concentration(x, y, surface=[1.0, 8]) == pytest.approx(-8)


@given(areas)
def test_order_size_unit_of_land_and_empty_areas_do_not_matter(listed: list[tuple[int, int, int]]) -> None:
    x, y, surface = city(listed)
    expected = pytest.approx(values(x, y, surface), rel=1e-9, abs=1e-9, nan_ok=True)
    order = np.random.default_rng(0).permutation(len(x))
    assert values(x[order], y[order], surface[order]) == expected
    assert values(3 * x, 3 * y, surface) == expected
    assert values(x, y, surface * 2**20) == expected
    assert values(np.append(x, 0), np.append(y, 0), np.append(surface, 1234)) == expected
    assert values(np.append(x, 0), np.append(y, 0), np.append(surface, np.nan)) == expected


@given(areas)
def test_delta_stays_in_its_range_and_is_0_at_one_density(listed: list[tuple[int, int, int]]) -> None:
    x, y, surface = city(listed)
    assert 0 <= delta(x, y, surface=surface) <= 1
    assert delta(surface, y, surface=surface) == pytest.approx(0, abs=TIGHT)


@given(areas)
def test_splitting_an_area_at_its_density_does_not_change_delta(listed: list[tuple[int, int, int]]) -> None:
    x, y, surface = city(listed)
    split = [np.concatenate([of[:1] / 4, of[:1] * 3 / 4, of[1:]]) for of in (x, y, surface)]
    assert delta(*split[:2], surface=split[2]) == pytest.approx(delta(x, y, surface=surface), abs=TIGHT)


@given(
    st.lists(st.tuples(st.integers(1, 900), st.integers(1, 99)), min_size=3, max_size=40, unique_by=lambda of: of[1])
)
def test_absolute_concentration_is_1_on_the_smallest_areas_and_0_on_the_largest(listed: list[tuple[int, int]]) -> None:
    t, surface = np.array(sorted(listed, key=lambda of: of[1]), dtype=np.float64).T
    first = np.arange(len(t)) == 0
    assert absolute_concentration(t * first, t * ~first, surface=surface) == pytest.approx(1, abs=TIGHT)
    last = first[::-1]
    assert absolute_concentration(t * last, t * ~last, surface=surface) == pytest.approx(0, abs=TIGHT)


def test_replicates_pass_through() -> None:
    x, y = np.random.default_rng(1).poisson(20.0, (2, 5, 3, 4)).astype(np.float64)
    for index in INDICES:
        found = index(x, y, surface=LAND)
        assert found.shape == (5, 3)
        assert found[4, 2] == pytest.approx(index(x[4, 2], y[4, 2], surface=LAND), abs=TIGHT)


@pytest.mark.parametrize("unknown", [0.0, np.nan, -1.0, np.inf])
def test_without_the_land_of_an_area_with_people_there_is_no_index(unknown: float) -> None:
    x, y = np.array([3.0, 4, 0]), np.array([1.0, 2, 0])
    for index in INDICES:
        with pytest.raises(NotApplicable):
            index(x, y, surface=[unknown, 1.0, 2.0])
    assert delta(x, y, surface=[1.0, 2.0, unknown]) == delta(x[:2], y[:2], surface=[1.0, 2.0])


def test_areas_of_one_size_one_area_and_an_empty_group_have_no_answer() -> None:
    x, y = np.array([3.0, 4, 5]), np.array([1.0, 2, 7])
    for index in (absolute_concentration, relative_concentration):
        with pytest.raises(NotApplicable):
            index(x, y, surface=[0.1, 0.1, 0.1])
        with pytest.raises(NotApplicable):
            index([3.0], [1.0], surface=[5.0])
    for index in INDICES:
        with pytest.raises(NotApplicable):
            index(0 * x, y, surface=[1.0, 2, 3])
        with pytest.raises(BadCounts):
            index(x, y, surface=[1.0, 2])

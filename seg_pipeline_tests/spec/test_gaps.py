"""Gaps as identities: nothing varies, nothing gapes; the order turned round turns the sign; and values by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.special import stdtrit

from seg_pipeline.indicators.gaps import (
    Gap,
    absolute_difference,
    bounded_concentration_index,
    concentration_index,
    fifths,
    relative_difference,
    relative_index,
    slope_index,
)
from seg_pipeline.indicators.registry import BadCounts, Counts, NotApplicable

TIGHT = 1e-9
T_1, T_2 = 12.706204736, 4.302652730  # Student's t, 97.5 %, with one degree of freedom and with two

City = tuple[Counts, Counts, Counts]
ORDERED = pytest.mark.parametrize("gap", [slope_index, relative_index, concentration_index])
UNITLESS = pytest.mark.parametrize("gap", [relative_index, concentration_index])


@st.composite
def cities(draw: st.DrawFn) -> City:
    """Values from 100 to 150, people, and a ranking with ties, of three areas or more."""
    area = st.tuples(st.integers(100, 150), st.integers(1, 3000), st.integers(-4, 4))
    value, people, rank_by = np.array(draw(st.lists(area, min_size=3, max_size=30)), dtype=np.float64).T
    assume(np.ptp(rank_by) > 0)
    return value, people, rank_by


def ends(gap: Gap) -> list[float]:
    return [np.nan if end is None else end for end in gap]


def same(one: Gap, other: Gap) -> bool:
    return ends(one) == pytest.approx(ends(other), rel=1e-6, abs=TIGHT, nan_ok=True)


def applicable(gap: Callable[..., Gap], *city: Counts) -> Gap:
    """The gap, of a city for which it is defined: a line may reach 0 where a few areas lie far apart in value."""
    try:
        return gap(*city)
    except NotApplicable:
        assume(False)
        raise


def test_values_worked_by_hand() -> None:
    """Four areas of 25 people rank 1/8, 3/8, 5/8 and 7/8; the line through 1, 2, 3, 4 runs from 1/2 to 9/2."""
    value, people, rank_by = np.array([1.0, 2, 3, 4]), np.full(4, 25.0), np.array([10.0, 20, 30, 40])
    assert slope_index(value, people, rank_by) == pytest.approx((4, 4, 4))
    assert relative_index(value, people, rank_by) == pytest.approx((9, 9, 9))
    # the curve is 0, 1/10, 3/10, 6/10, 1; Kakwani's terms lie 0.25, −0.05, −0.15 and −0.05 off their mean
    error = np.sqrt((0.25**2 + 0.05**2 + 0.15**2 + 0.05**2) / 4 / 4)
    found = concentration_index(value, people, rank_by)
    assert found == pytest.approx((0.25, 0.25 - T_2 * error, 0.25 + T_2 * error))
    assert bounded_concentration_index(value, people, rank_by, 0, 10).value == pytest.approx(4 * 2.5 * 0.25 / 10)


def test_differences_worked_by_hand() -> None:
    """Means of 2 and 6, each with a variance of 1 from two areas."""
    value, low, high = [1, 3, 5, 7], [10, 10, 0, 0], [0, 0, 10, 10]
    reach = T_1 * np.sqrt(2)
    assert absolute_difference(value, low, high) == pytest.approx((4, 4 - reach, 4 + reach))
    reach = T_1 * np.sqrt(1 / 4 + 1 / 36)
    assert relative_difference(value, low, high) == pytest.approx((3, 3 * np.exp(-reach), 3 * np.exp(reach)))


def test_a_fifth_takes_part_of_an_area_on_its_border() -> None:
    low, high = fifths([10, 30, 0, 50, 10], [1, 2, 2, 3, 4])
    assert low == pytest.approx([10, 10, 0, 0, 0])
    assert high == pytest.approx([0, 0, 0, 10, 10])


def test_areas_that_rank_alike_share_a_border_alike() -> None:
    low, high = fifths([30, 10, 60], [1, 1, 2])
    assert low == pytest.approx([15, 5, 0])
    assert high == pytest.approx([0, 0, 20])


def test_rounding_puts_no_one_in_a_fifth() -> None:
    low, high = fifths(np.full(15, 7), np.arange(15))
    assert [np.count_nonzero(low), np.count_nonzero(high)] == [3, 3]
    assert absolute_difference(range(5), *fifths(np.full(5, 3), range(5))) == Gap(4.0, None, None)


@given(cities())
def test_a_fifth_is_a_fifth(city: City) -> None:
    _, people, rank_by = city
    low, high = fifths(people, rank_by)
    assert [low.sum(), high.sum()] == pytest.approx([people.sum() / 5] * 2, rel=1e-7)
    assert (low <= people).all() and (high <= people).all()
    turned = fifths(people, -rank_by)
    assert turned[0] == pytest.approx(high, rel=1e-6, abs=1e-6)


@given(cities())
def test_where_values_are_equal_there_is_no_gap(city: City) -> None:
    _, people, rank_by = city
    level = np.full(len(people), 7.0)
    low, high = fifths(people, rank_by)
    assert slope_index(level, people, rank_by).value == pytest.approx(0, abs=TIGHT)
    assert relative_index(level, people, rank_by).value == pytest.approx(1)
    assert concentration_index(level, people, rank_by) == pytest.approx((0, 0, 0), abs=1e-6)
    assert bounded_concentration_index(level, people, rank_by, 0, 10).value == pytest.approx(0, abs=TIGHT)
    assert absolute_difference(level, low, high).value == pytest.approx(0, abs=TIGHT)
    assert relative_difference(level, low, high).value == pytest.approx(1)


@given(cities())
def test_the_order_turned_round_turns_the_sign(city: City) -> None:
    value, people, rank_by = city
    for gap in (slope_index, concentration_index):
        there, back = ends(gap(value, people, rank_by)), ends(gap(value, people, -rank_by))
        assert there == pytest.approx([-back[0], -back[2], -back[1]], rel=1e-6, abs=TIGHT, nan_ok=True)
    there_and_back = [applicable(relative_index, value, people, by).value for by in (rank_by, -rank_by)]
    assert np.prod(there_and_back) == pytest.approx(1)


@given(st.lists(st.integers(1, 3000), min_size=3, max_size=20), st.floats(-5, 5), st.floats(6, 20))
def test_on_a_line_the_slope_index_is_its_slope(sizes: list[int], slope: float, height: float) -> None:
    people = np.array(sizes, dtype=np.float64)
    rank = (np.cumsum(people) - people / 2) / people.sum()
    value, order = height + slope * rank, np.arange(len(sizes))
    assert slope_index(value, people, order).value == pytest.approx(slope, abs=TIGHT)
    assert relative_index(value, people, order).value == pytest.approx((height + slope) / height)


@given(cities())
def test_the_interval_of_the_slope_is_how_it_moves_when_each_area_is_left_out(city: City) -> None:
    """The ranks of the others stay as they are. The lines are numpy's."""
    value, people, rank_by = city
    rank = np.array([people[rank_by < by].sum() + people[rank_by == by].sum() / 2 for by in rank_by]) / people.sum()
    others = [np.arange(len(rank)) != i for i in range(len(rank))]
    assume(all(np.ptp(rank[kept]) > 0 for kept in others))

    def slope(kept: npt.NDArray[np.bool_]) -> float:
        return float(np.polyfit(rank[kept], value[kept], 1, w=np.sqrt(people[kept]))[0])

    whole = slope(rank >= 0)
    reach = stdtrit(len(rank) - 2, 0.975) * np.sqrt(sum((slope(kept) - whole) ** 2 for kept in others))
    expected = (whole, whole - reach, whole + reach)
    assert slope_index(value, people, rank_by) == pytest.approx(expected, rel=1e-5, abs=1e-5)


@ORDERED
@given(cities(), st.integers(2, 9))
def test_splitting_an_area_changes_no_value(gap: Callable[..., Gap], city: City, parts: int) -> None:
    value, people, rank_by = city
    split = [np.concatenate([np.repeat(of[0], parts), of[1:]]) for of in (value, people, rank_by)]
    split[1][:parts] /= parts
    assert applicable(gap, *split).value == pytest.approx(applicable(gap, *city).value, rel=1e-6, abs=TIGHT)


@ORDERED
@given(cities(), st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_empty_areas_nor_the_scale_of_ranks_matter(
    gap: Callable[..., Gap], city: City, random: np.random.Generator
) -> None:
    value, people, rank_by = city
    rows = list(zip([*value, np.nan], [*people, 0.0], [*np.exp(rank_by), np.nan], strict=True))
    random.shuffle(rows)
    assert same(applicable(gap, *np.array(rows).T), applicable(gap, *city))
    assert same(applicable(gap, value, people * 7, rank_by), applicable(gap, *city))


@UNITLESS
@given(cities(), st.floats(0.001, 1000))
def test_the_unit_does_not_matter(gap: Callable[..., Gap], city: City, unit: float) -> None:
    value, people, rank_by = city
    assert same(applicable(gap, value * unit, people, rank_by), applicable(gap, *city))


@given(cities())
def test_a_bounded_index_says_the_same_of_having_and_of_lacking(city: City) -> None:
    value, people, rank_by = city
    having, lacking = (bounded_concentration_index(of, people, rank_by, 0, 150) for of in (value, 150 - value))
    assert having.value == pytest.approx(-lacking.value, abs=TIGHT)
    mean = (people * value).sum() / people.sum()
    index = concentration_index(value, people, rank_by).value
    assert having.value == pytest.approx(4 * mean / 150 * index, abs=TIGHT)


@given(cities())
def test_the_concentration_index_stays_within_its_ends(city: City) -> None:
    """It is farthest from 0 where the last step has all of the value, and then one less that step's part of people."""
    value, people, rank_by = city
    last = rank_by == rank_by.max()
    most = 1 - people[last].sum() / people.sum()
    assert concentration_index(last.astype(float), people, rank_by).value == pytest.approx(most)
    assert concentration_index(value - value.min() + 0.1, people, rank_by).value <= most + TIGHT


def test_a_line_through_an_area_whatever_its_value_has_no_interval() -> None:
    assert slope_index([1, 2, 9], [5, 5, 5], [1, 1, 2])[1:] == (None, None)
    assert relative_index([1, 2, 3], [5, 5, 5], [1, 1, 2])[1:] == (None, None)


def test_a_ratio_that_nothing_bounds_has_no_interval() -> None:
    assert relative_difference([-1, 1.001, 1, 1], [5, 5, 0, 0], [0, 0, 5, 5])[1:] == (None, None)


@pytest.mark.parametrize(
    ("gap", "why", "city"),
    [
        (slope_index, "all areas rank alike", ([1, 2, 3], [4, 4, 4], [0, 0, 0])),
        (slope_index, "people live in 2", ([1, 2, 3], [4, 4, 0], [0, 1, 2])),
        (fifths, "people live in 0", ([0, 0], [1, 2])),
        (relative_index, "above 0", ([0, 0, 0, 9], [4, 4, 4, 4], [0, 1, 2, 3])),
        (concentration_index, "0 or more", ([-1, 2, 3], [4, 4, 4], [0, 1, 2])),
        (concentration_index, "not all of them 0", ([0, 0, 0], [4, 4, 4], [0, 1, 2])),
        (absolute_difference, "no members", ([1, 2], [0, 0], [1, 2])),
        (relative_difference, "above 0", ([0, 2], [1, 0], [0, 2])),
    ],
)
def test_a_gap_that_is_not_defined_says_why(gap: Callable[..., Gap], why: str, city: tuple[list[int], ...]) -> None:
    with pytest.raises(NotApplicable, match=why):
        gap(*city)


@pytest.mark.parametrize(
    "city",
    [
        ([1, 2], [4, 4, 4], [0, 1, 2]),
        ([1, 2, np.nan], [4, 4, 4], [0, 1, 2]),
        ([1, 2, 3], [4, 4, -4], [0, 1, 2]),
        ([1, 2, 3], [4, 4, 4], [0, 1, np.inf]),
        ([[1, 2, 3]], [[4, 4, 4]], [[0, 1, 2]]),
    ],
)
def test_what_is_no_city_is_refused(city: tuple[list[float], ...]) -> None:
    with pytest.raises(BadCounts):
        slope_index(*city)


@pytest.mark.parametrize(("low", "high"), [(0, 2), (2, 9), (5, 5)])
def test_a_value_out_of_bounds_is_refused(low: int, high: int) -> None:
    with pytest.raises(BadCounts, match="not from"):
        bounded_concentration_index([1, 2, 3], [4, 4, 4], [0, 1, 2], low, high)

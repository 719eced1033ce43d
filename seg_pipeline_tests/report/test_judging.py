"""A direction is said by the interval, an order by the letters: reckoned again by other means, on random tables."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seg_pipeline.report import judging
from seg_pipeline_tests.report import made

NAN = float("nan")
TURNED = {"rose": "fell", "fell": "rose", "same": "same", "unknown": "unknown"}
LETTERS = st.one_of(st.none(), st.sets(st.sampled_from("abcdef"), min_size=1).map("".join))
ESTIMATES = st.lists(st.tuples(st.integers(0, 20), LETTERS), max_size=11)
YEARS = st.lists(
    st.tuples(st.sampled_from(["091", "049", None]), st.sampled_from("xy"), st.integers(2015, 2026)), max_size=20
)


def change(lower: float, upper: float) -> pd.Series[Any]:
    return pd.Series({"lower": lower, "upper": upper, "value": 0.5, "value_corrected": 0.5})


def table(found: list[tuple[int, str | None]]) -> pd.DataFrame:
    """Return figures whose rows have numbers that are not their places."""
    rows = pd.DataFrame(found, columns=["value_corrected", "comparison_group"]).astype({"value_corrected": "float64"})
    rows["comparison_group"] = rows["comparison_group"].astype("str").mask(rows["comparison_group"].isna())
    return rows.set_index(pd.Index(range(7, 7 + len(rows))))


@pytest.mark.parametrize(
    ("lower", "upper", "said"),
    [
        (0.001, 0.2, "rose"), (-0.2, -0.001, "fell"), (-0.1, 0.1, "same"), (0.0, 0.1, "same"), (-0.1, 0.0, "same"),
        (0.0, 0.0, "same"), (-0.0, 0.1, "same"), (math.ulp(0.0), 0.1, "rose"), (NAN, 0.1, "unknown"),
        (0.1, NAN, "unknown"), (NAN, NAN, "unknown"),
    ],
)  # fmt: skip
def test_a_direction_needs_the_whole_interval_on_one_side_of_zero(lower: float, upper: float, said: str) -> None:
    assert judging.direction(change(lower, upper)) == said


def test_an_interval_that_the_table_does_not_know_gives_no_direction() -> None:
    assert judging.direction(pd.Series({"lower": pd.NA, "upper": 0.1}, dtype="Float64")) == "unknown"


@given(st.floats(allow_nan=True, allow_infinity=False), st.floats(allow_nan=True, allow_infinity=False))
def test_a_change_that_is_turned_round_has_the_other_direction(one: float, other: float) -> None:
    lower, upper = min(one, other), max(one, other)
    assert judging.direction(change(-upper, -lower)) == TURNED[judging.direction(change(lower, upper))]


def parted(found: list[tuple[int, str | None]]) -> list[list[int]]:
    """Return the groups that no letter spans, the highest first: by the places at which each letter begins and ends."""
    order = sorted(((-value, 7 + at, said) for at, (value, said) in enumerate(found) if said), key=lambda one: one[:2])
    groups: list[list[int]] = []
    end = -1
    for place, (_, row, said) in enumerate(order):
        if place > end:
            groups.append([])
        groups[-1].append(row)
        end = max(end, *(at for at, (_, _, other) in enumerate(order) if set(other) & set(said)))
    return [sorted(group) for group in groups]


@given(ESTIMATES)
def test_tiers_are_parted_where_no_letter_reaches_across(found: list[tuple[int, str | None]]) -> None:
    assert judging.tiers(table(found)) == parted(found)


@given(ESTIMATES)
def test_the_ends_are_all_that_share_a_letter_with_the_extreme_one(found: list[tuple[int, str | None]]) -> None:
    rows = table(found)
    compared = [(value, 7 + at, set(said)) for at, (value, said) in enumerate(found) if said]
    for ends, sign in ((judging.highest, 1), (judging.lowest, -1)):
        if not compared:
            assert ends(rows) == []
            continue
        extreme = max(compared, key=lambda one: (sign * one[0], -one[1]))
        assert ends(rows) == [row for _, row, letters in compared if letters & extreme[2]]


@given(st.lists(st.tuples(st.integers(0, 20), LETTERS), max_size=11, unique_by=lambda one: one[0]))
def test_the_highest_stand_in_the_first_tier_and_the_lowest_in_the_last(found: list[tuple[int, str | None]]) -> None:
    rows = table(found)
    tiers = judging.tiers(rows)
    if tiers:
        assert set(judging.highest(rows)) <= set(tiers[0])
        assert set(judging.lowest(rows)) <= set(tiers[-1])
    assert sorted(row for tier in tiers for row in tier) == [7 + at for at, (_, said) in enumerate(found) if said]


@given(YEARS)
def test_the_latest_rows_are_those_of_the_last_year_of_each(found: list[tuple[str | None, str, int]]) -> None:
    rows = pd.DataFrame(found, columns=["city", "source", "reference_year"])
    for by in ((), ("city",), ("city", "source")):
        places = [tuple(dict(zip(("city", "source"), one, strict=False))[name] for name in by) for one in found]
        last = {place: max(one[2] for one, other in zip(found, places, strict=True) if other == place)
                for place in places}  # fmt: skip
        expected = [at for at, (one, place) in enumerate(zip(found, places, strict=True)) if one[2] == last[place]]
        assert list(judging.latest(rows, *by).index) == expected


def test_only_observed_figures_with_an_interval_of_the_division_of_all_cities_are_compared() -> None:
    rows = made.one_comparison("gini", "income", 2024, pd.NA, made.VALUES, made.ERRORS)
    rows.loc[0, "status"], rows.loc[1, "interval"], rows.loc[2, "geography"] = "suppressed", "not_reliable", "grid_1km"
    book = made.book(indicators=rows)
    assert list(judging.contrasts(book, "gini").index) == list(range(3, len(rows)))
    assert list(judging.contrasts(book, "gini", "grid_1km").index) == [2]
    assert judging.contrasts(book, "moran").empty

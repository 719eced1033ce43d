"""A crosswalk walked from vintage to vintage: nobody is lost on the way, and the best told way is taken."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seg_pipeline.geography.passage import Crosswalk

Row = tuple[int, str, int, str, float]


def crosswalk(*rows: Row, source: str = "paavo", geography: str = "postal_area") -> pd.DataFrame:
    columns = ["from_vintage", "from_area", "to_vintage", "to_area", "weight"]
    return pd.DataFrame(rows, columns=columns).assign(source=source, geography=geography)


def parts(
    table: pd.DataFrame, first: int, last: int, *areas: str, source: str = "paavo"
) -> dict[str, dict[str, float]]:
    found = Crosswalk(table, source, "postal_area").passage(first, last, areas)
    assert found is not None
    return {area: dict(of) for area, of in found.parts.items()}


STEPS = crosswalk(
    (2018, "a", 2020, "b", 1), (2020, "b", 2026, "c", 0.25), (2020, "b", 2026, "d", 0.75), (2018, "z", 2020, "z", 1)
)


def test_steps_follow_each_other() -> None:
    assert parts(STEPS, 2018, 2026, "a") == {"a": {"c": 0.25, "d": 0.75}}
    assert parts(STEPS, 2018, 2020, "a") == {"a": {"b": 1.0}}


def test_an_area_that_a_step_does_not_tell_keeps_its_code() -> None:
    assert parts(STEPS, 2018, 2026, "a", "z", "y") == {"a": {"c": 0.25, "d": 0.75}, "z": {"z": 1.0}, "y": {"y": 1.0}}


def test_what_the_last_step_leads_to_is_told() -> None:
    found = Crosswalk(STEPS, "paavo", "postal_area").passage(2018, 2026, ["a"])
    assert found is not None and found.reached == {"c", "d"}


@pytest.mark.parametrize(("first", "last", "areas"), [(2026, 2018, "a"), (2018, 2024, "a"), (2018, 2020, "q")])
def test_where_no_way_tells_of_the_areas_there_is_none(first: int, last: int, areas: str) -> None:
    assert Crosswalk(STEPS, "paavo", "postal_area").passage(first, last, areas) is None
    assert Crosswalk(STEPS, "paavo", "city_district").passage(2018, 2020, ["a"]) is None


def test_one_step_goes_before_several_where_it_tells_as_many_areas() -> None:
    straight = pd.concat([STEPS, crosswalk((2018, "a", 2026, "e", 1), source="postal_boundaries")])
    assert parts(straight, 2018, 2026, "a") == {"a": {"e": 1.0}}
    more = pd.concat([straight, crosswalk((2020, "z", 2026, "z", 1))])
    assert parts(more, 2018, 2026, "a", "z") == {"a": {"c": 0.25, "d": 0.75}, "z": {"z": 1.0}}


def test_a_source_goes_by_its_own_step_and_else_by_the_one_that_tells_most() -> None:
    both = pd.concat([
        crosswalk((2018, "a", 2020, "own", 1), source="espoo"),
        crosswalk((2018, "a", 2020, "a", 1), (2018, "z", 2020, "z", 1), source="boundaries"),
    ])  # fmt: skip
    assert parts(both, 2018, 2020, "a", "z", source="espoo")["a"] == {"own": 1.0}
    assert parts(both, 2018, 2020, "a", "z")["a"] == {"a": 1.0}


@given(st.lists(st.lists(st.floats(0.01, 1), min_size=4, max_size=4), min_size=8, max_size=8))
def test_nobody_is_lost_on_the_way(weights: list[list[float]]) -> None:
    rows = [
        (step, area, step + 1, to, weight / sum(of))
        for number, of in enumerate(weights)
        for step, area in [(2020 + number // 4, "abcd"[number % 4])]
        for to, weight in zip("abcd", of, strict=True)
    ]
    for of in parts(crosswalk(*rows), 2020, 2022, *"abcd").values():
        assert set(of) == set("abcd")
    found = Crosswalk(crosswalk(*rows), "paavo", "postal_area").passage(2020, 2022, "abcd")
    assert found is not None
    for pieces in found.parts.values():
        assert sum(weight for _, weight in pieces) == pytest.approx(1)

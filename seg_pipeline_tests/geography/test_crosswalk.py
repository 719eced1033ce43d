"""Crosswalks between divisions: what must hold for any two, and what each kind of change becomes."""

from __future__ import annotations

import sys
from itertools import pairwise
from subprocess import run

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from seg_pipeline import tables
from seg_pipeline.geography.crosswalk import by_code, by_land, without
from seg_pipeline.quality.contracts import findings

EAST, NORTH = 385_000, 6_672_000


def division(year: int, areas: dict[str, shapely.Geometry], city: str | dict[str, str] = "091") -> pd.DataFrame:
    owner = [city if isinstance(city, str) else city[code] for code in areas]
    return pd.DataFrame(
        {"geography": "postal_area", "city": owner, "area_id": list(areas), "boundary_vintage": year,
         "geometry": [shapely.to_wkt(shape, rounding_precision=0) for shape in areas.values()]}
    )  # fmt: skip


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(EAST + west * 1000, NORTH + south * 1000, EAST + east * 1000, NORTH + north * 1000)


def told(earlier: pd.DataFrame, later: pd.DataFrame) -> dict[tuple[str, str], tuple[float, str]]:
    found = tables.conform(by_land(earlier, later, "made", "2026"), "crosswalk")
    assert findings(found, "crosswalk") == []
    columns = (found[name].tolist() for name in ("from_area", "to_area", "weight", "rule"))
    return {(before, after): (weight, rule) for before, after, weight, rule in zip(*columns, strict=True)}


LEFT, RIGHT = box(0, 0, 4, 4), box(4, 0, 8, 4)
EARLIER = division(2018, {"00100": LEFT, "00120": RIGHT})


def test_a_division_becomes_itself() -> None:
    found = by_land(EARLIER, EARLIER, "made", "2026")
    assert (
        (found["weight"] == 1).all()
        and (found["rule"] == "same").all()
        and (found["from_area"] == found["to_area"]).all()
    )
    assert (found["error"] == 0.06).all()


def test_areas_that_are_merged_go_whole_to_the_new_one() -> None:
    assert told(EARLIER, division(2026, {"00100": box(0, 0, 8, 4)})) == {
        ("00100", "00100"): (1, "same"), ("00120", "00100"): (1, "merged"),
    }  # fmt: skip


def test_an_area_that_is_split_is_shared_out_by_land() -> None:
    later = division(2026, {"00100": LEFT, "00130": box(4, 0, 5, 4), "00140": box(5, 0, 8, 4)})
    assert told(EARLIER, later) == {
        ("00100", "00100"): (1, "same"), ("00120", "00130"): (0.25, "split"), ("00120", "00140"): (0.75, "split"),
    }  # fmt: skip
    errors = by_land(EARLIER, later, "made", "2026").set_index("to_area")["error"]
    assert errors["00130"] == errors["00140"] == 0.75


def test_a_boundary_that_moves_far_is_followed_and_one_that_moves_little_is_not() -> None:
    far = told(EARLIER, division(2026, {"00100": box(0, 0, 3, 4), "00120": box(3, 0, 8, 4)}))
    assert far == {
        ("00100", "00100"): (0.75, "land_area"), ("00100", "00120"): (0.25, "land_area"),
        ("00120", "00120"): (1, "same"),
    }  # fmt: skip
    near = told(EARLIER, division(2026, {"00100": box(0, 0, 3.4, 4), "00120": box(3.4, 0, 8, 4)}))
    assert near == {("00100", "00100"): (1, "same"), ("00120", "00120"): (1, "same")}


def test_a_small_piece_that_becomes_an_area_of_its_own_is_followed() -> None:
    later = division(
        2026, {"00100": LEFT, "00120": shapely.difference(RIGHT, box(7, 3, 8, 4)), "00130": box(7, 3, 8, 4)}
    )
    found = told(EARLIER, later)
    assert found["00120", "00130"] == (0.0625, "split") and found["00120", "00120"] == (0.9375, "split")


def test_an_area_that_only_changes_its_municipality_says_so() -> None:
    later = division(2026, {"00100": LEFT, "00120": RIGHT}, {"00100": "091", "00120": "049"})
    assert told(EARLIER, later)["00120", "00120"] == (1, "municipality")
    assert list(by_code(EARLIER, later, "made", "2026")["rule"]) == ["same", "municipality"]


def test_an_area_outside_the_later_division_is_left_out_and_named() -> None:
    later = division(2026, {"00100": LEFT, "00120": box(4, 0, 5, 4)})
    assert without(EARLIER, by_land(EARLIER, later, "made", "2026")) == ["00120"]


def test_codes_alone_tell_what_keeps_its_code_and_no_error() -> None:
    later = division(2026, {"00120": LEFT, "00130": RIGHT})
    found = tables.conform(by_code(EARLIER, later, "made", "2026"), "crosswalk")
    assert findings(found, "crosswalk") == []
    assert found[["from_area", "to_area"]].to_numpy().tolist() == [["00120", "00120"]] and found["error"].isna().all()
    assert without(EARLIER, found) == ["00100"]
    assert len(by_code(EARLIER.iloc[:0], later, "made", "2026")) == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 39), min_size=1, max_size=5, unique=True),
       st.lists(st.integers(1, 39), min_size=1, max_size=5, unique=True))  # fmt: skip
def test_the_weights_of_an_area_sum_to_one_and_each_error_is_a_share(before: list[int], after: list[int]) -> None:
    def sliced(year: int, cuts: list[int]) -> pd.DataFrame:
        edges = [0, *sorted(cuts), 40]
        return division(year, {f"{at:05}": box(a / 10, 0, b / 10, 2) for at, (a, b) in enumerate(pairwise(edges))})

    earlier, later = sliced(2018, before), sliced(2026, after)
    found = tables.conform(by_land(earlier, later, "made", "2026"), "crosswalk")
    assert findings(found, "crosswalk") == []
    sums = found.groupby("from_area")["weight"].sum()
    assert set(sums.index) == set(earlier["area_id"]) and np.allclose(sums, 1, atol=1e-5)
    assert found["error"].between(0.06, 1).all()
    whole = found.groupby("from_area")["to_area"].transform("size") == 1
    assert (found["weight"][whole] == 1).all() and found["rule"][whole].isin(("same", "merged")).all()


@pytest.mark.parametrize("order", [0, 1, 2])
def test_the_order_of_rows_does_not_matter(order: int) -> None:
    later = division(2026, {"00100": box(0, 0, 3, 4), "00120": box(3, 0, 6, 4), "00130": box(6, 0, 8, 4)})
    mixed = (later.sample(frac=1, random_state=order), EARLIER.sample(frac=1, random_state=order))
    expected = tables.conform(by_land(EARLIER, later, "made", "2026"), "crosswalk")
    assert tables.conform(by_land(mixed[1], mixed[0], "made", "2026"), "crosswalk").equals(expected)


def test_importing_geography_loads_no_geometry() -> None:
    code = "import sys, seg_pipeline.geography.crosswalk; print({'shapely', 'pandas'} & set(sys.modules))"
    assert run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_vintages_follow_each_other_by_land_where_both_have_boundaries_and_else_by_codes() -> None:
    from seg_pipeline.geography.crosswalk import through_time

    square = "POLYGON ((0 0, 100 0, 100 100, 0 100, 0 0))"
    rows = [("00100", 2018, square), ("00100", 2020, None), ("00100", 2026, square), ("00100", 2027, square)]
    areas = pd.DataFrame(rows, columns=["area_id", "boundary_vintage", "geometry"])
    areas = areas.assign(geography="postal_area", city="091")
    found = through_time(areas, "polygons", "codes")
    assert [(one["from_vintage"][0], one["to_vintage"][0], one["source"][0], one["release"][0]) for one in found] == [
        (2018, 2020, "codes", "2020"), (2018, 2026, "polygons", "2026"), (2020, 2026, "codes", "2026"),
        (2026, 2027, "polygons", "2027"),
    ]  # fmt: skip
    assert through_time(areas.head(1), "polygons", "codes") == []
    elsewhere = areas.assign(city=["091", "049", "092", "179"])
    assert through_time(elsewhere, "polygons", "codes") == []

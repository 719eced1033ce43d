"""A closed year that changes at the source is always noticed: both values, and where each stands."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from seg_pipeline import tables
from seg_pipeline.quality import contracts
from seg_pipeline.quality.revisions import Issue, between
from seg_pipeline_tests.spec.test_compute import area, counts

FIRST, THEN, LATER = Issue("2026", 1), Issue("2026", 2), Issue("2027", 1)


def telling(*low: int) -> pd.DataFrame:
    rows = [row for at, number in enumerate(low) for row in area(f"0010{at}", number, 10, 100)]
    return counts(*rows)


@given(st.lists(st.integers(0, 80), min_size=1, max_size=6), st.data())
def test_exactly_the_cells_that_moved_are_told(low: list[int], data: st.DataObject) -> None:
    changed = data.draw(st.lists(st.integers(0, 80), min_size=len(low), max_size=len(low)))
    before, after = telling(*low), telling(*changed)
    moved = between(before, after, "counts", FIRST, THEN)
    assert contracts.findings(moved, "revisions") == []
    joined = before.merge(after, on=["area_id", "dimension", "group"], suffixes=("_x", "_y"))
    expected = joined[(joined["count_x"] != joined["count_y"]).fillna(False)]
    assert len(moved) == len(expected)
    assert list(moved["value_before"]) != list(moved["value_after"]) or moved.empty
    told = moved.set_index(["area", "group"])
    for row in expected.to_dict("records"):
        cell = told.loc[(f"postal_area {row['area_id']}", row["group"])]
        assert (cell["value_before"], cell["value_after"]) == (row["count_x"], row["count_y"])


def test_the_same_telling_has_no_revision() -> None:
    assert between(telling(1, 2), telling(1, 2), "counts", FIRST, THEN).empty


def test_a_cell_that_becomes_hidden_or_goes_is_told() -> None:
    before = telling(30, 20)
    hidden = counts(*area("00100", None, None, 100), *area("00101", 20, 10, 100))
    moved = between(before, hidden, "counts", FIRST, THEN, gone=True)
    assert set(moved["area"]) == {"postal_area 00100"} and set(moved["status_after"]) == {"suppressed"}
    assert moved["value_after"].isna().all() and moved["value_before"].notna().all()
    gone = before[before["area_id"] != "00101"]
    assert set(between(before, gone, "counts", FIRST, THEN, gone=True)["status_after"]) == {"missing"}
    assert between(before, gone, "counts", FIRST, LATER).empty  # another release may have other areas


def test_a_new_year_is_news_and_no_revision() -> None:
    before = telling(30)
    after = pd.concat([before, before.assign(reference_year=before["reference_year"] + 1)], ignore_index=True)
    assert between(before, after, "counts", FIRST, THEN).empty


def test_wellbeing_is_watched_too() -> None:
    row = {"city": "091", "indicator": "unemployment", "group": "total", "reference_year": 2020, "period": "year",
           "source": "sotkanet", "release": "2026", "value": 10.1, "unit": "percent", "numerator": None,
           "denominator": None, "status": "observed", "producer": "THL", "licence": "CC BY 4.0"}  # fmt: skip
    before = tables.conform(pd.DataFrame([row]), "wellbeing")
    moved = between(before, before.assign(value=10.2), "wellbeing", FIRST, LATER)
    assert moved[["subject", "area", "value_before", "value_after"]].to_numpy().tolist() == [
        ["unemployment", "city", 10.1, 10.2]
    ]

"""What a closed source tells of few people stays inside; what a publisher does not let out is not there at all."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from seg_pipeline import tables
from seg_pipeline.defs.protection import protected
from seg_pipeline.quality import contracts


def told(**changed: Any) -> dict[str, Any]:
    return {"source": "helsinki", "release": "2026", "city": "091", "indicator": "neet", "group": "total",
            "reference_year": 2024, "period": "h1", "value": 12.0, "unit": "percent", "numerator": 12.0,
            "denominator": 100.0, "status": "observed", "producer": "Helsinki", "licence": "CC BY 4.0",
            **changed}  # fmt: skip


def out(*rows: dict[str, Any]) -> pd.DataFrame:
    names = ("counts", "area_profiles", "indicators", "changes", "revisions")
    made = {name: tables.empty(name) for name in names}
    wellbeing = protected(made | {"wellbeing": tables.conform(pd.DataFrame(rows), "wellbeing")})["wellbeing"]
    assert contracts.findings(wellbeing.reset_index(drop=True), "wellbeing") == []
    return wellbeing


@pytest.mark.parametrize(
    ("few", "hidden"),
    [
        ({"numerator": 9.0, "value": 9.0}, True),
        ({"numerator": 10.0, "value": 10.0}, False),
        ({"numerator": 0.0, "value": 0.0}, False),
        ({"numerator": 91.0, "value": 91.0}, True),
        ({"numerator": None, "denominator": None, "unit": "persons", "value": 9.0}, True),
        ({"numerator": None, "denominator": None, "unit": "persons", "value": 11.0}, False),
        ({"numerator": 9.0, "value": 9.0, "source": "sotkanet"}, False),
    ],
)
def test_few_people_or_all_but_few_are_hidden(few: dict[str, Any], hidden: bool) -> None:
    row = out(told(**few)).iloc[0]
    assert (row["status"] == "suppressed") == hidden and pd.isna(row["value"]) == hidden
    assert not hidden or (pd.isna(row["numerator"]) and pd.isna(row["denominator"]))


def test_a_hidden_group_is_not_the_rest_of_its_total() -> None:
    made = out(
        told(numerator=30.0, value=30.0),
        told(group="foreign", numerator=4.0, denominator=20.0, value=20.0),
        told(group="domestic", numerator=26.0, denominator=80.0, value=32.5),
        told(period="h2", numerator=30.0, value=30.0),
    )
    assert made.groupby("period")["status"].agg(set).to_dict() == {"h1": {"suppressed"}, "h2": {"observed"}}


LEFT_OVER = {
    "the total less a group": [
        told(numerator=105.0, denominator=5600.0, value=1.9),
        told(group="foreign", numerator=98.0, denominator=1200.0, value=8.2),
    ],
    "the base of the total less that of a group": [
        told(numerator=300.0, denominator=5600.0, value=5.4),
        told(group="foreign", numerator=98.0, denominator=5595.0, value=1.8),
    ],
    "shares that do not say of how many": [
        told(numerator=None, denominator=None, value=0.3),
        told(group="foreign", numerator=None, denominator=None, value=0.2),
    ],
    "numbers of households": [
        told(numerator=None, denominator=None, value=105.0, unit="households"),
        told(group="foreign", numerator=None, denominator=None, value=98.0, unit="households"),
    ],
    "the total less all groups": [
        told(numerator=100.0, denominator=1000.0, value=10.0),
        told(group="finnish", numerator=50.0, denominator=600.0, value=8.3),
        told(group="swedish", numerator=45.0, denominator=300.0, value=15.0),
    ],
}


@pytest.mark.parametrize("name", LEFT_OVER)
def test_what_is_left_over_is_not_few_either(name: str) -> None:
    assert set(out(*LEFT_OVER[name])["status"]) == {"suppressed"}


def test_what_leaves_many_over_goes_out() -> None:
    made = out(
        told(numerator=300.0, denominator=5600.0, value=5.4),
        told(group="foreign", numerator=98.0, denominator=1200.0, value=8.2),
    )
    assert set(made["status"]) == {"observed"}


def test_what_is_under_no_open_licence_does_not_go_out() -> None:
    made = out(told(source="sotkanet", licence="not stated"), told(source="sotkanet", city="049"))
    assert made["city"].tolist() == ["049"]

"""What looks odd compared with last year: each rule finds its own seeded change, and nothing where all goes on."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pytest

from seg_pipeline import catalogue
from seg_pipeline.quality.expectations import odd
from seg_pipeline.sources import all_sources
from seg_pipeline_tests.sources.deliveries import Rows, as_workbook, whole

Tables = Mapping[str, pd.DataFrame]


def tables(sheets: Mapping[str, Rows]) -> Tables:
    return all_sources()["turku"].read(as_workbook(sheets), "2026").tables


def larger(shift: int = 0) -> dict[str, Rows]:
    """A delivery of ten areas of some thousand people, whose years are `shift` later."""
    sheets = whole("turku")
    counts = [
        {"area_id": f"8531{area:02}", "area_name_fi": f"Keksitty {area}", "area_name_sv": "", "dimension": "language",
         "group": group, "reference_year": str(year + shift), "count": str(count)}
        for area in range(10)
        for year in (2021, 2022)
        for group, count in (("total", 2000 + 10 * area), ("domestic", 1600 + 5 * area), ("foreign", 400 + 5 * area))
    ]  # fmt: skip
    shifted = {name: [row | {"reference_year": str(int(row["reference_year"]) - 1 + shift)} for row in sheets[name]]
               for name in ("wellbeing", "funding", "schools")}  # fmt: skip
    return {"counts": counts, **shifted}


def rules(now: Mapping[str, Rows], before: Mapping[str, Rows]) -> set[str]:
    return {one.rule for one in odd(tables(now), tables(before))}


def scaled(rows: Rows, factor: float, area: str = "", year: str = "") -> Rows:
    def count(row: dict[str, str]) -> str:
        chosen = (not area or row["area_id"] == area) and (not year or row["reference_year"] == year)
        return str(round(int(row["count"]) * factor)) if chosen else row["count"]

    told = [row | {"count": count(row)} for row in rows]
    sums: dict[tuple[str, str], int] = {}
    for row in told:
        if row["group"] != "total":
            key = row["area_id"], row["reference_year"]
            sums[key] = sums.get(key, 0) + int(row["count"])
    return [
        row | {"count": str(sums[row["area_id"], row["reference_year"]])} if row["group"] == "total" else row
        for row in told
    ]


def test_a_delivery_that_goes_on_as_before_is_not_odd() -> None:
    assert rules(larger(1), larger()) == set()


def seeded(rule: str) -> dict[str, Rows]:
    now = larger(1)
    counts = now["counts"]
    if rule == "total":
        now["counts"] = scaled(counts, 1.2, year="2023")
    elif rule == "share":
        now["counts"] = scaled([row | {"count": str(int(row["count"]) + 150)} if row["group"] == "foreign" and
                                row["reference_year"] == "2023" else row for row in counts], 1)  # fmt: skip
    elif rule == "area":
        now["counts"] = scaled(counts, 1.5, area="853104", year="2023")
    elif rule == "distribution":
        now["counts"] = scaled([row | {"count": str(int(row["count"]) + (200 if int(row["area_id"]) % 2 else -200))}
                                if row["group"] == "foreign" and row["reference_year"] == "2023" else row
                                for row in counts], 1)  # fmt: skip
    elif rule == "areas":
        now["counts"] = [row | {"area_id": row["area_id"].replace("853109", "853110")} for row in counts]
    elif rule == "groups":
        now["counts"] = [*counts, *[row | {"dimension": "tenure", "group": group} for row in counts[:3]
                                    for group in ("total", "owner") if row["group"] == "total"]]  # fmt: skip
    elif rule == "closed_year":
        now["counts"] = scaled([row | {"count": "395"} if row == counts[2] else row for row in counts], 1)
    elif rule == "newest_year":
        now = larger()
    elif rule == "hidden":
        now["counts"] = [row | {"count": "..."} if row["group"] != "total" and row["area_id"] in ("853100", "853101")
                         else row for row in counts]  # fmt: skip
    elif rule == "wellbeing":
        now["wellbeing"] = [row | {"value": "500"} if row["value"] == "812" else row for row in now["wellbeing"]]
    elif rule == "funding":
        now["funding"] = [row | {"euros": "300000"} if row["euros"] != ".." else row for row in now["funding"]]
    return now


@pytest.mark.parametrize("rule", [row["rule"] for row in catalogue.rows("expectations")])
def test_each_rule_finds_its_seeded_change(rule: str) -> None:
    found = [one for one in odd(tables(seeded(rule)), tables(larger())) if one.rule == rule]
    assert found
    if rule == "area":
        assert [(one.where["area_id"], one.before, one.now) for one in found] == [("853104", 2040.0, 3060.0)]
    if rule == "areas":
        assert {(one.where["area_id"], one.now) for one in found} == {("853109", "gone"), ("853110", "new")}
    if rule == "wellbeing":
        assert [(one.before, one.now) for one in found] == [(812.0, 500.0)]

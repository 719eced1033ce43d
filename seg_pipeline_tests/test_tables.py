"""The contracts: every rule has a table that breaks it, and every column its description in three languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from seg_pipeline import catalogue, parquet, tables
from seg_pipeline.quality import contracts
from seg_pipeline_tests.spec.test_compute import area, counts

Change = Callable[[pd.DataFrame], pd.DataFrame]


def sound() -> pd.DataFrame:
    return counts(*area("00100", 30, 10, 50), *area("00120", None, None, 20))


def cell(column: str, value: Any, row: int = 0) -> Change:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        changed = table.copy()
        changed.loc[row, column] = value
        return changed

    return change


BROKEN: dict[str, tuple[Change, str]] = {
    "a municipality that is not in the catalogue": (cell("city", "999"), "municipality"),
    "a code that lost its zero": (cell("city", "91"), "municipality"),
    "an unknown geography": (cell("geography", "parish"), "geography"),
    "an empty area": (cell("area_id", ""), "not empty"),
    "a year out of range": (cell("reference_year", 224), "year"),
    "an unknown dimension": (cell("dimension", "wealth"), "dimension"),
    "a group of another dimension": (cell("group", "owner"), "group of its dimension"),
    "a negative count": (cell("count", -1), "not negative"),
    "an unknown status": (cell("status", "hidden"), "status"),
    "a count without being observed": (cell("status", "missing"), "exactly where the status is observed"),
    "a count outside its bounds": (cell("upper", 1), "lower ≤ count ≤ upper"),
    "parts that do not make the total": (cell("count", 11), "sum to their total"),
    "a row twice": (lambda table: pd.concat([table, table.head(1)], ignore_index=True), "unique"),
    "a column gone": (lambda table: table.drop(columns="status"), "status"),
    "a column more": (lambda table: table.assign(extra=1), "extra"),
    "text for numbers": (lambda table: table.astype({"count": "str"}), "Int64"),
}


def test_a_sound_table_has_no_finding() -> None:
    assert contracts.findings(sound(), "counts") == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_found_and_named(name: str) -> None:
    change, said = BROKEN[name]
    found = contracts.findings(change(sound()), "counts")
    assert found and all(finding.severity == "block" for finding in found)
    assert any(said in f"{finding.message} {finding.rule}" for finding in found), found


def test_findings_come_in_the_same_order_and_name_the_row() -> None:
    broken = cell("city", "999", 2)(cell("count", -5, 1)(sound()))
    first, second = contracts.findings(broken, "counts"), contracts.findings(broken, "counts")
    assert first == second
    assert any("area_id 00100" in finding.example for finding in first)


def test_every_column_is_described_in_three_languages() -> None:
    for name, schema in tables.CONTRACTS.items():
        for column, described in {name: schema, **schema.columns}.items():
            told = {language: (described.metadata or {})[language] for language in catalogue.LANGUAGES}
            assert len(set(told.values())) == 3, (name, column)


def test_every_number_has_a_unit_of_the_catalogue_and_every_unit_is_used() -> None:
    measured = {
        (name, column): (described.metadata or {}).get("unit")
        for name, schema in tables.CONTRACTS.items()
        for column, described in schema.columns.items()
        if tables.column_type(described) != "str" or column in ("geometry", "centroid")
    }
    assert [where for where, unit in measured.items() if unit is None] == []
    assert set(measured.values()) == {row["unit"] for row in catalogue.rows("units")}


def test_a_table_comes_back_from_parquet_as_it_went(tmp_path: Path) -> None:

    path = tmp_path / "counts.parquet"
    path.write_bytes(parquet.encode(sound(), {"lineage": "åäö"}))
    pd.testing.assert_frame_equal(parquet.read(path), sound())
    assert parquet.footer(path) == {"lineage": "åäö"}


def test_the_same_table_gives_the_same_bytes() -> None:
    assert parquet.encode(sound()) == parquet.encode(sound().copy())


@pytest.mark.parametrize("name", tables.CONTRACTS)
def test_an_empty_table_keeps_its_contract(name: str) -> None:
    assert contracts.findings(tables.empty(name), name) == []

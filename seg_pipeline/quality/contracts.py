"""Does a table keep its contract? Pandera judges, every broken rule becomes one finding that blocks."""

from __future__ import annotations

import pandas as pd
import pandera.errors

from seg_pipeline import tables
from seg_pipeline.quality.finding import Finding


def findings(table: pd.DataFrame, name: str) -> list[Finding]:
    """Return one finding per rule of the contract `name` that `table` breaks, in a fixed order."""
    try:
        tables.CONTRACTS[name].validate(table, lazy=True)
    except pandera.errors.SchemaErrors as broken:
        cases = broken.failure_cases.assign(column=broken.failure_cases["column"].fillna("").astype(str))
        rules = cases.groupby(["column", "check"], sort=True)
        return [_finding(table, name, str(column), str(check), rows) for (column, check), rows in rules]
    return []


def _finding(table: pd.DataFrame, name: str, column: str, check: str, cases: pd.DataFrame) -> Finding:
    places = sorted({int(index) for index in cases["index"].dropna()})
    where = f"column {column}: " if column and column != name else ""
    message = f"{where}expected {check}"
    return Finding("block", name, check, message, len(places), _row(table, places, name) if places else "")


def _row(table: pd.DataFrame, places: list[int], name: str) -> str:
    shown = [column for column in [*tables.key(name), "count", "value", "status"] if column in table.columns]
    row = table.iloc[places[0]]
    return ", ".join(f"{column} {row[column]}" for column in dict.fromkeys(shown))

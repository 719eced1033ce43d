"""Does a table keep its contract? Pandera judges, every broken rule becomes one finding that blocks."""

from __future__ import annotations

import pandas as pd
import pandera.errors

from seg_pipeline import tables
from seg_pipeline.quality.finding import Finding

ABOUT_COLUMNS = {"column_in_schema": "no column", "column_in_dataframe": "the column"}


def findings(table: pd.DataFrame, name: str) -> list[Finding]:
    """Return one finding per rule of the contract `name` that `table` breaks, in a fixed order.

    A table without rows keeps its contract by its columns and types alone; Pandera takes 20 ms to say so.
    """
    if table.empty and table.dtypes.to_dict() == tables.empty(name).dtypes.to_dict():
        return []
    try:
        tables.CONTRACTS[name].validate(table, lazy=True)
    except pandera.errors.SchemaErrors as broken:
        of_columns = broken.failure_cases["schema_context"] == "Column"
        cases = broken.failure_cases.assign(column=broken.failure_cases["column"].where(of_columns, "").astype(str))
        rules = cases.groupby(["column", "check"], sort=True)
        return [_finding(table, name, str(column), str(check), rows) for (column, check), rows in rules]
    return []


def _finding(table: pd.DataFrame, name: str, column: str, check: str, cases: pd.DataFrame) -> Finding:
    places = sorted({int(index) for index in cases["index"].dropna()})
    where = f"column {column}: " if column else ""
    named = ", ".join(sorted({str(case) for case in cases["failure_case"]})) if check in ABOUT_COLUMNS else ""
    message = f"{where}expected {ABOUT_COLUMNS.get(check, check)} {named}".rstrip()
    return Finding("block", name, check, message, len(places), _row(table, places[0], name) if places else "")


def _row(table: pd.DataFrame, place: int, name: str) -> str:
    """Return which row it is, by its key: a finding goes into logs, and no count may."""
    row = table.iloc[place]
    return ", ".join(f"{column} {row[column]}" for column in tables.key(name) if column in table.columns)

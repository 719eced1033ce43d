"""The table contracts: what each table is, column by column. They are also the data dictionary.

A column is described here once, in English, Finnish and Swedish; the data package, the manifest, the
Dagster column schema and the documentation all read it from here. Pandera enforces the contract.

`CONTRACTS` maps the name of each table to its schema. A schema's ``unique`` is the table's key, and the
table is sorted by it.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pandas as pd
import pandera.pandas as pa

from seg_pipeline.tables.boundaries import CROSSWALK
from seg_pipeline.tables.codes import CITIES, GROUPS_TABLE, WELLBEING_INDICATORS
from seg_pipeline.tables.counts import AREAS, COUNTS
from seg_pipeline.tables.indicators import AREA_PROFILES, CHANGES, INDICATORS
from seg_pipeline.tables.moved import MOVED
from seg_pipeline.tables.operations import COVERAGE, DELIVERIES, RECONCILIATION, REVISIONS
from seg_pipeline.tables.wellbeing import AREA_FUNDING, WELLBEING_TABLE

CONTRACTS: dict[str, pa.DataFrameSchema] = {
    str(schema.name): schema
    for schema in (
        CITIES, GROUPS_TABLE, WELLBEING_INDICATORS, AREAS, COUNTS, WELLBEING_TABLE, AREA_FUNDING, CROSSWALK, INDICATORS,
        AREA_PROFILES, CHANGES, MOVED, DELIVERIES, COVERAGE, REVISIONS, RECONCILIATION,
    )
}  # fmt: skip
TABLE_SCHEMA = {"str": "string", "Int64": "integer", "float64": "number"}  # the standard's words for our types


def conform(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return `table` with the contract's columns, order, types and row order. It adds and drops no row."""
    typed = {column: column_type(described) for column, described in CONTRACTS[name].columns.items()}
    ordered = table[list(typed)].astype(typed)
    return ordered.sort_values(key(name), kind="stable", ignore_index=True)


def column_type(column: pa.Column) -> str:
    """Return the pandas type of a contract's column: ``str``, ``Int64`` or ``float64``."""
    written = str(column.dtype)
    return "str" if written.startswith("str") else written


def footer(name: str) -> dict[str, str]:
    """Return what a published file of the table `name` says of itself: the table, and each column's meaning as JSON."""
    columns = {
        column: {"type": TABLE_SCHEMA[column_type(described)], **dict(sorted((described.metadata or {}).items()))}
        for column, described in CONTRACTS[name].columns.items()
    }
    return {"table": name, "dictionary": json.dumps(columns, ensure_ascii=False)}


def key(name: str) -> list[str]:
    """Return the columns that identify a row of the table `name`; the table is sorted by them."""
    unique: Any = CONTRACTS[name].unique
    return list(unique)


def empty(name: str) -> pd.DataFrame:
    """Return the table `name` with its columns and types and no row."""
    return _empty(name).copy()


@cache
def _empty(name: str) -> pd.DataFrame:
    return conform(pd.DataFrame({column: [] for column in CONTRACTS[name].columns}), name)

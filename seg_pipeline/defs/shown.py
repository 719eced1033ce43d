"""What a data engineer sees of a table in the UI: rows, cities, coverage, a small table, a plot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg
import pandas as pd

from seg_pipeline import catalogue, tables
from seg_pipeline.classifications import CITIES, CITY_CODES
from seg_pipeline.defs.drawn import small_table
from seg_pipeline.defs.highlights import HIGHLIGHTS
from seg_pipeline.sources.archive import Receipt


def columns(name: str) -> dg.TableSchema:
    """Return a contract as Dagster shows it."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column,
                tables.column_type(described),
                description=described.description,
                constraints=dg.TableColumnConstraints(nullable=described.nullable),
            )
            for column, described in tables.CONTRACTS[name].columns.items()
        ]
    )


def metadata(table: pd.DataFrame, name: str, made_up: bool) -> dict[str, Any]:
    """Return the metadata of one materialisation of a table."""
    shown: dict[str, Any] = {
        "dagster/row_count": len(table),
        **_cities(table),
        **HIGHLIGHTS[name](table),
    }
    return shown | ({"made up": catalogue.texts("texts", "text")["made_up"]["en"]} if made_up else {})


def steps(clock: Mapping[str, float]) -> dict[str, Any]:
    """Return how long the steps of a computation took, the slowest first by name."""
    if not clock:
        return {}
    slowest = max(clock, key=lambda step: clock[step])
    rows = [{"step": step, "seconds": round(seconds, 2)} for step, seconds in sorted(clock.items())]
    return {"slowest step": f"{slowest}: {clock[slowest]:.2f} s", "steps": small_table(rows)}


def receipts(received: Iterable[Receipt]) -> dg.MetadataValue[Any]:
    """Return the deliveries that a source's tables were read from."""
    rows = [
        {"release": r.release, "part": r.part, "revision": r.revision, "file": r.file, "received": r.when,
         "bytes": r.size, "sha256": r.sha256[:12], "licence": r.licence}
        for r in received
    ]  # fmt: skip
    return small_table(rows) if rows else dg.MetadataValue.text("nothing has been received for this edition")


def _cities(table: pd.DataFrame) -> dict[str, str]:
    """Return how many of the eleven cities a table tells of, where it tells of cities."""
    if "city" not in table:
        return {}
    return {"cities": f"{table.loc[table['city'].isin(CITY_CODES), 'city'].nunique()} of {len(CITIES)}"}

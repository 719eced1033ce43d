"""What a data engineer sees of a table in the UI: rows, cities, coverage, a small table, a plot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import dagster as dg
import pandas as pd

from seg_pipeline import catalogue, tables
from seg_pipeline.classifications import CITIES, CITY_CODES
from seg_pipeline.indicators.summary import POSTAL, eleven
from seg_pipeline.sources.archive import Receipt

NAMES = {city.city: city.name_en for city in CITIES}
BAR, ROW, LEFT, WIDTH = 9, 15, 110, 250


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
        "cities": f"{table['city'].isin(CITY_CODES).groupby(table['city']).any().sum()} of {len(CITIES)}",
        **_SHOWN[name](table),
    }
    return shown | ({"made up": catalogue.texts("texts", "text")["made_up"]["en"]} if made_up else {})


def receipts(received: Iterable[Receipt]) -> dg.MetadataValue[Any]:
    """Return the deliveries that a source's tables were read from."""
    rows = [
        {"release": r.release, "part": r.part, "revision": r.revision, "file": r.file, "received": r.received,
         "bytes": r.size, "sha256": r.sha256[:12], "licence": r.licence}
        for r in received
    ]  # fmt: skip
    return small_table(rows) if rows else dg.MetadataValue.text("nothing has been received for this edition")


def small_table(rows: Sequence[Mapping[Any, Any]]) -> dg.MetadataValue[Any]:
    """Return rows as a small table."""
    if not rows:
        return dg.MetadataValue.text("nothing")
    head = dict.fromkeys(name for row in rows for name in row)
    return dg.MetadataValue.table(
        [dg.TableRecord({str(name): _cell(row.get(name, "–")) for name in head}) for row in rows]
    )


def bars(values: Mapping[str, float], title: str) -> str:
    """Return a bar chart as a Markdown image, one bar for each name, from 0 to the largest value.

    It is short on purpose: the UI draws Markdown of less than 1,000 characters in place and hides more behind a
    link. It is an image because the UI removes bare SVG.
    """
    most = max(values.values(), default=0) or 1
    names = "".join(
        f"<text y='{(at + 1) * ROW + 9}'>{escape(name)} {value:.3f}</text>"
        for at, (name, value) in enumerate(values.items())
    )
    drawn = "".join(
        f"M4 {(at + 1) * ROW}h{value / most * WIDTH:.0f}v{BAR}H4z" for at, value in enumerate(values.values())
    )
    style = "text-anchor='end' font-size='11' font-family='sans-serif' fill='teal'"
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{LEFT + WIDTH}' height='{(len(values) + 2) * ROW}'>"
        f"<g {style} transform='translate({LEFT})'>{names}<path d='{drawn}'/></g></svg>"
    )
    return f"![{escape(title)}](<data:image/svg+xml,{svg.replace('<', '%3C').replace('>', '%3E')}>)"


def _cell(value: Any) -> str | int | float | bool:
    return value if isinstance(value, str | int | float | bool) else str(value)


def _counts(table: pd.DataFrame) -> dict[str, Any]:
    if table.empty:
        return {"coverage": "no counts"}
    told = table[table["group"] != "total"]
    by = told.groupby(["source", "release", "dimension", "reference_year"], sort=True)
    rows = [
        dict(zip(("source", "release", "dimension", "reference year"), case, strict=True))
        | {"areas": part["area_id"].nunique(), "coverage of cells": f"{(part['status'] == 'observed').mean():.1%}"}
        for case, part in by
    ]
    statuses = table["status"].value_counts().sort_index()
    return {
        "coverage": f"{(told['status'] == 'observed').mean():.1%} of cells observed",
        "statuses": ", ".join(f"{status} {count}" for status, count in statuses.items()),
        "dimensions": small_table(rows),
    }


def _areas(table: pd.DataFrame) -> dict[str, Any]:
    kinds = (table["geography"] + " " + table["boundary_vintage"].astype(str)).rename("division")
    number = pd.crosstab(table["city"], kinds).reindex(CITY_CODES, fill_value=0)
    rows = [{"city": NAMES[city], **number.loc[city].astype(int).to_dict()} for city in CITY_CODES]
    located = f"{table['population'].notna().mean():.1%} of areas with a population" if len(table) else "no areas"
    return {"coverage": located, "areas": small_table(rows)}


def _indicators(table: pd.DataFrame) -> dict[str, Any]:
    income = table[(table["indicator"] == "dissimilarity") & (table["dimension"] == "income") & table["value"].notna()]
    postal = income[income["geography"] == POSTAL]
    latest = postal.sort_values("reference_year", kind="stable").drop_duplicates("city", keep="last")
    values = latest.set_index("city")["value"]
    plotted = {NAMES[city]: float(values[city]) for city in CITY_CODES if city in values.index}
    coverage = table["coverage"].min()
    return {
        "coverage": f"least {coverage:.1%} of a city's people" if pd.notna(coverage) else "nothing covered",
        "eleven cities": small_table(eleven(table)),
        "plot": dg.MetadataValue.md(bars(plotted, "D of low and high income by postal area, latest year")),
    }


_SHOWN = {"counts": _counts, "areas": _areas, "indicators": _indicators}

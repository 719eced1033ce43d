"""What a data engineer sees of a table in the UI: rows, cities, coverage, a small table, a plot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import dagster as dg
import pandas as pd

from seg_pipeline import catalogue, tables
from seg_pipeline.classifications import AREA_TYPES, CITIES, CITY_CODES
from seg_pipeline.defs.summary import POSTAL, eleven
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
    reasons = table["interval"].value_counts().sort_index()
    return {
        "coverage": f"least {coverage:.1%} of a city's people" if pd.notna(coverage) else "nothing covered",
        "intervals": ", ".join(f"{reason} {number}" for reason, number in reasons.items()) or "none",
        "eleven cities": small_table(eleven(table)),
        "plot": dg.MetadataValue.md(bars(plotted, "D of low and high income by postal area, latest year")),
    }


def _profiles(table: pd.DataFrame) -> dict[str, Any]:
    types = table[table["profile"] == "area_type"].sort_values("reference_year", kind="stable")
    latest = types.drop_duplicates(["city", "geography", "area_id"], keep="last")
    number = pd.crosstab(latest["city"], latest["category"]).reindex(CITY_CODES, fill_value=0)
    named = [
        {"city": NAMES[city]} | {of: int(number[of][city]) for of in AREA_TYPES if of in number} for city in CITY_CODES
    ]
    every = table["value"].notna().mean() if len(table) else 0
    return {"coverage": f"{every:.1%} of measures have a value", "areas of each type": small_table(named)}


def _changes(table: pd.DataFrame) -> dict[str, Any]:
    total = table[table["term"] == "total"]
    sure = (total["lower"] > 0) | (total["upper"] < 0)
    income = total[(total["indicator"] == "dissimilarity") & (total["dimension"] == "income")]
    rows = [
        {"city": NAMES[row["city"]], "from": row["from_year"], "to": row["to_year"],
         "change of D": round(row["value"], 4), "p": row["p_value"] if pd.notna(row["p_value"]) else "–"}
        for row in income.sort_values(["city", "from_year", "to_year"]).to_dict("records")
        if row["city"] in NAMES and pd.notna(row["value"])
    ]  # fmt: skip
    said = f"{len(total)} changes of indicators, {int(sure.sum())} beyond chance"
    return {"coverage": said, "D of low and high income": small_table(rows)}


_SHOWN = {
    "counts": _counts, "areas": _areas, "indicators": _indicators, "area_profiles": _profiles, "changes": _changes
}  # fmt: skip

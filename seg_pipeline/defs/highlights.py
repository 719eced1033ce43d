"""What is shown of each table in the UI: its coverage, and the few rows or bars that say most."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dagster as dg
import pandas as pd

from seg_pipeline.classifications import AREA_TYPES, CITIES, CITY_CODES
from seg_pipeline.defs.drawn import bars, small_table
from seg_pipeline.defs.summary import POSTAL, eleven

NAMES = {city.city: city.name_en for city in CITIES}
MOST_ROWS = 50


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


def _wellbeing(table: pd.DataFrame) -> dict[str, Any]:
    """Return the latest value of each indicator in each of the eleven cities."""
    told = table[(table["group"] == "total") & table["value"].notna()]
    latest = told.sort_values(["reference_year", "period", "release"], kind="stable")
    latest = latest.drop_duplicates(["city", "indicator"], keep="last")
    values = latest.pivot(index="indicator", columns="city", values="value")
    rows = [
        {"indicator": indicator}
        | {NAMES[city]: round(float(value), 1) for city, value in row.items() if city in NAMES and pd.notna(value)}
        for indicator, row in values.iterrows()
    ]
    return {"coverage": f"{len(values)} indicators", "latest values": small_table(rows)}


def _coverage(table: pd.DataFrame) -> dict[str, Any]:
    """Return each source's subjects by status, and why what is missing is missing."""
    by = pd.crosstab(table["source"], table["status"])
    rows = [{"source": source, **{str(status): int(number) for status, number in row.items()}} for source, row in
            by.iterrows()]  # fmt: skip
    missing = table[~table["status"].isin(["arrived", "revised"])]
    columns = ["source", "table", "subject", "status", "release", "note", "who"]
    arrived = table["status"].isin(["arrived", "revised"]).mean() if len(table) else 0
    return {
        "coverage": f"{arrived:.1%} of subjects have arrived",
        "sources": small_table(rows),
        "not arrived": small_table(
            missing[columns].astype("object").where(missing[columns].notna(), "–").to_dict("records")
        ),
    }


def _revisions(table: pd.DataFrame) -> dict[str, Any]:
    by = table.groupby(["source", "subject", "reference_year", "release_before", "release_after"], sort=True)
    rows = [
        dict(zip(("source", "subject", "year", "before", "after"), case, strict=True)) | {"cells": len(cells)}
        for case, cells in by
    ]
    return {"coverage": f"{len(table)} cells were revised", "revised": small_table(rows[:MOST_ROWS])}


def _reconciliation(table: pd.DataFrame) -> dict[str, Any]:
    by = table.groupby(["source", "other_source", "dimension"], sort=True)
    rows = [
        dict(zip(("source", "compared with", "dimension"), case, strict=True))
        | {"comparisons": len(cases), "outside": int((cases["agreement"] == "outside").sum()),
           "largest difference": f"{cases['difference'].abs().max():.1%}"}
        for case, cases in by
    ]  # fmt: skip
    return {"coverage": f"{(table['agreement'] == 'outside').sum()} of {len(table)} comparisons outside",
            "sources": small_table(rows)}  # fmt: skip


def _plain(table: pd.DataFrame) -> dict[str, Any]:
    """Return the first rows of a table."""
    return {"coverage": f"{len(table)} rows", "first rows": small_table(_records(table.head(MOST_ROWS)))}


def _records(table: pd.DataFrame) -> list[dict[Any, Any]]:
    return table.astype("object").where(table.notna(), "–").to_dict("records")


HIGHLIGHTS: dict[str, Callable[[pd.DataFrame], dict[str, Any]]] = {
    "counts": _counts, "areas": _areas, "indicators": _indicators, "area_profiles": _profiles, "changes": _changes,
    "wellbeing": _wellbeing, "coverage": _coverage, "revisions": _revisions, "reconciliation": _reconciliation,
    "area_funding": _plain, "crosswalk": _plain,
}  # fmt: skip

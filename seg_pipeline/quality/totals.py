"""The totals of a delivery, as tables of text that a person can look over: by dimension, group and year."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import pandas as pd

from seg_pipeline import catalogue
from seg_pipeline.classifications import GROUPS, TOTAL


class Totals(NamedTuple):
    """Tables to look at: caption, head and rows of each; the first column of a row is its heading."""

    tables: list[tuple[str, list[str], list[list[str]]]]


Number = Callable[[int], str]
Decimal = Callable[[str], str]


def totals(tables: Mapping[str, pd.DataFrame], language: str, number: Number, decimal: Decimal) -> Totals:
    """Return the totals of the tables of a delivery, in the words of a language."""
    texts = {key: told[language] for key, told in catalogue.texts("check_texts", "text").items()}
    made = [
        _counts(part, f"{texts['counts_caption']}: {texts[f'geography_{geography}']}", language, number, decimal)
        for geography, part in (tables["counts"].groupby("geography") if "counts" in tables else ())
    ]
    if len(tables.get("wellbeing", ())):
        made.append(_wellbeing(tables["wellbeing"], texts, language, decimal))
    if len(tables.get("area_funding", ())):
        made.append(_funding(tables["area_funding"], texts, language, number))
    return Totals(made)


def _counts(
    counts: pd.DataFrame, caption: str, language: str, number: Number, decimal: Decimal
) -> tuple[str, list[str], list[list[str]]]:
    texts = {key: told[language] for key, told in catalogue.texts("check_texts", "text").items()}
    years = sorted(set(counts["reference_year"]))
    dimensions = catalogue.texts("dimensions", "dimension")
    groups = {(row["dimension"], row["group"]): row[language] for row in catalogue.rows("groups")}
    sums = counts.groupby(["dimension", "group", "reference_year"])["count"].sum(min_count=1).to_dict()
    hidden = (counts["status"] == "suppressed").groupby([counts["dimension"], counts["group"]]).sum().to_dict()
    rows = []
    for dimension in [code for code in GROUPS if code in set(counts["dimension"])]:
        for group in [code for code in GROUPS[dimension] if (dimension, code) in hidden]:
            cells = []
            for year in years:
                told, whole = (sums.get((dimension, one, year), pd.NA) for one in (group, TOTAL))
                share = "" if group == TOTAL or pd.isna(told) or pd.isna(whole) or not whole else (
                    f" ({decimal(f'{100 * told / whole:.1f}')} %)"
                )  # fmt: skip
                cells.append("–" if pd.isna(told) else number(int(told)) + share)
            named = [dimensions[dimension][language], groups[dimension, group]]
            rows.append([*named, *cells, number(int(hidden[dimension, group]))])
    head = [texts["col_dimension"], texts["col_group"], *map(str, years), texts["col_hidden"]]
    return caption, head, rows


def _wellbeing(
    table: pd.DataFrame, texts: Mapping[str, str], language: str, decimal: Decimal
) -> tuple[str, list[str], list[list[str]]]:
    indicators, periods = catalogue.texts("wellbeing", "indicator"), catalogue.texts("periods", "period")
    people = catalogue.texts("wellbeing_groups", "group")
    rows = [
        [
            indicators[str(row["indicator"])][language],
            people.get(str(row["group"]), {}).get(language, str(row["group"])),
            str(row["reference_year"]),
            periods[str(row["period"])][language],
            decimal(f"{row['value']:,.1f}".replace(",", "\u00a0")) if row["status"] == "observed" else "–",
        ]
        for row in table.to_dict("records")
    ]
    head = [texts[key] for key in ("col_indicator", "col_group", "col_year", "col_period", "col_value")]
    return texts["wellbeing_caption"], head, rows


def _funding(
    table: pd.DataFrame, texts: Mapping[str, str], language: str, number: Number
) -> tuple[str, list[str], list[list[str]]]:
    kinds = catalogue.texts("area_funding", "funding")
    sums = table.groupby(["funding", "reference_year"])["value"].agg(["sum", "count"])
    rows = [
        [kinds[str(kind)][language], str(year), number(round(euros)), number(int(areas))]
        for (kind, year), euros, areas in zip(sums.index, sums["sum"], sums["count"], strict=True)
    ]
    return texts["funding_caption"], [texts[k] for k in ("col_funding", "col_year", "col_total", "col_areas")], rows

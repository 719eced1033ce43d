"""The cities by one segregation indicator: a picture and a table for each dimension, and other area divisions apart.

Addresses of rows: ``<dimension>.<city>.<year>``; of other divisions also what tells them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from seg_pipeline.report import judging, terms
from seg_pipeline.report.book import Book, Figure
from seg_pipeline.report.page import Drawing, Picture, Row, Said, Table
from seg_pipeline.report.pages import tied
from seg_pipeline.report.pages.indicator_series import TABLE, Series
from seg_pipeline.report.pictures import charts
from seg_pipeline.report.statement import Statement, say

ALL, REST = "all", "rest"
HEAD = ("city", "value", "expected", "value_corrected", "interval", "letters", "change", "areas", "coverage")
HEAD_EARLIER = ("city", "year", "value_corrected", "interval", "letters", "change")
HEAD_OTHER = ("city", "dimension", "year", "value", "expected", "value_corrected", "interval", "areas", "source_name")


def shown(book: Book, indicator: str) -> dict[str, Any]:
    """Return what the template shows of the cities."""
    series = Series(book, indicator)
    dimensions = series.dimensions
    return {
        "dimensions": [_dimension(series, one) for one in dimensions],
        "old": _old(series),
        "others": [_other(series, geography) for geography in sorted(set(series.others["geography"]))],
        "classes": any(one in ("income", "household_income", "education") for one in dimensions),
    }


def _dimension(series: Series, dimension: str) -> dict[str, Any]:
    rows = series.main[series.main["dimension"] == dimension]
    latest = judging.latest(rows)
    earlier = rows.drop(latest.index)
    told = {"name": series.name, "dimension": terms.term("dimensions", dimension)}
    year = series.figure(int(latest.index[0]), "reference_year", "year")
    table = _table(series, tied.ordered(latest), say("indicator.caption", year=year, **told), HEAD)
    before = sorted(map(int, earlier.index), key=lambda at: _newest_first(series.records[at]))
    return {
        "picture": _picture(series, dimension, latest, table),
        "earlier": _table(series, before, say("indicator.caption_earlier", **told), HEAD_EARLIER) if before else None,
    }


def _newest_first(row: Mapping[str, Any]) -> tuple[int, int]:
    return -int(row["reference_year"]), tied.PLACE[row["city"]]


def _table(series: Series, numbers: list[int], caption: Statement, head: tuple[str, ...]) -> Table:
    rows = [Row(_id(series.records[at]), [series.cell(at, column) for column in head]) for at in numbers]
    return Table(caption, [say(f"indicator.{column}") for column in head], rows)


def _id(row: Mapping[str, Any]) -> str:
    return f"{row['dimension']}.{terms.slug(row['city'])}.{row['reference_year']}"


def _picture(series: Series, dimension: str, rows: pd.DataFrame, table: Table) -> Picture:
    first = int(rows.index[0])
    title = say(
        "indicator.picture",
        dimension=terms.term("dimensions", dimension),
        year=series.figure(first, "reference_year", "year"),
    )
    source = say("indicator.source", source=terms.source(series.records[first]["source"]))
    points = [_point(series.records[at]) for tier in tied.tiers(rows) for at in tier]
    drawings = []
    if points:
        made_up = series.book.snapshot.made_up
        drawings = [Drawing(charts.compared(points, say("indicator.axis"), table.caption, source, made_up))]
    return Picture(dimension, title, finding(rows), drawings, table, source, _notes(series, rows))


def _point(row: Mapping[str, Any]) -> charts.Point:
    value, lower, upper = (float(row[column]) for column in ("value_corrected", "lower", "upper"))
    return charts.Point(_id(row), terms.city(row["city"]), value, lower, upper)


def finding(rows: pd.DataFrame) -> Statement:
    """Return what may be said of the cities of one comparison: who is highest and lowest, if intervals part them."""
    highest, lowest = judging.highest(rows), judging.lowest(rows)
    if not highest:
        return say("indicator.finding_none")
    if set(highest) & set(lowest):
        return say("indicator.finding_tied")
    return say("indicator.finding_parted", highest=tied.cities(rows, highest), lowest=tied.cities(rows, lowest))


def _notes(series: Series, rows: pd.DataFrame) -> list[Statement]:
    at = int(rows.index[0])
    row = series.records[at]
    division = say(
        "indicator.division",
        division=say(f"indicator.{row['geography']}"),
        vintage=series.figure(at, "boundary_vintage", "year"),
        release=series.figure(at, "release", "code"),
    )
    radius = [] if pd.isna(row["scale"]) else [say("indicator.scale", scale=series.figure(at, "scale", "whole"))]
    return [say("indicator.order"), _groups(row), *radius, division]


def _groups(row: Mapping[str, Any]) -> Statement:
    if row["group"] == ALL:
        return say("indicator.groups_all")
    group, reference = (_group(row["dimension"], row[column]) for column in ("group", "reference_group"))
    return say("indicator.groups_two", group=group, reference=reference)


def _group(dimension: str, group: str) -> Said:
    return say("indicator.rest") if group == REST else terms.term("groups", dimension, group)


def _old(series: Series) -> list[Statement]:
    """Return which dimensions end before the others."""
    years = series.main.groupby("dimension")["reference_year"].max()
    return [
        say("indicator.limit_old", dimension=terms.term("dimensions", one), year=_last_year(series, one))
        for one in series.dimensions
        if years[one] < years.max()
    ]


def _last_year(series: Series, dimension: str) -> Figure:
    rows = series.main[series.main["dimension"] == dimension]
    return series.book.made("greatest", TABLE, rows.index, "reference_year", "year")


def _other(series: Series, geography: str) -> dict[str, Any]:
    rows = series.others[series.others["geography"] == geography]
    numbers = sorted(map(int, rows.index), key=lambda at: _by_dimension(series.records[at]))
    division = say(f"indicator.{geography}")
    caption = say("indicator.other_caption", name=series.name, division=division)
    marked = [Row(_other_id(series.records[at]), [series.cell(at, column) for column in HEAD_OTHER]) for at in numbers]
    return {
        "id": geography,
        "division": division,
        "table": Table(caption, [say(f"indicator.{column}") for column in HEAD_OTHER], marked),
    }


def _by_dimension(row: Mapping[str, Any]) -> tuple[str, int, int, str]:
    scale = 0 if pd.isna(row["scale"]) else int(row["scale"])
    return row["dimension"], scale, tied.PLACE[row["city"]], row["source"]


def _other_id(row: Mapping[str, Any]) -> str:
    scale = "" if pd.isna(row["scale"]) else f".{row['scale']}"
    return f"{row['geography']}.{_id(row)}{scale}.{row['source']}.{row['release']}"

"""The wellbeing of a city: gaps between groups as pictures, every figure in a table, and what has not arrived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from seg_pipeline import catalogue
from seg_pipeline.report import terms
from seg_pipeline.report.book import Book, Figure, Kind
from seg_pipeline.report.page import Drawing, Picture, Row, Said, Table
from seg_pipeline.report.pages import series
from seg_pipeline.report.pictures import charts
from seg_pipeline.report.statement import Statement, joined, say

KINDS: dict[str, Kind] = {"percent": "percent", "persons": "whole", "households": "whole"}  # of units; the rest decimal
GROUPS = tuple(row["group"] for row in catalogue.rows("wellbeing_groups"))
PERIODS = tuple(row["period"] for row in catalogue.rows("periods"))
FEWEST = 2  # groups that make a gap
WAITED = ("absent", "late", "refused")


@dataclass(frozen=True)
class Told:
    """An indicator of wellbeing in a city: its name, its latest figure, the gap between groups if any, its table."""

    id: str
    name: Said
    latest: Statement
    gap: Picture | None
    table: Table


def of(book: Book, city: str) -> list[Told]:
    """Return the indicators of wellbeing that the city has figures of, those with groups first."""
    rows = book.rows("wellbeing", city=city)
    told = [
        _told(book, row["indicator"], those)
        for row in catalogue.rows("wellbeing")
        if not (those := rows[rows["indicator"] == row["indicator"]]).empty
    ]
    return sorted(told, key=lambda one: one.gap is None)


def waited(book: Book, city: str) -> Statement | None:
    """Return which sources of wellbeing have delivered nothing of this edition that would tell of the city."""
    rows = book.rows("coverage", table="wellbeing", status=list(WAITED))
    arrived = set(book.rows("coverage", table="wellbeing").loc[lambda all_: ~all_["status"].isin(WAITED), "source"])
    others = {row["id"] for row in catalogue.rows("cities")} - {terms.slug(city)}
    named = set(rows["source"]) - others - arrived
    return say("city.wellbeing_waited", sources=terms.sources(named)) if named else None


def value(book: Book, row: int) -> Figure | Statement:
    """Return a figure of wellbeing, or its status."""
    return series.cell(book, "wellbeing", row, "value", kind(str(book.table("wellbeing")["unit"].loc[row])))


def kind(unit: str) -> Kind:
    """Return how figures of a unit are written."""
    return KINDS.get(unit, "decimal")


def dated(book: Book, row: int) -> Statement:
    """Return a figure of wellbeing with its year, and the part of it where it is of a part."""
    period = str(book.table("wellbeing")["period"].loc[row])
    told = {"value": value(book, row), "year": book.figure("wellbeing", row, "reference_year", "year")}
    if period == "year":
        return say("city.wellbeing_latest", **told)
    return say("city.wellbeing_period", **told, period=terms.term("periods", period))


def latest(rows: pd.DataFrame) -> int:
    """Return the row that tells an indicator latest: everybody's where there is one, observed where there is one."""
    rows = rows.assign(
        seen=rows["status"].eq("observed"), everybody=rows["group"].eq("total"), at=rows["period"].map(PERIODS.index)
    )
    rows = rows.sort_values(["seen", "everybody", "reference_year", "at", "source"], kind="stable")
    return int(str(rows.index[-1]))


def _told(book: Book, indicator: str, rows: pd.DataFrame) -> Told:
    at = latest(rows)
    said = dated(book, at)
    table = _table(book, indicator, rows)
    return Told(indicator, terms.term("wellbeing", indicator), said, _gap(book, indicator, rows, table), table)


def _table(book: Book, indicator: str, rows: pd.DataFrame) -> Table:
    columns = sorted(
        {(str(group), str(source)) for group, source in zip(rows["group"], rows["source"], strict=True)},
        key=lambda pair: (GROUPS.index(pair[0]), pair[1]),
    )
    several = len({source for _, source in columns}) > 1
    head = [terms.term("wellbeing_groups", group) if not several else say(
        "city.group_of_source", group=terms.term("wellbeing_groups", group), source=terms.source(source))
        for group, source in columns]  # fmt: skip
    moments = sorted(
        {(int(year), str(period)) for year, period in zip(rows["reference_year"], rows["period"], strict=True)},
        key=lambda pair: (pair[0], PERIODS.index(pair[1])),
    )
    told = [_row(book, indicator, rows, moment, columns) for moment in moments]
    sources = terms.sources(rows["source"])
    caption = say("city.wellbeing_caption", indicator=terms.term("wellbeing", indicator), sources=sources)
    return Table(caption, (say("city.head_year"), *head), told)


def _row(
    book: Book, indicator: str, rows: pd.DataFrame, moment: tuple[int, str], columns: Sequence[tuple[str, str]]
) -> Row:
    year, period = moment
    those = rows[(rows["reference_year"] == year) & (rows["period"] == period)]
    cells: list[Said] = []
    for group, source in columns:
        found = those.index[(those["group"] == group) & (those["source"] == source)]
        cells.append(value(book, int(found[0])) if len(found) else say("city.not_told"))
    told = book.figure("wellbeing", int(those.index[0]), "reference_year", "year")
    name = told if period == "year" else say("city.year_period", year=told, period=terms.term("periods", period))
    return Row(row_id(indicator, year, period), (name, *cells))


def row_id(indicator: str, year: int, period: str) -> str:
    """Return the permalink of the figures of a moment on the page of their city."""
    return f"{indicator}.{year}" if period == "year" else f"{indicator}.{year}.{period}"


def _gap(book: Book, indicator: str, rows: pd.DataFrame, table: Table) -> Picture | None:
    seen = rows[(rows["status"] == "observed") & (rows["group"] != "total") & (rows["period"] == "year")]
    last = seen[seen["reference_year"] == seen["reference_year"].max()].sort_values("group", key=_rank, kind="stable")
    if len(last) < FEWEST or len(set(last["source"])) > 1 or set(last["unit"]) != {"percent"}:
        return None
    seen = seen[seen["source"] == last["source"].iloc[0]]
    moments = [
        charts.Moment(row_id(indicator, int(row["reference_year"]), "year"), int(row["reference_year"]),
                      float(row["value"]), None, None, terms.term("wellbeing_groups", str(row["group"])))
        for _, row in seen.sort_values("group", key=_rank, kind="stable").iterrows()
    ]  # fmt: skip
    name, source = terms.term("wellbeing", indicator), terms.source(str(last["source"].iloc[0]))
    said, by = say("city.gap_title", indicator=name), say("city.source_is", sources=joined([source]))
    drawn = charts.trend(moments, say("city.gap_axis"), said, by, book.snapshot.made_up, "percent")
    groups = [int(str(at)) for at in last.index]
    told = joined(
        say("city.gap_group", group=terms.term("wellbeing_groups", str(last["group"].loc[at])), value=value(book, at))
        for at in groups
    )
    finding = say("city.gap_finding", year=book.figure("wellbeing", groups[0], "reference_year", "year"), groups=told)
    return Picture(f"gap-{indicator}", said, finding, [Drawing(drawn)], table, by)


def _rank(groups: pd.Series) -> pd.Series:
    return groups.map(GROUPS.index)

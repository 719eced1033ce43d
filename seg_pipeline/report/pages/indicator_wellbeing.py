"""The cities by one figure of wellbeing: the latest, year by year, where it is from, and what has not arrived.

The figures have no interval: cities stand in the order of the catalogue, and nothing is said of directions.
Addresses of rows: ``<city>.<year>``, then the period, the group and the source where they are not the usual ones.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from seg_pipeline.report import judging, terms
from seg_pipeline.report.book import Book
from seg_pipeline.report.page import Drawing, Link, Picture, Row, Said, Table
from seg_pipeline.report.pages import tied, wellbeing
from seg_pipeline.report.pictures import charts
from seg_pipeline.report.statement import Statement, say

WHOLE_YEAR, EVERYBODY, OBSERVED = "year", "total", "observed"
ARRIVED = ("arrived", "revised", "late")  # of the edition, or of an earlier one
TABLE = "wellbeing"


def shown(book: Book, indicator: str) -> dict[str, Any]:
    """Return what the template shows of a wellbeing indicator."""
    rows = _ordered(book.rows(TABLE, indicator=indicator))
    observed = rows[rows["status"] == OBSERVED]
    name = terms.term("wellbeing", indicator)
    listed = book.rows("wellbeing_indicators", indicator=indicator)
    return {
        "unit": say(f"indicator.unit_{listed['unit'].iloc[0]}") if len(listed) else None,
        "latest": _latest(book, rows, say("indicator.other_caption", name=name, division=say("indicator.latest"))),
        "picture_of": None if observed.empty else _picture(book, rows, observed, indicator),
        "hidden": len(rows) > 0 and observed.empty,
        "sources": _sources(rows),
        "absent": _absent(book, indicator, rows),
        "empty": rows.empty,
    }


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    marked = rows.assign(place=rows["city"].map(tied.PLACE), other=rows["source"] != _main(rows))
    order = ["place", "other", "source", "group", "reference_year", "period"]
    return marked.sort_values(order, kind="stable")


def _main(rows: pd.DataFrame) -> str | None:
    """Return the source that has the most cities."""
    cities = rows.groupby("source")["city"].nunique().sort_index()
    return None if cities.empty else str(cities.idxmax())


def _id(rows: pd.DataFrame, at: int) -> str:
    row: dict[str, Any] = dict(rows.loc[at])
    parts = [terms.slug(row["city"]), str(row["reference_year"])]
    usual = (("period", WHOLE_YEAR), ("group", EVERYBODY), ("source", _main(rows)))
    return ".".join(parts + [str(row[column]) for column, common in usual if row[column] != common])


def _latest(book: Book, rows: pd.DataFrame, caption: Statement) -> Table | None:
    newest = judging.latest(rows, "city", "group", "source") if len(rows) else rows
    return _table(book, rows, list(newest.index), caption, "latest.") if len(newest) else None


def _table(book: Book, rows: pd.DataFrame, numbers: list[int], caption: Statement, mark: str = "") -> Table:
    more = [column for column, usual in (("period", WHOLE_YEAR), ("group", EVERYBODY)) if (rows[column] != usual).any()]
    columns = ["city", "year", *more, "figure", "source_name"]
    said = [Row(f"{mark}{_id(rows, at)}", [_cell(book, rows, at, column) for column in columns]) for at in numbers]
    return Table(caption, [say(f"indicator.{column}") for column in columns], said)


def _cell(book: Book, rows: pd.DataFrame, at: int, column: str) -> Said | Link:
    row: dict[str, Any] = dict(rows.loc[at])
    match column:
        case "city":
            return Link(f"city/{tied.slug(rows, at)}.html", tied.city(rows, at))
        case "year":
            return book.figure(TABLE, at, "reference_year", "year")
        case "period":
            return terms.term("periods", row["period"])
        case "group":
            return terms.term("wellbeing_groups", row["group"])
        case "source_name":
            return terms.source(row["source"])
    found = book.figure(TABLE, at, "value", wellbeing.kind(row["unit"]))
    return say(f"site.status_{row['status'] if row['status'] != OBSERVED else 'none'}") if found.empty else found


def _picture(book: Book, rows: pd.DataFrame, observed: pd.DataFrame, indicator: str) -> Picture:
    name = terms.term("wellbeing", indicator)
    title = say("indicator.trend_title", name=name)
    ends = {
        end: book.made(how, TABLE, observed.index, "reference_year", "year")
        for end, how in (("first", "least"), ("last", "greatest"))
    }
    several = ends["first"].value < ends["last"].value
    finding = say("indicator.trend_finding", **ends) if several else say("indicator.trend_one", first=ends["first"])
    source = say("indicator.source", source=terms.sources(observed["source"]))
    table = _table(
        book, rows, list(rows.index), say("indicator.other_caption", name=name, division=say("indicator.trend"))
    )
    unit = str(observed["unit"].iloc[0])
    kind = wellbeing.kind(unit)
    drawn = charts.trend(
        _moments(rows, observed), say(f"indicator.axis_{unit}"), title, source, book.snapshot.made_up, kind
    )
    return Picture("trend", title, finding, [Drawing(drawn)], table, source)


def _moments(rows: pd.DataFrame, observed: pd.DataFrame) -> list[charts.Moment]:
    """Return the figures of the main source: a panel a city, a line a group or a half of the year."""
    main = observed[observed["source"] == _main(observed)]
    column, table = ("group", "wellbeing_groups") if len(set(main["group"])) > 1 else ("period", "periods")
    several = len(set(main[column])) > 1
    return [
        charts.Moment(
            row=_id(rows, int(str(at))),
            year=int(row["reference_year"]),
            value=float(row["value"]),
            series=terms.term(table, row[column]) if several else None,
            panel=tied.city(rows, int(str(at))),
        )
        for at, row in main.iterrows()
    ]


def _sources(rows: pd.DataFrame) -> list[Statement]:
    found = rows.drop_duplicates(["source", "licence"]).sort_values(["source", "licence"])
    return [
        say("indicator.from_source", source=terms.source(source), licence=terms.term("licences", licence))
        for source, licence in zip(found["source"], found["licence"], strict=True)
    ]


def _absent(book: Book, indicator: str, rows: pd.DataFrame) -> list[Statement]:
    """Return which sources of the indicator have not arrived, and which arrived without it."""
    expected = book.rows("coverage", table=TABLE, subject=indicator)
    if expected.empty and rows.empty:
        return [say("indicator.no_source")]
    there = set(rows["source"])
    arrived = expected["status"].isin(ARRIVED)
    told = (("not_arrived", expected[~arrived]), ("arrived_empty", expected[arrived & ~expected["source"].isin(there)]))
    return [say(f"indicator.{text}", sources=terms.sources(of["source"])) for text, of in told if len(of)]

"""Why a figure of a city moved: the terms of its change, and what the source or the method changed afterwards."""

from __future__ import annotations

from typing import Any

import pandas as pd

from seg_pipeline.report import judging, terms
from seg_pipeline.report.book import Book
from seg_pipeline.report.page import Drawing, Link, Picture, Row, Table
from seg_pipeline.report.pages import series
from seg_pipeline.report.pictures import charts
from seg_pipeline.report.statement import Joined, Statement, joined, say

TOTAL = "total"
PARTED = "many_group_entropy"  # H of all groups: a change of it can be told apart exactly
TERMS = ("structural", "group_marginal", "area_marginal", "additions", "removals", "suppressed", TOTAL)
WRITTEN = 0.0005  # a part of a change that is written as nothing is not named
SHOWN = 0.00005  # a term that would be written as nothing is not named as a reason
EXACT = 1e-9  # what is smaller has moved nothing


def picture(book: Book, city: str) -> Picture | Statement:
    """Return what moved H between its two latest years: one drawing and the rows of one table for each dimension."""
    parted = {
        dimension: rows for dimension in series.current(book) if not (rows := _parted(book, city, dimension)).empty
    }
    if not parted:
        return say("city.no_terms")
    title = say("city.why_title")
    source = joined(terms.source(name) for name in sorted({str(rows["source"].iloc[0]) for rows in parted.values()}))
    said = say("city.source_is", sources=source)
    drawings = [
        Drawing(charts.waterfall(_steps(rows, dimension), say("city.why_axis"), title, said, book.snapshot.made_up),
                terms.term("dimensions", dimension), dimension)
        for dimension, rows in parted.items()
    ]  # fmt: skip
    told = [row for dimension, rows in parted.items() for row in _told(book, dimension, rows)]
    head = tuple(say(f"city.head_{name}") for name in ("term", "dimension", "years", "change"))
    table = Table(say("city.why_caption"), head, told)
    told_of = series.of(book, city, PARTED)
    notes = (say("city.why_note"), *series.definitions(told_of[told_of["dimension"].isin(list(parted))]))
    return Picture("why", title, _finding(book, parted), drawings, table, said, notes)


def compared(book: Book) -> bool:
    """Return whether there is a snapshot that this one is compared with."""
    return book.snapshot.manifest.get("compared_with") is not None


def other(rows: pd.DataFrame) -> pd.Series[bool]:
    """Return which rows of `moved` have a change that is more than arithmetic leaves."""
    return rows["value"].abs().gt(EXACT)


def since(book: Book, city: str) -> Table | Statement:
    """Return each figure of the city that the snapshot before told otherwise, with what moved it."""
    if not compared(book):
        return say("city.first_snapshot")
    rows = book.rows("moved", city=city)
    if rows.empty:
        return say("city.nothing_moved")
    key = [*judging.KEY, "from_year", "to_year"]
    told = [row(book, those) for _, those in rows.groupby(key, dropna=False, sort=True)]
    names = ("indicator", "dimension", "years", "before", "after", "why")
    head = (*(say(f"city.head_{name}") for name in names), say("changes.head_way"))
    return Table(say("city.moved_caption"), head, told)


def row(book: Book, rows: pd.DataFrame) -> Row:
    """Return the row of a figure that moved: what, which years, before and after, and the terms of the move."""
    at = int(rows.index[rows["term"] == TOTAL][0])
    own = series.record(book, "moved", at)
    why = [int(str(part)) for part in rows.index[named(rows)]]
    unsaid = say("site.none") if own["status"] == "observed" else say(f"site.status_{own['status']}")
    reasons: Joined | Statement = joined(_term(book, part) for part in why) if why else unsaid
    scale = "" if pd.isna(own["scale"]) else f".{own['scale']:.0f}m"
    since = "" if own["from_year"] == own["to_year"] else f".{own['from_year']}"
    id_ = (
        f"moved.{own['source']}.{own['geography']}.{own['indicator']}.{own['dimension']}.{own['to_year']}{since}{scale}"
    )
    name = Link(f"indicator/{own['indicator']}.html", terms.short("indicators", own["indicator"]))
    sides = [series.cell(book, "moved", at, f"{side}_value", "index") for side in ("from", "to")]
    what = (name, terms.term("dimensions", own["dimension"]), _years(book, "moved", at))
    return Row(id_, (*what, *sides, reasons, _way(book, own)))


def named(rows: pd.DataFrame) -> pd.Series[bool]:
    """Return which rows of `moved` are parts of a change that are not written as nothing."""
    return rows["term"].ne(TOTAL) & rows["value"].abs().ge(WRITTEN)


def _way(book: Book, figure: dict[str, Any]) -> Statement:
    """Return the direction of a change in time, by its interval; what is told otherwise of one year has none."""
    if figure["from_year"] == figure["to_year"]:
        return say("changes.corrected")
    same = {name: figure[name] for name in ("source", "city", "geography", "indicator", "dimension", "from_year",
                                            "to_year")}  # fmt: skip
    found = book.rows("changes", term=TOTAL, **same)
    found = found[found["scale"].isna() if pd.isna(figure["scale"]) else found["scale"] == figure["scale"]]
    return say(f"city.since_{series.way(book, int(found.index[0])) if len(found) else 'unknown'}")


def revised(book: Book, city: str) -> Statement:
    """Return how many values of the city its sources have revised since the snapshot before."""
    rows = book.rows("revisions", city=city)
    if rows.empty:
        return say("city.no_revisions")
    sources = joined(terms.source(name) for name in sorted(set(rows["source"])))
    return say("city.revisions", values=book.count("revisions", rows.index), sources=sources)


def _parted(book: Book, city: str, dimension: str) -> pd.DataFrame:
    rows = book.rows("changes", city=city, geography=judging.GEOGRAPHY, indicator=PARTED, dimension=dimension)
    rows = rows[rows["to_year"] == rows["to_year"].max()]
    rows = rows[rows["from_year"] == rows["from_year"].max()]
    rows = rows[rows["term"].isin(TERMS) & rows["value"].notna()]
    order = rows["term"].map({term: at for at, term in enumerate(TERMS)})
    rows = rows.iloc[order.to_numpy().argsort(kind="stable")]
    parts = rows.loc[rows["term"] != TOTAL, "value"]
    whole = rows.loc[rows["term"] == TOTAL, "value"]
    return rows if len(parts) and len(whole) and abs(parts.sum() - whole.iloc[0]) <= EXACT else rows.iloc[:0]


def _steps(rows: pd.DataFrame, dimension: str) -> list[charts.Step]:
    seen = rows[(rows["value"].abs() > EXACT) | (rows["term"] == TOTAL)]
    return [
        charts.Step(f"why.{dimension}.{row['term']}", say(f"city.term_{row['term']}"), float(row["value"]),
                    total=row["term"] == TOTAL)
        for _, row in seen.iterrows()
    ]  # fmt: skip


def _told(book: Book, dimension: str, rows: pd.DataFrame) -> list[Row]:
    return [
        Row(f"why.{dimension}.{term}", (terms.term("terms", str(term)), terms.term("dimensions", dimension),
            _years(book, "changes", int(str(at))), book.figure("changes", int(str(at)), "value", "fine")))
        for at, term in rows["term"].items()
    ]  # fmt: skip


def _finding(book: Book, parted: dict[str, pd.DataFrame]) -> Statement:
    rows = parted.get(series.FIRST[1], next(iter(parted.values())))
    total = int(rows.index[rows["term"] == TOTAL][0])
    name = terms.term("dimensions", str(rows["dimension"].iloc[0]))
    parts = rows[(rows["term"] != TOTAL) & (rows["value"].abs() >= SHOWN)]
    moved = series.moved(book, total, "why", "fine")
    if series.way(book, total) not in ("rose", "fell") or parts.empty:
        return say("city.why_unmoved", dimension=name, moved=moved)
    told = joined(say("city.one_term", term=say(f"city.term_{rows['term'].loc[at]}"),
                      value=book.figure("changes", int(str(at)), "value", "fine")) for at in parts.index)  # fmt: skip
    whole = book.figure("changes", total, "value", "fine")
    return say("city.why_moved", dimension=name, moved=moved, total=whole, terms=told)


def _term(book: Book, at: int) -> Statement:
    return say("city.one_term", term=terms.term("terms", str(book.table("moved")["term"].loc[at])),
               value=book.figure("moved", at, "value", "change"))  # fmt: skip


def _years(book: Book, table: str, at: int) -> Statement:
    ends = {end: book.figure(table, at, f"{end}_year", "year") for end in ("from", "to")}
    return say("city.years", first=ends["from"], last=ends["to"])

"""What has changed since the snapshot before, and why: figures, revisions of sources, what is told no more."""

from __future__ import annotations

from typing import Any

import pandas as pd

from seg_pipeline import catalogue
from seg_pipeline.classifications import CITY_CODES
from seg_pipeline.report import judging, terms
from seg_pipeline.report.book import Book, Term
from seg_pipeline.report.page import Link, Page, Row, Said, Table
from seg_pipeline.report.pages import moved, sources
from seg_pipeline.report.statement import Statement, joined, say

HEADLINE = {"indicator": "dissimilarity", "geography": judging.GEOGRAPHY}
REVISED = ["source", "table", "subject", "release_before", "release_after"]


def names(_: Book) -> list[str]:
    """Return the one page there is."""
    return ["changes"]


def page(book: Book, name: str) -> Page:
    """Return the page."""
    told = {
        "lead": lead(book),
        "compared": moved.compared(book),
        "headline": headline(book),
        "newest": newest(book),
        "reasons": reasons(book),
        "cities": [_city(city) for city in CITY_CODES],
        "revised": revised(book),
        "withdrawn": withdrawn(book),
    }
    return Page(f"{name}.html", "changes.html", say("changes.title"), told)


def lead(book: Book) -> list[Statement]:
    """Return with which snapshot this one is compared, and how many figures moved."""
    if not moved.compared(book):
        return [say("changes.first")]
    before = book.fact("compared_with", kind="code")
    totals = book.rows("moved", term=moved.TOTAL)
    counted = {"moved": book.count("moved", totals.index[moved.other(totals)]), "all": book.size("indicators")}
    return [say("changes.compared", before=before, **counted)]


def headline(book: Book) -> Table | None:
    """Return every value of D by postal area that is told otherwise than before, with what moved it."""
    rows = book.rows("moved", **HEADLINE)
    return _table(book, rows[rows["from_year"] == rows["to_year"]], "headline")


def newest(book: Book) -> Table | None:
    """Return every value of D of a year that is told for the first time, beside the year that was told last."""
    rows = book.rows("moved", **HEADLINE)
    return _table(book, rows[rows["from_year"] != rows["to_year"]], "new")


def _table(book: Book, rows: pd.DataFrame, name: str) -> Table | None:
    key = ["city", *judging.KEY, "from_year", "to_year"]
    groups = sorted(rows.groupby(key, dropna=False, sort=True), key=lambda found: CITY_CODES.index(str(found[0][0])))
    told = [_row(book, those) for _, those in groups if moved.other(those[those["term"] == moved.TOTAL]).any()]
    head = [say(f"changes.head_{one}") for one in ("city", "dimension", "years", "before", "after", "why", "way")]
    return Table(say(f"changes.{name}_caption"), head, told) if told else None


def reasons(book: Book) -> Table | None:
    """Return in how many figures each term has a part."""
    rows = book.table("moved")
    rows = rows[moved.named(rows)]
    told = [
        Row(f"term.{term}", (terms.term("terms", str(term)), book.count("moved", those.index)))
        for term, those in rows.groupby("term", sort=True)
    ]
    head = [say("changes.head_term"), say("changes.head_figures")]
    return Table(say("changes.reasons_caption"), head, told) if told else None


def revised(book: Book) -> Table | None:
    """Return what sources have told anew: which releases, of what, how many values."""
    rows = book.table("revisions")
    told = [_revised(book, those) for _, those in rows.groupby(REVISED, sort=True)]
    head = [say(f"changes.head_{one}") for one in ("source", "subject", "release_before", "release_after", "values")]
    return Table(say("changes.revised_caption"), head, told) if told else None


def withdrawn(book: Book) -> Table | None:
    """Return the figures that are told no more, with the reason of each."""
    facts: list[dict[str, Any]] = book.snapshot.manifest.get("withdrawn", [])
    told = [_withdrawn(book, at, fact) for at, fact in enumerate(facts)]
    head = [say(f"changes.head_{one}") for one in ("table", "source", "cities", "rows", "reason")]
    return Table(say("changes.withdrawn_caption"), head, told) if told else None


def _row(book: Book, rows: pd.DataFrame) -> Row:
    city = str(rows["city"].iloc[0])
    told = moved.row(book, rows)
    return Row(f"{terms.slug(city)}.{told.id}", (_city(city), *told.cells[1:]))


def _revised(book: Book, rows: pd.DataFrame) -> Row:
    at = int(rows.index[0])
    source, table, subject, before, after = (str(rows[name].iloc[0]) for name in REVISED)
    releases = [book.figure("revisions", at, f"release_{side}", "code") for side in ("before", "after")]
    cells = (terms.source(source), sources.called(table, subject), *releases, book.count("revisions", rows.index))
    return Row(f"revised.{source}.{table}.{subject}.{before}.{after}", cells)


def _withdrawn(book: Book, at: int, fact: dict[str, Any]) -> Row:
    place = ("withdrawn", at)
    reason = Term(fact["reason"], f"manifest/withdrawn/{at}/reason")
    cities = joined(terms.city(city) for city in fact["cities"]) if fact["cities"] else say("site.none")
    cells: tuple[Said, ...] = (book.fact(*place, "table", kind="code"), _source(fact["source"]), cities,
                               book.fact(*place, "rows", kind="whole"), reason)  # fmt: skip
    return Row(f"withdrawn.{at}", cells)


def _source(source: str) -> Said:
    listed = {row["source"] for row in catalogue.rows("source_names")}
    return terms.source(source) if source in listed else say("site.none")


def _city(city: str) -> Link:
    return Link(f"city/{terms.slug(city)}.html#changes", terms.city(city))

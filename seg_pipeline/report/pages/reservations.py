"""What a reader of the summary has to know: what is uncertain, missing and changed, how to read it, how to cite it."""

from __future__ import annotations

import pandas as pd

from seg_pipeline.classifications import CITIES
from seg_pipeline.report import judging, terms
from seg_pipeline.report.book import Book, Term
from seg_pipeline.report.pages import areatypes, moved, sources
from seg_pipeline.report.statement import Statement, joined, say

INDEX = "dissimilarity"


def unsure(book: Book) -> list[Statement]:
    """Return how sure the figures are, and what they cannot tell."""
    return [say("summary.unsure_interval"), *_chance(book), *_types(book), _hidden(book), say("summary.unsure_cause")]


def missing(book: Book) -> list[Statement]:
    """Return what was expected and has not arrived, by the table `coverage`."""
    rows = sources.expected(book)
    here = rows["status"].isin(sources.ARRIVED)
    if here.all():
        return [say("summary.missing_none")]
    none = sources.silent(rows)
    cities = [city for city in CITIES if city.id in none]
    named = {
        "cities": joined(terms.city(city.city) for city in cities),
        "sources": terms.sources(set(none) - {city.id for city in cities}),
        "part": terms.sources(set(rows["source"][~here]) - set(none)),
    }
    count = say(
        "summary.missing_count",
        arrived=book.count("coverage", rows.index[here]),
        all=book.count("coverage", rows.index),
    )
    gaps = {"cities": "cities", "sources": "sources", "part": "sources"}
    return [count, *(say(f"summary.missing_{name}", **{gaps[name]: of}) for name, of in named.items() if of.items)]


def changed(book: Book) -> list[Statement]:
    """Return what is different from the snapshot before, and why."""
    if not moved.compared(book):
        return [say("summary.changed_first")]
    before = book.fact("compared_with", kind="code")
    totals = book.rows("moved", term=moved.TOTAL)
    other = totals[moved.other(totals)]
    retold = other[other["from_year"] == other["to_year"]]
    parts = book.table("moved").loc[moved.named]
    counted = {"changed_new": other.drop(retold.index), "changed_hidden": totals[totals["value"].isna()]}
    source = book.size("revisions")
    return [
        say("summary.changed_count", before=before, count=book.count("moved", retold.index))
        if len(retold) else say("summary.changed_none", before=before),
        *_reasons(book, parts[parts["from_year"] == parts["to_year"]]),
        *(say(f"summary.{name}", count=book.count("moved", rows.index)) for name, rows in counted.items() if len(rows)),
        say("summary.changed_revised", count=source) if source.value else say("summary.changed_unrevised"),
    ]  # fmt: skip


def reading() -> list[Statement]:
    """Return how the figures are read."""
    index = say("summary.read_index", explained=terms.explained("indicators", INDEX))
    return [index, *(say(f"summary.read_{name}") for name in ("tied", "direction", "need", "target"))]


def citation(book: Book) -> Statement:
    """Return how the snapshot is named where its figures are used, with the hash of its content."""
    return say("summary.cite_text", citation=cited(book), content=book.fact("content", kind="code"))


def cited(book: Book) -> Term | Statement:
    """Return how the snapshot is named where its figures are used; of made-up data it says so."""
    said = Term(dict(book.read("manifest/citation")), "manifest/citation")
    if not book.snapshot.made_up:
        return said
    return say("site.made_up_before", notice=say("site.made_up_short"), text=said)


def _reasons(book: Book, rows: pd.DataFrame) -> list[Statement]:
    of = rows.groupby("term").groups
    return [say("summary.changed_why", term=terms.term("terms", name), count=book.count("moved", of[name]))
            for name in sorted(of, key=lambda name: (-len(of[name]), name))]  # fmt: skip


def _chance(book: Book) -> list[Statement]:
    rows = book.rows("changes", indicator=INDEX, geography=judging.GEOGRAPHY, term=moved.TOTAL)
    rows = rows[rows["lower"].notna()]
    same = [int(str(at)) for at, row in rows.iterrows() if judging.direction(row) == "same"]
    of = {"same": book.count("changes", same), "all": book.count("changes", rows.index)}
    return [say("summary.unsure_changes", **of)] if len(rows) else []


def _types(book: Book) -> list[Statement]:
    rows = areatypes.typed(areatypes.of(book))
    of = {"uncertain": areatypes.areas(book, areatypes.uncertain(rows)), "all": areatypes.areas(book, rows)}
    return [say("summary.unsure_types", **of)] if len(rows) else []


def _hidden(book: Book) -> Statement:
    hidden = book.rows("counts", status="suppressed").index
    of = {"hidden": book.count("counts", hidden), "all": book.size("counts")}
    return say("summary.unsure_hidden", **of) if len(hidden) else say("summary.unsure_none_hidden")

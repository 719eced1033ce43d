"""What a reader of the summary has to know: what is uncertain, missing and changed, how to read it, how to cite it."""

from __future__ import annotations

import pandas as pd

from seg_pipeline.classifications import CITIES
from seg_pipeline.report import judging, terms
from seg_pipeline.report.book import Book, Term
from seg_pipeline.report.statement import Joined, Statement, joined, say

INDEX = "dissimilarity"
ARRIVED = ("arrived", "revised")
WAIVED = "waived"  # nobody waits for it
TOTAL = "total"
NOTHING = 1e-9  # a term that is smaller has moved nothing


def unsure(book: Book) -> list[Statement]:
    """Return how sure the figures are, and what they cannot tell."""
    return [say("summary.unsure_interval"), *_chance(book), _hidden(book), say("summary.unsure_cause")]


def missing(book: Book) -> list[Statement]:
    """Return what was expected and has not arrived, by the table `coverage`."""
    rows = book.table("coverage")
    rows = rows[rows["status"] != WAIVED]
    here = rows["status"].isin(ARRIVED)
    if here.all():
        return [say("summary.missing_none")]
    nothing = rows["release"].isna().groupby(rows["source"]).all()
    none, part = nothing.index[nothing], sorted({*rows["source"][~here]} - {*nothing.index[nothing]})
    cities = [city for city in CITIES if city.id in none]
    named = {
        "cities": joined(terms.city(city.city) for city in cities),
        "sources": _sources([source for source in none if source not in {city.id for city in cities}]),
        "part": _sources(part),
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
    if not book.snapshot.manifest.get("compared_with"):
        return [say("summary.changed_first")]
    before = book.fact("compared_with", kind="code")
    rows = book.table("moved")
    rows = rows[rows["value"].abs() > NOTHING]
    whole = rows[rows["term"] == TOTAL]
    revised = book.size("revisions")
    source = say("summary.changed_revised", count=revised) if revised.value else say("summary.changed_unrevised")
    if whole.empty:
        return [say("summary.changed_none", before=before), source]
    count = say("summary.changed_count", before=before, count=book.count("moved", whole.index))
    return [count, *_reasons(book, rows[rows["term"] != TOTAL]), source]


def reading() -> list[Statement]:
    """Return how the figures are read."""
    index = say("summary.read_index", explained=terms.explained("indicators", INDEX))
    return [index, *(say(f"summary.read_{name}") for name in ("tied", "direction", "need", "target"))]


def citation(book: Book) -> Statement:
    """Return how the snapshot is named where its figures are used."""
    said = Term(dict(book.snapshot.manifest["citation"]), "manifest/citation")
    return say("summary.cite_text", citation=said, content=book.fact("content", kind="code"))


def _reasons(book: Book, rows: pd.DataFrame) -> list[Statement]:
    of = rows.groupby("term").groups
    return [say("summary.changed_why", term=terms.term("terms", name), count=book.count("moved", of[name]))
            for name in sorted(of, key=lambda name: (-len(of[name]), name))]  # fmt: skip


def _chance(book: Book) -> list[Statement]:
    rows = book.rows("changes", indicator=INDEX, geography=judging.GEOGRAPHY, term=TOTAL)
    rows = rows[rows["lower"].notna()]
    same = [int(str(at)) for at, row in rows.iterrows() if judging.direction(row) == "same"]
    of = {"same": book.count("changes", same), "all": book.count("changes", rows.index)}
    return [say("summary.unsure_changes", **of)] if len(rows) else []


def _hidden(book: Book) -> Statement:
    hidden = book.rows("counts", status="suppressed").index
    of = {"hidden": book.count("counts", hidden), "all": book.size("counts")}
    return say("summary.unsure_hidden", **of) if len(hidden) else say("summary.unsure_none_hidden")


def _sources(names: list[str]) -> Joined:
    """Return sources by their names up to the comma, which a list could not show."""
    named = [terms.source(name) for name in sorted(names)]
    return joined(Term({of: said.partition(",")[0] for of, said in one.texts.items()}, f"{one.address}:name")
                  for one in named)  # fmt: skip

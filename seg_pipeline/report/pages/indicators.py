"""The list of indicators: each with the question it answers, in its family."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from seg_pipeline import catalogue
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.report import limits, terms
from seg_pipeline.report.book import Book, Term
from seg_pipeline.report.page import Link, Page
from seg_pipeline.report.statement import Statement, say

FIRST = re.compile(r"(?<=[.?])\s")
START = "dissimilarity"  # what to read, if only one


def names(_: Book) -> list[str]:
    """Return the one page there is."""
    return ["indicators"]


def page(book: Book, name: str) -> Page:
    """Return the page."""
    start = say("indicators.start", link=terms.short("indicators", START)) if START in segregation(book) else None
    context = {
        "start": start,
        "segregation": _families([_index(one) for one in segregation(book)]),
        "wellbeing": _families([_figure(book, one) for one in wellbeing(book)]),
    }
    return Page(f"{name}.html", "indicators.html", say("indicators.title"), context)


def segregation(book: Book) -> list[str]:
    """Return the segregation indicators of the snapshot, in the order of the list of limits."""
    return _known(set(book.table("indicators")["indicator"]))


def wellbeing(book: Book) -> list[str]:
    """Return the wellbeing indicators of the snapshot, those without figures among them."""
    return _known(set(book.table("wellbeing_indicators")["indicator"]) | set(book.table("wellbeing")["indicator"]))


@cache
def answer(indicator: str) -> Term:
    """Return what a segregation indicator answers: the first sentence of its text."""
    return _part(indicator, 0)


@cache
def scale(indicator: str) -> Term:
    """Return where the scale of a segregation indicator ends: what follows the first sentence of its text."""
    return _part(indicator, 1)


def _part(indicator: str, part: int) -> Term:
    whole = terms.explained("indicators", indicator)
    parts = {language: FIRST.split(said, maxsplit=1) for language, said in whole.texts.items()}
    return Term({language: parts[language][part] for language in LANGUAGES}, f"{whole.address}/{part}")


def _known(there: set[str]) -> list[str]:
    """Return indicators in the order of the list of limits; one that is not there comes last, and its page fails."""
    place = {row["indicator"]: at for at, row in enumerate(catalogue.rows("limits"))}
    return sorted(there, key=lambda one: (place.get(one, len(place)), one))


def _index(indicator: str) -> tuple[str, Link, Term | Statement]:
    link = Link(f"indicator/{indicator}.html", terms.short("indicators", indicator))
    return limits.of(indicator).family, link, answer(indicator)


def _figure(book: Book, indicator: str) -> tuple[str, Link, Term | Statement]:
    rows = book.rows("wellbeing", indicator=indicator, status="observed")
    link = Link(f"indicator/{indicator}.html", terms.term("wellbeing", indicator))
    told = say("indicators.no_figures")
    if not rows.empty:
        latest = book.made("greatest", "wellbeing", rows.index, "reference_year", "year")
        told = say("indicators.figures", year=latest)
    return limits.of(indicator).family, link, told


def _families(entries: list[tuple[str, Link, Term | Statement]]) -> list[dict[str, Any]]:
    return [
        {
            "id": family,
            "name": say(f"indicators.family_{family}"),
            "entries": [(link, told) for of, link, told in entries if of == family],
        }
        for family in limits.families()
        if any(of == family for of, _, _ in entries)
    ]

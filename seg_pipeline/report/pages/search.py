"""Search over cities, indicators, areas and terms. What can be found is in the page, by its names in every language."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from seg_pipeline import catalogue
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.report import judging, terms
from seg_pipeline.report.book import Book, Figure, Term
from seg_pipeline.report.page import Page
from seg_pipeline.report.pages import indicator, method
from seg_pipeline.report.statement import say, text

KINDS = ("city", "indicator", "term", "area")  # in this order where two answer equally well
DIVISIONS = (judging.GEOGRAPHY,)  # those whose areas the pages of the cities list
LAST = str.maketrans({"å": "{", "ä": "|", "ö": "}"})  # the letters after z, in their order


@dataclass(frozen=True)
class Entry:
    """Something that can be found: what it is, where it is told of, its name, and what helps to tell it from others."""

    kind: str
    to: str
    name: Term
    more: Term | None = None
    code: Figure | None = None
    city: Term | None = None

    @property
    def order(self) -> dict[str, str]:
        """By what the entry is ordered in each language."""
        return {language: name.lower().translate(LAST) for language, name in self.name.texts.items()}


def names(_: Book) -> list[str]:
    """Return the one page there is."""
    return ["search"]


def page(book: Book, name: str) -> Page:
    """Return the page."""
    found = entries(book)
    listed = [(say(f"search.list_{kind}"), [entry for entry in found if entry.kind == kind]) for kind in KINDS]
    shown = {"entries": Markup(packed(found)), "listed": [(said, those) for said, those in listed if those]}  # noqa: S704
    return Page(f"{name}.html", "search.html", say("search.title"), shown)


def entries(book: Book) -> list[Entry]:
    """Return all that can be found, in the order of their kinds."""
    return [*_cities(book), *_indicators(book), *_terms(book), *_areas(book)]


def packed(found: list[Entry]) -> str:
    """Return the entries as the script of the page reads them; it is the same in every language."""
    kinds = {language: [text(f"search.kind_{kind}")[language] for kind in KINDS] for language in LANGUAGES}
    lines = [_packed(entry) for entry in found]
    told = json.dumps({"kinds": kinds, "entries": lines}, ensure_ascii=False, separators=(",", ":"))
    return told.replace("<", "\\u003c")


def _packed(entry: Entry) -> list[object]:
    return [
        KINDS.index(entry.kind), entry.to, _names(entry.name), _names(entry.more) if entry.more else 0,
        str(entry.code.value) if entry.code else "", _names(entry.city) if entry.city else 0,
    ]  # fmt: skip


def _names(term: Term) -> str | list[str]:
    """Return the three names; one, where they are the same."""
    said = [term.texts[language] for language in LANGUAGES]
    return said if len(set(said)) > 1 else said[0]


def _cities(book: Book) -> Iterator[Entry]:
    for code in book.table("cities")["city"]:
        yield Entry("city", f"city/{terms.slug(code)}.html", terms.city(code))


def _indicators(book: Book) -> Iterator[Entry]:
    told_of = set(indicator.names(book))
    for table, told in (("indicators", terms.explained), ("wellbeing", terms.term)):
        for row in catalogue.rows(table):
            code = row["indicator"]
            if code in told_of:
                name, more = terms.short(table, code), told(table, code)
                yield Entry("indicator", f"indicator/{code}.html", name, more if more.texts != name.texts else None)


def _terms(book: Book) -> Iterator[Entry]:
    for at, name in method.entries(book):
        yield Entry("term", f"method.html#{at}", name)


def _areas(book: Book) -> Iterator[Entry]:
    """Find the areas that the pages of the cities list: those with a profile in the newest division."""
    key = ["city", "geography", "area_id", "boundary_vintage"]
    profiled = book.rows("area_profiles", geography=list(DIVISIONS))[key].drop_duplicates()
    newest = profiled.groupby(["geography", "city"])["boundary_vintage"].transform("max")
    listed = set(profiled[profiled["boundary_vintage"] == newest].itertuples(index=False, name=None))
    areas = book.rows("areas", geography=list(DIVISIONS))
    for at, *area in areas[key].itertuples(name=None):
        if tuple(area) in listed:
            city, geography, area_id, _ = area
            to = f"city/{terms.slug(city)}.html#area.{geography}.{area_id}"
            code = book.figure("areas", at, "area_id", "code")
            yield Entry("area", to, terms.area(book, at), code=code, city=terms.city(city))

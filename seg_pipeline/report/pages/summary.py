"""Two pages for the ministerial group, as HTML and as PDF from the same statements."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from seg_pipeline.report import paper
from seg_pipeline.report.book import Book
from seg_pipeline.report.page import Page
from seg_pipeline.report.pages import findings, reservations
from seg_pipeline.report.paper import Block, Document, Part
from seg_pipeline.report.statement import Statement, say

PAGES = 2


def names(_: Book) -> list[str]:
    """Return the one page there is."""
    return ["summary"]


def page(book: Book, name: str) -> Page:
    """Return the page; its PDF stands beside it."""
    said = document(book)
    beside = partial(_beside, said, book, f"{name}.pdf")
    return Page(f"{name}.html", "summary.html", said.title, {"document": said}, beside)


def document(book: Book) -> Document:
    """Return what the summary says: what is seen on the first page, how sure it is on the second."""
    parts = [
        Part("seen", say("summary.seen"), findings.levels(book)),
        Part("moved", say("summary.moved"), findings.directions(book)),
        Part("wellbeing", say("summary.well"), findings.wellbeing(book)),
        Part("areas", say("summary.areas"), findings.areas(book), new_page=True),
        Part("unsure", say("summary.unsure"), [Block("list", reservations.unsure(book))]),
        Part("missing", say("summary.missing"), [Block("list", reservations.missing(book))]),
        Part("changed", say("summary.changed"), [Block("list", reservations.changed(book))]),
        Part("read", say("summary.read"), [Block("list", reservations.reading())]),
        Part("cite", say("summary.cite"), [Block("text", reservations.citation(book))]),
    ]
    return Document(say("summary.title"), parts, PAGES)


def first(book: Book) -> list[Statement]:
    """Return the first findings, for a preview."""
    blocks = [*findings.levels(book), *findings.areas(book)]
    said = {"text": lambda block: block.of, "picture": lambda block: block.of.finding}
    return [said[block.kind](block) for block in blocks if block.kind in said]


def _beside(said: Document, book: Book, path: str, language: str) -> Mapping[str, bytes]:
    return {path: paper.pdf(said, book, language)}

"""How the figures are made and what cannot be concluded from them."""

from __future__ import annotations

from seg_pipeline import catalogue
from seg_pipeline.report import terms
from seg_pipeline.report.book import Book
from seg_pipeline.report.page import Page
from seg_pipeline.report.statement import say

SECTIONS = ("areas", "chance", "order", "change", "hidden", "limits")


def names(_: Book) -> list[str]:
    """Return the one page there is."""
    return ["method"]


def page(book: Book, name: str) -> Page:
    """Return the page."""
    told = {
        "sections": SECTIONS,
        "types": [terms.term("area_types", row["area_type"]) for row in catalogue.rows("area_types")],
        "dimensions": [terms.term("dimensions", row["dimension"]) for row in catalogue.rows("dimensions")],
        "origin": say("method.origin_said", version=book.fact("version", kind="code")),
    }
    return Page(f"{name}.html", "method.html", say("method.title"), told)

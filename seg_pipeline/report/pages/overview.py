"""The first page: the eleven cities at a glance."""

from __future__ import annotations

from seg_pipeline.report.book import Book
from seg_pipeline.report.page import Page
from seg_pipeline.report.statement import say


def names(_: Book) -> list[str]:
    """Return the one page there is."""
    return ["index"]


def page(book: Book, name: str) -> Page:
    """Return the page."""
    shown = book.made("distinct", "cities", book.table("cities").index, "city", "whole")
    return Page(f"{name}.html", "overview.html", say("overview.title"), {"lead": say("overview.lead", cities=shown)})

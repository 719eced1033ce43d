"""A report of one small page, for tests of what is done with a report and not of what it says."""

from __future__ import annotations

from seg_pipeline.report.book import Book
from seg_pipeline.report.page import Page
from seg_pipeline.report.pages import Kind
from seg_pipeline.report.paper import Document
from seg_pipeline.report.statement import say


def _page(_: Book, name: str) -> Page:
    title = say("summary.title")
    return Page(
        f"{name}.html", "summary.html", title, {"document": Document(title, [], 1)}, lambda _: {"summary.pdf": b"%PDF"}
    )


KINDS = {"summary": Kind(lambda _: ["summary"], _page)}

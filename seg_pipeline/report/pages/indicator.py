"""A page for every indicator: what it means, how to read it, what it cannot say, and the eleven cities."""

from __future__ import annotations

from typing import Any

from seg_pipeline.report import limits, targets, terms
from seg_pipeline.report.book import Book
from seg_pipeline.report.page import Page
from seg_pipeline.report.pages import indicator_segregation, indicator_wellbeing, indicators
from seg_pipeline.report.statement import say


def names(book: Book) -> list[str]:
    """Return the indicators of the snapshot, segregation first."""
    return [*indicators.segregation(book), *indicators.wellbeing(book)]


def page(book: Book, name: str) -> Page:
    """Return the page of an indicator."""
    shared = {"limit": limits.of(name).text, "warnings": targets.warnings(name)}
    if name in indicators.segregation(book):
        return Page(f"indicator/{name}.html", "indicator.html", terms.short("indicators", name),
                    {**shared, **_index(name), **indicator_segregation.shown(book, name)})  # fmt: skip
    return Page(f"indicator/{name}.html", "indicator_wellbeing.html", terms.term("wellbeing", name),
                {**shared, **indicator_wellbeing.shown(book, name)})  # fmt: skip


def _index(name: str) -> dict[str, Any]:
    about = limits.of(name)
    formula = say("indicator.formula", symbol=about.symbol, reference=about.reference)
    return {"answer": indicators.answer(name), "scale": indicators.scale(name), "formula": formula}

"""The warning against chasing an indicator, where somebody steers by it: a row of ``data/catalogue/targets.csv``.

A row says who made the indicator (of a dimension, in a city) a measure to steer by, what exactly was decided, and what
to look at beside it. A row without a city or a dimension holds for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from seg_pipeline import catalogue
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.classifications import WELLBEING
from seg_pipeline.report import terms
from seg_pipeline.report.book import Term
from seg_pipeline.report.page import Link
from seg_pipeline.report.statement import Statement, say


def of_city(city: str, told: Sequence[str]) -> list[tuple[Link, Statement]]:
    """Return which of the indicators told somebody steers by in a city, by its code, each with its warning."""
    return [(_link(row["indicator"]), _warning(at)) for at, row in _rows()
            if row["city"] in ("", city) and row["indicator"] in told]  # fmt: skip


def warnings(indicator: str) -> list[Statement]:
    """Return every warning of an indicator, for its own page."""
    return [_warning(at) for at, row in _rows() if row["indicator"] == indicator]


def _rows() -> list[tuple[int, dict[str, str]]]:
    return list(enumerate(catalogue.rows("targets")))


def _link(indicator: str) -> Link:
    table = "wellbeing" if indicator in WELLBEING else "indicators"
    return Link(f"indicator/{indicator}.html", terms.short(table, indicator))


def _warning(at: int) -> Statement:
    row = catalogue.rows("targets")[at]
    who = terms.city(row["city"]) if row["city"] else say("indicator.all_cities")
    what: Term | Statement = _text(at, "what")
    if row["dimension"]:
        what = say("indicator.of_dimension", dimension=terms.term("dimensions", row["dimension"]), what=what)
    return say("indicator.warning", city=who, what=what, source=_text(at, "source"))


@cache
def _text(at: int, part: str) -> Term:
    row = catalogue.rows("targets")[at]
    column = {"what": "{}", "source": "source_{}"}[part]
    texts = {language: row[column.format(language)] for language in LANGUAGES}
    return Term(texts, f"catalogue/targets/{at}/{part}")

"""What one may not read out of an indicator, its family and its reference: the rows of ``data/catalogue/limits.csv``.

Every indicator has a row. Limits that all of a kind share are texts of the indicator's page.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from seg_pipeline import catalogue
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.report.book import ReportError, Term


@dataclass(frozen=True)
class Limit:
    """What the catalogue says of an indicator. A figure of wellbeing has no symbol and no reference."""

    family: str
    symbol: Term
    reference: Term
    text: Term


@cache
def of(indicator: str) -> Limit:
    """Return the limits of an indicator; raise ReportError where nobody has written them."""
    for row in catalogue.rows("limits"):
        if row["indicator"] == indicator:
            address = f"catalogue/limits/{indicator}"
            symbol, reference = (_fixed(row[name], f"{address}/{name}") for name in ("symbol", "reference"))
            text = Term({language: row[language] for language in LANGUAGES}, f"{address}/text")
            return Limit(row["family"], symbol, reference, text)
    raise ReportError(f"data/catalogue/limits.csv does not say what the limits of {indicator!r} are")


@cache
def families() -> list[str]:
    """Return the families, in the order of the catalogue."""
    return list(dict.fromkeys(row["family"] for row in catalogue.rows("limits")))


def _fixed(word: str, address: str) -> Term:
    return Term(dict.fromkeys(LANGUAGES, word), address)

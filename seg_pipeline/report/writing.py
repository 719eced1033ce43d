"""How a language writes a figure: decimal comma, thin space, percent sign, minus sign, dates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from seg_pipeline.report.book import Figure, Kind
from seg_pipeline.snapshots.comparing import wording

SPACE = "\u00a0"  # no-break
PERCENT = {"fi": f"{SPACE}%", "sv": f"{SPACE}%", "en": "%"}
SHARE_DECIMALS = 1
FINE_DECIMALS = 4  # of changes of H, which are small

WRITE: dict[Kind, Callable[[Any, str], str]] = {
    "index": lambda value, language: wording.decimal(value, language),
    "decimal": lambda value, language: wording.decimal(value, language, 1),
    "share": lambda value, language: wording.decimal(100 * value, language, SHARE_DECIMALS) + PERCENT[language],
    "percent": lambda value, language: wording.decimal(value, language, SHARE_DECIMALS) + PERCENT[language],
    "whole": lambda value, language: wording.whole(round(value), language),
    "change": lambda value, language: wording.signed(value, language),
    "fine": lambda value, language: wording.signed(value, language, FINE_DECIMALS),
    "points": lambda value, language: wording.signed(value, language, SHARE_DECIMALS),
    "year": lambda value, _: f"{value:.0f}",
    "date": lambda value, language: wording.date(value, language),
    "code": lambda value, _: str(value),
    "text": lambda value, _: str(value),
}


def written(figure: Figure, language: str) -> str:
    """Return a figure as a language writes it."""
    return WRITE[figure.kind](figure.value, language)

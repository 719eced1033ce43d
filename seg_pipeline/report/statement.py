"""What the report says: a text of the catalogue, with figures, names and other statements in its gaps.

The texts are the rows of ``data/catalogue/report/*.csv`` (columns text, fi, sv, en); ``city.heading`` is the row
``heading`` of ``city.csv``. A text holds no digit: a number is a gap, ``{value}``, and a figure fills it. A text may
hold ``*emphasis*``. All three languages have the same gaps, so they cannot state different figures or directions.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from seg_pipeline import catalogue, settings
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.report.book import Figure, ReportError, Term

DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class Statement:
    """A text by its key, and what fills its gaps. It is neutral: every language says it of the same figures."""

    key: str
    values: Mapping[str, Figure | Term | Statement | Joined] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Refuse a text that does not exist and a gap that is not filled."""
        gaps = gaps_of(self.key)
        if gaps != set(self.values):
            raise ReportError(f"the text {self.key!r} has the gaps {sorted(gaps)}, and gets {sorted(self.values)}")


@dataclass(frozen=True)
class Joined:
    """A list in a sentence: a, b and c."""

    items: tuple[Figure | Term | Statement, ...]


def say(key: str, **values: Any) -> Statement:
    """Return a statement."""
    return Statement(key, values)


def joined(items: Any) -> Joined:
    """Return a list in a sentence."""
    return Joined(tuple(items))


@cache
def text(key: str) -> dict[str, str]:
    """Return a text in each language."""
    file, _, row = key.partition(".")
    try:
        return catalogue.texts(f"report/{file}", "text")[row]
    except (KeyError, OSError):
        raise ReportError(f"there is no text {key!r} in data/catalogue/report/{file}.csv") from None


@cache
def gaps_of(key: str) -> set[str]:
    """Return the gaps of a text; refuse one whose languages differ in them, is not translated, or states a digit."""
    texts = text(key)
    try:
        gaps = {language: _gaps(said) for language, said in texts.items()}
    except ValueError as error:
        raise ReportError(f"the text {key!r} has a gap that does not close: {error}") from None
    if any(gaps[language] != gaps["en"] for language in LANGUAGES):
        raise ReportError(f"the languages of the text {key!r} have different gaps: {gaps}")
    for language, said in texts.items():
        if not said.strip():
            raise ReportError(f"the text {key!r} is not translated to {language!r}")
        if DIGIT.search(said):
            raise ReportError(f"the text {key!r} states a digit in {language!r}: make it a gap")
    return gaps["en"]


def files() -> list[str]:
    """Return the files that hold texts of the report."""
    return sorted(path.stem for path in (settings.CATALOGUE / "report").glob("*.csv"))


def _gaps(said: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(said) if name is not None}

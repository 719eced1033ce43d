"""Numbers, dates and sentences of what has changed, in Finnish, Swedish and English from one source.

The sentences are the rows of ``data/catalogue/changelog.csv``; numbers go into them as each language writes them.
"""

from __future__ import annotations

import math
import re
from datetime import datetime

from seg_pipeline import catalogue

THIN = "\u202f"  # no-break thin space
MINUS = "\u2212"
DECIMALS = 3  # at least so many; a smaller change is told with two significant digits
POINT = {"fi": ",", "sv": ",", "en": "."}
THOUSANDS = {"fi": THIN, "sv": THIN, "en": ","}
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

MARKS = re.compile(r"([\\`<>\[\]|])")


def said(key: str, language: str, **values: str) -> str:
    """Return a sentence of the catalogue with values in it, which are text already."""
    return catalogue.texts("changelog", "text")[key][language].format(**values)


def plain(text: str) -> str:
    """Return a text from a delivery as Markdown that shows it as it is: no link, no tag, no table."""
    return MARKS.sub(r"\\\1", text)


def whole(number: int, language: str) -> str:
    """Return a whole number, its thousands apart."""
    return f"{number:,}".replace(",", THOUSANDS[language]).replace("-", MINUS)


def decimal(number: float, language: str, decimals: int = DECIMALS) -> str:
    """Return a decimal; what rounds to nothing has no sign."""
    written = f"{number:,.{decimals}f}"
    plain = written.lstrip("-") if not written.strip("-0.,") else written.replace("-", MINUS)
    return plain.translate({ord("."): POINT[language], ord(","): THOUSANDS[language]})


def signed(number: float, language: str, decimals: int = DECIMALS) -> str:
    """Return a change: a decimal with + or −; what rounds to nothing has neither."""
    plain = decimal(number, language, decimals)
    return f"+{plain}" if number > 0 and plain.strip("0.,") else plain


def decimals(change: float) -> int:
    """Return with how many decimals a change is told, so that it has two digits that are not leading zeros."""
    return DECIMALS if not change else max(DECIMALS, 1 - math.floor(math.log10(abs(change))))


def date(when: str, language: str) -> str:
    """Return the day of a time (UTC, ISO 8601)."""
    day = datetime.fromisoformat(when)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}" if language == "en" else f"{day.day}.{day.month}.{day.year}"


def named(table: str, key: str, code: str, language: str, prefix: str = "") -> str:
    """Return the name of a code in a table of the catalogue, up to its explanation; a code without one is itself."""
    rows = {row[key]: row[f"{prefix}{language}"] for row in catalogue.rows(table)}
    return rows.get(code, code).partition(":")[0]

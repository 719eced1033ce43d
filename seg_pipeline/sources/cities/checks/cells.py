"""What one cell of each kind may hold. Each different text is judged once, however many rows repeat it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import numpy.typing as npt
import pandas as pd

from seg_pipeline.sources.cities.page import Cells, Page
from seg_pipeline.sources.cities.problems import Problems
from seg_pipeline.sources.refusal import quoted, told
from seg_pipeline.tables import delivery
from seg_pipeline.tables.named import CODES

Mask = npt.NDArray[np.bool_]
NAMED = re.compile(r"[^=+\-@\s]")
CODE = re.compile(r"\w[\w .:/\-]{0,39}")
YEAR = re.compile(r"(19[789]|20[0-9])[0-9]")
DATED = re.compile(r"[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}.*")
BLANKS = " \u00a0\u202f"  # what stands between thousands
WHOLE = re.compile(rf"[0-9]{{1,9}}|[0-9]{{1,3}}(?:[{BLANKS}][0-9]{{3}}){{1,2}}")
DECIMAL = re.compile(rf"(?:[0-9]{{1,12}}|[0-9]{{1,3}}(?:[{BLANKS}][0-9]{{3}}){{1,3}})(?:[.,][0-9]{{1,17}})?")
EUROS = re.compile(rf"(?:[0-9]{{1,12}}|[0-9]{{1,3}}(?:[{BLANKS}][0-9]{{3}}){{1,3}})(?:[.,][0-9]{{1,2}})?")
LONGEST_NAME = 120
SHOWN = 12  # most choices that a message lists


@dataclass(frozen=True)
class Wrong:
    """Why a text is not what its column holds."""

    refusal: str
    expected: str = ""
    found: str | None = None  # where it is not the text itself


Judge = Callable[[str], object]  # returns the value of a text, or Wrong


def judged(page: Page, column: str, judge: Judge, problems: Problems, where: Mask | None = None) -> tuple[Cells, Mask]:
    """Return the value of each cell of a column, and which cells have one; the others are problems.

    Only the rows in `where` are judged, all by default.
    """
    places, texts = pd.factorize(page.cells(column))
    known = np.array([judge(text) for text in texts] + [None], object)
    values = known[places]
    bad = np.array([isinstance(one, Wrong) for one in known], bool)[places]
    wrong = bad & (True if where is None else where)
    for refusal in dict.fromkeys(one.refusal for one in known if isinstance(one, Wrong)):
        of_kind = np.array([isinstance(one, Wrong) and one.refusal == refusal for one in known], bool)
        shown = [_found(one, text) for one, text in zip(known, [*texts, ""], strict=True)]
        expected = [one.expected if isinstance(one, Wrong) else "" for one in known]
        rows = wrong & of_kind[places]
        problems.rows(page, column, rows, refusal, np.array(shown, object)[places], np.array(expected, object)[places])
    return kept(values, ~bad), ~bad


def _found(one: object, text: str) -> str:
    return one.found if isinstance(one, Wrong) and one.found is not None else quoted(text)


def area(text: str) -> object:
    """Judge the code of an area."""
    return text if CODE.fullmatch(text) else Wrong("not_an_area", "a_code")


def optional_area(text: str) -> object:
    """Judge the code of an area that may be left out."""
    return None if not text else area(text)


def name(text: str) -> object:
    """Judge the name of an area."""
    if not NAMED.match(text) or not text.isprintable():
        return Wrong("missing_name")
    if len(text) > LONGEST_NAME:
        return Wrong("too_long", str(LONGEST_NAME), str(len(text)))
    return text


def optional_name(text: str) -> object:
    """Judge a name that may be left out."""
    return None if not text else name(text)


def year(release: int) -> Judge:
    """Return the judge of a year that is not after the release."""

    def judge(text: str) -> object:
        if not YEAR.fullmatch(text):
            key = "a_year_no_date" if DATED.fullmatch(text) else "a_year"
            return Wrong("not_a_number", told(key, release - 2))
        return int(text) if int(text) <= release else Wrong("release", quoted(str(release)), text)

    return judge


def count(text: str) -> object:
    """Judge a count: its number, or the status that its dots stand for."""
    if text in delivery.STATUS:
        return delivery.STATUS[text]
    return int(_plain(text)) if WHOLE.fullmatch(text) else Wrong("not_a_number", "whole_number")


def amount(text: str) -> object:
    """Judge a number of 0 or more with decimals: the number, a status, or None where it is left out."""
    return None if not text else _decimal(text, DECIMAL, "an_amount")


def euros(text: str) -> object:
    """Judge a sum of money: the number, or a status."""
    return _decimal(text, EUROS, "an_euro")


def _decimal(text: str, written: re.Pattern[str], expected: str) -> object:
    if text in delivery.STATUS:
        return delivery.STATUS[text]
    return float(_plain(text).replace(",", ".")) if written.fullmatch(text) else Wrong("not_a_number", expected)


def _plain(text: str) -> str:
    return text.translate(dict.fromkeys(map(ord, BLANKS)))


def chosen(choices: Mapping[str, Mapping[str, str]], language: str, shown: int = SHOWN) -> Judge:
    """Return the judge of a choice, given by its code or by its name in any language."""
    known = {_folded(called): code for code, names in choices.items() for called in (*_names(names), code)}
    called = {code: code if language == CODES else names[language] for code, names in choices.items()}

    def judge(text: str) -> object:
        code = known.get(_folded(text))
        if code is not None:
            return code
        close = get_close_matches(text[:60], [*called.values(), *called], 3, 0.6) if text else []
        listed = close or list(called.values())[:shown]
        return Wrong("unknown_group", "; ".join(dict.fromkeys(listed)) + ("; …" if len(called) > len(listed) else ""))

    return judge


def _names(names: Mapping[str, str]) -> list[str]:
    return [names[language] for language in ("fi", "sv", "en")]


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def kept(values: Cells, where: Mask) -> Cells:
    """Return the values where `where` is true, None elsewhere."""
    found = np.full(len(values), None, object)
    found[where] = values[where]
    return found


def integers(values: Cells) -> pd.Series[int]:
    """Return whole numbers as a column; what is None is empty."""
    return pd.Series(list(values), dtype="Int64")

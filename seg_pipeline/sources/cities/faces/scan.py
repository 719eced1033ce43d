"""What a sheet holds besides values: how far it reaches, and cells that are hidden, merged, errors or never computed.

A spreadsheet library gives an empty cell for an error and for a formula without a stored result; both are found here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from seg_pipeline.sources.cities.faces import package
from seg_pipeline.sources.cities.faces.raw import COLUMNS, letters
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.tables import delivery

REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
CELLS = 6_000_000  # most cells of the rectangle from A1 to the last cell
UNFOLDED = 256 << 20  # most bytes of shared texts, each counted as often as cells refer to it
STRINGS = "xl/sharedStrings.xml"


@dataclass
class Scan:
    """What was found on a sheet: rows and columns reached, and places as (row from 1, column from 0)."""

    rows: int = 0
    columns: int = 0
    hidden: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    told: set[int] = field(default_factory=set)
    merged: list[tuple[str, int]] = field(default_factory=list)
    without: list[tuple[int, int, str]] = field(default_factory=list)
    errors: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def hidden_rows(self) -> list[int]:
        """Hidden rows that hold a value."""
        return [row for row in self.hidden if row in self.told]


class _Walker:
    """Walks the elements of a sheet; a cell is known when the next one begins."""

    def __init__(self) -> None:
        self.found = Scan()
        self.row = self.column = 0
        self.kind, self.formula, self.value = "", False, False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take one element."""
        name = name.rpartition(":")[2]
        if name == "c":
            self.finish()
            self.row, self.column = _place(attributes.get("r"), self.row, self.column + 1)
            self.kind, self.formula, self.value = attributes.get("t", "n"), False, False
        elif name in ("v", "is"):
            self.value = True
        elif name == "f":
            self.formula = True
        elif name == "row":
            self.finish()
            written = attributes.get("r", "")
            self.row, self.column = int(written) if written.isdecimal() else self.row + 1, -1
            if attributes.get("hidden") in ("1", "true"):
                self.found.hidden.append(self.row)
        elif name in ("col", "mergeCell"):
            self.beside(name, attributes)

    def finish(self) -> None:
        """Note the cell that has just ended."""
        if self.value or self.formula:
            found = self.found
            found.rows, found.columns = max(found.rows, self.row), max(found.columns, self.column + 1)
            found.told.add(self.row)
            if self.kind == "e":
                found.errors.append((self.row, self.column, ""))
            elif self.formula and not self.value:
                found.without.append((self.row, self.column, ""))
        self.value = self.formula = False

    def beside(self, name: str, attributes: dict[str, str]) -> None:
        """Note hidden columns and merged cells."""
        if name == "mergeCell":
            place = attributes.get("ref", "")
            self.found.merged.append((place, _place(place.partition(":")[0], 1, 0)[0]))
        elif attributes.get("hidden") in ("1", "true"):
            first, last = (int(attributes.get(key, "0") or 0) for key in ("min", "max"))
            self.found.hidden_columns += range(max(first, 1) - 1, min(last, COLUMNS))


def scan(part: bytes, title: str) -> Scan:
    """Return what the XML of a sheet holds besides values. Raises Refused when it reaches further than a delivery."""
    walker = _Walker()
    try:
        package.walk(part, walker.start)
    except ValueError:
        raise Refused("malformed", found="broken_xml", expected="kind_expected", sheet=title) from None
    walker.finish()
    found = walker.found
    found.errors = [(row, column, _error(part, row, column)) for row, column, _ in found.errors]
    found.without += _valueless(part) if b"<v></v>" in part or b"<v/>" in part else []
    if found.rows - 1 > delivery.ROWS:
        raise Refused("too_many_rows", f"{found.rows:,}", f"{delivery.ROWS:,}", line=found.rows, sheet=title)
    if found.columns > COLUMNS or found.rows * found.columns > CELLS:
        raise Refused("too_wide", found=f"{found.columns:,}", expected=f"{COLUMNS:,}", sheet=title,
                      column=letters(found.columns - 1))  # fmt: skip
    return found


def _valueless(part: bytes) -> list[tuple[int, int, str]]:
    """Return the cells whose formula has an empty result that is not marked as an empty text."""
    cells = re.findall(rb"<c\b([^>]*)><f\b[^>]*(?:/>|>[^<]*</f>)(?:<v></v>|<v/>)", part)
    places = [(told, re.search(rb'\br="([A-Z]{1,3}[0-9]{1,7})"', told)) for told in cells if b't="str"' not in told]
    return [(*_place(found.group(1).decode(), 1, 0), "") for _, found in places if found]


def _error(part: bytes, row: int, column: int) -> str:
    """Return the error that stands in a cell, such as ``#N/A``."""
    start = part.find(f'r="{letters(column)}{row}"'.encode())
    found = re.search(rb">(#[A-Z0-9/?!_]{1,20})<", part[start : start + 2000]) if start >= 0 else None
    return found.group(1).decode() if found else "#"


def _place(reference: str | None, row: int, column: int) -> tuple[int, int]:
    """Return the row and column of ``G17``; a cell without a reference comes after the one before it."""
    if reference is None:
        return row, column
    found = REFERENCE.fullmatch(reference)
    if not found:
        raise ValueError(reference)
    index = 0
    for letter in found.group(1):
        index = index * 26 + ord(letter) - ord("A") + 1
    return int(found.group(2)), index - 1


def refuse_texts(held: dict[str, bytes], sheets: list[bytes]) -> None:
    """Refuse a workbook in which many cells refer to long shared texts: it would unfold into too much."""
    longest, many = _longest(held.get(STRINGS, b"")), sum(part.count(b"<c ") + part.count(b":c ") for part in sheets)
    if longest * many <= UNFOLDED:
        return
    lengths = _lengths(held[STRINGS])
    size = sum(lengths[int(at)] for part in sheets for at in _shared(part) if int(at) < len(lengths))
    if size > UNFOLDED:
        raise Refused("too_large", found=f"{size:,}", expected=f"{UNFOLDED:,}")


def _longest(strings: bytes) -> int:
    return max((len(text) for text in re.split(rb"</(?:\w+:)?si>", strings)), default=0)


def _lengths(strings: bytes) -> list[int]:
    return [len(text) for text in re.split(rb"</(?:\w+:)?si>", strings)][:-1]


def _shared(part: bytes) -> list[bytes]:
    return re.findall(rb"<(?:\w+:)?v\s*>\s*([0-9]{1,9})\s*</(?:\w+:)?v\s*>", part)

"""What a report says beside what the snapshot holds. Written without the code that wrote the report.

The address of a figure is followed into the Parquet files and the manifest, and the text that is shown is read back by
the rules of its language. Names are looked up in the snapshot and the catalogue.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from seg_pipeline.settings import CATALOGUE
from seg_pipeline_tests.report.reading import Bound

DECIMALS = {
    "index": 3,
    "share": 1,
    "percent": 1,
    "whole": 0,
    "decimal": 1,
    "change": 3,
    "fine": 4,
    "points": 1,
    "year": 0,
}
PER_CENT = ("share", "percent")
SIGNED = ("change", "fine", "points")
WORDS = ("code", "text")
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December"]  # fmt: skip
NUMBER = {
    "fi": re.compile("([+\u2212]?)((?:\\d{1,3}(?:\u202f\\d{3})+|\\d+)(?:,\\d+)?)(\u00a0%)?"),
    "sv": re.compile("([+\u2212]?)((?:\\d{1,3}(?:\u202f\\d{3})+|\\d+)(?:,\\d+)?)(\u00a0%)?"),
    "en": re.compile("([+\u2212]?)((?:\\d{1,3}(?:,\\d{3})+|\\d+)(?:\\.\\d+)?)(%)?"),
}
DATE = {
    "fi": re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})"),
    "sv": re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})"),
    "en": re.compile(rf"(?P<day>\d{{1,2}}) (?P<month>{'|'.join(MONTHS)}) (?P<year>\d{{4}})"),
}
MADE: dict[str, Callable[[list[Any]], Any]] = {
    "count": len,
    "distinct": lambda cells: len({cell for cell in cells if not pd.isna(cell)}),
    "sum": sum,
    "least": lambda cells: min(cell for cell in cells if not pd.isna(cell)),
    "greatest": lambda cells: max(cell for cell in cells if not pd.isna(cell)),
    "difference": lambda cells: cells[0] - cells[1],
}
FACTS = {"manifest": "manifest.json", "package": "datapackage.json"}
SENTENCE = re.compile(r"(?<=[.?!]) ")
HALF = 0.5 + 1e-6  # of the last digit that is shown


@dataclass(frozen=True)
class Truth:
    """A snapshot's files, by address."""

    folder: Path
    known: dict[str, Any] = field(default_factory=dict)
    columns: dict[tuple[str, str], list[Any]] = field(default_factory=dict)

    def at(self, address: str) -> Any:
        """Return what is at an address."""
        if address not in self.known:
            self.known[address] = self._at(address)
        return self.known[address]

    def column(self, table: str, name: str) -> list[Any]:
        """Return a column of a table."""
        if (table, name) not in self.columns:
            read = pq.read_table(self.folder / f"{table}.parquet", columns=[name])
            self.columns[table, name] = read.column(name).to_pylist()
        return self.columns[table, name]

    def rows(self, address: str) -> tuple[str, list[int]]:
        """Return the table and the rows of an address; none for a fact of the manifest."""
        parts = address.partition(":")[2] if ":" in address.partition("/")[0] else address
        table, *rest = parts.split("/")
        return table, ([] if table in FACTS or not rest else _numbers(rest[0]))

    def _at(self, address: str) -> Any:
        how, _, rest = address.partition(":") if ":" in address.partition("/")[0] else ("", "", address)
        if how == "rows":
            return pq.read_metadata(self.folder / f"{rest}.parquet").num_rows
        table, *way = rest.split("/")
        if table in FACTS:
            told = json.loads((self.folder / FACTS[table]).read_text(encoding="utf-8"))
            for name in way:
                told = told[int(name)] if isinstance(told, list) else told[name]
            return told
        numbers = _numbers(way[0])
        cells = [self.column(table, way[1])[at] for at in numbers] if len(way) > 1 else numbers
        return MADE[how](cells) if how else cells[0]


def _numbers(said: str) -> list[int]:
    found: list[int] = []
    for run in said.split("+") if said else []:
        first, _, last = run.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def wrong(truth: Truth, one: Bound, language: str) -> str:
    """Return why what is shown is not what the cells and names hold, or nothing."""
    if len(one.cells) == 1 and not one.names and one.tag in ("data", "time"):
        address, _, kind = one.cells[0].partition("|")
        value = truth.at(address)
        if not _machine(value, one.machine):
            return f"{one.text!r} is {one.machine!r} to a machine, and {value!r} at {address}"
        return "" if says(value, kind, one.text, language) else f"{one.text!r} ({kind}), and {value!r} at {address}"
    known = {told for address in one.names for told in names(truth, address, language)}
    if one.tag == "span":
        return "" if one.text in known and not one.cells else f"{one.text!r} is not what {one.names} is called"
    return _within(truth, one, known, language)


def _within(truth: Truth, one: Bound, known: set[str], language: str) -> str:
    """Every number of a text, which may be one line of a longer one, is one of its cells or stands in its names."""
    cells = [(truth.at(cell.partition("|")[0]), cell.partition("|")[2]) for cell in one.cells]
    left = one.text
    for name in sorted(known | {str(value) for value, kind in cells if kind in WORDS}, key=len, reverse=True):
        left = left.replace(name, " ")
    numbers = {found[0] for name in known for found in NUMBER[language].finditer(name)}  # of a name in several lines
    for pattern in (DATE[language], NUMBER[language]):
        for found in list(pattern.finditer(left)):
            if found[0] not in numbers and not any(says(value, kind, found[0], language) for value, kind in cells):
                return f"{found[0]!r} in {one.text!r} is none of {cells}"
            left = left.replace(found[0], " " * len(found[0]), 1)
    return f"{one.text!r} has a digit that is no number" if re.search(r"\d", left) else ""


def says(value: Any, kind: str, text: str, language: str) -> bool:
    """Whether a text says a value as its kind is written in a language: to the digit, with sign and unit."""
    if kind in WORDS:
        return text == str(value)
    if kind == "date":
        found = DATE[language].fullmatch(text)
        return found is not None and _day(found) == str(value)[:10]
    found = NUMBER[language].fullmatch(text)
    if not found or kind not in DECIMALS or isinstance(value, str) or pd.isna(value):
        return False
    sign, digits, per_cent = found.groups()
    plain = digits.replace("\u202f", "").replace(",", "." if language != "en" else "")
    shown, decimals = float(plain) * (-1 if sign == "\u2212" else 1), len(plain.partition(".")[2])
    true = 100 * value if kind == "share" else value
    return (
        decimals == DECIMALS[kind]
        and bool(per_cent) == (kind in PER_CENT)
        and abs(shown - true) <= HALF * 10**-decimals
        and (sign == "+") == (kind in SIGNED and shown > 0)
        and (sign != "\u2212" or shown < 0)
        and (kind != "year" or digits.isdecimal())
        and (
            kind == "year" or abs(shown) < 1000 or not digits.partition("." if language == "en" else ",")[0].isdecimal()
        )
    )


def _day(found: re.Match[str]) -> str:
    month = found["month"]
    number = MONTHS.index(month) + 1 if month in MONTHS else int(month)
    return f"{found['year']}-{number:02}-{int(found['day']):02}"


def _machine(value: Any, told: str) -> bool:
    if isinstance(value, str):
        return told == value
    try:
        return float(told) == float(value)
    except ValueError:
        return False


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """Return a table of the catalogue."""
    with (CATALOGUE / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return tuple(csv.DictReader(file))


def names(truth: Truth, address: str, language: str) -> set[str]:
    """Return what may be shown as the name at an address: whole, up to its explanation, or the explanation."""
    place, *way = address.split("/")
    if place == "areas":
        own = {code: truth.column("areas", f"name_{code}")[int(way[0])] for code in ("fi", "sv")}
        name = own["sv"] if language == "sv" and own["sv"] else own["fi"]
        return {name or truth.column("areas", "area_id")[int(way[0])]}
    if place == "files":
        assert (truth.folder / way[0]).is_file()
        return set(way)
    if place != "catalogue":
        found = truth.at(address)
        return {str(found[language] if isinstance(found, dict) else found)}
    code, _, part = way[1].partition(":")
    every = table(way[0])
    rows = [row for row in every if any(".".join(list(row.values())[:n]) == code for n in (1, 2, 3))]
    rows = rows or ([every[int(code)]] if code.isdecimal() else [])
    assert rows, f"the catalogue has no {address}"
    wholes = {
        said
        for row in rows
        for name, said in row.items()
        if said and not name.endswith(tuple({"fi", "sv", "en"} - {language}))
    }
    explained = {said.partition(":")[2].strip() or said for said in wholes}
    capital = {said[0].upper() + said[1:] for said in explained}
    if part == "explained" and len(way) > 2:  # its first sentence, or what follows
        return {piece for said in capital for piece in SENTENCE.split(said, maxsplit=1)}
    up_to = {"name": ":", "short": ","}
    named = {name: {said.partition(mark)[0] for said in wholes} for name, mark in up_to.items()}
    return {"": wholes, "explained": capital, **named}[part]

"""The snapshot as the report reads it: tables whose rows keep their number, and figures that know their cell.

A figure's address leads back to the snapshot, and `Book.read` follows it:

``indicators/4123/value_corrected``  a cell: table, number of the row in the Parquet file from 0, column
``count:areas/3-9+12``               how many rows those are
``distinct:indicators/3-9/city``     how many different values the cells of those rows have
``sum:counts/3-9/count``             their sum, which is empty where one of them is
``greatest:wellbeing/3-9/value``     the greatest of those that are not empty; also ``least:``
``difference:wellbeing/12+3/value``  the first less the second
``manifest/published``               a value of the manifest, by the names on the way to it
``rows:indicators``                  how many rows a table has
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from seg_pipeline.snapshots import Snapshot

Kind = Literal[
    "index", "share", "percent", "whole", "decimal", "change", "fine", "points", "year", "date", "code", "text"
]

MADE: dict[str, Callable[[pd.Series], Any]] = {
    "distinct": lambda cells: cells.nunique(),
    "sum": lambda cells: cells.sum(skipna=False),  # without one of its parts it would state too little
    "least": lambda cells: cells.min(),
    "greatest": lambda cells: cells.max(),
    "difference": lambda cells: _less(*cells),
}


class ReportError(ValueError):
    """The report would state something that the snapshot does not hold. Nothing is written."""


@dataclass(frozen=True)
class Figure:
    """A value of the snapshot, the address it was read from, and how its kind is written."""

    address: str
    value: Any
    kind: Kind

    @property
    def empty(self) -> bool:
        """True where the cell has no value; its status says why."""
        return bool(pd.isna(self.value))


@dataclass(frozen=True)
class Term:
    """A name in each language, and where it is from: a cell, or a row of the catalogue."""

    texts: dict[str, str] = field(hash=False)
    address: str


@dataclass(frozen=True)
class Book:
    """A snapshot opened for reporting. Tables are read once; their index is the number of the row."""

    snapshot: Snapshot

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of the snapshot."""
        if name not in self._tables:
            self._tables[name] = self.snapshot.table(name).reset_index(drop=True)
            self._tables[name].attrs = {}  # pandas would copy them, deeply, with every selection
        return self._tables[name]

    def rows(self, name: str, **where: Any) -> pd.DataFrame:
        """Return the rows of a table whose columns have the values asked for: one, or a list of several."""
        found = self.table(name)
        for column, wanted in where.items():
            cells = found[column]
            found = found[cells.isin(wanted) if isinstance(wanted, list | tuple | set) else cells == wanted]
        return found

    def figure(self, table: str, row: int, column: str, kind: Kind) -> Figure:
        """Return one cell."""
        try:
            return Figure(f"{table}/{row}/{column}", self.table(table)[column].loc[row], kind)
        except KeyError:
            raise ReportError(f"the snapshot has nothing at '{table}/{row}/{column}'") from None

    def count(self, table: str, rows: Iterable[int]) -> Figure:
        """Return how many rows these are."""
        numbers = sorted(rows)
        return Figure(f"count:{table}/{ranges(numbers)}", len(numbers), "whole")

    def made(self, how: str, table: str, rows: Iterable[int], column: str, kind: Kind) -> Figure:
        """Return what is made from the cells of some rows, in the order given: one of `MADE`."""
        numbers = list(rows) if how == "difference" else sorted(rows)
        address = f"{how}:{table}/{ranges(numbers)}/{column}"
        return Figure(address, self.read(address), kind)

    def fact(self, *names: str | int, kind: Kind) -> Figure:
        """Return a value of the manifest, by the names on the way to it."""
        address = "/".join(["manifest", *map(str, names)])
        return Figure(address, self.read(address), kind)

    def size(self, table: str) -> Figure:
        """Return how many rows a table has."""
        return Figure(f"rows:{table}", len(self.table(table)), "whole")

    def read(self, address: str) -> Any:
        """Return the value at an address; raise ReportError where there is none."""
        try:
            return self._read(address)
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise ReportError(f"the snapshot has nothing at {address!r}: {error}") from None

    def _read(self, address: str) -> Any:
        first, *parts = address.split("/")
        how, _, table = first.rpartition(":")
        if table == "manifest":
            return _within(self.snapshot.manifest, parts)
        if how == "rows":
            return len(self.table(table))
        numbers = numbered(parts[0])
        if how == "count":
            return len(self.table(table).loc[numbers])
        cells = self.table(table)[parts[1]].loc[numbers]
        return MADE[how](cells) if how else cells.iloc[0]

    @property
    def receipts(self) -> list[dict[str, Any]]:
        """The receipts of the deliveries that the snapshot was made from, as its manifest has them."""
        return self.snapshot.manifest.get("receipts", [])

    @property
    def findings(self) -> list[dict[str, Any]]:
        """What was found of the deliveries: late, refused, withheld."""
        return self.snapshot.manifest.get("findings", [])

    @cached_property
    def _tables(self) -> dict[str, pd.DataFrame]:
        return {}


def _less(one: Any, other: Any) -> Any:
    return one - other


def ranges(numbers: list[int]) -> str:
    """Return whole numbers as runs: ``3-5+9``. The order is kept."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return "+".join(f"{first}-{last}" if last > first else f"{first}" for first, last in runs)


def numbered(said: str) -> list[int]:
    """Return the numbers that `ranges` wrote."""
    runs = [[int(end) for end in run.split("-")] for run in said.split("+")] if said else []
    return [number for run in runs for number in range(run[0], run[-1] + 1)]


def _within(facts: Any, names: list[str]) -> Any:
    for name in names:
        facts = facts[int(name)] if isinstance(facts, list) else facts[name]
    return facts

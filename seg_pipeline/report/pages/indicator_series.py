"""The figures of one segregation indicator, and how a cell of a table writes them.

Compared are the figures of postal areas, which every city has, from one source and, in space, of one radius.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from seg_pipeline import catalogue
from seg_pipeline.report import judging, terms
from seg_pipeline.report.book import Book, Figure, Term
from seg_pipeline.report.page import Link, Said
from seg_pipeline.report.statement import Statement, say

TABLE = "indicators"


@dataclass(frozen=True)
class Series:
    """The rows of an indicator: those that are compared, and the others."""

    book: Book
    indicator: str

    @property
    def name(self) -> Term:
        """Return the indicator's name."""
        return terms.short("indicators", self.indicator)

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Return every row of the indicator."""
        return self.book.rows(TABLE, indicator=self.indicator)

    @cached_property
    def records(self) -> dict[int, dict[str, Any]]:
        """Return the cells of every row, by its number."""
        cells: list[dict[str, Any]] = [
            dict(zip(self.rows.columns, row, strict=True)) for row in self.rows.itertuples(index=False)
        ]
        return dict(zip(map(int, self.rows.index), cells, strict=True))

    @cached_property
    def main(self) -> pd.DataFrame:
        """Return the rows that are compared: of postal areas, the commonest source, the commonest radius."""
        rows = self.rows[self.rows["geography"] == judging.GEOGRAPHY]
        rows = rows[rows["source"] == _commonest(rows["source"])]
        return rows if rows["scale"].isna().all() else rows[rows["scale"] == _commonest(rows["scale"])]

    @cached_property
    def others(self) -> pd.DataFrame:
        """Return the latest rows of every other area division, source and radius."""
        rest = self.rows.drop(self.main.index)
        return judging.latest(rest, "geography", "source", "dimension", "scale", "city")

    @cached_property
    def dimensions(self) -> list[str]:
        """Return the dimensions compared, in the order of the catalogue."""
        there = set(self.main["dimension"])
        return [row["dimension"] for row in catalogue.rows("dimensions") if row["dimension"] in there]

    @cached_property
    def changes(self) -> dict[tuple[Any, ...], int]:
        """Return for each city, dimension and year the row of `changes` since the year before it that there is."""
        rows = self.book.rows("changes", indicator=self.indicator, term="total", geography=judging.GEOGRAPHY)
        rows = rows[rows["source"].isin(self.main["source"]) & _same(rows["scale"], self.main["scale"])]
        ordered = rows.sort_values("from_year", kind="stable")
        keys = zip(ordered["city"], ordered["dimension"], ordered["to_year"].astype(int), strict=True)
        return dict(zip(keys, map(int, ordered.index), strict=True))

    def cell(self, at: int, column: str) -> Said:
        """Return a cell of a table: the figure, or why there is none."""
        return CELLS[column](self, at)

    def figure(self, at: int, column: str, kind: Any = "index") -> Said:
        """Return a figure, or why it is empty."""
        found = self.book.figure(TABLE, at, column, kind)
        if not found.empty:
            return found
        row = self.records[at]
        if row["status"] != "observed":
            return say(f"site.status_{row['status']}")
        return say("site.status_none" if row["interval"] == "published" else f"indicator.{row['interval']}")

    def interval(self, at: int) -> Said:
        """Return the interval, or why there is none."""
        lower, upper = self.figure(at, "lower"), self.figure(at, "upper")
        return say("site.interval", lower=lower, upper=upper) if isinstance(lower, Figure) else lower

    def change(self, at: int) -> Statement:
        """Return by the interval whether the value moved since the year before."""
        row = self.records[at]
        found = self.changes.get((row["city"], row["dimension"], int(row["reference_year"])))
        if found is None:
            return say("indicator.first")
        said = judging.direction(self.book.table("changes").iloc[found])
        return say(f"indicator.{said}", year=self.book.figure("changes", found, "from_year", "year"))


CELLS: dict[str, Any] = {
    "city": lambda series, at: _city(series.records[at]["city"]),
    "dimension": lambda series, at: _dimension_of(series, at),
    "year": lambda series, at: series.figure(at, "reference_year", "year"),
    "value": lambda series, at: series.figure(at, "value"),
    "expected": lambda series, at: series.figure(at, "expected_if_random"),
    "value_corrected": lambda series, at: series.figure(at, "value_corrected"),
    "interval": lambda series, at: series.interval(at),
    "letters": lambda series, at: series.figure(at, "comparison_group", "code"),
    "change": lambda series, at: series.change(at),
    "areas": lambda series, at: series.figure(at, "areas", "whole"),
    "coverage": lambda series, at: series.figure(at, "coverage", "share"),
    "source_name": lambda series, at: terms.source(series.records[at]["source"]),
}


def _city(code: str) -> Link:
    return Link(f"city/{terms.slug(code)}.html", terms.city(code))


def _dimension_of(series: Series, at: int) -> Said:
    row = series.records[at]
    name = terms.term("dimensions", row["dimension"])
    if pd.isna(row["scale"]):
        return name
    return say("indicator.with_radius", dimension=name, scale=series.figure(at, "scale", "whole"))


def _commonest(column: pd.Series) -> Any:
    found = column.mode()
    return None if found.empty else found.iloc[0]


def _same(scales: pd.Series, main: pd.Series) -> pd.Series:
    return scales.isna() if main.isna().all() else scales == main.iloc[0]

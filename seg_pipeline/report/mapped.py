"""What the maps of a city show, one layer each: the types of area, then the share of each group.

The limits of classes are the same in every city, so that maps of two cities can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from seg_pipeline.classifications import AREA_TYPES
from seg_pipeline.report import judging, terms
from seg_pipeline.report.book import Book, Figure, Kind
from seg_pipeline.report.page import Said
from seg_pipeline.report.pictures import palette
from seg_pipeline.report.pictures.marks import Classes, Value
from seg_pipeline.report.statement import say

COLOURS = palette.SEQUENTIAL[:5]
COMMON, HOUSING, RARE = (0.15, 0.2, 0.25, 0.3), (0.15, 0.3, 0.45, 0.6), (0.04, 0.06, 0.08, 0.1)
SHARES = {  # the groups whose share is drawn, in this order, and the limits of their classes
    ("income", "low"): COMMON,
    ("activity", "unemployed"): RARE,
    ("education", "basic"): COMMON,
    ("tenure", "rented"): HOUSING,
    ("household_type", "with_children"): COMMON,
    ("language", "foreign"): (0.05, 0.1, 0.2, 0.3),
}
TYPES = Classes(
    tuple(AREA_TYPES.values())[:-1],
    tuple(palette.TYPES[code] for code in AREA_TYPES),
    tuple(terms.short("area_types", code) for code in AREA_TYPES),
)


@dataclass(frozen=True)
class Layer:
    """What one map shows: the rows of `area_profiles`, by area, and the classes."""

    id: str
    label: Said
    rows: pd.DataFrame  # index = number of the row in area_profiles
    kind: Kind
    classes: Classes

    @cached_property
    def by_area(self) -> dict[str, int]:
        """The number of the row of each area."""
        return {str(area): int(str(row)) for row, area in self.rows["area_id"].items()}

    @cached_property
    def values(self) -> dict[str, Value]:
        """What each area has."""
        return {str(row["area_id"]): _value(row) for _, row in self.rows.iterrows()}

    def marked(self, *marks: str) -> list[int]:
        """Return the rows of the areas that the map marks so."""
        return [self.by_area[area] for area, value in self.values.items() if value.mark(self.classes)[0] in marks]

    def year(self, book: Book) -> Figure:
        """Return the year that the values describe."""
        return book.figure("area_profiles", int(str(self.rows.index[0])), "reference_year", "year")


def of_city(book: Book, city: str, geography: str) -> list[Layer]:
    """Return what there is to draw, all of the division of the newest figures."""
    rows = book.rows("area_profiles", city=city, geography=geography)
    types = judging.latest(rows[rows["profile"] == "area_type"])
    layers = [Layer("types", say("areas.types"), types, "decimal", TYPES)]
    for (dimension, group), limits in SHARES.items():
        of = rows[(rows["profile"] == "share") & (rows["dimension"] == dimension) & (rows["group"] == group)]
        name, classes = terms.term("groups", dimension, group), Classes(limits, COLOURS, percent=True)
        layers.append(Layer(group.replace("_", "-"), name, judging.latest(of), "share", classes))
    there = [layer for layer in layers if len(layer.rows)]
    newest = max((int(layer.rows["boundary_vintage"].max()) for layer in there), default=0)
    return [layer for layer in there if layer.rows["boundary_vintage"].eq(newest).all()]


def _value(row: pd.Series) -> Value:
    value, lower, upper = (None if pd.isna(row[end]) else float(row[end]) for end in ("value", "lower", "upper"))
    return Value(value, lower, upper, str(row["status"]))

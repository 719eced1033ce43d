"""Types of area by need: how many areas of each type a city has, and how many people live in them."""

from __future__ import annotations

import pandas as pd

from seg_pipeline import catalogue
from seg_pipeline.classifications import AREA_TYPES
from seg_pipeline.report import judging, terms
from seg_pipeline.report.book import Book, Figure
from seg_pipeline.report.page import Row, Said
from seg_pipeline.report.pictures import charts
from seg_pipeline.report.statement import Statement, say

TYPES = tuple(row["area_type"] for row in catalogue.rows("area_types"))  # from very little need to very much
HIGH = ("high_need", "very_high_need")
AREA = ["geography", "city", "area_id", "boundary_vintage"]


def of(book: Book, city: str | None = None) -> pd.DataFrame:
    """Return the areas of the latest year: their type, and the row of `areas` that tells their people."""
    asked = {} if city is None else {"city": city}
    rows = judging.latest(book.rows("area_profiles", profile="area_type", geography=judging.GEOGRAPHY, **asked))
    areas = book.table("areas")[AREA].rename_axis("area").reset_index()
    return rows.rename_axis("profile_row").reset_index().merge(areas, on=AREA, how="left", validate="many_to_one")


def typed(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the areas that have a type."""
    return rows[rows["category"].isin(TYPES) & rows["status"].eq("observed")]


def sure(rows: pd.DataFrame, above: str) -> pd.DataFrame:
    """Return the areas whose whole interval lies above a type."""
    return rows[rows["lower"] > AREA_TYPES[above]]


def uncertain(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the areas whose interval reaches into another type."""
    limits = pd.Series(AREA_TYPES)
    lower, upper = (limits.searchsorted(rows[end].to_numpy(dtype="float64")) for end in ("lower", "upper"))
    return rows[lower != upper]


def areas(book: Book, rows: pd.DataFrame) -> Figure:
    """Return how many areas these are."""
    return book.count("area_profiles", map(int, rows["profile_row"]))


def people(book: Book, rows: pd.DataFrame) -> Figure | Statement:
    """Return how many people live in these areas; without one of them, that it cannot be told."""
    numbers = rows["area"].dropna()
    figure = book.made("sum", "areas", map(int, numbers), "population", "whole")
    return say("site.status_none") if figure.empty or len(numbers) < len(rows) else figure


def living(figure: Figure | Statement) -> Statement:
    """Return the sentence on how many people live in areas of high need."""
    if isinstance(figure, Figure):
        return say("city.high_people", people=figure)
    return say("city.high_people_unknown")


def high(book: Book, city: str | None = None) -> Statement | None:
    """Return how many areas are of high need and how many people live there; nothing where no area has a type."""
    rows = typed(of(book, city))
    if rows.empty:
        return None
    those = rows[rows["category"].isin(HIGH)]
    if those.empty:
        return say("city.no_high_need", all=areas(book, rows))
    year = book.figure("area_profiles", int(rows["profile_row"].iloc[0]), "reference_year", "year")
    counted = {"areas": areas(book, those), "all": areas(book, rows), "sure": areas(book, sure(those, "mixed"))}
    return say("city.high_need", **counted, people=living(people(book, those)), year=year)


def told(book: Book, city: str) -> list[Row]:
    """Return a row of each type in a city: areas, people; and of the areas without a type."""
    rows = of(book, city)
    known = typed(rows)
    kinds: list[tuple[str, Said, pd.DataFrame]] = [
        (name, terms.term("area_types", name), known[known["category"] == name]) for name in TYPES
    ]
    kinds.append(("untyped", say("city.untyped"), rows.drop(known.index)))
    return [Row(f"type.{name}", (shown, areas(book, those), people(book, those))) for name, shown, those in kinds]


def parts(book: Book, rows: pd.DataFrame, city: str, row: str) -> list[charts.Part]:
    """Return the shares of a city's people by the type of their area; none where somebody cannot be counted."""
    those = typed(rows[rows["city"] == city])
    counted = [people(book, those[those["category"] == name]) for name in TYPES]
    numbers = [float(one.value) for one in counted if isinstance(one, Figure)]
    if len(numbers) < len(TYPES) or not sum(numbers):
        return []
    return [
        charts.Part(row, terms.city(city), terms.term("area_types", name), number / sum(numbers))
        for name, number in zip(TYPES, numbers, strict=True)
    ]

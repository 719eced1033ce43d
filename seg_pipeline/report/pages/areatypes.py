"""Types of area by need: how many areas of each type a city has, and how many people live in them."""

from __future__ import annotations

import pandas as pd

from seg_pipeline import catalogue
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
    """Return the areas whose type is known."""
    return rows[rows["category"].isin(TYPES) & rows["status"].eq("observed")]


def areas(book: Book, rows: pd.DataFrame) -> Figure:
    """Return how many areas these are."""
    return book.count("area_profiles", map(int, rows["profile_row"]))


def people(book: Book, rows: pd.DataFrame) -> Figure:
    """Return how many people live in these areas."""
    return book.made("sum", "areas", map(int, rows["area"].dropna()), "population", "whole")


def high(book: Book, city: str | None = None) -> Statement | None:
    """Return how many live in areas of high need; nothing where no area has a type."""
    rows = typed(of(book, city))
    if rows.empty:
        return None
    those = rows[rows["category"].isin(HIGH)]
    if those.empty:
        return say("city.no_high_need", all=areas(book, rows))
    year = book.figure("area_profiles", int(rows["profile_row"].iloc[0]), "reference_year", "year")
    return say("city.high_need", areas=areas(book, those), all=areas(book, rows), people=people(book, those), year=year)


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
    """Return the shares of a city's people by the type of their area."""
    those = typed(rows[rows["city"] == city])
    numbers = [float(people(book, those[those["category"] == name]).value) for name in TYPES]
    return [
        charts.Part(row, terms.city(city), terms.term("area_types", name), number / sum(numbers))
        for name, number in zip(TYPES, numbers, strict=True)
        if sum(numbers)
    ]

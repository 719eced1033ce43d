"""The made-up rows that the template shows, small and complete; and rows of codes in the words of a language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from seg_pipeline.tables import delivery
from seg_pipeline.tables.named import CODES, Column, Sheet

if TYPE_CHECKING:
    from seg_pipeline.classifications import City

Row = dict[str, str]
CHOSEN = ("dimension", "indicator", "funding", "period", "people")  # kinds of columns that choose from one list
PLACES = (("{city}101", "Esimerkkilä", "Exempelby"), ("{city}102", "Mallila", ""))
NUMBERS = {  # per place
    "language": {"total": ("1200", "14"), "domestic": ("1000", "..."), "foreign": ("200", "...")},
    "income": {"total": ("980", ".."), "low": ("210", ".."), "middle": ("390", ".."), "high": ("380", "..")},
}
PUPILS = {"total": "310", "domestic": "250", "foreign": "60"}
INDICATORS = (  # indicator, group, period, numerator, denominator, value
    ("social_assistance_families", "total", "h1", "410", "5600", "7,3"),
    ("social_assistance_families", "total", "h2", "395", "5590", ""),
    ("preventive_assistance_families", "total", "h2", "", "", "..."),
    ("neet", "foreign", "year", "", "", "9,4"),
)
EUROS = (("positive_discrimination_education", "125000"), ("other_targeted", ".."))
YEAR = "2024"


def examples(city: City) -> dict[str, list[Row]]:
    """Return the example rows of every sheet, in codes."""
    places = [(code.format(city=city.city), fi, sv) for code, fi, sv in PLACES]
    first = places[0][0]
    points = ("POINT (385000 6672000)", "")
    counts = [
        {"area_id": code, "area_name_fi": fi, "area_name_sv": sv, "dimension": dimension, "group": group,
         "reference_year": YEAR, "count": numbers[at]}
        for at, (code, fi, sv) in enumerate(places)
        for dimension, groups in NUMBERS.items()
        for group, numbers in groups.items()
    ]  # fmt: skip
    areas = [
        {"area_id": code, "area_name_fi": fi, "area_name_sv": sv, "parent": code[:4], "geometry": points[at]}
        for at, (code, fi, sv) in enumerate(places)
    ]
    schools = [
        {"school_id": f"{city.city}-S1", "name": "Esimerkkilän koulu", "area_id": first, "group": group,
         "reference_year": YEAR, "count": count}
        for group, count in PUPILS.items()
    ]  # fmt: skip
    named = ("indicator", "group", "period", "numerator", "denominator", "value")
    wellbeing = [dict(zip(named, row, strict=True)) | {"reference_year": YEAR} for row in INDICATORS]
    funding = [
        {"area_id": code, "funding": kind, "reference_year": YEAR, "euros": euros}
        for (code, _, _), (kind, euros) in zip(places, EUROS, strict=True)
    ]
    return {"counts": counts, "areas": areas, "schools": schools, "wellbeing": wellbeing, "funding": funding}


def worded(sheet: Sheet, rows: Iterable[Row], language: str) -> list[Row]:
    """Return rows of codes with what may be chosen by its name in `language`, as a drop-down shows it."""
    return [
        {column.name: word(column, row[column.name], language, row.get("dimension", "")) for column in sheet.columns}
        for row in rows
    ]


def word(column: Column, code: str, language: str, dimension: str = "") -> str:
    """Return what a choice is called in a language; a code that is not chosen from a list as it is."""
    if language == CODES:
        return code
    if column.kind in ("group", "pupils"):
        return delivery.groups(delivery.SCHOOL_DIMENSION if column.kind == "pupils" else dimension)[code][language]
    return delivery.choices(column.kind)[code][language] if column.kind in CHOSEN else code

"""Statistics Finland's Paavo: open data by postal code area. What it is, and what of it is refused.

A release comes as official codes, as PxWeb CSV (wide or long), as Finnish labels (`paavo_layouts`), or as the services
answer (`paavo_services`, asked by `paavo_fetch`); it ends in one table of counts (`paavo_counts`). Labels, tables and
reference years are rows of ``data/catalogue/paavo``: a release whose headers differ only in year needs nothing new.
The reference year of each table is the header's, or else the catalogue's; it is never derived from the release's name.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from seg_pipeline import catalogue
from seg_pipeline.classifications import CITIES, MUNICIPALITY_BY_NAME, TOTAL
from seg_pipeline.sources.national import paavo_fetch, paavo_services
from seg_pipeline.sources.national.paavo_counts import areas, counts, whole_numbers
from seg_pipeline.sources.national.paavo_layouts import Column, Sheet, labels, layout, variables
from seg_pipeline.sources.readers import pxweb_csv
from seg_pipeline.sources.refusal import Refused, quoted
from seg_pipeline.sources.source import Delivered, Source, release_year

FIRST = "he_vakiy"  # what a file without any variable is said to lack
FEW = 5  # municipalities that are named in the name of a part
LEAST_LOCATED = 0.95  # of all people, those whose home is known to the postal area: 0.987 in release 2020


def read(data: bytes, release: str) -> Delivered:
    """Return the counts and areas in one file of `release`, for every municipality that is in it."""
    sheet = (paavo_services.layout(data) or layout(data))(data, release)
    _refuse_incomplete(sheet)
    _refuse_short(sheet)
    dated = replace(sheet, columns=[_dated(column, release, sheet) for column in sheet.columns])
    _refuse_uneven_years(dated)
    tables = {"counts": counts(dated, release), "areas": areas(dated, release)}
    return Delivered(tables, sheet.rows, sheet.whole)


def part(data: bytes) -> str:
    """Return which part of a release a file is: years and places of an extract of the time series; else the whole."""
    if not pxweb_csv.looks_like(data):
        return ""
    header, _, body = data.decode("iso-8859-1").replace("\r", "").split("\n\n", 1)[-1].strip("\n").partition("\n")
    if not re.match(r'"[^"]+"[;,]"(Information|Tiedot|Uppgifter)"', header):
        return ""
    years = re.findall(r'[;,]"?([0-9]{4})"?(?=[;,]|$)', header)
    places = sorted(set(re.findall(r'^"[0-9]{5} .*? \(([^()"]+)\)"[;,]', body, re.MULTILINE)))
    codes = sorted(MUNICIPALITY_BY_NAME.get(place, "unknown") for place in places)
    where = "-".join(codes) if len(codes) <= FEW else f"{len(codes)}-places"
    return f"years-{'-'.join(years)}-of-{where}"


PAAVO = Source(
    id="paavo",
    name="Paavo, open data by postal code area",
    publisher="Statistics Finland",
    licence="CC BY 4.0",
    cadence="yearly, late January",
    url="https://stat.fi/tup/paavo/index_en.html",
    read=read,
    part=part,
    open=True,
    fetch=paavo_fetch.fetch,
    probe=paavo_fetch.probe,
)
SOURCES = (PAAVO,)


def _dated(column: Column, release: str, sheet: Sheet) -> Column:
    """Return the column with its reference year: the header's, or else the catalogue's for the release."""
    known = variables()[column.variable]
    if not known["dimension"] or column.year:
        latest = release_year(release) - (1 if sheet.whole else 0)
        if column.year > latest:
            raise Refused(
                "release",
                found=str(column.year),
                expected=quoted(release),
                line=sheet.header_line,
                column=column.header,
            )
        return column
    for row in catalogue.rows("paavo/reference_years"):
        if (row["release"], row["table"]) == (release[:4], known["table"]):
            return replace(column, year=int(row["reference_year"]))
    raise Refused(
        "reference_year",
        found=known["table"],
        expected="data/catalogue/paavo/reference_years.csv",
        line=sheet.header_line,
        column=column.header,
    )


def _refuse_incomplete(sheet: Sheet) -> None:
    """Refuse a file that lacks a variable of a table it has, a city, or has an area twice."""
    present = {column.variable for column in sheet.columns}
    begun = {variables()[variable]["table"] for variable in present}
    for variable, known in variables().items():
        if known["table"] in begun and known["required"] == "yes" and variable not in present:
            named = [label for (label, _), code in labels().items() if code == variable]
            name = " / ".join([variable, *named])
            raise Refused("missing_column", expected=quoted(name), line=sheet.header_line, column=variable)
    if not begun - {"AREA"}:  # areas alone, such as a layer of boundaries
        raise Refused("missing_column", expected=quoted(FIRST), line=sheet.header_line, column=FIRST)
    first: dict[str, int] = {}
    for place in sheet.places:
        if place.code in first:
            raise Refused("duplicate_area", found=place.code, expected=str(first[place.code]), line=place.line)
        first[place.code] = place.line
    if sheet.whole:
        _refuse_too_few(sheet)


def _refuse_too_few(sheet: Sheet) -> None:
    """Refuse a national release with fewer areas of a city than any release has had: rows are gone."""
    there = Counter(place.municipality for place in sheet.places)
    least = {row["city"]: int(row["least_areas"]) for row in catalogue.rows("paavo/least_areas")}
    few = [
        f"{city.name_fi} ({there[city.city]} / ≥ {least[city.city]})"
        for city in CITIES
        if there[city.city] < least[city.city]
    ]
    if few:
        raise Refused("incomplete", expected=", ".join(few), line=sheet.places[-1].line if sheet.places else 1)


def _refuse_uneven_years(sheet: Sheet) -> None:
    """Refuse a table whose columns describe different years: every variable is there for the same years."""
    by_table: dict[str, dict[str, set[int]]] = {}
    for column in sheet.columns:
        if variables()[column.variable]["dimension"]:
            years = by_table.setdefault(variables()[column.variable]["table"], {})
            years.setdefault(column.variable, set()).add(column.year)
    for column in sheet.columns:
        table = by_table.get(variables()[column.variable]["table"], {})
        if column.variable in table:
            usual, _ = Counter(frozenset(years) for years in table.values()).most_common(1)[0]
            if table[column.variable] != usual:
                said = "/".join(map(str, sorted(table[column.variable])))
                raise Refused(
                    "uneven_years",
                    found=said,
                    expected="/".join(map(str, sorted(usual))),
                    line=sheet.header_line,
                    column=column.header,
                )


def _refuse_short(sheet: Sheet) -> None:
    """Refuse areas that hold far fewer people than the country's own row, or more: rows are gone or double."""
    local = {column.header: column for column in sheet.columns}
    for whole in sheet.country:
        if whole.cells and variables()[whole.variable]["group"] == TOTAL:
            country, found = (int(whole_numbers(column).number.sum()) for column in (whole, local[whole.header]))
            if not LEAST_LOCATED * country <= found <= country:
                raise Refused(
                    "rows_missing", found=str(found), expected=str(country), line=whole.lines[0], column=whole.header
                )

"""Made-up deliveries of a city for the tests: every sheet as rows of codes, and each face of them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import pandas as pd
import xlsxwriter

from seg_pipeline import parquet
from seg_pipeline.classifications import CITIES
from seg_pipeline.tables import delivery

Rows = list[dict[str, str]]
NUMERIC = ("reference_year", "count", "numerator", "denominator", "value", "euros")


def code_of(city: str) -> str:
    return next(one.city for one in CITIES if one.id == city)


def whole(city: str) -> dict[str, Rows]:
    """Every sheet of a sound delivery. Line 2 is the first row of each."""
    code = code_of(city)
    counts = [
        {"area_id": f"{code}10{area}", "area_name_fi": f"Keksitty {area}", "area_name_sv": f"Påhittad {area}",
         "dimension": dimension, "group": group, "reference_year": year, "count": count}
        for area in (1, 2)
        for dimension, groups in (
            ("language", (("total", "100"), ("domestic", "80"), ("foreign", "20"))),
            ("household_type", (("total", "50"), ("single", "30"), ("with_children", "..."))),
        )
        for year in ("2023", "2024")
        for group, count in groups
    ]  # fmt: skip
    areas = [
        {"area_id": f"{code}10{area}", "area_name_fi": f"Keksitty {area}", "area_name_sv": f"Påhittad {area}",
         "parent": f"{code}1", "geometry": f"POLYGON ((38500{area} 6672000, 38600{area} 6672000, 386000 6673000, "
                                           f"38500{area} 6672000))"}
        for area in (1, 2)
    ]  # fmt: skip
    schools = [
        {"school_id": f"{code}-S1", "name": "Keksitty koulu", "area_id": f"{code}101", "group": group,
         "reference_year": "2024", "count": count}
        for group, count in (("total", "300"), ("domestic", "240"), ("foreign", "60"))
    ]  # fmt: skip
    wellbeing = [
        {"indicator": "social_assistance_families", "group": "total", "reference_year": "2024", "period": "h1",
         "numerator": "410", "denominator": "5600", "value": "7.3"},
        {"indicator": "social_assistance_families", "group": "total", "reference_year": "2024", "period": "h2",
         "numerator": "395", "denominator": "5590", "value": ""},
        {"indicator": "neet", "group": "foreign", "reference_year": "2024", "period": "year", "numerator": "",
         "denominator": "", "value": "..."},
        {"indicator": "social_assistance_families_number", "group": "total", "reference_year": "2024",
         "period": "year", "numerator": "", "denominator": "", "value": "812"},
    ]  # fmt: skip
    funding = [
        {"area_id": f"{code}101", "funding": "positive_discrimination_education", "reference_year": "2024",
         "euros": "125000.5"},
        {"area_id": f"{code}102", "funding": "other_targeted", "reference_year": "2024", "euros": ".."},
    ]  # fmt: skip
    return {"counts": counts, "areas": areas, "schools": schools, "wellbeing": wellbeing, "funding": funding}


def as_csv(rows: Rows, separator: str = ";") -> bytes:
    header = list(rows[0])
    lines = [separator.join(header), *(separator.join(_field(row[name]) for name in header) for row in rows)]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8-sig")


def _field(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set(';"\n') else cell


def as_workbook(sheets: Mapping[str, Rows], headers: Mapping[str, Sequence[str]] | None = None) -> bytes:
    """An XLSX workbook; whole numbers are written as numbers, everything else as text."""
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True, "strings_to_formulas": False}) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for at, header in enumerate((headers or {}).get(name) or rows[0]):
                page.write_string(0, at, header)
            for row, cells in enumerate(rows, 1):
                for at, (column, cell) in enumerate(cells.items()):
                    if column in NUMERIC and cell.isascii() and cell.isdigit() and len(cell) < 12:
                        page.write_number(row, at, int(cell))
                    elif cell:
                        page.write_string(row, at, cell)
    return sink.getvalue()


def as_parquet(rows: Rows) -> bytes:
    return parquet.encode(pd.DataFrame(rows, dtype="str"))


def changed(rows: Rows, line: int, column: str, cell: str) -> Rows:
    """The same rows with one cell changed; `line` is the line in the file."""
    told = [dict(row) for row in rows]
    told[line - 2][column] = cell
    return told


assert {sheet.name for sheet in delivery.SHEETS} == set(whole("helsinki"))

"""The cities' delivery format: both faces give the same table, and every rule has a delivery that breaks it."""

from __future__ import annotations

import io

import pandas as pd
import pytest
import xlsxwriter

from seg_pipeline import settings
from seg_pipeline.classifications import CITIES
from seg_pipeline.quality import contracts
from seg_pipeline.sources import all_sources
from seg_pipeline.sources.cities.delivery import COLUMNS
from seg_pipeline.sources.refusal import Refused

ROWS = [
    ["091-K01", "Keksitty Kallio", "Påhittad Berghäll", "language", "total", "2024", "100"],
    ["091-K01", "Keksitty Kallio", "Påhittad Berghäll", "language", "domestic", "2024", "80"],
    ["091-K01", "Keksitty Kallio", "Påhittad Berghäll", "language", "foreign", "2024", "20"],
    ["091-K02", "Keksitty Töölö", "", "language", "total", "2024", "12"],
    ["091-K02", "Keksitty Töölö", "", "language", "domestic", "2024", "..."],
    ["091-K02", "Keksitty Töölö", "", "language", "foreign", "2024", ".."],
]


def of(city: str, rows: list[list[str]]) -> list[list[str]]:
    """The same rows with the codes of another city's areas."""
    code = next(one.city for one in CITIES if one.id == city)
    return [[code + row[0][3:] if row[0] else "", *row[1:]] for row in rows]


def as_csv(rows: list[list[str]], columns: tuple[str, ...] = COLUMNS) -> bytes:
    return "".join(";".join(row) + "\r\n" for row in [list(columns), *rows]).encode("utf-8-sig")


def as_workbook(rows: list[list[str]]) -> bytes:
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as writer:
        sheet = writer.add_worksheet("counts")
        for at, row in enumerate([list(COLUMNS), *rows]):
            for column, cell in enumerate(row):
                sheet.write(at, column, int(cell) if cell.isdigit() else cell)
    return book.getvalue()


def changed(row: int, column: str, value: str) -> list[list[str]]:
    rows = [list(told) for told in ROWS]
    rows[row][COLUMNS.index(column)] = value
    return rows


def test_csv_and_workbook_give_the_same_tables() -> None:
    helsinki = all_sources()["helsinki"]
    from_csv = helsinki.tables(as_csv(ROWS), "2026", "x.csv")
    from_workbook = helsinki.tables(as_workbook(ROWS), "2026", "x.xlsx")
    pd.testing.assert_frame_equal(from_csv.counts, from_workbook.counts)
    pd.testing.assert_frame_equal(from_csv.areas, from_workbook.areas)
    assert contracts.findings(from_csv.counts, "counts") == contracts.findings(from_csv.areas, "areas") == []
    told = from_csv.counts[from_csv.counts["area_id"] == "091-K02"].set_index("group")
    assert told["status"].to_dict() == {"domestic": "suppressed", "foreign": "missing", "total": "observed"}
    assert (told["lower"].to_dict()["domestic"], told["upper"].to_dict()["domestic"]) == (0, 12)
    assert set(from_csv.counts["city"]) == {"091"}


BAD = {
    "text in a number": (changed(1, "count", "many"), "not_a_number", 3, "count"),
    "a negative count": (changed(1, "count", "-4"), "not_a_number", 3, "count"),
    "an empty count": (changed(1, "count", ""), "not_a_number", 3, "count"),
    "a decimal count": (changed(1, "count", "80,5"), "not_a_number", 3, "count"),
    "an unknown dimension": (changed(2, "dimension", "languages"), "unknown_group", 4, "dimension"),
    "an unknown group": (changed(2, "group", "swedish-speaking"), "unknown_group", 4, "group"),
    "no area": (changed(2, "area_id", ""), "not_an_area", 4, "area_id"),
    "a year to come": (changed(0, "reference_year", "2031"), "release", 2, "reference_year"),
    "text for a year": (changed(0, "reference_year", "last"), "not_a_number", 2, "reference_year"),
    "a row twice": ([*ROWS, ROWS[1]], "duplicate_area", 8, "area_id"),
    "two names for an area": (changed(2, "area_name_fi", "Keksitty Vallila"), "duplicate_area", 4, "area_name_fi"),
    "no total": (ROWS[1:], "missing_total", 2, "group"),
    "groups that do not make the total": (changed(2, "count", "21"), "total", 3, "count"),
    "a group larger than its total beside a hidden one": (changed(4, "count", "13"), "part_too_large", 6, "count"),
    "no name": (changed(3, "area_name_fi", ""), "missing_name", 5, "area_name_fi"),
    "a name that is a formula": (changed(3, "area_name_sv", "=cmd()"), "missing_name", 5, "area_name_sv"),
    "no rows": ([], "unfilled", None, ""),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("city", [city.id for city in CITIES])
def test_a_broken_rule_is_refused_with_line_and_column(name: str, city: str) -> None:
    rows, refusal, line, column = BAD[name]
    with pytest.raises(Refused) as refused:
        all_sources()[city].tables(as_csv(of(city, rows)), "2026", f"{city}.csv")
    assert (refused.value.refusal, refused.value.line, refused.value.column) == (refusal, line, column)
    for language in ("fi", "sv", "en"):
        assert refused.value.message(language).startswith(f"{city}: {city}.csv")


def test_a_missing_or_unknown_column_is_named() -> None:
    with pytest.raises(Refused, match='column "count" is missing'):
        all_sources()["turku"].tables(as_csv([row[:-1] for row in of("turku", ROWS)], COLUMNS[:-1]), "2026", "x.csv")
    with pytest.raises(Refused, match="Remove it"):
        all_sources()["turku"].tables(
            as_csv([[*row, "1"] for row in of("turku", ROWS)], (*COLUMNS, "households")), "2026", "x.csv"
        )


def test_a_file_of_another_source_is_refused() -> None:
    paavo = (settings.DEMO / "paavo" / "made_up_paavo_2026.csv").read_bytes()
    with pytest.raises(Refused):
        all_sources()["kuopio"].tables(paavo, "2026", "x.csv")
    with pytest.raises(Refused, match='separated by ";"'):
        all_sources()["kuopio"].tables(as_csv(of("kuopio", ROWS)).replace(b";", b","), "2026", "x.csv")
    with pytest.raises(Refused, match="not a file of this source"):
        all_sources()["paavo"].tables(as_csv(ROWS), "2026", "x.csv")
    with pytest.raises(Refused, match="counts"):
        book = io.BytesIO()
        with xlsxwriter.Workbook(book, {"in_memory": True}) as writer:
            writer.add_worksheet("Taul1")
        all_sources()["kuopio"].tables(book.getvalue(), "2026", "x.xlsx")

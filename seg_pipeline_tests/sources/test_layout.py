"""A city that keeps its own layout says so in a value: its file is read as the format, and refused in its own words."""

from __future__ import annotations

import io

import pytest
import xlsxwriter

from seg_pipeline import settings
from seg_pipeline.quality import contracts
from seg_pipeline.sources import all_sources
from seg_pipeline.sources.cities.delivery import city_source
from seg_pipeline.sources.cities.layout import Layout
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.sources.source import Delivered

TEXT = """\
# made up: Åbo
Alue;Alueen nimi;Namn;Vuosi;Asukkaita;Kotimaiset kielet;Muut kielet
000101;Keksitty Portsa;Påhittad Port;2024;100;80;20
# not data: the next rows are 2024 as well

000102;Keksitty Martti;;2024;12;*;*
"000103";"Keksitty; Pansio";;2024;-;-;-
"""
WIDE = Layout(
    name="a workbook of one long sheet",
    sheet="counts",
    columns={"alue": "area_id", "nimi": "area_name_fi", "muuttuja": "dimension", "luokka": "group", "n": "count"},
    title="Taul1",
    ignored=("huom",),
    codes={"dimension": {"kieli": "language"}, "group": {"yht": "total", "kot": "domestic", "vier": "foreign"}},
    constants={"reference_year": "2024"},
)


def read(text: str) -> Delivered:
    delivered = all_sources()["turku"].read(text.encode("iso-8859-1"), "2026")
    assert [contracts.findings(table, name) for name, table in delivered.tables.items()] == [[], []]
    return delivered


def test_turkus_own_csv_is_read_as_the_format() -> None:
    delivered = read(TEXT)
    assert dict(delivered.rows) == {"counts": 3}
    counts = delivered.counts
    cells = zip(counts["area_id"], counts["group"], counts["count"].fillna(-1), counts["status"], strict=True)
    assert set(cells) == {
        ("853000101", "total", 100, "observed"), ("853000101", "domestic", 80, "observed"),
        ("853000101", "foreign", 20, "observed"), ("853000102", "total", 12, "observed"),
        ("853000102", "domestic", -1, "suppressed"), ("853000102", "foreign", -1, "suppressed"),
        ("853000103", "total", -1, "missing"), ("853000103", "domestic", -1, "missing"),
        ("853000103", "foreign", -1, "missing"),
    }  # fmt: skip
    assert set(delivered.areas["name_fi"]) == {"Keksitty Portsa", "Keksitty Martti", "Keksitty; Pansio"}
    assert all_sources()["turku"].part(TEXT.encode("iso-8859-1")) == "counts"


@pytest.mark.parametrize(
    ("old", "new", "refusal", "line", "column"),
    [
        (";80;20", ";80;21", "total", 3, "count"),
        (";12;*", ";12;**", "not_a_number", 6, "count"),
        (";12;", ";tolv;", "not_a_number", 6, "count"),
        ("Keksitty Martti", "", "missing_name", 6, "Alueen nimi"),
        ("000102", "", "not_an_area", 6, "Alue"),
        ("000102", "000101", "duplicate_area", 6, "Alue"),
        (';2024;-', ";31.12.2024;-", "not_a_number", 7, "Vuosi"),
    ],
)  # fmt: skip
def test_a_problem_is_told_in_the_lines_and_headers_of_the_city(
    old: str, new: str, refusal: str, line: int, column: str
) -> None:
    assert old in TEXT
    with pytest.raises(Refused) as found:
        read(TEXT.replace(old, new, 1))
    assert (refusal, line, column) in [(one.refusal, one.line, one.column) for one in found.value.problems]


def test_the_common_format_is_read_besides_and_nothing_is_guessed() -> None:
    turku = all_sources()["turku"]
    with pytest.raises(Refused):
        turku.read(TEXT.replace("Vuosi;", "År;").encode("iso-8859-1"), "2026")
    with pytest.raises(Refused) as found:
        turku.read(TEXT.encode("utf-8"), "2026")
    assert found.value.refusal == "encoding"
    with pytest.raises(Refused):
        all_sources()["oulu"].read(TEXT.encode("iso-8859-1"), "2026")


def test_the_made_up_delivery_of_turku_is_in_its_own_layout() -> None:
    parts = {path.suffix: path.read_bytes() for path in (settings.DEMO / "turku").glob("made_up_*")}
    own, book = (all_sources()["turku"].read(parts[kind], "2026") for kind in (".csv", ".xlsx"))
    assert set(own.counts["dimension"]) == {"language"} and "language" not in set(book.counts["dimension"])
    assert set(own.areas["area_id"]) == set(book.areas["area_id"])
    assert own.areas["area_id"].str.fullmatch("853[0-9]{6}").all()


def book(rows: list[list[object]]) -> bytes:
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True}) as writer:
        page = writer.add_worksheet("Taul1")
        for at, row in enumerate(rows):
            page.write_row(at, 0, row)
    return sink.getvalue()


def test_a_workbook_of_an_own_layout_is_translated_by_its_codes_and_constants() -> None:
    source = city_source("297", layouts=(WIDE,))
    rows: list[list[object]] = [
        ["alue", "nimi", "muuttuja", "luokka", "n", "huom"],
        ["297-1", "Keksitty 1", "kieli", "yht", 10, "x"],
        ["297-1", "Keksitty 1", "kieli", "kot", 7, ""],
        ["297-1", "Keksitty 1", "kieli", "vier", 3, ""],
    ]
    told = source.read(book(rows), "2026").counts
    assert dict(zip(told["group"], told["count"], strict=True)) == {"total": 10, "domestic": 7, "foreign": 3}
    assert set(told["reference_year"]) == {2024} and set(told["dimension"]) == {"language"}
    rows[2][3] = "kotim"
    with pytest.raises(Refused) as found:
        source.read(book(rows), "2026")
    assert (found.value.refusal, found.value.line, found.value.column, found.value.sheet) == (
        "unknown_group", 3, "luokka", "Taul1",
    )  # fmt: skip

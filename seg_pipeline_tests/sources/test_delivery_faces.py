"""The faces of a delivery under attack: exactly the expected tables, or a typed refusal, within time and memory."""

from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seg_pipeline.classifications import CITIES
from seg_pipeline.quality import contracts
from seg_pipeline.settings import CLONE
from seg_pipeline.sources import all_sources
from seg_pipeline.sources.cities.examples import examples
from seg_pipeline.sources.cities.guide import guide
from seg_pipeline.sources.cities.template import template
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.tables import delivery
from seg_pipeline_tests.sources.deliveries import as_csv, as_parquet, as_workbook, whole

SHEETS = whole("turku")
BOOK = as_workbook(SHEETS)
SECONDS = 20
PART = "xl/worksheets/sheet1.xml"


def read(data: bytes) -> Any:
    """Read as the pipeline does; whatever else than a refusal is raised fails the test, and so does a long wait."""
    started = time.monotonic()
    try:
        return all_sources()["turku"].read(data, "2026")
    finally:
        assert time.monotonic() - started < SECONDS


def refused(data: bytes) -> Refused:
    with pytest.raises(Refused) as found:
        read(data)
    return found.value


def repacked(
    change: dict[str, Callable[[bytes], bytes]], more: dict[str, bytes] | None = None, data: bytes = BOOK
) -> bytes:
    """The workbook with some parts changed and others added."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change.get(name, bytes)(old.read(name)))
        for name, part in (more or {}).items():
            new.writestr(name, part)
    return sink.getvalue()


def in_sheet(old: str, new: str) -> bytes:
    def change(part: bytes) -> bytes:
        assert old.encode() in part, part[:2000]
        return part.replace(old.encode(), new.encode(), 1)

    return repacked({PART: change})


def written(write: Callable[[Any, Any], None]) -> bytes:
    """A workbook whose sheet of counts was written by hand after the sound rows."""
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True}) as book:
        page = book.add_worksheet("counts")
        rows = SHEETS["counts"]
        page.write_row(0, 0, list(rows[0]))
        for at, row in enumerate(rows, 1):
            page.write_row(at, 0, list(row.values()))
        write(book, page)
    return sink.getvalue()


def test_every_face_gives_the_same_tables() -> None:
    from_book, from_csv = read(BOOK), read(as_csv(SHEETS["counts"]))
    from_parquet = read(as_parquet(SHEETS["counts"]))
    district = from_book.counts[from_book.counts["geography"] == "city_district"].reset_index(drop=True)
    pd.testing.assert_frame_equal(from_csv.counts, district)
    pd.testing.assert_frame_equal(from_csv.counts, from_parquet.counts)
    pd.testing.assert_frame_equal(from_csv.areas, from_parquet.areas)
    typed = pd.DataFrame(SHEETS["schools"]).astype({"reference_year": "int16", "count": "float64"})
    pd.testing.assert_frame_equal(read(typed.to_parquet()).counts, read(as_csv(SHEETS["schools"])).counts)


@pytest.mark.parametrize("language", ["fi", "sv", "en", "code"])
def test_headers_sheets_and_choices_are_read_in_every_language(language: str) -> None:
    called = {}
    kinds = {"dimension": "dimension", "indicator": "indicator", "funding": "funding", "period": "period",
             "people": "people"}  # fmt: skip
    for sheet in delivery.SHEETS:
        rows = []
        for row in SHEETS[sheet.name]:
            told = dict(row)
            for column in sheet.columns:
                if language == "code" or column.name not in told:
                    continue
                if column.kind in ("group", "pupils"):
                    dimension = row.get("dimension", delivery.SCHOOL_DIMENSION)
                    told[column.name] = delivery.groups(dimension)[row[column.name]][language].upper()
                elif column.kind in kinds:
                    told[column.name] = f" {delivery.choices(kinds[column.kind])[row[column.name]][language]} "
            rows.append({(sheet.column(name) or column).called(language): cell for name, cell in told.items()})
        called[sheet.called(language)] = rows
    for name, table in read(as_workbook(called)).tables.items():
        pd.testing.assert_frame_equal(table, read(BOOK).tables[name])


def test_a_csv_of_a_finnish_spreadsheet_with_blank_rows_and_columns_is_read() -> None:
    lines = as_csv(SHEETS["counts"]).decode("utf-8-sig").split("\r\n")[:-1]
    padded = [f"{line};;" for line in lines]
    padded[5:5] = [";" * 8, "  ;" + ";" * 7]
    text = "\n".join([*padded, ";" * 8, ";" * 8, ""])
    table = read(text.encode())
    pd.testing.assert_frame_equal(table.counts, read(as_csv(SHEETS["counts"])).counts)
    assert dict(table.rows) == {"counts": len(SHEETS["counts"])}
    spoilt = text.replace("Keksitty 2", "=Keksitty 2", 1)
    assert refused(spoilt.encode()).line == 1 + spoilt[: spoilt.index("=Keksitty")].count("\n")


KINDS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "blanks": (b" \r\n\r\n", "empty"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096), "file_kind"),
    "a workbook behind a password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "protected"
    ),
    "a workbook with macros": (repacked({}, {"xl/vbaProject.bin": b"x"}), "file_kind"),
    "a binary workbook": (repacked({}, {"xl/workbook.bin": b"x"}), "file_kind"),
    "an OpenDocument sheet": (repacked({}, {"content.xml": b"<x/>"}), "file_kind"),
    "a PDF": (b"%PDF-1.7\n", "file_kind"),
    "a web page": (b"<!DOCTYPE html><html></html>\n", "file_kind"),
    "a login page": (b"\n<html><body>Kirjaudu</body></html>\n", "file_kind"),
    "a broken container": (BOOK[: len(BOOK) // 2], "malformed"),
    "an empty container": (b"PK\x05\x06" + bytes(18), "file_kind"),
    "UTF-16": ("area_id;count\n".encode("utf-16"), "encoding"),
    "NUL": (b"area_id;count\n0\x000;1\n", "encoding"),
    "another encoding": (as_csv(SHEETS["counts"]).decode("utf-8-sig").encode("cp1252"), "encoding"),
    "an unclosed quote": (as_csv(SHEETS["counts"]) + b'"open;\n', "malformed"),
    "a cut line": (as_csv(SHEETS["counts"])[:-3], "truncated"),
    "another separator": (as_csv(SHEETS["counts"], ","), "layout"),
    "a header alone": (as_csv(SHEETS["counts"]).split(b"\n")[0] + b"\n", "unfilled"),
    "a cut Parquet file": (as_parquet(SHEETS["counts"])[:-30], "malformed"),
    "Parquet in name only": (b"PAR1" + bytes(40) + b"PAR1", "malformed"),
    "Parquet of other columns": (pd.DataFrame({"x": ["1"]}).to_parquet(), "layout"),
    "a field of a megabyte": (as_csv(SHEETS["counts"]) + b"x" * (1 << 20) + b";;;;;;\n", "malformed"),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_a_file_that_is_no_delivery_is_refused_with_a_remedy(name: str) -> None:
    data, refusal = KINDS[name]
    found = refused(data)
    assert found.refusal == refusal, found
    assert all(found.sentences(language)[1] for language in ("fi", "sv", "en"))
    assert all_sources()["turku"].part(data) in ("", *SHEETS)


def test_rows_that_are_not_as_wide_as_the_header_are_all_named() -> None:
    lines = as_csv(SHEETS["counts"]).split(b"\r\n")
    lines[3] += b";x"
    lines[7] = lines[7].rsplit(b";", 1)[0]
    found = refused(b"\r\n".join(lines))
    uneven = [one for one in found.problems if one.refusal == "fields"]
    assert [(one.line, one.found, one.expected) for one in uneven] == [(4, "8", "7"), (8, "6", "7")]


def merged(book: Any, page: Any) -> None:
    page.merge_range(1, 0, 3, 0, "853101")


def hidden_row(book: Any, page: Any) -> None:
    page.set_row(5, None, None, {"hidden": True})


def hidden_column(book: Any, page: Any) -> None:
    page.set_column(2, 2, None, None, {"hidden": True})


def filtered(book: Any, page: Any) -> None:
    page.autofilter(0, 0, 24, 6)
    page.filter_column(3, "x == language")
    for row in range(3, 9):
        page.set_row(row, None, None, {"hidden": True})


def dated(book: Any, page: Any) -> None:
    page.write_datetime(2, 5, date(2024, 1, 1), book.add_format({"num_format": "d.m.yyyy"}))


def year_shown_as_date(book: Any, page: Any) -> None:
    page.write_number(2, 5, 2024, book.add_format({"num_format": "d.m.yyyy"}))


def truth(book: Any, page: Any) -> None:
    page.write_boolean(2, 6, True)


def error(book: Any, page: Any) -> None:
    page.write_formula(2, 6, "=NA()", None, "#N/A")


def error_in_optional(book: Any, page: Any) -> None:
    page.write_formula(2, 2, "=1/0", None, "#DIV/0!")


def far(book: Any, page: Any) -> None:
    page.write_string(1_048_575, 0, "x")


def wide(book: Any, page: Any) -> None:
    page.write_string(0, 16_383, "x")


def beside(book: Any, page: Any) -> None:
    page.write_string(3, 8, "a note")


BROKEN: dict[str, tuple[Callable[[Any, Any], None], str, int | None, str]] = {
    "merged cells": (merged, "merged", 2, ""),
    "a hidden row": (hidden_row, "hidden", 6, ""),
    "a hidden column": (hidden_column, "hidden", None, ""),
    "a filter that is on": (filtered, "hidden", 4, ""),
    "a date where a year belongs": (dated, "not_a_number", 3, "reference_year"),
    "a year that is shown as a date": (year_shown_as_date, "not_a_number", 3, "reference_year"),
    "a truth where a count belongs": (truth, "not_a_number", 3, "count"),
    "an error": (error, "error_cell", 3, "count"),
    "an error in a column that may be empty": (error_in_optional, "error_cell", 3, "area_name_sv"),
    "a cell in the last row": (far, "too_many_rows", 1_048_576, ""),
    "a cell in the last column": (wide, "too_wide", None, "XFD"),
    "a note beside the table": (beside, "unknown_column", 1, ""),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_a_spreadsheet_hides_is_refused_once_and_in_its_place(name: str) -> None:
    write, refusal, line, column = BROKEN[name]
    found = refused(written(write))
    assert (found.refusal, found.line, found.column) == (refusal, line, column), found
    assert found.count == 1, [str(one) for one in found.problems]


def test_an_error_says_which_and_a_date_says_what_to_do() -> None:
    assert refused(written(error)).found == "#N/A"
    assert "as a number and not as a date" in str(refused(written(dated)))
    assert "lukuna eikä päivämääränä" in refused(written(year_shown_as_date)).message("fi")


def test_formulas_are_read_as_stored_and_refused_where_nothing_is_stored() -> None:
    formula = '<c r="G3"><f>40+40</f>{}</c>'
    stored = '<c r="G3"><v>80</v></c>'
    pd.testing.assert_frame_equal(read(in_sheet(stored, formula.format("<v>80</v>"))).counts, read(BOOK).counts)
    for nothing in ("", "<v></v>", "<v/>"):
        found = refused(in_sheet(stored, formula.format(nothing)))
        assert (found.refusal, found.line, found.column, found.cell) == ("no_value", 3, "count", "G3"), nothing
        assert found.count == 1
    shared = '<c r="G3"><f t="shared" si="0"/></c>'
    assert refused(in_sheet(stored, shared)).refusal == "no_value"
    evaluated = refused(in_sheet(stored, formula.format("<v>81</v>")))  # the stored value counts, not the formula
    assert (evaluated.refusal, evaluated.found) == ("total", "101")


def test_links_and_entities_are_never_followed() -> None:
    linked = repacked({}, {"xl/externalLinks/externalLink1.xml": b"<externalLink/>", "../../escaped.xml": b"<x/>"})
    pd.testing.assert_frame_equal(read(linked).counts, read(BOOK).counts)
    laughs = "".join(f'<!ENTITY a{at + 1} "{f"&a{at};" * 10}">' for at in range(9))
    doctype = f'<!DOCTYPE x [<!ENTITY a0 "ha">{laughs}<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    for part in (PART, "xl/workbook.xml"):
        found = refused(repacked({part: lambda told: told.replace(b"?>", b"?>" + doctype.encode(), 1)}))
        assert (found.refusal, found.found) == ("malformed", "<!DOCTYPE")


def test_a_sheet_formatted_to_its_last_row_is_read() -> None:
    blank = "".join(f'<row r="{row}"><c r="A{row}" s="0"/></row>' for row in range(26, 1_048_577))
    data = in_sheet("</sheetData>", f"{blank}</sheetData>")
    assert len(read(data).counts) == len(SHEETS["counts"]) + len(SHEETS["schools"])


def test_a_sheet_of_too_many_rows_is_refused() -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(26, delivery.ROWS + 10))
    found = refused(in_sheet("</sheetData>", f"{rows}</sheetData>"))
    assert (found.refusal, found.expected) == ("too_many_rows", f"{delivery.ROWS:,}")
    assert refused(as_csv(SHEETS["counts"]) + b";;;;;;\n" * delivery.ROWS).refusal == "too_many_rows"
    long = pa.table({"area_id": pa.array(["1"] * (delivery.ROWS + 1)), "count": pa.array([1] * (delivery.ROWS + 1))})
    sink = io.BytesIO()
    pq.write_table(long, sink)
    assert refused(sink.getvalue()).refusal == "too_many_rows"


def test_a_bomb_does_not_go_off() -> None:
    nothing = bytes(300 << 20)
    found = refused(repacked({PART: lambda part: part + nothing}))
    assert found.refusal == "too_large"
    packed = repacked({PART: lambda part: part + bytes(250 << 20)})
    with zipfile.ZipFile(io.BytesIO(packed)) as container:
        entry = container.getinfo(PART)
    true_size, lie = struct.pack("<L", entry.file_size), struct.pack("<L", 5000)
    assert refused(packed.replace(true_size, lie)).refusal in ("malformed", "too_large")
    with zipfile.ZipFile(io.BytesIO(BOOK)) as container:
        part = container.read(PART)
    consistent = packed.replace(true_size, struct.pack("<L", len(part)))
    consistent = consistent.replace(struct.pack("<L", entry.CRC), struct.pack("<L", zlib.crc32(part)))
    pd.testing.assert_frame_equal(read(consistent).counts, read(BOOK).counts)  # cut where its own header says


def test_a_long_text_that_many_cells_share_is_refused_before_it_unfolds() -> None:
    long = "x" * 30_000
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(26, 100_000))

    def strings(part: bytes) -> bytes:
        return part.replace(b"<si><t>area_id</t></si>", f"<si><t>{long}</t></si>".encode(), 1)

    data = repacked(
        {
            PART: lambda part: part.replace(b"</sheetData>", f"{rows}</sheetData>".encode()),
            "xl/sharedStrings.xml": strings,
        }
    )
    assert refused(data).refusal == "too_large"
    column = pa.DictionaryArray.from_arrays(np.zeros(200_000, np.int32), pa.array(["x" * 100_000]))
    sink = io.BytesIO()
    pq.write_table(pa.table({"area_id": column, "count": pa.array(["1"] * 200_000)}), sink)
    assert refused(sink.getvalue()).refusal == "too_large"


def test_parquet_columns_that_are_no_text_or_number_are_refused() -> None:
    rows = pd.DataFrame(SHEETS["counts"])
    for value in (["1"], {"a": 1}, b"1"):
        found = refused(rows.assign(count=pd.Series([value] * len(rows), dtype="object")).to_parquet())
        assert (found.refusal, found.column) == ("column_type", "count")
    found = refused(rows.assign(reference_year=date(2024, 1, 1)).to_parquet())
    assert (found.refusal, found.column, found.count) == ("not_a_number", "reference_year", len(rows))
    found = refused(rows.assign(count=[float("inf")] + [1.0] * (len(rows) - 1)).to_parquet())
    assert (found.refusal, found.found) == ("not_a_number", '"inf"')


def test_a_data_sheet_of_another_name_is_not_dropped_in_silence() -> None:
    found = refused(as_workbook({"counts": SHEETS["counts"], "Taul2": SHEETS["funding"]}))
    assert (found.refusal, found.found, found.expected) == ("unknown_sheet", '"Taul2"', '"funding"')
    found = refused(as_workbook({"counts": SHEETS["counts"], "Luvut alueittain": SHEETS["counts"]}))
    assert found.refusal == "duplicate_sheet"
    beside_it = as_workbook({"counts": SHEETS["counts"], "README": [{"x": "a note"}], "Esimerkki": SHEETS["funding"]})
    assert dict(read(beside_it).rows) == {"counts": len(SHEETS["counts"])}


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("city", [city.id for city in CITIES])
def test_the_template_filled_with_its_own_examples_is_a_sound_delivery(language: str, city: str) -> None:
    of = next(one for one in CITIES if one.id == city)
    data = template(language, of, examples(of))
    assert data == template(language, of, examples(of))
    delivered = all_sources()[city].read(data, "2026")
    assert all(contracts.findings(table, name) == [] for name, table in delivered.tables.items())
    assert set(delivered.rows) == {sheet.name for sheet in delivery.SHEETS}
    with pytest.raises(Refused) as found:
        all_sources()[city].read(template(language, of), "2026")
    assert found.value.refusal == "unfilled"


def test_the_template_offers_every_choice_of_the_catalogue() -> None:
    with zipfile.ZipFile(io.BytesIO(template("sv", CITIES[0]))) as container:
        part = container.read(PART.replace("1.xml", "2.xml")).decode()
        strings = container.read("xl/sharedStrings.xml").decode()
    assert part.count("<dataValidation ") == 3 and 'pane ySplit="1"' in part
    assert "OFFSET(Listor!$A$1,MATCH($D2,Listor!$A$1:$A$" in part
    for kind in ("dimension", "indicator", "funding", "period", "people"):
        for code, names in delivery.choices(kind).items():
            if kind != "dimension" or code in delivery.AREA_DIMENSIONS:
                assert f">{names['sv']}<" in strings, code


SOUND = {"csv": as_csv(SHEETS["counts"]), "xlsx": BOOK, "parquet": as_parquet(SHEETS["counts"])}


@pytest.mark.parametrize("face", SOUND)
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_file_is_a_sound_table_or_a_refusal(face: str, data: st.DataObject) -> None:
    sound = bytearray(SOUND[face])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(sound) - 1))
        many = data.draw(st.sampled_from((0, 1, 1, 1, 2, 40)))
        sound[at : at + many] = data.draw(st.binary(max_size=4))
    try:
        delivered = read(bytes(sound))
    except Refused as found:
        for language in ("fi", "sv", "en"):
            assert "{" not in found.refusal and found.message(language)
        return
    for name, table in delivered.tables.items():
        assert contracts.findings(table, name) == [], name


TEXTS = st.one_of(
    st.sampled_from(
        ["", "...", "..", "0", "total", "language", "2024", "100", "=1", "853101", "h1", "\u00a0", "1 000"]
    ),
    st.text(max_size=6),
)


@settings(max_examples=150, deadline=None)
@given(sheet=st.sampled_from([sheet.name for sheet in delivery.SHEETS]), cells=st.lists(
    st.tuples(st.integers(2, 30), st.integers(0, 6), TEXTS), min_size=1, max_size=6))  # fmt: skip
def test_cells_of_any_text_are_a_sound_table_or_a_refusal_of_their_rows(
    sheet: str, cells: list[tuple[int, int, str]]
) -> None:
    rows = [dict(row) for row in SHEETS[sheet]]
    names = list(rows[0])
    for line, column, text in cells:
        rows[(line - 2) % len(rows)][names[column % len(names)]] = text
    try:
        delivered = read(as_parquet(rows))
    except Refused as found:
        assert all(one.line is None or one.line <= len(rows) + 1 for one in found.problems)
        return
    for name, table in delivered.tables.items():
        assert contracts.findings(table, name) == [], name
    assert sum(delivered.rows.values()) == len([row for row in rows if any(cell.strip() for cell in row.values())])


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_stewards_page_describes_the_format_as_it_is(language: str) -> None:
    page = (CLONE / "docs" / "stewards" / f"{language}.md").read_text(encoding="utf-8")
    assert page.endswith(guide(language)), "put guide(language) at the end of the page"
    assert f"{delivery.ROWS:,}".replace(",", " " if language != "en" else ",") in page

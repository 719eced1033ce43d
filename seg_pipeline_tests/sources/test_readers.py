"""The readers: what is written comes back, and what does not fit the dialect is refused, never guessed."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from seg_pipeline.sources.readers import delimited, pxweb_csv, workbook
from seg_pipeline.sources.readers.delimited import Dialect
from seg_pipeline.sources.readers.grid import Grid
from seg_pipeline.sources.refusal import Refused

UTF_8, PXWEB = Dialect("utf-8-sig", ";"), Dialect("iso-8859-1", ";", preamble=2)
letters = st.characters(codec="iso-8859-1", exclude_characters="\r\n\x00", exclude_categories=["Cc"])
cells = st.text(letters, max_size=12)
headers = st.lists(st.text(letters, min_size=1, max_size=8), min_size=2, max_size=5, unique=True)


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    header = draw(headers)
    rows = draw(st.lists(st.lists(cells, min_size=len(header), max_size=len(header)), min_size=1, max_size=8))
    return Grid(header, 1, rows, list(range(2, 2 + len(rows))))


@given(grids(), st.sampled_from([UTF_8, Dialect("utf-8", ",")]))
def test_delimited_text_comes_back_as_it_was_written(grid: Grid, dialect: Dialect) -> None:
    assert delimited.read(delimited.write(grid, dialect), dialect) == grid


@given(grids(), st.sampled_from(["12f7 -- 9. Kaikki tietoryhmät", "Otsikko"]))
def test_pxweb_text_comes_back_with_its_lines_counted_from_the_title(grid: Grid, title: str) -> None:
    data = delimited.write(grid, PXWEB, title)
    try:
        back = delimited.read(data, PXWEB)
    except Refused as refused:  # letters that happen to be UTF-8 as well are, rightly, not taken for ISO-8859-1
        assert refused.refusal == "encoding" and data.decode("utf-8")
        return
    assert (back.header, back.rows) == (grid.header, grid.rows)
    assert (back.header_line, back.lines) == (3, [line + 2 for line in grid.lines])


@given(grids())
def test_a_workbook_comes_back_as_it_was_written(grid: Grid) -> None:
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as writer:
        sheet = writer.add_worksheet("counts")
        for at, row in enumerate([grid.header, *grid.rows]):
            for column, cell in enumerate(row):
                sheet.write_string(at, column, cell)
    told = [[cell.strip() for cell in row] for row in grid.rows if any(cell.strip() for cell in row)]
    header = [cell.strip() for cell in grid.header]
    if len(set(header)) < len(header) or not any(header):
        return  # names that differ by spaces alone are one name in a workbook
    assert (workbook.read(book.getvalue(), "counts").header, workbook.read(book.getvalue(), "counts").rows) == (
        header,
        told,
    )


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    readers: list[Callable[[bytes], Grid]] = [
        lambda given: delimited.read(given, UTF_8),
        pxweb_csv.read,
        lambda given: workbook.read(given, "counts"),
        lambda given: workbook.read(b"PK\x03\x04" + given, "counts"),
    ]
    for read in readers:
        try:
            assert isinstance(read(data), Grid)
        except Refused as refused:
            assert refused.message("fi") and refused.message("sv") and refused.message("en")


BAD = {
    "nothing": (b"", "empty", None),
    "only blank lines": (b"\r\n\r\n", "empty", None),
    "cut in the last row": (b"a;b\n1;2\n3", "truncated", 3),
    "cut at the last field": (b"a;b\n1;2\n3;4", "truncated", 3),
    "a row too short": (b"a;b\n1\n3;4\n", "fields", 2),
    "a row too long": (b"a;b\n1;2;3\n3;4\n", "fields", 2),
    "an open quote": (b'a;b\n"1;2\n3;4\n', "malformed", 2),
    "text after a quote": (b'a;b\n"1"x;2\n', "malformed", 2),
    "ISO-8859-1 for UTF-8": ("a;b\n1;2\nä;4\n".encode("iso-8859-1"), "encoding", 3),
    "UTF-16": ("a;b\n1;2\n".encode("utf-16"), "encoding", 1),
    "binary": (b"a;b\n\x00\x01;2\n", "encoding", 1),
    "a column twice": (b"a;a\n1;2\n", "duplicate_column", 1),
}


@pytest.mark.parametrize("name", BAD)
def test_what_breaks_the_dialect_is_refused_with_its_line(name: str) -> None:
    data, refusal, line = BAD[name]
    with pytest.raises(Refused) as refused:
        delimited.read(data, UTF_8)
    assert (refused.value.refusal, refused.value.line) == (refusal, line)


def test_utf_8_is_not_taken_for_the_iso_8859_1_of_pxweb() -> None:
    data = '"Otsikko"\r\n\r\n"Alue";"Työlliset"\r\n"a";1\r\n'
    assert pxweb_csv.read(data.encode("iso-8859-1")).header == ["Alue", "Työlliset"]
    with pytest.raises(Refused) as refused:
        pxweb_csv.read(data.encode("utf-8"))
    assert (refused.value.refusal, refused.value.found, refused.value.line) == ("encoding", "UTF-8", 3)


def test_a_message_shows_no_control_characters_and_is_not_endless() -> None:
    from seg_pipeline.sources.refusal import quoted

    shown = quoted("\x1b[31m" + "x" * 500)
    assert "\x1b" not in shown and len(shown) < 80

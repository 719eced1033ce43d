"""One Excel workbook: contents, a sheet for each table, the dictionary, notes and sources, in three languages.

Numbers are numbers and codes are text. A sheet has one row of headers, so that it can be filtered and read as a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.snapshots.formats import words
from seg_pipeline.snapshots.formats.export import Export, ExportError, Plan
from seg_pipeline.snapshots.formats.sheets import LABEL, NARROW, WORDS, Book, cells, lines, link

ROWS = 1_048_575  # that fit under the header of a sheet
LONGEST = 32_766  # characters of a cell, with room for an apostrophe
WIDEST = 44  # characters that a column of a table is wide
SEEN = 1000  # rows that say how wide a column is
BESIDE = ("export_dictionary", "export_notes", "export_sources")  # the sheets after the tables


def files(export: Export) -> Plan:
    """Return the workbook. Raises ExportError where a table has more rows than a sheet."""
    for name, rows in too_large(export).items():
        raise ExportError(
            f"{name} has {rows:,} rows, and an Excel sheet holds {ROWS:,}: choose cities with --city, other tables "
            "with --table, or --format parquet, csv or duckdb"
        )
    return {export.file("xlsx"): lambda path: write(export, path, path.parent)}


def too_large(export: Export) -> dict[str, int]:
    """Return the tables that have more rows than a sheet, and how many."""
    return {name: rows for name in export.tables if (rows := export.rows(name)) > ROWS}


def write(export: Export, target: Any, scratch: Path) -> None:
    """Write the workbook to `target` (a path, or an open file); rows wait in the folder `scratch`."""
    with Book(target, scratch, export) as book:
        _contents(book, export)
        left_out = {name: _table(book, export, name) for name in export.tables}
        _dictionary(book, export)
        _notes(book, export, left_out)
        _sources(book, export)


def _contents(book: Book, export: Export) -> None:
    """Write what the workbook is, and a row with a link for each sheet."""
    widths = [LABEL, WORDS, WORDS, WORDS]
    sheet = book.sheet(_called("export_contents"), [*widths, LABEL])
    at = lines(sheet, [["", *_three(words.titles(export))]], book.bold, 0, widths)
    at = lines(sheet, [["", *_three(export.notice)]] if export.notice else [], book.red, at, widths)
    about = [[words.together(called), *_once(said)] for called, said in words.about(export)]
    at = lines(sheet, about, book.plain, at, widths)
    heads = [words.together(words.text("tables")), *LANGUAGES, words.together(words.text("rows"))]
    at = lines(sheet, [heads], book.head, at + 1)
    for name, resource in export.resources.items():
        lines(sheet, [["", *_three(words.described(resource))]], book.plain, at, widths)
        sheet.write_number(at, len(heads) - 1, export.rows(name), book.plain)
        at = link(sheet, at, name)
    for key in BESIDE:
        at = link(sheet, at, _called(key))


def _table(book: Book, export: Export, name: str) -> list[str]:
    """Write a table; return the columns that Excel cannot hold."""
    table = export.read(name)
    too_long = [column for column in table.column_names if _longest(table[column]) > LONGEST]
    held = table.drop_columns(too_long)
    sheet = book.table(name, held.column_names, [_width(held, column) for column in held.column_names], len(held))
    row = 1
    for batch in held.to_batches():
        row = cells(sheet, batch, row)
    return too_long


def _dictionary(book: Book, export: Export) -> None:
    rows = [list(row.values()) for row in words.dictionary(export)]
    _words(book, "export_dictionary", words.DICTIONARY, rows, [LABEL, LABEL, NARROW, NARROW, WORDS, WORDS, WORDS])


def _notes(book: Book, export: Export, left_out: dict[str, list[str]]) -> None:
    told = words.notes(export)
    for name, columns in left_out.items():
        told += [words.text("export_left_out", table=name, column=column) for column in columns]
    _words(book, "export_notes", LANGUAGES, [_three(said) for said in told], [WORDS, WORDS, WORDS])


def _sources(book: Book, export: Export) -> None:
    """Write the sources, their licences, and how they are named."""
    rows = [list(source.values()) for source in words.sources(export)]
    spoken = [words.text(f"export_{key}") for key in ("title", "publisher")]
    heads = [f"{said[language]} ({language})" for said in spoken for language in LANGUAGES]
    heads += [words.together(words.text(f"export_{key}")) for key in ("source", "release", "licence", "path")]
    heads += [f"{said} ({language})" for language, said in words.text("export_attribution").items()]
    _words(book, "export_sources", heads, rows, [LABEL] * len(heads))


def _words(book: Book, key: str, heads: Sequence[str], rows: list[list[str]], widths: list[int]) -> None:
    lines(book.table(_called(key), heads, widths, len(rows)), rows, book.plain, 1, widths)


def _longest(column: pa.ChunkedArray) -> int:
    """Return the characters of the longest text; 0 for numbers."""
    return int(pc.max(pc.utf8_length(column)).as_py() or 0) if pa.types.is_string(column.type) else 0


def _width(table: pa.Table, name: str) -> int:
    longest = _longest(table[name].slice(0, SEEN).cast(pa.string()))
    return min(max(NARROW, len(name) + 3, longest + 1), WIDEST)


def _called(key: str) -> str:
    return words.together(words.text(key))


def _three(said: dict[str, str]) -> list[str]:
    return [said[language] for language in LANGUAGES]


def _once(said: dict[str, str]) -> list[str]:
    """Return the three languages, or one cell where all are the same."""
    return list(dict.fromkeys(_three(said)))

"""How a sheet of the workbook looks: headers, widths, links, print; made-up data is marked on every one.

Sheets are written one after another and row by row: a row that has been left is on disk, not in memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import xlsxwriter

from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.snapshots.formats.export import Export, ExportError
from seg_pipeline.snapshots.formats.guarding import guarded, safe

NARROW, LABEL, WORDS = 9, 30, 60  # characters that a column is wide
LINE = 15  # points that a line is high
RED, BLUE = "#B00020", "#E4E9F2"
A4 = 9  # as Excel numbers paper


class Book:
    """A workbook that is being written. `notice` says that its data is made up, in each language; or is empty."""

    def __init__(self, target: Any, scratch: Path, export: Export) -> None:
        """Begin a workbook in `target` (a path, or an open file), as if made when the snapshot was published.

        Rows wait in the folder `scratch`.
        """
        self.title, self.notice = export.snapshot.package["titles"]["en"], export.notice
        self._book = xlsxwriter.Workbook(target, {"constant_memory": True, "tmpdir": str(scratch)})
        told = " ".join(f"{key}: {value}" for key, value in export.facts.items())
        created = export.published.replace(tzinfo=None)
        self._book.set_properties({"title": self.title, "comments": told, "created": created})
        self.head = self._book.add_format({"bold": True, "bg_color": BLUE, "bottom": 1})
        self.plain = self._book.add_format({"text_wrap": True, "valign": "top"})
        self.bold = self._book.add_format({"text_wrap": True, "valign": "top", "bold": True})
        self.red = self._book.add_format({"text_wrap": True, "valign": "top", "bold": True, "font_color": RED})
        self.beside = self._book.add_format({"bold": True, "font_color": RED})

    def __enter__(self) -> Book:
        """Return the workbook."""
        return self

    def __exit__(self, *_: object) -> None:
        """Finish the workbook, also one that could not be written to its end: no file is left open."""
        self._book.close()

    def sheet(self, name: str, widths: Sequence[int]) -> Any:
        """Return a new sheet."""
        sheet = self._book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L{self.title}&R&P / &N")
        if self.notice:
            sheet.set_tab_color(RED)
            sheet.set_header("&C" + " · ".join(self.notice[language].split(":")[0] for language in LANGUAGES))
        return sheet

    def table(self, name: str, heads: Sequence[str], widths: Sequence[int], rows: int) -> Any:
        """Return a new sheet with one row of headers that stays, repeats in print, and filters `rows` rows."""
        sheet = self.sheet(name, widths)
        lines(sheet, [heads], self.head)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.print_area(0, 0, max(rows, 1), len(heads) - 1)
        sheet.autofilter(0, 0, max(rows, 1), len(heads) - 1)
        if self.notice:  # beside the headers, where every reader of the sheet meets it and no row is moved
            sheet.write_string(0, len(heads), " · ".join(self.notice[language] for language in LANGUAGES), self.beside)
        return sheet


class Exact(float):
    """A number that is written with every digit that it needs; xlsxwriter would round it to sixteen."""

    def __format__(self, form: str) -> str:
        """Return the shortest text that is read back as this number."""
        return repr(float(self))


def lines(sheet: Any, rows: Iterable[Sequence[str]], form: Any, at: int = 0, widths: Sequence[int] = ()) -> int:
    """Write rows of text from row `at` on, as high as texts in columns of `widths` are; return the row after them."""
    for row in rows:
        if widths:
            sheet.set_row(at, LINE * max(math.ceil(len(cell) / width) for cell, width in zip(row, widths)))  # noqa: B905
        for column, cell in enumerate(row):
            if cell:
                sheet.write_string(at, column, safe(cell), form)
        at += 1
    return at


def cells(sheet: Any, batch: pa.RecordBatch, row: int) -> int:
    """Write rows from `row` on, each cell with the type of its column; return the row after them."""
    writers = [_writer(sheet, field.type) for field in batch.schema]
    for told in zip(*(column.to_pylist() for column in guarded(batch).columns), strict=True):
        for column, ((write, kind), cell) in enumerate(zip(writers, told, strict=True)):
            if cell is not None and write(row, column, kind(cell)):
                raise ExportError(f"Excel cannot hold what is in {batch.schema.names[column]}, row {row}")
        row += 1
    return row


def _writer(sheet: Any, kind: pa.DataType) -> tuple[Callable[..., int], type]:
    """Return what writes a cell of a column, and as what."""
    if pa.types.is_string(kind):
        return sheet.write_string, str
    return sheet.write_number, Exact if pa.types.is_floating(kind) else int


def link(sheet: Any, row: int, name: str) -> int:
    """Write a link to the sheet `name`; return the row after it."""
    sheet.write_url(row, 0, f"internal:'{name}'!A1", string=name)
    return row + 1

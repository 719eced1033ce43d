"""XLSX workbooks, one sheet at a time, as text. Formulas and links are never evaluated."""

from __future__ import annotations

import io

from python_calamine import CalamineError, CalamineWorkbook

from seg_pipeline.sources.readers.grid import Grid
from seg_pipeline.sources.refusal import Refused, quoted

SIGNATURE = b"PK\x03\x04"


def looks_like(data: bytes) -> bool:
    """True for a zip container, which is what a workbook is."""
    return data.startswith(SIGNATURE)


def sheets(data: bytes) -> list[str]:
    """Return the names of the sheets, in their order. Raises Refused when the bytes are no workbook."""
    try:
        return list(CalamineWorkbook.from_filelike(io.BytesIO(data)).sheet_names)
    except CalamineError:
        raise Refused("malformed", found="broken_workbook", expected="xlsx_workbook") from None


def read(data: bytes, sheet: str, preamble: int = 0) -> Grid:
    """Return the rows of `sheet` under its first row as header, every cell as text. Blank rows are passed over.

    `preamble` rows come before the header and hold no data.

    Raises Refused when the bytes are no workbook, or the sheet is not there or empty.
    """
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        if sheet not in book.sheet_names:
            raise Refused("missing_sheet", found=quoted(", ".join(book.sheet_names)), expected=quoted(sheet))
        cells = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except CalamineError:
        raise Refused("malformed", found="broken_workbook", expected="xlsx_workbook") from None
    told = [([_text(cell) for cell in row], line) for line, row in enumerate(cells, 1)]
    told = [(row, line) for row, line in told if any(row)]
    told = told[preamble:]
    if not told:
        raise Refused("empty", sheet=sheet)
    (header, header_line), *body = told
    return Grid(header, header_line, [row for row, _ in body], [line for _, line in body])


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()

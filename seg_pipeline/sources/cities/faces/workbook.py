"""A delivery as an XLSX workbook: its data sheets as text. Formulas are read as the values stored beside them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook

from seg_pipeline.sources.cities.faces import package
from seg_pipeline.sources.cities.faces.raw import Raw, letters
from seg_pipeline.sources.cities.faces.scan import Scan, refuse_texts, scan
from seg_pipeline.sources.cities.layout import Layout
from seg_pipeline.sources.cities.problems import LISTED, Problems
from seg_pipeline.sources.refusal import Refused, quoted, told
from seg_pipeline.tables import delivery

SIGNATURE = b"PK"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def looks_like(data: bytes) -> bool:
    """True for a zip container, which is what a workbook is, and for one behind a password."""
    if data.startswith(COMPOUND) and ENCRYPTED in data:
        raise Refused("protected")
    return data.startswith(SIGNATURE)


def read(data: bytes, layouts: Sequence[Layout], problems: Problems) -> list[Raw]:
    """Return the pages of a workbook that are named as sheets of the delivery format, or hold what looks like one."""
    held = package.parts(data)
    places = {name: part for name, part in package.sheets(held).items() if not delivery.beside(name)}
    lost = [name for name, part in places.items() if part not in held and delivery.sheet(name)]
    if lost:
        raise Refused("malformed", found=quoted(lost[0]), expected="kind_expected", sheet=lost[0])
    scans = {name: scan(held[part], name) for name, part in places.items() if part in held}
    refuse_texts(held, [held[places[name]] for name in scans])
    try:
        book = CalamineWorkbook.from_filelike(package.clean(held))
        pages = [_page(book, name, found) for name, found in scans.items()]
    except (CalamineError, ValueError, OverflowError):
        raise Refused("malformed", found="broken_workbook", expected="kind_expected") from None
    own = {layout.title for layout in layouts if layout.title}
    for order, page in enumerate(pages):
        if delivery.sheet(page.title) or page.title in own:
            _add(scans[page.title], page, order, problems)
    return pages


def _page(book: CalamineWorkbook, name: str, found: Scan) -> Raw:
    cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=found.rows) if found.rows else []
    rows = [[_text(cell) for cell in row] for row in cells]
    first = next((at for at, row in enumerate(rows) if any(row)), None)
    if first is None:
        return Raw(name, [], 1, [], [], spreadsheet=True)
    lines = list(range(first + 2, len(rows) + 1))
    return Raw(name, rows[first], first + 1, rows[first + 1 :], lines, spreadsheet=True).tidied()


def _add(found: Scan, page: Raw, order: int, problems: Problems) -> None:
    """Add what is wrong with the sheet as a sheet: merged and hidden cells, errors, formulas without a value."""
    if found.hidden_rows:
        shown = told("hidden_rows", f"{len(found.hidden_rows):,}", found.hidden_rows[0])
        problems.add(Refused("hidden", shown, line=found.hidden_rows[0], sheet=page.title), order)
    columns = [letters(at) for at in found.hidden_columns if at < len(page.header)]
    if columns:
        problems.add(Refused("hidden", told("hidden_columns", ", ".join(columns)), sheet=page.title), order)
    if found.merged:
        problems.blocked.add(order)
    for merged, line in found.merged[:LISTED]:
        problems.add(Refused("merged", merged, line=line, sheet=page.title, alike=_rest(found.merged, merged)), order)
    for refusal, cells in (("no_value", found.without), ("error_cell", found.errors)):
        problems.take(order, [f"{letters(column)}{line}" for line, column, *_ in cells])
        for nth, (line, column, shown) in enumerate(cells[:LISTED]):
            alike = len(cells) - LISTED if nth == LISTED - 1 else 0
            header = page.header[column] if column < len(page.header) else letters(column)
            cell = f"{letters(column)}{line}"
            problems.add(Refused(refusal, shown, "", line, header, page.title, cell=cell, alike=alike), order, column)


def _rest(merged: list[tuple[str, int]], this: str) -> int:
    return len(merged) - LISTED if len(merged) > LISTED and merged[LISTED - 1][0] == this else 0


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date | time | timedelta):
        return str(cell)
    return "" if cell is None else str(cell).strip()

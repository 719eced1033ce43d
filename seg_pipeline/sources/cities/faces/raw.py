"""A page of a delivery before anything is believed of it: its header, and its rows of text with where each stood."""

from __future__ import annotations

from dataclasses import dataclass, replace

from seg_pipeline.sources.refusal import Refused
from seg_pipeline.tables import delivery

COLUMNS = 256  # most columns of a page
OPENINGS = {  # how files open that are sent by mistake
    b"\xd0\xcf\x11\xe0": "kind_xls",
    b"%PDF": "kind_pdf",
    b"<!DO": "kind_html",
    b"<htm": "kind_html",
    b"<?xm": "kind_html",
}


@dataclass(frozen=True)
class Raw:
    """Rows of text under one header. ``lines[i]`` is the line (or sheet row) of ``rows[i]``, counted from 1.

    `title` is the name of the sheet, empty where there are none; `fixed` are the columns of an own layout, already
    translated, and where each of them stands in the file.
    """

    title: str
    header: list[str]
    header_line: int
    rows: list[list[str]]
    lines: list[int]
    spreadsheet: bool = False

    def tidied(self) -> Raw:
        """Return the page without its blank rows and the blank columns at its right end."""
        width = len(self.header)
        while width and not self.header[width - 1] and not any(row[width - 1] for row in self.rows):
            width -= 1
        kept = [(row[:width], line) for row, line in zip(self.rows, self.lines, strict=True) if any(row)]
        return replace(
            self, header=self.header[:width], rows=[row for row, _ in kept], lines=[line for _, line in kept]
        )


def refuse_kind(data: bytes) -> None:
    """Refuse a file that opens like one of a kind that is no delivery."""
    kind = OPENINGS.get(data.lstrip()[:4])
    if kind:
        raise Refused("file_kind", found=kind, expected="kind_expected")


def refuse_rows(many: int, title: str = "") -> None:
    """Refuse a page of more rows than a delivery holds."""
    if many > delivery.ROWS:
        raise Refused("too_many_rows", found=f"{many:,}", expected=f"{delivery.ROWS:,}", sheet=title)


def letters(index: int) -> str:
    """Return what a spreadsheet calls its column: A, B, … Z, AA of 0, 1, … 25, 26."""
    return (letters(index // 26 - 1) if index >= 26 else "") + chr(ord("A") + index % 26)

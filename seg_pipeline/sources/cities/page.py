"""A page of a delivery whose columns are known: which sheet it is, in which language, and where each column stands."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seg_pipeline.sources.cities.faces.raw import Raw, letters
from seg_pipeline.sources.cities.problems import Problems
from seg_pipeline.sources.refusal import Refused, quoted
from seg_pipeline.tables.named import CODES, Column, Sheet

Cells = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Page:
    """The columns of one sheet as text. `headers` and `letters` say what the file calls each of them, and where.

    `size` is the number of data rows in the file; a city's own layout may make several rows of one.
    """

    sheet: Sheet
    title: str
    order: int
    language: str
    headers: dict[str, str]
    letters: dict[str, str]
    columns: dict[str, Cells]
    lines: npt.NDArray[np.int64]
    size: int

    def cells(self, name: str) -> Cells:
        """Return a column; one that the file does not have is empty."""
        return self.columns.get(name, np.full(len(self.lines), "", object))

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.lines)


def page(
    raw: Raw, sheet: Sheet, order: int, problems: Problems, own: dict[str, str] | None = None, size: int = -1
) -> Page | None:
    """Return the page of a sheet, or None where columns are missing: the problems say which.

    `own` are the headers of a city's own layout, by column.
    """
    found = [sheet.column(header) for header in raw.header]
    language = _language(raw.header, found)
    _refuse_headers(raw, sheet, found, order, language, problems)
    places = {column.name: at for at, column in reversed(list(enumerate(found))) if column}
    missing = [column for column in sheet.required if column.name not in places]
    for column in missing:
        expected = quoted(column.called(language))
        problems.add(
            Refused("missing_column", "", expected, raw.header_line, column.called(language), raw.title), order
        )
    if missing:
        return None
    cells = np.array(raw.rows, object).reshape(len(raw.rows), len(raw.header))
    names = [column.name for column in sheet.columns if column.name in places]
    return Page(
        sheet, raw.title, order, language,
        {name: (own or {}).get(name, name) if own is not None else raw.header[places[name]] for name in names},
        {name: letters(places[name]) for name in names} if raw.spreadsheet and own is None else {},
        {name: cells[:, places[name]] for name in names},
        np.array(raw.lines, np.int64),
        len(raw.rows) if size < 0 else size,
    )  # fmt: skip


def _language(header: list[str], found: list[Column | None]) -> str:
    """Return the language that most headers are in."""
    told = Counter(
        column.languages[" ".join(name.split()).casefold()]
        for name, column in zip(header, found, strict=True)
        if column
    )
    return told.most_common(1)[0][0] if told else CODES


def _refuse_headers(
    raw: Raw, sheet: Sheet, found: list[Column | None], order: int, language: str, problems: Problems
) -> None:
    """Add a problem for each header that is not of the sheet, and each that is there twice."""
    known = ", ".join(column.called(language) for column in sheet.columns)
    for at, (header, column) in enumerate(zip(raw.header, found, strict=True)):
        cell = f"{letters(at)}{raw.header_line}" if raw.spreadsheet else ""
        if not header and not any(row[at] for row in raw.rows):
            continue
        if column is None:
            problem = Refused("unknown_column", quoted(header), known, raw.header_line, header, raw.title, cell=cell)
        elif column in found[:at]:
            problem = Refused("duplicate_column", quoted(header), "", raw.header_line, header, raw.title, cell=cell)
        else:
            continue
        problems.add(problem, order, at)

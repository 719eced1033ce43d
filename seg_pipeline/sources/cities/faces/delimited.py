"""A delivery as CSV: UTF-8 with ``;``, or the one dialect that a city's own layout declares. Nothing is guessed."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

from seg_pipeline.sources.cities.faces.raw import COLUMNS, Raw, refuse_rows
from seg_pipeline.sources.cities.layout import Layout
from seg_pipeline.sources.cities.problems import LISTED, Problems
from seg_pipeline.sources.readers import delimited
from seg_pipeline.sources.refusal import Refused, quoted

LARGEST = 64 << 20
PLAIN = Layout("template", "", {})
OPENING = 1 << 16


def read(data: bytes, layouts: Sequence[Layout], problems: Problems) -> Raw:
    """Return the page of a CSV file. Rows that are not as wide as the header are problems, and left out."""
    if len(data) > LARGEST:
        raise Refused("too_large", found=f"{len(data):,}", expected=f"{LARGEST:,}")
    layout = fitting(data, layouts) or PLAIN
    text = delimited.decode(data, layout.encoding)
    if not text.endswith("\n"):
        last = text.rsplit("\n", 1)[-1]
        raise Refused("truncated", found=quoted(last[-30:]), expected="line_end", line=text.count("\n") + 1)
    refuse_rows(text.count("\n") - 1)
    told = list(_rows(text, layout))
    if not told:
        raise Refused("empty")
    (header, header_line), body = told[0], told[1:]
    if len(header) > COLUMNS:
        raise Refused("too_wide", found=f"{len(header):,}", expected=f"{COLUMNS:,}", line=header_line)
    even = [(row, line) for row, line in body if len(row) == len(header)]
    _add_uneven([(len(row), line) for row, line in body if len(row) != len(header)], len(header), problems)
    return Raw("", header, header_line, [row for row, _ in even], [line for _, line in even]).tidied()


def header_of(data: bytes, layout: Layout = PLAIN) -> list[str]:
    """Return the header of a CSV file in the dialect of a layout; nothing where it has none."""
    opening = data[:OPENING]
    try:
        text = opening[: opening.rfind(b"\n") + 1].decode(
            "utf-8-sig" if "utf-8" in layout.encoding else layout.encoding
        )
        return next(_rows(text, layout), ([], 0))[0]
    except (UnicodeDecodeError, Refused):
        return []


def fitting(data: bytes, layouts: Sequence[Layout]) -> Layout | None:
    """Return the layout of a city whose header the file has."""
    return next((layout for layout in layouts if not layout.title and layout.fits(header_of(data, layout))), None)


def _rows(text: str, layout: Layout) -> Iterator[tuple[list[str], int]]:
    reader = delimited.strict_reader(text, layout.separator)
    start = 1
    try:
        for row in reader:
            told = [cell.strip() for cell in row]
            if any(told) and not (layout.comment and told[0].startswith(layout.comment)):
                yield told, start
            start = reader.line_num + 1
    except csv.Error:
        raise Refused("malformed", found="broken_quotes", expected="plain_quotes", line=start) from None


def _add_uneven(uneven: list[tuple[int, int]], width: int, problems: Problems) -> None:
    for nth, (found, line) in enumerate(uneven[:LISTED]):
        alike = len(uneven) - LISTED if nth == LISTED - 1 else 0
        problems.add(Refused("fields", str(found), str(width), line=line, alike=alike))

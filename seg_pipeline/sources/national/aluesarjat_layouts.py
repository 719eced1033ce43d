"""The forms in which Aluesarjat comes, each as one cube: a PX file, a table of its PxWeb service, the cities' series.

A bundle holds a table's metadata and the pieces of it that the service gave; the pieces are put together here.
The cities' series is PxWeb's CSV in UTF-8: a row for each city and mother tongue, a column for each year.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from seg_pipeline.sources import bundle
from seg_pipeline.sources.readers import delimited, json_stat, px
from seg_pipeline.sources.readers.cells import first_unfit
from seg_pipeline.sources.readers.cube import Cube, Dimension
from seg_pipeline.sources.refusal import Refused, quoted

CITIES = "cities"  # the name of the cities' series among the tables of the catalogue
SERIES = delimited.Dialect("utf-8-sig", ",")
SERIES_BEGINS = ('"Alue","Äidinkieli",'.encode(), b"Alue," + "Äidinkieli,".encode())
TABLE = re.compile(r"[a-z0-9_-]{1,40}")
CELL = r"[0-9]{1,9}|\.{1,6}"
YEAR = r"(?:19|20)[0-9]{2}"
BEGINNINGS = 'a PX file, CHARSET="ANSI";…, or "Alue","Äidinkieli",…'


class Layout(NamedTuple):
    """A cube, what the publisher calls its table, and how many rows the file has where it is one of rows."""

    cube: Cube
    table: str
    rows: int | None = None


def layout(data: bytes) -> Layout:
    """Return the cube in a delivery. Raises Refused for a form that none of Aluesarjat's tables has."""
    if bundle.looks_like(data):
        bodies = bundle.unpack(data)
        table = _named(bodies)
        return Layout(_joined([json_stat.read(body.data) for body in bodies[1:]]), table)
    if _is_series(data):
        cube = _series(data)
        return Layout(cube, CITIES, len(cube.dimensions[0].codes) * len(cube.dimensions[1].codes))
    if px.looks_like(data):
        return Layout(px.read(data), px.table(data))
    delimited.refuse_binary(data, "windows-1252")
    raise Refused("layout", found=quoted(data[:40].decode("ascii", "replace")), expected=BEGINNINGS, line=1)


def part(data: bytes) -> str:
    """Return the name of the table that a delivery holds, as the name of a part of a release. Never raises."""
    try:
        if bundle.looks_like(data):
            name = _named(bundle.unpack(data))
        else:
            name = CITIES if _is_series(data) else px.table(data)
    except Refused:
        return ""
    return name.casefold() if TABLE.fullmatch(name.casefold()) else ""


def _named(bodies: Sequence[bundle.Body]) -> str:
    """The table of a bundle, from the address of its metadata: ``alu_vaerak_004p``."""
    if len(bodies) < 2:
        raise Refused("incomplete", expected="cells")
    return bodies[0].url.rsplit("/", 1)[-1].removesuffix(".px")


def _is_series(data: bytes) -> bool:
    return data.removeprefix(delimited.UTF_8_MARK).startswith(SERIES_BEGINS)


def _joined(pieces: Sequence[Cube]) -> Cube:
    """One cube of pieces that have the same variables; each cell has to be there once."""
    if len(pieces) == 1:
        return pieces[0]
    axes = [[(d.code, d.label) for d in piece.dimensions] for piece in pieces]
    if any(one != axes[0] for one in axes):
        raise Refused("malformed", found="pieces with other variables", expected="pieces of one table")
    dimensions = tuple(_united([piece.dimensions[at] for piece in pieces]) for at in range(len(axes[0])))
    shape = [len(dimension.codes) for dimension in dimensions]
    at_once = int(np.prod(shape, dtype=object))
    total = sum(len(piece.values) for piece in pieces)
    if total != at_once:
        raise Refused("cells", found=f"{total:,}", expected=f"{at_once:,}")
    values, marks, filled = np.full(shape, np.nan), np.full(shape, "", object), np.zeros(shape, bool)
    for piece in pieces:
        where = np.ix_(*(_at(piece.dimensions[at].codes, whole.codes) for at, whole in enumerate(dimensions)))
        own = [len(dimension.codes) for dimension in piece.dimensions]
        values[where], marks[where] = piece.values.reshape(own), piece.marks.reshape(own)
        filled[where] = True
    if not filled.all():
        raise Refused("cells", found=f"{int(filled.sum()):,}", expected=f"{at_once:,}")
    return Cube(pieces[0].title, dimensions, values.ravel(), marks.ravel())


def _united(parts: Sequence[Dimension]) -> Dimension:
    """One variable with the categories of all its parts, in the order in which they come."""
    labels = {code: label for part in parts for code, label in zip(part.codes, part.labels, strict=True)}
    return Dimension(parts[0].code, parts[0].label, tuple(labels), tuple(labels.values()))


def _at(codes: Sequence[str], among: Sequence[str]) -> list[int]:
    places = {code: at for at, code in enumerate(among)}
    return [places[code] for code in codes]


def _series(data: bytes) -> Cube:
    """The cities' series as a cube of cities, mother tongues and years."""
    grid = delimited.read(data, SERIES)
    years = grid.header[2:]
    bad = first_unfit(years, YEAR)
    if bad is not None or not years:
        found = quoted(years[bad] if bad is not None else "")
        raise Refused("unknown_column", found=found, expected="Alue, Äidinkieli, 1980…", line=grid.header_line)
    cities, tongues = (list(dict.fromkeys(grid.column(name))) for name in grid.header[:2])
    for at, (row, line) in enumerate(zip(grid.rows, grid.lines, strict=True)):
        city, tongue = divmod(at, len(tongues))
        if city == len(cities) or row[:2] != [cities[city], tongues[tongue]]:
            said = "each city with each mother tongue once, in one order"
            raise Refused("malformed", found=quoted(", ".join(row[:2])), expected=said, line=line)
    cells = [cell for row in grid.rows for cell in row[2:]]
    bad = first_unfit(cells, CELL)
    if bad is not None:
        line, column = grid.lines[bad // len(years)], years[bad % len(years)]
        raise Refused("not_a_number", found=quoted(cells[bad]), expected="whole_number", line=line, column=column)
    values = np.array([np.nan if cell[0] == "." else float(cell) for cell in cells])
    marks = np.array([cell if cell[0] == "." else "" for cell in cells], dtype=object)
    named = zip(("Alue", "Äidinkieli", "Vuosi"), (cities, tongues, years), strict=True)
    return Cube("", tuple(Dimension(name, name, tuple(c), tuple(c)) for name, c in named), values, marks)

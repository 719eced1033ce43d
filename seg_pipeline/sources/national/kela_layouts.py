"""How Kela's open data come: CSV of today (comma) or of 2019 (semicolon, decimal comma, NA), or a fetched bundle.

Each ends in `Sheet`s: rows of text under a known set of columns. The sets are rows of
``data/catalogue/kela/columns.csv``; a column that no set has is refused, since it may split what is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from seg_pipeline import catalogue
from seg_pipeline.sources import bundle
from seg_pipeline.sources.http import Unavailable
from seg_pipeline.sources.protocols import ckan
from seg_pipeline.sources.readers import datastore, delimited
from seg_pipeline.sources.readers.grid import Grid
from seg_pipeline.sources.refusal import Refused, quoted

NEWER = delimited.Dialect("utf-8-sig", ",")
OLDER = delimited.Dialect("utf-8-sig", ";")
COLUMNS = "data/catalogue/kela/columns.csv"
NEEDED = ("municipality", "year", "month", "period", "value")


@dataclass(frozen=True)
class Sheet:
    """One table of a delivery. `roles` says what each of its columns is, `missing` how it writes that there is none."""

    layout: str
    grid: Grid
    roles: dict[str, list[str]]
    missing: str
    decimal: str
    name: str = ""
    licence: str = "CC BY 4.0"

    @property
    def parts(self) -> list[str]:
        """Return the columns by which what is counted may be split."""
        return self.roles.get("part", [])

    def cells(self, role: str) -> list[str]:
        """Return the cells of the one column with that role, or refuse its lack."""
        return self.grid.column(self.roles[role][0])

    def place(self, at: int, role: str) -> dict[str, Any]:
        """Return where a cell stands, for a refusal."""
        return {"line": self.grid.lines[at], "column": self.roles[role][0], "sheet": self.name}


@cache
def layouts() -> dict[str, dict[str, str]]:
    """Return the columns of each layout with what each is."""
    found: dict[str, dict[str, str]] = {}
    for row in catalogue.rows("kela/columns"):
        found.setdefault(row["layout"], {})[row["column"]] = row["role"]
    return found


def sheets(data: bytes, source: str) -> list[Sheet]:
    """Return the tables in a delivery of `source`. Raises Refused for any other layout."""
    if bundle.looks_like(data):
        return list(_of_bundle(bundle.unpack(data), source))
    return [_of_file(data, source)]


def _of_file(data: bytes, source: str, name: str = "", licence: str = "CC BY 4.0") -> Sheet:
    delimited.refuse_binary(data, "UTF-8")
    older = b";" in data.split(b"\n", 1)[0]
    grid = delimited.read(data, OLDER if older else NEWER)
    if not grid.rows:
        raise Refused("empty", sheet=name)
    sheet = _sheet(grid, source, ("NA", ",") if older else ("", "."), name, licence)
    separator = {row["layout"]: row["separator"] for row in catalogue.rows("kela/layouts")}[sheet.layout]
    if older != (separator == "semicolon"):
        raise Refused("layout", found='";"' if older else '","', expected=separator, line=grid.header_line, sheet=name)
    return sheet


def _of_bundle(bodies: list[bundle.Body], source: str) -> Iterator[Sheet]:
    """Yield every file, then every table of the datastore, its pages put together."""
    licence = ckan.UNKNOWN
    stored: dict[str, tuple[datastore.Page, str]] = {}
    for body in bodies:
        kind, _, about = body.name.partition(" ")
        if kind == "package":
            licence = _licence(body, about)
        elif kind == "file":
            yield _of_file(body.data, source, body.name, licence)
        elif kind == "page":
            name = f"table {about.partition(' ')[0]}"
            page = datastore.read(body.data, body.name)
            stored[name] = (datastore.joined(stored[name][0], page, body.name) if name in stored else page, licence)
        else:
            raise Refused("layout", found=quoted(body.name), expected="package, file and page", sheet=body.name)
    for name, (page, stated) in stored.items():
        if len(page.grid.rows) != page.total:
            raise Refused(
                "truncated", found=f"{len(page.grid.rows)} records", expected=f"{page.total} records", sheet=name
            )
        if page.grid.rows:
            yield _sheet(page.grid, source, ("", "."), name, stated)


def _licence(body: bundle.Body, slug: str) -> str:
    """Return the licence that the catalogue stated with the package."""
    try:
        licence = ckan.described(body.data, body.url, slug).licence
    except Unavailable:
        raise Refused("malformed", found="another answer", expected="a package", sheet=body.name) from None
    clean = licence.isprintable() and len(licence) <= 100 and licence[0] not in "=+-@"
    return licence if clean else ckan.UNKNOWN


def _sheet(grid: Grid, source: str, written: tuple[str, str], name: str, licence: str) -> Sheet:
    """Return the table in the layout that shares most columns with it; refuse one that lacks or adds a column."""
    told = [row for row in catalogue.rows("kela/indicators") if row["source"] == source]
    layout = max(sorted({row["layout"] for row in told}), key=lambda one: len(set(layouts()[one]) & set(grid.header)))
    columns = layouts()[layout]
    if not set(columns) & set(grid.header):
        found, expected = quoted(", ".join(grid.header)[:50]), ", ".join(columns)
        raise Refused("layout", found=found, expected=expected, line=grid.header_line, sheet=name)
    roles: dict[str, list[str]] = {}
    for column, role in columns.items():
        if column in grid.header:
            roles.setdefault(role, []).append(column)
    split_by = {row["column"] for row in told if row["layout"] == layout}
    for column, role in columns.items():
        if (role in NEEDED or column in split_by) and column not in grid.header:
            refusal = "no_municipality_code" if role == "municipality" else "missing_column"
            found = quoted(", ".join(grid.header)[:50])
            raise Refused(
                refusal, found=found, expected=quoted(column), line=grid.header_line, column=column, sheet=name
            )
    for column in grid.header:
        if column not in columns:
            raise Refused(
                "unknown_variable", found=quoted(column), expected=COLUMNS, line=grid.header_line, column=column[:60],
                sheet=name,
            )  # fmt: skip
    return Sheet(layout, grid, roles, *written, name, licence)

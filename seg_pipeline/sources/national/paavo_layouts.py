"""The layouts in which Paavo's files come: official codes, Finnish labels, PxWeb CSV. Each becomes a `Sheet`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from seg_pipeline import catalogue
from seg_pipeline.classifications import MUNICIPALITIES, MUNICIPALITY_BY_NAME
from seg_pipeline.sources.readers import delimited, pxweb_csv
from seg_pipeline.sources.readers.grid import Grid
from seg_pipeline.sources.refusal import Refused, quoted

COUNTRY = ("KOKO MAA", "HELA LANDET", "WHOLE COUNTRY")
LABELS_TABLE = "data/catalogue/paavo/labels.csv"
LABEL_KEYS = ("Postinumeroalue", "Postinumeroalue_x", "Postinumeroalue_y", "Postinumero", "Alueen_nimi")
VARIABLES_TABLE = "data/catalogue/paavo/variables.csv"
CODE = re.compile(r"[a-z]{2}_[a-z0-9_]+")
LABEL = re.compile(r"(?P<label>.+?)(?:, (?P<year>[0-9]{4}))?(?: \((?P<table>[A-Z]{2})\))?")
PLACE = re.compile(r"(?P<code>[0-9]{5})  (?P<name>.+) \((?P<municipality>[^()]+)\)")


@dataclass(frozen=True)
class Place:
    """A postal code area as a row names it."""

    code: str
    name: str
    municipality: str
    line: int
    name_sv: str = ""


@dataclass(frozen=True)
class Column:
    """One variable in one reference year (0: the header does not say), one cell per place."""

    variable: str
    year: int
    header: str
    cells: Sequence[str]
    lines: Sequence[int]


@dataclass(frozen=True)
class Sheet:
    """A release in whichever layout it came: the same places and columns."""

    places: list[Place]
    columns: list[Column]
    header_line: int
    rows: dict[str, int]
    country: tuple[Column, ...] = ()  # the whole country's own figures, where the file gives them
    whole: bool = True  # the whole country, or an extract of some cities
    zero_hides: bool = False  # hidden cells were written as 0


def layout(data: bytes) -> Callable[[bytes, str], Sheet]:
    """Return the reader of the layout that a file is in, by how it opens; refuse a file in none of them."""
    if pxweb_csv.looks_like(data):
        return _pxweb
    header = data.removeprefix(delimited.UTF_8_MARK).split(b"\n", 1)[0]
    if b'";"' in header:
        expected = "PxWeb's title line and a blank line before the header"
        raise Refused("layout", found=quoted(header.decode("iso-8859-1").strip()), expected=expected, line=1)
    if header.replace(b'"', b"").startswith(b"postinumero,"):
        return _codes
    if b"Postinumero" in header and b"(HE)" in header:
        return _labels
    delimited.refuse_binary(data, "UTF-8 or ISO-8859-1")
    start = header.decode("utf-8", "replace").strip()
    raise Refused("layout", found=quoted(start), expected="a Paavo table (12f7 or its groups)", line=1)


def _codes(data: bytes, release: str) -> Sheet:
    """Official variable codes as headers, hidden cells left blank."""
    grid = delimited.read(data, delimited.Dialect("utf-8-sig", ","))
    code, name, owner, said = (grid.column(key) for key in ("postinumero", "nimi", "kuntano", "vuosi"))
    for year, line in zip(said, grid.lines, strict=True):
        if year != release[:4]:
            raise Refused("release", found=quoted(year), expected=quoted(release), line=line, column="vuosi")
    places = [place_of(*row, "postinumero", "kuntano") for row in zip(code, name, owner, grid.lines, strict=True)]
    return _wide(grid, places, ("postinumero", "nimi", "kuntano", "vuosi"))


def _labels(data: bytes, _: str) -> Sheet:
    """Finnish labels, hidden cells written as 0, the municipality only in the label of the area."""
    grid = delimited.read(data, delimited.Dialect("utf-8-sig", ","))
    keys = [name for name in grid.header if name in LABEL_KEYS]
    if not keys or not keys[0].startswith("Postinumeroalue"):
        raise Refused("missing_column", expected='"Postinumeroalue"', line=grid.header_line, column="Postinumeroalue")
    places = _labelled(grid.column(keys[0]), grid.lines, keys[0])
    for code, place in zip(grid.column("Postinumero"), places, strict=True):
        if code != place.code:
            raise Refused("not_an_area", found=quoted(code), expected=place.code, line=place.line, column="Postinumero")
    return replace(_wide(grid, places, keys), zero_hides=True)


def _pxweb(data: bytes, _: str) -> Sheet:
    """PxWeb's own CSV: wide with a column per variable, or long with a row per area and variable."""
    grid = pxweb_csv.read(data)
    area = grid.header[0]
    country, local = _parted(grid, lambda row: row[0] in COUNTRY)
    if grid.header[1:2] in (["Information"], ["Tiedot"], ["Uppgifter"]):
        sheet = _long(local)
        return replace(sheet, rows={**sheet.rows, "the whole country's own rows": len(country.rows)})
    sheet = _wide(local, _labelled(local.column(area), local.lines, area), [area])
    rows = {**sheet.rows, "the whole country's own row": len(country.rows)}
    return replace(sheet, rows=rows, country=tuple(_wide(country, [], [area]).columns))


def _parted(grid: Grid, chosen: Callable[[list[str]], bool]) -> tuple[Grid, Grid]:
    told = list(zip(grid.rows, grid.lines, strict=True))
    yes, no = ([one for one in told if chosen(one[0]) is wanted] for wanted in (True, False))
    first, second = (replace(grid, rows=[r for r, _ in part], lines=[n for _, n in part]) for part in (yes, no))
    return first, second


def _wide(grid: Grid, places: list[Place], keys: Sequence[str]) -> Sheet:
    columns = [
        Column(*variable_of(name, grid.header_line), name, [row[index] for row in grid.rows], grid.lines)
        for index, name in enumerate(grid.header)
        if name not in keys
    ]
    return Sheet(places, columns, grid.header_line, {"areas": len(places)})


def _long(grid: Grid) -> Sheet:
    """A row per area and variable, a column per year; every area has every variable, in the same order."""
    if not grid.rows:
        raise Refused("empty", line=grid.header_line)
    block = next((i for i, row in enumerate(grid.rows) if row[0] != grid.rows[0][0]), len(grid.rows))
    named = [row[1] for row in grid.rows[:block]]
    for index, (row, line) in enumerate(zip(grid.rows, grid.lines, strict=True)):
        first = grid.rows[index - index % block]
        if row[0] != first[0] or row[1] != named[index % block]:
            raise Refused("missing_column", expected=quoted(named[index % block]), line=line, column=row[0])
    if len(grid.rows) % block:
        raise Refused("truncated", found=quoted(grid.rows[-1][1]), expected=quoted(named[-1]), line=grid.lines[-1])
    places = _labelled([row[0] for row in grid.rows[::block]], grid.lines[::block], grid.header[0])
    columns = []
    for at, name in enumerate(named):
        variable, _ = variable_of(name, grid.lines[at])
        cells, lines = grid.rows[at::block], grid.lines[at::block]
        for index, year in enumerate(grid.header[2:], 2):
            if not re.fullmatch("[0-9]{4}", year):
                raise Refused("unknown_variable", found=quoted(year), expected="a year", line=grid.header_line)
            columns.append(Column(variable, int(year), name, [row[index] for row in cells], lines))
    if len({(column.variable, column.year) for column in columns}) != len(columns):
        raise Refused("duplicate_column", found=quoted(named[-1]), line=grid.header_line)
    return Sheet(places, columns, grid.header_line, {"area and variable": len(grid.rows)}, whole=False)


# What a header and an area's label mean.


@cache
def variables() -> dict[str, dict[str, str]]:
    """Return the catalogue's rows on Paavo's variables, by variable."""
    return {row["variable"]: row for row in catalogue.rows("paavo/variables")}


@cache
def labels() -> dict[tuple[str, str], str]:
    """Return the variable that a label means, by label and table (no table for an area's own properties)."""
    table = {variable: row["table"] for variable, row in variables().items()}
    return {
        (row["label"], "" if table[row["variable"]] == "AREA" else table[row["variable"]]): row["variable"]
        for row in catalogue.rows("paavo/labels")
    }


def variable_of(header: str, line: int) -> tuple[str, int]:
    """Return the variable code and the reference year (0 if it is not said) that a header names."""
    said = LABEL.fullmatch(header)
    known = header if header in variables() else None
    if said and not known:
        known = labels().get((" ".join(said["label"].split()), said["table"] or ""))
    if not known:
        table = VARIABLES_TABLE if CODE.fullmatch(header) else LABELS_TABLE
        raise Refused("unknown_variable", found=quoted(header), expected=table, line=line, column=header)
    return known, int(said["year"] or 0) if said else 0


def _labelled(labels: Sequence[str], lines: Sequence[int], column: str) -> list[Place]:
    places = []
    for label, line in zip(labels, lines, strict=True):
        said = PLACE.fullmatch(label)
        if not said:
            expected = '"00100  Name (Municipality)"'
            raise Refused("not_an_area", found=quoted(label), expected=expected, line=line, column=column)
        owner = MUNICIPALITY_BY_NAME.get(said["municipality"], said["municipality"])
        places.append(place_of(said["code"], said["name"], owner, line, column, column))
    return places


def place_of(
    code: str, name: str, municipality: str, line: int, column: str, owner_column: str, name_sv: str = ""
) -> Place:
    """Return the area that a row names; refuse a code that is none, and a municipality that is not in the catalogue."""
    if not re.fullmatch("[0-9]{5}", code):
        raise Refused("not_an_area", found=quoted(code), expected="a code of five digits", line=line, column=column)
    if municipality not in MUNICIPALITIES:
        raise Refused(
            "unknown_municipality",
            found=quoted(municipality),
            expected="data/catalogue/municipalities.csv",
            line=line,
            column=owner_column,
        )
    if not all(re.fullmatch(r"[^=+\-@\s].*", one) for one in (name, name_sv or name)):
        raise Refused("missing_name", found=code, line=line, column=column)
    return Place(code, name, municipality, line, name_sv)

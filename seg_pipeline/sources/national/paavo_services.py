"""The layouts in which Paavo's services answer: table 12f7 as a bundle of json-stat2, and the map layer as GeoJSON.

Each becomes a `Sheet`, so that whatever is refused of a file is refused of a service. An answer has no lines; where
a refusal names one, it is the number of the area in the table, or of the feature in the layer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from seg_pipeline.classifications import CITY_CODES, MUNICIPALITY_BY_NAME
from seg_pipeline.sources import bundle
from seg_pipeline.sources.national.paavo_layouts import Column, Place, Sheet, place_of, variable_of, variables
from seg_pipeline.sources.protocols.pxweb_metadata import Metadata, Variable, understood
from seg_pipeline.sources.readers import delimited, json_stat, pxweb_csv
from seg_pipeline.sources.readers.cube import Cube
from seg_pipeline.sources.refusal import Refused, quoted

AREA, CONTENTS, TIME = "postinumeroalue", ("contentscode", "tiedot"), ("timeperiod", "vuosi")
WHOLE_COUNTRY = "SSS"
LABEL = re.compile(r"(?:(?P<code>[0-9]{5}) +)?(?P<name>.+) \((?P<municipality>[^()]+)\)")
KEYS = ("postinumeroalue", "posti_alue")  # of the layer's areas: since 2022, and until then
OWN = (*KEYS, "id", "gid", "fid", "nimi", "namn", "kunta", "vuosi")  # what a feature says that is no variable
HIDDEN_OR_ABSENT = ("-1", "-1.0")  # the layer does not tell one from the other
WHOLE = 1e15  # numbers below it are written without an exponent

YEAR_SAID = re.compile(r", (?P<year>[0-9]{4})(?: \([A-Z]{2}\))?$")
NO_TIME = Variable("", "", ("",), ("",))

Text = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]


def layout(data: bytes) -> Callable[[bytes, str], Sheet] | None:
    """Return the reader of the service's layout that `data` is in, or None for a file of another kind."""
    if bundle.looks_like(data):
        return _table
    return _layer if data.removeprefix(delimited.UTF_8_MARK).lstrip().startswith(b"{") else None


# Table 12f7: the metadata, and the cells in several answers.


def _table(data: bytes, _: str) -> Sheet:
    first, *answers = bundle.unpack(data) or [bundle.Body("", "", b"")]
    area, contents, time = _variables(understood(first.data))
    cells, numbers = _cells(area, contents, time, (json_stat.read(answer.data) for answer in answers))
    named = _named(contents)
    country = [at for at, code in enumerate(area.values) if code == WHOLE_COUNTRY]
    local = [at for at, code in enumerate(area.values) if code != WHOLE_COUNTRY]
    places = [_labelled(area.values[at], area.texts[at], at + 1, area.code) for at in local]
    told = list(_told(named, np.asarray(numbers[:, :, local].any(axis=2))))
    columns, whole = (
        [
            _column(named[at], time.values[when], cells[at, when, those] if there else None, those)
            for at, when, there in told
        ]
        for those in (local, country)
    )
    rows = {"areas": len(places), "the whole country's own row": len(country)}
    return Sheet(places, columns, 1, rows, tuple(whole) if country else ())


def _variables(known: Metadata) -> tuple[Variable, Variable, Variable]:
    """The table's areas, contents and years; a table of one release may tell the years in its contents alone."""
    area, contents = known.variable(AREA), known.variable(*CONTENTS)
    others = [one for one in known.variables if one not in (area, contents)]
    if not others:
        return area, contents, NO_TIME
    time = known.variable(*TIME)
    if strange := [one.code for one in others if one != time]:
        raise Refused("unknown_column", found=quoted(strange[0]), expected=", ".join((AREA, *CONTENTS, *TIME)))
    for year in time.values:
        if not re.fullmatch("[0-9]{4}", year):
            raise Refused("unknown_variable", found=quoted(year), expected="a year", column=time.code)
    return area, contents, time


def _cells(area: Variable, contents: Variable, time: Variable, cubes: Iterable[Cube]) -> tuple[Text, Flags]:
    """The text of each cell by content, year and area, and whether it is a number. Every cell is told just once."""
    axes = (contents, time, area)
    shape = [len(axis.values) for axis in axes]
    if prod(shape) > json_stat.MOST_CELLS:
        raise Refused("cells", found=f"at most {json_stat.MOST_CELLS:,}", expected=f"{prod(shape):,}")
    cells: Text = np.full(shape, "", dtype=object)
    numbers, told = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=np.int32)
    places = [{code: at for at, code in enumerate(axis.values)} for axis in axes]
    for cube in cubes:
        found = _axes(cube, axes)
        there = np.ix_(*(_places(place, codes) for place, (_, codes) in zip(places, found, strict=True)))
        shaped = [len(dimension.codes) for dimension in cube.dimensions]
        turn = [at for at, _ in found if at is not None]
        numbers[there] = (~np.isnan(cube.values)).reshape(shaped).transpose(turn).reshape(cells[there].shape)
        cells[there] = _texts(cube).reshape(shaped).transpose(turn).reshape(cells[there].shape)
        told[there] += 1
    if (told != 1).any():
        raise Refused("cells", found=f"{int(told.sum()):,}", expected=f"{told.size:,}")
    return cells, numbers


def _axes(cube: Cube, axes: Iterable[Variable]) -> list[tuple[int | None, tuple[str, ...]]]:
    """Which dimension of the cube each axis is, and its codes there; none for the time of a table that has no time."""
    by_code = {dimension.code: (at, dimension.codes) for at, dimension in enumerate(cube.dimensions)}
    wanted = [axis.code for axis in axes if axis is not NO_TIME]
    if set(by_code) != set(wanted):
        raise Refused("missing_dimension", found=quoted(", ".join(by_code)), expected=quoted(", ".join(wanted)))
    return [(None, NO_TIME.values) if axis is NO_TIME else by_code[axis.code] for axis in axes]


def _places(known: dict[str, int], codes: tuple[str, ...]) -> list[int]:
    for code in codes:
        if code not in known:
            raise Refused("unknown_group", found=quoted(code), expected="the table's own metadata")
    return [known[code] for code in codes]


def _texts(cube: Cube) -> Text:
    """The cells as text: whole numbers without a point, marks as they came."""
    values, texts = cube.values, cube.marks.copy()
    whole = (np.floor(values) == values) & (np.abs(values) < WHOLE)
    other = ~np.isnan(values) & ~whole
    place, distinct = np.unique(values[whole].astype(np.int64), return_inverse=True)[::-1]
    texts[whole] = distinct.astype(str).astype(object)[place]  # one text for all cells of the same number
    texts[other] = list(map(repr, values[other].tolist()))
    return texts


def _named(contents: Variable) -> list[tuple[str, int]]:
    """The variable of each content, and the year that its label says (0: none)."""
    named = [content(code, text) for code, text in zip(contents.values, contents.texts, strict=True)]
    if twice := [code for code, one in zip(contents.values, named, strict=True) if named.count(one) > 1]:
        raise Refused("duplicate_column", found=quoted(twice[-1]), column=contents.code)
    return named


def content(code: str, text: str) -> tuple[str, int]:
    """Return the variable and the year (0: none) of a content of the table; refuse one that is not known.

    A code may carry the name of its statistic before a mark (``paavo-he_vakiy``); else the label says what it is.
    """
    plain = re.split("[-.:/]", code.casefold())[-1]
    if plain not in variables():
        return variable_of(text, 1)
    said = YEAR_SAID.search(text)
    return plain, int(said["year"]) if said else 0


def _told(named: list[tuple[str, int]], numbers: Flags) -> Iterator[tuple[int, int, bool]]:
    """The contents and years to be kept, and whether anything is told of them.

    A table that tells nothing of a year is left out; a variable alone that tells nothing does not exist in that year.
    """
    tables = [variables()[variable]["table"] for variable, _ in named]
    for table in dict.fromkeys(tables):
        mine = [at for at, one in enumerate(tables) if one == table]
        for when in np.flatnonzero(numbers[mine].any(axis=0)):
            yield from ((at, int(when), bool(numbers[at, when])) for at in mine)


def _column(named: tuple[str, int], year: str, cells: Text | None, areas: list[int]) -> Column:
    variable, said = named
    when = int(year) if year else said
    texts = [pxweb_csv.NOT_LOGICAL] * len(areas) if cells is None else cells.tolist()
    return Column(variable, when, f"{variable} {when or ''}".strip(), texts, [at + 1 for at in areas])


def _labelled(code: str, label: str, line: int, column: str) -> Place:
    said = LABEL.fullmatch(label)
    if not said or said["code"] not in (None, code):
        expected = f'"{code}  Name (Municipality)"'
        raise Refused("not_an_area", found=quoted(label), expected=expected, line=line, column=column)
    owner = MUNICIPALITY_BY_NAME.get(said["municipality"], said["municipality"])
    return place_of(code, said["name"], owner, line, column, column)


# The map layer: an area with its variables is one feature.


def _layer(data: bytes, release: str) -> Sheet:
    document = json_stat.parsed(data)
    features = document.get("features")
    if document.get("type") != "FeatureCollection" or not isinstance(features, list):
        expected = "a FeatureCollection of Paavo's map layer"
        raise Refused("layout", found=quoted(", ".join(list(document)[:4])), expected=expected, line=1)
    matched = document.get("numberMatched", document.get("totalFeatures", len(features)))
    if not features or matched not in (len(features), "unknown"):
        raise Refused("incomplete", expected=f"{matched} / {len(features)}")
    rows = [feature.get("properties") if isinstance(feature, dict) else None for feature in features]
    lines = list(range(1, len(rows) + 1))
    grid = [_properties(row, rows[0], line) for row, line in zip(rows, lines, strict=True)]
    places = [_featured(row, release, line) for row, line in zip(grid, lines, strict=True)]
    columns = [
        Column(*variable_of(name, 1), name, [row[name] for row in grid], lines) for name in grid[0] if name not in OWN
    ]
    whole = set(CITY_CODES) <= {place.municipality for place in places}
    return Sheet(places, columns, 1, {"areas": len(places)}, whole=whole)


def _properties(row: Any, first: Any, line: int) -> dict[str, str]:
    """A feature's properties as text; every feature has those of the first."""
    if not isinstance(row, dict) or set(row) != set(first):
        lacking = sorted(set(first or ()) ^ set(row)) if isinstance(row, dict) else ["properties"]
        raise Refused("missing_column", expected=quoted(lacking[0]), line=line, column=lacking[0])
    return {name: _cell(value) for name, value in row.items()}


def _cell(value: Any) -> str:
    text = "" if value is None else value if isinstance(value, str) else str(value)
    return "" if text in HIDDEN_OR_ABSENT else text


def _featured(row: dict[str, str], release: str, line: int) -> Place:
    key = next((name for name in KEYS if name in row), "")
    for name in (key or KEYS[0], "nimi", "kunta", "vuosi"):
        if name not in row:
            raise Refused("missing_column", expected=quoted(name), line=line, column=name)
    if row["vuosi"] != release[:4]:
        raise Refused("release", found=quoted(row["vuosi"]), expected=quoted(release), line=line, column="vuosi")
    return place_of(row[key], row["nimi"], row["kunta"], line, key, "kunta", row.get("namn", ""))

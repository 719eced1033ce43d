"""How Sotkanet's figures come: a fetched bundle, raw answers of the service, or a long table with region codes.

Each ends in `Figures`: rows of text with the municipality where the region is one. Nothing is judged here but the
layout; which indicator is ours, and what its number means, is in `sotkanet`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from seg_pipeline import catalogue
from seg_pipeline.sources import bundle
from seg_pipeline.sources.readers import delimited, records
from seg_pipeline.sources.readers.grid import Grid
from seg_pipeline.sources.refusal import Refused, quoted

SERVICE = delimited.Dialect("utf-8-sig", ";")
LONG = delimited.Dialect("utf-8-sig", ",")
JSON = (b"[", b"{")  # how an answer in JSON begins
BLANK = b"\xef\xbb\xbf \t\r\n"
REGIONS, ABOUT, DATA = "regions", "about ", "data "  # names of the bodies in a bundle; the last two go with an id
FIELDS = {
    "indicator": ("indicator",),
    "region": ("region",),
    "year": ("year",),
    "gender": ("gender",),
    "value": ("value", "primary value", "primary.value"),
    "absolute": ("absValue", "absolute value"),
    "code": ("region.code",),
    "name": ("region.title.fi",),
}
OPTIONAL = ("absolute", "code", "name")


@dataclass(frozen=True)
class About:
    """What the service says of an indicator: its Finnish title, who produces it, and the years it reaches."""

    title: str
    producer: str
    years: tuple[str, str]


@dataclass(frozen=True)
class Figures:
    """Rows of text. `municipality` is empty where the region is none; `sheet` names the answer of a bundle."""

    grid: Grid
    columns: Mapping[str, list[str]]
    municipality: list[str]
    sheet: str = ""
    about: Mapping[str, About] = field(default_factory=dict)

    def place(self, at: int, column: str) -> dict[str, Any]:
        """Return where a cell stands, for a refusal."""
        names = FIELDS[column]
        header = next((name for name in self.grid.header if name in names), names[0])
        return {"line": self.grid.lines[at], "column": header, "sheet": self.sheet}


def figures(data: bytes) -> list[Figures]:
    """Return what a delivery holds, one part for each answer in it. Raises Refused for any other layout."""
    if bundle.looks_like(data):
        return list(_of_bundle(bundle.unpack(data)))
    if data.lstrip(BLANK)[:1] in JSON:
        value = records.document(data)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            _refuse_other(list(value[0]), 1)
        grid = records.records(value)
    else:
        grid = delimited.read(data, SERVICE if data.removeprefix(b"\xef\xbb\xbf").startswith(b"indicator;") else LONG)
        _refuse_other(grid.header, grid.header_line)
    if not grid.rows:
        raise Refused("empty")
    known = {row["region"]: row["municipality"] for row in catalogue.rows("sotkanet/regions")}
    return [_figures(grid, known)]


def _refuse_other(names: list[str], line: int) -> None:
    if not set(names) & {name for written in FIELDS.values() for name in written}:
        found = quoted(", ".join(names)[:50])
        raise Refused("layout", found=found, expected="indicator, region, year, gender, value", line=line)


def regions(value: Any, sheet: str = "") -> dict[str, str]:
    """Return the municipality of each internal region id that is one, from the service's list of regions."""
    if not isinstance(value, list) or not all(isinstance(region, dict) for region in value):
        raise Refused("malformed", found="no list", expected="the list of regions", sheet=sheet)
    found: dict[str, str] = {}
    for at, region in enumerate(value, 1):
        number, code, category = (region.get(name) for name in ("id", "code", "category"))
        if not (isinstance(number, str) and isinstance(code, str) and isinstance(category, str)):
            raise Refused("malformed", found="no id, code or category", expected="a region", line=at, sheet=sheet)
        if category == "KUNTA" and found.setdefault(number, code.zfill(3)) != code.zfill(3):
            raise Refused("duplicate_area", found=quoted(number), expected="another", line=at, sheet=sheet)
    return found


def about(value: Any, sheet: str = "") -> About:
    """Return what the metadata of an indicator say of it."""
    try:
        title, organization = value["title"]["fi"], value["organization"]["title"]
        producer = organization.get("en") or organization["fi"]
        years = value.get("range") or {}
        ends = (str(years.get("start", "")), str(years.get("end", "")))
        told = About(" ".join(title.split()), " ".join(producer.split()), ends)
    except (KeyError, TypeError, AttributeError):
        expected = "an indicator's title and organization"
        raise Refused("malformed", found="something else", expected=expected, sheet=sheet) from None
    if not told.producer or len(told.producer) > 200 or told.producer[0] in "=+-@" or not told.producer.isprintable():
        raise Refused("another_indicator", found=quoted(told.producer), expected="a producer's name", sheet=sheet)
    return told


def _of_bundle(bodies: Iterable[bundle.Body]) -> Iterable[Figures]:
    by_name: dict[str, bytes] = {}
    for body in bodies:
        if body.name in by_name:
            raise Refused("duplicate_column", found=quoted(body.name), sheet=body.name)
        by_name[body.name] = body.data
    if REGIONS not in by_name:
        raise Refused("missing_sheet", found=quoted(", ".join(by_name)), expected=quoted(REGIONS))
    known = regions(records.document(by_name.pop(REGIONS), REGIONS), REGIONS)
    told = {
        name.removeprefix(ABOUT): about(records.document(data, name), name)
        for name, data in by_name.items()
        if name.startswith(ABOUT)
    }
    for name, data in by_name.items():
        if name.startswith(DATA):
            yield _answer(data, known, name, told)
        elif not name.startswith(ABOUT):
            raise Refused("layout", found=quoted(name), expected="regions, about and data", sheet=name)


def _answer(data: bytes, known: Mapping[str, str], name: str, told: Mapping[str, About]) -> Figures:
    number = name.removeprefix(DATA)
    if number not in told:
        raise Refused("missing_sheet", found=quoted(name), expected=quoted(ABOUT + number), sheet=name)
    json = data.lstrip(BLANK)[:1] in JSON
    grid = records.records(records.document(data, name), name) if json else delimited.read(data, SERVICE)
    part = _figures(grid, known, name, told) if grid.rows else Figures(grid, {name: [] for name in FIELDS}, [], name)
    for at, indicator in enumerate(part.columns["indicator"]):
        if indicator != number:
            raise Refused("another_indicator", found=quoted(indicator), expected=number, **part.place(at, "indicator"))
    return part


def _figures(grid: Grid, known: Mapping[str, str], sheet: str = "", told: Mapping[str, About] | None = None) -> Figures:
    columns = {}
    for name, written in FIELDS.items():
        header = [column for column in written if column in grid.header]
        if len(header) > 1:
            raise Refused("duplicate_column", found=quoted(header[1]), line=grid.header_line, column=header[1])
        if name not in OPTIONAL or header:
            columns[name] = grid.column(header[0] if header else written[0])
    for column in grid.header:
        if not any(column in written for written in FIELDS.values()):
            expected = "indicator, region, year, gender, value, absValue"
            raise Refused(
                "unknown_column", found=quoted(column), expected=expected, line=grid.header_line, column=column[:60]
            )
    if "code" in columns:
        return Figures(grid, columns, columns["code"], sheet, told or {})
    return Figures(grid, columns, [known.get(region, "") for region in columns["region"]], sheet, told or {})

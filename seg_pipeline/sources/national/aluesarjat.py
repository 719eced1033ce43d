"""Aluesarjat, the statistics database of the Helsinki region: sub-areas of Helsinki, Espoo and Vantaa.

A delivery is a PX file, a table fetched from the PxWeb service, or the cities' series by mother tongue. Every one
becomes a cube (`aluesarjat_layouts`), of which areas (`aluesarjat_areas`) and categories (`aluesarjat_categories`)
are known by the catalogue; its counts (`aluesarjat_counts`) are those of the smallest areas.

The cubes of the past describe 1 January and name the year that begins. That is the night to 31 December of the year
before, which is how Paavo and the newer tables name it: such a year is counted one back.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from math import prod

import numpy as np

from seg_pipeline import catalogue
from seg_pipeline.classifications import TOTAL
from seg_pipeline.sources import bundle
from seg_pipeline.sources.http import Client
from seg_pipeline.sources.national.aluesarjat_areas import CITY, ELSEWHERE, SMALLEST, UNLOCATED, municipality, places
from seg_pipeline.sources.national.aluesarjat_categories import Slice, slices, wanted
from seg_pipeline.sources.national.aluesarjat_counts import Grid, areas, counts, told
from seg_pipeline.sources.national.aluesarjat_layouts import Layout, layout, part
from seg_pipeline.sources.protocols import pxweb
from seg_pipeline.sources.readers.cube import Cube, Dimension
from seg_pipeline.sources.refusal import Refused, quoted
from seg_pipeline.sources.services import Service, services
from seg_pipeline.sources.source import Canary, Delivered, Fetched, Source, release_year

AREA, TIME = ("alue", "osa-alue"), "vuosi"
TABLES = "data/catalogue/aluesarjat/tables.csv"
YEAR = re.compile(r"(?:19|20)[0-9]{2}")
DAYS = {  # how far the year that a number describes is from the year that is named with the day
    -1: re.compile(r"(?<![0-9])1\. ?(?:1\.|tammikuuta)", re.IGNORECASE),
    0: re.compile(r"(?<![0-9])31\. ?(?:12\.|joulukuuta)", re.IGNORECASE),
}
NEAR = 0.002  # how near a table's own total has to be to the published one that it is known by
WHAT = {SMALLEST: "in a smallest area", UNLOCATED: "of no known area", CITY: "the city's own", ELSEWHERE: "elsewhere"}


def read(data: bytes, release: str) -> Delivered:
    """Return the counts and areas in one table: of the smallest areas, or of the cities where it has no others."""
    found = layout(data)
    grid, variables = _grid(found, release)
    cuts = slices(variables)
    _refuse_other_day(grid, cuts, found.table)
    geography = _geography(grid)
    tables = {"counts": counts(grid, cuts, geography, release), "areas": areas(grid, cuts, geography, release)}
    return Delivered(tables, {"cities and mother tongues": found.rows} if found.rows else _cells(grid, cuts))


def fetch(client: Client, edition: int) -> Iterator[Fetched]:
    """Yield every table of the catalogue, whole: all years, the smallest areas, totals and the groups that we tell."""
    for service in services("aluesarjat").values():
        known = pxweb.metadata(client, service.url)
        asked = {one.code: _asked(one, edition) for one in known.variables}
        bodies = pxweb.bodies(client, service.url, asked, known)
        yield Fetched(str(edition), f"{service.name}_{edition}.zip", bundle.pack(bodies), service.url)


def probe(client: Client) -> Iterator[Canary]:
    """Compare every table of the catalogue with the live one: its title, and the variables that it needs."""
    for service in services("aluesarjat").values():
        yield from _probed(service, pxweb.metadata(client, service.url))


ALUESARJAT = Source(
    id="aluesarjat",
    name="Helsinki Region Statistics (Aluesarjat), sub-areas of Helsinki, Espoo and Vantaa",
    publisher="City of Helsinki, Statistics Finland and the cities of the region",
    licence="CC BY 4.0",
    cadence="yearly, in spring",
    url="https://stat.hel.fi/pxweb/fi/Aluesarjat/",
    read=read,
    part=part,
    open=True,
    fetch=fetch,
    probe=probe,
)
SOURCES = (ALUESARJAT,)


def _grid(found: Layout, release: str) -> tuple[Grid, list[Dimension]]:
    """The cube as arrays with its areas first and its years last, and the variables between."""
    cube = found.cube
    area, time = _axis(cube, *AREA), _axis(cube, TIME)
    between = [at for at in range(len(cube.dimensions)) if at not in (area, time)]
    shape, order = [len(dimension.codes) for dimension in cube.dimensions], [area, *between, time]
    number, mark = cube.values.reshape(shape).transpose(order), cube.marks.reshape(shape).transpose(order)
    years = _years(cube, cube.dimensions[time], found.table, release)
    return Grid(places(cube.dimensions[area]), years, number, mark), [cube.dimensions[at] for at in between]


def _geography(grid: Grid) -> str:
    """Smallest areas, or cities where the table has nothing else; refuse a city whose smallest areas are not there."""
    divided = {place.city for place in grid.places if place.level not in (CITY, UNLOCATED, ELSEWHERE)}
    smallest = {place.city for place in grid.places if place.level == SMALLEST}
    cities = {place.city for place in grid.places if place.level == CITY}
    if lacking := sorted((cities | divided if divided else set()) - smallest):
        raise Refused("incomplete", expected=", ".join(lacking))
    return "city_district" if smallest else "municipality"


def _axis(cube: Cube, *names: str) -> int:
    for at, dimension in enumerate(cube.dimensions):
        if {dimension.code.casefold(), dimension.label.casefold()} & set(names):
            return at
    said = ", ".join(dimension.code for dimension in cube.dimensions)
    raise Refused("missing_dimension", found=quoted(said), expected=quoted(" / ".join(names)))


def _years(cube: Cube, time: Dimension, table: str, release: str) -> list[int]:
    """The years that the numbers describe: those named, or one back where the numbers are of 1 January."""
    for label in time.labels:
        if not YEAR.fullmatch(label):
            raise Refused("not_a_number", found=quoted(label), expected="a year, such as 2024", column=time.label)
    years = [int(label) + _shift(cube.title, table) for label in time.labels]
    if len(set(years)) != len(years):
        raise Refused("malformed", found=quoted(", ".join(time.labels)), expected="each year once", column=time.label)
    if max(years) > release_year(release):
        raise Refused("release", found=str(max(years)), expected=quoted(release), column=time.label)
    return years


def _shift(title: str, table: str) -> int:
    """How many years the named year is moved: by the day in the title, or else by the catalogue's."""
    days = [shift for shift, day in DAYS.items() if day.search(title)]
    days = days or [s for row in _tables(table) for s, day in DAYS.items() if day.search(row["day"])]
    if len(days) != 1:
        raise Refused("reference_year", found=quoted(table or title), expected=TABLES)
    return days[0]


def _refuse_other_day(grid: Grid, cuts: list[Slice], table: str) -> None:
    """Refuse a table whose total of a city and year is not the published one that the catalogue knows it by."""
    for row in _tables(table):
        own = [at for at, place in enumerate(grid.places) if (place.level, place.city) == (CITY, row["city"])]
        if int(row["year"]) not in grid.years or not own:
            continue
        year, people = grid.years.index(int(row["year"])), int(row["people"])
        for cut in cuts:
            found = told(grid, cut)[TOTAL].number[own[0], year] if cut.dimension == "mother_tongue" else people
            if not abs(found - people) <= NEAR * people:
                raise Refused("reference_year", found=quoted(table), expected=TABLES, column=row["year"])


def _tables(table: str) -> list[dict[str, str]]:
    return [row for row in catalogue.rows("aluesarjat/tables") if row["table"] == table]


def _cells(grid: Grid, cuts: list[Slice]) -> dict[str, int]:
    """What became of every cell: those of the smallest areas that are told, and why each other one is not."""
    used = np.zeros(grid.number.shape[1:-1], bool)
    for cut in cuts:
        along = sorted({place for group in cut.groups.values() for place in group})
        used[tuple(along if at == cut.variable else cut.totals[at] for at in range(used.ndim))] = True
    each, told_of = prod(grid.number.shape[1:]), int(used.sum()) * len(grid.years)
    levels = Counter(place.level for place in grid.places)
    smallest = levels.pop(SMALLEST, 0)
    rows = {f"cells {WHAT.get(level, 'of larger areas')}": many * each for level, many in sorted(levels.items())}
    rows["cells of the smallest areas"] = smallest * told_of
    rows["cells of breakdowns that no table of ours has"] = smallest * (each - told_of)
    return {what: many for what, many in rows.items() if many}


def _asked(variable: pxweb.Variable, edition: int) -> list[str]:
    """Which values of a variable are asked: areas of the three cities, years before the edition, totals and groups."""
    names = {variable.code.casefold(), variable.text.casefold()}
    pairs = list(zip(variable.values, variable.texts, strict=True))
    if names & set(AREA):
        known = {row["city"] for row in catalogue.rows("aluesarjat/levels")}
        return [code for code, _ in pairs if municipality(code) in known]
    if TIME in names or variable.time:
        return [code for code, text in pairs if YEAR.fullmatch(text) and int(text) < edition]
    return wanted(Dimension(variable.code, variable.text, variable.values, variable.texts))


def _probed(service: Service, live: pxweb.Metadata) -> Iterator[Canary]:
    title = service.expects if service.expects.casefold() in live.title.casefold() else live.title
    yield Canary(f"{service.name}: title", service.expects, title)
    for what, prefixes in (("areas", AREA), ("years", (TIME,)), ("mother tongue", ("äidinkieli",))):
        names = [v.code for v in live.variables if {v.code.casefold(), v.text.casefold()} & set(prefixes)]
        yield Canary(f"{service.name}: {what}", "1", str(len(names)))

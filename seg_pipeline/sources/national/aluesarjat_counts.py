"""From a cube of Aluesarjat to counts and areas: whole numbers of the smallest areas, held against the city's own row.

A city's smallest areas and its people of no known area (``Muut``) make its own row, but for the areas whose numbers
the publisher keeps back (``..``). What those hold together is the rest of the row: none of them can hold more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from seg_pipeline import tables
from seg_pipeline.classifications import GROUPS, PARTITIONS, TOTAL
from seg_pipeline.sources.national.aluesarjat_areas import CITY, SMALLEST, UNLOCATED, Place
from seg_pipeline.sources.national.aluesarjat_categories import Slice
from seg_pipeline.sources.refusal import Refused, quoted
from seg_pipeline.sources.source import release_year

LEAST_LOCATED = 0.90  # of a city's row, what its smallest areas hold: 0.951 among Vantaa's unemployed, else above 0.96
LEAST_TOLD = 0.99  # the same with the people of no known area: 0.9976 among Vantaa's unemployed, else above 0.998
LEAST_CLASSED = 0.97  # of a city's total, what its groups hold: 0.974 in Espoo in 1980, else above 0.9999
COARSE = 10  # the bound of what is kept back goes up to the next ten: it gives away no number by itself
LARGEST = 1e9
MOST = 1_000_000  # counts of one table; the largest real one has 64,600
NOT_LOGICAL = "."

Numbers = npt.NDArray[np.float64]
Marks = npt.NDArray[np.object_]
Places = npt.NDArray[np.intp]


class Cells(NamedTuple):
    """The cells of one group, (areas, years): numbers, NaN where there is none, and then the mark."""

    number: Numbers
    mark: Marks


class Grid(NamedTuple):
    """A cube as arrays: its areas first, its years last. `years` are those that the numbers describe."""

    places: list[Place]
    years: list[int]
    number: Numbers
    mark: Marks


def told(grid: Grid, cut: Slice) -> dict[str, Cells]:
    """Return the cells of every group that one slice of the grid tells. Raises Refused for what is no count."""
    found = {group: _sum(grid, cut, places) for group, places in cut.groups.items()}
    for group, cells in found.items():
        number = cells.number
        off = ~np.isnan(number) & ((number < 0) | (number != np.rint(number)) | (number >= LARGEST))
        if off.any():
            area, year = np.argwhere(off)[0]
            where = f"{grid.places[area].name}, {grid.years[year]}, {cut.dimension} {group}"
            raise Refused("not_a_number", found=f"{number[area, year]:g}", expected="whole_number", column=where)
    return found


def counts(grid: Grid, cuts: Sequence[Slice], geography: str, release: str) -> pd.DataFrame:
    """Return the counts of every slice, city and area of a geography."""
    many = len(_rows(grid, geography)) * len(grid.years) * sum(len(GROUPS[cut.dimension]) for cut in cuts)
    if many > MOST:
        raise Refused("malformed", found=f"{many:,} counts", expected=f"at most {MOST:,}")
    pieces = [
        piece
        for cut in cuts
        for found in [_within_total(grid, cut.dimension, told(grid, cut))]
        for piece in _cities(grid, cut.dimension, found, geography)
    ]
    if not pieces:
        return tables.empty("counts")
    table = pd.concat(pieces, ignore_index=True)
    return tables.conform(
        table.assign(geography=geography, boundary_vintage=release_year(release), source="aluesarjat", release=release),
        "counts",
    )


def areas(grid: Grid, cuts: Sequence[Slice], geography: str, release: str) -> pd.DataFrame:
    """Return the areas of a geography, with the inhabitants of the latest year that a slice tells of everyone."""
    rows = _rows(grid, geography)
    latest, year = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    for cut in cuts:
        if cut.dimension == "mother_tongue":
            number = told(grid, cut)[TOTAL].number[rows]
            for at in np.argsort(grid.years):
                seen = ~np.isnan(number[:, at])
                latest, year = np.where(seen, number[:, at], latest), np.where(seen, grid.years[at], year)
    table = pd.DataFrame(
        {
            "area_id": [grid.places[row].area_id for row in rows],
            "city": [grid.places[row].city for row in rows],
            "name_fi": [grid.places[row].name for row in rows],
            "name_sv": None,
            "population": _whole(latest),
            "population_year": _whole(year),
            "surface": pd.NA,
            "centroid": None,
            "geometry": None,
        }
    )
    return tables.conform(table.assign(geography=geography, boundary_vintage=release_year(release)), "areas")


def _sum(grid: Grid, cut: Slice, places: tuple[int, ...]) -> Cells:
    """A group's cells: those of its categories together, and a mark where one of them has no number."""
    variables = range(grid.number.ndim - 2)
    picked = (slice(None), *(list(places) if at == cut.variable else cut.totals[at] for at in variables))
    number, mark = grid.number[picked], grid.mark[picked]
    lacking = np.isnan(number)
    illogical = lacking & (mark == NOT_LOGICAL)
    told_why = np.where(lacking.any(1), np.where(illogical.sum(1) == lacking.sum(1), NOT_LOGICAL, ".."), "")
    return Cells(number.sum(1), told_why.astype(object))


def _within_total(grid: Grid, dimension: str, found: dict[str, Cells]) -> dict[str, Cells]:
    """Return the groups with the total that is their own: people of no known class are in none of them.

    Where the groups are more than the total, or far fewer, the cube is refused.
    """
    groups = [group for group in GROUPS[dimension] if group != TOTAL]
    if TOTAL not in found or dimension not in PARTITIONS:
        return found
    total = found[TOTAL].number
    parts = [found[group].number for group in groups if group in found]
    whole = np.sum(parts, axis=0) if len(parts) == len(groups) else np.full_like(total, np.nan)
    is_city = np.array([[place.level == CITY] for place in grid.places])
    over = (np.nansum(parts, axis=0) > total) | (is_city & (whole < LEAST_CLASSED * total))
    if over.any():
        area, year = np.argwhere(over)[0]
        summed = np.nansum([part[area, year] for part in parts])
        where = f"{grid.places[area].name}, {grid.years[year]}, {dimension}"
        raise Refused("total", found=f"{summed:.0f}", expected=f"{total[area, year]:.0f}", column=where)
    own = Cells(np.where(np.isnan(whole), total, whole), found[TOTAL].mark)
    return {**found, TOTAL: own}


def _cities(grid: Grid, dimension: str, found: dict[str, Cells], geography: str) -> Iterator[pd.DataFrame]:
    """The rows of one dimension, a table for each city."""
    level = np.array([place.level for place in grid.places])
    city = np.array([place.city for place in grid.places])
    for code in sorted(set(city[_rows(grid, geography)])):
        own, unlocated = (np.flatnonzero((level == which) & (city == code)) for which in (CITY, UNLOCATED))
        if not len(own):
            raise Refused("missing_total", expected=quoted(code))
        if geography == "municipality":
            rows = own
        else:
            rows = np.flatnonzero((level == SMALLEST) & (city == code))
            for group, cells in found.items():
                _refuse_unequal(grid, group == TOTAL or TOTAL not in found, cells.number, (own[0], rows, unlocated))
        bounded = {group: _bounded(cells, own[0], rows, unlocated) for group, cells in found.items()}
        yield _piece(grid, dimension, bounded, rows)


def _refuse_unequal(grid: Grid, base: bool, number: Numbers, where: tuple[np.intp, Places, Places]) -> None:
    """Refuse smallest areas that hold more than their city, or far less; a part need only not be more."""
    own, rows, unlocated = where
    city = number[own]
    located, told_of = np.nansum(number[rows], axis=0), np.nansum(number[np.r_[rows, unlocated]], axis=0)
    few = (located < LEAST_LOCATED * city) | (told_of < LEAST_TOLD * city)
    off = (told_of > city) | (few & base & (city > 0))
    if off.any():
        year = int(np.argmax(off))
        where_said = f"{grid.places[own].name}, {grid.years[year]}"
        raise Refused("city_total", found=f"{told_of[year]:.0f}", expected=f"{city[year]:.0f}", column=where_said)


class Bounded(NamedTuple):
    """Cells of one city's areas with their status and bounds, each (areas, years)."""

    number: Numbers
    status: Marks
    lower: Numbers
    upper: Numbers


def _bounded(cells: Cells, own: np.intp, rows: Places, unlocated: Places) -> Bounded:
    """Status and bounds of a group's cells: what is kept back is at most what the city's row leaves over."""
    number, mark, city = cells.number[rows], cells.mark[rows], cells.number[own]
    rest = city - np.nansum(cells.number[np.r_[rows, unlocated]], axis=0)
    most = COARSE * (rest // COARSE + 1)
    seen, illogical = ~np.isnan(number), mark == NOT_LOGICAL
    hidden = ~seen & ~illogical & ~np.isnan(city)
    status = np.select([seen, illogical, hidden], ["observed", "not_applicable", "suppressed"], "missing")
    lower, upper = (np.where(seen, number, np.where(hidden, bound, np.nan)) for bound in (0.0, most))
    return Bounded(number, status.astype(object), lower, upper)


def _piece(grid: Grid, dimension: str, found: dict[str, Bounded], rows: Places) -> pd.DataFrame:
    """The rows of one dimension and city: every group of the dimension, told or not, within its total."""
    shape = (len(rows), len(grid.years))
    nothing = np.full(shape, np.nan)
    unknown = Bounded(nothing, np.full(shape, "missing", object), nothing, nothing)
    total = found.get(TOTAL, unknown)
    groups = [_under(found.get(group, unknown), total) for group in GROUPS[dimension]]
    many, areas_many, years_many = len(groups), *shape
    number, status, lower, upper = (np.stack([getattr(one, of) for one in groups]) for of in Bounded._fields)
    cell = np.indices((many, *shape)).reshape(3, -1)
    return pd.DataFrame(
        {
            "city": _named([grid.places[row].city for row in rows], cell[1]),
            "area_id": _named([grid.places[row].area_id for row in rows], cell[1]),
            "dimension": _named([dimension], np.zeros(many * areas_many * years_many, int)),
            "group": _named(list(GROUPS[dimension]), cell[0]),
            "reference_year": np.array(grid.years)[cell[2]],
            "count": _whole(number.ravel()),
            "status": pd.array(status.ravel(), "str"),
            "lower": _whole(lower.ravel()),
            "upper": _whole(upper.ravel()),
        }
    )


def _under(part: Bounded, total: Bounded) -> Bounded:
    """A group within the bounds of its total; where it is not told, it is from none to all of it."""
    status = np.where((part.status == "missing") & (total.status == "not_applicable"), "not_applicable", part.status)
    untold = (status == "missing") & ~np.isnan(total.upper)
    lower = np.where(untold, 0, part.lower)
    upper = np.where(untold, total.upper, np.fmin(part.upper, np.where(np.isnan(part.upper), np.nan, total.upper)))
    return Bounded(part.number, status, lower, upper)


def _rows(grid: Grid, geography: str) -> Places:
    level = CITY if geography == "municipality" else SMALLEST
    return np.flatnonzero([place.level == level for place in grid.places])


def _named(names: list[str], at: Places) -> pd.Series[str]:
    return pd.Series(pd.array(names, "str").take(at))


def _whole(values: Numbers) -> pd.arrays.IntegerArray:
    gone = np.isnan(values)
    return pd.arrays.IntegerArray(np.where(gone, 0, values).astype(np.int64), gone)

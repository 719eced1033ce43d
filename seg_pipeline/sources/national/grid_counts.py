"""From the attributes of grid cells to counts and areas: numbers, and which of them the source has hidden."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from seg_pipeline import catalogue, tables
from seg_pipeline.classifications import TOTAL
from seg_pipeline.sources.readers.vector import Layer
from seg_pipeline.sources.refusal import Refused, quoted
from seg_pipeline.sources.source import release_year

LARGEST = 10_000_000  # people in a cell, more than the country has

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Grid:
    """One source's grid. `marker` stands for a hidden number: in groups, of cells of fewer than `below` people.

    `corner` names the attributes of a cell's lower left corner, `coded_middle` says that the key is its middle;
    otherwise the geometry tells. A cell of more than `whole_cells` people holds those whose home is not known.
    A release appears `lag` years after the year that it describes and is named after.
    """

    source: str
    geography: str
    keys: tuple[str, ...]
    marker: int
    below: int | None
    size: int
    corner: tuple[str, str] | None = None
    coded_middle: bool = False
    whole_cells: int | None = None
    lag: int = 0

    def year(self, release: str) -> int:
        """Return the year that a release describes: the one at whose end people lived there."""
        return release_year(release) - self.lag


def counts(
    layer: Layer, grid: Grid, release: str, codes: list[str], owner: npt.NDArray[np.object_], inside: Flags
) -> pd.DataFrame:
    """Return one row per cell inside, dimension and group. The numbers of all cells are checked."""
    told = _told(layer, grid).items()
    pieces = [piece for dimension, columns in told for piece in _dimension(layer, grid, dimension, columns, inside)]
    many = len(pieces)
    year = grid.year(release)
    return tables.conform(
        pd.concat(pieces, ignore_index=True).assign(
            city=np.tile(owner[inside].astype(str), many),
            area_id=np.tile(np.array(codes, dtype=object)[inside].astype(str), many),
            geography=grid.geography, boundary_vintage=year, reference_year=year, source=grid.source, release=release,
        ),
        "counts",
    )  # fmt: skip


def areas(layer: Layer, grid: Grid, release: str, codes: list[str], owner: npt.NDArray[np.object_], inside: Flags,
          middle: npt.NDArray[np.float64]) -> pd.DataFrame:  # fmt: skip
    """Return the cells inside: a cell is its code and its middle; its geometry follows from these."""
    people = residents(layer, grid)[inside]
    year = grid.year(release)
    table = pd.DataFrame(
        {
            "geography": grid.geography, "city": owner[inside], "area_id": np.array(codes, dtype=object)[inside],
            "boundary_vintage": year, "name_fi": np.array(codes, dtype=object)[inside], "name_sv": None,
            "population": pd.arrays.IntegerArray(people, people < 0), "population_year": year, "surface": pd.NA,
            "geometry": None, "centroid": [f"POINT ({x:.0f} {y:.0f})" for x, y in middle[inside].tolist()],
        }
    )  # fmt: skip
    table["population_year"] = table["population_year"].astype("Int64").mask(table["population"].isna())
    return tables.conform(table, "areas")


def residents(layer: Layer, grid: Grid) -> Integers:
    """Return the people of each cell; −1 where the source hides them."""
    (column,) = _told(layer, grid)["population"].values()
    return _whole(layer, column, grid)


def _dimension(
    layer: Layer, grid: Grid, dimension: str, columns: dict[str, str], inside: Flags
) -> Iterator[pd.DataFrame]:
    """Yield the rows of each group of a dimension; a group is hidden where all groups hold the marker."""
    told = {group: _whole(layer, column, grid) for group, column in columns.items()}
    total = told.pop(TOTAL)
    yield _rows(dimension, TOTAL, total, total < 0, np.full(len(total), -1), inside)
    if not told:
        return
    groups = np.array(list(told.values()))
    few = total < (grid.below or LARGEST)
    hidden = (groups == grid.marker).all(axis=0) & few & (groups.sum(axis=0) != total)
    _refuse_unequal(groups, total, hidden, dimension, columns)
    for group, cells in told.items():
        yield _rows(dimension, group, cells, hidden, total, inside)


def _rows(dimension: str, group: str, cells: Integers, hidden: Flags, most: Integers, inside: Flags) -> pd.DataFrame:
    cells, hidden, most = cells[inside], hidden[inside], most[inside]
    return pd.DataFrame(
        {
            "dimension": dimension,
            "group": group,
            "count": pd.arrays.IntegerArray(np.where(hidden, 0, cells), hidden.copy()),
            "status": np.where(hidden, "suppressed", "observed"),
            "lower": pd.arrays.IntegerArray(np.where(hidden, 0, cells), np.zeros(len(cells), dtype=bool)),
            "upper": pd.arrays.IntegerArray(np.where(hidden, most, cells), hidden & (most < 0)),
        }
    )


def _refuse_unequal(groups: Integers, total: Integers, hidden: Flags, dimension: str, columns: dict[str, str]) -> None:
    """Refuse a cell whose groups are told and do not make its people, or are hidden where nothing says so."""
    off = ~hidden & ((groups.sum(axis=0) != total) | (groups < 0).any(axis=0))
    if off.any():
        at = int(off.argmax())
        column = columns[TOTAL]
        raise Refused("total", str(groups[:, at].sum()), str(total[at]), line=at + 1, column=f"{column} ({dimension})")


def _whole(layer: Layer, column: str, grid: Grid) -> Integers:
    """Return a column as whole numbers, −1 where the marker of a hidden total stands; refuse anything else."""
    told = layer.column(column)
    least = min(grid.marker, 0)
    for at, value in enumerate(told, 1):
        if isinstance(value, str) and value.strip().lstrip("-").isdecimal() and value.isascii() and len(value) < 12:
            told[at - 1] = value = int(value)
        right = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
        if not right or not least <= value <= LARGEST or value != int(value):
            raise Refused("not_a_number", found=quoted(str(value)), expected="whole_number", line=at, column=column)
    return np.array(told, dtype=np.int64)


def _told(layer: Layer, grid: Grid) -> dict[str, dict[str, str]]:
    """Return the columns that the layer has, by dimension and group. Raises Refused where it has no people.

    A dimension is all there or not there at all; a part of one is refused.
    """
    found: dict[str, dict[str, str]] = {}
    for dimension, groups in _columns(grid.source).items():
        there = {group: next((c for c in names if layer.find(c)), "") for group, names in groups.items()}
        parts = [column for group, column in there.items() if group != TOTAL]
        if dimension == "population" or any(parts):
            for group, column in there.items():
                if not column:
                    name = " / ".join(groups[group])
                    raise Refused("missing_column", expected=quoted(name), column=groups[group][0])
            found[dimension] = there
    return found


@cache
def _columns(source: str) -> dict[str, dict[str, list[str]]]:
    """Return the names that each group's column may have, by dimension and group."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in catalogue.rows("grids/columns"):
        if row["source"] == source:
            found.setdefault(row["dimension"], {}).setdefault(row["group"], []).append(row["column"])
    return found

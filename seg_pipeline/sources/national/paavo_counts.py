"""From a sheet of text to counts and areas: numbers, and which cells Statistics Finland has hidden.

Statistics Finland hides the groups of an area whose own base (adults, households, inhabitants) is 1–29 and
still publishes the base. A hidden cell comes as ``...``, as a blank, or, in one layout, as 0.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from seg_pipeline import tables
from seg_pipeline.classifications import PARTITIONS, TOTAL
from seg_pipeline.sources.national.paavo_layouts import Column, Sheet, variables
from seg_pipeline.sources.readers import pxweb_csv
from seg_pipeline.sources.refusal import Refused, quoted
from seg_pipeline.sources.source import release_year

GEOGRAPHY = "postal_area"
HIDDEN_BELOW = 30  # Paavo's description: groups are hidden where their base is below 30
WHOLE = re.compile(r"[0-9]{1,9}(?:\.0)?")  # a count; the country has 5.6 million people
NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]+)?")
WHY_ABSENT = {
    pxweb_csv.HIDDEN: "suppressed",
    pxweb_csv.NOT_LOGICAL: "not_applicable",
    pxweb_csv.NOT_AVAILABLE: "missing",
    "": "missing",
}

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Cells(NamedTuple):
    """The cells of one column: counts (0 where there is none) and why there is none."""

    number: Integers
    status: npt.NDArray[np.object_]

    @property
    def observed(self) -> Flags:
        """Where a number was read."""
        seen: Flags = self.status == "observed"
        return seen


def counts(sheet: Sheet, release: str) -> pd.DataFrame:
    """Return the sheet's counts: one row per area, dimension, group and reference year."""
    told = {(column.variable, column.year): whole_numbers(column) for column in sheet.columns if _counted(column)}
    pieces = [
        _piece(sheet, dimension, group, year, cells, told)
        for (variable, year), cells in told.items()
        for dimension in variables()[variable]["dimension"].split()
        for group in [variables()[variable]["group"]]
    ]
    _refuse_unequal(sheet, pieces)
    many, places = len(pieces), len(sheet.places)
    table = pd.concat(pieces, ignore_index=True)
    del pieces, told  # the whole series of Paavo is two and a half million rows
    table["area_id"] = _repeat([place.code for place in sheet.places], np.tile(np.arange(places), many))
    table["city"] = _repeat([place.municipality for place in sheet.places], np.tile(np.arange(places), many))
    return tables.conform(
        table.assign(geography=GEOGRAPHY, boundary_vintage=release_year(release), source="paavo", release=release),
        "counts",
    )


def areas(sheet: Sheet, release: str) -> pd.DataFrame:
    """Return the sheet's areas, with the inhabitants of the latest year and the point that the release gives."""
    by_name = {(column.variable, column.year): column for column in sheet.columns}
    years = sorted(year for variable, year in by_name if variable == "he_vakiy")
    people = whole_numbers(by_name["he_vakiy", years[-1]]) if years else None
    table = pd.DataFrame(
        {
            "area_id": [place.code for place in sheet.places],
            "city": [place.municipality for place in sheet.places],
            "name_fi": [place.name for place in sheet.places],
            "name_sv": [place.name_sv or None for place in sheet.places],
            "population": pd.array(people.number, "Int64") if people else pd.NA,
            "population_year": years[-1] if years else pd.NA,
            "surface": _surface(by_name),
            "centroid": _points(by_name),
            "geometry": None,
        }
    )
    if people is not None:
        table.loc[~people.observed, ["population", "population_year"]] = pd.NA
    return tables.conform(table.assign(geography=GEOGRAPHY, boundary_vintage=release_year(release)), "areas")


def whole_numbers(column: Column) -> Cells:
    """Return a column's cells as counts; a cell that is neither a count nor a marker of absence is refused."""
    place, distinct = pd.factorize(np.asarray(column.cells, dtype=object))
    _refuse_unfit(
        column, {cell for cell in distinct if cell not in WHY_ABSENT and not WHOLE.fullmatch(cell)}, "whole_number"
    )
    numbers = [0 if cell in WHY_ABSENT else int(cell.removesuffix(".0")) for cell in distinct]
    status = [WHY_ABSENT.get(cell, "observed") for cell in distinct]
    return Cells(np.array(numbers, dtype=np.int64)[place], np.array(status, dtype=object)[place])


def check_numbers(column: Column) -> None:
    """Refuse a column of an average, a sum or a coordinate that holds something else than numbers."""
    strange = {cell for cell in set(column.cells) if cell not in WHY_ABSENT and not NUMBER.fullmatch(cell)}
    _refuse_unfit(column, strange, "number")


def _refuse_unfit(column: Column, strange: set[str], expected: str) -> None:
    """Refuse the first cell of the column that is one of the `strange`."""
    if strange:
        at = next(at for at, cell in enumerate(column.cells) if cell in strange)
        raise Refused(
            "not_a_number",
            found=quoted(column.cells[at]),
            expected=expected,
            line=column.lines[at],
            column=column.header,
        )


def _counted(column: Column) -> bool:
    if variables()[column.variable]["dimension"]:
        return True
    check_numbers(column)
    return False


def _piece(
    sheet: Sheet, dimension: str, group: str, year: int, cells: Cells, told: dict[tuple[str, int], Cells]
) -> pd.DataFrame:
    """One group's rows, in the order of the sheet's places."""
    base = next(told[v, y] for v, y in told if y == year and dimension in _dimensions(v) and _group(v) == TOTAL)
    status = cells.status
    _refuse_without_base(sheet, dimension, year, cells, base)
    if group != TOTAL:
        inhabited = base.observed & (base.number > 0)
        status = np.where((status == "missing") & inhabited, "suppressed", status)
        if sheet.zero_hides:
            parts = [told[v, y] for v, y in told if y == year and dimension in _dimensions(v) and _group(v) != TOTAL]
            nothing = np.all([part.number == 0 for part in parts], axis=0)
            status = np.where(inhabited & (base.number < HIDDEN_BELOW) & nothing, "suppressed", status)
    observed, hidden = status == "observed", status == "suppressed"
    return pd.DataFrame(
        {
            "dimension": pd.array([dimension] * len(status), "str"),
            "group": pd.array([group] * len(status), "str"),
            "reference_year": year,
            "count": _where(observed, cells.number),
            "status": pd.array(status, "str"),
            "lower": _where(observed | hidden, np.where(hidden, 0, cells.number)),
            "upper": _where(observed | (hidden & base.observed), np.where(hidden, base.number, cells.number)),
        }
    )


def _refuse_unequal(sheet: Sheet, pieces: list[pd.DataFrame]) -> None:
    """Refuse an area where every group of a dimension is told and they do not sum to the dimension's base."""
    by_case: dict[tuple[str, int], list[pd.DataFrame]] = {}
    for piece in pieces if sheet.places else []:
        by_case.setdefault((piece["dimension"].iloc[0], piece["reference_year"].iloc[0]), []).append(piece)
    for (dimension, year), told in by_case.items():
        total = next(piece["count"] for piece in told if piece["group"].iloc[0] == TOTAL)
        parts = [piece["count"] for piece in told if piece["group"].iloc[0] != TOTAL]
        if dimension in PARTITIONS and parts:
            summed = pd.concat(parts, axis=1).sum(axis=1, min_count=len(parts))
            off = (summed != total).fillna(False).to_numpy(bool)
            if off.any():
                at = int(off.argmax())
                column = _base_column(sheet, dimension, year)
                raise Refused(
                    "total", found=str(summed[at]), expected=str(total[at]), line=column.lines[at], column=column.header
                )


def _refuse_without_base(sheet: Sheet, dimension: str, year: int, cells: Cells, base: Cells) -> None:
    """Refuse an area whose base is not told though a group of it is: the base is what says why a group is hidden."""
    without = cells.observed & ~base.observed
    if without.any():
        at = int(without.argmax())
        column = _base_column(sheet, dimension, year)
        raise Refused(
            "not_a_number",
            found=quoted(column.cells[at]),
            expected="whole_number",
            line=column.lines[at],
            column=column.header,
        )


def _base_column(sheet: Sheet, dimension: str, year: int) -> Column:
    return next(
        column
        for column in sheet.columns
        if dimension in _dimensions(column.variable) and column.year == year and _group(column.variable) == TOTAL
    )


def _where(told: Flags, numbers: Integers) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(numbers.astype(np.int64), ~told)


def _repeat(labels: list[str], index: Integers) -> pd.Series[str]:
    return pd.Series(pd.array(labels, "str").take(index))


def _dimensions(variable: str) -> list[str]:
    return variables()[variable]["dimension"].split()


def _group(variable: str) -> str:
    return variables()[variable]["group"]


def _surface(by_name: dict[tuple[str, int], Column]) -> list[int | None] | None:
    """Return each area's land in whole square metres, where the release gives it."""
    column = next((column for (variable, _), column in by_name.items() if variable == "pinta_ala"), None)
    if column is None:
        return None
    return [int(cell.partition(".")[0]) if NUMBER.fullmatch(cell) else None for cell in column.cells]


def _points(by_name: dict[tuple[str, int], Column]) -> list[str | None] | None:
    found = [
        [column for (variable, _), column in by_name.items() if variable == axis] for axis in ("euref_x", "euref_y")
    ]
    if not all(found):
        return None
    return [
        f"POINT ({x.partition('.')[0]} {y.partition('.')[0]})" if NUMBER.fullmatch(x) and NUMBER.fullmatch(y) else None
        for x, y in zip(found[0][0].cells, found[1][0].cells, strict=True)
    ]

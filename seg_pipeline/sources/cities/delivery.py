"""The format in which a city delivers counts: one row per area, dimension, group and year, as CSV or XLSX.

CSV is UTF-8 with ``;``; a workbook holds the same columns on its sheet ``counts``. A count is a whole number,
``...`` where the city hides it, or ``..`` where it has none. Every dimension comes with its ``total``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from seg_pipeline import tables
from seg_pipeline.classifications import CITIES, DIMENSIONS, GROUPS, PARTITIONS, TOTAL
from seg_pipeline.sources.readers import delimited, workbook
from seg_pipeline.sources.readers.grid import Grid
from seg_pipeline.sources.refusal import Refused, quoted
from seg_pipeline.sources.source import Delivered, Source, release_year

COLUMNS = ("area_id", "area_name_fi", "area_name_sv", "dimension", "group", "reference_year", "count")
SHEET = "counts"
DIALECT = delimited.Dialect("utf-8-sig", ";")
GEOGRAPHY = "city_district"
STATUS = {"...": "suppressed", "..": "missing"}
NAMED = re.compile(r"[^=+\-@\s]")
GROUPS_TABLE = "data/catalogue/groups.csv"


def city_source(code: str, licence: str = "not stated by the city") -> Source:
    """Return the source of the city with municipality code `code`, delivering in the common format."""
    city = next(city for city in CITIES if city.city == code)

    def read_city(data: bytes, release: str) -> Delivered:
        return read(data, release, city.id, code)

    return Source(
        id=city.id,
        name=f"City of {city.name_en}, counts by city district",
        publisher=f"City of {city.name_en}",
        licence=licence,
        cadence="yearly",
        read=read_city,
        city=code,
    )


def read(data: bytes, release: str, source: str, city: str) -> Delivered:
    """Return the counts and areas in one city's delivery.

    Raises Refused for the first cell that is not what the format says, with its line and column.
    """
    grid = workbook.read(data, SHEET) if workbook.looks_like(data) else delimited.read(data, DIALECT)
    if not set(grid.header) & set(COLUMNS):
        expected = f'the columns {DIALECT.separator.join(COLUMNS)}, separated by "{DIALECT.separator}"'
        raise Refused("layout", found=quoted(grid.header[0]), expected=expected, line=grid.header_line)
    columns = {name: grid.column(name) for name in COLUMNS}
    for name in grid.header:
        if name not in COLUMNS:
            expected = ", ".join(COLUMNS)
            raise Refused("unknown_column", found=quoted(name), expected=expected, line=grid.header_line, column=name)
    if not grid.rows:
        raise Refused("empty")
    years = _years(columns["reference_year"], grid, release)
    _refuse_unknown_groups(columns, grid)
    counts = [_count(cell, line) for cell, line in zip(columns["count"], grid.lines, strict=True)]
    table = pd.DataFrame({name: columns[name] for name in ("area_id", "dimension", "group")}).assign(
        source=source,
        release=release,
        city=city,
        geography=GEOGRAPHY,
        boundary_vintage=release_year(release),
        reference_year=years,
        count=pd.array(counts, "Int64"),
        status=[STATUS.get(cell, "observed") for cell in columns["count"]],
    )
    _refuse_twice(table, grid)
    totals = _totals(table, grid)
    hidden = table["status"] == "suppressed"
    table["lower"] = table["count"].mask(hidden, 0)
    table["upper"] = table["count"].mask(hidden, totals)
    _refuse_unequal(table, totals, grid)
    return Delivered(tables.conform(table, "counts"), _areas(columns, table, grid), {"counts": len(grid.rows)})


def _count(cell: str, line: int) -> int | None:
    if cell in STATUS:
        return None
    if not re.fullmatch("[0-9]{1,9}", cell):
        raise Refused("not_a_number", found=quoted(cell), expected="whole_number", line=line, column="count")
    return int(cell)


def _years(cells: Sequence[str], grid: Grid, release: str) -> list[int]:
    for cell, line in zip(cells, grid.lines, strict=True):
        if not re.fullmatch("(19|20)[0-9]{2}", cell):
            raise Refused("not_a_number", found=quoted(cell), expected="a year", line=line, column="reference_year")
        if int(cell) > release_year(release):
            raise Refused("release", found=cell, expected=quoted(release), line=line, column="reference_year")
    return [int(cell) for cell in cells]


def _refuse_unknown_groups(columns: dict[str, list[str]], grid: Grid) -> None:
    for dimension, group, area, line in zip(
        columns["dimension"], columns["group"], columns["area_id"], grid.lines, strict=True
    ):
        if not area:
            raise Refused("not_an_area", found='""', expected="a code", line=line, column="area_id")
        if dimension not in DIMENSIONS:
            raise Refused(
                "unknown_group",
                found=quoted(dimension),
                expected="data/catalogue/dimensions.csv",
                line=line,
                column="dimension",
            )
        if group not in GROUPS[dimension]:
            raise Refused("unknown_group", found=quoted(group), expected=GROUPS_TABLE, line=line, column="group")


def _refuse_twice(table: pd.DataFrame, grid: Grid) -> None:
    told = table[tables.key("counts")]
    twice = told.duplicated().to_numpy()
    if twice.any():
        at = int(twice.argmax())
        first = int((told == told.iloc[at]).all(axis=1).to_numpy().argmax())
        what = " ".join(str(table[name][at]) for name in ("area_id", "dimension", "group", "reference_year"))
        raise Refused(
            "duplicate_area", found=quoted(what), expected=str(grid.lines[first]), line=grid.lines[at], column="area_id"
        )


def _totals(table: pd.DataFrame, grid: Grid) -> pd.Series[int]:
    """Return each row's total: the ``total`` of its area, dimension and year, which has to be there."""
    cell = ["area_id", "dimension", "reference_year"]
    totals = table[table["group"] == TOTAL].set_index(cell)["count"]
    index = pd.MultiIndex.from_frame(table[cell])
    without = ~index.isin(totals.index)
    if without.any():
        at = int(without.argmax())
        what = ";".join([*map(str, index[at][:2]), TOTAL, str(index[at][2])])
        raise Refused("missing_total", expected=quoted(what), line=grid.lines[at], column="group")
    return pd.Series(totals.reindex(index).array, index=table.index)


def _refuse_unequal(table: pd.DataFrame, totals: pd.Series[int], grid: Grid) -> None:
    """Refuse groups that do not make their total, or are more than it though some of them are hidden."""
    parts = table[table["group"] != TOTAL]
    total = totals.reindex(parts.index)
    cells = parts.groupby(["area_id", "dimension", "reference_year"], sort=False)["count"]
    partition = parts["dimension"].isin(PARTITIONS)
    whole = partition & (cells.transform("count") == cells.transform("size"))
    summed = cells.transform("sum").where(partition, parts["count"])
    for refusal, off in (("total", whole & (summed != total)), ("part_too_large", summed > total)):
        wrong = off.fillna(False).to_numpy(bool)
        if wrong.any():
            at = parts.index[int(wrong.argmax())]
            raise Refused(refusal, found=str(summed[at]), expected=str(total[at]), line=grid.lines[at], column="count")


def _areas(columns: dict[str, list[str]], table: pd.DataFrame, grid: Grid) -> pd.DataFrame:
    for area, name, swedish, line in zip(
        columns["area_id"], columns["area_name_fi"], columns["area_name_sv"], grid.lines, strict=True
    ):
        if not NAMED.match(name) or (swedish and not NAMED.match(swedish)):
            column = "area_name_sv" if NAMED.match(name) else "area_name_fi"
            raise Refused("missing_name", found=quoted(area), line=line, column=column)
    named = pd.DataFrame({name: columns[name] for name in ("area_id", "area_name_fi", "area_name_sv")})
    areas = named.drop_duplicates().reset_index()
    again = areas["area_id"].duplicated()
    if again.any():
        at = int(areas["index"][int(again.to_numpy().argmax())])
        area = areas["area_id"][int(again.to_numpy().argmax())]
        first = int((named["area_id"] == area).to_numpy().argmax())
        raise Refused(
            "duplicate_area",
            found=quoted(f"{area} with another name"),
            expected=str(grid.lines[first]),
            line=grid.lines[at],
            column="area_name_fi",
        )
    return tables.conform(
        pd.DataFrame(
            {
                "area_id": areas["area_id"],
                "city": table["city"].iloc[0],
                "geography": GEOGRAPHY,
                "boundary_vintage": table["boundary_vintage"].iloc[0],
                "name_fi": areas["area_name_fi"],
                "name_sv": areas["area_name_sv"].mask(areas["area_name_sv"] == ""),
                "population": None,
                "population_year": None,
                "surface": None,
                "centroid": None,
            }
        ),
        "areas",
    )

"""The sheets of counts: people and households by area, pupils by school. Groups that make their totals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from seg_pipeline import tables
from seg_pipeline.classifications import PARTITIONS, TOTAL
from seg_pipeline.sources.cities.checks import areas, cells
from seg_pipeline.sources.cities.checks.cells import Mask
from seg_pipeline.sources.cities.page import Page
from seg_pipeline.sources.cities.problems import Problems
from seg_pipeline.sources.refusal import quoted
from seg_pipeline.sources.source import release_year
from seg_pipeline.tables import delivery

CASE = ["area_id", "dimension", "reference_year"]  # what has one total
KEY = ["area_id", "dimension", "group", "reference_year"]


@dataclass(frozen=True)
class Sent:
    """Who sent which release: what the tables say of every row."""

    source: str
    release: str
    city: str


def by_area(page: Page, sent: Sent, problems: Problems) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the counts by city district, and the areas with their names."""
    area, sound = areas.codes(page, "area_id", sent.city, problems)
    of = {"name_fi": "area_name_fi", "name_sv": "area_name_sv"}
    named = areas.names(page, area, of, problems)
    dimension, group = _groups(page, problems)
    told = pd.DataFrame({"area_id": area.where(sound), "dimension": dimension, "group": group})
    return _counts(page, told, "city_district", "area_id", sent, problems), named


def by_school(page: Page, sent: Sent, problems: Problems) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series[str]]:
    """Return the counts of pupils by school, the schools with their names, and the area that each row gives."""
    school, sound = areas.codes(page, "school_id", sent.city, problems)
    named = areas.names(page, school, {"name_fi": "name"}, problems).assign(name_sv=None)
    within, _ = areas.codes(page, "area_id", sent.city, problems)
    judge = cells.chosen(delivery.groups(delivery.SCHOOL_DIMENSION), page.language)
    group, _ = cells.judged(page, "group", judge, problems)
    told = pd.DataFrame(
        {"area_id": school.where(sound), "dimension": delivery.SCHOOL_DIMENSION, "group": pd.Series(group, dtype="str")}
    )
    return _counts(page, told, "school", "school_id", sent, problems), named, within


def _groups(page: Page, problems: Problems) -> tuple[pd.Series[str], pd.Series[str]]:
    """Return dimension and group of each row; a group belongs to its dimension."""
    known = delivery.choices("dimension")
    offered = {code: names for code, names in known.items() if code in delivery.AREA_DIMENSIONS}
    dimension, _ = cells.judged(page, "dimension", cells.chosen(offered, page.language), problems)
    group = np.full(len(page), None, object)
    for code in offered:
        rows = dimension == code
        if rows.any():
            judge = cells.chosen(delivery.groups(code), page.language)
            values, sound = cells.judged(page, "group", judge, problems, where=rows)
            group[rows & sound] = values[rows & sound]
    return pd.Series(dimension, dtype="str"), pd.Series(group, dtype="str")


def _counts(page: Page, told: pd.DataFrame, geography: str, place: str, sent: Sent, problems: Problems) -> pd.DataFrame:
    year, _ = cells.judged(page, "reference_year", cells.year(release_year(sent.release)), problems)
    count, counted = cells.judged(page, "count", cells.count, problems)
    hidden = np.array([isinstance(one, str) for one in count], bool)
    table = told.assign(
        reference_year=cells.integers(year),
        count=cells.integers(cells.kept(count, counted & ~hidden)),
        status=np.where(hidden, count, "observed"),
    )
    whole = table[KEY].notna().all(axis=1).to_numpy(bool)
    first = areas.refuse_twice(page, table[KEY], whole, place, problems)
    sound = whole & first
    totals = _totals(page, table, sound, problems)
    _refuse_unequal(page, table, totals, sound & counted, problems)
    suppressed = table["status"] == "suppressed"
    table["lower"], table["upper"] = table["count"].mask(suppressed, 0), table["count"].mask(suppressed, totals)
    return table.assign(
        source=sent.source, release=sent.release, city=sent.city, geography=geography,
        boundary_vintage=release_year(sent.release),
    )  # fmt: skip


def _totals(page: Page, table: pd.DataFrame, sound: Mask, problems: Problems) -> pd.Series[int]:
    """Return each row's total, the ``total`` of its area, dimension and year, which has to be there."""
    told = table[sound & (table["group"] == TOTAL).to_numpy(bool)].set_index(CASE)["count"]
    index = pd.MultiIndex.from_frame(table[CASE])
    perhaps = (table["group"].isna() | (table["group"] == TOTAL)).to_numpy(bool)
    without = sound & ~index.isin(told.index) & ~_maybe(table, ~sound & perhaps)
    lacking = table.loc[without, CASE].drop_duplicates()
    texts = np.full(len(table), "", object)
    for row, area, dimension, year in lacking.itertuples():
        texts[row] = quoted(";".join((area, dimension, TOTAL, str(year))))
    problems.rows(page, "group", texts != "", "missing_total", "", texts)
    return pd.Series(told.reindex(index).array, index=table.index)


def _maybe(table: pd.DataFrame, broken: Mask) -> Mask:
    """True for rows of a case that one of the `broken` rows may belong to, by what is known of it."""
    found, cases = np.zeros(len(table), bool), table.loc[broken, CASE]
    for known, rows in cases.groupby([cases[column].notna() for column in CASE]) if len(cases) else ():
        columns = [column for column, yes in zip(CASE, known, strict=True) if yes]
        if not columns:
            return np.ones(len(table), bool)
        found |= pd.MultiIndex.from_frame(table[columns]).isin(pd.MultiIndex.from_frame(rows[columns]))
    return found


def _refuse_unequal(page: Page, table: pd.DataFrame, totals: pd.Series[int], sound: Mask, problems: Problems) -> None:
    """Add groups that do not make their total, or are more than it though some of them are hidden.

    Of a partition one problem per total, at its first group; a case with a row that is wrong in itself is left alone.
    """
    index = pd.MultiIndex.from_frame(table[CASE])
    judged = sound & (table["group"] != TOTAL).fillna(False).to_numpy(bool) & ~index.isin(index[~sound])
    parts, total = table[judged], totals[judged]
    grouped = parts.groupby(CASE, sort=False)["count"]
    partition = parts["dimension"].isin(PARTITIONS)
    whole = partition & (grouped.transform("count") == grouped.transform("size")) & ~_maybe(table, ~sound)[judged]
    summed = grouped.transform("sum").where(partition, parts["count"])
    again = partition & parts[CASE].duplicated()
    unequal = (whole & (summed != total)).fillna(False).astype(bool)
    larger = (summed > total).fillna(False).astype(bool) & ~unequal
    for refusal, off in (("total", unequal & ~again), ("part_too_large", larger & ~again)):
        shown = (values.where(off).reindex(table.index).astype("str").fillna("") for values in (summed, total))
        rows = off.reindex(table.index, fill_value=False).to_numpy(bool)
        problems.rows(page, "count", rows, refusal, *(one.to_numpy(object) for one in shown))


def conform(table: pd.DataFrame) -> pd.DataFrame:
    """Return the contract ``counts``."""
    return tables.conform(table, "counts")

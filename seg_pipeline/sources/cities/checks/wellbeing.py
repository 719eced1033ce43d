"""Indicators of the whole city: a value in its unit, or what it is made of, or why there is none."""

from __future__ import annotations

import numpy as np
import pandas as pd

from seg_pipeline import tables
from seg_pipeline.classifications import WELLBEING
from seg_pipeline.sources.cities.checks import areas, cells
from seg_pipeline.sources.cities.checks.cells import Mask
from seg_pipeline.sources.cities.checks.counts import Sent
from seg_pipeline.sources.cities.page import Cells, Page
from seg_pipeline.sources.cities.problems import Problems
from seg_pipeline.sources.source import release_year
from seg_pipeline.tables import delivery

KEY = ["indicator", "group", "reference_year", "period"]
NUMBERS = ("numerator", "denominator", "value")
ROUNDED = 0.051  # by how much a per cent of one decimal may differ from its quotient
WHOLE = ("persons", "households")


def indicators(page: Page, sent: Sent, producer: str, licence: str, problems: Problems) -> pd.DataFrame:
    """Return the contract ``wellbeing`` of a page, where it has no problem."""
    told = {"indicator": "indicator", "group": "people", "period": "period"}
    table = pd.DataFrame(
        {
            column: pd.Series(
                cells.judged(page, column, cells.chosen(delivery.choices(kind), page.language), problems)[0],
                dtype="str",
            )
            for column, kind in told.items()
        }
    )
    year, _ = cells.judged(page, "reference_year", cells.year(release_year(sent.release)), problems)
    table["reference_year"] = cells.integers(year)
    given, fine = _numbers(page, problems)
    whole = table[KEY].notna().all(axis=1).to_numpy(bool)
    areas.refuse_twice(page, table[KEY], whole, "indicator", problems)
    table["unit"] = table["indicator"].map(WELLBEING)
    numbers = pd.DataFrame({name: _floats(given[name]) for name in NUMBERS}, table.index)
    status = _status(given)
    value = _value(page, table, numbers, status, fine & table["unit"].notna().to_numpy(bool), problems)
    return table.assign(
        value=value.where(status == "observed"), numerator=numbers["numerator"], denominator=numbers["denominator"],
        status=status, source=sent.source, release=sent.release, city=sent.city, producer=producer, licence=licence,
    )  # fmt: skip


def _numbers(page: Page, problems: Problems) -> tuple[dict[str, Cells], Mask]:
    given, fine = {}, np.ones(len(page), bool)
    for name in NUMBERS:
        given[name], sound = cells.judged(page, name, cells.amount, problems)
        fine = fine & sound
    return given, fine


def _floats(values: Cells) -> Cells:
    return np.array([one if isinstance(one, float) else np.nan for one in values], float)


def _status(given: dict[str, Cells]) -> Cells:
    """Return each row's status: that of its value, or where no value is given, that of what it is made of."""
    found = np.full(len(given["value"]), "observed", object)
    for name in ("denominator", "numerator", "value"):
        says = np.array([isinstance(one, str) for one in given[name]], bool)
        empty = np.array([one is None for one in given["value"]], bool)
        said = says & (empty | (name == "value"))
        found[said] = given[name][said]
    return found


def _value(
    page: Page, table: pd.DataFrame, numbers: pd.DataFrame, status: Cells, sound: Mask, problems: Problems
) -> pd.Series[float]:
    """Return the values, those left out made from numerator and denominator; add what cannot be."""
    percent = (table["unit"] == "percent").to_numpy(bool)
    above, below, value = (numbers[name].to_numpy(float) for name in NUMBERS)
    both = ~np.isnan(above) & ~np.isnan(below)
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = np.where(percent & both & (below > 0), 100 * above / below, np.nan)
    asked = sound & (status == "observed")
    none = asked & np.isnan(value)
    zero = none & percent & both & (below == 0)
    problems.rows(page, "denominator", zero, "not_a_number", _texts(below), "a_denominator")
    problems.rows(page, "value", none & np.isnan(quotient) & ~zero, "not_a_number", '""', "a_value")
    more = sound & percent & both & (above > below) & ~zero
    problems.rows(page, "numerator", more, "numerator", _texts(above), _texts(below))
    told = asked & ~np.isnan(value)
    problems.rows(page, "value", told & percent & (value > 100), "not_a_number", _texts(value), "a_percent")
    index = (table["unit"] == "index").to_numpy(bool)
    problems.rows(page, "value", told & index & (value > 100), "not_a_number", _texts(value), "a_percent")
    halves = told & table["unit"].isin(WHOLE).to_numpy(bool) & (value % 1 != 0)
    problems.rows(page, "value", halves, "not_a_number", _texts(value), "whole_persons")
    off = told & percent & ~more & (np.abs(value - quotient) > ROUNDED)
    problems.rows(page, "value", off, "share", _texts(value), _texts(quotient))
    return pd.Series(np.where(np.isnan(value), quotient, value), table.index)


def _texts(values: Cells) -> Cells:
    return np.array([f"{round(float(one), 4):g}" for one in values], object)


def conform(table: pd.DataFrame) -> pd.DataFrame:
    """Return the contract ``wellbeing``."""
    return tables.conform(table, "wellbeing")

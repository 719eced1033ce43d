"""Euros by area and kind of funding."""

from __future__ import annotations

import numpy as np
import pandas as pd

from seg_pipeline import tables
from seg_pipeline.sources.cities.checks import areas, cells
from seg_pipeline.sources.cities.checks.counts import Sent
from seg_pipeline.sources.cities.page import Page
from seg_pipeline.sources.cities.problems import Problems
from seg_pipeline.sources.source import release_year
from seg_pipeline.tables import delivery

KEY = ["area_id", "funding", "reference_year"]


def euros(page: Page, sent: Sent, problems: Problems) -> pd.DataFrame:
    """Return the rows of the contract ``area_funding``, where they have no problem."""
    area, sound = areas.codes(page, "area_id", sent.city, problems)
    judge = cells.chosen(delivery.choices("funding"), page.language)
    kind, _ = cells.judged(page, "funding", judge, problems)
    year, _ = cells.judged(page, "reference_year", cells.year(release_year(sent.release)), problems)
    given, _ = cells.judged(page, "euros", cells.euros, problems)
    table = pd.DataFrame({"area_id": area.where(sound), "funding": pd.Series(kind, dtype="str")})
    table["reference_year"] = cells.integers(year)
    areas.refuse_twice(page, table[KEY], table[KEY].notna().all(axis=1).to_numpy(bool), "area_id", problems)
    hidden = np.array([isinstance(one, str) for one in given], bool)
    return table.assign(
        value=np.array([one if isinstance(one, float) else np.nan for one in given], float),
        status=np.where(hidden, given, "observed"), geography="city_district", source=sent.source,
        release=sent.release, city=sent.city, boundary_vintage=release_year(sent.release),
    )  # fmt: skip


def conform(table: pd.DataFrame) -> pd.DataFrame:
    """Return the contract ``area_funding``."""
    return tables.conform(table, "area_funding")

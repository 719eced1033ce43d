"""A made-up snapshot of a few rows, for pages that are tested alone: eleven cities, indices whose ties are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from seg_pipeline import catalogue
from seg_pipeline.classifications import CITY_CODES
from seg_pipeline.indicators import INDICATORS
from seg_pipeline.indicators.inference import letters
from seg_pipeline.report.book import Book

VALUES = (0.295, 0.294, 0.226, 0.248, 0.238, 0.288, 0.240, 0.213, 0.275, 0.193, 0.145)  # by city, as in the catalogue
ERRORS = (0.002, 0.003, 0.004, 0.003, 0.004, 0.004, 0.005, 0.005, 0.005, 0.006, 0.006)
YEARS = (2018, 2024)
SCALES = (2000, 4000)
CHANGES = ["source", "city", "geography", "indicator", "dimension", "scale",
           "from_year", "to_year", "term", "lower", "upper"]  # fmt: skip
Told = tuple[str, str, str, int, str, str, float | None, str]


@dataclass(frozen=True)
class Made:
    """A snapshot that is in no folder."""

    tables: dict[str, pd.DataFrame]
    version: str = "2026.1-demo"
    made_up: bool = True
    manifest: dict[str, Any] = field(default_factory=lambda: {"version": "2026.1-demo", "published": "2026-11-24"})

    def table(self, name: str) -> pd.DataFrame:
        """Return a table."""
        return self.tables[name]


def book(
    indices: tuple[str, ...] = tuple(INDICATORS),
    values: tuple[float, ...] = VALUES,
    errors: tuple[float, ...] = ERRORS,
    **other: pd.DataFrame,
) -> Book:
    """Return an opened snapshot in which every index has these values in every city, income and tenure."""
    named = [row["indicator"] for row in catalogue.rows("wellbeing")]
    units = {row["indicator"]: row["unit"] for row in catalogue.rows("wellbeing")}
    made = {
        "indicators": pd.concat([estimates(index, values, errors) for index in indices], ignore_index=True),
        "changes": pd.DataFrame(columns=CHANGES),
        "wellbeing": wellbeing([]),
        "wellbeing_indicators": pd.DataFrame({"indicator": named, "unit": [units[name] for name in named]}),
        "coverage": pd.DataFrame(columns=["source", "table", "subject", "status"]),
    }  # fmt: skip
    return Book(Made(made | other))  # type: ignore[arg-type]


def estimates(index: str, values: tuple[float, ...] = VALUES, errors: tuple[float, ...] = ERRORS) -> pd.DataFrame:
    """Return the figures of an index by city, dimension and year; tenure ends in the first year."""
    scales: tuple[Any, ...] = SCALES if "spatial_" in index and index != "spatial_proximity" else (pd.NA,)
    return pd.concat(
        [
            one_comparison(index, dimension, year, scale, values, errors)
            for dimension in ("income", "tenure")
            for year in YEARS
            for scale in scales
            if dimension == "income" or year == YEARS[0]
        ]
    )


def one_comparison(
    index: str, dimension: str, year: int, scale: Any, values: tuple[float, ...], errors: tuple[float, ...]
) -> pd.DataFrame:
    """Return the figures of one comparison, with the letters that the indicators' own test gives."""
    many = "counts" in INDICATORS[index].needs
    groups = ("all", "all") if many else {"income": ("low", "high"), "tenure": ("rented", "owner")}[dimension]
    value, error = np.array(values), np.array(errors)
    return pd.DataFrame(
        {
            "city": CITY_CODES, "geography": "postal_area", "indicator": index, "dimension": dimension,
            "group": groups[0], "reference_group": groups[1], "scale": pd.array([scale] * len(value), dtype="Int64"),
            "reference_year": year, "source": "paavo", "release": str(year + 2), "boundary_vintage": year + 2,
            "value": value + 0.001, "expected_if_random": 0.01, "value_corrected": value,
            "lower": value - 2 * error, "upper": value + 2 * error, "interval": "published",
            "comparison_group": letters(value, error), "areas": 50, "population": 1000, "coverage": 0.99,
            "status": "observed",
        }
    )  # fmt: skip


def wellbeing(rows: list[Told]) -> pd.DataFrame:
    """Return figures of wellbeing: indicator, city, group, year, period, source, value, status."""
    columns = ["indicator", "city", "group", "reference_year", "period", "source", "value", "status"]
    made = pd.DataFrame(rows, columns=columns)
    return made.assign(unit="percent", licence="CC BY 4.0").astype({"value": "float64", "reference_year": "Int64"})

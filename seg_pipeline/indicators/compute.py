"""One call from counts to indicators: every index, for every contrast of the catalogue, city and year."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from seg_pipeline import tables
from seg_pipeline.classifications import CONTRASTS, TOTAL, Contrast
from seg_pipeline.indicators import evenness, exposure, information  # noqa: F401  registers their indices
from seg_pipeline.indicators.registry import INDICATORS

METHOD_VERSION = "1"
CASE = ["source", "release", "city", "geography", "reference_year"]


def compute(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the table ``indicators`` for a table ``counts``.

    An index is taken over the areas where both groups are observed and one of them lives. Where a group has
    no member in the city the status is ``not_applicable``; where no area is observed it is ``missing``.
    """
    rows = [row for contrast in CONTRASTS for row in _contrast(counts, contrast)]
    return tables.conform(pd.DataFrame(rows), "indicators") if rows else tables.empty("indicators")


def _contrast(counts: pd.DataFrame, contrast: Contrast) -> Iterator[dict[str, Any]]:
    groups = [contrast.group, contrast.reference_group, TOTAL]
    told = counts[(counts["dimension"] == contrast.dimension) & counts["group"].isin(groups)]
    wide = told.pivot(index=[*CASE, "area_id", "boundary_vintage"], columns="group", values="count").reindex(
        columns=groups
    )
    for case, areas in wide.groupby(CASE, sort=True):
        fixed = dict(zip(CASE, case, strict=True)) | {
            "dimension": contrast.dimension,
            "group": contrast.group,
            "reference_group": contrast.reference_group,
        }
        yield from (fixed | row for row in _indices(areas.set_axis(["x", "y", "base"], axis=1)))


def _indices(areas: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield one row per index for one city, year and contrast. `areas` has x, y and the base of each area."""
    seen = areas[areas["x"].notna() & areas["y"].notna()]
    x, y = seen["x"].to_numpy(np.float64), seen["y"].to_numpy(np.float64)
    lived_in = x + y > 0
    x, y = x[lived_in], y[lived_in]
    status = "missing" if seen.empty else "observed" if x.sum() and y.sum() else "not_applicable"
    base, covered = int(areas["base"].sum()), int(seen["base"].sum())
    for name, indicator in INDICATORS.items():
        yield {
            "indicator": name,
            "value": indicator.index(x, y) if status == "observed" else None,
            "areas": len(x),
            "population": covered,
            "coverage": covered / base if base else None,
            "status": status,
            "method_version": METHOD_VERSION,
        }

"""One call from counts to indicators: every index, for every contrast of the catalogue, city and year."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from seg_pipeline import tables
from seg_pipeline.classifications import CONTRASTS, TOTAL, Contrast
from seg_pipeline.indicators import evenness, exposure, information  # noqa: F401  registers their indices
from seg_pipeline.indicators.registry import INDICATORS, Counts

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
    wide = told.set_index([*CASE, "area_id", "boundary_vintage", "group"])["count"].unstack("group")
    cells = wide.reindex(columns=groups).to_numpy(np.float64, na_value=np.nan)
    cases = pd.MultiIndex.from_frame(wide.index.to_frame()[CASE])
    number, known = pd.factorize(cases)
    for at, case in enumerate(known):
        fixed = dict(zip(CASE, case, strict=True)) | {
            "dimension": contrast.dimension,
            "group": contrast.group,
            "reference_group": contrast.reference_group,
        }
        yield from (fixed | row for row in _indices(*cells[number == at].T))


def _indices(x: Counts, y: Counts, base: Counts) -> Iterator[dict[str, Any]]:
    """Yield one row per index for one city, year and contrast.

    `x` and `y` are the two groups' counts in each area and `base` all of the dimension there; NaN where unknown.
    """
    seen = ~np.isnan(x) & ~np.isnan(y)
    lived_in = seen & (x + y > 0)
    x, y = x[lived_in], y[lived_in]
    status = "missing" if not seen.any() else "observed" if x.any() and y.any() else "not_applicable"
    everyone, covered = int(np.nansum(base)), int(np.nansum(base[seen]))
    for name, indicator in INDICATORS.items():
        yield {
            "indicator": name,
            "value": indicator.index(x, y) if status == "observed" else None,
            "areas": len(x),
            "population": covered,
            "coverage": covered / everyone if everyone else None,
            "status": status,
            "method_version": METHOD_VERSION,
        }

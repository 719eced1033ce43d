"""Which cities can be told apart by an indicator: comparison groups, for every year and source."""

from __future__ import annotations

import numpy as np
import pandas as pd

from seg_pipeline.indicators.inference import letters

SAME = [
    "source", "release", "geography", "reference_year", "dimension", "group", "reference_group", "indicator", "scale"
]  # fmt: skip


def compared(indicators: pd.DataFrame) -> pd.DataFrame:
    """Return the indicators with `comparison_group`: cities that share a letter cannot be told apart.

    Empty where an indicator has no interval, and where only one city has one.
    """
    group = np.full(len(indicators), None, dtype=object)
    told = np.flatnonzero(indicators["standard_error"].notna())
    same = indicators.iloc[told].groupby(SAME, dropna=False, sort=True).ngroup().to_numpy()
    value, error = (indicators[of].to_numpy(np.float64) for of in ("value_corrected", "standard_error"))
    order = np.argsort(same, kind="stable")
    for rows in np.split(told[order], np.flatnonzero(np.diff(same[order])) + 1):
        if len(rows) > 1:
            group[rows] = letters(value[rows], error[rows])
    return indicators.assign(comparison_group=group)

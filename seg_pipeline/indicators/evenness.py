"""Evenness: are two groups spread alike over the areas of a city?"""

from __future__ import annotations

import numpy as np

from seg_pipeline.indicators.registry import Counts, indicator


@indicator(symbol="D", family="evenness", reference="Duncan & Duncan 1955")
def dissimilarity(x: Counts, y: Counts) -> float:
    """Return D = ½ Σ |xᵢ/X − yᵢ/Y|, from 0 (spread alike) to 1 (no area in common).

    `x` and `y` hold each group's members in each area, shape (areas,), with X > 0 and Y > 0.
    """
    return float(np.abs(x / x.sum() - y / y.sum()).sum() / 2)

"""Ordered classes, such as income or education: is the city sorted along the order?

`counts` has shape (..., classes, areas), from the lowest class to the highest. Each cut between two neighbouring
classes parts the people in two; an ordinal index is the mean of a two-group measure over the cuts. Reardon 2009.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from seg_pipeline.indicators.arithmetic import binary_entropy, ratio
from seg_pipeline.indicators.registry import Counts, indicator


def _ordinal(counts: Counts, variation: Callable[[Counts], Counts]) -> Counts:
    """Return 1 − Σᵢ tᵢ·vᵢ / (T·v), v being the variation summed over the cuts, in the areas and in the city."""
    below = np.cumsum(counts, -2)
    t, below = below[..., -1:, :], below[..., :-1, :]
    everyone = t.sum(-1)
    city = variation(below.sum(-1) / everyone).sum(-1)
    return 1 - (t * variation(ratio(below, t))).sum((-2, -1)) / (everyone[..., 0] * city)


@indicator(symbol="Hᴼ", family="ordinal", reference="Reardon 2009")
def ordinal_entropy(counts: Counts) -> Counts:
    """Return the ordinal information theory index: entropy at each cut. From 0 (each area like the city) to 1."""
    return _ordinal(counts, binary_entropy)


@indicator(symbol="Rᴼ", family="ordinal", reference="Reardon 2009")
def ordinal_variance_ratio(counts: Counts) -> Counts:
    """Return the ordinal variance ratio index: p(1 − p) at each cut. From 0 to 1."""
    return _ordinal(counts, lambda p: p * (1 - p))

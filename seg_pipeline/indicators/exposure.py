"""Exposure: whom does a member of a group meet in the area where the member lives?"""

from __future__ import annotations

import numpy as np

from seg_pipeline.indicators.arithmetic import ratio, share, total
from seg_pipeline.indicators.registry import Counts, indicator


@indicator(symbol="xPx", family="exposure", reference="Bell 1954; Lieberson 1981")
def isolation(x: Counts, y: Counts) -> Counts:
    """Return Σ (xᵢ/X)(xᵢ/tᵢ) with tᵢ = xᵢ + yᵢ: the group's share around its own members, from X/T to 1."""
    return (share(x) * ratio(x, x + y)).sum(-1)


@indicator(symbol="xPy", family="exposure", reference="Bell 1954; Lieberson 1981", more=False)
def interaction(x: Counts, y: Counts) -> Counts:
    """Return Σ (xᵢ/X)(yᵢ/tᵢ): the other group's share around the group's members, from 0 to Y/T."""
    return (share(x) * ratio(y, x + y)).sum(-1)


@indicator(symbol="η²", family="exposure", reference="Bell 1954; Duncan & Duncan 1955")
def eta_squared(x: Counts, y: Counts) -> Counts:
    """Return η² = Σ tᵢ(pᵢ − P)² / (T·P·(1 − P)) = (xPx − P)/(1 − P), from 0 (spread alike) to 1."""
    t = x + y
    p, q = (total(of) / total(t) for of in (x, y))
    return (t * (ratio(x, t) - p) ** 2).sum(-1) / (total(t) * p * q)[..., 0]


def exposures(counts: Counts) -> Counts:
    """Return the exposure of each group (row) to each group (column): Σ (xᵢ/X)(yᵢ/tᵢ). Each row sums to one.

    `counts` has shape (..., groups, areas) and the matrix (..., groups, groups).
    """
    return share(counts) @ np.swapaxes(ratio(counts, counts.sum(-2, keepdims=True)), -1, -2)

"""Exposure: whom does a member of a group meet in the area where the member lives?"""

from __future__ import annotations

from seg_pipeline.indicators.registry import Counts, indicator


@indicator(symbol="xPx", family="exposure", reference="Bell 1954; Lieberson 1981")
def isolation(x: Counts, y: Counts) -> float:
    """Return Σ (xᵢ/X)(xᵢ/tᵢ) with tᵢ = xᵢ + yᵢ: the group's share around its own members, from X/T to 1.

    `x` and `y` hold each group's members in each area, shape (areas,), with X > 0 and no area without both.
    """
    return float((x / x.sum() * x / (x + y)).sum())

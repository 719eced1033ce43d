"""Information: how much does the area tell about the group?"""

from __future__ import annotations

import numpy as np

from seg_pipeline.indicators.registry import Counts, indicator


@indicator(symbol="H", family="information", reference="Theil & Finizza 1971; Reardon & Firebaugh 2002")
def entropy(x: Counts, y: Counts) -> float:
    """Return H = 1 − Σ tᵢEᵢ / (T·E), from 0 (each area like the city) to 1 (each area of one group).

    E is the entropy −p·log p − (1−p)·log(1−p) of the group's share p, in the city and in each area i;
    tᵢ = xᵢ + yᵢ. `x` and `y` have shape (areas,), with X > 0, Y > 0 and no area without both.
    """
    t = x + y
    within = (t * _entropy(x / t)).sum()
    return float(min(max(1 - within / (t.sum() * _entropy(x.sum() / t.sum())), 0.0), 1.0))


def _entropy(p: Counts) -> Counts:
    """Return −p·log p − (1−p)·log(1−p), with 0·log 0 = 0."""
    q = 1 - p
    return -(p * np.log(p, out=np.zeros_like(p), where=p > 0) + q * np.log(q, out=np.zeros_like(q), where=q > 0))

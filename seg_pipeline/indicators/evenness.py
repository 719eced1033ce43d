"""Evenness: are two groups spread alike over the areas of a city?"""

from __future__ import annotations

import numpy as np

from seg_pipeline.indicators.arithmetic import ascending, ratio, share, total
from seg_pipeline.indicators.registry import Counts, indicator


@indicator(symbol="D", family="evenness", reference="Duncan & Duncan 1955")
def dissimilarity(x: Counts, y: Counts) -> Counts:
    """Return D = ½ Σ |xᵢ/X − yᵢ/Y|, from 0 (spread alike) to 1 (no area in common)."""
    return np.abs(share(x) - share(y)).sum(-1) / 2


@indicator(symbol="G", family="evenness", reference="James & Taeuber 1985")
def gini(x: Counts, y: Counts) -> Counts:
    """Return G, twice the area between the Lorenz curve of x against y and the diagonal; 0 to 1, G ≥ D.

    G = Σᵢ xᵢ(Yᵢ₋₁ + Yᵢ) / XY − 1 with the areas in order of the group's share, and Yᵢ the sum of y up to area i.
    """
    order = ascending(ratio(x, x + y))
    x, y = (np.take_along_axis(of, order, -1) for of in (x, y))
    return (x * (2 * np.cumsum(y, -1) - y)).sum(-1) / (x.sum(-1) * y.sum(-1)) - 1


def _atkinson(x: Counts, y: Counts, b: float) -> Counts:
    """Return A = 1 − P/(1−P) · |Σ (1−pᵢ)^(1−b) · pᵢ^b · tᵢ / (P·T)|^(1/(1−b)), with pᵢ = xᵢ/tᵢ."""
    t = x + y
    p, q, everyone = ratio(x, t), ratio(y, t), total(t)[..., 0]
    of_city, others = total(x)[..., 0] / everyone, total(y)[..., 0] / everyone
    mean = (q ** (1 - b) * p**b * t).sum(-1) / (of_city * everyone)
    return 1 - of_city / others * mean ** (1 / (1 - b))


@indicator(symbol="A(0.1)", family="evenness", reference="Atkinson 1970; James & Taeuber 1985")
def atkinson_01(x: Counts, y: Counts) -> Counts:
    """Return A with b = 0.1: areas where the group is rare weigh most. From 0 (spread alike) to 1."""
    return _atkinson(x, y, 0.1)


@indicator(symbol="A(0.5)", family="evenness", reference="Atkinson 1970; James & Taeuber 1985")
def atkinson_05(x: Counts, y: Counts) -> Counts:
    """Return A with b = 0.5: areas where the group is rare and where it is common weigh alike. From 0 to 1."""
    return _atkinson(x, y, 0.5)


@indicator(symbol="A(0.9)", family="evenness", reference="Atkinson 1970; James & Taeuber 1985")
def atkinson_09(x: Counts, y: Counts) -> Counts:
    """Return A with b = 0.9: areas where the group is common weigh most. From 0 (spread alike) to 1."""
    return _atkinson(x, y, 0.9)

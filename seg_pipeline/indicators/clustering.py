"""Clustering: do areas where the group lives lie side by side?

`proximity` sums over all areas weighted by c_ij = exp(−d_ij), which is symmetric, with d_ij in **kilometres** and
√(0.6·aᵢ) as an area's distance to itself: ``Kernel(points, 1000, "exponential", surface)``. The decay per kilometre is
part of the index; in miles it is another. `neighbours` sums over the neighbours of each area:
``geography.Neighbours``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from seg_pipeline.indicators.arithmetic import ratio, share, total
from seg_pipeline.indicators.registry import Counts, indicator

Summed = Callable[[Counts], Counts]


@indicator(symbol="I", family="clustering", reference="Moran 1950; Cliff & Ord 1981", low=-np.inf, high=np.inf)
def moran(x: Counts, y: Counts, neighbours: Summed) -> Counts:
    """Return I = n/S₀ · Σ zᵢ·lagᵢ / Σ zᵢ², zᵢ = pᵢ − p̄ and lagᵢ the mean z of i's neighbours (standardised by row).

    n counts areas where somebody lives and S₀ those of them with such a neighbour. −1/(n − 1) is expected at random,
    near 1 means like beside like. Between −1 and 1 where all areas have as many neighbours, which uneven numbers of
    neighbours can pass: |I| ≤ n/S₀·√(greatest column sum of the weights).
    """
    z, lag, number = deviations(x, y, neighbours)
    return (z * lag).sum(-1) / (z**2).sum(-1) * (x + y > 0).sum(-1) / (number > 0).sum(-1)


def deviations(x: Counts, y: Counts, neighbours: Summed) -> tuple[Counts, Counts, Counts]:
    """Return zᵢ = pᵢ − p̄, the mean z of each area's neighbours, and in how many of them somebody lives.

    All are 0 where nobody lives, and z is exactly 0 where all shares are the same.
    """
    lived_in = x + y > 0
    p, counted = ratio(x, x + y), lived_in.astype(np.float64)
    number = counted * neighbours(counted)
    varies = p.max(-1, where=lived_in, initial=0) > p.min(-1, where=lived_in, initial=1)
    z = np.where(lived_in & varies[..., None], p - total(p) / total(counted), 0)
    return z, ratio(neighbours(z), number), number


def _closeness(one: Counts, other: Counts, proximity: Summed) -> Counts:
    """Return the mean proximity P_ab = ΣΣ aᵢ·bⱼ·c_ij / (A·B) of members of two groups."""
    return (share(one) * proximity(other)).sum(-1) / other.sum(-1)


@indicator(symbol="SP", family="clustering", reference="White 1983; Massey & Denton 1988", high=np.inf)
def spatial_proximity(x: Counts, y: Counts, proximity: Summed) -> Counts:
    """Return SP = (X·P_xx + Y·P_yy) / (T·P_tt): 1 where both groups are spread alike, above where each keeps together.

    Below 1 members live nearer to the other group than to their own. From 0, without an upper bound.
    """
    t = x + y
    near = x.sum(-1) * _closeness(x, x, proximity) + y.sum(-1) * _closeness(y, y, proximity)
    return near / (t.sum(-1) * _closeness(t, t, proximity))


@indicator(symbol="RCL", family="clustering", reference="Massey & Denton 1988", low=-1, high=np.inf)
def relative_clustering(x: Counts, y: Counts, proximity: Summed) -> Counts:
    """Return RCL = P_xx/P_yy − 1: above 0 where the group lives closer together than the other; −1 upwards."""
    return _closeness(x, x, proximity) / _closeness(y, y, proximity) - 1


@indicator(symbol="ACL", family="clustering", reference="Massey & Denton 1988", low=-np.inf)
def absolute_clustering(x: Counts, y: Counts, proximity: Summed) -> Counts:
    """Return ACL = (Σ (xᵢ/X)·Σ c_ij·xⱼ − X·c̄) / (Σ (xᵢ/X)·Σ c_ij·tⱼ − X·c̄), at most 1 (only the group nearby).

    c̄ is the mean of c_ij over areas where somebody lives: below 0 the members live farther apart than the areas lie.
    Not defined where even all people around the members are fewer than X·c̄.
    """
    lived_in = np.asarray(x + y > 0, dtype=np.float64)
    even = total(x)[..., 0] * _closeness(lived_in, lived_in, proximity)
    own, all_near = ((share(x) * proximity(of)).sum(-1) - even for of in (x, x + y))
    return np.where(all_near > 0, own / all_near, np.nan)


@indicator(symbol="xPx*", family="clustering", reference="Morgan 1983; Massey & Denton 1988")
def distance_decay_isolation(x: Counts, y: Counts, proximity: Summed) -> Counts:
    """Return Σ (xᵢ/X)·Σ K_ij·xⱼ/tⱼ with K_ij = c_ij·tⱼ / Σ c_ij·tⱼ: whom a member meets if nearness decides. 0 to 1."""
    near, far = proximity(x), proximity(y)
    return (share(x) * ratio(near, near + far)).sum(-1)


@indicator(symbol="xPy*", family="clustering", reference="Morgan 1983; Massey & Denton 1988", more=False)
def distance_decay_interaction(x: Counts, y: Counts, proximity: Summed) -> Counts:
    """Return Σ (xᵢ/X)·Σ K_ij·yⱼ/tⱼ with K as in the isolation, to which it adds up to 1; 0 to 1."""
    near, far = proximity(x), proximity(y)
    return (share(x) * ratio(far, near + far)).sum(-1)

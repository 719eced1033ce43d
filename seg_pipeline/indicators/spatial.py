"""Spatially weighted indices: is the mix of people around each person's home like that of the city?

The local environment of area i is p̃ᵢ = around(x)ᵢ / around(t)ᵢ: the group's share among all who live around i, nearer
ones weighing more. `around` is any smoother of arrays (..., areas), such as ``geography.Kernel``; if it returns what it
is given, the indices are those without space. Reardon & O'Sullivan 2004.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from seg_pipeline.geography import Kernel
from seg_pipeline.indicators.arithmetic import binary_entropy, ratio, share, total, xlogx
from seg_pipeline.indicators.registry import Counts, NotApplicable, indicator

Around = Callable[[Counts], Counts]
SCALES = (500, 1000, 2000, 4000)
SOURCE = "Reardon & O'Sullivan 2004"


def _environment(x: Counts, y: Counts, around: Around) -> Counts:
    """Return p̃ᵢ, the group's share around each area."""
    x, y = around(x), around(y)
    return ratio(x, x + y)


@indicator(symbol="D̃", family="spatial", reference=SOURCE, high=np.inf)
def spatial_dissimilarity(x: Counts, y: Counts, around: Around) -> Counts:
    """Return D̃ = Σ tᵢ·|p̃ᵢ − P| / (2·T·P(1 − P)), 0 where every environment is like the city.

    Without space at most 1; with it a little above 1 is possible where environments on average are not like the city.
    As |p̃ᵢ − P| ≤ max(P, 1 − P), D̃ is never above 1/(2·min(P, 1 − P)).
    """
    t = x + y
    p = total(x) / total(t)
    return (t * np.abs(_environment(x, y, around) - p)).sum(-1) / (2 * total(t) * p * (1 - p))[..., 0]


@indicator(symbol="H̃", family="spatial", reference=SOURCE, low=-np.inf)
def spatial_entropy(x: Counts, y: Counts, around: Around) -> Counts:
    """Return H̃ = 1 − Σ tᵢẼᵢ / (T·E), at most 1 (no environment is mixed).

    It is 0 where every environment is like the city, and can be below: environments may be more mixed than the city
    where a large area has more of the smaller group than the small areas near it. Never below 1 − log 2/E.
    """
    t = x + y
    city = binary_entropy(total(x) / total(t))[..., 0]
    return 1 - (t * binary_entropy(_environment(x, y, around))).sum(-1) / (t.sum(-1) * city)


@indicator(symbol="P̃*", family="spatial", reference=SOURCE)
def spatial_isolation(x: Counts, y: Counts, around: Around) -> Counts:
    """Return P̃* = Σ (xᵢ/X)·p̃ᵢ, the group's share around its own members' homes, from 0 to 1."""
    return (share(x) * _environment(x, y, around)).sum(-1)


def _environments(counts: Counts, around: Around) -> Counts:
    """Return π̃_ig, the share of each group around each area, shape (..., groups, areas)."""
    near = around(counts)
    return ratio(near, near.sum(-2, keepdims=True))


@indicator(symbol="D̃", family="spatial, many groups", reference=SOURCE, high=np.inf)
def many_group_spatial_dissimilarity(counts: Counts, around: Around) -> Counts:
    """Return D̃ = Σᵢ Σ_g tᵢ·|π̃_ig − P_g| / (2·T·I) with I = Σ P_g(1 − P_g); 0 where all is like the city.

    `counts` has shape (..., groups, areas). As Σ_g |π̃_ig − P_g| ≤ 2, D̃ is at most 1/I; without space at most 1.
    """
    t = counts.sum(-2, keepdims=True)
    p = total(counts) / total(t)
    apart = (t * np.abs(_environments(counts, around) - p)).sum((-2, -1))
    return apart / (2 * total(t) * (p * (1 - p)).sum(-2, keepdims=True))[..., 0, 0]


@indicator(symbol="H̃", family="spatial, many groups", reference=SOURCE, low=-np.inf)
def many_group_spatial_entropy(counts: Counts, around: Around) -> Counts:
    """Return H̃ = 1 − Σ tᵢẼᵢ / (T·E) with Ẽᵢ = −Σ_g π̃_ig·log π̃_ig, at most 1 (no environment is mixed).

    `counts` has shape (..., groups, areas). It can be below 0 as with two groups, never below 1 − log(groups)/E.
    """
    t = counts.sum(-2)
    city = -xlogx(total(counts)[..., 0] / total(t)).sum(-1)
    mixed = -xlogx(_environments(counts, around)).sum(-2)
    return 1 - (t * mixed).sum(-1) / (t.sum(-1) * city)


def profile(x: npt.ArrayLike, y: npt.ArrayLike, points: npt.ArrayLike, scales: Sequence[float] = SCALES) -> Counts:
    """Return H̃ at each scale, the radius of a biweight environment in metres; shape (..., scales).

    x and y have shape (..., areas), `points` (areas, 2) in metres. Raises BadCounts, NotApplicable, BadCoordinates.
    Reardon et al. 2008.
    """
    return np.stack([spatial_entropy(x, y, around=Kernel(points, scale)) for scale in scales], axis=-1)


def macro_micro_ratio(of_scales: Counts) -> Counts:
    """Return H̃ at the widest scale of a `profile` over that at the narrowest: the large-scale part of segregation.

    Near 0 the pattern is one of small patches, near 1 of large regions. Raises NotApplicable where the narrowest
    shows no segregation. Reardon et al. 2008.
    """
    narrow, wide = of_scales[..., 0], of_scales[..., -1]
    if not (narrow > 0).all():
        raise NotApplicable("no environment differs from the city: there is no pattern whose scale could be told")
    return wide / narrow

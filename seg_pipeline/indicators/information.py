"""Information: how much does the area tell about the group, and the group about the area?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from seg_pipeline.indicators.arithmetic import ratio, total, xlogx
from seg_pipeline.indicators.registry import Counts, indicator

LOG_2 = float(np.log(2))


@indicator(symbol="H", family="information", reference="Theil & Finizza 1971; Reardon & Firebaugh 2002")
def entropy(x: Counts, y: Counts) -> Counts:
    """Return H = 1 − Σ tᵢEᵢ / (T·E), from 0 (each area like the city) to 1 (each area of one group).

    E is the entropy −p·log p − (1−p)·log(1−p) of the group's share p, in the city and in each area i; tᵢ = xᵢ + yᵢ.
    """
    t = x + y
    return 1 - (t * mixed(x, y)).sum(-1) / (t.sum(-1) * mixed(total(x), total(y))[..., 0])


@indicator(symbol="M", family="information", reference="Mora & Ruiz-Castillo 2011", high=LOG_2)
def mutual_information(x: Counts, y: Counts) -> Counts:
    """Return M = E − Σ (tᵢ/T)·Eᵢ in nats, from 0 to log 2: the same as H times the city's entropy E."""
    t = x + y
    return mixed(total(x), total(y))[..., 0] - (t * mixed(x, y)).sum(-1) / t.sum(-1)


def mixed(x: Counts, y: Counts) -> Counts:
    """Return the entropy −p·log p − q·log q of two groups where they live, from 0 to log 2 nats."""
    return -xlogx(ratio(x, x + y)) - xlogx(ratio(y, x + y))


def information_of(counts: Counts) -> Counts:
    """Return M = Σ p_ig log(p_ig/(p_i·p_g)) of many groups, shape (..., groups, areas), in nats."""
    p = counts / counts.sum((-2, -1), keepdims=True)
    return xlogx(p).sum((-2, -1)) - xlogx(p.sum(-1)).sum(-1) - xlogx(p.sum(-2)).sum(-1)


def diversity(counts: Counts) -> Counts:
    """Return the entropy E = −Σ P_g·log P_g of the whole city's groups in nats; shape (..., groups, areas)."""
    return -xlogx(counts.sum(-1) / counts.sum((-2, -1), keepdims=True)[..., 0]).sum(-1)


def between_and_within(counts: Counts, region: npt.NDArray[np.int_]) -> tuple[Counts, Counts]:
    """Return M between regions and M within them; they sum to the M of the areas. Mora & Ruiz-Castillo 2011.

    `counts` has shape (groups, areas); `region` gives each area's region, shape (areas,), as a whole number.
    """
    _, of = np.unique(region, return_inverse=True)
    regions = np.stack([np.bincount(of, weights=group).astype(np.float64) for group in counts])
    between = information_of(regions)
    return between, information_of(counts) - between

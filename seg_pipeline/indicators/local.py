"""Local scores, one for each area or group: where in the city is a group, and where does like live beside like?

These are arrays over areas and not indices of a city. They raise BadCounts for what are no counts, and NotApplicable
where a group has no members or nothing varies.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seg_pipeline.indicators.arithmetic import ratio, total, xlogx
from seg_pipeline.indicators.clustering import Summed, deviations
from seg_pipeline.indicators.registry import BadCounts, Counts, NotApplicable, checked

NOT_SIGNIFICANT = "not significant"
KINDS = ("high-high", "low-low", "high-low", "low-high", NOT_SIGNIFICANT)


def _groups(counts: npt.ArrayLike) -> Counts:
    """Return counts (..., groups, areas) of which no group is empty."""
    array = checked(counts)
    if array.ndim < 2:
        raise BadCounts(f"counts have shape (..., groups, areas), not {array.shape}")
    if not array.any(-1).all():
        raise NotApplicable("a group has no members")
    return array


def location_quotient(counts: npt.ArrayLike) -> Counts:
    """Return LQ_ig = π_ig/P_g, shape (..., groups, areas): above 1 where the group is overrepresented.

    Weighted by people, a group's quotients have the mean 1. 0 in an area where nobody lives.
    """
    array = _groups(counts)
    t = array.sum(-2, keepdims=True)
    return ratio(array, t) / (total(array) / total(t))


def information_of_areas(counts: npt.ArrayLike) -> Counts:
    """Return lsᵢ = Σ_g π_ig·log(π_ig/P_g) in nats, shape (..., areas): how unlike the city an area is; Σ pᵢ·lsᵢ = M.

    `counts` has shape (..., groups, areas); 0 in an area where nobody lives. Mora & Ruiz-Castillo 2011.
    """
    return _divergence(_groups(counts), -2)


def information_of_groups(counts: npt.ArrayLike) -> Counts:
    """Return ls_g = Σᵢ p_i|g·log(p_i|g/pᵢ) in nats, shape (..., groups): how apart a group lives; Σ P_g·ls_g = M.

    `counts` has shape (..., groups, areas). Mora & Ruiz-Castillo 2011.
    """
    return _divergence(_groups(counts), -1)


def _divergence(counts: Counts, over: int) -> Counts:
    """Return Σ q·log(q/Q) along an axis: q is what is in one row or column, Q what is in all of them."""
    other = -3 - over
    mix = ratio(counts, counts.sum(over, keepdims=True))
    of_all = counts.sum(other, keepdims=True) / counts.sum((-2, -1), keepdims=True)
    log_of_all = np.log(of_all, out=np.zeros_like(of_all), where=of_all > 0)
    divergence: Counts = (xlogx(mix) - mix * log_of_all).sum(over)
    return divergence


@dataclass(frozen=True)
class LocalMoran:
    """Local Moran of each area: statistic, p-value, p-value under false discovery control, and kind (`KINDS`).

    The kind names the area first and its neighbours second: high-low is an area of high share among low ones.
    """

    statistic: Counts
    p: Counts
    q: Counts
    kind: npt.NDArray[np.str_]


def local_moran(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    neighbours: Summed,
    permutations: int = 9_999,
    seed: int = 0,
    level: float = 0.05,
) -> LocalMoran:
    """Return Iᵢ = zᵢ·lagᵢ / (Σ z²/n) of each area, and which areas stand out. Anselin 1995.

    x and y have shape (areas,). p is two-sided, from conditional permutation: an area stays, and its neighbours are
    drawn from all other areas where somebody lives. It is never 0 but at least 2/(permutations + 1), and the same for
    the same seed. An area where nobody lives, or without neighbours, has statistic 0 and p 1. `neighbours` count once
    each (``geography.Neighbours``). Kinds are those with q at most `level`.
    """
    one, other = checked(x), checked(y)
    if one.ndim != 1 or one.shape != other.shape:
        raise BadCounts(f"two groups over the same areas, not {one.shape} and {other.shape}")
    z, lag, number = deviations(one, other, neighbours)
    if not z.any() or not number.any():
        raise NotApplicable("the shares do not vary, or no area has a neighbour")
    if (number != np.rint(number)).any():
        raise BadCounts("local Moran needs neighbours that count once each")
    lived_in, tested = one + other > 0, number > 0
    p = np.ones(len(z))
    p[lived_in] = _chances(z[lived_in], lag[lived_in], number[lived_in].astype(int), permutations, seed)
    q = np.ones(len(z))
    q[tested] = benjamini_hochberg(p[tested])
    at, beside = z > 0, lag > 0
    kind = np.select([q > level, at & beside, ~at & ~beside, at & ~beside], (KINDS[4], *KINDS[:3]), KINDS[3])
    return LocalMoran(z * lag / (z**2).sum() * lived_in.sum(), p, q, kind)


def _chances(z: Counts, lag: Counts, number: npt.NDArray[np.int_], permutations: int, seed: int) -> Counts:
    """Return the two-sided p of each area's lag. Areas with as many neighbours share their permutations.

    A permutation draws `number` areas of all, and one to spare. For an area that is itself among them the spare takes
    its place: so the same draw serves every area, each with its own neighbours drawn from all the others.
    """
    drawn = _draws(len(z), int(number.max()) + 1, permutations, np.random.default_rng(seed))
    slack = 1e-9 * z.std()
    p = np.ones(len(z))
    for k in np.unique(number[number > 0]):
        of, spare = drawn[:, :k], z[drawn[:, k]]
        sums, seen = z[of].sum(-1), lag * k
        ordered = np.sort(sums)
        above = permutations - np.searchsorted(ordered, seen - slack, "left")
        below = np.searchsorted(ordered, seen + slack, "right")
        area, was = of.ravel(), np.repeat(sums, k)
        now = was - z[area] + np.repeat(spare, k)
        for tail, sign in ((above, 1), (below, -1)):
            least = sign * seen[area] - slack
            np.add.at(tail, area, (sign * now >= least).astype(int) - (sign * was >= least))
        p = np.where(number == k, np.minimum(1, 2 * (np.minimum(above, below) + 1) / (permutations + 1)), p)
    return p


def _draws(areas: int, size: int, times: int, random: np.random.Generator) -> npt.NDArray[np.int_]:
    """Return draws of areas without replacement, in random order, shape (times, size): Floyd's algorithm, by column."""
    drawn = np.empty((times, size), dtype=int)
    for at, last in enumerate(range(areas - size, areas)):
        one = random.integers(0, last + 1, times)
        again = (drawn[:, :at] == one[:, None]).any(-1)
        drawn[:, at] = np.where(again, last, one)
    return random.permuted(drawn, axis=1)


def benjamini_hochberg(p: npt.ArrayLike) -> Counts:
    """Return the p-values, shape (tests,), under control of the false discovery rate. Benjamini & Hochberg 1995."""
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values)
    grown = values[order] * (len(values) / np.arange(1, len(values) + 1))
    found = np.empty_like(values)
    found[order] = np.minimum.accumulate(grown[::-1])[::-1]
    return found

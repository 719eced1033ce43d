"""Concentration: does the group live on little land?

`surface` is the land of each area in m², shape (areas,); where it is 0 or unknown for an area where somebody lives,
no index is defined. The land of areas where nobody lives does not count.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from seg_pipeline.indicators.arithmetic import share, total
from seg_pipeline.indicators.registry import BadCounts, Counts, indicator

SAME = 1e-12  # mean areas that differ by less, relative to their size, are the same


def _land(t: Counts, surface: npt.ArrayLike) -> Counts:
    """Return aᵢ in m², 0 where nobody lives and NaN where the land of an area with people is 0 or unknown."""
    try:
        a = np.broadcast_to(np.asarray(surface, dtype=np.float64), t.shape)
    except ValueError:
        raise BadCounts(f"one surface for each of {t.shape[-1]} areas, not {np.shape(surface)}") from None
    return np.where(t > 0, np.where(np.isfinite(a) & (a > 0), a, np.nan), 0)


def _mean(x: Counts, a: Counts) -> Counts:
    """Return Σ (xᵢ/X)·aᵢ, the mean land of the areas where the group's members live."""
    return (share(x) * a).sum(-1)


def _least_and_most(x: Counts, t: Counts, a: Counts) -> tuple[Counts, Counts]:
    """Return Σ tᵢaᵢ/T₁ over the n₁ smallest areas and Σ tᵢaᵢ/T₂ over the largest, n₂ to n.

    n₁ is the first area, from the smallest on, where the people so far are as many as the group, and n₂ likewise from
    the largest on; T₁ and T₂ are the people there. Areas of one size go in order of their people.
    """
    order = np.lexsort((t, a), axis=-1)
    t, a = np.take_along_axis(t, order, -1), np.take_along_axis(a, order, -1)

    def first(t: Counts, a: Counts) -> Counts:
        return _mean(t * (np.cumsum(t, -1) - t < total(x)), a)

    return first(t, a), first(t[..., ::-1], a[..., ::-1])


@indicator(symbol="DEL", family="concentration", reference="Hoover 1941; Duncan, Cuzzort & Duncan 1961")
def delta(x: Counts, y: Counts, surface: npt.ArrayLike) -> Counts:
    """Return DEL = ½ Σ |xᵢ/X − aᵢ/A|: the share of members who would have to move to live at one density; 0 to 1."""
    return np.abs(share(x) - share(_land(x + y, surface))).sum(-1) / 2


@indicator(symbol="ACO", family="concentration", reference="Massey & Denton 1988", low=-np.inf, high=np.inf)
def absolute_concentration(x: Counts, y: Counts, surface: npt.ArrayLike) -> Counts:
    """Return ACO = 1 − (Σ (xᵢ/X)·aᵢ − least) / (most − least), the mean land against its extremes (`_least_and_most`).

    1 where the group fills the smallest areas and 0 where it fills the largest; a little beyond, as whole areas are
    counted, where it fills a part of the last one. Not defined where all areas are of one size, as on a grid.
    """
    a = _land(x + y, surface)
    least, most = _least_and_most(x, x + y, a)
    return np.where(most - least > SAME * most, 1 - (_mean(x, a) - least) / (most - least), np.nan)


@indicator(symbol="RCO", family="concentration", reference="Massey & Denton 1988", low=-np.inf, high=np.inf)
def relative_concentration(x: Counts, y: Counts, surface: npt.ArrayLike) -> Counts:
    """Return RCO = (Σ (xᵢ/X)·aᵢ / Σ (yᵢ/Y)·aᵢ − 1) / (least/most − 1), above 0 where x live on less land than y.

    1 where x fill the smallest areas and y the largest; the opposite is −most/least and not −1. Not defined where all
    areas are of one size.
    """
    a = _land(x + y, surface)
    least, most = _least_and_most(x, x + y, a)
    relative = (_mean(x, a) / _mean(y, a) - 1) / (least / most - 1)
    return np.where(most - least > SAME * most, relative, np.nan)

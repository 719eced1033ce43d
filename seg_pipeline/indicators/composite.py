"""Composite measures of an area: the need index, and the type of area that it makes.

The need index is the weighted mean of an area's shares, each relative to the whole it is compared with, times 100:
100 is as much need as in the whole. After Helsinki's index of positive discrimination (lowest income, unemployment,
basic education only), whose idea of five types of area is Boverket's. Components, weights and limits are given by the
caller and carry a version, for the index changes its meaning with them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from seg_pipeline.indicators.registry import Counts

HUNDRED = 100.0


def need_index(shares: Counts, of_whole: Counts, weights: Counts) -> Counts:
    """Return 100 · Σ w_k·(p_ik/P_k) / Σ w_k, shape (areas,): 100 where an area is like the whole, 0 or more.

    `shares` (components, areas) are the areas', `of_whole` (components,) the whole's, above 0. NaN where a share is.
    """
    relative = shares / of_whole[:, None]
    index: Counts = HUNDRED * (weights[:, None] * relative).sum(0) / weights.sum()
    return index


def need_index_error(shares: Counts, people: Counts, of_whole: Counts, weights: Counts) -> Counts:
    """Return the standard error of the need index, shape (areas,): binomial, the components taken as independent.

    `people` (components, areas) is the base of each share.
    """
    smoothed = (shares * people + 1) / (people + 2)
    relative = weights[:, None] ** 2 * smoothed * (1 - smoothed) / (people + 2) / of_whole[:, None] ** 2
    error: Counts = HUNDRED * np.sqrt(relative.sum(0)) / weights.sum()
    return error


def area_type(index: Counts, names: Sequence[str], limits: Sequence[float]) -> npt.NDArray[np.object_]:
    """Return each area's type, shape (areas,): the first of `names` whose limit is at least the index; None for NaN.

    `limits`, ascending, are those of all names but the last.
    """
    at = np.searchsorted(np.asarray(limits), index, side="left")
    types: npt.NDArray[np.object_] = np.where(np.isnan(index), np.array(None), np.array(names, dtype=object)[at])
    return types


def wilson(members: Counts, people: Counts, z: float) -> tuple[Counts, Counts]:
    """Return the limits of Wilson's interval (1927) of the shares members/people; NaN where there are no people."""
    with np.errstate(invalid="ignore", divide="ignore"):
        p, squared = members / people, z**2 / people
        centre, half = p + squared / 2, z * np.sqrt(p * (1 - p) / people + squared / (4 * people))
        return np.maximum((centre - half) / (1 + squared), 0), np.minimum((centre + half) / (1 + squared), 1)

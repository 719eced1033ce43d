"""What moved M or H between two times, and what sets two cities apart, term by term.

Between two times the areas are the same places. Elbers 2021, after Deutsch, Flückiger & Silber 2006:

- ``additions``, ``removals``: areas and groups that have people only after, or only before;
- ``group_marginal``, ``area_marginal``: in what remains, groups and areas have grown and shrunk;
- ``structural``: which group lives where, the sizes of groups and of areas held.

A margin is held by fitting the counts of one time to the margins of the other, which keeps every odds ratio. A term
is the mean of its effect in both orders (Shapley): structure against margins, and within the margins group against
area, so the terms sum to the change. Elbers treats M alone; H = M/E takes the same fitted counts, and as E moves
with the mix of groups, its ``group_marginal`` holds that too.

Between two cities no area is shared: ``group_marginal`` is what their mixes of groups make, a group that lives in
only one of them included, and ``structural`` all the rest, the sizes of areas included.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from seg_pipeline.indicators.information import diversity, information_of
from seg_pipeline.indicators.registry import BadCounts, Counts, NotApplicable, checked

TOLERANCE = 1e-13  # a fitted group is at most this far from its size, as a part of it
STEPS = 100  # about 10 are used where the margins can be reached, 60 where they only just can
RIDGE = 1e-14  # keeps the equations solvable where some groups share no area
NOBODY_SHARED = "the two sides have no group in common, or no area where it lives"
NO_FIT = "zeros stand in the way: the counts of one side cannot take the margins of the other"
ONE_GROUP = "H is not defined for the single group that both sides have"

Index = Literal["mutual_information", "entropy"]


@dataclass(frozen=True)
class Decomposition:
    """The index before and after (of one city and the other) and the terms that sum to `after` − `before`.

    A term that has no value is NaN, and `reason` says why; `reason` is empty where each has one.
    """

    before: float
    after: float
    terms: dict[str, float]
    reason: str = ""


def change(before: npt.ArrayLike, after: npt.ArrayLike, index: Index = "mutual_information") -> Decomposition:
    """Return the terms of the change of M (nats) or H from `before` to `after`, both of shape (groups, areas).

    An area or a group absent at one time is zeros there. Raises BadCounts, and NotApplicable where a side has nobody
    or the index itself is not defined.
    """
    (start, first), (end, last) = _checked(before, index), _checked(after, index)
    if start.shape != end.shape:
        raise BadCounts(f"the two times have different groups or areas: {start.shape} and {end.shape}")
    both = np.stack([start, end])
    groups, areas = common(both)
    kept = both[:, groups][..., areas]
    kept /= kept.sum((1, 2), keepdims=True)
    # v has the axes: whose structure, whose group margin, whose area margin
    v = _values(kept[:, None, None], kept.sum(2)[:, None], kept.sum(1), index)
    terms = {
        "additions": last - v[1, 1, 1],
        "removals": v[0, 0, 0] - first,
        "group_marginal": (v[:, 1] - v[:, 0]).mean(),
        "area_marginal": (v[:, :, 1] - v[:, :, 0]).mean(),
        "structural": (v[1, 0, 0] - v[0, 0, 0] + v[1, 1, 1] - v[0, 1, 1]) / 2,
    }
    return _decomposition(first, last, terms, groups)


def difference(one: npt.ArrayLike, other: npt.ArrayLike, index: Index = "mutual_information") -> Decomposition:
    """Return what sets M (nats) or H of the `other` city apart from `one`: each of shape (groups, its own areas).

    Each city is fitted to the other's mix of groups, the sizes of its areas held. Raises as `change`.
    """
    (start, first), (end, last) = _checked(one, index), _checked(other, index)
    if len(start) != len(end):
        raise BadCounts(f"the two cities have different groups: {len(start)} and {len(end)}")
    groups = (start.sum(1) > 0) & (end.sum(1) > 0)
    kept = [city[groups][:, city[groups].sum(0) > 0] for city in (start, end)]
    mixes = np.stack([city.sum(1) / city.sum() for city in kept])
    v = np.stack([_values(city, mixes, city.sum(0) / city.sum(), index) for city in kept])
    terms = {
        "group_marginal": v[0, 0] - first + (v[:, 1] - v[:, 0]).mean() + last - v[1, 1],
        "structural": (v[1] - v[0]).mean(),
    }
    return _decomposition(first, last, terms, groups)


def fitted(seed: Counts, of_groups: Counts, of_areas: Counts) -> Counts:
    """Return `seed` with the sums `of_groups` and `of_areas`, shape (..., groups, areas); NaN where there is none.

    The cells are x_ig = s_ig·exp(β_g)·aᵢ, the limit of iterative proportional fitting (Deming & Stephan 1940). Given
    β the aᵢ follow; β is where the convex function Σ uᵢ·log Σ_g s_ig·exp(β_g) − Σ P_g·β_g is least, with u and P the
    sums wanted. Its third derivative along a step of range R is at most R times its second, so log(1 + R)/R of
    Newton's step leads down from anywhere (Bach 2010), and at last nearly all of it is taken. Where zeros of the
    seed leave no such table β runs away, and the sums stay wrong.
    """
    of_areas = of_areas[..., None, :]
    table = seed * (of_areas / seed.sum(-2, keepdims=True))
    table = np.broadcast_to(table, np.broadcast_shapes(table.shape, (*of_groups.shape, 1))).copy()
    diagonal = np.eye(table.shape[-2])
    for _ in range(STEPS):
        off = of_groups - table.sum(-1)
        missed = (np.abs(off) > TOLERANCE * of_groups).any(-1)
        if not missed.any():
            return table
        links = (table / of_areas) @ np.swapaxes(table, -1, -2) * (1 - diagonal)
        curvature = diagonal * (links.sum(-1) + RIDGE * of_groups)[..., None] - links
        step = np.linalg.solve(curvature, off[..., None])
        step -= step.max(-2, keepdims=True)
        reach = np.maximum(-step.min(-2, keepdims=True), np.finfo(float).tiny)
        table *= np.exp(step * (np.log1p(reach) / reach))
        table *= of_areas / table.sum(-2, keepdims=True)
    table[missed] = np.nan
    return table


def common(both: Counts) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which groups and which areas have people at both times, counting only each other's."""
    groups = np.ones(both.shape[1], dtype=bool)
    while True:
        areas = (both[:, groups].sum(1) > 0).all(0)
        left = (both[..., areas].sum(2) > 0).all(0)
        if (left == groups).all():
            return groups, areas
        groups = left


def _entropy(counts: Counts) -> Counts:
    """Return H = M/E, NaN for a single group."""
    city = diversity(counts)
    return np.divide(information_of(counts), city, out=np.full_like(city, np.nan), where=city > 0)


VALUES: dict[Index, Callable[[Counts], Counts]] = {"mutual_information": information_of, "entropy": _entropy}


def _checked(counts: npt.ArrayLike, index: Index) -> tuple[Counts, float]:
    """Return the counts as an array, and their index."""
    table = checked(counts)
    if table.ndim != 2:
        raise BadCounts(f"counts have the axes groups and areas, these have the shape {table.shape}")
    if not table.any():
        raise NotApplicable("nobody lives on one of the sides")
    value = float(VALUES[index](table))
    if np.isnan(value):
        raise NotApplicable("H is not defined for a single group")
    return table, value


def _values(seed: Counts, of_groups: Counts, of_areas: Counts, index: Index) -> Counts:
    """Return the index of `seed` fitted to each of the margins."""
    return VALUES[index](fitted(seed, of_groups, of_areas))


def _decomposition(first: float, last: float, terms: dict[str, float], groups: npt.NDArray[np.bool_]) -> Decomposition:
    """Return the terms, and why some have no value; `groups` tells which are on both sides."""
    if not groups.any():
        return Decomposition(first, last, dict.fromkeys(terms, np.nan), NOBODY_SHARED)
    found = {name: float(value) for name, value in terms.items()}
    lacking = np.isnan(list(found.values())).any()
    return Decomposition(first, last, found, (ONE_GROUP if groups.sum() == 1 else NO_FIT) if lacking else "")

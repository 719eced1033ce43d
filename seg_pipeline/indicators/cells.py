"""Counts repeat: millions of areas hold a few thousand distinct pairs of counts. This packs them, losing nothing.

Merging areas of equal composition changes no index that depends on composition alone (organisational equivalence), so
such an index of the packed cells, each counted as often as it occurs, is the index of the areas.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from seg_pipeline.indicators.registry import Counts

SIDE = 512  # pairs below this in both groups are counted in a table, the few others are sorted
CHUNK = 1 << 15  # areas at a time: what stays in the processor's cache
SMALL = 4096  # areas below which sorting is as quick as a table


class Cells(NamedTuple):
    """Distinct pairs of counts, and how many areas have each, shape (..., pairs); n is 0 where there is no pair."""

    x: Counts
    y: Counts
    n: Counts


def stacked(cities: Sequence[Cells]) -> Cells:
    """Return the cells of several cities with a first axis of cities, filled up with pairs that occur 0 times."""
    longest = max(1, *(len(cells.n) for cells in cities))
    return Cells(*(np.stack([np.pad(of, (0, longest - len(of))) for of in part]) for part in zip(*cities, strict=True)))


def pack(x: npt.NDArray[np.int64], y: npt.NDArray[np.int64]) -> Cells:
    """Return the distinct pairs of two groups' counts, shape (areas,), leaving out areas without people."""
    if len(x) < SMALL:
        return _lived_in(*_sorted(x, y))
    code = np.empty(len(x), np.int64)
    for start in range(0, len(x), CHUNK):
        part = slice(start, start + CHUNK)
        np.multiply(x[part], SIDE, out=code[part])
        code[part] += y[part]
        code[part][(x[part] | y[part]) >= SIDE] = SIDE * SIDE
    table = np.bincount(code, minlength=SIDE * SIDE + 1)
    found = np.flatnonzero(table[:-1])
    small = found // SIDE, found % SIDE, table[found]
    if not table[-1]:
        return _lived_in(*small)
    large = np.flatnonzero(code == SIDE * SIDE)
    parts = zip(small, _sorted(x[large], y[large]), strict=True)
    return _lived_in(*(np.concatenate(part) for part in parts))


def _sorted(
    x: npt.NDArray[np.int64], y: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    order = np.lexsort((y, x))
    x, y = x[order], y[order]
    first = np.flatnonzero(np.r_[True, (np.diff(x) != 0) | (np.diff(y) != 0)])
    return x[first], y[first], np.diff(np.r_[first, len(x)])


def _lived_in(x: npt.NDArray[np.int64], y: npt.NDArray[np.int64], n: npt.NDArray[np.int64]) -> Cells:
    kept = x + y > 0
    return Cells(*(of[kept].astype(np.float64) for of in (x, y, n)))

"""Which areas are next to which, from coordinates alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from seg_pipeline.geography.coordinates import BadCoordinates, checked
from seg_pipeline.geography.lattice import Numbers

TIE = 1 + 1e-9  # distances that differ by less are the same


class Neighbours:
    """Sums over the neighbours of each area, itself not included and each neighbour counting once.

    Neighbours are all areas within a distance in metres (`within`: on a grid, one step gives the four beside a cell,
    1.5 steps the eight round it), or the `nearest` few and whatever is as near as the last of them (for areas of
    uneven size, such as postal areas). Dividing by the number of neighbours, that is standardising by row, is left to
    the index, because areas where nobody lives do not count.
    """

    def __init__(self, xy: npt.ArrayLike, *, within: float | None = None, nearest: int | None = None) -> None:
        """Raise BadCoordinates for coordinates that cannot be, or where no area has a neighbour."""
        from scipy.sparse import csr_array
        from scipy.spatial import cKDTree

        points = checked(xy)
        tree = cKDTree(points)
        reach = _reach(tree, len(points), within, nearest)
        listed = tree.query_ball_point(points, reach * TIE, return_sorted=True)
        area = np.repeat(np.arange(len(points)), [len(found) for found in listed])
        neighbour = np.concatenate(listed).astype(np.intp)
        other = area != neighbour
        if not other.any():
            raise BadCoordinates("no area has a neighbour")
        shape = (len(points), len(points))
        self.matrix = csr_array((np.ones(other.sum()), (area[other], neighbour[other])), shape=shape)

    def __call__(self, x: npt.ArrayLike) -> Numbers:
        """Return the sums of x over the neighbours of each area, both of shape (..., areas)."""
        numbers = np.asarray(x, dtype=np.float64)
        if numbers.shape[-1:] != self.matrix.shape[:1]:
            raise BadCoordinates(f"there are {self.matrix.shape[0]} areas, the numbers have shape {numbers.shape}")
        layers = numbers.reshape(-1, numbers.shape[-1])
        sums: Numbers = (self.matrix @ layers.T).T.reshape(numbers.shape)
        return sums


def _reach(tree: Any, areas: int, within: float | None, nearest: int | None) -> Numbers:
    """Return how far each area's neighbours reach, in metres."""
    if nearest is None and within is not None and within > 0:
        return np.full(areas, float(within))
    if nearest is None or within is not None:
        raise BadCoordinates("neighbours are those within a distance above 0, or the nearest few: say one of the two")
    if not 1 <= nearest < areas:
        raise BadCoordinates(f"{areas} areas have no {nearest} nearest neighbours each")
    away: Numbers = tree.query(tree.data, nearest + 1)[0][:, -1]
    return away

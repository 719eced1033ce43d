"""Coordinates of areas in metres: read from text, and refused where they cannot be what they claim to be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

Metres = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]
FINLAND: Box = (40_000, 6_500_000, 800_000, 7_900_000)  # least x and y, most x and y in ETRS-TM35FIN (EPSG:3067)
NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
POINT = re.compile(rf"\s*POINT\s*\(\s*{NUMBER}\s+{NUMBER}\s*\)\s*", re.IGNORECASE)


class BadCoordinates(ValueError):
    """Coordinates that are missing, not numbers, not in metres, or not where they should be."""


def points(centroids: Iterable[Any], within: Box | None = FINLAND) -> Metres:
    """Return x and y of each ``POINT (x y)`` in metres, shape (areas, 2).

    All have to lie in the box `within`. None stands for another projected system in metres, of which only this is
    known: its coordinates do not all look like degrees. Raises BadCoordinates, which names the first area at fault;
    also where two areas have one place.
    """
    texts = list(centroids)
    read = [POINT.fullmatch(text) if isinstance(text, str) else None for text in texts]
    for at, found in enumerate(read):
        if found is None:
            raise BadCoordinates(f"area {at}: {texts[at]!r} is not a POINT (x y)")
    xy = checked(np.array([found.groups() for found in read if found], dtype=np.float64).reshape(-1, 2))
    outside = np.zeros(len(xy), dtype=bool) if within is None else ((xy < within[:2]) | (xy > within[2:])).any(-1)
    if within is None and (np.abs(xy) <= (180, 90)).all():
        raise BadCoordinates("the coordinates look like degrees; project them to metres first")
    if outside.any():
        at = int(outside.argmax())
        looks = "looks like degrees" if (np.abs(xy[at]) <= 180).all() else "lies outside the box of its system"
        raise BadCoordinates(f"area {at}: {texts[at]} {looks}; x and y are expected in metres within {within}")
    _, first, times = np.unique(xy, axis=0, return_index=True, return_counts=True)
    if (times > 1).any():
        raise BadCoordinates(f"two areas have the same place, {texts[int(first[times > 1][0])]}")
    return xy


def checked(xy: npt.ArrayLike) -> Metres:
    """Return coordinates as an array (areas, 2). Raises BadCoordinates where they are none."""
    try:
        array = np.asarray(xy, dtype=np.float64)
    except (TypeError, ValueError):
        raise BadCoordinates("coordinates are numbers, x and y for each area") from None
    if array.ndim != 2 or array.shape[1] != 2 or not len(array):
        raise BadCoordinates(f"coordinates have shape (areas, 2) with an area at least, not {array.shape}")
    if not np.isfinite(array).all():
        raise BadCoordinates(f"area {int((~np.isfinite(array)).any(-1).argmax())} has no coordinates")
    return array


def distances(xy: npt.ArrayLike) -> Metres:
    """Return the metres between all areas, shape (areas, areas), for some thousands of areas at most."""
    x, y = checked(xy).T
    return np.hypot(x[:, None] - x, y[:, None] - y)

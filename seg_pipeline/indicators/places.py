"""Where areas are and how much land they have: what the indices in space are given. Looks, computes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from seg_pipeline.geography import Kernel, Neighbours, points
from seg_pipeline.geography.coordinates import Box
from seg_pipeline.indicators.intake import Batch, as_pandas
from seg_pipeline.indicators.registry import BadCounts, Counts
from seg_pipeline.indicators.spatial import SCALES

KILOMETRE = 1000.0  # over which proximity falls by e
NEAREST = 6  # neighbours of an area; about as many as have a border in common with it
LEAST = 8  # areas with a place, below which nothing in space is said

Flags = npt.NDArray[np.bool_]
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Places:
    """x and y (m) and surface (m²) of areas, by city, geography, area and, where it is told, boundary vintage."""

    known: dict[str, dict[Key, tuple[float, ...]]]
    made: dict[Key, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, areas: Any, within: Box | None) -> Places:
        """Return the places of a table of areas, or none where it is None.

        An area without a place of its own vintage has that of the latest. Raises BadCounts where the table has no
        ``area_id``, BadCoordinates where a centroid is none.
        """
        if areas is None:
            return cls({"xy": {}, "surface": {}})
        table = as_pandas(areas)
        if "area_id" not in table.columns:
            raise BadCounts("no column area_id; a table of areas has area_id and any of centroid and surface")
        for column in ("city", "geography", "boundary_vintage", "centroid", "surface"):
            if column not in table.columns:
                table = table.assign(**{column: None})
        table = table.sort_values("boundary_vintage", kind="stable")
        placed = table[table["centroid"].notna()]
        where = {text: points([text], within=within)[0] for text in placed["centroid"].unique()}
        xy = [where[text] for text in placed["centroid"]]
        land = pd.to_numeric(table["surface"]).astype("Float64").to_numpy(np.float64, na_value=np.nan)
        wide = land > 0
        return cls({"xy": _looked_up(placed, xy), "surface": _looked_up(table[wide], land[wide, None])})

    def settings(self, batch: Batch, kept: Flags, every_scale: bool = False) -> Iterator[tuple[dict[str, Any], Flags]]:
        """Yield what indices in space may be given, with which areas of which cases it is known for, (cases, areas).

        Where it is known for too few areas of a case it is known for none. A scale that says no more than the index
        without space is left out, unless `every_scale` is asked for.
        """
        surface, xy = self._found(batch, "surface", 1)[..., 0], self._found(batch, "xy", 2)
        has_land, has_place = (_enough(kept & ~np.isnan(of)) for of in (surface, xy[..., 0]))
        if has_land.any():
            yield {"scale": "", "surface": np.where(has_land, surface, 0)}, has_land
        if has_place.any():
            yield {"scale": "", "neighbours": self._smoother(Neighbours, xy, has_place, nearest=NEAREST)}, has_place
            scales = [
                SCALES if every_scale else self._once(_told_scales, xy[at][of]) if of.any() else ()
                for at, of in enumerate(has_place)
            ]
            for scale in SCALES:
                told = has_place & np.array([scale in of for of in scales])[:, None]
                if told.any():
                    yield {"scale": scale, "around": self._smoother(Kernel, xy, told, bandwidth=float(scale))}, told
        both = _enough(has_land & has_place)
        if both.any():
            land = [tuple(surface[at][of]) for at, of in enumerate(both)]
            kernel = self._smoother(Kernel, xy, both, land, bandwidth=KILOMETRE, weight="exponential")
            yield {"scale": "", "proximity": kernel}, both

    def _found(self, batch: Batch, what: str, width: int) -> Counts:
        """Return what is known of the areas, (cases, areas, width); NaN where nothing is."""
        known = self.known[what]
        found = np.full((*batch.base.shape, width), np.nan)
        for at, fixed in enumerate(batch.fixed):
            place = fixed["city"], fixed["geography"]
            for n, (area, vintage) in enumerate(zip(batch.area_id[at], batch.vintage[at], strict=True)):
                for city, geography in (place, (None, None)):
                    own = known.get((city, geography, area, vintage)) or known.get((city, geography, area))
                    if own:
                        found[at, n] = own
                        break
        return found

    def _smoother(self, make: Any, xy: Counts, told: Flags, land: Any = None, **how: Any) -> Smoother:
        smoothers = [
            self._once(make, xy[at][of], **how, **({"surface": land[at]} if land else {})) if of.any() else None
            for at, of in enumerate(told)
        ]
        return Smoother(smoothers, told)

    def _once(self, make: Any, xy: Counts, **how: Any) -> Any:
        key = (make, xy.tobytes(), *how.items())
        if key not in self.made:
            self.made[key] = make(xy, **how)
        return self.made[key]


@dataclass(frozen=True)
class Smoother:
    """Smooths arrays (cases, ..., areas), each case by its own smoother over its own areas; elsewhere it gives 0.

    An array is smoothed once: the indices of one setting all ask for the same ones.
    """

    of: list[Any]
    told: Flags
    done: dict[Key, tuple[Counts, Counts]] = field(default_factory=dict)

    def __call__(self, x: Counts) -> Counts:
        """Return the smoothed array, of the same shape. The array is kept, so that its place in memory is its own."""
        key = (x.ctypes.data, x.shape, x.strides)
        if key not in self.done:
            smoothed = np.zeros(x.shape)
            for case, (smooth, told) in enumerate(zip(self.of, self.told, strict=True)):
                if smooth is not None:
                    smoothed[case][..., told] = smooth(x[case][..., told])
            self.done[key] = (x, smoothed)
        return self.done[key][1]


def _enough(known: Flags) -> Flags:
    return known & (known.sum(-1, keepdims=True) >= LEAST)


def _looked_up(table: pd.DataFrame, values: Any) -> dict[Key, tuple[float, ...]]:
    """Return values by area with and without the vintage; without it those of the last row, the latest vintage."""
    plain = table[["city", "geography", "area_id", "boundary_vintage"]].astype(object)
    keys = [tuple(None if pd.isna(part) else part for part in row) for row in plain.itertuples(index=False)]
    found = [tuple(float(number) for number in value) for value in values]
    return dict(zip(keys, found, strict=True)) | dict(zip((key[:3] for key in keys), found, strict=True))


def _told_scales(xy: Counts) -> list[int]:
    """Return the scales that say more than the index without space: most areas have another within them."""
    from scipy.spatial import cKDTree

    nearest = np.median(cKDTree(xy).query(xy, 2)[0][:, 1])
    return [scale for scale in SCALES if nearest <= scale]

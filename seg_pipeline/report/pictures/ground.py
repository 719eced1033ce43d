"""The ground of a city's maps, drawn once for all: where people live, and beside it the whole of a wide city."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from seg_pipeline.report.pictures import shapes

WIDTH, HIGH = 480.0, 440.0  # pixels: the map, at its highest
INSET = 150.0  # the small map of the whole city


@dataclass(frozen=True)
class Ground:
    """The areas of a city by their row in the table, and how many people live in each."""

    areas: shapes.Geometries
    people: Mapping[str, float]

    @cached_property
    def frame(self) -> shapes.Frame:
        """What the map shows."""
        return shapes.framed(shapes.bounds(shapes.where_people_live(self.areas, self.people)), WIDTH, HIGH)

    @cached_property
    def whole(self) -> shapes.Frame:
        """The whole city, small."""
        return shapes.framed(shapes.bounds(self.areas), INSET, INSET)

    @cached_property
    def zoomed(self) -> bool:
        """True where the map leaves out parts of the city."""
        return len(shapes.where_people_live(self.areas, self.people)) < len(self.areas)

    @property
    def rows(self) -> list[str]:
        """The row in the table of each area that is drawn."""
        return sorted({*self.paths, *(self.small if self.zoomed else ())})

    @cached_property
    def paths(self) -> dict[str, str]:
        """The outline of each area on the map."""
        return shapes.outlines(self.areas, self.frame)

    @cached_property
    def small(self) -> dict[str, str]:
        """The outline of each area on the small map."""
        return shapes.outlines(self.areas, self.whole, shapes.DOT / 2)

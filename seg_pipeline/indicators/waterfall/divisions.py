"""How one city's part of a later division of areas is made of what an earlier telling tells of all cities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from seg_pipeline.geography.passage import Crosswalk, Passage
from seg_pipeline.indicators.waterfall.tellings import Telling

if TYPE_CHECKING:
    import pandas as pd


class Piece(NamedTuple):
    """A part of an earlier area: its city, its number there, the number of its later area, and how much of it."""

    city: str
    at: int
    to: int
    weight: float


class Carried(NamedTuple):
    """What one city's part of a later division is made of, and the areas there that nothing earlier leads to."""

    area_id: npt.NDArray[np.object_]
    pieces: list[Piece]
    new: frozenset[str]


@dataclass
class Divisions:
    """Carries counts from the division of one telling into that of another."""

    table: pd.DataFrame
    walks: dict[tuple[str, str], Crosswalk] = field(default_factory=dict)
    made: dict[tuple[int, int], dict[str, Carried]] = field(default_factory=dict)

    def carried(
        self, source: str, geography: str, before: Mapping[str, Telling], after: Mapping[str, Telling]
    ) -> Mapping[str, Carried]:
        """Return for each city how its part of the later division is filled; no city where codes are all there is."""
        first, last = (max(int(max(of.vintage)) for of in cities.values()) for cities in (before, after))
        if first == last:
            return {}
        at = id(before), id(after)
        if at not in self.made:
            if (source, geography) not in self.walks:
                self.walks[source, geography] = Crosswalk(self.table, source, geography)
            passage = self.walks[source, geography].passage
            passages = {city: passage(first, last, of.area_id) for city, of in before.items()}
            self.made[at] = _carried(before, after, {city: of for city, of in passages.items() if of})
        return self.made[at]


def _carried(
    before: Mapping[str, Telling], after: Mapping[str, Telling], passages: Mapping[str, Passage]
) -> dict[str, Carried]:
    """Return what each city's part is made of, with areas that come from other cities and without those that leave.

    An area that is neither in the later division nor led anywhere is left out: where its people are is not told.
    """
    owner = {area: city for city, of in after.items() for area in of.area_id}
    reached = frozenset[str]().union(*(passage.reached for passage in passages.values()))
    known = reached.union(*(of.area_id for of in before.values()))
    parts: dict[str, list[tuple[str, int, str, float]]] = {city: [] for city in passages.keys() & after.keys()}
    for city, passage in passages.items():
        for at, area in enumerate(before[city].area_id):
            for to, weight in passage.parts[area]:
                if to in owner or to in passage.reached:
                    parts.setdefault(owner.get(to, city), []).append((city, at, to, weight))
    found = {}
    for city in passages.keys() & after.keys():
        ids = sorted({to for _, _, to, _ in parts[city]})
        number = {area: at for at, area in enumerate(ids)}
        pieces = [Piece(of, at, number[to], weight) for of, at, to, weight in parts[city]]
        found[city] = Carried(np.array(ids, object), pieces, frozenset(after[city].area_id) - known)
    return found

"""Where the people of earlier areas are counted in a later division: a crosswalk, walked from vintage to vintage.

A vintage may lead to a later one in one step or in several, as several sources tell it. The way is taken on which most
of the areas are told, then the one of fewest steps. An area that a step does not tell keeps its code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

Step = tuple[int, int]  # two vintages
Parts = dict[str, list[tuple[str, float]]]  # of each earlier area: the later ones, and how much of it is in each


class Passage(NamedTuple):
    """Where earlier areas are in a later division, and all areas of it that the last step leads to."""

    parts: Parts
    reached: frozenset[str]


class Crosswalk:
    """The crosswalk of one geography, as the source of a figure sees it: its own steps go before those of others."""

    def __init__(self, table: pd.DataFrame, source: str, geography: str) -> None:
        """Take a table with the columns of the contract ``crosswalk``."""
        there = table[(table["geography"] == geography) & (table["weight"] > 0)].sort_values(["from_area", "to_area"])
        self.source = source
        self.steps: dict[Step, dict[str, Parts]] = {}
        names = ("from_vintage", "to_vintage", "source", "from_area", "to_area", "weight")
        for first, then, told_by, area, to, weight in zip(*(there[name] for name in names), strict=True):
            told = self.steps.setdefault((int(first), int(then)), {}).setdefault(told_by, {})
            told.setdefault(area, []).append((to, float(weight)))

    def passage(self, first: int, last: int, areas: Iterable[str]) -> Passage | None:
        """Return where these areas of the vintage `first` are in the vintage `last`; None where no way tells any."""
        areas = list(areas)
        walked = [(*self._walked(way, areas), way) for way in self._ways(first, last)]
        told = [of for of in walked if of[0]]
        return max(told, key=lambda of: (of[0], -len(of[2])))[1] if told else None

    def _ways(self, first: int, last: int) -> Iterator[list[Step]]:
        for step in sorted(self.steps):
            if step == (first, last):
                yield [step]
            elif step[0] == first < step[1] < last:
                yield from ([step, *rest] for rest in self._ways(step[1], last))

    def _walked(self, way: list[Step], areas: list[str]) -> tuple[int, Passage]:
        """Return how many of the areas that step tells which tells the fewest, and where all of them are."""
        parts: Parts = {area: [(area, 1.0)] for area in areas}
        fewest, reached = len(areas), frozenset[str]()
        for step in way:
            told, rows = self._rows(step, {at for of in parts.values() for at, _ in of})
            fewest, reached = min(fewest, told), frozenset(to for of in rows.values() for to, _ in of)
            parts = {
                area: [(to, share * weight) for at, share in of for to, weight in rows.get(at, [(at, 1.0)])]
                for area, of in parts.items()
            }
        return fewest, Passage(parts, reached)

    def _rows(self, step: Step, areas: set[str]) -> tuple[int, Parts]:
        """Return what the figure's own source tells of a step, else the one that tells most of the areas."""
        told = [(len(areas & rows.keys()), by, rows) for by, rows in sorted(self.steps[step].items())]
        number, _, rows = max(told, key=lambda of: (of[1] == self.source and of[0] > 0, of[0]))
        return number, rows

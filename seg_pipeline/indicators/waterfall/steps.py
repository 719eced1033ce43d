"""From one published figure to another in steps, each of which changes one thing alone.

Between two tellings: the earlier one is carried into the later one's division of areas, areas hidden in either are
left out, what is left is replaced, and what was left out comes back. Where the two are of different years, what is
left is replaced in two parts, as in ``change``: sizes of groups and of areas, and who lives where, by the mean of both
orders.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from seg_pipeline.indicators.change import common, fitted
from seg_pipeline.indicators.places import Places
from seg_pipeline.indicators.registry import Counts
from seg_pipeline.indicators.waterfall.divisions import Carried, Divisions
from seg_pipeline.indicators.waterfall.states import Register, State
from seg_pipeline.indicators.waterfall.tellings import Telling

METHOD, SOURCE, DEFINITION, BOUNDARY = "method_change", "source_revision", "definition_change", "boundary_change"
HIDDEN, COMPOSITION, STRUCTURE, UNSEPARATED = "suppressed", "composition", "structure", "unseparated"
TIME = "time"

Ids = npt.NDArray[np.object_]


class Step(NamedTuple):
    """What changes, the number of the state that it leads to, and for a change of time the two states in between.

    These are who lives where after in the sizes before, and who lives where before in the sizes after.
    """

    term: str
    to: int
    between: tuple[int, int] | None = None


@dataclass(frozen=True)
class Question:
    """A table of one city that indices are of: of two groups, or of `classes` (`tellings.Telling.table`)."""

    source: str
    geography: str
    city: str
    group: str
    reference: str
    classes: tuple[tuple[str, ...], ...]

    def table(self, telling: Telling) -> Counts:
        """Return the table of a telling, (groups, areas)."""
        return telling.table(self.group, self.reference, self.classes)

    def state(self, cities: Mapping[str, Telling], places: Places) -> State:
        """Return the city as a telling has it."""
        of = cities[self.city]
        return State(self.table(of), of.area_id, of.vintage, (self.city, self.geography), places)


def between(
    question: Question, before: Mapping[str, Telling], after: Mapping[str, Telling], how: str, here: State,
    divisions: Divisions, register: Register,
) -> tuple[list[Step], State]:  # fmt: skip
    """Return the steps from `here`, the state of the telling `before`, to that of the telling `after`."""
    there = question.state(after, here.places)
    carried = divisions.carried(question.source, question.geography, before, after).get(question.city)
    moved, new = _moved(question, before, here, there, carried)
    ids, (start, end) = _aligned(moved, there)
    stays = ~np.isin(ids, list(new))
    seen = stays & ~np.isnan(start.cells + end.cells).any(0)
    one, other = start.of(seen), end.of(seen)
    steps = [Step(BOUNDARY, register.add(moved)), Step(HIDDEN, register.add(one))]
    steps += _through_time(one, other, register) if how == TIME else [Step(how, register.add(other))]
    steps += [Step(HIDDEN, register.add(end.of(stays))), Step(BOUNDARY, register.add(there))]
    return steps, there


def _moved(
    question: Question, before: Mapping[str, Telling], here: State, there: State, carried: Carried | None
) -> tuple[State, frozenset[str]]:
    """Return the state in the later division, and which areas there are new.

    Where no crosswalk tells of the two divisions, an area with the same code is the same area.
    """
    vintage = max(there.vintage)
    if carried is None:
        later = np.full(len(here.vintage), vintage, object) if max(here.vintage) != vintage else here.vintage
        return here._replace(vintage=later), frozenset()
    cells = np.zeros((len(here.cells), len(carried.area_id)))
    tables = {city: question.table(before[city]) for city in {piece.city for piece in carried.pieces}}
    for piece in carried.pieces:
        cells[:, piece.to] += tables[piece.city][:, piece.at] * piece.weight
    vintages = np.full(len(carried.area_id), vintage, object)
    return here._replace(cells=cells, area_id=carried.area_id, vintage=vintages), carried.new


def _aligned(one: State, other: State) -> tuple[Ids, tuple[State, State]]:
    """Return both over the same areas, in order; an area that one of them does not have is empty there."""
    vintage = dict(zip(one.area_id, one.vintage, strict=True)) | dict(zip(other.area_id, other.vintage, strict=True))
    ids = np.array(sorted(vintage), object)
    vintages = np.array([vintage[area] for area in ids], object)
    both = []
    for of in (one, other):
        cells = np.zeros((len(of.cells), len(ids)))
        cells[:, np.searchsorted(ids, of.area_id)] = of.cells
        both.append(of._replace(cells=cells, area_id=ids, vintage=vintages))
    return ids, (both[0], both[1])


def _through_time(one: State, other: State, register: Register) -> list[Step]:
    """Return the steps from one time to another over the same areas: those with people at both are fitted."""
    both = np.stack([one.cells, other.cells])
    groups, areas = common(both)
    kept = both[:, groups][..., areas]
    last = register.add(other)
    if not kept.size:
        return [Step(UNSEPARATED, last)]
    swapped = fitted(kept[::-1], kept.sum(2), kept.sum(1))
    if np.isnan(swapped).any():
        return [Step(UNSEPARATED, last)]
    states = []
    for table in (kept[0], kept[1], swapped[0], swapped[1]):
        cells = np.zeros((len(groups), int(areas.sum())))
        cells[groups] = table
        states.append(register.add(one.of(areas)._replace(cells=cells)))
    first, then, after_in_before, before_in_after = states
    return [
        Step(COMPOSITION, first), Step(STRUCTURE, then, (after_in_before, before_in_after)), Step(COMPOSITION, last)
    ]  # fmt: skip

"""Cities as they are, were, or would have been: the value of every index in each, by the engine's own formulas."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from seg_pipeline.indicators.compute import ALL, ORDINAL, located
from seg_pipeline.indicators.intake import AT_ONCE, Batch
from seg_pipeline.indicators.places import Places
from seg_pipeline.indicators.registry import INDICATORS, Counts, Indicator

Kind = Literal["two", "many", "ordinal"]
TAKES: dict[Kind, tuple[str, ...]] = {"two": ("x", "y"), "many": ("counts",), "ordinal": ("counts",)}


class State(NamedTuple):
    """A city: `cells` (groups, areas), NaN where hidden, its areas, and the places that they are looked up in."""

    cells: Counts
    area_id: npt.NDArray[np.object_]
    vintage: npt.NDArray[np.object_]
    place: tuple[str, str]  # city and geography
    places: Places

    def of(self, areas: npt.NDArray[np.bool_]) -> State:
        """Return the city without the other areas."""
        if areas.all():
            return self
        return self._replace(cells=self.cells[:, areas], area_id=self.area_id[areas], vintage=self.vintage[areas])


class Register:
    """Keeps each state once: many figures pass through the same ones."""

    def __init__(self) -> None:
        """Begin without states."""
        self.states: list[State] = []
        self._known: dict[tuple[object, ...], int] = {}

    def add(self, state: State) -> int:
        """Return the number of a state, which is that of an equal one."""
        areas = tuple(state.area_id), tuple(state.vintage)
        key = state.cells.tobytes(), state.cells.shape, *areas, state.place, id(state.places)
        if key not in self._known:
            self._known[key] = len(self.states)
            self.states.append(state)
        return self._known[key]


def key(figure: Mapping[Any, Any]) -> tuple[Kind, str]:
    """Return of which kind of table a figure's index is, and its name among the `values`."""
    name, scale = figure["indicator"], figure["scale"]
    index = INDICATORS.get(name)  # None where a snapshot has an index that is no longer computed
    kind: Kind = "two" if figure["group"] != ALL else "ordinal" if index and index.family == ORDINAL else "many"
    return kind, f"{name}@{'' if pd.isna(scale) else int(scale)}" if index and index.needs != TAKES[kind] else name


def values(states: Sequence[State], kind: Kind) -> dict[str, Counts]:
    """Return every index of this kind of table, (states,); NaN where it is not defined, or no place is known."""
    found: dict[str, Counts] = {}
    for numbers in _together(states):
        batch = _batch([states[number] for number in numbers])
        counts = np.nan_to_num(batch.cells)
        indices: dict[str, Callable[[Counts], Counts]] = {of.name: _plain(of, kind) for of in _plain_of(kind)}
        if kind != "ordinal":
            for more, _ in located(batch, counts, states[numbers[0]].places, TAKES[kind], every_scale=True):
                indices |= more
        for name, index in indices.items():
            found.setdefault(name, np.full(len(states), np.nan))[numbers] = index(counts)
    return found


def _plain_of(kind: Kind) -> list[Indicator]:
    return [
        of
        for of in INDICATORS.values()
        if of.needs == TAKES[kind] and (kind == "two" or (of.family == ORDINAL) == (kind == "ordinal"))
    ]


def _plain(index: Indicator, kind: Kind) -> Callable[[Counts], Counts]:
    return (lambda counts: index.over(counts[:, 0], counts[:, 1])) if kind == "two" else index.over


def _together(states: Sequence[State]) -> Iterator[list[int]]:
    """Yield the numbers of states that are computed side by side: of as many groups, and about as many areas."""
    order = sorted(range(len(states)), key=lambda at: (id(states[at].places), states[at].cells.shape))
    some: list[int] = []
    for number in order:
        state = states[number]
        alike = some and (states[some[0]].places is state.places and len(states[some[0]].cells) == len(state.cells))
        if some and (not alike or (len(some) + 1) * state.cells.size > AT_ONCE):
            yield some
            some = []
        some.append(number)
    if some:
        yield some


def _batch(states: list[State]) -> Batch:
    longest = max(1, *(state.cells.shape[1] for state in states))
    cells = np.zeros((len(states), len(states[0].cells), longest))
    for at, state in enumerate(states):
        cells[at, :, : state.cells.shape[1]] = state.cells
    fixed = [dict(zip(("city", "geography"), state.place, strict=True)) for state in states]
    groups = tuple(str(at) for at in range(cells.shape[1]))
    area_id, vintage = [state.area_id for state in states], [state.vintage for state in states]
    return Batch("", fixed, groups, cells, cells.sum(1), area_id, vintage)

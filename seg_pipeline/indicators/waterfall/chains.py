"""The chain of values between two published figures: which cities it passes through, and the index of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from seg_pipeline.indicators.registry import Counts
from seg_pipeline.indicators.waterfall.divisions import Divisions
from seg_pipeline.indicators.waterfall.route import NOT_PUBLIC, NOT_REPRODUCED, At, Definitions, Route, route
from seg_pipeline.indicators.waterfall.states import TAKES, Kind, Register, key, values
from seg_pipeline.indicators.waterfall.steps import (
    BOUNDARY,
    DEFINITION,
    METHOD,
    SOURCE,
    UNSEPARATED,
    Question,
    Step,
    between,
)
from seg_pipeline.indicators.waterfall.tellings import Telling, Tellings

ABOUT = ["source", "geography", "dimension", "city", "group", "reference_group"]
ENDS = ["from_year", "from_release", "to_year", "to_release"]


class Move(NamedTuple):
    """What changes, the value after it, and for a change of time the two values in between (`steps.Step`)."""

    term: str
    value: float
    between: tuple[float, float] | None = None


class Chain(NamedTuple):
    """The moves from the value published before to that published after, and what could not be told."""

    moves: list[Move]
    note: str = ""


@dataclass
class Chains:
    """Makes the chains of many figures at once: indices of the same table pass through the same cities."""

    before: Tellings
    after: Tellings
    crosswalk: pd.DataFrame
    ordered: Mapping[str, Mapping[str, int]]
    definitions: Definitions
    registers: dict[Kind, Register] = field(default_factory=lambda: {kind: Register() for kind in TAKES})

    def of(self, figures: pd.DataFrame) -> Iterator[Chain]:
        """Yield the chain of each figure, in order."""
        divisions, known = Divisions(self.crosswalk), dict[tuple[Any, ...], tuple[Route, list[Step]]]()
        rows = figures.to_dict("records")
        ways = []
        for row in rows:
            kind, name = key(row)
            about = kind, *(row[column] for column in (*ABOUT, *ENDS))
            if about not in known:
                known[about] = self._steps(kind, row, divisions)
            ways.append((kind, name, *known[about]))
        found = {kind: values(register.states, kind) for kind, register in self.registers.items()}
        for row, (kind, name, way, steps) in zip(rows, ways, strict=True):
            yield _chain(row, way, steps, found[kind].get(name))

    def _steps(self, kind: Kind, row: Mapping[Any, Any], divisions: Divisions) -> tuple[Route, list[Step]]:
        """Return the way of a figure, and its steps; none where its counts are not public."""
        subject, city = (row["source"], row["geography"], row["dimension"]), row["city"]
        ends = At(False, row["from_year"], row["from_release"]), At(True, row["to_year"], row["to_release"])
        way = route(self.before, self.after, subject, city, *ends, self.definitions)
        if way.note == NOT_PUBLIC:
            return way, []
        register = self.registers[kind]
        tellings = [self._cities(subject, at) for at in (way.first, *(at for _, at in way.steps))]
        classes = self._classes(kind, subject[2], [cities[city] for cities in tellings if city in cities])
        asked = Question(subject[0], subject[1], city, row["group"], row["reference_group"], classes)
        here = asked.state(tellings[0], self.before.places)
        steps = [Step(METHOD, register.add(here))]
        here = here._replace(places=self.after.places)
        steps.append(Step(BOUNDARY, register.add(here)))
        for (how, _), (first, then) in zip(way.steps, pairwise(tellings), strict=True):
            more, here = between(asked, first, then, how, here, divisions, register)
            steps += more
        return way, steps

    def _cities(self, subject: tuple[str, str, str], at: At) -> Mapping[str, Telling]:
        return (self.after if at.after else self.before).of[(*subject, at.year, at.release)]

    def _classes(self, kind: Kind, dimension: str, tellings: list[Telling]) -> tuple[tuple[str, ...], ...]:
        groups = sorted({group for telling in tellings for group in telling.groups})
        rank = self.ordered.get(dimension, {})
        if kind != "ordinal":
            return tuple((group,) for group in groups)
        return tuple(tuple(group for group in groups if rank[group] == at) for at in sorted(set(rank.values())))


def _chain(row: Mapping[Any, Any], way: Route, steps: list[Step], found: Counts | None) -> Chain:
    """Return the chain of one figure from the values of its index; one move where it cannot be computed."""
    if not steps:
        how = way.steps[-1][0]
        alone = how in (SOURCE, DEFINITION) and row["from_method"] == row["to_method"]
        return Chain([Move(how if alone else UNSEPARATED, row["to_value"])], way.note)
    if found is None or np.isnan(found[steps[0].to]):
        return Chain([Move(UNSEPARATED, row["to_value"])], NOT_REPRODUCED)
    moves = [
        Move(step.term, float(found[step.to]), tuple(found[list(step.between)].tolist()) if step.between else None)
        for step in steps
    ]
    return Chain([*moves, Move(METHOD, row["to_value"])], way.note)

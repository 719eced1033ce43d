"""Where the marks of a chart stand: plain values become rows of its data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from seg_pipeline.report.pictures.palette import LETTERS

Place = dict[str, Any]

DODGE = 8  # pixels between the series of a year
LETTER_ROOM = 0.04  # of the bar: a part as wide has room for its letter


class Measured(Protocol):
    """A value of a row of the table, with its interval if it has one."""

    @property
    def row(self) -> str:
        """The id of the row."""

    @property
    def value(self) -> float:
        """The value."""

    @property
    def lower(self) -> float | None:
        """Where its interval begins."""

    @property
    def upper(self) -> float | None:
        """Where its interval ends."""


@dataclass(frozen=True)
class Across:
    """The ends of an axis of years, and how far the series of one year stand apart."""

    first: float
    last: float
    apart: float


def interval(one: Measured) -> Place:
    """Return a value and the ends of its interval that are known."""
    ends = {"lower": one.lower, "upper": one.upper}
    return {"row": f"#{one.row}", "value": one.value} | {name: end for name, end in ends.items() if _known(end)}


def covered(several: Sequence[Measured]) -> list[float]:
    """Return all values that the axis covers."""
    return [end for one in several for end in (one.lower, one.value, one.upper) if end is not None and _known(end)]


def climbed(steps: Iterable[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Return from where to where each step goes; a total stands where it is."""
    spans: list[tuple[float, float]] = []
    for value, total in steps:
        before = spans[-1][1] if spans else 0.0
        spans.append((value, value) if total else (before, before + value))
    return spans


def way(value: float, total: bool) -> str:
    """Return which way a step goes."""
    return "total" if total else "rise" if value > 0 else "fall" if value < 0 else "none"


def across(years: Sequence[int], series: int, wide: float) -> Across:
    """Return an axis that covers these years and the series beside one another in each."""
    span = max(years) - min(years) or 1
    apart = DODGE * span / wide if series > 1 else 0.0
    around = apart * series / 2 + span * DODGE / wide
    return Across(min(years) - around, max(years) + around, apart)


def labelled(data: Sequence[Place], line: float) -> list[Place]:
    """Return the values with, at the last one of each series, where its label stands: at least a line apart."""
    last = {row["series"]: at for at, row in sorted(enumerate(data), key=lambda one: one[1]["at"])}
    stands: dict[int, float] = {}
    for at in sorted(last.values(), key=lambda at: data[at]["value"]):
        stands[at] = max(data[at]["value"], max(stands.values(), default=-math.inf) + line)
    return [row | ({"label": stands[at], "end": row["series"]} if at in stands else {}) for at, row in enumerate(data)]


def end_to_end(parts: Iterable[Place]) -> list[Place]:
    """Return the parts of one bar, each beginning where the last one ended, with a letter where there is room."""
    laid: list[Place] = []
    for part in sorted(parts, key=lambda part: part["kind"]):
        start = laid[-1]["to"] if laid else 0.0
        letter = LETTERS[part["kind"]] if part["share"] >= LETTER_ROOM else ""
        end, middle = start + part["share"], start + part["share"] / 2
        laid.append(part | {"from": start, "to": end, "middle": middle, "letter": letter})
    return laid


def _known(end: float | None) -> bool:
    return end is not None and math.isfinite(end)

"""Axes: which values stand on them, and how a language writes those."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from seg_pipeline.report.book import Kind
from seg_pipeline.report.writing import PERCENT
from seg_pipeline.snapshots.comparing.wording import MINUS, POINT, THOUSANDS

STEPS = (1.0, 2.0, 5.0, 10.0)  # times a power of ten
TICKS = 5  # at most so many steps
FEW = 3  # in a narrow panel
YEAR = 40  # pixels that a written year needs
DIGITS = 12  # what rounding of a float leaves
LEAST_SPAN = 0.25  # of the greatest: a small difference is not blown up
NOTHING = 1e-9  # a smaller difference is none
FROM_NOTHING = 1.5  # where the greatest is so many times the least, the axis begins at nothing


@dataclass(frozen=True)
class Scale:
    """The values written on an axis, evenly apart; the axis goes from the first to the last."""

    ticks: tuple[float, ...]
    decimals: int = 0

    @property
    def domain(self) -> list[float]:
        """The ends of the axis."""
        return [self.ticks[0], self.ticks[-1]]

    @property
    def span(self) -> float:
        """How much the axis covers."""
        return self.ticks[-1] - self.ticks[0]


WHOLE = Scale((0.0, 0.25, 0.5, 0.75, 1.0), 2)


def spanning(values: Iterable[float], most: int = TICKS, close: bool = False) -> Scale:
    """Return a scale of round values that covers all of these; it begins at nothing unless they are close together.

    With `close` it goes no further than they do.
    """
    known = sorted(values)
    least, greatest = known[0], known[-1]
    if not close and least >= 0 and greatest >= FROM_NOTHING * least:
        least = 0.0
    if not close:
        room = max(0.0, LEAST_SPAN * max(abs(least), abs(greatest)) - (greatest - least)) / 2
        least, greatest = least - room, greatest + room
    step = _step(_span(least, greatest), most)
    first, last = math.floor(least / step + NOTHING), math.ceil(greatest / step - NOTHING)
    last += first == last
    decimals = max(0, -math.floor(math.log10(step) + NOTHING))
    return Scale(tuple(round(at * step, DIGITS) for at in range(first, last + 1)), decimals)


def years(values: Iterable[int], pixels: float) -> list[int]:
    """Return the years to write of those there are, where a year takes so many pixels: the latest, the first, others.

    A year that would stand too close to one of them is not written.
    """
    there = sorted(set(values))
    written = [there[-1]]
    for year in there:
        if min(abs(year - other) for other in written) * pixels >= YEAR:
            written.append(year)
    return sorted(written)


def written(scale: Scale, kind: Kind, language: str) -> dict[str, Any]:
    """Return how Vega-Lite writes the values of an axis."""
    times, decimals = (100, max(0, scale.decimals - 2)) if kind == "share" else (1, scale.decimals)
    after = PERCENT[language] if kind in ("share", "percent") else ""
    return {
        "values": list(scale.ticks),
        "labelExpr": f"format(datum.value * {times}, ',.{decimals}f') + '{after}'",
    }


def locale(language: str) -> dict[str, Any]:
    """Return how the language writes numbers, for Vega-Lite."""
    return {
        "number": {
            "decimal": POINT[language], "thousands": THOUSANDS[language], "grouping": [3], "currency": ["", ""],
            "minus": MINUS,
        }
    }  # fmt: skip


def _span(least: float, greatest: float) -> float:
    """Return how much an axis covers at least; values that are the same stand on an axis as long as they are large."""
    large = max(abs(least), abs(greatest))
    return next((span for span in (greatest - least, large) if span > NOTHING * max(large, 1.0)), 1.0)


def _step(span: float, most: int) -> float:
    power = 10.0 ** math.floor(math.log10(span / most))
    return next(times * power for times in STEPS if times * power * most >= span * (1 - NOTHING))

"""Classes of a map, and how an area is marked: by the colour of its class, with dots where the class is uncertain.

An area without a figure has no colour of a class: it is hatched, one way where the figure is hidden, crossed where
there is none.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from seg_pipeline.report.page import Said
from seg_pipeline.report.pictures import palette
from seg_pipeline.report.writing import PERCENT

MARKS = ("uncertain", "suppressed", "missing")  # what a pattern tells; a certain area has a plain colour
NO_CLASS = -1
TILE = 6  # pixels: the side of a pattern
DARK = 140  # of 255: the brightness of a colour below which dots on it are white
BRIGHTNESS = (0.299, 0.587, 0.114)  # of red, green and blue

Mark = tuple[str, int]  # ``certain`` or one of MARKS, and the class


@dataclass(frozen=True)
class Classes:
    """The classes of a map: limits, the same in every city, a colour each, and names or only the limits."""

    limits: tuple[float, ...]
    colours: tuple[str, ...]
    names: tuple[Said, ...] = ()
    percent: bool = False

    def of(self, value: float) -> int:
        """Return the class of a value: the first whose limit is at least the value."""
        return bisect_left(self.limits, value)

    def label(self, at: int, language: str) -> str:
        """Return the limits of a class as the language writes them."""
        shown = [f"{limit * 100 if self.percent else limit:.0f}" for limit in self.limits]
        span = f"≤ {shown[0]}" if at == 0 else f"> {shown[-1]}" if at == len(shown) else f"{shown[at - 1]}–{shown[at]}"
        return span + (PERCENT[language] if self.percent else "")


@dataclass(frozen=True)
class Value:
    """What an area has on a map: a value with its interval, or the status that says why not."""

    value: float | None
    lower: float | None
    upper: float | None
    status: str = "observed"

    def mark(self, classes: Classes) -> Mark:
        """Return how the area is marked, and its class: ``certain`` and ``uncertain`` have one."""
        if self.status == "suppressed":
            return "suppressed", NO_CLASS
        if self.status != "observed" or self.value is None:
            return "missing", NO_CLASS
        ends = [classes.of(self.value if end is None else end) for end in (self.lower, self.upper)]
        unknown = self.lower is None or self.upper is None
        return "uncertain" if unknown or ends[0] != ends[1] else "certain", classes.of(self.value)


def fill(map_id: str, mark: Mark, classes: Classes) -> str:
    """Return what an area so marked is filled with: a colour, or a pattern of this map."""
    return classes.colours[mark[1]] if mark[0] == "certain" else f"url(#{_name(map_id, mark)})"


def pattern(map_id: str, mark: Mark, classes: Classes) -> str:
    """Return the pattern of a mark, to be defined in the drawing."""
    colour = palette.HIDDEN if mark[1] == NO_CLASS else classes.colours[mark[1]]
    inside = {
        "uncertain": f'<circle cx="3" cy="3" r="1.15" fill="{_on(colour)}"/>',
        "suppressed": f'<path d="M-1 1L1 -1M0 6L6 0M5 7L7 5" stroke="{palette.HATCH}" stroke-width="1.4"/>',
        "missing": f'<path d="M0 3H6M3 0V6" stroke="{palette.HATCH}" stroke-width=".8"/>',
    }[mark[0]]
    return (
        f'<pattern id="{_name(map_id, mark)}" width="{TILE}" height="{TILE}" patternUnits="userSpaceOnUse">'
        f'<rect width="{TILE}" height="{TILE}" fill="{colour}"/>{inside}</pattern>'
    )


def _name(map_id: str, mark: Mark) -> str:
    return f"{map_id}-{mark[0]}" if mark[1] == NO_CLASS else f"{map_id}-{mark[0]}-{mark[1]}"


def _on(colour: str) -> str:
    """Return the colour of dots that stand out from a colour."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    light = sum(weight * part for weight, part in zip(BRIGHTNESS, parts, strict=True))
    return palette.PAPER if light < DARK else palette.TEXT

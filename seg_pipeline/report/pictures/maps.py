"""A map of small areas: one path an area, a pattern for what is uncertain, hatching for what has no figure.

Written as SVG here, because Vega has no patterns: it could tell a hidden area from a low one by colour alone. The
drawing says everything itself (title, classes, marks, scale, north, source, made-up), as it is downloaded by itself.
"""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from markupsafe import escape

from seg_pipeline.report.page import Said
from seg_pipeline.report.pictures import palette
from seg_pipeline.report.pictures.drawing import FONT, cells
from seg_pipeline.report.pictures.ground import INSET, WIDTH, Ground
from seg_pipeline.report.pictures.marks import MARKS, NO_CLASS, Classes, Mark, Value, fill, pattern
from seg_pipeline.report.rendering import Writer
from seg_pipeline.report.statement import DIGIT, say
from seg_pipeline.snapshots.comparing.wording import POINT

LINE, SWATCH, GAP = 20.0, 16.0, 8.0
LETTER = 7.2  # pixels: about the width of one
BAR = 110.0  # pixels: the scale bar at its longest
ROUND = (1, 2, 5)
BORDER = palette.QUIET
MISSING = Value(None, None, None, "missing")
MIDDLE = 2  # the class whose dots the legend shows


@dataclass(frozen=True)
class Map:
    """One map of a city. `id` is unique on the page; its patterns carry it."""

    id: str
    ground: Ground
    values: Mapping[str, Value]
    classes: Classes
    title: Said
    source: Said
    made_up: bool

    def draw(self, language: str) -> str:
        """Return the map as SVG in a language."""
        return _Drawing(self, language, Writer(language, Counter())).svg()


@dataclass(frozen=True)
class _Drawing:
    of: Map
    language: str
    writer: Writer

    def svg(self) -> str:
        """Put the parts below each other."""
        title = self._lines(self.of.title, 0, 17, bold=True)
        top = len(title) * LINE + GAP
        below = top + self.of.ground.frame.height + GAP
        legend = self._legend()
        beside = INSET + LINE if self.of.ground.zoomed else 0.0
        foot = below + LINE + GAP + max(len(legend) * LINE, beside) + LINE
        source = self._lines(self.of.source, foot, 13)
        end = foot + len(source) * LINE + (LINE if self.of.made_up else 0) + GAP
        parts = [*title, self._map(top), self._scale(below), self._placed(legend, below + LINE + GAP)]
        if self.of.ground.zoomed:
            parts.append(self._inset(below + LINE + GAP))
        parts += source
        if self.of.made_up:
            said = say("site.made_up_short")
            parts += self._lines(said, foot + len(source) * LINE, 14, bold=True, fill=palette.NOTICE)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:.0f}" height="{end:.0f}" '
            f'viewBox="0 0 {WIDTH:.0f} {end:.0f}" font-family="{FONT}, sans-serif" font-size="14" '
            f'fill="{palette.TEXT}"><rect width="100%" height="100%" fill="{palette.PAPER}"/>'
            f"<defs>{self._patterns()}</defs>{''.join(parts)}</svg>"
        )

    def _map(self, top: float) -> str:
        frame = self.of.ground.frame
        box = f'<rect width="{frame.width:.1f}" height="{frame.height:.1f}" fill="{palette.GRID}"/>'
        return f'<g transform="translate(0 {top:.1f})">{box}{self._areas(self.of.ground.paths, ".7")}</g>'

    def _inset(self, top: float) -> str:
        """Draw the whole city small, with a frame around what the map shows."""
        whole, frame = self.of.ground.whole, self.of.ground.frame
        (left, up), (right, down) = whole.on_paper([[frame.box.bounds[0], frame.north],
                                                    [frame.box.bounds[2], frame.box.bounds[1]]]) / 10  # fmt: skip
        around = (
            f'<rect x="{left:.1f}" y="{up:.1f}" width="{right - left:.1f}" height="{down - up:.1f}" fill="none" '
            f'stroke="{palette.TEXT}" stroke-width="2"/>'
        )
        said = self._text(say("areas.whole_city"), 0, whole.height + LINE - 4, 13)
        areas = self._areas(self.of.ground.small, ".3")
        return f'<g transform="translate({WIDTH - INSET:.0f} {top:.1f})">{areas}{around}{said}</g>'

    def _areas(self, paths: Mapping[str, str], line: str) -> str:
        filled: dict[str, list[str]] = {}
        for row, path in sorted(paths.items(), key=lambda item: ("a" in item[1], item[0])):  # dots lie on top
            filled.setdefault(self._fill(self._mark(row)), []).append(f'<path data-row="{row}" d="{path}"/>')
        groups = (f'<g fill="{of}">{"".join(those)}</g>' for of, those in filled.items())
        return f'<g stroke="{BORDER}" stroke-width="{line}" stroke-linejoin="round">{"".join(groups)}</g>'

    def _mark(self, row: str) -> Mark:
        return self.of.values.get(row, MISSING).mark(self.of.classes)

    def _fill(self, mark: Mark) -> str:
        return fill(self.of.id, mark, self.of.classes)

    @cached_property
    def _marks(self) -> list[Mark]:
        """The marks to explain that some area has: for dots, those on one colour stand for all."""
        used = {self._mark(row)[0] for row in self.of.ground.rows}
        return [(mark, MIDDLE if mark == "uncertain" else NO_CLASS) for mark in MARKS if mark in used]

    def _patterns(self) -> str:
        used = sorted({*self._marks, *(self._mark(row) for row in self.of.ground.rows)})
        return "".join(pattern(self.of.id, mark, self.of.classes) for mark in used if mark[0] != "certain")

    def _legend(self) -> list[tuple[str, str]]:
        """Return each line of the legend: a fill, none where a text goes on, and its text."""
        room = int((WIDTH - SWATCH - GAP - (INSET + GAP if self.of.ground.zoomed else 0)) / LETTER)
        classes = self.of.classes
        told = [(self._fill(("certain", at)), self._class(at)) for at in range(len(classes.colours))]
        told += [(self._fill(mark), self.writer.plain(say(f"areas.mark_{mark[0]}"))) for mark in self._marks]
        return [
            (filled if first == 0 else "", line)
            for filled, text in told
            for first, line in enumerate(textwrap.wrap(text, room) or [""])
        ]

    def _class(self, at: int) -> str:
        limits = self.of.classes.label(at, self.language)
        return f"{self.writer.plain(self.of.classes.names[at])} ({limits})" if self.of.classes.names else limits

    def _placed(self, legend: Sequence[tuple[str, str]], top: float) -> str:
        shown = []
        for line, (filled, text) in enumerate(legend):
            y = top + line * LINE
            if filled:
                shown.append(
                    f'<rect x=".5" y="{y + 1:.1f}" width="{SWATCH:.0f}" height="{SWATCH:.0f}" fill="{filled}" '
                    f'stroke="{BORDER}" stroke-width=".7"/>'
                )
            shown.append(f'<text x="{SWATCH + GAP:.0f}" y="{y + 14:.1f}">{escape(text)}</text>')
        return f'<g class="role-legend-label">{"".join(shown)}</g>'

    def _scale(self, top: float) -> str:
        """Draw the scale bar and the arrow to the north."""
        metres = self.of.ground.frame.metres
        long = _round_below(BAR * metres)
        pixels = long / metres
        told = f"{long / 1000:g}".replace(".", POINT[self.language]) + " km"
        north = self._text(say("areas.north"), WIDTH - 12, top + 14, 14)
        return (
            f'<path d="M1 {top + 4:.1f}v6h{pixels:.1f}v-6" fill="none" stroke="{palette.TEXT}" stroke-width="1.5"/>'
            f'<g class="role-legend-label"><text x="{pixels + GAP:.1f}" y="{top + 14:.1f}">{told}</text></g>'
            f'<path d="M{WIDTH - 20:.0f} {top:.1f}l5 15l-5 -4l-5 4z"/>{north}'
        )

    def _lines(self, said: Said, top: float, size: int, *, bold: bool = False, fill: str = "") -> list[str]:
        """Return a text in lines; a line with a number carries the cells of the whole text."""
        room = int(WIDTH / (LETTER * size / 14))
        weight = (' font-weight="700"' if bold else "") + (f' fill="{fill}"' if fill else "")
        style = f'font-size="{size}"{weight}'
        return [
            f'<text y="{top + (at + 0.8) * LINE:.1f}" {style}{_bound(line, said)}>{escape(line)}</text>'
            for at, line in enumerate(textwrap.wrap(self.writer.plain(said), room))
        ]

    def _text(self, said: Said, x: float, y: float, size: int) -> str:
        text = self.writer.plain(said)
        return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}"{_bound(text, said)}>{escape(text)}</text>'


def _bound(line: str, said: Said) -> str:
    return f' data-cells="{cells(said)}"' if DIGIT.search(line) else ""


def _round_below(metres: float) -> float:
    """Return the longest of 1, 2, 5, 10 … that is at most as long."""
    power = 10.0 ** math.floor(math.log10(metres))
    return max(times * power for times in ROUND if times * power <= metres)

"""Four charts of figures, as SVG in each language: compared, trend, waterfall, shares.

They are Vega-Lite, put together from `layers`. Each mark carries the id of the row of the table that says its figures.
Values are positions only: no number is written but those on the axes. Intervals are whiskers; what may not be relied
on is hollow; no difference is told by colour alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from seg_pipeline.report.book import Kind, ReportError
from seg_pipeline.report.page import Said
from seg_pipeline.report.pictures import drawing, layers, palette, places, scale
from seg_pipeline.report.pictures.layers import Layer, Told

Draw = Callable[[str], str]
PANEL_HEIGHT = 220
PANELS, WIDE_PANELS = 3, 2  # beside one another, at most
LINE = 1.25  # of the size of the text, between two direct labels


@dataclass(frozen=True)
class Point:
    """A value with its interval, compared with others. `faint`: it may not be relied on."""

    row: str
    name: Said
    value: float
    lower: float | None = None
    upper: float | None = None
    panel: Said | None = None
    faint: bool = False


@dataclass(frozen=True)
class Moment:
    """A value of a series in a year, with its interval."""

    row: str
    year: int
    value: float
    lower: float | None = None
    upper: float | None = None
    series: Said | None = None
    panel: Said | None = None


@dataclass(frozen=True)
class Step:
    """What moved a value, or (`total`) where it stood before and after."""

    row: str
    name: Said
    value: float
    total: bool = False


@dataclass(frozen=True)
class Part:
    """How large a share of a bar is one part, from 0 to 1."""

    row: str
    bar: Said
    part: Said
    share: float


def compared(
    points: Sequence[Point], axis: Said, title: Said, source: Said, made_up: bool, kind: Kind = "decimal"
) -> Draw:
    """Return dots with whiskers, one row a name in the order given, panels side by side.

    `kind` says how the values of the axis are written, as for figures: ``share`` is 0–1 and written as %.
    """
    _refuse_unknown((point.row, point.value) for point in points)
    panels = _unlike(point.panel for point in points)
    columns = min(len(panels), PANELS)
    across = scale.spanning(places.covered(points), scale.TICKS if columns == 1 else scale.FEW)

    def chart(told: Told) -> Layer:
        names = told.order(point.name for point in points)
        gutter = layers.gutter(names)
        x = layers.quantity("value", told.language, across, kind)
        dots = layers.together(
            layers.whiskers(x=x | {"field": "lower"}, x2={"field": "upper"}),
            layers.dots(x=x, fill=layers.when_faint(palette.PAPER, palette.SERIES[0])),
        )
        data = [places.interval(point) | {"name": told(point.name), "faint": point.faint} for point in points]
        sides = [
            dots | layers.rows(names, 0 if at % columns else gutter) | layers.panel(told(panel), here)
            for at, panel in enumerate(panels)
            for here in [[row for row, point in zip(data, points, strict=True) if point.panel == panel]]
        ]
        return layers.beside(sides, columns, gutter)

    return _draw(chart, [*(p.name for p in points), *panels], title, axis, source, made_up)


def trend(
    moments: Sequence[Moment], axis: Said, title: Said, source: Said, made_up: bool, kind: Kind = "decimal"
) -> Draw:
    """Return lines over the years, with whiskers; several series differ in colour, shape and a label at their end."""
    _refuse_unknown((moment.row, moment.value) for moment in moments)
    panels = _unlike(moment.panel for moment in moments)
    columns = min(len(panels), WIDE_PANELS)
    up = scale.spanning(places.covered(moments))
    apart = up.span * LINE * drawing.SMALL / PANEL_HEIGHT
    years = [moment.year for moment in moments]

    def chart(told: Told) -> Layer:
        series = told.order(moment.series for moment in moments)
        room = layers.gutter(series) if len(series) > 1 else 0
        wide = layers.panel_width(columns, layers.NUMBERS, layers.NUMBERS)
        ends = places.across(years, len(series), wide - room)
        x = {"field": "at", "type": "quantitative"} | layers.years(years, ends, room, wide)
        y = layers.quantity("value", told.language, up, kind)
        look = layers.looks(series)
        lines = layers.together(
            layers.whiskers(x=x, y=y | {"field": "lower"}, y2={"field": "upper"}, color=look["color"]),
            layers.line(x=x, y=y, color=look["color"]),
            layers.dots(x=x, y=y, **look),
            *([layers.ends(x=x, y=y | {"field": "label"}, color=look["color"])] if room else []),
        )
        data = [
            places.interval(moment) | {"series": told(moment.series), "at": moment.year + ends.apart * place}
            for moment in moments
            for place in [series.index(told(moment.series)) - (len(series) - 1) / 2]
        ]
        sides = [
            lines | {"height": PANEL_HEIGHT} | layers.panel(told(panel), places.labelled(here, apart))
            for panel in panels
            for here in [[row for row, moment in zip(data, moments, strict=True) if moment.panel == panel]]
        ]
        return layers.beside(sides, columns, layers.NUMBERS, layers.NUMBERS)

    return _draw(chart, [*(m.series for m in moments), *panels], title, axis, source, made_up)


def waterfall(
    steps: Sequence[Step], axis: Said, title: Said, source: Said, made_up: bool, kind: Kind = "decimal"
) -> Draw:
    """Return where a value stood and, from top to bottom, what moved it: bars that begin where the last one ended.

    A rise and a fall differ in colour and in the arrow at their end. Totals are marks, not bars, so that the axis need
    not begin at nothing and small steps are seen.
    """
    _refuse_unknown((step.row, step.value) for step in steps)
    spans = places.climbed((step.value, step.total) for step in steps)
    across = scale.spanning([end for span in spans for end in span], scale.FEW, close=True)

    def chart(told: Told) -> Layer:
        names = told.order(step.name for step in steps)
        x = layers.quantity("to", told.language, across, kind)
        data = [
            {"row": f"#{step.row}", "name": told(step.name), "from": start, "to": end, "way": way}
            for step, (start, end) in zip(steps, spans, strict=True)
            for way in [places.way(step.value, step.total)]
        ]
        joints = [
            {"name": told(above.name), "next": told(below.name), "to": end}
            for above, below, (_, end) in zip(steps, steps[1:], spans, strict=False)
        ]
        moved = layers.together(
            layers.joints(joints, x=x, y2={"field": "next"}),
            layers.bars(x=x | {"field": "from"}, x2={"field": "to"}, color=layers.ways("color")),
            layers.arrows(x=x, color=layers.ways("color"), shape=layers.ways("shape")),
        )
        gutter = layers.gutter(names)
        side = moved | layers.rows(names, gutter) | layers.panel("", data)
        return layers.beside([side], 1, gutter)

    return _draw(chart, [step.name for step in steps], title, axis, source, made_up)


def shares(
    parts: Sequence[Part], axis: Said, title: Said, source: Said, made_up: bool, order: Sequence[Said] = ()
) -> Draw:
    """Return a bar for each name, divided into its parts.

    `order` names all parts, also those that no bar has, so that a part has one colour and letter in every picture;
    without it they stand in the order in which they first come.

    A part is told by its colour, its place, and a letter in it; the letters are explained above the bars.
    """
    _refuse_unknown((part.row, part.share) for part in parts)

    def chart(told: Told) -> Layer:
        bars, kinds = told.order(part.bar for part in parts), told.order((*order, *(part.part for part in parts)))
        data = [
            row
            for bar in bars
            for row in places.end_to_end(
                {"row": f"#{part.row}", "name": bar, "kind": kinds.index(told(part.part)), "share": part.share}
                for part in parts
                if told(part.bar) == bar
            )
        ]
        x = layers.quantity("from", told.language, scale.WHOLE, "share")
        gutter = layers.gutter(bars)
        stacked = layers.together(
            layers.bars(x=x, x2={"field": "to"}, color=layers.kinds(kinds)),
            layers.letters(x=x | {"field": "middle"}),
        )
        side = stacked | layers.rows(bars, gutter) | layers.panel("", data)
        return layers.beside([side], 1, gutter)

    return _draw(
        chart, [*order, *(one for part in parts for one in (part.bar, part.part))], title, axis, source, made_up
    )


def _draw(
    chart: Callable[[Told], Layer], texts: Sequence[Said | None], title: Said, axis: Said, source: Said, made_up: bool
) -> Draw:
    known = [said for said in texts if said is not None]

    def draw(language: str) -> str:
        told = Told(language)
        drawn = drawing.svg(chart(told) | layers.config(language), language, known)
        return drawing.framed(drawn, language, title, axis, source, made_up)

    return draw


def _refuse_unknown(values: Iterable[tuple[str, float]]) -> None:
    """Raise ReportError for a chart of nothing, and for a mark without a place."""
    known = list(values)
    if not known:
        raise ReportError("a chart has no values: say why instead")
    for row, value in known:
        if not math.isfinite(value):
            raise ReportError(f"the chart's mark for the row {row!r} has no value: leave it out and say its status")


def _unlike(several: Iterable[Said | None]) -> list[Said | None]:
    found: list[Said | None] = []
    for one in several:
        if one not in found:
            found.append(one)
    return found

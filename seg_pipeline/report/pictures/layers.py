"""What the charts are made of, in Vega-Lite: marks, axes, panels and their look."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from seg_pipeline.report.book import Kind
from seg_pipeline.report.page import Said
from seg_pipeline.report.pictures import palette, scale
from seg_pipeline.report.pictures.drawing import FONT, LETTER, SIZE, SMALL, WIDTH, wrapped
from seg_pipeline.report.pictures.places import Across
from seg_pipeline.report.rendering import Writer

Layer = dict[str, Any]

GAP, PADDING, RIGHT = 18, 8, 28
ROW, LINE = 28, 15  # pixels for a row, and for each further line of its name
ABOVE = 76  # pixels from a row of panels to the one above: axis and title
NAMES = 0.42  # of the width, at most, for the names of rows
NUMBERS = 52  # pixels for the numbers of a vertical axis
MARK, ARROW, WHISKER = 70, 220, 2  # square pixels: a mark is some nine across
BAR = 16
WAYS = {
    "total": (palette.TOTAL, "diamond"), "rise": (palette.RISE, "triangle-right"),
    "fall": (palette.FALL, "triangle-left"), "none": (palette.QUIET, "square"),
}  # fmt: skip


class Told:
    """Puts names into a language."""

    def __init__(self, language: str) -> None:
        """Begin with a language."""
        self.language = language
        self._writer = Writer(language, Counter())

    def __call__(self, said: Said | None) -> str:
        """Return a name as text; none is empty."""
        return "" if said is None else self._writer.plain(said)

    def order(self, several: Iterable[Said | None]) -> list[str]:
        """Return each name once, in the order in which they come."""
        return list(dict.fromkeys(map(self, several)))


def gutter(names: Sequence[str]) -> float:
    """Return the room that names need beside the panels; longer ones are cut by the renderer."""
    return min(NAMES * WIDTH, max(map(len, names)) * LETTER * SIZE * 1.05 + PADDING)


def panel_width(columns: int, left: float, between: float) -> float:
    """Return how wide a panel is where so many share the width with what stands left of them and between them."""
    return (WIDTH - 2 * PADDING - RIGHT - left - between * (columns - 1)) / columns


def quantity(field: str, language: str, of: scale.Scale, kind: Kind) -> Layer:
    """Return a place on an axis of values."""
    return {
        "field": field, "type": "quantitative", "scale": {"domain": of.domain, "nice": False, "zero": False},
        "axis": {"title": None, "grid": True, "aria": False} | scale.written(of, kind, language),
    }  # fmt: skip


def years(there: Sequence[int], ends: Across, room: float, wide: float) -> Layer:
    """Return an axis of whole years, with room at its end for the labels of series."""
    written = scale.years(there, (wide - room) / (ends.last - ends.first))
    return {
        "scale": {"domain": [ends.first, ends.last], "nice": False, "zero": False, "padding": 0}
        | ({"range": [0, {"expr": f"width - {room:.0f}"}]} if room else {}),
        "axis": {"title": None, "grid": False, "values": written, "format": "d", "labelOverlap": False},
    }


def rows(names: Sequence[str], beside: float) -> Layer:
    """Return rows by name, in order; their names are written where there is room beside them."""
    axis = {"title": None, "ticks": False, "domain": False, "aria": False, "labelLimit": 0, "grid": True}
    told = {name: lines for name in names if len(lines := wrapped(name, NAMES * WIDTH - PADDING, SIZE)) > 1}
    wrap = {"labelExpr": f"{json.dumps(told)}[datum.label] || datum.label"} if told else {}
    shown = wrap | {"minExtent": beside - PADDING, "maxExtent": beside - PADDING} if beside else {"labels": False}
    y = {
        "field": "name",
        "type": "nominal",
        "sort": list(names),
        "scale": {"domain": list(names)},
        "axis": axis | shown,
    }
    longest = max(map(len, told.values()), default=1)
    return {"height": (ROW + LINE * (longest - 1)) * len(names), "encoding": {"y": y}}


def panel(title: str, data: Sequence[Layer]) -> Layer:
    """Return a panel's title, if it has one, and its data."""
    return {"data": {"values": list(data)}} | ({"title": title} if title else {})


def together(*layer: Layer) -> Layer:
    """Return marks over one another."""
    return {"layer": list(layer)}


def beside(sides: Sequence[Layer], columns: int, left: float, between: float = GAP) -> Layer:
    """Return panels beside one another, in rows of so many."""
    wide = panel_width(columns, left, between)
    return {
        "concat": [side | {"width": wide} for side in sides], "columns": columns, "bounds": "flush",
        "spacing": {"row": ABOVE, "column": between},
    }  # fmt: skip


def whiskers(**encoding: Layer) -> Layer:
    """Return intervals."""
    return {
        "mark": {"type": "rule", "strokeWidth": WHISKER, "aria": False, "color": palette.SERIES[0]},
        "transform": [{"filter": "isValid(datum.lower) && isValid(datum.upper)"}],
        "encoding": encoding,
    }


def dots(**encoding: Layer) -> Layer:
    """Return values, each pointing to its row."""
    mark = {"type": "point", "filled": False, "size": MARK, "strokeWidth": WHISKER, "opacity": 1}
    filled = {} if "fill" in encoding else {"fill": encoding["color"]} if "color" in encoding else {}
    return {"mark": mark | {"color": palette.SERIES[0]}, "encoding": encoding | filled | {"description": _ROW}}


def arrows(**encoding: Layer) -> Layer:
    """Return where steps end, pointing to their rows, larger than dots."""
    dot = dots(**encoding)
    return dot | {"mark": dot["mark"] | {"size": ARROW}}


def line(**encoding: Layer) -> Layer:
    """Return values joined in the order of years."""
    return {"mark": {"type": "line", "strokeWidth": WHISKER, "aria": False}, "encoding": encoding}


def ends(**encoding: Layer) -> Layer:
    """Return the names of series at their last value."""
    mark = {"type": "text", "align": "left", "dx": PADDING + 2, "fontSize": SMALL, "fontWeight": "bold", "aria": False}
    there = {"transform": [{"filter": "isValid(datum.label)"}]}
    return there | {"mark": mark, "encoding": encoding | {"text": {"field": "end"}}}


def bars(**encoding: Layer) -> Layer:
    """Return bars from one place to another, each pointing to its row."""
    mark = {"type": "bar", "height": BAR, "stroke": palette.PAPER, "strokeWidth": 1}
    return {"mark": mark, "encoding": encoding | {"description": _ROW}}


def joints(values: Sequence[Layer], **encoding: Layer) -> Layer:
    """Return thin lines from where a step ends down to where the next one begins."""
    mark = {"type": "rule", "color": palette.AXIS, "strokeDash": [3, 2], "aria": False}
    return {"data": {"values": list(values)}, "mark": mark, "encoding": encoding}


def letters(**encoding: Layer) -> Layer:
    """Return the letters of parts."""
    mark = {"type": "text", "color": palette.PAPER, "fontWeight": "bold", "fontSize": SMALL, "aria": False}
    return {"mark": mark, "encoding": encoding | {"text": {"field": "letter"}}}


def looks(series: Sequence[str]) -> dict[str, Layer]:
    """Return the colour and the shape of each series."""
    of = {"field": "series", "type": "nominal", "legend": None}
    by = {"color": palette.SERIES, "shape": palette.SHAPES}
    return {
        name: of | {"scale": {"domain": list(series), "range": [look[at % len(look)] for at in range(len(series))]}}
        for name, look in by.items()
    }


def when_faint(faint: str, usual: str) -> Layer:
    """Return the colour inside a mark: another one where it may not be relied on."""
    return {"condition": {"test": "datum.faint", "value": faint}, "value": usual}


def ways(look: str) -> Layer:
    """Return the colour or the shape that tells which way a step goes."""
    values = [of[0 if look == "color" else 1] for of in WAYS.values()]
    return {"field": "way", "type": "nominal", "legend": None, "scale": {"domain": list(WAYS), "range": values}}


def kinds(names: Sequence[str]) -> Layer:
    """Return the colours of parts, with a legend that says what their letters mean."""
    numbers = list(range(len(names)))
    told = [f"{palette.LETTERS[at]}  {name}" for at, name in enumerate(names)]
    legend = {
        "title": None, "orient": "top", "columns": 2, "labelLimit": WIDTH, "symbolType": "square", "symbolSize": 160,
        "labelExpr": f"{told!r}[datum.value]", "aria": False, "symbolStrokeWidth": 0,
    }  # fmt: skip
    colours = list(palette.DIVERGING if len(names) == len(palette.DIVERGING) else palette.SERIES)
    return {"field": "kind", "type": "ordinal", "legend": legend, "scale": {"domain": numbers, "range": colours}}


def config(language: str) -> Layer:
    """Return the look that all charts share, and the language of their numbers."""
    text = {"labelFontSize": SIZE, "labelColor": palette.QUIET}
    axis = {"gridColor": palette.GRID, "domainColor": palette.AXIS, "tickColor": palette.AXIS}
    title = {"fontSize": SIZE, "anchor": "start", "frame": "group", "color": palette.TEXT, "aria": False}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": None,
        "padding": PADDING,
        "config": {
            "font": FONT, "locale": scale.locale(language), "view": {"stroke": None}, "title": title,
            "axis": text | axis, "legend": text,
        },
    }  # fmt: skip


_ROW = {"field": "row", "type": "nominal"}

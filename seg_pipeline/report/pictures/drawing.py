"""A chart becomes SVG: the same bytes on every machine, no script, marks that point to rows of the table below.

A mark whose ``description`` is ``#id`` gets ``data-row="id"`` instead of a label: the table says its figures. A text
with figures in it is given in `texts`; its cells are written beside it. `framed` puts title, source and, on made-up
data, the notice into the picture itself, because it is also saved without its page.
"""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import Any

from markupsafe import escape

from seg_pipeline.report.book import Figure, Term
from seg_pipeline.report.page import Said
from seg_pipeline.report.pictures.palette import NOTICE, NOTICE_PAPER, PAPER, QUIET, TEXT
from seg_pipeline.report.rendering import Writer
from seg_pipeline.report.statement import DIGIT, Joined, Statement, say

FONT = "Roboto"  # comes with the renderer, so that the layout does not depend on the machine's fonts
SHOWN_IN = "Roboto, 'Segoe UI', 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"
WIDTH = 480
SIZE, TITLE_SIZE, SMALL = 13, 16, 12
LETTER = 0.53  # the usual width of a letter, of the size of its font
WIDER = 1.25  # so much wider is the widest font that a reader may see instead, in bold
LEADING = 1.3
EDGE = 8
NOTICE_HEIGHT = 24
QUIETLY = f'aria-hidden="true" focusable="false" font-family="{SHOWN_IN}"'

VIEW = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
ROOT = re.compile(r"<svg[^>]*>")
PLACED = re.compile(r' (?:d|transform|[xy][12]?|width|height)="[^"]*"')
NOTHING = re.compile(r"\d+(?:\.\d+)?e-\d+")  # of zero, by arithmetic; the sign before it stays
LONG = re.compile(r"(\.\d\d)\d+")  # hundredths of a pixel are enough
POINTED = re.compile(r' aria-label="#([^"]*)"')
SPOKEN = re.compile(r' (?:role="graphics-[a-z]+"|aria-[a-z]+="[^"]*"|pointer-events="none"|font-family="[^"]*")')
EMPTY = re.compile(r'<path class="(?:background|foreground)"(?: transform="[^"]*")? d="(?:M0,0h0v0h0Z)?"[^>]*/>')
NO_MARK = re.compile(r' (?:opacity="1"|stroke-opacity="1"|fill-opacity="1"|stroke-width="0")')
SHOWN = re.compile(r"(<text\b[^>]*)>([^<]*)</text>")


def svg(chart: dict[str, Any], language: str, texts: Sequence[Said] = ()) -> str:
    """Return a Vega-Lite chart as SVG. Its texts are already in `language`."""
    import vl_convert

    drawn = POINTED.sub(r' data-row="\1"', vl_convert.vegalite_to_svg(chart))
    drawn = PLACED.sub(lambda found: LONG.sub(r"\1", NOTHING.sub("0", found[0])), drawn)
    for left_out in (SPOKEN, EMPTY, NO_MARK):
        drawn = left_out.sub("", drawn)
    return _bound(drawn.replace("<svg", f"<svg {QUIETLY}", 1), language, texts)


def framed(drawn: str, language: str, title: Said, axis: Said, source: Said, made_up: bool) -> str:
    """Return an SVG below its title and what its axis measures, and above its source; made-up data says so on top."""
    opened, size = ROOT.match(drawn), VIEW.search(drawn)
    if opened is None or size is None:
        raise ValueError("a picture begins with <svg> and has a viewBox")
    wide = max(float(size[1]), WIDTH)
    top = EDGE + (NOTICE_HEIGHT if made_up else 0)
    head, middle = _lines(title, language, top, wide, TITLE_SIZE, f'font-weight="bold" fill="{TEXT}"')
    unit, middle = _lines(axis, language, middle, wide, SIZE, f'fill="{QUIET}"')
    below = middle + float(size[2]) + EDGE
    foot, bottom = _lines(say("site.source", source=source), language, below, wide, SMALL, f'fill="{QUIET}"')
    box = f'width="{wide:.0f}" height="{bottom + EDGE:.0f}"'
    inside = drawn[opened.end() : drawn.rindex("</svg>")]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {bottom + EDGE:.0f}" {box} {QUIETLY}>'
        f'<rect {box} fill="{PAPER}"/>{_notice(language) if made_up else ""}{head}{unit}'
        f'<g transform="translate(0,{middle:.0f})">{inside}</g>{foot}</svg>'
    )


def _lines(said: Said, language: str, top: float, wide: float, size: int, look: str) -> tuple[str, float]:
    """Return a text in lines, each with the cells of its figures, and where the next one would begin."""
    bound = _binding(said)
    lines = wrapped(Writer(language, Counter()).plain(said), (wide - 2 * EDGE) / WIDER, size)
    told = (
        f'<text x="{EDGE}" y="{top + size + at * size * LEADING:.0f}" font-size="{size}" {look}'
        f"{bound if DIGIT.search(line) else ''}>{_escaped(line)}</text>"
        for at, line in enumerate(lines)
    )
    return "".join(told), top + len(lines) * size * LEADING


def _notice(language: str) -> str:
    told = _escaped(Writer(language, Counter()).plain(say("site.made_up_short")))
    wide = 2 * EDGE + len(told) * LETTER * SIZE * WIDER
    return (
        f'<rect x="{EDGE}" y="{EDGE / 2:.0f}" width="{wide:.0f}" height="{NOTICE_HEIGHT - EDGE / 2:.0f}" rx="3"'
        f' fill="{NOTICE_PAPER}" stroke="{NOTICE}"/>'
        f'<text x="{2 * EDGE}" y="{EDGE / 2 + SIZE + 1:.0f}" font-size="{SIZE}" font-weight="bold"'
        f' fill="{NOTICE}">{told}</text>'
    )


def wrapped(told: str, width: float, size: float) -> list[str]:
    """Return a text in lines that are no wider than this. What a no-break space holds together stays so."""
    return textwrap.wrap(told, max(1, int(width / (LETTER * size))), break_long_words=False, break_on_hyphens=False)


def cells(said: Any) -> str:
    """Return the addresses and kinds of the figures in a text: ``areas/1/population|whole``."""
    return " ".join(f"{one.address}|{one.kind}" for one in _within(said) if isinstance(one, Figure))


def _bound(drawn: str, language: str, texts: Sequence[Said]) -> str:
    writer = Writer(language, Counter())
    known = {_escaped(writer.plain(said)): _binding(said) for said in texts}

    def bind(found: re.Match[str]) -> str:
        return f"{found[1]}{known.get(found[2], '')}>{found[2]}</text>"

    return SHOWN.sub(bind, drawn)


def _binding(said: Said) -> str:
    """Return the attributes that lead from a text with numbers to their cells, and to the names that hold a digit."""
    figures = cells(said)
    terms = [one for one in _within(said) if isinstance(one, Term)]
    names = " ".join(one.address for one in terms if DIGIT.search("".join(one.texts.values())))
    told = f' data-cells="{escape(figures)}"' if figures or names else ""
    return told + (f' data-text="{escape(names)}"' if names else "")


def _escaped(told: str) -> str:
    """Return a text as the renderer escapes it."""
    return told.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _within(said: Any) -> list[Figure | Term]:
    if isinstance(said, Figure | Term):
        return [said]
    within = said.values.values() if isinstance(said, Statement) else said.items if isinstance(said, Joined) else ()
    return [found for one in within for found in _within(one)]

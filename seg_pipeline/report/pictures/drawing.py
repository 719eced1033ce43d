"""A chart becomes SVG: the same bytes on every machine, no script, marks that point to rows of the table below.

A mark whose ``description`` is ``#id`` gets ``data-row="id"`` instead of a label: the table says its figures.
A text with figures in it (a title, a note) is given in `texts`; its cells are written beside it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from markupsafe import escape

from seg_pipeline.report.book import Figure
from seg_pipeline.report.rendering import Writer
from seg_pipeline.report.statement import Joined, Statement

FONT = "Roboto"  # comes with the renderer, so that the layout does not depend on the machine's fonts
LONG = re.compile(r"(\.\d\d)\d+")  # hundredths of a pixel are enough
POINTED = re.compile(r' aria-label="#([^"]*)"')


def svg(chart: dict[str, Any], language: str, texts: Sequence[Statement] = ()) -> str:
    """Return a Vega-Lite chart as SVG. Its texts are already in `language`."""
    import vl_convert

    drawn = POINTED.sub(r' data-row="\1"', LONG.sub(r"\1", vl_convert.vegalite_to_svg(chart)))
    writer = Writer(language, Counter())
    for said in texts:
        shown = str(escape(writer.plain(said)))
        drawn = drawn.replace(f">{shown}</text>", f' data-cells="{cells(said)}">{shown}</text>')
    return drawn


def cells(said: Any) -> str:
    """Return the addresses and kinds of the figures in a text: ``areas/1/population|whole``."""
    return " ".join(f"{figure.address}|{figure.kind}" for figure in _figures(said))


def _figures(said: Any) -> list[Figure]:
    if isinstance(said, Figure):
        return [said]
    within = said.values.values() if isinstance(said, Statement) else said.items if isinstance(said, Joined) else ()
    return [figure for one in within for figure in _figures(one)]

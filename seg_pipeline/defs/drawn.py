"""How rows and values are drawn in the UI: small tables and bar charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import dagster as dg

BAR, ROW, LEFT, WIDTH = 9, 15, 110, 250


def small_table(rows: Sequence[Mapping[Any, Any]]) -> dg.MetadataValue[Any]:
    """Return rows as a small table."""
    if not rows:
        return dg.MetadataValue.text("nothing")
    head = dict.fromkeys(name for row in rows for name in row)
    return dg.MetadataValue.table(
        [dg.TableRecord({str(name): _cell(row.get(name, "–")) for name in head}) for row in rows]
    )


def bars(values: Mapping[str, float], title: str) -> str:
    """Return a bar chart as a Markdown image, one bar for each name, from 0 to the largest value.

    It is short on purpose: the UI draws Markdown of less than 1,000 characters in place and hides more behind a
    link. It is an image because the UI removes bare SVG.
    """
    most = max(values.values(), default=0) or 1
    names = "".join(
        f"<text y='{(at + 1) * ROW + 9}'>{escape(name)} {value:.3f}</text>"
        for at, (name, value) in enumerate(values.items())
    )
    drawn = "".join(
        f"M4 {(at + 1) * ROW}h{value / most * WIDTH:.0f}v{BAR}H4z" for at, value in enumerate(values.values())
    )
    style = "text-anchor='end' font-size='11' font-family='sans-serif' fill='teal'"
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{LEFT + WIDTH}' height='{(len(values) + 2) * ROW}'>"
        f"<g {style} transform='translate({LEFT})'>{names}<path d='{drawn}'/></g></svg>"
    )
    return f"![{escape(title)}](<data:image/svg+xml,{svg.replace('<', '%3C').replace('>', '%3E')}>)"


def _cell(value: Any) -> str | int | float | bool:
    return value if isinstance(value, str | int | float | bool) else str(value)

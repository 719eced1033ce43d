"""A chart with two logarithmic axes, as SVG, drawn without a library."""

from __future__ import annotations

from math import ceil, floor, log10

WIDE, HIGH, LEFT, RIGHT, TOP, LOW = 760, 440, 70, 190, 24, 50
COLOURS = ("#0b5394", "#38761d", "#b45f06", "#741b47", "#666666")
Line = dict[int, float]


def chart(lines: dict[str, Line], across: str, up: str) -> str:
    """Return the SVG of `lines`: name → {x: y}, all above 0."""
    every = [pair for line in lines.values() for pair in line.items()]
    (x0, x1), (y0, y1) = (
        (floor(log10(min(found))), ceil(log10(max(found)))) for found in zip(*every, strict=True)
    )  # whole decades

    def at(x: float, y: float) -> tuple[float, float]:
        east = LEFT + (log10(x) - x0) / (x1 - x0) * (WIDE - LEFT - RIGHT)
        return round(east, 1), round(HIGH - LOW - (log10(y) - y0) / (y1 - y0) * (HIGH - LOW - TOP), 1)

    drawn = [_decade(*at(10**power, 10**y0), *at(10**power, 10**y1), _said(power)) for power in range(x0, x1 + 1)]
    drawn += [_decade(*at(10**x0, 10**power), *at(10**x1, 10**power), _said(power)) for power in range(y0, y1 + 1)]
    ends = _apart({name: at(*list(line.items())[-1])[1] for name, line in lines.items()})
    for colour, (name, line) in zip(COLOURS, lines.items(), strict=False):
        points = [at(x, y) for x, y in line.items()]
        path = " ".join(f"{east},{north}" for east, north in points)
        drawn.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        drawn += [f'<circle cx="{east}" cy="{north}" r="3" fill="{colour}"/>' for east, north in points]
        drawn.append(f'<text x="{WIDE - RIGHT + 10}" y="{ends[name] + 4}" fill="{colour}">{name}</text>')
    middle = (LEFT + WIDE - RIGHT) / 2
    drawn.append(f'<text x="{middle}" y="{HIGH - 10}" text-anchor="middle">{across}</text>')
    drawn.append(f'<text x="{LEFT - 50}" y="{TOP - 8}">{up}</text>')
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" font-family="sans-serif" font-size="13">'
    )
    return "\n".join([head, f'<rect width="{WIDE}" height="{HIGH}" fill="#fff"/>', *drawn, "</svg>", ""])


def _decade(x0: float, y0: float, x1: float, y1: float, said: str) -> str:
    """Return a line of the grid with its number below (upright) or on the left (level)."""
    upright = x0 == x1
    put = f'x="{x0}" y="{y0 + 18}" text-anchor="middle"' if upright else f'x="{x0 - 8}" y="{y0 + 4}" text-anchor="end"'
    return f'<line x1="{x0}" y1="{y0}" x2="{x1}" y2="{y1}" stroke="#ddd"/><text {put} fill="#444">{said}</text>'


def _apart(ends: dict[str, float], gap: float = 17) -> dict[str, float]:
    """Return where names stand beside the ends of their lines, none over another."""
    placed: dict[str, float] = {}
    for name, north in sorted(ends.items(), key=lambda end: end[1]):
        placed[name] = max(north, max(placed.values(), default=-gap) + gap)
    return placed


def _said(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:.{-power}f}"

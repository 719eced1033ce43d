"""Draw `coverage.svg` from `coverage.csv`: a point for each cell of the study where most cities have an interval."""

from __future__ import annotations

import csv
from pathlib import Path

HERE = Path(__file__).parent
NAMES = {
    "dissimilarity": "D", "gini": "G", "entropy": "H", "mutual_information": "M", "atkinson_01": "A(0.1)",
    "atkinson_05": "A(0.5)", "atkinson_09": "A(0.9)", "isolation": "isolation", "eta_squared": "η²",
}  # fmt: skip
COLOURS = {"postal": ("#00677f", "postal areas"), "250 m": ("#c8500a", "250 m cells")}
WIDTH, HEIGHT, LEFT, TOP, FOOT, LOWEST = 760, 330, 60, 20, 50, 0.88


def across(place: float) -> float:
    """Return the x of a place among the indices, from 0 to their number."""
    return LEFT + place * (WIDTH - LEFT - 10) / len(NAMES)


def up(coverage: float) -> float:
    """Return the y of a coverage."""
    return TOP + (1 - (coverage - LOWEST) / (1 - LOWEST)) * (HEIGHT - TOP - FOOT)


def drawn() -> str:
    """Return the drawing."""
    with (HERE / "coverage.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["coverage"] and float(row["published"]) > 0.5]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif" '
        'font-size="11"><title>Coverage of the published 95 % intervals in each cell of the study</title>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<path d="M{LEFT} {up(0.97):.1f}H{WIDTH - 10}V{up(0.93):.1f}H{LEFT}Z" fill="#d9ecf2"/>',
    ]
    for percent in range(88, 101, 2):
        y = up(percent / 100)
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{percent} %</text>')
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - 10}" stroke="#ddd"/>')
    for at, (index, name) in enumerate(NAMES.items()):
        parts.append(f'<text x="{across(at + 0.5):.0f}" y="{HEIGHT - 28}" text-anchor="middle">{name}</text>')
        of_index = [row for row in rows if row["index"] == index]
        for place, row in enumerate(of_index):
            x = across(at + 0.15 + 0.7 * place / max(len(of_index) - 1, 1))
            colour = COLOURS[row["areas"]][0]
            parts.append(f'<circle cx="{x:.1f}" cy="{up(float(row["coverage"])):.1f}" r="2.4" fill="{colour}"/>')
    for at, (colour, name) in enumerate(COLOURS.values()):
        parts.append(f'<circle cx="{LEFT + 10 + 110 * at}" cy="{HEIGHT - 8}" r="3" fill="{colour}"/>')
        parts.append(f'<text x="{LEFT + 18 + 110 * at}" y="{HEIGHT - 4}">{name}</text>')
    return "\n".join([*parts, f'<text x="{LEFT + 240}" y="{HEIGHT - 4}">shaded: 93–97 %</text>', "</svg>", ""])


if __name__ == "__main__":
    (HERE / "coverage.svg").write_text(drawn(), encoding="utf-8")

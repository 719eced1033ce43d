"""A made-up YKR delivery: people by cell of 250 m around the points of the made-up postal areas, as CSV.

As in the real table, a cell's code is the coordinates of its middle, and −1 stands for a number that is kept back.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import numpy as np

SEED = 20260131
CELL = 250
PER_CELL = 420  # people, on average
MOST_CELLS = 10  # of an area
KEPT_BACK_BELOW = 10
PAAVO = Path(__file__).parents[1] / "paavo" / "made_up_paavo_2018.csv"


def deliveries() -> Iterator[tuple[str, bytes]]:
    """Yield the one file."""
    rows = "".join(f"{code},{people},{owner}\r\n" for code, (people, owner) in sorted(cells().items()))
    yield "ykr_grid/made_up_ykr_grid_2024.csv", f"xyind,v_yht,kunta\r\n{rows}".encode()


def cells() -> dict[str, tuple[int, str]]:
    """Return the people and the municipality of each cell, by the cell's code; a cell belongs to the first area."""
    found: dict[str, tuple[int, str]] = {}
    with PAAVO.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            draw = np.random.default_rng([SEED, crc32(row["postinumero"].encode())])
            people = int(row["he_vakiy"] or 0)
            many = min(MOST_CELLS, people // PER_CELL + 1)
            shares = draw.dirichlet(np.ones(many)) * people
            for at, share in enumerate(np.rint(shares).astype(int).tolist()):
                x = (int(row["euref_x"]) // CELL + at % 4) * CELL + CELL // 2
                y = (int(row["euref_y"]) // CELL + at // 4) * CELL + CELL // 2
                if share > 0:
                    told = -1 if share < KEPT_BACK_BELOW else share
                    found.setdefault(f"{x}{y}", (told, row["kuntano"].zfill(3)))
    return found

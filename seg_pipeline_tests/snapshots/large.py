"""A made-up table of counts as large as is asked, that keeps its contract: areas and grid cells, year by year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from seg_pipeline import tables
from seg_pipeline.classifications import GROUPS, TOTAL

PEOPLE = {  # thousands: a city's part of the areas
    "049": 314, "091": 684, "092": 248, "167": 79, "179": 149, "297": 125, "398": 121, "564": 216, "698": 66,
    "837": 260, "853": 206,
}  # fmt: skip
DIMENSIONS = ("activity", "age", "education", "income", "language", "tenure")
KINDS = {"postal_area": ("paavo", 0.05), "grid_250m": ("ykr_grid", 0.95)}  # the source, and its part of the rows
RELEASES = range(2017, 2027)
KEPT_BACK = 0.2  # part of the cells that are suppressed


def counts(rows: int, seed: int = 2026) -> pd.DataFrame:
    """Return about `rows` rows of counts, in the contract's order and types."""
    cells = [(dimension, group) for dimension in DIMENSIONS for group in sorted(GROUPS[dimension])]
    areas = pd.concat([_areas(kind, rows // len(cells)) for kind in sorted(KINDS, key=lambda kind: KINDS[kind])])
    numbers = _numbers(len(areas), cells, np.random.default_rng(seed))
    told = {name: areas[name].repeat(len(cells)).array for name in areas}
    for at, name in enumerate(("dimension", "group")):
        told[name] = pd.array([cell[at] for cell in cells] * len(areas), dtype="str")
    hidden = numbers < 0
    table = pd.DataFrame(told).assign(
        count=pd.array(np.abs(numbers), "Int64"),
        lower=np.where(hidden, 0, numbers),
        upper=np.where(hidden, -numbers, numbers),
        status=pd.array(np.where(hidden, "suppressed", "observed"), dtype="str"),
    )
    table.loc[hidden, "count"] = pd.NA
    columns = {name: tables.column_type(column) for name, column in tables.CONTRACTS["counts"].columns.items()}
    return table[list(columns)].astype(columns)


def _areas(kind: str, whole: int) -> pd.DataFrame:
    source, part = KINDS[kind]
    each = whole * part / len(RELEASES) / sum(PEOPLE.values())
    found = [
        pd.DataFrame(
            {"city": city, "area_id": [f"{city}{number:06}" for number in range(max(1, round(each * people)))]}
        )
        for city, people in PEOPLE.items()
    ]
    one = pd.concat(found).assign(source=source, geography=kind)
    return pd.concat(
        [one.assign(release=str(year), boundary_vintage=year, reference_year=year - 2) for year in RELEASES]
    )


def _numbers(areas: int, cells: list[tuple[str, str]], draw: np.random.Generator) -> np.ndarray:
    """Return a number for each cell of each area; a negative one is kept back and at most so large."""
    numbers = draw.integers(0, 60, (areas, len(cells)))
    for dimension in DIMENSIONS:
        of = np.array([cell[0] == dimension for cell in cells])
        total = np.array([cell == (dimension, TOTAL) for cell in cells])
        numbers[:, total] = numbers[:, of & ~total].sum(axis=1, keepdims=True)
    hidden = (draw.random(numbers.shape) < KEPT_BACK) & np.array([group != TOTAL for _, group in cells])
    small = np.minimum(numbers, 9)
    return np.where(hidden & (numbers > 0) & (numbers <= 9), -small, numbers).ravel()

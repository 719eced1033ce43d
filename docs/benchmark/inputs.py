"""The benchmark's inputs: made-up cities from a fixed seed, and the real releases where they are beside the clone."""

from __future__ import annotations

import csv
from math import isqrt

import numpy as np
import numpy.typing as npt
import pandas as pd

from seg_pipeline.classifications import CITY_CODES
from seg_pipeline.sources import all_sources
from seg_pipeline_tests.conftest import PAAVO, SERIES, SHARED

SEED = 2026
SHARE = 0.1  # the group's share of all people
SIDE = 250.0  # metres, of a grid cell
Arrays = dict[str, npt.NDArray[np.generic]]


def europe(n: int) -> Arrays:
    """Return `n` cells like a continent's 1 km grid: a third empty, most of a few people, some of many thousands."""
    random = np.random.default_rng(SEED)
    size = np.minimum(random.lognormal(np.log(2), 2, n), 50_000).astype(np.int64)
    return _groups(random, size, 4.9)


def areas(n: int) -> Arrays:
    """Return `n` areas of 9 to 1,000 people, as in a city or a country."""
    random = np.random.default_rng(SEED)
    return _groups(random, random.integers(9, 1001, n), 1.8)


def grid(n: int) -> Arrays:
    """Return `n` areas of 9 to 1,000 people as the cells of a full rectangle, 250 m wide each."""
    width = max(side for side in range(1, isqrt(n) + 1) if n % side == 0)
    east, north = np.arange(n) % width, np.arange(n) // width
    points = (np.stack([east, north], axis=1) + 0.5) * SIDE
    return areas(n) | {"points": points, "side": np.array(SIDE)}


def mixes(n: int, groups: int = 5) -> Arrays:
    """Return `n` areas of 9 to 1,000 people in five groups, as ``counts`` of shape (groups, areas)."""
    random = np.random.default_rng(SEED)
    shares = random.dirichlet(np.full(groups, 2.0), n)
    return {"counts": np.ascontiguousarray(random.multinomial(random.integers(9, 1001, n), shares).T)}


def schools() -> Arrays:
    """Return the real schools of two years, each of shape (races, schools): those of R's `segregation`."""
    years: list[dict[tuple[str, str], int]] = []
    for year in ("00", "05"):
        with (SHARED / f"segregation_benchmarks/schools{year}.csv").open(encoding="utf-8", newline="") as file:
            years.append({(row["race"], row["school"]): int(row["n"]) for row in csv.DictReader(file)})
    races, places = (sorted({pair[axis] for year in years for pair in year}) for axis in (0, 1))
    first, last = (np.array([[year.get((race, place), 0) for place in places] for race in races]) for year in years)
    return {"first": first, "last": last}


def releases() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables ``counts`` and ``areas`` of the eleven cities in every real release of Paavo."""
    files = [(release, SHARED / name) for release, name in PAAVO.items()]
    files += [("2025", SHARED / SERIES.format(year=year)) for year in range(2020, 2024)]
    paavo = all_sources()["paavo"]
    read = [paavo.tables(path.read_bytes(), release, path.name) for release, path in files]
    counts, areas = (pd.concat([getattr(one, name) for one in read]) for name in ("counts", "areas"))
    counts, areas = (table[table["city"].isin(CITY_CODES)] for table in (counts, areas))
    return counts.reset_index(drop=True), areas.drop_duplicates(["area_id", "boundary_vintage"]).reset_index(drop=True)


def _groups(random: np.random.Generator, size: npt.NDArray[np.int64], spread: float) -> Arrays:
    """Return beta-binomial counts: shares vary the less from area to area the greater `spread` is."""
    x = random.binomial(size, random.beta(spread, spread / SHARE - spread, len(size)))
    return {"x": x, "y": size - x}

"""Population by grid cell: Statistics Finland's 1 km grid, HSY's 250 m grid of the Helsinki region, SYKE's YKR grid.

What each column counts is a row of ``data/catalogue/grids/columns.csv``; how a source hides cells is a `Grid` below.
Only cells of the eleven cities are told, the others are counted. The municipality of a cell is the one that the file
gives (column ``kunta``); without it, the one that its middle lies in, among boundaries packed into the same zip file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from seg_pipeline.classifications import CITY_CODES
from seg_pipeline.sources.http import Client
from seg_pipeline.sources.national import grid_places, layers
from seg_pipeline.sources.national.grid_counts import Grid, areas, counts, residents
from seg_pipeline.sources.source import Canary, Delivered, Fetched, Source

KILOMETRE = Grid(
    "population_grid_1km",
    "grid_1km",
    keys=("grd_id",),
    marker=-1,
    below=10,
    corner=("xkoord", "ykoord"),
    size=1000,
    lag=1,
)
HSY = Grid("hsy_grid", "grid_250m", keys=("INDEX", "id"), marker=99, below=100, size=250, whole_cells=10_000)
YKR = Grid("ykr_grid", "grid_250m", keys=("xyind",), marker=-1, below=None, coded_middle=True, size=250)


def read(data: bytes, release: str, grid: Grid) -> Delivered:
    """Return the counts and areas of the cells in the eleven cities. Raises Refused, with the number of the feature."""
    layer, boundaries = grid_places.parts(data)
    layers.refuse_other_year(layer, release, grid.lag)
    codes = grid_places.codes(layer, grid)
    unlocated = grid_places.unlocated(residents(layer, grid), grid)
    middle = grid_places.middles(layer, grid)
    owner = grid_places.owners(layer, middle, boundaries)
    inside = np.isin(owner, CITY_CODES) & ~unlocated
    told = {
        "counts": counts(layer, grid, release, codes, owner, inside),
        "areas": areas(layer, grid, release, codes, owner, inside, middle),
    }
    rows = {
        "counts": int(inside.sum()),
        "outside_the_cities": int((~inside & ~unlocated).sum()),
        "unlocated": int(unlocated.sum()),
    }
    return Delivered(told, {fate: many for fate, many in rows.items() if many or fate == "counts"})


def fetch(client: Client, edition: int) -> Iterator[Fetched]:
    """Yield the newest 1 km grid up to the edition's year, all its pages as one delivery. Raises Unavailable."""
    yield layers.fetched(client, edition, KILOMETRE.source, KILOMETRE.keys, KILOMETRE.lag)


def probe(client: Client) -> Iterator[Canary]:
    """Compare the newest layer's attributes with those of the catalogue."""
    yield from layers.canaries(client, KILOMETRE.source, KILOMETRE.keys)


def _reading(grid: Grid) -> Callable[[bytes, str], Delivered]:
    return partial(read, grid=grid)


SOURCES = (
    Source(
        id=KILOMETRE.source, name="Population grid, 1 km", publisher="Statistics Finland", licence="CC BY 4.0",
        cadence="yearly", url="https://stat.fi/tup/avoin-data/paikkatietoaineistot/vaestoruutuaineisto_1km_en.html",
        read=_reading(KILOMETRE), open=True, fetch=fetch, probe=probe,
    ),
    Source(
        id=HSY.source, name="Population grid of the Helsinki region, 250 m",
        publisher="Helsinki Region Environmental Services HSY", licence="CC BY 4.0", cadence="yearly",
        url="https://www.hsy.fi/ymparistotieto/avoindata/avoin-data---sivut/vaestotietoruudukko/",
        read=_reading(HSY), open=True,
    ),
    Source(
        id=YKR.source, name="Monitoring of the urban form (YKR), population by 250 m cell",
        publisher="Finnish Environment Institute SYKE and Statistics Finland", licence="by contract, not open",
        cadence="yearly", url="https://ckan.ymparisto.fi/dataset/ykr-ruutuaineisto", read=_reading(YKR),
    ),
)  # fmt: skip

"""Statistics Finland's boundaries, by postal code area and by municipality: a layer a year, from its WFS service.

A delivery is a bundle of the pages that the service answered, or one layer as a file. It ends in `areas`: WKT in
EPSG:3067 with whole metres, valid, and a point inside each area.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from seg_pipeline import tables
from seg_pipeline.sources.http import Client
from seg_pipeline.sources.national import layers
from seg_pipeline.sources.national.layers import municipalities
from seg_pipeline.sources.readers import vector
from seg_pipeline.sources.readers.vector import Layer
from seg_pipeline.sources.refusal import Refused, quoted
from seg_pipeline.sources.source import Canary, Delivered, Fetched, Source, release_year

NAMED = re.compile(r"[^=+\-@\s]")
MOST_NAMED = 5  # municipalities that are named in the name of a part
GRID = 1.0  # metres to which coordinates are rounded


@dataclass(frozen=True)
class Division:
    """One kind of area: the attributes that its layers have had, first the newest, and how many make it whole."""

    source: str
    geography: str
    key: tuple[str, ...]
    code: str
    owner: tuple[str, ...]
    fi: tuple[str, ...]
    sv: tuple[str, ...]
    whole: int


POSTAL = Division(
    "postal_boundaries", "postal_area", ("postinumeroalue", "posti_alue", "posno"), "[0-9]{5}",
    ("kunta_nro", "kunta", "kuntanro"), ("nimi",), ("namn", "nimi_ru"), 2_800,
)  # fmt: skip
MUNICIPAL = Division(
    "municipal_boundaries", "municipality", ("kunta", "natcode"), "[0-9]{3}", ("kunta", "natcode"),
    ("nimi", "namefin"), ("namn", "nameswe"), 300,
)  # fmt: skip


def read(data: bytes, release: str, division: Division) -> Delivered:
    """Return the areas of a division with their boundaries. Raises Refused, with the number of the feature."""
    layer = layers.layer(data)
    layers.refuse_other_year(layer, release)
    codes = _codes(layer, division)
    shapes = vector.polygons(layer)
    fi, sv = layer.texts(*division.fi), layer.texts(*division.sv) if layer.find(*division.sv) else [""] * len(layer)
    _refuse_unnamed(codes, fi, sv)
    surface = layer.texts("pinta_ala") if layer.find("pinta_ala") else [""] * len(layer)
    table = pd.DataFrame(
        {
            "geography": division.geography,
            "city": municipalities(layer, division.owner),
            "area_id": codes,
            "boundary_vintage": release_year(release),
            "name_fi": fi,
            "name_sv": pd.Series(sv, dtype="str").mask(pd.Series(sv) == ""),
            "population": pd.NA,
            "population_year": pd.NA,
            "surface": pd.array([_surface(cell, at) for at, cell in enumerate(surface, 1)], "Int64"),
            **_drawn(shapes),
        }
    )
    return Delivered({"areas": tables.conform(table, "areas")}, {"areas": len(table)}, len(table) >= division.whole)


def part(data: bytes, division: Division) -> str:
    """Return which municipalities an extract covers; nothing for a layer of the whole country."""
    layer = layers.layer(data)
    if len(layer) >= division.whole:
        return ""
    owners = sorted(set(municipalities(layer, division.owner)))
    return f"of-{'-'.join(owners) if len(owners) <= MOST_NAMED else f'{len(owners)}-places'}"


def fetch(client: Client, edition: int, division: Division) -> Iterator[Fetched]:
    """Yield the newest layer up to the edition's year, all its pages as one delivery. Raises Unavailable."""
    yield layers.fetched(client, edition, division.source, division.key)


def probe(client: Client, division: Division) -> Iterable[Canary]:
    """Compare the newest layer's attributes with those of the catalogue."""
    return layers.canaries(client, division.source, division.key)


def _codes(layer: Layer, division: Division) -> list[str]:
    codes = layer.texts(*division.key)
    first: dict[str, int] = {}
    for at, code in enumerate(codes, 1):
        if not re.fullmatch(division.code, code):
            raise Refused("not_an_area", quoted(code), f"a code {division.code}", line=at, column=division.key[0])
        if code in first:
            raise Refused("duplicate_area", found=code, expected=str(first[code]), line=at, column=division.key[0])
        first[code] = at
    return codes


def _refuse_unnamed(codes: list[str], fi: list[str], sv: list[str]) -> None:
    for at, (code, *names) in enumerate(zip(codes, fi, sv, strict=True), 1):
        if not NAMED.match(names[0]) or (names[1] and not NAMED.match(names[1])):
            raise Refused("missing_name", found=quoted(code), line=at)


def _surface(cell: str, at: int) -> int | None:
    if cell and not re.fullmatch("[0-9]{1,13}", cell):
        raise Refused("not_a_number", found=quoted(cell), expected="whole_number", line=at, column="pinta_ala")
    return int(cell) if cell else None


def _drawn(shapes: vector.Geometries) -> dict[str, Any]:
    """Return boundaries and points as WKT in whole metres, valid after rounding."""
    import shapely

    rounded = shapely.set_precision(shapes, GRID)
    gone = ~np.isin(shapely.get_type_id(rounded), (3, 6)) | shapely.is_empty(rounded) | ~shapely.is_valid(rounded)
    if gone.any():
        raise Refused("layer_geometry", found="no_shape", expected="valid_polygon", line=int(gone.argmax()) + 1)
    points = shapely.get_coordinates(shapely.point_on_surface(rounded)).astype(np.int64)
    written = shapely.to_wkt(rounded, rounding_precision=0)
    return {
        "geometry": [text.upper() for text in written],  # in a Turkish locale it writes MULTiPOLYGON
        "centroid": [f"POINT ({x} {y})" for x, y in points.tolist()],
    }


def _source(division: Division, name: str, cadence: str, url: str) -> Source:
    return Source(
        id=division.source, name=name, publisher="Statistics Finland", licence="CC BY 4.0", cadence=cadence, url=url,
        read=partial(read, division=division), part=partial(part, division=division), open=True, tells=("areas",),
        fetch=partial(fetch, division=division), probe=partial(probe, division=division),
    )  # fmt: skip


SOURCES = (
    _source(POSTAL, "Boundaries of postal code areas", "yearly, late January",
            "https://stat.fi/org/avoindata/paikkatietoaineistot/paavo_en.html"),
    _source(MUNICIPAL, "Boundaries of municipalities, 1:1,000,000", "yearly, January",
            "https://stat.fi/org/avoindata/paikkatietoaineistot/kuntapohjaiset_tilastointialueet_en.html"),
)  # fmt: skip

"""What Statistics Finland's yearly WFS layers have in common: the newest year, a bundle of pages, the municipality."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from seg_pipeline.classifications import MUNICIPALITIES
from seg_pipeline.sources import bundle
from seg_pipeline.sources.http import Client, Unavailable
from seg_pipeline.sources.protocols import wfs
from seg_pipeline.sources.readers import vector
from seg_pipeline.sources.readers.vector import Layer
from seg_pipeline.sources.refusal import Refused, quoted
from seg_pipeline.sources.services import Service, services
from seg_pipeline.sources.source import Canary, Fetched, release_year

MUNICIPALITIES_TABLE = "data/catalogue/municipalities.csv"
OLDEST = 2  # years before the edition that the newest layer may be
YEAR_IN_NAME = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")


def layer(data: bytes) -> Layer:
    """Return the layer of a delivery: one file, or a bundle of the pages of a service. Raises Refused."""
    if not bundle.looks_like(data):
        return vector.read(data)
    bodies = bundle.unpack(data)
    if not bodies:
        raise Refused("empty")
    pages = [vector.read(body.data) for body in bodies]
    if len({page.crs for page in pages}) != 1:
        raise Refused("coordinate_system", quoted(", ".join(sorted({page.crs for page in pages}))), pages[0].crs)
    attributes = pd.concat([page.attributes for page in pages], ignore_index=True)
    shapes = [page.geometry for page in pages if page.geometry is not None]
    whole = np.concatenate(shapes) if len(shapes) == len(pages) else None
    return replace(pages[0], attributes=attributes, geometry=whole, name=bodies[0].name)


def refuse_other_year(found: Layer, release: str, lag: int = 0) -> None:
    """Refuse a layer that says, in its attribute ``vuosi`` or its name, that it is not of `lag` years before."""
    told = found.texts("vuosi") if found.find("vuosi") else []
    named = YEAR_IN_NAME.findall(found.name)
    if not told and len(named) == 1:
        told = named * min(1, len(found))
    for at, year in enumerate(told, 1):
        if year != str(release_year(release) - lag):
            raise Refused("release", found=quoted(year), expected=quoted(release), line=at, column="vuosi")


def municipalities(found: Layer, names: tuple[str, ...]) -> list[str]:
    """Return the three-digit municipality of each feature. Raises Refused for one that is not in the catalogue."""
    codes = [code.zfill(3) for code in found.texts(*names)]
    for at, code in enumerate(codes, 1):
        if code not in MUNICIPALITIES:
            raise Refused("unknown_municipality", quoted(code), MUNICIPALITIES_TABLE, line=at, column=names[0])
    return codes


def fetched(client: Client, edition: int, source: str, keys: tuple[str, ...], lag: int = 0) -> Fetched:
    """Return the newest layer up to the edition's year as one delivery. Raises Unavailable.

    The release is the year in which the layer appears, `lag` years after the one that it is named after.
    """
    service = _service(source)
    name, year = _newest(client, service, edition - lag)
    key = _key(wfs.properties(client, service.url, name), keys, service.url, name)
    bodies = wfs.features(client, service.url, name, key)
    return Fetched(str(year + lag), f"{name.rpartition(':')[2]}.zip", bundle.pack(bodies), service.url)


def canaries(client: Client, source: str, keys: tuple[str, ...]) -> Iterator[Canary]:
    """Compare the newest layer that the service has with what the catalogue says it holds."""
    service = _service(source)
    name, _ = _newest(client, service, 9999)
    there = wfs.properties(client, service.url, name)
    expected = service.expects.split()
    yield Canary(name, service.expects, " ".join(one for one in expected if one in there))
    yield Canary(f"{name} key", keys[0], next((key for key in keys if key in there), ""))


def _service(source: str) -> Service:
    (service,) = services(source).values()
    return service


def _newest(client: Client, service: Service, edition: int) -> tuple[str, int]:
    found = wfs.newest(wfs.layers(client, service.url), service.name, edition)
    if found is None or (edition != 9999 and found[1] < edition - OLDEST):
        told = f"the newest is {found[0]}" if found else "there is none"
        raise Unavailable(f"{service.url}: no layer {service.name} for {edition}; {told}. Try again later.")
    return found


def _key(there: dict[str, str], keys: tuple[str, ...], url: str, name: str) -> str:
    for key in keys:
        if key in there:
            return key
    raise Unavailable(f"{url}: {name} has none of {', '.join(keys)}. `seg sources probe` says what has moved.")

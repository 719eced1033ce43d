"""Vipunen, the education administration's statistics. What it is, and how it is asked.

What is read of it, and what is refused, is in `vipunen_figures`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from seg_pipeline import catalogue
from seg_pipeline.sources import bundle
from seg_pipeline.sources.http import Client, Unavailable
from seg_pipeline.sources.national.vipunen_figures import LICENCE, PUBLISHER, RESOURCES, ROLES, SOURCE, read, sheets
from seg_pipeline.sources.protocols import vipunen
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.sources.services import services
from seg_pipeline.sources.source import Canary, Fetched, Source


def part(data: bytes) -> str:
    """Return what a file covers: the indicator that its rows make. A fetched bundle is the whole."""
    if bundle.looks_like(data):
        return ""
    try:
        (sheet,) = sheets(data)
    except Refused:
        return ""
    years = sorted({year for year in sheet.grid.column(sheet.about["year"]) if re.fullmatch("[0-9]{4}", year)})
    return f"{sheet.about['indicator']}-{'-'.join((years or ['none'])[:: max(1, len(years) - 1)])}"


def fetch(client: Client, edition: int) -> Iterator[Fetched]:
    """Yield one delivery: all rows of every resource in the catalogue. Raises Unavailable where one is not there."""
    url = services(SOURCE)["resources"].url
    there = vipunen.resources(client, url)
    bodies: list[bundle.Body] = []
    for row in catalogue.rows("vipunen/resources"):
        if row["resource"] not in there:
            raise Unavailable(f"{url}: there is no {row['resource']}. Find its name there and correct {RESOURCES}.")
        bodies += vipunen.pages(client, url, row["resource"], row["filter"])
    yield Fetched(str(edition), f"vipunen_{edition}.zip", bundle.pack(bodies), url)


def probe(client: Client) -> Iterable[Canary]:
    """Yield whether each resource is there, and has the columns that are read."""
    url = services(SOURCE)["resources"].url
    there = vipunen.resources(client, url)
    for row in catalogue.rows("vipunen/resources"):
        name = row["resource"]
        yield Canary(f"resource {name}", name, name if name in there else "")
        if name in there:
            rows = client.json(f"{url}/{name}/data", {"limit": 1, "offset": 0})
            first = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
            wanted = [row[role] for role in ROLES]
            found = [column for column in wanted if column in first]
            yield Canary(f"columns of {name}", ", ".join(wanted), ", ".join(found))


VIPUNEN = Source(
    id=SOURCE,
    name="Vipunen, education statistics by home municipality",
    publisher=PUBLISHER,
    licence=LICENCE,
    cadence="yearly",
    url="https://vipunen.fi",
    read=read,
    part=part,
    open=True,
    tells=("wellbeing",),
    fetch=fetch,
    probe=probe,
)
SOURCES = (VIPUNEN,)

"""Paavo asked of Statistics Finland's PxWeb service: the newest release with its series, or one out of the archive.

The division of areas that the table is in says which edition it is: its date stands in the code of the areas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from seg_pipeline.sources import bundle
from seg_pipeline.sources.http import Client, Unavailable
from seg_pipeline.sources.national.paavo_layouts import variables
from seg_pipeline.sources.national.paavo_services import AREA, CONTENTS, TIME, content
from seg_pipeline.sources.protocols import pxweb
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.sources.services import services
from seg_pipeline.sources.source import Canary, Fetched

DIVISION = re.compile(r"_(?P<year>[0-9]{4})[0-9]{4}$")  # postinumeroalue_4_20260101


def fetch(client: Client, edition: int) -> Iterator[Fetched]:
    """Yield the release of `edition`, every area, variable and year of it, as one bundle. Raises Unavailable."""
    newest = services("paavo")["all"]
    url, known = pxweb.located(client, newest.url, newest.expects, AREA)
    if (there := _division(known, edition)) < edition:
        raise Unavailable(f"{url}: is still in the areas of {there}; there is no release {edition} yet.")
    if there > edition:
        archive = services("paavo")["archive"]
        url, known = pxweb.in_folder(client, f"{archive.url}{edition}/", archive.expects, AREA)
    data = bundle.pack(pxweb.bodies(client, url, {}, known))
    yield Fetched(str(edition), f"paavo_{edition}.zip", data, url)


def probe(client: Client) -> Iterator[Canary]:
    """Yield where the table is, what it is called, and which of its variables the catalogue does not have."""
    newest = services("paavo")["all"]
    url, known = pxweb.located(client, newest.url, newest.expects, AREA)
    yield Canary("address", newest.url, url)
    titled = newest.expects.casefold() in known.title.casefold()
    yield Canary("title", newest.expects, newest.expects if titled else known.title)
    lacking = [names[0] for names in ((AREA,), CONTENTS, TIME) if not any(map(known.has, names))]
    yield Canary("missing dimensions", "none", ", ".join(lacking) or "none")
    if not lacking:
        yield from _contents(known)


def _contents(known: pxweb.Metadata) -> Iterator[Canary]:
    found, unknown = set(), []
    told = known.variable(*CONTENTS)
    for code, text in zip(told.values, told.texts, strict=True):
        try:
            found.add(content(code, text)[0])
        except Refused:
            unknown.append(code)
    required = {variable for variable, row in variables().items() if row["required"] == "yes"}
    yield Canary("unknown variables", "none", ", ".join(unknown) or "none")
    yield Canary("missing variables", "none", ", ".join(sorted(required - found)) or "none")


def _division(known: pxweb.Metadata, edition: int) -> int:
    """The year of the areas that a table is in; the edition itself where the table does not say."""
    dated = DIVISION.search(known.variable(AREA).code) if known.has(AREA) else None
    return int(dated["year"]) if dated else edition

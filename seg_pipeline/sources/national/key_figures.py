"""Statistics Finland's municipal key figures, with the municipal tables of language and low income beside them.

Which content of which table becomes which indicator is ``data/catalogue/key_figures.csv``: its code, or how its label
begins. The tables are fetched whole, every area and year; only municipalities are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from seg_pipeline import tables
from seg_pipeline.classifications import WELLBEING
from seg_pipeline.sources import bundle
from seg_pipeline.sources.http import Client, Unavailable
from seg_pipeline.sources.national.key_figures_cells import AREA, CONTENTS, TIME, contents_of, figures
from seg_pipeline.sources.protocols import pxweb
from seg_pipeline.sources.readers import json_stat
from seg_pipeline.sources.readers.cube import Cube
from seg_pipeline.sources.refusal import Refused, quoted
from seg_pipeline.sources.services import services
from seg_pipeline.sources.source import Canary, Delivered, Fetched, Source

ID = "key_figures"
TOTAL = "SSS"  # of a variable that is none of these
MAPPING = "data/catalogue/key_figures.csv"
MOST_CELLS = 2_000_000  # the three tables have some hundred thousand
MOST = {"percent": 100.0, "index": 100.0}  # the largest value of a unit
READ, OTHER_AREA = "municipality, figure and year", "other areas than municipalities"
NOT_USED, TOLD_BEFORE = "figures that the catalogue does not use", "figures that another table tells already"


def read(data: bytes, release: str) -> Delivered:
    """Return the municipalities' indicators in a fetched bundle, each for every year that its table tells."""
    if not bundle.looks_like(data):
        raise Refused(
            "layout", found=quoted(data[:20].decode("ascii", "replace")), expected="a bundle as it was fetched"
        )
    pieces, rows = [], dict.fromkeys((READ, OTHER_AREA, NOT_USED, TOLD_BEFORE), 0)
    seen: set[str] = set()
    for table, (known, cubes) in _by_table(bundle.unpack(data)).items():
        told = figures(table, known, cubes)
        here, used, again = told["municipality"].notna(), told["indicator"].notna(), told["indicator"].isin(seen)
        seen |= set(told["indicator"][used])
        for what, those in ((READ, used & ~again & here), (OTHER_AREA, used & ~again & ~here), (NOT_USED, ~used),
                            (TOLD_BEFORE, again)):  # fmt: skip
            rows[what] += int(those.sum())
        pieces.append(told[used & ~again & here])
    if not rows[READ]:
        raise Refused("empty")
    return Delivered({"wellbeing": _wellbeing(pd.concat(pieces, ignore_index=True), release)}, rows)


def fetch(client: Client, edition: int) -> Iterator[Fetched]:
    """Yield every table of the catalogue's services, with all areas and years, as one bundle. Raises Unavailable."""
    found: list[bundle.Body] = []
    named = services(ID)
    pace = pxweb.Pace(pxweb.limits(client, next(iter(named.values())).url))
    for table, service in named.items():
        url, known = pxweb.located(client, service.url, service.expects, AREA)
        bodies = pxweb.bodies(client, url, _wanted(table, known, url), known, pace)
        found += [replace(body, name=f"{table}: {body.name}") for body in bodies]
    yield Fetched(str(edition), f"key_figures_{edition}.zip", bundle.pack(found), next(iter(named.values())).url)


def probe(client: Client) -> Iterator[Canary]:
    """Yield where each table is, what it is called, and which figures of the catalogue it has."""
    for table, service in services(ID).items():
        url, known = pxweb.located(client, service.url, service.expects, AREA)
        yield Canary(f"{table}: address", service.url, url)
        titled = service.expects.casefold() in known.title.casefold()
        yield Canary(f"{table}: title", service.expects, service.expects if titled else known.title)
        lacking = [names[0] for names in ((AREA,), CONTENTS, TIME) if not any(map(known.has, names))]
        yield Canary(f"{table}: missing dimensions", "none", ", ".join(lacking) or "none")
        if not lacking:
            told = known.variable(*CONTENTS)
            mapped = {one.indicator for one in contents_of(table, told.values, told.texts)}
            yield Canary(f"{table}: has a figure", "yes", "yes" if mapped else "no")


KEY_FIGURES = Source(
    id=ID,
    name="Municipal key figures",
    publisher="Statistics Finland",
    licence="CC BY 4.0",
    cadence="yearly, with updates through the year",
    url="https://stat.fi/tup/alue/kuntienavainluvut.html",
    read=read,
    open=True,
    tells=("wellbeing",),
    fetch=fetch,
    probe=probe,
)
SOURCES = (KEY_FIGURES,)


def _by_table(bodies: Sequence[bundle.Body]) -> dict[str, tuple[pxweb.Metadata, list[Cube]]]:
    """The metadata of each table and its answers, in the order in which they were fetched."""
    found: dict[str, tuple[pxweb.Metadata, list[Cube]]] = {}
    size = 0
    for body in bodies:
        table, _, what = body.name.partition(": ")
        if what == pxweb.METADATA:
            found[table] = (pxweb.understood(body.data), [])
            continue
        if table not in found:
            raise Refused("layout", found=quoted(body.name), expected=f"{table}: {pxweb.METADATA}")
        found[table][1].append(json_stat.read(body.data))
        size += len(found[table][1][-1].values)
        if size > MOST_CELLS:
            raise Refused("cells", found=f"{size:,}", expected=f"at most {MOST_CELLS:,}")
    return {table: told for table, told in found.items() if told[1]}


def _wanted(table: str, known: pxweb.Metadata, url: str) -> dict[str, Sequence[str]]:
    """What is asked of a table: the contents of the catalogue, and the total of what is not area, content or year."""
    try:
        told = known.variable(*CONTENTS)
        plain = {known.variable(AREA).code, known.variable(*TIME).code, told.code}
    except Refused as refused:
        raise Unavailable(f"{url}: {refused}") from None
    mapped = contents_of(table, told.values, told.texts)
    if not mapped:
        raise Unavailable(f"{url}: has none of the figures of {MAPPING}. `seg sources probe` says what has moved.")
    others = {one.code: set(one.values) for one in known.variables if one.code not in plain}
    if untold := [code for code, values in others.items() if TOTAL not in values]:
        raise Unavailable(f"{url}: {untold[0]} has no total {TOTAL}. `seg sources probe` says what has moved.")
    return {told.code: [one.code for one in mapped], **{code: [TOTAL] for code in others}}


def _wellbeing(told: pd.DataFrame, release: str) -> pd.DataFrame:
    """The table `wellbeing` of what was read; a value that its unit cannot have is refused."""
    unit = told["indicator"].map(WELLBEING)
    value, most = told["value"], unit.map(MOST).fillna(np.inf)
    off = (value < 0) | (value > most) | ((unit == "persons") & (value % 1 > 0))
    if off.any():
        row = told[off].iloc[0]
        expected = f"{row['indicator']}, {unit[off].iloc[0]}"
        raise Refused("out_of_range", found=f"{row['value']:g}", expected=expected, column=row["municipality"])
    table = told.rename(columns={"municipality": "city"}).assign(
        group="total", period="year", source=ID, release=release, unit=unit, numerator=np.nan, denominator=np.nan,
        producer=KEY_FIGURES.publisher, licence=KEY_FIGURES.licence,
    )  # fmt: skip
    return tables.conform(table, "wellbeing")

"""THL's Sotkanet: indicators of welfare by municipality. What it is, and how it is asked.

What is read of it, and what is refused, is in `sotkanet_figures`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlencode

from seg_pipeline import catalogue
from seg_pipeline.sources import bundle
from seg_pipeline.sources.http import Client, Unavailable, parsed
from seg_pipeline.sources.national.sotkanet_figures import OPEN, SOURCE, Mapped, has_title, mapped, read
from seg_pipeline.sources.national.sotkanet_layouts import ABOUT, DATA, REGIONS, about, figures, regions
from seg_pipeline.sources.readers import records
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.sources.services import services
from seg_pipeline.sources.source import Canary, Fetched, Source

FIRST_YEAR = 1990
FEW = 5  # indicators that are named in the name of a part


def part(data: bytes) -> str:
    """Return what a file covers: its indicators and years. A fetched bundle is the whole."""
    if bundle.looks_like(data):
        return ""
    try:
        (told,) = figures(data)
    except Refused:
        return ""
    ids = sorted({number for number in told.columns["indicator"] if number.isascii() and number.isdigit()})
    years = sorted({year for year in told.columns["year"] if year.isascii() and year.isdigit()}) or ["none"]
    named = "-".join(ids) if len(ids) <= FEW else f"{len(ids)}-indicators"
    return f"{named}-years-{years[0]}-{years[-1]}"


def fetch(client: Client, edition: int) -> Iterator[Fetched]:
    """Yield one delivery: the regions, and the metadata and figures of every mapped indicator, one call at a time."""
    at = services(SOURCE)
    years = [str(year) for year in range(FIRST_YEAR, edition + 1)]
    bodies = [_body(client, REGIONS, at["regions"].url, {}, list)]
    for number in mapped():
        bodies.append(_body(client, ABOUT + number, f"{at['indicators'].url}/{number}", {}, dict))
        asked = {"indicator": number, "years": years, "genders": "total"}
        bodies.append(_body(client, DATA + number, at["data"].url, asked, list))
    yield Fetched(str(edition), f"sotkanet_{edition}.zip", bundle.pack(bodies), at["data"].url)


def _body(client: Client, name: str, url: str, asked: Mapping[str, object], kind: type) -> bundle.Body:
    data = client.get(url, asked)
    if not isinstance(parsed(data, url), kind):
        raise Unavailable(
            f"{url}: the answer for {name} is no JSON {kind.__name__}. `seg sources probe` says what moved."
        )
    return bundle.Body(name, f"{url}?{urlencode(asked, doseq=True)}" if asked else url, data)


def probe(client: Client) -> Iterable[Canary]:
    """Yield what is expected and found: region ids of the eleven cities; title, producer, years of each indicator."""
    at = services(SOURCE)
    try:
        known = regions(records.document(client.get(at["regions"].url)))
    except Refused as refused:
        raise Unavailable(f"{at['regions'].url}: {refused}") from None
    for row in catalogue.rows("sotkanet/regions"):
        yield Canary(f"region {row['region']}", row["municipality"], known.get(row["region"], ""))
    for number, ours in mapped().items():
        yield from _probed(client, at["indicators"].url, number, ours)


def _probed(client: Client, url: str, number: str, ours: Mapped) -> Iterator[Canary]:
    try:
        now = about(records.document(client.get(f"{url}/{number}")))
    except (Refused, Unavailable) as failed:
        yield Canary(f"indicator {number}", ours.title, str(failed))
        return
    last = now.years[1]
    reaches = last.isdigit() and int(last) >= ours.years_reach
    yield Canary(f"title of {number}", ours.title, ours.title if has_title(ours, now) else now.title)
    yield Canary(f"producer of {number}", ours.producer, now.producer)
    yield Canary(f"years of {number}", f"to {ours.years_reach}", f"to {ours.years_reach if reaches else last or '?'}")


SOTKANET = Source(
    id=SOURCE,
    name="Sotkanet, indicators of welfare and health by municipality",
    publisher="Finnish Institute for Health and Welfare (THL)",
    licence=OPEN,
    cadence="continuous; most indicators yearly",
    url="https://sotkanet.fi",
    read=read,
    part=part,
    open=True,
    tells=("wellbeing",),
    fetch=fetch,
    probe=probe,
)
SOURCES = (SOTKANET,)

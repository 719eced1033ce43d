"""Kela's basic social assistance and general housing allowance by municipality. What they are, and how they are asked.

What is read of them, and what is refused, is in `kela_figures`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from seg_pipeline import catalogue
from seg_pipeline.sources import bundle
from seg_pipeline.sources.http import Client, Unavailable
from seg_pipeline.sources.national.kela_figures import PUBLISHER, read
from seg_pipeline.sources.national.kela_layouts import sheets
from seg_pipeline.sources.protocols import ckan
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.sources.services import services
from seg_pipeline.sources.source import Canary, Fetched, Source

LICENCE = "CC BY 4.0"


def part(data: bytes, source: str) -> str:
    """Return what a file covers: its layout and years. A fetched bundle is the whole."""
    if bundle.looks_like(data):
        return ""
    try:
        (sheet,) = sheets(data, source)
    except Refused:
        return ""
    years = sorted(set(sheet.cells("year")))
    return f"{sheet.layout}-{years[0]}-{years[-1]}" if all(year.isdigit() for year in years) else ""


def fetch(client: Client, edition: int, source: str) -> Iterator[Fetched]:
    """Yield one delivery: the packages of the source as the open data catalogue describes them, and their tables."""
    at, bodies, licences = services(source), [], []
    hosts = tuple(urlsplit(service.url).hostname or "" for name, service in at.items() if name == "files")
    url = ""
    for row in _packages(source):
        url = at[row["package"]].url
        package, body = ckan.package(client, url, row["package"])
        bodies += [body, *_tables(client, url, package, row["filters"], hosts)]
        licences.append(package.licence)
    licence = licences[0] if len(set(licences)) == 1 else ckan.UNKNOWN
    yield Fetched(str(edition), f"{source}_{edition}.zip", bundle.pack(bodies), url, licence)


def _packages(source: str) -> list[dict[str, str]]:
    return [row for row in catalogue.rows("kela/packages") if row["source"] == source]


def _tables(
    client: Client, url: str, package: ckan.Package, filters: str, hosts: tuple[str, ...]
) -> Iterator[bundle.Body]:
    """Yield the CSV tables of a package: the rows asked for from the datastore where it holds them, else the files."""
    resources = [resource for resource in package.resources if resource.format == "CSV"]
    if not resources:
        raise Unavailable(f"{url}: the package {package.slug} has no CSV. `seg sources probe` says what moved.")
    for resource in resources:
        if filters and resource.stored:
            wanted = dict(one.split("=", 1) for one in filters.split("|"))
            yield from ckan.pages(client, url, resource, wanted)
        else:
            yield ckan.file(client, url, resource, hosts)


def probe(client: Client, source: str) -> Iterable[Canary]:
    """Yield title, licence and formats of each package as expected and as found."""
    at = services(source)
    for row in _packages(source):
        name, service = row["package"], at[row["package"]]
        try:
            package, _ = ckan.package(client, service.url, name)
        except Unavailable as failed:
            yield Canary(f"package {name}", service.expects, str(failed))
            continue
        same = service.expects.casefold() in package.title.casefold()
        yield Canary(f"title of {name}", service.expects, service.expects if same else package.title)
        yield Canary(f"licence of {name}", LICENCE, package.licence)
        formats = {resource.format for resource in package.resources}
        yield Canary(f"formats of {name}", "CSV", "CSV" if "CSV" in formats else ", ".join(sorted(formats)))


def _source(id_: str, name: str) -> Source:
    return Source(
        id=id_,
        name=name,
        publisher=PUBLISHER,
        licence=LICENCE,
        cadence="monthly",
        url="https://avoindata.suomi.fi/data/fi/organization/kela",
        read=lambda data, release: read(data, release, id_),
        part=lambda data: part(data, id_),
        open=True,
        tells=("wellbeing",),
        fetch=lambda client, edition: fetch(client, edition, id_),
        probe=lambda client: probe(client, id_),
    )


SOURCES = (
    _source("kela_social_assistance", "Basic social assistance by municipality"),
    _source("kela_housing_allowance", "General housing allowance by municipality"),
)

"""How a CKAN catalogue is asked: a package by its name, its resources, a table of the datastore page by page.

Every answer is checked for being one before the next is asked; what comes back is whole or `Unavailable`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from seg_pipeline.sources import bundle
from seg_pipeline.sources.http import Client, Unavailable, parsed
from seg_pipeline.sources.readers import datastore
from seg_pipeline.sources.refusal import Refused

PAGE = 10_000  # records asked for at once
LICENCES = {"cc-by-4.0": "CC BY 4.0", "cc-by": "CC BY", "cc-zero": "CC0 1.0", "cc-zero-1.0": "CC0 1.0"}
UNKNOWN = "not stated"


class Resource(NamedTuple):
    """One table of a package: a file at `url`, and a table of the datastore where `stored`."""

    id: str
    name: str
    format: str
    url: str
    stored: bool


class Package(NamedTuple):
    """A data set with its title, its licence as the catalogue states it, and its resources."""

    slug: str
    title: str
    licence: str
    resources: tuple[Resource, ...]


def package(client: Client, api: str, slug: str) -> tuple[Package, bundle.Body]:
    """Return a package and the raw answer. Raises Unavailable."""
    url = f"{api}/package_show"
    data = client.get(url, {"id": slug})
    return described(data, f"{url}?id={slug}", slug), bundle.Body(f"package {slug}", f"{url}?id={slug}", data)


def described(data: bytes, url: str, slug: str) -> Package:
    """Return the package in an answer to package_show. Raises Unavailable where it is another answer."""
    result = _result(data, url)
    try:
        resources = tuple(_resource(listed) for listed in result["resources"])
        licence = str(result.get("license_id") or "")
        stated = LICENCES.get(licence) or str(result.get("license_title") or licence) or UNKNOWN
        return Package(str(result.get("name") or slug), _text(result.get("title")), stated, resources)
    except (KeyError, TypeError, AttributeError):
        raise Unavailable(f"{url}: the answer describes no package. `seg sources probe` says what moved.") from None


def pages(client: Client, api: str, resource: Resource, filters: Mapping[str, str]) -> Iterator[bundle.Body]:
    """Yield the pages of a datastore table that has the values in `filters`. Raises Unavailable when one is short."""
    url, offset, total = f"{api}/datastore_search", 0, 1
    while offset < total:
        asked = {"resource_id": resource.id, "limit": PAGE, "offset": offset, "sort": datastore.OWN}
        data = client.get(url, asked | {"filters": json.dumps(filters, ensure_ascii=False)} if filters else asked)
        try:
            page = datastore.read(data)
        except Refused as refused:
            raise Unavailable(f"{url}: {refused}") from None
        offset, total = offset + len(page.grid.rows), page.total
        if offset > total or (not page.grid.rows and total):
            raise Unavailable(f"{url}: {offset} of {total} records of {resource.name or resource.id}. Try again later.")
        start = offset - len(page.grid.rows)
        yield bundle.Body(f"page {resource.id} {start}", f"{url}?resource_id={resource.id}&offset={start}", data)


def file(client: Client, api: str, resource: Resource, hosts: tuple[str, ...] = ()) -> bundle.Body:
    """Return a resource's file, from the catalogue's own host or one of `hosts`. Raises Unavailable."""
    host = urlsplit(resource.url).hostname or ""
    if host not in (urlsplit(api).hostname, *hosts):
        raise Unavailable(f"{resource.url}: the file of {resource.name} is on another host, {host}; not followed.")
    return bundle.Body(f"file {resource.id}", resource.url, client.get(resource.url))


def _result(data: bytes, url: str) -> Any:
    answer = parsed(data, url)
    if not isinstance(answer, dict) or answer.get("success") is not True or not isinstance(answer.get("result"), dict):
        raise Unavailable(f"{url}: the catalogue answers without success. `seg sources probe` says what moved.")
    return answer["result"]


def _resource(listed: Mapping[str, Any]) -> Resource:
    kind = str(listed.get("format") or "").upper()
    name = _text(listed.get("name_translated")) or _text(listed.get("name"))
    return Resource(str(listed["id"]), name, kind, str(listed.get("url") or ""), listed.get("datastore_active") is True)


def _text(value: Any) -> str:
    """Return a text that may come in several languages; the Finnish one then."""
    return str(value.get("fi") or "") if isinstance(value, dict) else str(value or "")

"""How the open API of the education administration is asked: resources by name, their rows page by page.

The number of rows is asked before and after; what comes back is all of them, or `Unavailable`.
"""

from __future__ import annotations

from collections.abc import Iterator

from seg_pipeline.sources import bundle
from seg_pipeline.sources.http import Client, Unavailable, parsed

PAGE = 5_000  # rows asked for at once


def resources(client: Client, url: str) -> list[str]:
    """Return the names of all resources. Raises Unavailable."""
    listed = client.json(url)
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        raise Unavailable(f"{url}: the answer is no list of resources. `seg sources probe` says what moved.")
    return listed


def pages(client: Client, url: str, resource: str, chosen: str = "") -> Iterator[bundle.Body]:
    """Yield the count and every page of the rows of `resource` that the RSQL filter `chosen` lets through."""
    said = {"filter": chosen} if chosen else {}
    at = f"{url}/{resource}/data"
    total, counted = _count(client, f"{at}/count", said)
    yield bundle.Body(f"count {resource}", f"{at}/count", counted)
    offset = 0
    while offset < total:
        data = client.get(at, said | {"limit": PAGE, "offset": offset})
        rows = parsed(data, at)
        if not isinstance(rows, list) or not rows or offset + len(rows) > total:
            raise Unavailable(f"{at}: no further rows after {offset} of {total}. Try again later.")
        yield bundle.Body(f"page {resource} {offset}", f"{at}?limit={PAGE}&offset={offset}", data)
        offset += len(rows)
    if _count(client, f"{at}/count", said)[0] != total:
        raise Unavailable(f"{at}: the rows changed while they were fetched. Try again later.")


def _count(client: Client, url: str, said: dict[str, str]) -> tuple[int, bytes]:
    data = client.get(url, said)
    number = parsed(data, url)
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise Unavailable(f"{url}: the answer is no number of rows. `seg sources probe` says what moved.")
    return number, data

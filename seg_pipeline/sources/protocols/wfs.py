"""WFS 2.0 as GeoServer answers it: which layers are there, what a layer holds, and all of its features, in pages.

Nothing is lost or doubled: every page has to say how many features there are, and together they have to be as many.
A service answers an error as XML, often with status 200: that is `Unavailable`, with the service's own words.
"""

from __future__ import annotations

import html
import re
from typing import Any

from seg_pipeline.sources.bundle import Body
from seg_pipeline.sources.http import Client, Unavailable, parsed

VERSION = {"service": "WFS", "version": "2.0.0"}
METRES = "EPSG:3067"
PAGE = 1_000  # features asked for at a time
MOST_PAGES = 1_000
EXCEPTION = re.compile(rb"<(?:[a-z]{1,8}:)?(?:ExceptionReport|ServiceExceptionReport)[\s>]")
SAID = re.compile(r"<(?:[a-z]{1,8}:)?(?:ExceptionText|ServiceException)[^>]{0,200}>([^<]{0,500})")
LAYER = re.compile(r"<(?:[a-z]{1,8}:)?FeatureType[^>]{0,500}>\s{0,200}<(?:[a-z]{1,8}:)?Name>([^<]{1,200})</")
PROPERTY = re.compile(r'<xsd:element [^>]{0,300}?\bname="([^"]{1,100})"[^>]{0,300}?\btype="([^"]{1,100})"')
CLOCK = re.compile(rb'"timeStamp"\s*:\s*"[0-9TZ:.+-]{10,40}"')
NO_CLOCK = b'"timeStamp":""'


def layers(client: Client, url: str) -> list[str]:
    """Return the names of the layers that the service advertises, in its order. Raises Unavailable."""
    told = _text(client, url, {**VERSION, "request": "GetCapabilities"})
    found = [html.unescape(name).strip() for name in LAYER.findall(told)]
    if not found:
        raise Unavailable(f"{url}: its capabilities name no layer. Try again later.")
    return found


def newest(names: list[str], pattern: str, no_later_than: int) -> tuple[str, int] | None:
    """Return the layer that `pattern` names for the latest year, up to a year, and that year; ``{year}`` stands for it.

    A service may leave the namespace of its layers out: ``postialue:pno_2026`` and ``pno_2026`` are one layer.
    """
    told = re.compile(re.escape(pattern.rpartition(":")[2]).replace(r"\{year\}", "((?:19|20)[0-9]{2})"))
    found = [(name, told.fullmatch(name.rpartition(":")[2])) for name in names]
    years = [(name, int(match[1])) for name, match in found if match and int(match[1]) <= no_later_than]
    return max(years, key=lambda one: one[1]) if years else None


def properties(client: Client, url: str, layer: str) -> dict[str, str]:
    """Return the attributes of a layer with their XML types. Raises Unavailable."""
    told = _text(client, url, {**VERSION, "request": "DescribeFeatureType", "typeNames": layer})
    found = {name: kind for name, kind in PROPERTY.findall(told) if not kind.endswith("Type") or kind.startswith("gml")}
    if not found:
        raise Unavailable(f"{url}: {layer} is advertised and is not described. A new layer may need some days.")
    return found


def features(client: Client, url: str, layer: str, key: str, page: int = PAGE) -> list[Body]:
    """Return all features of a layer as GeoJSON in EPSG:3067, page by page in the order of `key`.

    The clock in each answer is taken out, so that unchanged features are unchanged bytes. Raises Unavailable.
    """
    bodies: list[Body] = []
    keys: set[Any] = set()
    total: int | None = None
    while total is None or len(keys) < total:
        asked = {"typeNames": layer, "outputFormat": "application/json", "srsName": METRES, "sortBy": key}
        body = client.get(url, {**VERSION, "request": "GetFeature", **asked, "count": page, "startIndex": len(keys)})
        found, matched = _page(body, url, layer, key)
        if total not in (None, matched):
            raise Unavailable(f"{url}: {layer} changed from {total:,} features to {matched:,} meanwhile. Try again.")
        if not found or len(bodies) >= MOST_PAGES:
            raise Unavailable(f"{url}: {layer} gave {len(keys):,} of its {matched:,} features. Try again later.")
        if len(keys | set(found)) != len(keys) + len(found):
            raise Unavailable(f"{url}: {layer} gave a feature twice. Try again later.")
        keys.update(found)
        total = matched
        bodies.append(Body(f"{layer}.{len(bodies) + 1}", url, CLOCK.sub(NO_CLOCK, body, count=1)))
    if len(keys) != total:
        raise Unavailable(f"{url}: {layer} gave {len(keys):,} features and says {total:,}. Try again later.")
    return bodies


def _page(body: bytes, url: str, layer: str, key: str) -> tuple[list[Any], int]:
    """Return the keys of a page's features, and how many the layer has."""
    _refuse_exception(body, url)
    told = parsed(body, url)
    try:
        found = [feature["properties"][key] for feature in told["features"]]
        matched = told["numberMatched"]
        if (
            not isinstance(matched, int)
            or isinstance(matched, bool)
            or told.get("numberReturned", len(found)) != len(found)
        ):
            raise TypeError
        hash(tuple(found))
    except (KeyError, TypeError):
        raise Unavailable(
            f"{url}: the answer on {layer} is no page of features with {key} and numberMatched."
        ) from None
    return found, matched


def _text(client: Client, url: str, params: dict[str, str]) -> str:
    body = client.get(url, params)
    _refuse_exception(body, url)
    return body.decode("utf-8", "replace")


def _refuse_exception(body: bytes, url: str) -> None:
    """Raise what the service says where it answers an exception instead of data."""
    if body.lstrip()[:1] == b"<" and EXCEPTION.search(body[:2_000]):
        said = SAID.search(body.decode("utf-8", "replace")[:20_000])
        words = " ".join(html.unescape(said[1]).split()) if said else "an exception"
        raise Unavailable(f"{url}: the service answered an exception: {words[:300]}. Try again later.")

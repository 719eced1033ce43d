"""PxWeb API version 1: what a table holds, how much may be asked at once, and a selection of it in whole answers.

A table's metadata are a GET of its address; its cells a POST of the values that are wanted of each variable.
Codes of variables carry dates (``alue_23_20260101``) and change: they are resolved by how they begin.
Limits are those of ``?config`` beside the language of the address.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, NamedTuple, TypeGuard

from seg_pipeline.sources.bundle import Body
from seg_pipeline.sources.http import Client, Unavailable
from seg_pipeline.sources.protocols.pxweb_metadata import Metadata, Variable, understood
from seg_pipeline.sources.readers import json_stat
from seg_pipeline.sources.refusal import Refused

__all__ = (
    "Limits",
    "Metadata",
    "Pace",
    "Variable",
    "bodies",
    "in_folder",
    "limits",
    "located",
    "metadata",
    "understood",
)

MOVED = (400, 404)  # what a service answers where a table is no more
TOO_MANY = 403  # cells asked at once
LANGUAGE = re.compile(r"(?P<language>.*?/api/v1/[a-z]{2})(?:/|$)", re.IGNORECASE)
METADATA = "metadata"

Selection = dict[str, tuple[str, ...]]  # by the code of each variable, its values


class Limits(NamedTuple):
    """How many cells at once, and how many calls in how many seconds."""

    cells: int = 10_000  # where a service does not say: few enough for any that is known
    calls: int = 10
    window: float = 10.0


@dataclass
class Pace:
    """Keeps the calls to one service within its limit. Several tables of a service share one."""

    limits: Limits
    _called: list[float] = field(default_factory=list, init=False, repr=False)

    def wait(self) -> None:
        """Wait until one more call is allowed, and count it."""
        begun = time.monotonic()
        self._called = [call for call in self._called if call > begun - self.limits.window]
        if len(self._called) >= self.limits.calls:
            time.sleep(max(0.0, self._called[-self.limits.calls] + self.limits.window - begun))
        self._called.append(time.monotonic())


def metadata(client: Client, url: str) -> Metadata:
    """Return what the table at `url` holds. Raises Unavailable when it does not say, or is no more."""
    try:
        return understood(client.get(url))
    except Refused as refused:
        raise _strange(url, refused) from None


def limits(client: Client, url: str) -> Limits:
    """Return the limits of the service of the table at `url`; the least that is known where it tells none."""
    beside = LANGUAGE.match(url)
    try:
        told = client.json(f"{beside['language'] if beside else url.rsplit('/', 1)[0]}/?config")
    except Unavailable as failed:
        if failed.status and failed.status < 500 and failed.status != 429:
            return Limits()
        raise
    told, usual = told if isinstance(told, dict) else {}, Limits()
    cells = min((told[name] for name in ("maxCells", "maxValues") if _positive(told.get(name))), default=usual.cells)
    calls, window = told.get("maxCalls"), told.get("timeWindow")
    rate = (calls, float(window)) if _positive(calls) and _positive(window) else (usual.calls, usual.window)
    return Limits(cells, *rate)


def bodies(
    client: Client,
    url: str,
    wanted: Mapping[str, Sequence[str]],
    known: Metadata | None = None,
    pace: Pace | None = None,
) -> list[Body]:
    """Return the metadata as they came, and the json-stat2 answers that together hold the selection, each cell once.

    `wanted` says which values of which variable (by how it begins); of a variable that is not named, all. Values keep
    the order of the table. `known` are the table's metadata where they have been asked for already; `pace` is shared
    by the tables of one service. Raises Unavailable when an answer is not the cells that were asked for.
    """
    known = known or metadata(client, url)
    pace = pace or Pace(limits(client, url))
    found, updated = [Body(METADATA, url, known.raw)], set()
    most, waiting = pace.limits.cells, [_chosen(known, wanted, url)]
    while waiting:
        piece, *later = _cut(waiting.pop(), most)
        waiting += reversed(later)
        question = _question(piece)
        pace.wait()
        try:
            answer = client.post(url, question)
        except Unavailable as failed:
            if failed.status != TOO_MANY or _cells(piece) == 1:
                raise
            most = _cells(piece) // 2
            waiting.append(piece)
            continue
        updated.add(_checked(answer, piece, url))
        found.append(Body(f"cells {len(found)}", url, answer, json.dumps(question, ensure_ascii=False)))
    if len(updated) > 1:
        raise Unavailable(f"{url}: was updated while it was read. Fetch it again.")
    return found


def located(client: Client, url: str, title: str, *having: str) -> tuple[str, Metadata]:
    """Return the address and metadata of the table at `url`; where it has moved, of its like in the same folder."""
    try:
        return url, metadata(client, url)
    except Unavailable as failed:
        if failed.status not in MOVED:
            raise
    return in_folder(client, url.rsplit("/", 1)[0] + "/", title, *having)


def in_folder(client: Client, folder: str, title: str, *having: str) -> tuple[str, Metadata]:
    """Return the address and metadata of the one table in `folder` whose title holds `title`, in any case of letters.

    Of several, the one that has the variables `having`. Raises Unavailable when there is none, or more than one.
    """
    addresses = [folder + name for name in _titled(client.json(folder), title)]
    described = [(address, metadata(client, address)) for address in addresses]
    found = [(address, known) for address, known in described if all(map(known.has, having))]
    if len(found) != 1:
        raise Unavailable(f"{folder}: {len(found)} tables are titled {title!r}, not one. The catalogue has to name it.")
    return found[0]


def _titled(listed: Any, title: str) -> list[str]:
    """The names of the tables in a folder's listing whose text holds `title`."""
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    names = [
        str(entry.get("id", ""))
        for entry in entries
        if entry.get("type") == "t" and title.casefold() in str(entry.get("text", "")).casefold()
    ]
    return [name for name in names if re.fullmatch(r"[\w.-]+", name)]


def _chosen(known: Metadata, wanted: Mapping[str, Sequence[str]], url: str) -> Selection:
    """The values asked of each variable, in the table's order; one that is not named is asked in full."""
    try:
        named = {known.variable(prefix).code: frozenset(values) for prefix, values in wanted.items()}
    except Refused as refused:
        raise _strange(url, refused) from None
    chosen = {
        one.code: tuple(value for value in one.values if one.code not in named or value in named[one.code])
        for one in known.variables
    }
    for code, values in named.items():
        if lacking := sorted(values - set(chosen[code])):
            raise Unavailable(
                f"{url}: {code} has no {', '.join(lacking[:5])}. `seg sources probe` says what has moved."
            )
    if empty := [code for code, values in chosen.items() if not values]:
        raise Unavailable(f"{url}: nothing of {', '.join(empty)} is asked for")
    return chosen


def _cut(selection: Selection, most: int) -> list[Selection]:
    """The selection in pieces of at most `most` cells, cut along its largest dimension."""
    cells = _cells(selection)
    if cells <= max(1, most):
        return [selection]
    largest = max(selection, key=lambda code: len(selection[code]))
    values = selection[largest]
    room = max(1, most // (cells // len(values)))
    parts = [{**selection, largest: values[at : at + room]} for at in range(0, len(values), room)]
    return [piece for part in parts for piece in _cut(part, most)]


def _cells(selection: Selection) -> int:
    return prod(map(len, selection.values()))


def _question(selection: Selection) -> dict[str, Any]:
    query = [
        {"code": code, "selection": {"filter": "item", "values": list(values)}} for code, values in selection.items()
    ]
    return {"query": query, "response": {"format": "json-stat2"}}


def _checked(answer: bytes, piece: Selection, url: str) -> str:
    """When the table was updated, where the answer is just the cells that were asked for; else Unavailable."""
    try:
        document = json_stat.parsed(answer)
        told = {dimension.code: dimension.codes for dimension in json_stat.cube(document).dimensions}
    except Refused as refused:
        raise _strange(url, refused) from None
    if {code: set(codes) for code, codes in told.items()} != {code: set(values) for code, values in piece.items()}:
        raise Unavailable(f"{url}: the answer holds other cells than were asked for. Try again later.")
    return str(document.get("updated", ""))


def _strange(url: str, refused: Refused) -> Unavailable:
    return Unavailable(f"{url}: {refused} `seg sources probe` says what has moved.")


def _positive(found: Any) -> TypeGuard[int]:
    return type(found) is int and 0 < found < 10**9

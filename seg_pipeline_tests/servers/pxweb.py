"""A PxWeb service, API version 1: folders, metadata, ``?config``, and json-stat2 answers within its limits."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from seg_pipeline_tests.servers.loopback import Answer, Request, busy, error

CONFIG = {"maxValues": 120_000, "maxCells": 120_000, "maxCalls": 40, "timeWindow": 60}
FORBIDDEN = b"<!DOCTYPE html><html><head><title>403 - Forbidden: Access is denied.</title></head></html>"


@dataclass(frozen=True)
class Table:
    """A table: its title, its variables as (code, text, values, texts), and a cell per combination: number or mark."""

    title: str
    variables: Sequence[tuple[str, str, Sequence[str], Sequence[str]]]
    cells: npt.NDArray[np.object_]
    updated: str = "2026-06-08T05:00:00Z"

    def described(self) -> bytes:
        """The metadata."""
        variables = [
            {"code": code, "text": text, "values": list(values), "valueTexts": list(texts)}
            | ({"time": True} if code.startswith(("timeperiod", "Vuosi")) else {})
            for code, text, values, texts in self.variables
        ]
        return json.dumps({"title": self.title, "variables": variables}, ensure_ascii=False).encode()

    def chosen(self, query: Sequence[Mapping[str, Any]]) -> list[list[int]] | None:
        """The places of the values that are asked for, or None for a query that is not understood."""
        asked = {part["code"]: part["selection"] for part in query}
        if set(asked) != {code for code, *_ in self.variables}:
            return None  # the service would make totals of what is left out
        places = []
        for code, _, values, _ in self.variables:
            known = {value: at for at, value in enumerate(values)}
            if asked[code]["filter"] != "item" or not set(asked[code]["values"]) <= set(known):
                return None
            places.append(sorted(known[value] for value in asked[code]["values"]))
        return places

    def answer(self, places: list[list[int]]) -> bytes:
        """The json-stat2 of a selection: null with a status where there is a mark instead of a number."""
        told = self.cells[np.ix_(*places)].ravel().tolist()
        dimension = {
            code: {
                "label": text,
                "category": {
                    "index": {values[place]: at for at, place in enumerate(mine)},
                    "label": {values[place]: texts[place] for place in mine},
                },
            }
            for (code, text, values, texts), mine in zip(self.variables, places, strict=True)
        }
        document = {
            "version": "2.0",
            "class": "dataset",
            "label": self.title,
            "source": "Tilastokeskus",
            "updated": self.updated,
            "id": [code for code, *_ in self.variables],
            "size": [len(mine) for mine in places],
            "dimension": dimension,
            "value": [None if isinstance(cell, str) else cell for cell in told],
            "status": {str(at): cell for at, cell in enumerate(told) if isinstance(cell, str)},
        }
        return json.dumps(document, ensure_ascii=False).encode()


@dataclass
class PxWeb:
    """The service. `most` is the limit in force, which may be less than `config` says; so may `calls` in `window`."""

    tables: Mapping[str, Table]  # by path
    config: Mapping[str, Any] | None = field(default_factory=lambda: dict(CONFIG))
    most: int = CONFIG["maxCells"]
    calls: int = 10_000
    window: float = 1.0
    sizes: list[int] = field(default_factory=list)  # of the selections that were answered
    busy: int = 0  # how often it was asked too often
    _asked: deque[float] = field(default_factory=deque)

    def __call__(self, request: Request) -> Answer:
        """Answer as the service does."""
        now = time.monotonic()
        while self._asked and self._asked[0] <= now - self.window:
            self._asked.popleft()
        if len(self._asked) >= self.calls:
            self.busy += 1
            return busy(1)
        self._asked.append(now)
        path = request.path
        if path.rstrip("/").endswith("/api/v1/fi"):
            return error(404) if self.config is None else Answer(json.dumps(self.config).encode())
        if path.endswith("/"):
            return self._folder(path)
        if path not in self.tables:
            return Answer(b"Bad Request", 400, "text/plain")
        return (
            self._cells(self.tables[path], request)
            if request.method == "POST"
            else Answer(self.tables[path].described())
        )

    def _folder(self, path: str) -> Answer:
        listed = [
            {"id": name.removeprefix(path), "type": "t", "text": table.title, "updated": table.updated}
            for name, table in self.tables.items()
            if name.startswith(path)
        ]
        return Answer(json.dumps(listed).encode()) if listed else error(404)

    def _cells(self, table: Table, request: Request) -> Answer:
        asked = json.loads(request.body)
        places = table.chosen(asked["query"])
        if places is None or asked["response"] != {"format": "json-stat2"}:
            return Answer(b"Bad Request", 400, "text/plain")
        if prod(map(len, places)) > self.most:
            return Answer(FORBIDDEN, 403, "text/html")
        self.sizes.append(prod(map(len, places)))
        return Answer(table.answer(places))

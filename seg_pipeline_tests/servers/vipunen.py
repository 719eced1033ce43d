"""Vipunen's open API: the list of resources, and of each the number of its rows and its rows page by page."""

from __future__ import annotations

import json
import runpy
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from seg_pipeline import settings
from seg_pipeline.sources import bundle
from seg_pipeline_tests.servers.loopback import Answer, Answering, Request, error

HOST = "api.vipunen.fi"
ROOT = "/api/resources"


@cache
def made_up() -> dict[str, list[dict[str, Any]]]:
    """Return the made-up rows of the demo by resource."""
    ((_, packed),) = runpy.run_path(str(settings.DEMO / "generators" / "vipunen.py"))["deliveries"]()
    pages = [body for body in bundle.unpack(packed) if body.name.startswith("page ")]
    return {body.name.split(" ")[1]: json.loads(body.data) for body in pages}


def answering(resources: Mapping[str, Sequence[Mapping[str, Any]]]) -> Answering:
    """Answer for `resources`."""

    def answer(request: Request) -> Answer:
        if request.path == ROOT:
            return Answer(json.dumps(list(resources)).encode())
        name, _, what = request.path.removeprefix(f"{ROOT}/").partition("/")
        if name not in resources or what not in ("data", "data/count"):
            return error(404)
        if what == "data/count":
            return Answer(str(len(resources[name])).encode())
        asked = dict(request.query)
        start, limit = int(asked.get("offset", 0)), int(asked.get("limit", 1000))
        return Answer(json.dumps(list(resources[name])[start : start + limit], ensure_ascii=False).encode())

    return answer

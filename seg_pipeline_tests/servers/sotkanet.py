"""Sotkanet's rest/1.1: regions, an indicator's metadata, and figures. Bodies are given, or the made-up demo's."""

from __future__ import annotations

import runpy
from collections.abc import Mapping
from functools import cache

from seg_pipeline import settings
from seg_pipeline.sources import bundle
from seg_pipeline_tests.servers.loopback import Answer, Answering, Request, error

HOST = "sotkanet.fi"
ROOT = "/rest/1.1/"


@cache
def made_up() -> dict[str, bytes]:
    """Return the made-up bodies of the demo by their names in a bundle."""
    ((_, packed),) = runpy.run_path(str(settings.DEMO / "generators" / "sotkanet.py"))["deliveries"]()
    return {body.name: body.data for body in bundle.unpack(packed)}


def answering(bodies: Mapping[str, bytes]) -> Answering:
    """Answer with `bodies`; as the real service does, refuse years that are not asked one by one."""

    def answer(request: Request) -> Answer:
        if not request.path.startswith(ROOT):
            return error(404)
        what, _, number = request.path.removeprefix(ROOT).partition("/")
        asked = dict(request.query)
        if what == "json":
            years = [value for name, value in request.query if name == "years"]
            if not years or not all(year.isdigit() for year in years) or asked.get("genders") != "total":
                return error(400)
        name = {"regions": "regions", "indicators": f"about {number}", "json": f"data {asked.get('indicator')}"}[what]
        return Answer(bodies[name]) if name in bodies else error(404)

    return answer

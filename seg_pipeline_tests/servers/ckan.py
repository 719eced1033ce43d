"""A CKAN catalogue: package_show, datastore_search with paging and filters, and the files of resources."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from seg_pipeline_tests.servers.loopback import Answer, Answering, Request, error

API = "/data/api/3/action/"
HOST = "avoindata.suomi.fi"


def resource(number: str, stored: bool = False, **more: Any) -> dict[str, Any]:
    """Return one CSV resource as package_show lists it."""
    url = f"https://{HOST}/data/dataset/{number}/data.csv"
    return {"id": number, "name": "data.csv", "format": "CSV", "url": url, "datastore_active": stored} | more


def package(slug: str, title: str, resources: Sequence[Mapping[str, Any]], **more: Any) -> dict[str, Any]:
    """Return a package as package_show describes it."""
    about = {
        "name": slug,
        "title": title,
        "license_id": "cc-by-4.0",
        "license_title": "Creative Commons Attribution 4.0",
    }
    return about | {"resources": list(resources)} | more


def answering(
    packages: Sequence[Mapping[str, Any]],
    files: Mapping[str, bytes] | None = None,
    tables: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
) -> Answering:
    """Answer for `packages`, for `files` by their resource, and for `tables` of the datastore by theirs."""
    by_slug = {package["name"]: package for package in packages}

    def answer(request: Request) -> Answer:
        asked = dict(request.query)
        if request.path == f"{API}package_show" and asked.get("id") in by_slug:
            return _success(by_slug[asked["id"]])
        if request.path == f"{API}datastore_search" and asked.get("resource_id") in (tables or {}):
            return _success(_page((tables or {})[asked["resource_id"]], asked))
        number = request.path.split("/")[-2]
        return Answer((files or {})[number], kind="text/csv") if number in (files or {}) else error(404)

    return answer


def _page(records: Sequence[Mapping[str, Any]], asked: Mapping[str, str]) -> dict[str, Any]:
    wanted = json.loads(asked.get("filters", "{}"))
    kept = [record for record in records if all(record[name] == value for name, value in wanted.items())]
    start, limit = int(asked.get("offset", 0)), int(asked.get("limit", 100))
    fields = [{"id": name, "type": "text"} for name in records[0]] if records else []
    return {"fields": fields, "records": kept[start : start + limit], "total": len(kept)}


def _success(result: Mapping[str, Any]) -> Answer:
    return Answer(json.dumps({"success": True, "result": result}, ensure_ascii=False).encode())

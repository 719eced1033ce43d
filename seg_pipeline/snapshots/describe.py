"""The words of a snapshot: its data package and its README, from the contracts and the catalogue's texts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from seg_pipeline import catalogue, tables
from seg_pipeline.catalogue import LANGUAGES

PROFILE = "https://datapackage.org/profiles/2.0"
TYPES = {"str": "string", "Int64": "integer", "float64": "number"}
FEW = 10  # values that are listed in full as a constraint


def files(
    version: str,
    edition: int,
    published: str,
    blobs: Mapping[str, bytes],
    rows: Mapping[str, int],
    facts: Mapping[str, Any],
    sources: Mapping[str, Mapping[str, str]],
    made_up: bool,
) -> dict[str, bytes]:
    """Return the files that describe a snapshot, name → bytes.

    `published` is when (UTC, ISO 8601); `facts` are those of the manifest: receipts, findings, code, predecessor.
    """
    receipts = list(facts["receipts"])
    package = data_package(version, blobs, receipts, made_up, sources)
    return {
        "datapackage.json": (json.dumps(package, ensure_ascii=False, indent=2) + "\n").encode(),
        "README.md": readme(version, edition, rows, receipts, made_up, sources).encode(),
    }


def data_package(
    version: str,
    blobs: Mapping[str, bytes],
    receipts: list[dict[str, Any]],
    made_up: bool,
    sources: Mapping[str, Mapping[str, str]],
) -> dict[str, Any]:
    """Return the Frictionless Data Package v2 descriptor of the tables in `blobs` (``<table>.parquet`` → bytes)."""
    title = {language: _text("snapshot_title", language).format(version=version) for language in LANGUAGES}
    notice = {"made_up": True, "notice": catalogue.texts("texts", "text")["made_up"]} if made_up else {"made_up": False}
    used = {receipt["source"]: receipt["licence"] for receipt in receipts}
    return {
        "$schema": f"{PROFILE}/datapackage.json",
        "name": f"segregation-situation-picture-{version}",
        "title": title["en"],
        "titles": title,
        "version": version,
        **notice,
        "sources": [
            {
                "title": sources[name]["name"],
                "publisher": sources[name]["publisher"],
                "licence": licence,
                **({"path": sources[name]["url"]} if sources[name]["url"] else {}),
            }
            for name, licence in sorted(used.items())
        ],
        "resources": [_resource(name, blobs[name]) for name in sorted(blobs)],
    }


def _resource(file: str, data: bytes) -> dict[str, Any]:
    schema = tables.CONTRACTS[file.removesuffix(".parquet")]
    return {
        "name": schema.name,
        "type": "table",
        "path": file,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "bytes": len(data),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "description": schema.description,
        "descriptions": schema.metadata,
        "schema": {
            "$schema": f"{PROFILE}/tableschema.json",
            "fields": [_field(name, column) for name, column in schema.columns.items()],
            "primaryKey": tables.key(str(schema.name)),
        },
    }


def _field(name: str, column: Any) -> dict[str, Any]:
    allowed = [
        list(check.statistics["allowed_values"]) for check in column.checks if "allowed_values" in check.statistics
    ]
    constraints: dict[str, Any] = {"required": not column.nullable}
    if allowed and len(allowed[0]) <= FEW:
        constraints["enum"] = allowed[0]
    return {
        "name": name,
        "type": TYPES[tables.column_type(column)],
        "description": column.description,
        "descriptions": column.metadata,
        "constraints": constraints,
    }


def readme(
    version: str,
    edition: int,
    rows: Mapping[str, int],
    receipts: list[dict[str, Any]],
    made_up: bool,
    sources: Mapping[str, Mapping[str, str]],
) -> str:
    """Return the README of a snapshot: what it is and holds, in Finnish, Swedish and English."""
    used = {receipt["source"]: receipt["licence"] for receipt in receipts}
    said = [
        line
        for language in LANGUAGES
        for line in (
            f"# {_text('snapshot_title', language).format(version=version)}",
            f"**{_text('made_up', language)}**" if made_up else "",
            _text("snapshot_about", language).format(edition=edition, tables=len(rows)),
            _text("snapshot_read", language),
            f"## {_text('tables', language)}",
            "\n".join(
                f"- `{name}.parquet`: {_described(name, language)} ({count} {_text('rows', language)})"
                for name, count in sorted(rows.items())
            ),
            f"## {_text('indicators', language)}",
            "\n".join(f"- `{row['indicator']}`: {row[language]}" for row in catalogue.rows("indicators")),
            f"## {_text('sources', language)}",
            "\n".join(
                f"- {sources[name]['publisher']}: {sources[name]['name']} ({licence})"
                for name, licence in sorted(used.items())
            ),
        )
        if line
    ]
    return "\n\n".join(said) + "\n"


def _described(name: str, language: str) -> str:
    metadata: dict[str, str] = tables.CONTRACTS[name].metadata or {}
    return metadata[language]


def _text(key: str, language: str) -> str:
    return catalogue.texts("texts", "text")[key][language]

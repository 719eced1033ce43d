"""What the tests of formats share: an export into a folder, what it should hold, and a snapshot made of any tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from seg_pipeline.snapshots import Snapshot
from seg_pipeline.snapshots.formats import FORMATS, choose, place

Rows = list[dict[str, Any]]
LANGUAGES = ("fi", "sv", "en")
TYPES = {pa.string(): "string", pa.int64(): "integer", pa.float64(): "number"}


def exported(
    snapshot: Snapshot, form: str, folder: Path, tables: Sequence[str] = (), cities: Sequence[str] = (), **options: Any
) -> dict[str, Path]:
    """Export and return the files by what follows ``segregation-<version>-`` and the cities in their names."""
    chosen = choose(snapshot, tables, cities, **options)
    made = place(FORMATS[form].files(chosen), folder)
    return {path.name.removeprefix(f"segregation-{snapshot.version}").removeprefix("-"): path for path in made}


def published(snapshot: Snapshot, table: str, *cities: str) -> Rows:
    """Return the rows that were published, of the cities chosen (codes), read without the code that is tested."""
    rows: Rows = pq.read_table(Path(snapshot.where) / f"{table}.parquet").to_pylist()
    return [row for row in rows if not cities or row.get("city", cities[0]) in cities]


def made(folder: Path, tables: Mapping[str, pa.Table], version: str = "2026.1") -> Snapshot:
    """Return a snapshot of `tables` with the least that a manifest and a data package say."""
    place = folder / version
    place.mkdir(parents=True)
    for name, table in tables.items():
        pq.write_table(table, place / f"{name}.parquet", store_schema=False)
    words = dict.fromkeys(LANGUAGES, "words")
    rows = {name: len(table) for name, table in tables.items()}
    manifest = {"version": version, "published": "2026-11-24T16:25:05+00:00", "content": "c0ffee", "tables": rows}
    resources = []
    for name, table in tables.items():
        fields = [{"name": field.name, "type": TYPES[field.type], "descriptions": words} for field in table.schema]
        resources.append({"name": name, "descriptions": words, "schema": {"fields": fields}})
    package = {"title": "words", "titles": words, "resources": resources, "sources": []}
    (place / "manifest.json").write_text(
        json.dumps(manifest | {"findings": [], "files": {}, "receipts": []}), encoding="utf-8"
    )
    (place / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    (place / "README.md").write_text("# words\n", encoding="utf-8")
    return Snapshot.at(place)

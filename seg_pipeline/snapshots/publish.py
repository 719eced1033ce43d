"""Write a snapshot once: whole, then visible, then never again. A kill at any moment leaves nothing visible.

Every snapshot names the one published before it and the sha256 of its manifest: a past that was rewritten shows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from seg_pipeline import catalogue, parquet, tables
from seg_pipeline.snapshots import describe
from seg_pipeline.snapshots.describe.subject import json_bytes
from seg_pipeline.snapshots.shelves.shelf import shelf
from seg_pipeline.snapshots.store import DEMO, MANIFEST, MANIFEST_HASH, Snapshot, hash_line, order, versions


@dataclass(frozen=True)
class Beside:
    """What stands beside the content and depends on the snapshot before: tables, files, facts of the manifest."""

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def publish(
    folder: Path | str,
    edition: int,
    content: Mapping[str, pd.DataFrame],
    origin: Mapping[str, Any],
    sources: Mapping[str, Mapping[str, str]],
    made_up: bool,
    beside: Callable[[Snapshot | None, str], Beside] = lambda *_: Beside(),
    files: Mapping[str, bytes] | None = None,
) -> tuple[Snapshot, bool]:
    """Publish `content` (table name → table) as the edition's next snapshot.

    `origin` goes into the manifest: receipts, findings, code, lock. `sources` says name, publisher and url of each.
    `beside` makes, from the snapshot published before (None: this is the first) and the version that this one gets,
    what stands beside the content; `files` stand there whatever was before. Neither makes a snapshot a new one.
    Returns the snapshot and whether it is new: where the edition's latest has the same content, it is that one.
    """
    place = shelf(folder)
    blobs = _encoded(content, made_up)
    rows = _rows(content)
    digest = _content(blobs)
    while True:
        with place.alone() as made_visible:
            kind = [s for s in versions(folder) if s.made_up == made_up]
            earlier = [s for s in kind if s.edition == edition]
            if earlier and earlier[-1].manifest["content"] == digest:
                earlier[-1].require_sound()
                return earlier[-1], False
            before = _last(kind)
            number = int(earlier[-1].version.removesuffix(DEMO).split(".")[1]) + 1 if earlier else 1
            version = f"{edition}.{number}{DEMO if made_up else ''}"
            more = beside(before, version)
            facts = {**_chained(before), **origin, **more.facts, "content": digest}
            all_blobs, told = blobs | _encoded(more.tables, made_up), {**(files or {}), **more.files}
            all_rows = rows | _rows(more.tables)
            made = _files(version, edition, all_blobs, all_rows, facts, sources, made_up, told)
            if made_visible(version, made):
                return Snapshot(version, place), True


def _encoded(content: Mapping[str, pd.DataFrame], made_up: bool) -> dict[str, bytes]:
    notice = {"made_up": catalogue.texts("texts", "text")["made_up"]["en"]} if made_up else {}
    return {
        f"{name}.parquet": parquet.encode(tables.conform(table, name), tables.footer(name) | notice)
        for name, table in content.items()
    }


def _rows(content: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    return {name: len(table) for name, table in content.items()}


def _last(kind: list[Snapshot]) -> Snapshot | None:
    """Return the snapshot published last; nothing is published after one whose bytes have changed."""
    last = max(kind, key=lambda s: (s.manifest.get("sequence", 0), order(s.version)), default=None)
    if last:
        last.require_sound()
    return last


def _chained(before: Snapshot | None) -> dict[str, Any]:
    """Return the place in the chain: how many were published before, and what the last of them was."""
    if before is None:
        return {"sequence": 1, "predecessor": None}
    manifest = before.shelf.read(before.version, MANIFEST)
    named = {"version": before.version, "manifest_sha256": hashlib.sha256(manifest).hexdigest()}
    return {"sequence": before.manifest.get("sequence", 0) + 1, "predecessor": named}


def _files(
    version: str,
    edition: int,
    blobs: Mapping[str, bytes],
    rows: Mapping[str, int],
    facts: Mapping[str, Any],
    sources: Mapping[str, Mapping[str, str]],
    made_up: bool,
    more: Mapping[str, bytes],
) -> dict[str, bytes]:
    """Return every file of the snapshot, the manifest last."""
    published = datetime.now(UTC).isoformat(timespec="seconds")
    said = describe.files(version, edition, published, {**blobs, **more}, rows, facts, sources, made_up)
    files = {**dict(sorted(blobs.items())), **dict(sorted(more.items())), **said}
    manifest = json_bytes(
        {
            "version": version,
            "edition": edition,
            "made_up": made_up,
            **({"notice": catalogue.texts("texts", "text")["made_up"]} if made_up else {}),
            "published": published,
            "citation": describe.cited(version, published),
            "tables": dict(sorted(rows.items())),
            **facts,
            "files": {
                name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
                for name, data in sorted(files.items())
            },
        }
    )
    return {**files, MANIFEST_HASH: hash_line(manifest), MANIFEST: manifest}


def _content(blobs: Mapping[str, bytes]) -> str:
    lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(blobs.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()

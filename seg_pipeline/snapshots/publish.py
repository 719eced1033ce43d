"""Write a snapshot once: whole, then visible, then never again. A kill at any moment leaves nothing visible.

Order: files into a hidden folder, each flushed to disk; the manifest last; read-only; one rename; the
parent folder flushed. Whoever renames first has the version; the other takes the next, or finds its own
content already there.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from seg_pipeline import catalogue, parquet, tables
from seg_pipeline.snapshots import describe
from seg_pipeline.snapshots.store import DEMO, MANIFEST, MANIFEST_HASH, Snapshot, hash_line, versions

HIDDEN = ".publishing-"
ABANDONED = 3600.0  # seconds after which a hidden folder's publisher is taken to be dead


def publish(
    folder: Path,
    edition: int,
    content: Mapping[str, pd.DataFrame],
    origin: Mapping[str, Any],
    sources: Mapping[str, Mapping[str, str]],
    made_up: bool,
) -> tuple[Snapshot, bool]:
    """Publish `content` (table name → table) as the edition's next snapshot.

    `origin` goes into the manifest: receipts, findings, code, lock. `sources` says name, publisher and url of each.
    Returns the snapshot and whether it is new: where the edition's latest has the same content, it is that one.
    """
    notice = {"made_up": catalogue.texts("texts", "text")["made_up"]["en"]} if made_up else {}
    blobs = {f"{name}.parquet": parquet.encode(tables.conform(table, name), notice) for name, table in content.items()}
    rows = {name: len(table) for name, table in content.items()}
    digest = _content(blobs)
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    while True:
        earlier = [s for s in versions(folder) if s.edition == edition and s.made_up == made_up]
        if earlier and earlier[-1].manifest["content"] == digest:
            earlier[-1].require_sound()
            return earlier[-1], False
        number = int(earlier[-1].version.removesuffix(DEMO).split(".")[1]) + 1 if earlier else 1
        version = f"{edition}.{number}{DEMO if made_up else ''}"
        files = _files(version, edition, blobs, rows, origin, sources, made_up, digest)
        if _place(folder, version, files):
            return Snapshot(folder / version), True


def _files(
    version: str,
    edition: int,
    blobs: Mapping[str, bytes],
    rows: Mapping[str, int],
    origin: Mapping[str, Any],
    sources: Mapping[str, Mapping[str, str]],
    made_up: bool,
    digest: str,
) -> dict[str, bytes]:
    """Return every file of the snapshot, the manifest last."""
    receipts = list(origin["receipts"])
    files = {
        **dict(sorted(blobs.items())),
        "datapackage.json": _json(describe.data_package(version, blobs, receipts, made_up, sources)),
        "README.md": describe.readme(version, edition, rows, receipts, made_up, sources).encode(),
    }
    manifest = _json(
        {
            "version": version,
            "edition": edition,
            "made_up": made_up,
            **({"notice": catalogue.texts("texts", "text")["made_up"]} if made_up else {}),
            "published": datetime.now(UTC).isoformat(timespec="seconds"),
            "content": digest,
            "tables": dict(sorted(rows.items())),
            **origin,
            "files": {
                name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
                for name, data in sorted(files.items())
            },
        }
    )
    return {**files, MANIFEST_HASH: hash_line(manifest), MANIFEST: manifest}


def _place(folder: Path, version: str, files: Mapping[str, bytes]) -> bool:
    """Make `files` visible as `version`, all at once; return False when the version has been taken meanwhile."""
    hidden = Path(tempfile.mkdtemp(dir=folder, prefix=HIDDEN))
    try:
        for name, data in files.items():
            _write(hidden / name, data)
        _flush(hidden)
        hidden.chmod(0o555)
        hidden.rename(folder / version)
    except OSError as error:
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY):
            return False
        raise
    finally:
        _remove(hidden)
    _flush(folder)
    return True


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fchmod(file.fileno(), 0o444)
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(folder: Path) -> None:
    """Remove hidden folders whose publisher died."""
    for hidden in folder.glob(f"{HIDDEN}*"):
        with suppress(FileNotFoundError):
            if time.time() - hidden.stat().st_mtime > ABANDONED:
                _remove(hidden)


def _remove(hidden: Path) -> None:
    if hidden.exists():
        hidden.chmod(0o755)
        shutil.rmtree(hidden, ignore_errors=True)


def _content(blobs: Mapping[str, bytes]) -> str:
    lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(blobs.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()

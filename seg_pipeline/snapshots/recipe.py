"""The recipe of a snapshot: what makes it again, as one zip. Made from the files on disk, whatever git says of them.

It holds the package, the catalogue and the lock; deliveries are not in it, nor tests, nor made-up ones.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seg_pipeline import provenance, settings

if TYPE_CHECKING:
    from seg_pipeline.snapshots.store import Snapshot

RECIPE, DELIVERIES = "recipe.zip", "deliveries.json"
FILES = ("pyproject.toml", "requirements.lock", "Makefile", "README.md", "workspace.yaml")
KINDS = {
    "seg_pipeline": provenance.SOURCES,
    "data/catalogue": (".csv",),
    "data/keys": (".csv",),
}  # and no more
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can tell: the same files give the same bytes
PLAIN_FILE = 0o100644 << 16
UNIX = 3


@cache
def recipe(clone: Path = settings.CLONE) -> bytes:
    """Return the recipe of what is published from `clone`, as a zip; the same files give the same bytes."""
    files = {path.relative_to(clone).as_posix(): path.read_bytes() for path in _files(clone)}
    return pack(files | {provenance.COMMIT: (provenance.code()["commit"] or "").encode()})


def pack(files: dict[str, bytes]) -> bytes:
    """Return files as a zip in the order of their names, without the times and owners of a machine."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in sorted(files.items()):
            packed.writestr(member(name), data)
    return made.getvalue()


def member(name: str) -> zipfile.ZipInfo:
    """Return what a zip says of a file: its name, and nothing of a machine."""
    said = zipfile.ZipInfo(name, EPOCH)
    said.external_attr, said.create_system, said.compress_type = PLAIN_FILE, UNIX, zipfile.ZIP_DEFLATED
    return said


def of(snapshot: Snapshot) -> zipfile.ZipFile:
    """Return the recipe of a snapshot, open for reading. Raises SnapshotError where it has none, or another."""
    return zipfile.ZipFile(io.BytesIO(_kept(snapshot, RECIPE)))


def deliveries(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return the receipts of all deliveries that counted when a snapshot was published, refused ones too."""
    found: list[dict[str, Any]] = json.loads(_kept(snapshot, DELIVERIES))["deliveries"]
    return [one["receipt"] for one in found]


def _kept(snapshot: Snapshot, name: str) -> bytes:
    from seg_pipeline.snapshots.store import SnapshotError

    if name not in snapshot.manifest["files"]:
        commit = snapshot.manifest.get("code", {}).get("commit") or "the commit of its day"
        remedy = f"check out {commit} and refresh the edition from its deliveries"
        raise SnapshotError(f"snapshot {snapshot.version} is from before snapshots kept their {name}: {remedy}")
    data = snapshot.shelf.read(snapshot.version, name)
    if hashlib.sha256(data).hexdigest() != snapshot.manifest["files"][name]["sha256"]:  # it is code that will run
        raise SnapshotError(f"{name} of {snapshot.version} is not as it was published: verify the snapshot")
    return data


def _files(clone: Path) -> list[Path]:
    """Return the files that make a snapshot."""
    inside = [path for folder, kinds in KINDS.items() for path in (clone / folder).rglob("*") if path.suffix in kinds]
    there = [path for path in (*inside, *(clone / name for name in FILES)) if path.is_file() and not path.is_symlink()]
    parts = {path: path.relative_to(clone).parts for path in there}
    return [path for path in there if not any(part.startswith((".", "__pycache__")) for part in parts[path])]

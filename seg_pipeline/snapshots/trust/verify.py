"""What differs from what was published: a whole snapshot, one file of it, a copy of a file from anywhere.

A snapshot alone cannot tell that its manifest and the manifest's hash were both rewritten; the snapshots published
after it can (`chain`), a bucket's journal can, and a signature can (`signing`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from seg_pipeline import provenance, settings
from seg_pipeline.snapshots.store import MANIFEST, MANIFEST_HASH, Snapshot, SnapshotError, hash_line

if TYPE_CHECKING:
    from pathlib import Path


class NoManifest(ValueError):
    """What should say what was published does not; the message says why."""


def problems(snapshot: Snapshot) -> list[str]:
    """Return what differs from the published bytes, one line each; an empty list is a sound snapshot."""
    try:
        named = manifest(snapshot)["files"]
    except NoManifest as why:
        return [f"{MANIFEST}: {why}"]
    added = snapshot.shelf.names(snapshot.version) - set(named) - {MANIFEST, MANIFEST_HASH}
    return [f"{name}: not part of the snapshot" for name in sorted(added)] + [
        problem for name, file in sorted(named.items()) if (problem := _differs(snapshot, name, file["sha256"]))
    ]


def problems_of(snapshot: Snapshot, name: str) -> list[str]:
    """Return what differs from the published bytes of one file. Raises SnapshotError where there is no such file."""
    try:
        named = manifest(snapshot)["files"]
    except NoManifest as why:
        return [f"{MANIFEST}: {why}"]
    if name in (MANIFEST, MANIFEST_HASH):
        return []
    if name not in named:
        raise SnapshotError(f"snapshot {snapshot.version} has no file {name!r}; it has {', '.join(sorted(named))}")
    return list(filter(None, [_differs(snapshot, name, named[name]["sha256"])]))


def manifest(snapshot: Snapshot) -> dict[str, Any]:
    """Return the manifest, read anew, where it is the one that its hash names; raise NoManifest where it is not."""
    try:
        data, said = (snapshot.shelf.read(snapshot.version, name) for name in (MANIFEST, MANIFEST_HASH))
    except OSError as error:
        raise NoManifest(f"it, or {MANIFEST_HASH}, cannot be read ({error.strerror})") from None
    if said != hash_line(data):
        raise NoManifest(f"its bytes are not those that {MANIFEST_HASH} names")
    recorded = snapshot.shelf.recorded(snapshot.version)
    if recorded and recorded != hashlib.sha256(data).hexdigest():
        raise NoManifest("its bytes are not those that the journal of publications names")
    found = parsed(data)
    if found["version"] != snapshot.version:
        raise NoManifest(f"it is that of snapshot {found['version']}, under another name")
    return found


def parsed(data: bytes) -> dict[str, Any]:
    """Return what the bytes of a manifest say; raise NoManifest where they are none."""
    try:
        found: dict[str, Any] = json.loads(data)
        sound = {"version", "published"} <= set(found) and all(file["sha256"] for file in found["files"].values())
        sound = sound and not any(set(name.split("/")) & {"", ".", ".."} for name in found["files"])
    except (ValueError, TypeError, AttributeError, KeyError):
        sound = False
    if not sound:
        raise NoManifest("it is not the manifest of a snapshot")
    return found


def whose(path: Path, snapshots: Iterable[Snapshot]) -> list[tuple[Snapshot, str]]:
    """Return the snapshots, and the names there, that were published with exactly the bytes of the file at `path`."""
    sha256 = provenance.sha256(path)
    return [(snapshot, name) for snapshot in snapshots for name in _called(snapshot, sha256)]


def _called(snapshot: Snapshot, sha256: str) -> list[str]:
    try:
        named = {name: file["sha256"] for name, file in manifest(snapshot)["files"].items()}
    except (NoManifest, settings.Foreseen):
        return []
    for name in (MANIFEST, MANIFEST_HASH):
        named[name] = hashlib.sha256(snapshot.shelf.read(snapshot.version, name)).hexdigest()
    return sorted(name for name, published in named.items() if published == sha256)


def _differs(snapshot: Snapshot, name: str, sha256: str) -> str:
    try:
        data = snapshot.shelf.read(snapshot.version, name)
    except OSError:
        return f"{name}: missing"
    found = hashlib.sha256(data).hexdigest()
    return "" if found == sha256 else f"{name}: its bytes have changed (sha256 {found}, published {sha256})"

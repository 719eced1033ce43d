"""Make a published snapshot again from the archive, and compare every byte. What can be taken along is in `bundle`."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from seg_pipeline.snapshots import recipe
from seg_pipeline.snapshots.reproducing import program
from seg_pipeline.snapshots.reproducing.workshop import CannotReproduce, workshop
from seg_pipeline.snapshots.store import MANIFEST, Snapshot, SnapshotError

Raw = Callable[[str], bytes | None]  # the bytes of a sha256, or None where the archive has lost them


def reproduce(
    snapshot: Snapshot,
    raw: Raw,
    environment: str = "auto",
    wheels: Path | None = None,
    keep: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> bool:
    """Make a snapshot again with its own recipe; return whether every table has the bytes that were published.

    `raw` gives the bytes of a delivery. `environment` is ``same``, ``new`` or ``auto``, as `reproducing.environment`
    tells; with ``new`` and no `wheels` the network is used. `keep` is a new folder to work in, which stays. `say`
    hears what came of it. Raises SnapshotError where it cannot be made again, saying why.
    """
    snapshot.require_sound()
    try:
        with workshop(keep) as shop:
            for name, data in contents(snapshot, raw):
                (shop.path / name).parent.mkdir(parents=True, exist_ok=True)
                (shop.path / name).write_bytes(data)
            return program.reproduce(shop, environment, sys.executable, wheels and wheels.resolve(), say)
    except CannotReproduce as why:
        raise SnapshotError(f"snapshot {snapshot.version}: {why}") from None


def contents(snapshot: Snapshot, raw: Raw) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the workshop in which a snapshot is made again, and their bytes.

    Raises SnapshotError, before the first, where the archive has lost a delivery.
    """
    received = recipe.deliveries(snapshot)
    _require_all(snapshot, received, raw)
    version = snapshot.version
    yield f"data/{recipe.DELIVERIES}", snapshot.shelf.read(version, recipe.DELIVERIES)
    for sha256 in sorted({receipt["sha256"] for receipt in received}):
        yield f"data/objects/{sha256}", raw(sha256) or b""
    for before in _earlier(snapshot):
        for name in sorted(before.shelf.names(before.version)):
            yield f"data/snapshots/{before.version}/{name}", before.shelf.read(before.version, name)
    for name in sorted(snapshot.shelf.names(version)):
        yield f"published/{version}/{name}", snapshot.shelf.read(version, name)


def _require_all(snapshot: Snapshot, received: list[dict[str, Any]], raw: Raw) -> None:
    lost = [one for one in received if raw(one["sha256"]) is None]
    if lost:
        named = "; ".join(
            f"{one['source']} {one['release']} ({one['part']}), revision {one['revision']}, sha256 {one['sha256']}"
            for one in lost
        )
        remedy = "restore the archive from a backup, or name another with --archive"
        raise SnapshotError(f"{len(lost)} deliveries of {snapshot.version} are not in the archive: {named}; {remedy}")


def _earlier(snapshot: Snapshot) -> list[Snapshot]:
    """Return the snapshot published before and the one compared with, where they are at hand as they were.

    What has moved since is made from them.
    """
    named = snapshot.manifest.get("predecessor")
    wanted = {named["version"]: named["manifest_sha256"]} if named else {}
    if compared := snapshot.manifest.get("compared_with"):
        wanted.setdefault(compared, "")
    there = [Snapshot(version, snapshot.shelf) for version in sorted(wanted) if version in snapshot.shelf.versions()]
    return [one for one in there if _is(one, wanted[one.version]) and not one.verify()]


def _is(snapshot: Snapshot, sha256: str) -> bool:
    """Return whether a snapshot's manifest is that of a sha256; any is, where none is named."""
    found = hashlib.sha256(snapshot.shelf.read(snapshot.version, MANIFEST)).hexdigest()
    return sha256 in ("", found)

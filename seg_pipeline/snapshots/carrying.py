"""Carry snapshots from one shelf to another: byte for byte, in the order of their chain, with their signatures.

So a folder moves into a bucket, and what is gone comes back from a backup. Nothing that is there is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from seg_pipeline.snapshots.shelves.shelf import Shelf, shelf
from seg_pipeline.snapshots.store import MANIFEST, Snapshot, SnapshotError, order, versions
from seg_pipeline.snapshots.trust import chain


def carry(source: Path | str, target: Path | str) -> Iterator[str]:
    """Place on `target` every snapshot of `source` that is not there; yield the version of each that was placed.

    Raises SnapshotError, before anything is placed, where one is not as it was published, where the target has
    another one of that version, and where the two shelves do not make one chain.
    """
    there, every = {snapshot.version: snapshot for snapshot in versions(target)}, versions(source)
    if not every:
        raise SnapshotError(f"there is no snapshot in {source}")
    for snapshot in every:
        snapshot.require_sound()
        if snapshot.version in there and _manifest(snapshot) != _manifest(there[snapshot.version]):
            raise SnapshotError(f"{target} has another {snapshot.version} than {source}; only one can be true")
    missing = sorted((one for one in every if one.version not in there), key=_place)
    _require_one_chain([*there.values(), *missing])
    place = shelf(target)
    for snapshot in missing:
        files = sorted(snapshot.shelf.names(snapshot.version), key=lambda name: (name == MANIFEST, name))
        with place.alone() as made_visible:
            if not made_visible(
                snapshot.version, {name: snapshot.shelf.read(snapshot.version, name) for name in files}
            ):
                raise SnapshotError(f"somebody publishes to {target} at this moment; copy again when that has ended")
        yield snapshot.version
    _carry_signatures(every[0].shelf, place)


def _carry_signatures(source: Shelf, target: Shelf) -> None:
    for version, names in source.signatures().items():
        for name in names:
            target.attach(version, name, source.signature(version, name))


def _require_one_chain(together: list[Snapshot]) -> None:
    here = {snapshot.version for snapshot in together}
    faults = [remark for remark in chain.remarks(together) if remark.fault and here & set(remark.about)]
    if faults:
        raise SnapshotError(f"the two shelves do not make one chain: {faults[0].text}")


def _place(snapshot: Snapshot) -> tuple[bool, int, tuple[bool, int, int]]:
    return snapshot.made_up, snapshot.manifest.get("sequence", 0), order(snapshot.version)


def _manifest(snapshot: Snapshot) -> bytes:
    return snapshot.shelf.read(snapshot.version, MANIFEST)

"""The chain of snapshots: each names the one published before it and the sha256 of its manifest.

So a past that was rewritten, removed or doubled shows. Real and made-up snapshots are two chains. Snapshots from
before there was a chain say no sequence; they can only stand at the start.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from seg_pipeline.snapshots.store import MANIFEST, Snapshot, order
from seg_pipeline.snapshots.trust import verify


@dataclass(frozen=True)
class Remark:
    """What is to be said of the snapshots that it is about; a fault, or only something to know."""

    about: tuple[str, ...]
    text: str
    fault: bool = True


@dataclass(frozen=True)
class Link:
    """The place of a snapshot in its chain; sequence 0 is from before there was a chain."""

    version: str
    sha256: str
    published: str
    sequence: int
    predecessor: str = ""
    named: str = ""  # the sha256 of the predecessor's manifest


def remarks(snapshots: Sequence[Snapshot]) -> list[Remark]:
    """Return what is wrong with, or to know of, the chains of the snapshots of one shelf."""
    found: list[Remark] = []
    for made_up in (False, True):
        read = {s.version: link(s) for s in snapshots if s.made_up == made_up}
        there = {version: one for version, one in read.items() if one}
        unread = "its place in the chain cannot be read"
        found += [Remark((version,), unread) for version, one in read.items() if not one]
        found += [remark for one in there.values() for remark in _place(one, there)]
        found += _forks(there.values())
    return found


def link(snapshot: Snapshot) -> Link | None:
    """Return a snapshot's place in its chain, whether or not its bytes are sound; None where it cannot be read."""
    try:
        data = snapshot.shelf.read(snapshot.version, MANIFEST)
        said = verify.parsed(data)
        before = said.get("predecessor") or {"version": "", "manifest_sha256": ""}
        return Link(
            snapshot.version,
            hashlib.sha256(data).hexdigest(),
            str(said["published"]),
            int(said.get("sequence", 0)),
            str(before["version"]),
            str(before["manifest_sha256"]),
        )
    except (OSError, verify.NoManifest, ValueError, TypeError, KeyError):
        return None


def behind(newest: Link, there: dict[str, Link]) -> list[str]:
    """Return the versions that a link leads back to, hash by hash, itself included."""
    found, at = [newest.version], newest
    while (before := there.get(at.predecessor)) and before.sha256 == at.named and before.version not in found:
        found.append(before.version)
        at = before
    return found


def _place(one: Link, there: dict[str, Link]) -> list[Remark]:
    """Return what is to be said of a link and the one before it."""
    if not one.sequence:
        began = [other.version for other in there.values() if other.sequence and other.published < one.published]
        return [Remark((one.version,), "it has no place in the chain, which had begun before it")] if began else []
    if not one.predecessor:
        alone = one.sequence == 1 and not any(other.published < one.published for other in there.values())
        return [] if alone else [Remark((one.version,), "it names no predecessor, though others were published before")]
    before = there.get(one.predecessor)
    if before is None:
        return _absent(one, there)
    found = []
    if before.sha256 != one.named:
        said = f"it is not the {before.version} that {one.version} was published after: its manifest was rewritten"
        found.append(Remark((before.version, one.version), f"{said} (sha256 {before.sha256}, named {one.named})"))
    if one.sequence != before.sequence + 1:
        said = f"{one.version} is number {one.sequence} of the chain, {before.version} before it is {before.sequence}"
        found.append(Remark((one.version, before.version), said))
    return found


def _absent(one: Link, there: dict[str, Link]) -> list[Remark]:
    """Say that a predecessor is not here. Where nothing earlier is, that is a fault of the shelf, not of this one."""
    said = f"{one.version} was published after {one.predecessor}, which is not on this shelf"
    if any(other.sequence < one.sequence for other in there.values()):
        why = "though earlier ones are: it was removed, or never brought"
        return [Remark((one.version, one.predecessor), f"{said}, {why}")]
    whole = "the chain does not begin here; where that is on purpose, verify snapshots by name"
    note = Remark((one.version,), f"{said}: what came before is not verified here", fault=False)
    return [Remark((one.predecessor,), f"it is not on this shelf: {whole}"), note]


def _forks(links: Iterable[Link]) -> list[Remark]:
    """Return where the chain goes on in two ways."""
    placed = sorted((one for one in links if one.sequence), key=lambda one: (one.sequence, order(one.version)))
    found = []
    for number, group in groupby(placed, key=lambda one: one.sequence):
        if len(same := tuple(one.version for one in group)) > 1:
            found.append(Remark(same, f"the chain forks: {' and '.join(same)} are both number {number}"))
    by_before = sorted((one for one in placed if one.predecessor), key=lambda one: one.predecessor)
    for before, group in groupby(by_before, key=lambda one: one.predecessor):
        if len(same := tuple(one.version for one in group)) > 1:
            found.append(Remark(same, f"the chain forks: {' and '.join(same)} both name {before} as predecessor"))
    return found

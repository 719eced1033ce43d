"""Signatures on manifests: made offline, kept beside the snapshots, and judged by the list of trusted keys.

A signature is the 64 bytes of Ed25519 over the exact bytes of ``manifest.json``; openssl makes and verifies the same.
It says no time of its own. The day that counts is the one on which the snapshot was published, which the signed bytes
say. Who has stolen a key can write any day into a manifest, so the word of a revoked key counts only where a snapshot
that a sound key has signed leads back to the same manifest, hash by hash: the chain proves that it is that old.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seg_pipeline.snapshots.store import MANIFEST, VERSION, Snapshot
from seg_pipeline.snapshots.trust import chain, keys, verify
from seg_pipeline.snapshots.trust.chain import Remark
from seg_pipeline.snapshots.trust.keys import Key

NAME = re.compile(r"(?:.*\.)?(?P<key_id>[0-9a-f]{16})\.sig")
DAY = len("2026-01-31")


class SignatureRefused(keys.KeyRefused):
    """A signature is not one that counts; the message says why."""


@dataclass(frozen=True)
class Signed:
    """A manifest with a signature that counts."""

    version: str
    owner: str
    key_id: str


def sign(manifest: bytes, pem: bytes, passphrase: str) -> tuple[str, bytes]:
    """Return the id of the key and its signature over the bytes of a manifest; refuse to sign anything else."""
    try:
        verify.parsed(manifest)
    except verify.NoManifest as why:
        raise SignatureRefused(f"{why}; nothing else is signed") from None
    key = keys.private_key(pem, passphrase)
    return keys.key_id(key.public_key().public_bytes_raw()), key.sign(manifest)


def require_good(manifest: bytes, name: str, signature: bytes, trusted: Mapping[str, Key]) -> Key:
    """Return the key of the signature in the file `name`; raise SignatureRefused where it does not count."""
    key, day = fits(manifest, name, signature, trusted), str(verify.parsed(manifest)["published"])[:DAY]
    if key.revoked:
        raise SignatureRefused(f"{_of(key)} was revoked from {key.revoked} on ({key.reason}); sign with today's key")
    if not key.held(day):
        bounds = f"{key.valid_from} to {key.valid_to or 'today'}"
        raise SignatureRefused(f"{_of(key)} was in use from {bounds}; the snapshot was published on {day}")
    return key


def fits(manifest: bytes, name: str, signature: bytes, trusted: Mapping[str, Key]) -> Key:
    """Return the trusted key that has made this signature over these bytes, whatever its days."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    said = NAME.fullmatch(name)
    if not said or said["key_id"] not in trusted:
        unknown = f"a signature by a key that is not trusted, {said['key_id']}" if said else f"{name!r} names no key"
        raise SignatureRefused(f"{unknown}; the list of trusted keys has {', '.join(trusted) or 'none'}")
    key = trusted[said["key_id"]]
    try:
        Ed25519PublicKey.from_public_bytes(key.public_key).verify(signature, manifest)
    except InvalidSignature:
        raise SignatureRefused(
            f"the signature by {_of(key)} is not one over this {MANIFEST}: one of them was altered, or it is of another"
        ) from None
    return key


def attach(snapshot: Snapshot, name: str, signature: bytes, trusted: Mapping[str, Key]) -> tuple[Key, bool]:
    """Keep a signature beside a snapshot, if it counts; return its key, and whether it is new."""
    key = require_good(snapshot.shelf.read(snapshot.version, MANIFEST), name, signature, trusted)
    kept = f"{key.key_id}.sig"
    if snapshot.shelf.attach(snapshot.version, kept, signature):
        return key, True
    if snapshot.shelf.signature(snapshot.version, kept) != signature:
        raise SignatureRefused(
            f"another {kept} stands beside {snapshot.version}, and it does not count; remove it first"
        )
    return key, False


def remarks(snapshots: Sequence[Snapshot], trusted: Mapping[str, Key], required: bool = False) -> list[Remark]:
    """Return what is to be said of the signatures of the snapshots of one shelf.

    A snapshot that is not signed is a fault where it is `required`. One that a signed one leads back to is covered.
    """
    if not snapshots:
        return []
    beside, good, found = snapshots[0].shelf.signatures(), [], []
    for snapshot in snapshots:
        for name in beside.get(snapshot.version, []):
            try:
                good.append(_good(snapshot, name, trusted))
            except SignatureRefused as why:
                found.append((snapshot, name, str(why)))
    covered = _covered(snapshots, good)
    return [
        *(Remark((one.version,), f"signed by {one.owner} (key {one.key_id})", fault=False) for one in good),
        *(_refused(*refused, trusted, covered) for refused in found),
        *(_unsigned(s, covered, required) for s in snapshots if s.version not in {one.version for one in good}),
        *_orphans(list(beside), snapshots),
    ]


def _good(snapshot: Snapshot, name: str, trusted: Mapping[str, Key]) -> Signed:
    try:
        manifest = snapshot.shelf.read(snapshot.version, MANIFEST)
        key = require_good(manifest, name, snapshot.shelf.signature(snapshot.version, name), trusted)
    except (OSError, verify.NoManifest) as error:
        raise SignatureRefused(f"the signature {name} cannot be judged ({error})") from None
    return Signed(snapshot.version, key.owner, key.key_id)


def _covered(snapshots: Sequence[Snapshot], good: Sequence[Signed]) -> dict[str, Signed]:
    """Return, for every version that a signed one leads back to, that signed one: itself, or the next after it."""
    links = {s.version: link for s in snapshots if (link := chain.link(s))}
    found: dict[str, Signed] = {}
    for one in sorted(good, key=lambda one: links[one.version].sequence):
        for version in chain.behind(links[one.version], links):
            found.setdefault(version, one)
    return found


def _refused(snapshot: Snapshot, name: str, why: str, trusted: Mapping[str, Key], covered: dict[str, Signed]) -> Remark:
    """Say that a signature does not count. That of a revoked key does, on what is proved to be older than the theft."""
    by = covered.get(snapshot.version)
    if by and _was_sound(snapshot, name, trusted):
        said = (
            f"signed by a key that was revoked later; that it is older is proved by {by.version}, signed by {by.owner}"
        )
        return Remark((snapshot.version,), said, fault=False)
    return Remark((snapshot.version,), f"signature refused: {why}")


def _was_sound(snapshot: Snapshot, name: str, trusted: Mapping[str, Key]) -> bool:
    try:
        manifest = snapshot.shelf.read(snapshot.version, MANIFEST)
        key = fits(manifest, name, snapshot.shelf.signature(snapshot.version, name), trusted)
    except (OSError, SignatureRefused):
        return False
    day = str(verify.parsed(manifest)["published"])[:DAY]
    return bool(key.revoked) and day < key.revoked and key.held(day)


def _unsigned(snapshot: Snapshot, covered: dict[str, Signed], required: bool) -> Remark:
    if by := covered.get(snapshot.version):
        said = f"not signed itself; {by.version}, signed by {by.owner} (key {by.key_id}), names it through the chain"
        return Remark((snapshot.version,), said, fault=False)
    return Remark((snapshot.version,), "not signed", fault=required)


def _orphans(signed: Sequence[str], snapshots: Sequence[Snapshot]) -> list[Remark]:
    """Say which snapshots are gone while their signatures stayed."""
    gone = set(filter(VERSION.fullmatch, signed)) - {snapshot.version for snapshot in snapshots}
    return [Remark((version,), "its signature is here and the snapshot is not") for version in sorted(gone)]


def _of(key: Key) -> str:
    return f"the key {key.key_id} of {key.owner}"

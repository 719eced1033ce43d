"""Keys that sign snapshots: a pair that is made once and kept offline, and the list of public keys that are trusted.

Ed25519, in the files that openssl writes and reads too. The private key is never on the machine that publishes.
"""

from __future__ import annotations

import base64
import binascii
import csv
import hashlib
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from seg_pipeline import settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

COLUMNS = ["key_id", "public_key", "owner", "valid_from", "valid_to", "revoked", "reason"]
LENGTH, SHORTEST = 32, 12  # bytes of a public key; characters of a passphrase
TRUSTED = "SEG_TRUSTED_KEYS"


class KeyRefused(settings.Foreseen):
    """A key, its passphrase or the list of keys cannot be used."""


@dataclass(frozen=True)
class Key:
    """A row of the list of trusted keys. Days are those of UTC; one that is empty bounds nothing."""

    key_id: str
    public_key: bytes
    owner: str
    valid_from: str
    valid_to: str
    revoked: str  # the first day on which someone else may have had it
    reason: str

    def held(self, day: str) -> bool:
        """Return whether the key was in use on a day."""
        return self.valid_from <= day and (not self.valid_to or day <= self.valid_to)


def key_id(public_key: bytes) -> str:
    """Return the short name of a key: the first 16 digits of the sha256 of its 32 bytes."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def trusted(path: Path | None = None) -> dict[str, Key]:
    """Return the trusted keys by id, from `path`, else from the file SEG_TRUSTED_KEYS, else from the clone's list."""
    path = path or Path(os.environ.get(TRUSTED) or settings.KEYS)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
    except (OSError, ValueError, csv.Error) as error:
        raise KeyRefused(f"the list of trusted keys {path} cannot be read ({error}); {TRUSTED} names another") from None
    keys = [_row(row, f"{path}, row {number}") for number, row in enumerate(rows, 1)]
    if len({key.key_id for key in keys}) < len(keys):
        raise KeyRefused(f"{path}: a key is there twice; which of its rows holds cannot be known")
    return {key.key_id: key for key in keys}


def new(passphrase: str) -> tuple[bytes, bytes, bytes]:
    """Return a new pair: the private key as PEM, encrypted; the public key as PEM; and its 32 bytes."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if len(passphrase) < SHORTEST:
        raise KeyRefused(f"the passphrase is too short: take {SHORTEST} characters or more")
    key = Ed25519PrivateKey.generate()
    locked = serialization.BestAvailableEncryption(passphrase.encode())
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
    public = key.public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return private, public.public_bytes(serialization.Encoding.PEM, form), public.public_bytes_raw()


def private_key(pem: bytes, passphrase: str) -> Ed25519PrivateKey:
    """Return the private key in a PEM file; refuse another kind, a wrong passphrase, and a key that has none."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        key = serialization.load_pem_private_key(pem, passphrase.encode())
    except TypeError:
        raise KeyRefused("the key has no passphrase; give it one: openssl pkcs8 -topk8 -in OLD -out NEW") from None
    except (ValueError, UnsupportedAlgorithm):
        raise KeyRefused("the key does not open: another passphrase, or no private key in PEM") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyRefused("the key is not of the kind Ed25519; `seg keys new` makes one")
    return key


def _row(row: dict[str, str], where: str) -> Key:
    """Return a row as a key; refuse one that does not say what it should."""
    try:
        if list(row) != COLUMNS or None in row.values():
            raise ValueError(f"the columns are {','.join(COLUMNS)}")
        key = Key(**{**row, "public_key": base64.b64decode(row["public_key"], validate=True)})  # type: ignore[arg-type]
        for day in filter(None, (key.valid_from, key.valid_to, key.revoked)):
            if date.fromisoformat(day).isoformat() != day:
                raise ValueError(f"{day!r} is not a day such as 2026-01-31")
        if not (key.owner.strip() and key.valid_from):
            raise ValueError("a key has an owner and a first day")
        if len(key.public_key) != LENGTH or key_id(key.public_key) != key.key_id:
            raise ValueError(f"key_id is not that of the public key, {key_id(key.public_key)}")
    except (ValueError, TypeError, binascii.Error) as why:
        raise KeyRefused(f"{where}: {why}") from None
    return key

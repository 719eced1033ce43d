"""What may happen to published snapshots: to a file, to a whole snapshot, and by a hand that covers its traces."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from seg_pipeline.snapshots.store import MANIFEST, MANIFEST_HASH, hash_line

Damage = Callable[[Path, random.Random], str]


def any_one(shelf: Path, draw: random.Random) -> Path:
    """Return one of the snapshots of a shelf."""
    return draw.choice(sorted(path for path in shelf.glob("[0-9]*")))


def any_file(shelf: Path, draw: random.Random) -> Path:
    return draw.choice(sorted(any_one(shelf, draw).iterdir()))


def flip(shelf: Path, draw: random.Random) -> str:
    path = any_file(shelf, draw)
    data = bytearray(path.read_bytes())
    at, bit = draw.randrange(len(data)), draw.randrange(8)
    data[at] ^= 1 << bit
    path.write_bytes(bytes(data))
    return f"bit {bit} of byte {at} of {path}"


def cut(shelf: Path, draw: random.Random) -> str:
    path = any_file(shelf, draw)
    data = path.read_bytes()
    path.write_bytes(data[: draw.randrange(len(data))])
    return f"{path} cut"


def lengthen(shelf: Path, draw: random.Random) -> str:
    path = any_file(shelf, draw)
    path.write_bytes(path.read_bytes() + draw.randbytes(1 + draw.randrange(9)))
    return f"{path} longer"


def remove(shelf: Path, draw: random.Random) -> str:
    path = any_file(shelf, draw)
    path.unlink()
    return f"{path} removed"


def add(shelf: Path, draw: random.Random) -> str:
    path = any_one(shelf, draw) / draw.choice(["extra", ".hidden", "counts.parquet.bak", "sub/folder/file"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(draw.randbytes(draw.randrange(3)))
    return f"{path} added"


def add_folder(shelf: Path, draw: random.Random) -> str:
    path = any_one(shelf, draw) / "empty"
    path.mkdir()
    return f"{path} added"


def swap(shelf: Path, draw: random.Random) -> str:
    one, other = any_file(shelf, draw), any_file(shelf, draw)
    if one.read_bytes() == other.read_bytes():
        return flip(shelf, draw)
    one_bytes, other_bytes = one.read_bytes(), other.read_bytes()
    one.write_bytes(other_bytes)
    other.write_bytes(one_bytes)
    return f"{one} and {other} swapped"


def rename(shelf: Path, draw: random.Random) -> str:
    path = any_file(shelf, draw)
    path.rename(path.with_name(f"{path.name}2"))
    return f"{path} renamed"


def link(shelf: Path, draw: random.Random) -> str:
    path = any_file(shelf, draw)
    elsewhere = shelf.parent / f"elsewhere-{path.name}"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    return f"{path} is a link to the same bytes"


def pipe(shelf: Path, draw: random.Random) -> str:
    path = any_file(shelf, draw)
    path.unlink()
    os.mkfifo(path)
    return f"{path} is a pipe"


def gone(shelf: Path, draw: random.Random) -> str:
    path = any_one(shelf, draw)
    shutil.rmtree(path)
    return f"{path} gone"


def doubled(shelf: Path, draw: random.Random) -> str:
    path = any_one(shelf, draw)
    copy = shelf / f"{path.name.split('.')[0]}.{draw.randrange(7, 99)}"
    shutil.copytree(path, copy)
    return f"{path} is there as {copy} as well"


def exchanged(shelf: Path, draw: random.Random) -> str:
    one, other = draw.sample(sorted(shelf.glob("[0-9]*")), 2)
    aside = shelf / "aside"
    one.rename(aside)
    other.rename(one)
    aside.rename(other)
    return f"{one} and {other} exchanged"


def rewrite(snapshot: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change what a manifest says, with file hashes and the manifest's own hash computed anew: it looks sound."""
    manifest = json.loads((snapshot / MANIFEST).read_bytes())
    change(manifest)
    for name, said in manifest["files"].items():
        data = (snapshot / name).read_bytes()
        said.update(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
    written = (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()
    (snapshot / MANIFEST).write_bytes(written)
    (snapshot / MANIFEST_HASH).write_bytes(hash_line(written))


def forged(shelf: Path, draw: random.Random) -> str:
    snapshot = any_one(shelf, draw)
    path = draw.choice(sorted(snapshot.glob("*.parquet")))
    data = bytearray(path.read_bytes())
    data[draw.randrange(len(data))] ^= 1
    path.write_bytes(bytes(data))
    rewrite(snapshot, lambda _: None)
    return f"{path} forged, hashes computed anew"


def retold(shelf: Path, draw: random.Random) -> str:
    snapshot, key = any_one(shelf, draw), draw.choice(["published", "sequence", "predecessor", "findings", "content"])
    values: dict[str, Any] = {
        "published": "2020-01-01T00:00:00+00:00",
        "sequence": draw.randrange(5, 9),
        "predecessor": {"version": "2026.9", "manifest_sha256": "0" * 64},
        "findings": [{"subject": "nothing", "rule": "to", "severity": "see", "detail": str(draw.random())}],
        "content": "0" * 64,
    }
    rewrite(snapshot, lambda manifest: manifest.update({key: values[key]}))
    return f"{snapshot} says another {key}, hashes computed anew"


def unchained(shelf: Path, draw: random.Random) -> str:
    snapshot = any_one(shelf, draw)

    def change(manifest: dict[str, Any]) -> None:
        del manifest["sequence"], manifest["predecessor"]

    rewrite(snapshot, change)
    return f"{snapshot} says no place in the chain, hashes computed anew"


def forked(shelf: Path, draw: random.Random) -> str:
    snapshot = any_one(shelf, draw)
    copy = shelf / f"2027.{draw.randrange(1, 99)}"
    shutil.copytree(snapshot, copy)
    rewrite(copy, lambda manifest: manifest.update(version=copy.name))
    return f"{copy} stands where {snapshot} stands in the chain"


DAMAGES: tuple[Damage, ...] = (
    flip, flip, flip, cut, lengthen, remove, add, add_folder, swap, rename, link, pipe, gone, doubled, exchanged,
    forged, forged, retold, unchained, forked,
)  # fmt: skip

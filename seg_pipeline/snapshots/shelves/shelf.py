"""Where snapshots stand: a folder, or a bucket. A shelf takes a snapshot whole or not at all, and never changes one.

It knows names and bytes, and nothing of what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from seg_pipeline.snapshots.shelves.folder import ABANDONED, Folder, ShelfFailed

__all__ = ["ABANDONED", "Folder", "Place", "Shelf", "ShelfFailed", "shelf"]

Place = Callable[[str, Mapping[str, bytes]], bool]
"""Make files visible as a version, all at once, the one that names the others last; False: start again."""


class Shelf(Protocol):
    """A place with snapshots: each is a version with files. Reading raises OSError for what is not there."""

    def versions(self) -> list[str]:
        """Return the names of all that could be snapshots, in no order."""
        ...

    def names(self, version: str) -> set[str]:
        """Return the name of every file of a version, those that should not be there too."""
        ...

    def read(self, version: str, name: str) -> bytes:
        """Return the bytes of a file."""
        ...

    def file(self, version: str, name: str) -> Any:
        """Return a file as what Arrow opens without reading all of it: a path, or an open file."""
        ...

    def where(self, version: str) -> str:
        """Return where a version is, as a person would open it."""
        ...

    def alone(self) -> AbstractContextManager[Place]:
        """Return a context in which one publisher looks at the shelf and places a snapshot on what it has seen.

        Where another was faster all the same, placing says False and nothing has happened.
        """
        ...

    def recorded(self, version: str) -> str:
        """Return the sha256 of the version's manifest in the shelf's journal; nothing where it keeps none."""
        ...

    def faults(self) -> list[str]:
        """Return what is wrong with the shelf itself."""
        ...

    def signatures(self) -> dict[str, list[str]]:
        """Return the names of the signatures that stand beside the snapshots, by version."""
        ...

    def signature(self, version: str, name: str) -> bytes:
        """Return the bytes of a signature."""
        ...

    def attach(self, version: str, name: str, data: bytes) -> bool:
        """Put a signature beside a snapshot, whole and once; return False when one of that name is there."""
        ...


ADDRESS = re.compile(r"[a-z][a-z0-9]+:/")  # s3:/bucket lacks a slash and is no folder either


def shelf(where: str | Path) -> Shelf:
    """Return the shelf at a path, or at the address of a bucket, such as ``s3://bucket/prefix``."""
    if not ADDRESS.match(str(where)):
        return Folder(Path(where))
    from seg_pipeline.snapshots.shelves.bucket import Bucket

    return Bucket.at(str(where))

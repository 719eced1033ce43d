"""Find, open and verify snapshots. A snapshot never changes; its manifest names every byte."""

from __future__ import annotations

import hashlib
import json
import re
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seg_pipeline import settings
from seg_pipeline.snapshots.shelf import Folder, Shelf, shelf

if TYPE_CHECKING:
    import pandas as pd

VERSION = re.compile(r"(?P<edition>[0-9]{4})\.(?P<number>[1-9][0-9]*)(?P<demo>-demo)?")
MANIFEST = "manifest.json"
MANIFEST_HASH = "manifest.json.sha256"
DEMO = "-demo"


class SnapshotError(settings.Foreseen):
    """There is no such snapshot, or no such table in it."""


class MadeUpDataWarning(UserWarning):
    """The snapshot that was opened is made up for demonstration."""


@dataclass(frozen=True)
class Snapshot:
    """One published snapshot on its shelf."""

    version: str
    shelf: Shelf

    @classmethod
    def at(cls, path: Path) -> Snapshot:
        """Return the snapshot in a folder."""
        return cls(path.name, Folder(path.parent))

    @property
    def where(self) -> str:
        """Where the snapshot is: a path, or an address."""
        return self.shelf.where(self.version)

    @property
    def edition(self) -> int:
        """The year of the update that was published."""
        return order(self.version)[1]

    @property
    def made_up(self) -> bool:
        """True when every number in it is made up for demonstration."""
        return self.version.endswith(DEMO)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the snapshot holds and where it came from."""
        return self._json(MANIFEST, {"version", "content", "tables", "files", "findings"})

    @cached_property
    def package(self) -> dict[str, Any]:
        """The data package: what every table and column means, in three languages."""
        return self._json("datapackage.json", {"resources"})

    @property
    def tables(self) -> list[str]:
        """The names of the tables in it."""
        return sorted(self.manifest["tables"])

    def table(self, name: str) -> pd.DataFrame:
        """Return a table. ``attrs`` of the frame say the snapshot, the table and whether it is made up.

        Text is ``str``, whole numbers are nullable ``Int64``, decimals ``float64``. Raises SnapshotError for a
        table that is not there.
        """
        if name not in self.tables:
            raise SnapshotError(f"snapshot {self.version} has no table {name!r}; it has {', '.join(self.tables)}")
        from seg_pipeline import parquet

        try:
            frame = parquet.read(self.shelf.file(self.version, f"{name}.parquet"))
        except (OSError, ValueError) as error:
            raise SnapshotError(
                f"table {name} of {self.version} cannot be read ({error}); verify the snapshot"
            ) from None
        frame.attrs = {"snapshot": self.version, "table": name, "made_up": self.made_up}
        return frame

    def verify(self) -> list[str]:
        """Return what differs from the published bytes, one line each; an empty list is a sound snapshot."""
        try:
            manifest = self.shelf.read(self.version, MANIFEST)
            said = self.shelf.read(self.version, MANIFEST_HASH)
        except OSError as error:
            return [f"{Path(error.filename or MANIFEST).name}: cannot be read ({error.strerror})"]
        if said != hash_line(manifest):
            return [f"{MANIFEST}: its bytes are not those that {MANIFEST_HASH} names"]
        if self.manifest["version"] != self.version:
            return [f"{MANIFEST}: it is that of snapshot {self.manifest['version']}, in a folder of another name"]
        named: dict[str, Any] = self.manifest["files"]
        added = self.shelf.names(self.version) - set(named) - {MANIFEST, MANIFEST_HASH}
        return [f"{name}: not part of the snapshot" for name in sorted(added)] + [
            problem for name, file in sorted(named.items()) if (problem := self._differs(name, file["sha256"]))
        ]

    def require_sound(self) -> None:
        """Raise SnapshotError when a byte of the snapshot is not as it was published."""
        if problems := self.verify():
            more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
            remedy = "restore the folder from a backup, or move it away"
            raise SnapshotError(f"snapshot {self.version} is not as it was published: {problems[0]}{more}; {remedy}")

    def _differs(self, name: str, sha256: str) -> str:
        try:
            data = self.shelf.read(self.version, name)
        except OSError:
            return f"{name}: missing"
        found = hashlib.sha256(data).hexdigest()
        return "" if found == sha256 else f"{name}: its bytes have changed (sha256 {found}, published {sha256})"

    def _json(self, name: str, has: set[str]) -> dict[str, Any]:
        try:
            content: dict[str, Any] = json.loads(self.shelf.read(self.version, name))
            if not has <= set(content):
                raise ValueError(f"it is not the {name} of a snapshot")
        except (OSError, ValueError, TypeError) as error:
            remedy = "restore the folder from a backup, or move it away"
            raise SnapshotError(f"the manifest of {self.where} cannot be read ({error}): {remedy}") from None
        return content


def versions(folder: Path | str | None = None) -> list[Snapshot]:
    """Return every snapshot in `folder` (default: where ``SEG_DATA`` says), by kind, edition and number."""
    place = shelf(folder or settings.current().snapshots)
    there = [version for version in place.versions() if VERSION.fullmatch(version)]
    return [Snapshot(version, place) for version in sorted(there, key=order)]


def open(version: str = "latest", folder: Path | str | None = None) -> Snapshot:  # noqa: A001  it reads well: snapshots.open
    """Return a snapshot by its version, or the latest one.

    ``latest`` is the newest real snapshot. Where only a made-up one fits (``2026.1-demo`` for ``2026.1`` or for
    ``latest``), that one is returned with a `MadeUpDataWarning`. Raises SnapshotError where none fits.
    """
    there = versions(folder)
    wanted = [s for s in there if version in ("latest", s.version, s.version.removesuffix(DEMO))]
    if not wanted:
        has = ", ".join(snapshot.version for snapshot in there) or "none yet"
        raise SnapshotError(
            f"there is no snapshot {version!r} in {folder or settings.current().snapshots}; there are: {has}"
        )
    real = [snapshot for snapshot in wanted if not snapshot.made_up]
    chosen = (real or wanted)[-1]
    if chosen.made_up and version != chosen.version:
        warnings.warn(f"snapshot {chosen.version} is MADE-UP DATA for demonstration", MadeUpDataWarning, stacklevel=2)
    return chosen


def order(version: str) -> tuple[bool, int, int]:
    """Return what versions are sorted by: made-up ones first, then edition and number."""
    said = VERSION.fullmatch(version)
    if not said:
        raise SnapshotError(f"{version!r} is not a version, such as 2026.1")
    return said["demo"] is None, int(said["edition"]), int(said["number"])


def hash_line(manifest: bytes) -> bytes:
    """Return the line that ``sha256sum`` writes, and checks, for the manifest."""
    return f"{hashlib.sha256(manifest).hexdigest()}  {MANIFEST}\n".encode()

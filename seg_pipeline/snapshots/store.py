"""Find, open and verify snapshots. A snapshot is a folder that never changes; its manifest names every byte."""

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
    """One published snapshot in its folder."""

    path: Path

    @property
    def version(self) -> str:
        """The snapshot's name, such as ``2026.1``."""
        return self.path.name

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
        try:
            content: dict[str, Any] = json.loads((self.path / MANIFEST).read_text(encoding="utf-8"))
            if not {"version", "content", "tables", "files", "findings"} <= set(content):
                raise ValueError("it is not the manifest of a snapshot")
        except (OSError, ValueError, TypeError) as error:
            remedy = "restore the folder from a backup, or move it away"
            raise SnapshotError(f"the manifest of {self.path} cannot be read ({error}): {remedy}") from None
        return content

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
            frame = parquet.read(self.path / f"{name}.parquet")
        except (OSError, ValueError) as error:
            raise SnapshotError(
                f"table {name} of {self.version} cannot be read ({error}); verify the snapshot"
            ) from None
        frame.attrs = {"snapshot": self.version, "table": name, "made_up": self.made_up}
        return frame

    def verify(self) -> list[str]:
        """Return what differs from the published bytes, one line each; an empty list is a sound snapshot."""
        try:
            manifest = (self.path / MANIFEST).read_bytes()
            said = (self.path / MANIFEST_HASH).read_bytes()
        except OSError as error:
            return [f"{Path(error.filename).name}: cannot be read ({error.strerror})"]
        if said != hash_line(manifest):
            return [f"{MANIFEST}: its bytes are not those that {MANIFEST_HASH} names"]
        if self.manifest["version"] != self.version:
            return [f"{MANIFEST}: it is that of snapshot {self.manifest['version']}, in a folder of another name"]
        named: dict[str, Any] = self.manifest["files"]
        there = {path.relative_to(self.path).as_posix() for path in self.path.rglob("*") if not _plain_folder(path)}
        added = there - set(named) - {MANIFEST, MANIFEST_HASH}
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
        path = self.path / name
        if path.is_symlink() or not path.is_file():
            return f"{name}: missing"
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        return "" if found == sha256 else f"{name}: its bytes have changed (sha256 {found}, published {sha256})"


def versions(folder: Path | None = None) -> list[Snapshot]:
    """Return every snapshot in `folder` (default: where ``SEG_DATA`` says), by kind, edition and number."""
    folder = folder or settings.current().snapshots
    paths = [path for path in folder.glob("*") if VERSION.fullmatch(path.name) and path.is_dir()]
    return [Snapshot(path) for path in sorted(paths, key=lambda path: order(path.name))]


def open(version: str = "latest", folder: Path | None = None) -> Snapshot:  # noqa: A001  it reads well: snapshots.open
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


def _plain_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()

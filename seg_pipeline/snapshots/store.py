"""Find, open and verify snapshots. A snapshot never changes; its manifest names every byte."""

from __future__ import annotations

import hashlib
import json
import re
import warnings
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seg_pipeline import settings
from seg_pipeline.snapshots.shelves.folder import Folder
from seg_pipeline.snapshots.shelves.shelf import Shelf, ShelfFailed, shelf

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow.dataset as ds

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
        said = self._json(MANIFEST, {"version", "content", "tables", "files", "findings"})
        if said["version"] != self.version or said.get("made_up", self.made_up) != self.made_up:
            told = f"{self.where} has the manifest of snapshot {said['version']}: give the folder its name back"
            raise SnapshotError(told)
        return said

    @cached_property
    def package(self) -> dict[str, Any]:
        """The data package: what every table and column means, in three languages."""
        return self._json("datapackage.json", {"resources"})

    @property
    def tables(self) -> list[str]:
        """The names of the tables in it."""
        return sorted(self.manifest["tables"])

    @property
    def citation(self) -> str:
        """How to name the snapshot where its numbers are used; the content's hash identifies the tables."""
        notice = "MADE-UP DATA. " if self.made_up else ""
        plain = f"{self.package['title']}. Published {self.manifest['published'][: len('2026-02-15')]}."
        said = self.manifest.get("citation", {}).get("en", plain)  # the oldest snapshots do not say it themselves
        return f"{notice}{said} Content sha256 {self.manifest['content']}."

    def table(
        self, name: str, /, columns: Sequence[str] | None = None, *, compact: bool = False, **where: Any
    ) -> pd.DataFrame:
        """Return a table, or of it the `columns` and the rows that are asked for: ``city="Helsinki"``.

        `where` says for a column a value or several; ``None`` is an empty cell. A city may be given by its code or
        its name in Finnish, Swedish or English. What is not asked for is not read.

        Text is ``str`` (with `compact` a category: a third of the memory), whole numbers are nullable ``Int64``,
        decimals ``float64``. ``attrs`` of the frame say the snapshot, its citation, the units and the sources.

        Raises SnapshotError for a table, column or value that is not there; no row of that combination is no error.
        """
        from seg_pipeline.snapshots import reading

        return reading.table(self, name, columns, where, compact)

    def scan(self, name: str) -> ds.Dataset:
        """Return a table as an Arrow dataset, for polars and DuckDB to read of it what they need."""
        from seg_pipeline.snapshots import reading

        return reading.scan(self, name)

    def history(self, indicator: str, city: str, language: str = "en", **where: Any) -> pd.DataFrame:
        """Return every value ever published of a figure, up to this snapshot, and why it moved (see `history`)."""
        from seg_pipeline.snapshots.comparing.history import history

        return history(self, indicator, city, language, **where)

    def as_if(self, method: str = "today") -> pd.DataFrame:
        """Return the table ``indicators`` as another `method` computes it from the published counts (see `as_if`)."""
        from seg_pipeline.snapshots.as_if import as_if

        return as_if(self, method)

    def verify(self) -> list[str]:
        """Return what differs from the published bytes, one line each; an empty list is a sound snapshot."""
        from seg_pipeline.snapshots.trust import verify

        return verify.problems(self)

    def require_sound(self) -> None:
        """Raise SnapshotError when a byte of the snapshot is not as it was published."""
        if problems := self.verify():
            more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
            remedy = "restore the folder from a backup, or move it away"
            raise SnapshotError(f"snapshot {self.version} is not as it was published: {problems[0]}{more}; {remedy}")

    def _json(self, name: str, has: set[str]) -> dict[str, Any]:
        try:
            content: dict[str, Any] = json.loads(self.shelf.read(self.version, name))
            if not has <= set(content):
                raise ValueError(f"it is not the {name} of a snapshot")
        except ShelfFailed:
            raise
        except (OSError, ValueError, TypeError) as error:
            remedy = "restore the folder from a backup, or move it away"
            raise SnapshotError(f"the manifest of {self.where} cannot be read ({error}): {remedy}") from None
        return content


def versions(folder: Path | str | None = None) -> list[Snapshot]:
    """Return every snapshot in `folder` (default: where ``SEG_DATA`` says), by kind, edition and number."""
    place = shelf(_place(folder))
    there = [version for version in place.versions() if VERSION.fullmatch(version)]
    return [Snapshot(version, place) for version in sorted(there, key=order)]


def open(version: str = "latest", folder: Path | str | None = None) -> Snapshot:  # noqa: A001  it reads well: snapshots.open
    """Return a snapshot by its version, the latest one, or the latest one of an edition (``2026``).

    ``latest`` is the newest real snapshot. Where only a made-up one fits (``2026.1-demo`` for ``2026.1``, ``2026`` or
    ``latest``), that one is returned with a `MadeUpDataWarning`; what ends in ``-demo`` asks for it and warns not.
    Nothing is read of it yet. Raises SnapshotError where none fits.
    """
    there = versions(folder)
    version = str(version)  # 2026.1 without quotes is a number
    problem = f"there is no snapshot {version!r} in {_place(folder)}"
    return _chosen(version, there, f"{problem}; there are: {', '.join(s.version for s in there) or 'none yet'}")


def as_of(moment: str | date, version: str = "latest", folder: Path | str | None = None) -> Snapshot:
    """Return what `open` would have returned at a moment: only what was published by then counts.

    `moment` is a date, which means its end, or a time, both in UTC unless it says otherwise: as ISO 8601 or object.
    Raises SnapshotError where nothing that fits had been published.
    """
    until = _end(moment).astimezone(UTC)
    published = {one: datetime.fromisoformat(one.manifest["published"]) for one in versions(folder)}
    there = ", ".join(f"{one.version} ({when:%Y-%m-%d %H:%M})" for one, when in published.items()) or "none yet"
    problem = f"no snapshot {version!r} in {_place(folder)} had been published by {until:%Y-%m-%d %H:%M} UTC"
    return _chosen(version, [one for one, when in published.items() if when <= until], f"{problem}; there are: {there}")


def _chosen(version: str, there: list[Snapshot], problem: str) -> Snapshot:
    wanted = [one for one in there if _fits(one, version)]
    if not wanted:
        raise SnapshotError(problem)
    chosen = ([one for one in wanted if not one.made_up] or wanted)[-1]
    if chosen.made_up and not version.endswith(DEMO):
        warnings.warn(f"snapshot {chosen.version} is MADE-UP DATA for demonstration", MadeUpDataWarning, stacklevel=3)
    return chosen


def _fits(snapshot: Snapshot, version: str) -> bool:
    names = "latest", str(snapshot.edition), snapshot.version.removesuffix(DEMO)
    return version.removesuffix(DEMO) in names and (snapshot.made_up or not version.endswith(DEMO))


def _place(folder: Path | str | None) -> Path | str:
    return folder or settings.current().snapshots


def _end(moment: str | date) -> datetime:
    said = _parsed(moment) if isinstance(moment, str) else moment
    if not isinstance(said, datetime):
        return datetime.combine(said, time.max, UTC)
    return said if said.tzinfo else said.replace(tzinfo=UTC)


def _parsed(moment: str) -> date:
    for kind in (date, datetime):
        with suppress(ValueError):
            return kind.fromisoformat(moment)
    raise SnapshotError(f"{moment!r} is neither a date, such as 2026-03-01, nor a time, such as 2026-03-01T12:00")


def order(version: str) -> tuple[bool, int, int]:
    """Return what versions are sorted by: made-up ones first, then edition and number."""
    said = VERSION.fullmatch(version)
    if not said:
        raise SnapshotError(f"{version!r} is not a version, such as 2026.1")
    return said["demo"] is None, int(said["edition"]), int(said["number"])


def hash_line(manifest: bytes) -> bytes:
    """Return the line that ``sha256sum`` writes, and checks, for the manifest."""
    return f"{hashlib.sha256(manifest).hexdigest()}  {MANIFEST}\n".encode()

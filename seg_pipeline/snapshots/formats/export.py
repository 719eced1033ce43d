"""What is exported: tables of one snapshot, of all cities or of some. It reads, and writes nothing.

Words come from the snapshot's own data package, so that an old snapshot is exported with the words of its time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seg_pipeline import naming, settings
from seg_pipeline.catalogue import LANGUAGES

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds

    from seg_pipeline.snapshots.store import Snapshot

UNSAFE = re.compile(r"[^A-Za-z0-9._-]")  # signs that some file system does not take in a name
FEW = 3  # tables that are named in the name of a file
Writer = Callable[[Path], None]
Plan = Mapping[str, Writer]  # the name of each file, and what writes it


class ExportError(settings.Foreseen):
    """What was asked for cannot be exported; the message says what can."""


@dataclass(frozen=True)
class Export:
    """Tables of a snapshot, of the cities chosen (none: all). `asked`: the tables were named, not taken by default."""

    snapshot: Snapshot
    tables: tuple[str, ...]
    cities: tuple[str, ...] = ()
    asked: bool = False
    bom: bool = False
    language: str = "en"

    def batches(self, name: str) -> Iterator[pa.RecordBatch]:
        """Return a table piece by piece, in the order in which it was published."""
        return iter(self.scanner(name).to_batches())

    def read(self, name: str) -> pa.Table:
        """Return a table as Arrow has it."""
        return self.scanner(name).to_table()

    def schema(self, name: str) -> pa.Schema:
        """Return the columns of a table and their types."""
        return self.snapshot.scan(name).schema.remove_metadata()

    def rows(self, name: str) -> int:
        """Return how many rows a table has, of the cities chosen."""
        return int(self.snapshot.scan(name).count_rows(filter=self._filter(name)))

    def whole(self, name: str) -> bool:
        """True where no row of the table is left out."""
        return self._filter(name) is None

    def file(self, suffix: str, *more: str) -> str:
        """Return the name of a file of this export; the version, the cities and what is in it are in the name."""
        said = more or (self.tables if self.asked else ())
        tables = said if len(said) <= FEW else (f"{len(said)}-tables",)
        parts = ("segregation", self.snapshot.version, *self._city_ids, *tables)
        return "-".join(UNSAFE.sub("_", part) for part in parts) + f".{suffix}"

    @cached_property
    def facts(self) -> dict[str, str]:
        """What every file says of itself: snapshot, when it was published, hash of its content, made up or not."""
        notice = {"made_up": self.notice["en"]} if self.notice else {}
        chosen = {"cities": " ".join(self.cities)} if self.cities else {}
        said = self.snapshot.manifest
        return (
            {"snapshot": said["version"], "published": said["published"], "content": said["content"]} | notice | chosen
        )

    @cached_property
    def notice(self) -> dict[str, str]:
        """The notice that the data is made up, in three languages; empty for real data."""
        said: dict[str, str] = self.snapshot.manifest.get("notice", {})
        return said

    @cached_property
    def published(self) -> datetime:
        """When the snapshot was published (UTC): the date of every file made from it."""
        return datetime.fromisoformat(self.snapshot.manifest["published"])

    @cached_property
    def resources(self) -> dict[str, dict[str, Any]]:
        """What the data package says of each chosen table."""
        said = {resource["name"]: resource for resource in self.snapshot.package["resources"]}
        return {name: said[name] for name in self.tables}

    @cached_property
    def names(self) -> dict[str, dict[str, str]]:
        """The names of the snapshot's cities by code: fi, sv, en."""
        return {row["city"]: called(row) for row in self.codes("cities")}

    def codes(self, name: str) -> list[dict[str, str]]:
        """Return the rows of a code list of the snapshot, chosen or not; none where it has no such list."""
        return list(self.snapshot.scan(name).to_table().to_pylist()) if name in self.snapshot.tables else []

    @property
    def _city_ids(self) -> tuple[str, ...]:
        return tuple(naming.folded(self.names[code]["fi"]) for code in self.cities)

    def scanner(self, name: str) -> ds.Scanner:
        """Return what reads a table; cities that were not chosen are not read where they need not be."""
        return self.snapshot.scan(name).scanner(filter=self._filter(name))

    def _filter(self, name: str) -> ds.Expression | None:
        from pyarrow.dataset import field

        held = self.cities and "city" in self.schema(name).names
        return field("city").isin(list(self.cities)) if held else None


def choose(
    snapshot: Snapshot,
    tables: Sequence[str] = (),
    cities: Sequence[str] = (),
    *,
    bom: bool = False,
    language: str = "en",
) -> Export:
    """Return the export of `tables` (none: all) and `cities` (none: all; a code, an id, or a name in fi, sv or en).

    Raises ExportError for a table or a city that the snapshot does not have.
    """
    for table in set(tables) - set(snapshot.tables):
        said = naming.meant(table, snapshot.tables)
        raise ExportError(f"snapshot {snapshot.version} has no table {table!r}; {said}")
    export = Export(snapshot, tuple(sorted(set(tables))) or tuple(snapshot.tables), (), bool(tables), bom, language)
    codes = tuple(sorted({_city(city, export.names) for city in cities}))
    return Export(snapshot, export.tables, codes, export.asked, bom, language)


def called(row: dict[str, str]) -> dict[str, str]:
    """Return what a row of a code list is called, in each language."""
    return {language: row[f"name_{language}"] for language in LANGUAGES}


def _city(said: str, names: dict[str, dict[str, str]]) -> str:
    """Return the code of a city by its code or any of its names."""
    known = {written: code for code, spoken in names.items() for written in spoken.values()}
    codes = {naming.folded(written): code for written, code in known.items()} | {code: code for code in names}
    if naming.folded(said) not in codes:
        raise ExportError(f"no city {said!r}; {naming.meant(said, list(known))}")
    return codes[naming.folded(said)]

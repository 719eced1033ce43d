"""What is known of a snapshot when it is described: its bytes, the facts of its manifest, and what its tables hold."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from seg_pipeline import tables
from seg_pipeline.snapshots.describe import words

PARQUET = ".parquet"
CHANGES = "CHANGES.md"
CODE_LISTS = ("cities", "groups", "wellbeing_indicators")
YEARS = ("reference_year", "from_year", "to_year")  # years that numbers describe
ORIGINS = (  # the columns that say which release of which source a row is from
    ("source", "release"), ("source", "from_release"), ("source", "to_release"), ("source", "release_before"),
    ("source", "release_after"), ("other_source", "other_release"),
)  # fmt: skip
NAMED = uuid.UUID("0b8ad9a2-6f0c-5a4e-9d43-5f6f0e0f9a11")  # what our identifiers are derived from, made once


@dataclass(frozen=True)
class Table:
    """One table of a snapshot: its contract's name, its bytes and its number of rows."""

    name: str
    data: bytes
    rows: int

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.name}{PARQUET}"

    @cached_property
    def sha256(self) -> str:
        """The sha256 of its bytes."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def described(self) -> dict[str, str]:
        """What it is, in each language."""
        return dict(tables.CONTRACTS[self.name].metadata or {})

    def distinct(self, *columns: str) -> set[tuple[Any, ...]]:
        """Return the distinct rows of some columns; empty where the contract does not have them all."""
        described = tables.CONTRACTS[self.name].columns
        if not set(columns) <= set(described):
            return set()
        text = [column for column in columns if tables.column_type(described[column]) == "str"]
        read = pq.read_table(pa.BufferReader(self.data), columns=list(columns), read_dictionary=text)
        found = read.unify_dictionaries().group_by(list(columns)).aggregate([])
        return set(zip(*(found[column].to_pylist() for column in columns), strict=True))

    @cached_property
    def origins(self) -> set[tuple[str, str]]:
        """The (source, release) pairs that its rows name."""
        return {
            (source, release)
            for columns in ORIGINS
            for source, release in self.distinct(*columns)
            if source is not None and release is not None
        }

    @cached_property
    def years(self) -> list[int]:
        """The first and the last year that its numbers describe; empty where there is none."""
        there = [name for name in YEARS if name in tables.CONTRACTS[self.name].columns]
        if not there or not self.rows:
            return []
        read = pq.read_table(pa.BufferReader(self.data), columns=there)
        ends = [pc.min_max(read[name]).as_py() for name in there]
        told = [year for end in ends for year in end.values() if year is not None]
        return [min(told), max(told)] if told else []


@dataclass(frozen=True)
class Subject:
    """A snapshot as it is known when it is described."""

    version: str
    edition: int
    published: str
    made_up: bool
    blobs: Mapping[str, bytes]
    rows: Mapping[str, int]
    facts: Mapping[str, Any]
    sources: Mapping[str, Mapping[str, str]]

    @cached_property
    def tables(self) -> list[Table]:
        """Its tables, by name."""
        return [Table(name, self.blobs[f"{name}{PARQUET}"], self.rows[name]) for name in sorted(self.rows)]

    @property
    def title(self) -> words.Texts:
        """What it is called."""
        return words.said("snapshot_title", version=self.version)

    @property
    def about(self) -> words.Texts:
        """What it is."""
        return words.said("description", edition=self.edition, version=self.version)

    def noticed(self, texts: words.Texts) -> words.Texts:
        """Return texts that begin with the notice where the data are made up."""
        notice = words.made_up()
        return {language: f"{notice[language]} {text}" if self.made_up else text for language, text in texts.items()}

    @property
    def receipts(self) -> list[dict[str, Any]]:
        """What was received and read for it."""
        return list(self.facts["receipts"])

    @property
    def predecessor(self) -> dict[str, str] | None:
        """The snapshot published before: its version, and the sha256 of its manifest."""
        return self.facts.get("predecessor")

    @property
    def identifier(self) -> str:
        """A name for it that is the same wherever these tables are published under this version."""
        hashes = "".join(f"{table.sha256}  {table.file}\n" for table in self.tables)
        return uuid.uuid5(NAMED, f"{self.version}\n{hashes}").urn

    @cached_property
    def years(self) -> list[int]:
        """The first and the last year that its numbers describe; empty where there is none."""
        told = [year for table in self.tables for year in table.years]
        return [min(told), max(told)] if told else []

    @property
    def uses(self) -> dict[str, dict[str, list[str]]]:
        """The releases that were used of each source, by the licence that they came under."""
        used: dict[str, dict[str, set[str]]] = {}
        for receipt in self.receipts:
            used.setdefault(receipt["source"], {}).setdefault(receipt["licence"], set()).add(receipt["release"])
        return {
            source: {name: sorted(releases) for name, releases in sorted(by.items())}
            for source, by in sorted(used.items())
        }

    def receipts_of(self, table: Table) -> list[dict[str, Any]]:
        """Return the receipts that a table was made from.

        They are those of the releases that its rows name; all, where it has no column to name one in; none for a
        code list, which is of the catalogue.
        """
        if table.name in CODE_LISTS:
            return []
        if "source" not in tables.CONTRACTS[table.name].columns:
            return self.receipts
        return [receipt for receipt in self.receipts if (receipt["source"], receipt["release"]) in table.origins]


def json_bytes(value: object) -> bytes:
    """Return a value as readable JSON."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()

"""One side of a comparison: a published snapshot, or content that is about to become one. Tables are read by column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    import pandas as pd

    from seg_pipeline.snapshots.store import Snapshot

BESIDE = ("moved",)  # tables that stand beside the content: they depend on what was published before
ARROW = {"str": pa.string(), "Int64": pa.int64(), "float64": pa.float64()}


class Column(NamedTuple):
    """What a column is: the type of its cells, and what it means in words."""

    type: pa.DataType
    meaning: str


@dataclass(frozen=True)
class Table:
    """A table of one side: its key, its columns, and a way to read some of them. `digest` is empty where unknown."""

    name: str
    rows: int
    key: tuple[str, ...]
    columns: Mapping[str, Column]
    read: Callable[[Sequence[str]], pa.Table] = field(repr=False)
    digest: str = ""

    def column(self, name: str) -> pa.ChunkedArray:
        """Return the cells of a column."""
        return self.read([name]).column(name)


@dataclass(frozen=True)
class Side:
    """One side: its version and edition, when it was published (nothing: it is not yet), facts, and tables.

    `facts` are those of a manifest: receipts, findings, code, lock_sha256, catalogue_sha256, withdrawn.
    """

    version: str
    edition: int
    made_up: bool
    published: str
    facts: Mapping[str, Any] = field(repr=False)
    tables: Mapping[str, Table] = field(repr=False)

    def frame(self, name: str, columns: Iterable[str] | None = None) -> pd.DataFrame:
        """Return a table, or some columns of it, as the contracts type it."""
        from seg_pipeline import parquet

        table = self.tables[name]
        return parquet.to_pandas(_plain(table.read([c for c in columns or table.columns if c in table.columns])))


def side(of: Snapshot | Side) -> Side:
    """Return a snapshot as a side; a side is one already."""
    return of if isinstance(of, Side) else _published(of)


def about_to_be(
    version: str, edition: int, made_up: bool, content: Mapping[str, pd.DataFrame], facts: Mapping[str, Any]
) -> Side:
    """Return content that is about to be published as a side, described by its contracts."""
    return Side(version, edition, made_up, "", facts, {name: _framed(name, content[name]) for name in sorted(content)})


def _published(snapshot: Snapshot) -> Side:
    manifest, described = snapshot.manifest, {one["name"]: one for one in snapshot.package["resources"]}
    content = manifest.get("content_tables", [name for name in snapshot.tables if name not in BESIDE])
    tables = {name: _filed(snapshot, name, int(manifest["tables"][name]), described.get(name, {})) for name in content}
    return Side(snapshot.version, snapshot.edition, snapshot.made_up, manifest["published"], manifest, tables)


def _filed(snapshot: Snapshot, name: str, rows: int, described: Mapping[str, Any]) -> Table:
    file, schema = f"{name}.parquet", described.get("schema", {})
    meanings = {one["name"]: one.get("description", "") for one in schema.get("fields", ())}
    types = {one.name: _value(one.type) for one in _opened(snapshot, file).schema_arrow}
    texts = [column for column, kind in types.items() if kind == pa.string()]

    def read(columns: Sequence[str]) -> pa.Table:
        return _opened(snapshot, file, texts).read(columns=list(columns))

    columns = {column: Column(kind, meanings.get(column, "")) for column, kind in types.items()}
    return Table(name, rows, _key(schema), columns, read, snapshot.manifest["files"][file]["sha256"])


def _opened(snapshot: Snapshot, file: str, texts: Sequence[str] = ()) -> pq.ParquetFile:
    return pq.ParquetFile(snapshot.shelf.file(snapshot.version, file), read_dictionary=list(texts))


def _framed(name: str, frame: pd.DataFrame) -> Table:
    from seg_pipeline import tables

    contract = tables.CONTRACTS[name]
    columns = {
        column: Column(ARROW[tables.column_type(described)], described.description or "")
        for column, described in contract.columns.items()
    }

    def read(names: Sequence[str]) -> pa.Table:
        return pa.table({one: pa.array(frame[one], columns[one].type, from_pandas=True) for one in names})

    return Table(name, len(frame), tuple(tables.key(name)), columns, read)


def _key(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the key of a table schema: the primary one, or, of a key with cells that may be empty, the unique one."""
    key = schema.get("primaryKey") or next(iter(schema.get("uniqueKeys", ())), ())
    return (key,) if isinstance(key, str) else tuple(key)


def _value(kind: pa.DataType) -> pa.DataType:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.string() if pa.types.is_large_string(kind) else kind


def _plain(table: pa.Table) -> pa.Table:
    return table.cast(pa.schema([pa.field(one.name, _value(one.type)) for one in table.schema]))

"""Read of a table what is asked for: these columns, these cities, these years. What is not asked for is not read.

A name that is nowhere in the table is an error that says what it may have meant. A combination that has no row is an
empty table: it was asked for rightly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seg_pipeline import naming
from seg_pipeline.settings import Foreseen
from seg_pipeline.snapshots import store

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq

    from seg_pipeline.snapshots.store import Snapshot

CITY, CODE = "city", re.compile(r"[0-9]+")
CITIES, NAMES = "cities", ("name_en", "name_fi", "name_sv")
SOURCE = "source"


def table(
    snapshot: Snapshot, name: str, columns: Sequence[str] | None, where: Mapping[str, Any], compact: bool
) -> pd.DataFrame:
    """Return the `columns` (None: all) of the rows of a table that have the values of `where`; see `Snapshot.table`."""
    from seg_pipeline import parquet

    with _opened(snapshot, name) as file:
        there = file.schema_arrow.names
        asked = {column: _values(snapshot, name, file, column, said) for column, said in where.items()}
        wanted = _known(snapshot, name, there, [*(there if columns is None else columns)])
        beside = [column for column in there if column in {*asked, SOURCE} - set(wanted)]
        frame = parquet.selected(file, [*wanted, *beside], asked, compact)
        for column, values in asked.items():
            _require(snapshot, name, file, column, values.to_pylist(), frame)
    frame.attrs |= _attributes(snapshot, name, wanted, sorted(frame[SOURCE].unique()) if SOURCE in frame else None)
    return frame.drop(columns=beside) if beside else frame


def scan(snapshot: Snapshot, name: str) -> ds.Dataset:
    """Return a table as an Arrow dataset, of which nothing is read yet."""
    import pyarrow.dataset as ds
    from pyarrow.fs import LocalFileSystem

    found, form = _file(snapshot, name), ds.ParquetFileFormat()
    where = (str(found), LocalFileSystem()) if isinstance(found, Path) else (found,)
    with _readable(snapshot, name):
        fragment = form.make_fragment(*where)
        return ds.FileSystemDataset([fragment], fragment.physical_schema, form)


def _file(snapshot: Snapshot, name: str) -> Any:
    if name not in snapshot.tables:
        said = naming.meant(name, snapshot.tables)
        raise store.SnapshotError(f"snapshot {snapshot.version} has no table {name!r}; {said}")
    return snapshot.shelf.file(snapshot.version, f"{name}.parquet")


@contextmanager
def _opened(snapshot: Snapshot, name: str) -> Iterator[pq.ParquetFile]:
    from seg_pipeline import parquet

    found = _file(snapshot, name)
    with ExitStack() as stack, _readable(snapshot, name):
        if not isinstance(found, Path):
            stack.enter_context(found)
        yield stack.enter_context(parquet.opened(found))


@contextmanager
def _readable(snapshot: Snapshot, name: str) -> Iterator[None]:
    try:
        yield
    except Foreseen:
        raise
    except (OSError, ValueError) as error:
        raise store.SnapshotError(
            f"table {name} of {snapshot.version} cannot be read ({error}); verify the snapshot"
        ) from None


def _known(snapshot: Snapshot, name: str, there: list[str], columns: list[str]) -> list[str]:
    for column in columns:
        if column not in there:
            said = naming.meant(str(column), there)
            raise store.SnapshotError(f"no column {column!r} in {name} of {snapshot.version}; {said}")
    return columns


def _values(snapshot: Snapshot, name: str, file: pq.ParquetFile, column: str, said: Any) -> pa.Array:
    """Return what is asked of a column, as the column has it: a city's name as its code."""
    import pyarrow as pa

    _known(snapshot, name, file.schema_arrow.names, [column])
    values = [said] if isinstance(said, str) or not isinstance(said, Iterable) else list(said)
    if column == CITY:
        values = _codes(snapshot, name, values)
    kind = file.schema_arrow.field(column).type
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    try:
        if pa.types.is_integer(kind) and any(isinstance(one, float) and one != int(one) for one in values):
            raise TypeError
        return pa.array(values, type=kind)
    except (pa.ArrowException, TypeError, OverflowError):
        holds = "text" if pa.types.is_string(kind) else "numbers"
        remedy = f"text is written in quotes, such as {str(values[0])!r}" if holds == "text" else "write no quotes"
        raise store.SnapshotError(f"column {column} of {name} holds {holds}, not {values}; {remedy}") from None


def _codes(snapshot: Snapshot, name: str, values: list[Any]) -> list[Any]:
    if CITIES not in snapshot.tables or all(not isinstance(one, str) or CODE.fullmatch(one) for one in values):
        return values
    named = _names(snapshot)
    codes = {naming.folded(written): code for written, code in named.items()}
    for value in values:
        if isinstance(value, str) and not CODE.fullmatch(value) and naming.folded(value) not in codes:
            said = naming.meant(value, list(named))
            raise store.SnapshotError(f"no city {value!r} in {name} of {snapshot.version}; {said}")
    return [codes.get(naming.folded(value), value) if isinstance(value, str) else value for value in values]


def _names(snapshot: Snapshot) -> dict[str, str]:
    """Return the code of each city by every name that it has in the snapshot."""
    with _opened(snapshot, CITIES) as file:
        rows = file.read().to_pylist()
    return {row[name]: row[CITY] for name in NAMES for row in rows}


def _require(
    snapshot: Snapshot, name: str, file: pq.ParquetFile, column: str, values: list[Any], found: pd.DataFrame
) -> None:
    """Raise SnapshotError for a text that is nowhere in the column, and for numbers of which none is."""
    from seg_pipeline import parquet

    if len(values) == 1 and len(found):
        return
    seen = {*found[column].unique(), None}
    unseen = [value for value in values if value not in seen]
    if not unseen or (len(unseen) < len(values) and not isinstance(unseen[0], str)):
        return
    there = parquet.distinct(file, column)
    known = {*there, *(_names(snapshot).values() if column == CITY and CITIES in snapshot.tables else ())}
    wrong = [value for value in unseen if value not in known]
    if wrong and (isinstance(wrong[0], str) or len(wrong) == len(values)):
        said = naming.meant(wrong[0], there) if isinstance(wrong[0], str) else naming.listed(there)
        raise store.SnapshotError(f"no {column} {wrong[0]!r} in {name} of {snapshot.version}; {said}")


def _attributes(snapshot: Snapshot, name: str, columns: list[str], used: list[str] | None) -> dict[str, Any]:
    """Return what a frame says of itself, as plain JSON values: two frames can be compared and put together."""
    resource = next(one for one in snapshot.package["resources"] if one["name"] == name)
    fields: list[dict[str, Any]] = resource["schema"]["fields"]
    return {
        "snapshot": snapshot.version,
        "table": name,
        "made_up": snapshot.made_up,
        "published": snapshot.manifest["published"],
        "content": snapshot.manifest["content"],
        "units": {field["name"]: field["unit"] for field in fields if field["name"] in columns and field.get("unit")},
        "sources": _sources(snapshot, used),
        "citation": snapshot.citation,
    }


def _sources(snapshot: Snapshot, used: list[str] | None) -> list[dict[str, str]]:
    """Return whom to name: the sources of these rows; of a table that does not say, all of the snapshot's."""
    publishers = {source.get("source"): source["publisher"] for source in snapshot.package.get("sources", [])}
    licences = {(receipt["source"], receipt["licence"]) for receipt in snapshot.manifest["receipts"]}
    return [
        {"source": source, "publisher": publishers.get(source, ""), "licence": licence}
        for source, licence in sorted(licences)
        if used is None or source in used
    ]

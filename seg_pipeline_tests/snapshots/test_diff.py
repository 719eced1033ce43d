"""What differs between two snapshots: exactly that, told by the key, in either direction, whatever the schema."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from seg_pipeline import tables
from seg_pipeline.settings import CLONE
from seg_pipeline.snapshots import Snapshot
from seg_pipeline.snapshots.comparing.diff import Difference, difference
from seg_pipeline.snapshots.comparing.sides import Side, about_to_be
from seg_pipeline.snapshots.publish import publish
from seg_pipeline_tests.conftest import Seg
from seg_pipeline_tests.snapshots.test_publish import ORIGIN, SOURCES, content, put

CELL = some.tuples(
    some.sampled_from(["00100", "00120", "33100"]),
    some.sampled_from(["low", "high", "total"]),
    some.sampled_from([2018, 2024]),
)
COUNT = some.none() | some.integers(0, 3)
FIGURE = some.tuples(
    some.sampled_from(["dissimilarity", "spatial_entropy"]), some.none() | some.sampled_from([500, 1000])
)
ONE: dict[Any, Any] = content()["indicators"].iloc[0].to_dict()
NUMBER = some.sampled_from([None, 0.0, -0.0, 0.1, 0.1 + 1e-17, 0.30000000000000004, 0.3, -1e300])


def counts(cells: dict[tuple[str, str, int], int | None]) -> pd.DataFrame:
    rows = [
        {"city": "091", "geography": "postal_area", "area_id": area, "boundary_vintage": 2026, "dimension": "income",
         "group": group, "reference_year": year, "source": "paavo", "release": "2026", "count": count,
         "status": "suppressed" if count is None else "observed", "lower": 0, "upper": count}
        for (area, group, year), count in cells.items()
    ]  # fmt: skip
    columns = list(tables.CONTRACTS["counts"].columns)
    return tables.conform(pd.DataFrame(rows, columns=columns), "counts")


def figures(values: dict[tuple[str, int | None], float | None]) -> pd.DataFrame:
    rows = [ONE | {"indicator": name, "scale": scale, "value": value} for (name, scale), value in values.items()]
    return tables.conform(pd.DataFrame(rows, columns=list(ONE)), "indicators")


def as_side(**told: pd.DataFrame) -> Side:
    return about_to_be("2026.1", 2026, False, told, {})


def applied(table: pd.DataFrame, rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a table after the rows of a difference: what is gone taken away, what is new or changed put in."""
    key = tables.key(name)
    both = table.merge(rows, "outer", key)
    both = both[both["what"] != "removed"]
    for column in table.columns:
        if f"after_{column}" in rows:
            both[column] = both[column].where(~both["what"].isin(["added", "changed"]), both[f"after_{column}"])
    return tables.conform(both, name)


@given(some.dictionaries(CELL, COUNT), some.dictionaries(CELL, COUNT))
def test_the_rows_that_differ_make_the_one_table_of_the_other(
    one: dict[tuple[str, str, int], int | None], other: dict[tuple[str, str, int], int | None]
) -> None:
    before, after = counts(one), counts(other)
    found = difference(as_side(counts=before), as_side(counts=after))
    pd.testing.assert_frame_equal(applied(before, found.rows("counts"), "counts"), after)
    told = found.tables["counts"]
    assert told.added == len(other.keys() - one.keys()) and told.removed == len(one.keys() - other.keys())
    assert told.changed == sum(one[cell] != other[cell] for cell in one.keys() & other.keys())
    hidden = sum(one[cell] is not None and other[cell] is None for cell in one.keys() & other.keys())
    assert told.flags.get(("observed", "suppressed"), 0) == hidden


@given(some.dictionaries(FIGURE, NUMBER), some.dictionaries(FIGURE, NUMBER))
@settings(max_examples=40)
def test_decimals_are_compared_to_the_last_bit_and_an_empty_scale_is_a_key(
    one: dict[tuple[str, int | None], float | None], other: dict[tuple[str, int | None], float | None]
) -> None:
    before, after = figures(one), figures(other)
    found = difference(as_side(indicators=before), as_side(indicators=after))
    assert found.tables["indicators"].changed == sum(one[of] != other[of] for of in one.keys() & other.keys())
    pd.testing.assert_frame_equal(applied(before, found.rows("indicators"), "indicators"), after, check_exact=True)


@given(some.dictionaries(CELL, COUNT))
def test_nothing_differs_from_itself(cells: dict[tuple[str, str, int], int | None]) -> None:
    table = counts(cells)
    found = difference(as_side(counts=table), as_side(counts=table.sample(frac=1, random_state=1)))
    assert found.same and found.rows("counts").empty and not found.tables["counts"].cells


def test_a_snapshot_is_the_same_as_itself_and_one_of_the_same_tables(tmp_path: Path) -> None:
    one, two = put(tmp_path / "one")[0], put(tmp_path / "two")[0]
    for other in (one, two):
        found = difference(one, other)
        assert found.same and not (found.method or found.deliveries or found.findings)


def test_changed_counts_are_told_in_both_tables_and_in_both_directions(tmp_path: Path) -> None:
    before, after = put(tmp_path)[0], put(tmp_path, low=31)[0]
    there, back = difference(before, after), difference(after, before)
    assert there.tables["counts"].changed == back.tables["counts"].changed == 2
    row = there.rows("counts").query("group == 'low'").iloc[0]
    assert (row["what"], row["before_count"], row["after_count"]) == ("changed", 30, 31)
    assert list(there.rows("counts").columns[: len(tables.key("counts"))]) == tables.key("counts")
    assert there.tables["indicators"].cells["value"] == back.tables["indicators"].cells["value"] > 0
    assert not there.same


def test_content_that_is_about_to_be_published_is_compared_as_the_snapshot_that_it_becomes(tmp_path: Path) -> None:
    before = put(tmp_path)[0]
    ahead = difference(before, about_to_be("2026.2", 2026, False, content(31), ORIGIN))
    done = difference(before, put(tmp_path, low=31)[0])
    for name in done.tables:
        assert done.tables[name] == ahead.tables[name]
        pd.testing.assert_frame_equal(done.rows(name), ahead.rows(name))


def receipt(source: str, release: str, letter: str, revision: int = 1) -> dict[str, Any]:
    return {"source": source, "release": release, "part": "whole", "revision": revision, "file": f"{letter}.csv",
            "sha256": letter * 64, "received": "2026-02-01T00:00:00+00:00", "licence": "CC BY 4.0", "size": 1,
            "made_up": False, "url": ""}  # fmt: skip


def put_with(folder: Path, low: int, **facts: Any) -> Snapshot:
    return publish(folder, 2026, content(low), ORIGIN | facts, SOURCES, False)[0]


def test_deliveries_findings_method_and_code_are_told(tmp_path: Path) -> None:
    late = {"severity": "warn", "subject": "sotkanet", "rule": "late", "message": "late", "rows": 0, "example": ""}
    one = put_with(
        tmp_path, 30, receipts=[receipt("paavo", "2018", "a"), receipt("paavo", "2020", "b")], findings=[late]
    )
    told = content(31)
    told["indicators"] = told["indicators"].assign(method_version="99")
    more = {"receipts": [receipt("paavo", "2020", "c", 2), receipt("paavo", "2026", "d")], "findings": []}
    other = publish(tmp_path, 2026, told, ORIGIN | more | {"code": {"version": "1"}}, SOURCES, False)[0]
    found = difference(one, other)
    assert [(d.what, d.release) for d in found.deliveries] == [("gone", "2018"), ("revised", "2020"), ("added", "2026")]
    assert found.deliveries[1].before["file"] == "b.csv" and found.deliveries[1].after["file"] == "c.csv"
    assert [(f.before, f.after) for f in found.findings] == [("sotkanet: late", "")]
    assert {change.what: (change.before, change.after) for change in found.method} == {
        "method of indicators": (one.table("indicators")["method_version"].iloc[0], "99"), "code version": ("0", "1"),
    }  # fmt: skip


def rewritten(snapshot: Snapshot, folder: Path, **columns: Any) -> Snapshot:
    """Return a copy whose counts have other columns: a value of None takes one away, another is a column's cells."""
    folder.mkdir(parents=True)
    for file in Path(snapshot.where).iterdir():
        if file.is_file():
            (folder / file.name).write_bytes(file.read_bytes())
    table = pq.read_table(folder / "counts.parquet")
    for name, cells in columns.items():
        if name in table.column_names:
            table = table.drop([name])
        if cells is not None:
            table = table.append_column(name, pa.array(cells if isinstance(cells, list) else [cells] * len(table)))
    pq.write_table(table, folder / "counts.parquet")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["counts.parquet"]["sha256"] = "another"
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return Snapshot.at(folder)


def test_tables_of_another_schema_are_compared_by_the_columns_that_both_have(tmp_path: Path) -> None:
    new = put(tmp_path / "new", low=31)[0]
    old = rewritten(put(tmp_path / "old")[0], tmp_path / "older" / "2026.1", status=None, boundary_vintage=None, note=1)
    found = difference(old, new).tables["counts"]
    assert {change.what: bool(change.before) for change in found.schema} == {
        "column status": False, "column boundary_vintage": False, "column note": True,
    }  # fmt: skip
    assert (found.added, found.removed, found.changed) == (0, 0, 2) and not found.flags
    rows = difference(old, new).rows("counts")
    assert len(rows) == 2 and set(rows["what"]) == {"changed"} and "after_status" in rows and "before_note" in rows


def test_a_column_of_another_type_is_told_and_compared_by_its_value(tmp_path: Path) -> None:
    one = put(tmp_path / "new")[0]
    cells = pq.read_table(Path(one.where) / "counts.parquet")["count"]
    other = rewritten(one, tmp_path / "other" / "2026.1", count=cells.cast(pa.float64()).combine_chunks().to_pylist())
    found = difference(other, one).tables["counts"]
    assert [change.what for change in found.schema] == ["column count"] and found.changed == 0
    texts = rewritten(one, tmp_path / "texts" / "2026.1", count=[str(cell) for cell in cells.to_pylist()])
    assert difference(texts, one).tables["counts"].changed == 0


def test_a_column_that_means_something_else_is_told(tmp_path: Path) -> None:
    one = put(tmp_path / "one")[0]
    other = rewritten(one, tmp_path / "other" / "2026.1")
    package = json.loads((tmp_path / "other" / "2026.1" / "datapackage.json").read_text(encoding="utf-8"))
    field = next(r for r in package["resources"] if r["name"] == "counts")["schema"]["fields"][-1]
    field["description"] = "Something else"
    (tmp_path / "other" / "2026.1" / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    found = difference(one, Snapshot.at(Path(other.where)))
    assert [change.what for change in found.tables["counts"].schema] == [f"meaning of {field['name']}"]
    assert not found.same


def test_a_table_on_one_side_only_is_said_so_with_all_its_rows(tmp_path: Path) -> None:
    one = put(tmp_path / "one")[0]
    less = {name: table for name, table in content().items() if name != "indicators"}
    other = publish(tmp_path / "two", 2026, less, ORIGIN, SOURCES, False)[0]
    gone, new = difference(one, other), difference(other, one)
    rows = len(one.table("indicators"))
    assert (gone.tables["indicators"].removed, gone.tables["indicators"].after) == (rows, None)
    assert (new.tables["indicators"].added, new.tables["indicators"].before) == (rows, None)
    assert set(gone.rows("indicators")["what"]) == {"removed"} and len(new.rows("indicators")) == rows
    assert not gone.same


def test_rows_that_share_a_key_are_paired_in_their_order() -> None:
    table = counts({("00100", "low", 2024): 1})
    twice = pd.concat([table, table.assign(count=2)], ignore_index=True)
    found = difference(as_side(counts=twice), as_side(counts=table))
    assert (found.tables["counts"].removed, found.tables["counts"].changed) == (1, 0)
    assert found.rows("counts")["before_count"].tolist() == [2]


def test_what_stands_beside_the_content_is_not_compared(demo: Seg) -> None:
    snapshot = Snapshot.at(demo.data / "snapshots" / "2026.1-demo")
    found: Difference = difference(snapshot, snapshot)
    assert "moved" in snapshot.tables and "moved" not in found.tables and "counts" in found.tables


STARTED = 1.5  # seconds that a small table takes as well, on a busy machine
LARGE = textwrap.dedent(
    """
    import sys, time
    from pathlib import Path
    from seg_pipeline.snapshots import Snapshot
    from seg_pipeline.snapshots.comparing.diff import difference
    begun = time.perf_counter()
    found = difference(Snapshot.at(Path(sys.argv[1])), Snapshot.at(Path(sys.argv[2])))
    told = found.tables["counts"]
    print(told.added, told.removed, told.changed, len(found.rows("counts")), time.perf_counter() - begun)
    """
)


@pytest.mark.parametrize("rows", [500_000, pytest.param(5_000_000, marks=pytest.mark.scale)])
def test_millions_of_rows_against_millions(tmp_path: Path, rows: int) -> None:
    """Five against five million within 15 s and 3 GiB, as a process of its own, and a tenth of it in a tenth."""
    one = _large(tmp_path / "2026.1", np.arange(rows))
    other = _large(tmp_path / "2026.2", np.arange(1000, rows + 500))
    done = subprocess.run(
        [sys.executable, "-c", LARGE, str(one), str(other)], cwd=CLONE, capture_output=True, text=True, check=True
    )
    added, removed, changed, listed, seconds = done.stdout.split()
    changed_rows = rows // 1000 - 1
    assert (int(added), int(removed), int(changed), int(listed)) == (500, 1000, changed_rows, 500 + 1000 + changed_rows)
    assert float(seconds) < 15 * rows / 5_000_000 + STARTED
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 3 << 20


def _large(folder: Path, row: np.ndarray[Any, Any]) -> Path:
    """Write what is read of a snapshot: counts of which, in the second, each thousandth is one larger."""
    area, group = row // 40, row % 40
    number = row % 1999 + (row % 1000 == 0) * (row[0] > 0)

    def text(codes: Any, values: list[str]) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(values)).cast(pa.string())

    same = {"geography": "postal_area", "source": "paavo", "release": "2026", "dimension": "income"}
    told = {
        "city": text(area % 11, [f"{at:03}" for at in range(11)]),
        "area_id": text(area, [f"{at:06}" for at in range(int(area.max()) + 1)]),
        "group": text(group, [f"g{at}" for at in range(40)]),
        **{name: text(row * 0, [value]) for name, value in same.items()},
        "boundary_vintage": pa.array(row * 0 + 2026), "reference_year": pa.array(row * 0 + 2024),
        "status": text((number < 10).astype(np.int32), ["observed", "suppressed"]),
        "count": pa.array(number, mask=number < 10), "lower": pa.array(number), "upper": pa.array(number),
    }  # fmt: skip
    folder.mkdir()
    pq.write_table(pa.table(told), folder / "counts.parquet", compression="zstd", row_group_size=1 << 17)
    files = {"counts.parquet": {"sha256": folder.name}}
    manifest = {"version": folder.name, "content": "", "tables": {"counts": len(row)}, "files": files, "findings": [],
                "published": "2026-01-01T00:00:00+00:00"}  # fmt: skip
    resources = [{"name": "counts", "schema": {"fields": [], "primaryKey": tables.key("counts")}}]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "datapackage.json").write_text(json.dumps({"resources": resources}), encoding="utf-8")
    return folder


@pytest.mark.parametrize("what", ["counts", "indicators"])
def test_an_empty_table_differs_by_all_rows_of_the_other(what: str) -> None:
    full = content()[what]
    found = difference(as_side(**{what: tables.empty(what)}), as_side(**{what: full}))
    assert found.tables[what].added == len(full)
    pd.testing.assert_frame_equal(applied(tables.empty(what), found.rows(what), what), full)

"""Reading for analysts: what is asked for, lazily, with names as people write them and errors that help."""

from __future__ import annotations

import io
import json
import pickle
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seg_pipeline import catalogue, naming, parquet, snapshots, tables
from seg_pipeline.settings import CLONE
from seg_pipeline.snapshots import MadeUpDataWarning, Snapshot, SnapshotError
from seg_pipeline_tests.conftest import Seg
from seg_pipeline_tests.snapshots.test_publish import put


@pytest.fixture(scope="module")
def snapshot(demo: Seg) -> Snapshot:
    return snapshots.open("2026.1-demo", demo.data / "snapshots")


@pytest.fixture(scope="module")
def counts(snapshot: Snapshot) -> pd.DataFrame:
    return parquet.read(Path(snapshot.where) / "counts.parquet")


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(found, expected.reset_index(drop=True))


def test_every_table_is_read_as_its_file_has_it_and_as_its_contract_says(snapshot: Snapshot) -> None:
    for name in snapshot.tables:
        table = snapshot.table(name)
        same(table, parquet.read(Path(snapshot.where) / f"{name}.parquet"))
        same(table, tables.conform(table, name))


ASKED: list[dict[str, Any]] = [
    {"city": "091"},
    {"city": "091", "dimension": ["income", "education"], "reference_year": 2024},
    {"reference_year": range(2020, 2030), "status": ["observed"]},
    {"group": {"total"}, "source": "paavo", "release": ("2018", "2026")},
    {"count": None},
    {"count": [None, 0]},
    {"dimension": []},
    {"city": "398", "source": "aluesarjat"},  # both are there; together there is no row
]


@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_a_filter_gives_the_rows_that_a_filter_of_the_whole_table_gives(
    snapshot: Snapshot, counts: pd.DataFrame, asked: dict[str, Any], compact: bool
) -> None:
    several = {c: [v] if v is None or isinstance(v, str | int) else list(v) for c, v in asked.items()}
    rows = pd.Series(True, counts.index)
    for column, values in several.items():
        rows &= counts[column].isin(values) | (counts[column].isna() if None in values else False)
    found = snapshot.table("counts", compact=compact, **asked)
    text = [name for name, column in tables.CONTRACTS["counts"].columns.items() if tables.column_type(column) == "str"]
    assert (found.dtypes[text] == "category").all() == compact
    assert not compact or all(set(found[name].cat.categories) == set(found[name].dropna()) for name in text)
    same(found.astype(dict.fromkeys(text, "str")), counts[rows])
    assert found.dtypes.drop(text).equals(counts.dtypes.drop(text))


def test_columns_come_in_the_order_asked_and_filters_need_not_be_among_them(
    snapshot: Snapshot, counts: pd.DataFrame
) -> None:
    found = snapshot.table("counts", ["count", "area_id"], city="091", dimension="income")
    same(found, counts[(counts["city"] == "091") & (counts["dimension"] == "income")][["count", "area_id"]])


@pytest.mark.parametrize("city", catalogue.rows("cities"), ids=lambda row: row["id"])
def test_a_city_may_be_given_by_code_id_or_name_with_or_without_marks(snapshot: Snapshot, city: dict[str, str]) -> None:
    expected = snapshot.table("indicators", city=city["city"])
    assert set(expected["city"]) == {city["city"]}
    names = {city[name] for name in ("id", "name_fi", "name_sv", "name_en")}
    for name in {*names, *map(naming.folded, names), *map(str.upper, names)}:
        same(snapshot.table("indicators", city=name), expected)
    both = snapshot.table("wellbeing", city=[city["name_sv"], "091"])
    assert set(both["city"]) == {city["city"], "091"}


def test_combining_and_composed_letters_are_one_name() -> None:
    for written in ("Jyva\u0308skyla\u0308", "JYVÄSKYLÄ", "Jyväskylä", "jyvaskyla"):
        assert naming.folded(written) == "jyvaskyla"


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("indicator", {}, "no table 'indicator'; did you mean 'indicators'? There are: area_funding,"),
    ("zzz", {}, "no table 'zzz'; there are: area_funding,"),
    ("counts", {"columns": ["cuont"]}, "no column 'cuont' in counts of 2026.1-demo; did you mean 'count'?"),
    ("counts", {"cty": "091"}, "no column 'cty' in counts of 2026.1-demo; did you mean 'city'?"),
    ("indicators", {"indicator": "disimilarity"},
     "no indicator 'disimilarity' in indicators of 2026.1-demo; did you mean 'dissimilarity'?"),
    ("counts", {"dimension": ["income", "educaton"]}, "no dimension 'educaton' in counts of 2026.1-demo; did you mean"),
    ("counts", {"city": "Helsinky"}, "no city 'Helsinky' in counts of 2026.1-demo; did you mean 'Helsinki'?"),
    ("counts", {"city": ["Espoo", "Åboo"]}, "no city 'Åboo' in counts of 2026.1-demo; did you mean 'Åbo'?"),
    ("counts", {"city": "91"}, "no city '91' in counts of 2026.1-demo; did you mean '091'? There are: 049, 091,"),
    ("counts", {"city": 91}, "column city of counts holds text, not [91]; text is written in quotes, such as '91'"),
    ("counts", {"release": 2026}, "holds text, not [2026]; text is written in quotes, such as '2026'"),
    ("counts", {"reference_year": "2024"}, "column reference_year of counts holds numbers, not ['2024']"),
    ("counts", {"reference_year": 2035}, "no reference_year 2035 in counts of 2026.1-demo; there are: 2015,"),
    ("counts", {"area_id": "0010O"}, "no area_id '0010O' in counts of 2026.1-demo; did you mean '001"),
    ("counts", {"area_id": "qqqqqqqqqqqq"}, "there are 1,"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "asked", "said"), WRONG, ids=lambda value: str(value)[:40])
def test_a_name_that_is_nowhere_is_an_error_that_says_what_it_may_have_meant(
    snapshot: Snapshot, table: str, asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(SnapshotError) as raised:
        snapshot.table(table, **asked)
    assert said in str(raised.value)


def test_a_city_without_rows_in_a_table_is_no_error(snapshot: Snapshot) -> None:
    told = snapshot.table("area_funding")
    without = next(code for code in snapshot.table("cities")["city"] if code not in set(told["city"]))
    found = snapshot.table("area_funding", city=without)
    assert found.empty and found.dtypes.equals(told.dtypes)


def test_a_frame_says_what_it_is_in_plain_values(snapshot: Snapshot) -> None:
    found = snapshot.table("counts", ["area_id", "count"], source="paavo", city="091")
    said = found.attrs
    assert json.loads(json.dumps(said)) == said
    assert (said["snapshot"], said["table"], said["made_up"]) == ("2026.1-demo", "counts", True)
    assert said["published"] == snapshot.manifest["published"] and said["content"] == snapshot.manifest["content"]
    assert said["units"] == {"count": "persons_or_households"}
    assert said["sources"] == [{"source": "paavo", "publisher": "Statistics Finland", "licence": "CC0 1.0"}]
    assert said["citation"] == snapshot.citation
    for part in ("MADE-UP DATA", "2026.1-demo", snapshot.manifest["content"], snapshot.manifest["published"][:10]):
        assert part in snapshot.citation
    every = {one["source"] for one in snapshot.manifest["receipts"]}
    assert {one["source"] for one in snapshot.table("areas").attrs["sources"]} == every


def test_what_a_frame_says_survives_copying_and_putting_together(snapshot: Snapshot) -> None:
    helsinki, espoo = (snapshot.table("counts", city=city, source="paavo") for city in ("Helsinki", "Espoo"))
    assert helsinki.copy().attrs == helsinki.attrs == pickle.loads(pickle.dumps(helsinki)).attrs  # noqa: S301  our own
    both = pd.concat([helsinki, espoo])
    assert both.attrs == helsinki.attrs and len(both) == len(helsinki) + len(espoo)
    other = pd.concat([helsinki, snapshot.table("indicators", city="Espoo")])  # they say different things: none is kept
    assert other.attrs == {}
    pd.testing.assert_frame_equal(helsinki, helsinki.copy())


def test_opening_reads_nothing_and_asking_reads_what_is_asked(snapshot: Snapshot) -> None:
    read: list[str] = []

    class Watched:
        def __getattr__(self, name: str) -> Any:
            return getattr(snapshot.shelf, name)

        def read(self, version: str, name: str) -> bytes:
            read.append(name)
            return snapshot.shelf.read(version, name)

        def file(self, version: str, name: str) -> Any:
            read.append(name)
            return snapshot.shelf.file(version, name)

    watched = Snapshot(snapshot.version, Watched())
    assert watched.version and not read
    assert "counts" in watched.tables and read == ["manifest.json"]
    watched.table("counts", city="091")
    assert read == ["manifest.json", "counts.parquet", "datapackage.json"]
    watched.table("counts", city="Helsinki")
    assert read[3:] == ["counts.parquet", "cities.parquet"]


def test_a_shelf_may_give_an_open_file(snapshot: Snapshot) -> None:
    """A bucket has no path: it hands out files that fetch what is read of them."""

    given_out: list[io.BufferedReader] = []

    class Remote:
        def __getattr__(self, name: str) -> Any:
            return getattr(snapshot.shelf, name)

        def file(self, version: str, name: str) -> Any:
            given_out.append(io.BufferedReader(io.BytesIO(snapshot.shelf.read(version, name))))
            return given_out[-1]

    remote = Snapshot(snapshot.version, Remote())
    same(remote.table("indicators", city="Åbo"), snapshot.table("indicators", city="853"))
    assert len(given_out) == 2 and all(file.closed for file in given_out)
    assert remote.scan("counts").count_rows() == snapshot.manifest["tables"]["counts"]


def test_a_scan_is_lazy_and_speaks_to_polars_and_duckdb(snapshot: Snapshot, counts: pd.DataFrame) -> None:
    import duckdb
    import polars as pl

    scanned = snapshot.scan("counts")
    rows = int(((counts["city"] == "091") & (counts["dimension"] == "income")).sum())
    wanted = (pl.col("city") == "091") & (pl.col("dimension") == "income")
    assert pl.scan_pyarrow_dataset(scanned).filter(wanted).select(pl.len()).collect().item() == rows
    with duckdb.connect() as connection:
        told = connection.from_arrow(scanned).filter("city = '091' AND dimension = 'income'").count("*").fetchall()
    assert told == [(rows,)]


def test_a_damaged_table_says_that_the_snapshot_is_to_be_verified(tmp_path: Path) -> None:
    made, _ = put(tmp_path)
    path = Path(made.where) / "counts.parquet"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-9])
    for read in (made.table, made.scan):
        with pytest.raises(SnapshotError, match=r"counts of 2026\.1 cannot be read .*verify the snapshot"):
            read("counts")


def test_a_city_of_the_table_is_found_by_the_statistics_of_its_row_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows are sorted, so that a city is in few row groups: the others are not read."""
    from seg_pipeline_tests.snapshots import large

    path = tmp_path / "counts.parquet"
    monkeypatch.setattr(parquet, "ROW_GROUP", 1 << 12)
    path.write_bytes(parquet.encode(large.counts(200_000)))
    file = parquet.opened(path)
    at = file.schema_arrow.get_field_index("city")
    held = [file.metadata.row_group(group).column(at).statistics for group in range(file.num_row_groups)]
    assert len(held) > 40 and all(one.has_min_max and one.has_null_count for one in held)
    may = [parquet._may_hold(file, group, {"city": pa.array(["698"])}) for group in range(file.num_row_groups)]
    assert may == [one.min <= "698" <= one.max for one in held]
    assert sum(may) < len(may) / 2


VALUES = st.lists(st.one_of(st.none(), st.integers(-3, 3)), min_size=1, max_size=40)


@given(VALUES, st.lists(st.one_of(st.none(), st.integers(-4, 4)), max_size=4), st.booleans())
def test_no_row_is_lost_to_a_row_group_that_is_not_read(
    values: list[int | None], wanted: list[int | None], text: bool
) -> None:
    kind, of = (pa.string(), str) if text else (pa.int64(), int)
    held, asked = ([None if value is None else of(value) for value in cells] for cells in (values, wanted))
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"x": pa.array(held, kind)}), sink, row_group_size=3, store_schema=False)
    file = parquet.opened(pa.BufferReader(sink.getvalue()))
    found = parquet.selected(file, ["x"], {"x": pa.array(asked, kind)})["x"]
    assert [None if pd.isna(value) else value for value in found] == [value for value in held if value in asked]


def test_a_published_file_explains_itself(snapshot: Snapshot) -> None:
    for name in snapshot.tables:
        told = parquet.footer(Path(snapshot.where) / f"{name}.parquet")
        columns = json.loads(told["dictionary"])
        assert told["table"] == name and "MADE-UP" in told["made_up"]
        assert list(columns) == list(snapshot.table(name).columns)
        assert all({"type", "fi", "sv", "en"} <= set(column) for column in columns.values())
    assert json.loads(parquet.footer(Path(snapshot.where) / "counts.parquet")["dictionary"])["count"] == {
        "type": "integer", "unit": "persons_or_households", "en": "People or households; empty when not observed",
        "fi": "Henkilöitä tai talouksia; tyhjä, jos ei havaittu",
        "sv": "Personer eller hushåll; tomt om inte observerat",
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """2026.1 and 2026.2-demo of February, 2026.2 of March, and 2027.1 of the next year."""
    at = {"2026.1": "2026-02-15T09:00", "2026.2-demo": "2026-02-20T00:00", "2026.2": "2026-03-01T12:00"}
    for version, when in {**at, "2027.1": "2027-03-01T12:00"}.items():
        (tmp_path / version).mkdir()
        told: dict[str, Any] = {key: {} for key in ("content", "tables", "files", "findings")}
        told |= {"version": version, "published": f"{when}:00+00:00"}
        (tmp_path / version / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("moment", "version"),
    [
        ("2026-02-15", "2026.1"),  # a date means its end
        (date(2026, 2, 15), "2026.1"),
        ("2026-02-15T09:00", "2026.1"),  # published in that second is published by it
        ("2026-02-15T11:00+02:00", "2026.1"),
        (datetime(2026, 2, 15, 9), "2026.1"),  # noqa: DTZ001  a time without a zone is UTC
        ("2026-02-28", "2026.1"),
        ("2026-03-01T11:59:59", "2026.1"),
        ("2026-03-01", "2026.2"),
        (pd.Timestamp("2026-03-01T14:00", tz="Europe/Helsinki"), "2026.2"),
        ("2030-01-01", "2027.1"),
    ],
)
def test_as_of_gives_what_had_been_published_by_then(folder: Path, moment: Any, version: str) -> None:
    assert snapshots.as_of(moment, folder=folder).version == version


def test_as_of_takes_a_version_or_an_edition_as_open_does(folder: Path) -> None:
    assert snapshots.as_of("2030-01-01", "2026", folder).version == "2026.2"
    assert snapshots.as_of("2030-01-01", "latest-demo", folder).version == "2026.2-demo"
    with pytest.raises(
        SnapshotError, match=r"no snapshot '2027' .*published by 2026-12-31 23:59 UTC; there are: .*2026\.1 "
    ):
        snapshots.as_of("2026-12-31", "2027", folder)
    with pytest.raises(SnapshotError, match="neither a date"):
        snapshots.as_of("last spring", folder=folder)


def test_an_edition_is_its_latest_snapshot_and_made_up_ones_only_where_asked_or_alone(folder: Path) -> None:
    assert snapshots.open("2026", folder).version == "2026.2"
    assert snapshots.open("2026-demo", folder).version == snapshots.open("latest-demo", folder).version == "2026.2-demo"
    for gone in ("2026.2", "2026.1"):
        (folder / gone / "manifest.json").unlink()
        (folder / gone).rmdir()
    with pytest.warns(MadeUpDataWarning, match="2026.2-demo is MADE-UP"):
        assert snapshots.open("2026", folder).version == "2026.2-demo"
    with pytest.warns(MadeUpDataWarning):
        assert snapshots.as_of("2026-12-31", folder=folder).version == "2026.2-demo"
    with pytest.raises(SnapshotError, match="no snapshot '2028'"):
        snapshots.open("2028", folder)


def test_opening_and_scanning_load_no_pandas(snapshot: Snapshot) -> None:
    code = (
        "import sys, pathlib; from seg_pipeline import snapshots;"
        "opened = snapshots.open('2026.1-demo', pathlib.Path(sys.argv[1])); opened.tables, opened.citation;"
        "print('pandas' in sys.modules, 'pyarrow' in sys.modules)"
    )
    folder = Path(snapshot.where).parent
    done = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=True, cwd=CLONE)
    assert done.stdout == "False False\n"

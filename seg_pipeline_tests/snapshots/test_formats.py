"""Every format is opened by other software than wrote it, and holds what was published: to the cell, to the byte."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
import math
import shutil
import sqlite3
import string
import subprocess
import sys
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from seg_pipeline import catalogue
from seg_pipeline.settings import CLONE
from seg_pipeline.snapshots import Snapshot
from seg_pipeline.snapshots.formats import FORMATS, ExportError, choose, columnar
from seg_pipeline.snapshots.formats.views import VIEWS as VIEWS_MADE
from seg_pipeline.snapshots.shelves.folder import Folder
from seg_pipeline.tables import CONTRACTS
from seg_pipeline_tests.conftest import Seg
from seg_pipeline_tests.snapshots.exports import LANGUAGES, Rows, exported, made, published

RISKY = "=+-@\t\r\n"
CITY, CODE = "Helsinki", "091"
STABLE = {"parquet", "csv", "xlsx", "geoparquet", "geopackage", "json-stat", "zip"}


@pytest.fixture
def snapshot(demo: Seg) -> Snapshot:
    return Snapshot.at(demo.data / "snapshots" / "2026.1-demo")


@pytest.fixture
def notice(snapshot: Snapshot) -> dict[str, str]:
    said: dict[str, str] = snapshot.manifest["notice"]
    return said


def read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def as_text(cell: Any, digits: int) -> str:
    return "" if cell is None else cell if isinstance(cell, str) else f"{float(cell):.{digits}g}"


def same_cells(found: list[list[str]], rows: Rows, columns: list[str], digits: int = 17) -> None:
    """Assert that text cells are the published ones to the letter, and number cells the same numbers."""
    assert found[0][: len(columns)] == columns
    assert len(found) == len(rows) + 1
    for cells, row in zip(found[1:], rows, strict=True):
        for cell, value in zip(cells, row.values(), strict=False):
            number = isinstance(value, int | float) and cell != ""
            assert (as_text(float(cell), digits) if number else cell) == as_text(value, digits), row


# ---- all of them


def test_the_same_export_has_the_same_bytes_in_another_place_time_zone_locale_and_number_of_threads(
    demo: Seg, tmp_path: Path
) -> None:
    places = {
        "here": {"TZ": "Europe/Helsinki", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1", "ARROW_IO_THREADS": "1"},
        "there": {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "OMP_NUM_THREADS": "8", "ARROW_IO_THREADS": "8"},
    }
    for place, environment in places.items():
        done = demo("snapshots", "export", "--format", "all", "--city", CITY, "--to", tmp_path / place, **environment)
        assert done.returncode == 0, done.stderr
    digests = {
        place: {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (tmp_path / place).iterdir()}
        for place in places
    }
    assert {one.name for one in FORMATS.values() if one.stable} == STABLE
    unstable = tuple(f".{one.suffix}" for one in FORMATS.values() if not one.stable)
    assert set(digests["here"]) == set(digests["there"])
    assert {name.rpartition(".")[2] for name in digests["here"]} == {
        one.suffix.split(".")[-1] for one in FORMATS.values()
    }
    differing = {name for name in digests["here"] if digests["here"][name] != digests["there"][name]}
    assert not {name for name in differing if not name.endswith(unstable)}
    for name in differing:
        assert content(tmp_path / "here" / name) == content(tmp_path / "there" / name)


def content(path: Path) -> dict[str, Any]:
    """Return all rows of all tables of a database: its bytes are not the same twice."""
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.sql("SELECT table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
        return {name: connection.table(name).fetchall() for (name,) in names}


def test_a_format_that_cannot_hold_a_table_says_what_it_holds_and_which_can(snapshot: Snapshot) -> None:
    for form, held in (("geoparquet", "areas"), ("geopackage", "areas"), ("json-stat", "indicators")):
        with pytest.raises(ExportError, match=rf"{form} holds {held}, not counts; .*parquet, csv, xlsx, duckdb, zip"):
            FORMATS[form].files(choose(snapshot, ["counts", held]))


def test_a_name_that_is_none_says_what_it_may_have_meant(snapshot: Snapshot) -> None:
    with pytest.raises(ExportError, match=r"no city 'Helsinky'; did you mean 'Helsinki'\?"):
        choose(snapshot, cities=["Helsinky"])
    with pytest.raises(ExportError, match=r"no table 'indicator'; did you mean 'indicators'\?"):
        choose(snapshot, ["indicator"])


@pytest.mark.parametrize("said", ["091", "helsinki", "HELSINKI", "Helsingfors", "Helsinki"])
def test_a_city_is_known_by_its_code_and_every_name(snapshot: Snapshot, said: str) -> None:
    assert choose(snapshot, cities=[said]).cities == ("091",)


def test_accents_need_not_be_typed_and_cities_are_sorted_and_taken_once(snapshot: Snapshot) -> None:
    assert choose(snapshot, cities=["Jyvaskyla", "abo", "Åbo", "ULEÅBORG"]).cities == ("179", "564", "853")


def test_a_snapshot_whose_files_are_open_files_is_exported_as_one_in_a_folder(
    snapshot: Snapshot, tmp_path: Path
) -> None:
    far = Snapshot(snapshot.version, Far(Path(snapshot.where).parent))
    for form in ("csv", "parquet", "geoparquet"):
        here, there = (
            exported(s, form, tmp_path / p, ["areas"], [CITY]) for s, p in ((snapshot, "here"), (far, "far"))
        )
        assert {name: path.read_bytes() for name, path in here.items()} == {
            name: path.read_bytes() for name, path in there.items()
        }


class Far(Folder):
    """A shelf that gives open files, as a bucket does."""

    def file(self, version: str, name: str) -> Any:
        return pa.PythonFile(io.BytesIO(super().file(version, name).read_bytes()), mode="r")


def test_names_of_files_hold_no_sign_that_a_file_system_refuses(tmp_path: Path) -> None:
    export = choose(made(tmp_path, {"counts": pa.table({"city": ["091"]})}))
    assert export.file("json", "a/../b", "2026:1", "å") == "segregation-2026.1-a_.._b-2026_1-_.json"


def test_every_table_has_a_name_that_a_sheet_can_have() -> None:
    assert all(len(name) <= 31 for name in CONTRACTS)


def test_the_page_for_analysts_names_every_format_and_option() -> None:
    page = (CLONE / "docs" / "analysts" / "formats.md").read_text(encoding="utf-8")
    for one in FORMATS.values():
        said = next(line for line in page.splitlines() if line.startswith(f"| `{one.name}` |"))
        assert said.endswith("| yes |") == one.stable and all(f"`{table}`" in said for table in one.holds or ())
    assert all(f"| `--{name}` |" in page for name in ("format", "table", "city", "to", "bom", "language", "force"))
    assert all(f"| `{view.name}` |" in page for view in VIEWS_MADE)


# ---- Parquet


def test_parquet_is_as_published_where_no_city_is_chosen(snapshot: Snapshot, tmp_path: Path) -> None:
    for name, path in exported(snapshot, "parquet", tmp_path).items():
        assert path.read_bytes() == (Path(snapshot.where) / name).read_bytes()


def test_parquet_of_a_city_has_its_rows_types_and_dictionary(
    snapshot: Snapshot, tmp_path: Path, notice: dict[str, str]
) -> None:
    for name, path in exported(snapshot, "parquet", tmp_path, cities=[CITY]).items():
        table, found = name.removesuffix(".parquet").removeprefix("helsinki-"), pq.read_table(path)
        assert found.to_pylist() == published(snapshot, table, CODE), table
        assert found.schema.equals(pq.read_schema(Path(snapshot.where) / f"{table}.parquet"), check_metadata=False)
        if "city" in found.column_names:
            footer = {key.decode(): value.decode() for key, value in pq.read_metadata(path).metadata.items()}
            assert footer["snapshot"] == "2026.1-demo" and footer["content"] == snapshot.manifest["content"]
            assert footer["made_up"] == notice["en"] and footer["cities"] == CODE
            assert json.loads(footer["dictionary"])["city"].keys() >= set(LANGUAGES)


def test_rows_encoded_again_have_the_bytes_of_the_published_table(snapshot: Snapshot) -> None:
    for name in ("counts", "indicators", "moved"):
        path, again = Path(snapshot.where) / f"{name}.parquet", io.BytesIO()
        columnar.encode(choose(snapshot).read(name), again, {})
        assert before_footer(again.getvalue()) == before_footer(path.read_bytes()), name


def before_footer(data: bytes) -> bytes:
    return data[: -8 - int.from_bytes(data[-8:-4], "little")]


# ---- CSV


def test_csv_is_read_by_python_to_the_cell(snapshot: Snapshot, tmp_path: Path) -> None:
    files = exported(snapshot, "csv", tmp_path, cities=["Turku", "Espoo"])
    for name in snapshot.tables:
        rows, path = published(snapshot, name, "853", "049"), files[f"espoo-turku-{name}.csv"]
        same_cells(read_csv(path), rows, pq.read_schema(Path(snapshot.where) / f"{name}.parquet").names)
        assert path.read_bytes().count(b"\r\n") == len(rows) + 1 == path.read_bytes().count(b"\n")


def test_csv_is_read_by_duckdb_with_every_type(snapshot: Snapshot, tmp_path: Path) -> None:
    kinds = {pa.string(): "VARCHAR", pa.int64(): "BIGINT", pa.float64(): "DOUBLE"}
    for name, path in exported(snapshot, "csv", tmp_path, ["counts", "indicators"], bom=True).items():
        if "dictionary" in name:
            continue
        table = pq.read_table(Path(snapshot.where) / f"{name.removesuffix('.csv')}.parquet")
        read = duckdb.read_csv(
            str(path), header=True, delimiter=",", quotechar='"', escapechar='"', auto_detect=False, strict_mode=True,
            columns={field.name: kinds[field.type] for field in table.schema}, parallel=False,
        )  # fmt: skip
        assert read.to_arrow_table().cast(table.schema).equals(table)


def test_the_mark_of_utf_8_is_there_when_asked_for_and_only_then(snapshot: Snapshot, tmp_path: Path) -> None:
    mark = b"\xef\xbb\xbf"
    with_it, without = (exported(snapshot, "csv", tmp_path / str(bom), ["cities"], bom=bom) for bom in (True, False))
    assert set(with_it) == set(without) == {"cities.csv", "cities-dictionary.csv"}
    for name, path in with_it.items():
        assert path.read_bytes() == mark + without[name].read_bytes()


def test_the_dictionary_beside_says_what_the_tables_are(
    snapshot: Snapshot, tmp_path: Path, notice: dict[str, str]
) -> None:
    head, *rows = read_csv(exported(snapshot, "csv", tmp_path, ["wellbeing"])["wellbeing-dictionary.csv"])
    assert head == ["table", "column", "type", "unit", "fi", "sv", "en"]
    said = " ".join(cell for row in rows for cell in row)
    assert snapshot.version in said and snapshot.manifest["content"] in said and "apostrophe" in said
    assert all(notice[language] in said for language in LANGUAGES)
    assert [row[1] for row in rows if row[0] == "wellbeing"] == ["", *pq.read_schema(
        Path(snapshot.where) / "wellbeing.parquet").names]  # fmt: skip


TEXTS = st.text(alphabet=st.sampled_from("=+-@\t\r\n\"',;åäöÅÄÖ €x1_" + string.ascii_letters), max_size=8)


@given(
    st.lists(
        st.tuples(st.none() | TEXTS, st.none() | st.floats(-1e300, 1e300), st.none() | st.integers(-(2**53), 2**53)),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=40)
def test_any_text_and_number_survives_csv_xlsx_and_duckdb(rows: list[tuple[Any, Any, Any]]) -> None:
    import tempfile

    columns = {"text": pa.string(), "value": pa.float64(), "count": pa.int64()}
    table = pa.table(
        [pa.array(list(cells), kind) for cells, kind in zip(zip(*rows, strict=True), columns.values(), strict=True)],
        list(columns),
    )
    with tempfile.TemporaryDirectory() as folder:
        made_of = made(Path(folder), {"revisions": table})
        delimited = exported(made_of, "csv", Path(folder))["revisions.csv"]
        book = openpyxl.load_workbook(exported(made_of, "xlsx", Path(folder))[".xlsx"])["revisions"]
        with duckdb.connect(str(exported(made_of, "duckdb", Path(folder))[".duckdb"]), read_only=True) as connection:
            assert connection.table("revisions").to_arrow_table().cast(table.schema).equals(table)
        in_csv, in_book = read_csv(delimited)[1:], list(book.iter_rows(min_row=2, max_row=1 + len(rows), max_col=3))
        assert len(in_csv) == len(rows)
        for (text, value, count), written, cells in zip(rows, in_csv, in_book, strict=True):
            assert written[0][:1] not in set(RISKY) and cells[0].data_type != "f"
            assert unguarded(written[0]) == (text or "")
            assert unguarded(unescaped(cells[0].value)) == (text or "")
            assert [cell.value for cell in cells[1:]] == [value, count]
            assert [float(cell) if cell else None for cell in written[1:]] == [value, count]


def unguarded(text: str) -> str:
    return text.removeprefix("'")


def unescaped(text: str | None) -> str:
    """Return a text as Excel shows it: openpyxl leaves ``_x000D_`` for a carriage return."""
    return (text or "").replace("_x000D_", "\r").replace("_x005F_", "_")


# ---- Excel

OFFICE_DIGITS = 14  # LibreOffice writes fifteen to CSV, of which the last may be rounded


@pytest.fixture
def book(snapshot: Snapshot, tmp_path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(exported(snapshot, "xlsx", tmp_path, cities=["Joensuu"])["joensuu.xlsx"])


def test_every_sheet_of_the_workbook_is_read_by_openpyxl_to_the_cell(
    snapshot: Snapshot, book: openpyxl.Workbook, notice: dict[str, str]
) -> None:
    contents, *tables, dictionary, notes, sources = book.sheetnames
    assert tables == snapshot.tables
    assert contents.startswith("Sisältö") and notes.endswith("Notes") and sources.startswith("Lähteet")
    for name in tables:
        sheet, rows = book[name], published(snapshot, name, "167")
        head, *found = sheet.iter_rows(values_only=True)
        columns = pq.read_schema(Path(snapshot.where) / f"{name}.parquet").names
        assert list(head) == [*columns, " · ".join(notice[language] for language in LANGUAGES)]
        assert [list(cells[: len(columns)]) for cells in found] == [list(row.values()) for row in rows], name
        assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref.startswith("A1:")
        assert sheet.sheet_properties.tabColor.rgb == "FFB00020"
    columns_and_tables = sum(1 + len(resource["schema"]["fields"]) for resource in snapshot.package["resources"])
    said = [row[1] for row in book[dictionary].iter_rows(values_only=True)]
    assert len(said) == 1 + columns_and_tables + len(catalogue.rows("indicators"))
    assert "indicator = dissimilarity" in said


def test_the_workbook_says_what_it_is_in_three_languages(
    snapshot: Snapshot, book: openpyxl.Workbook, notice: dict[str, str]
) -> None:
    said = {cell for row in book.worksheets[0].iter_rows(values_only=True) for cell in row}
    assert {*snapshot.package["titles"].values(), *notice.values(), "2026.1-demo", "Joensuu"} <= said
    assert f"sha256:{snapshot.manifest['content']}" in said
    links = {cell.value: cell.hyperlink.location for row in book.worksheets[0] for cell in row if cell.hyperlink}
    assert links == {name: f"'{name}'!A1" for name in book.sheetnames[1:]}
    assert book.properties.created.isoformat() + "+00:00" == snapshot.manifest["published"]


def test_the_workbook_is_read_by_libreoffice_to_the_cell(snapshot: Snapshot, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if not office:
        pytest.skip("LibreOffice is not here")
    path = exported(snapshot, "xlsx", tmp_path, ["areas", "indicators", "wellbeing"], ["Joensuu"]).popitem()[1]
    every_sheet_as_it_is = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,false,false,false,false,-1"
    subprocess.run(
        [office, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to",
         every_sheet_as_it_is, "--outdir", tmp_path / "read", path],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    for name in ("areas", "indicators", "wellbeing"):
        found = read_csv(tmp_path / "read" / f"{path.stem}-{name}.csv")
        rows = published(snapshot, name, "167")
        same_cells(found, rows, pq.read_schema(Path(snapshot.where) / f"{name}.parquet").names, OFFICE_DIGITS)


def test_a_text_too_long_for_a_cell_is_left_out_and_the_notes_say_so(tmp_path: Path) -> None:
    table = pa.table({"area_id": ["00100", "00120"], "geometry": ["P" * 32_766, "P" * 40_000]})
    short = pa.table({"area_id": ["00100"], "geometry": ["=" * 32_766]})
    path = exported(made(tmp_path, {"areas": table, "counts": short}), "xlsx", tmp_path).popitem()[1]
    book = openpyxl.load_workbook(path)
    assert list(book["areas"].iter_rows(values_only=True)) == [("area_id",), ("00100",), ("00120",)]
    assert book["counts"]["B2"].value == "'" + "=" * 32_766
    notes = [row[2] for row in book.worksheets[-2].iter_rows(values_only=True)]
    assert [note for note in notes if note.startswith("Column geometry of table areas is not in this workbook")]


def test_a_text_that_excel_counts_longer_is_refused_never_cut(tmp_path: Path) -> None:
    table = pa.table({"text": ["😀" * 20_000]})
    with pytest.raises(ExportError, match="Excel cannot hold what is in text"):
        exported(made(tmp_path, {"counts": table}), "xlsx", tmp_path)


def test_a_table_of_more_rows_than_a_sheet_is_refused_never_cut(tmp_path: Path) -> None:
    rows = 1_048_576
    snapshot = made(tmp_path, {"counts": pa.table({"count": pa.nulls(rows, pa.int64())})})
    with pytest.raises(ExportError, match=r"counts has 1,048,576 rows.*1,048,575.*--city.*parquet"):
        exported(snapshot, "xlsx", tmp_path)
    with zipfile.ZipFile(exported(snapshot, "zip", tmp_path).popitem()[1]) as archive:
        assert not [name for name in archive.namelist() if name.endswith(".xlsx")]
        assert "table counts has 1,048,576 rows" in archive.read("segregation-2026.1/README.md").decode()


# ---- DuckDB

IN_ANOTHER_PROCESS = """
import duckdb, json, sys
with duckdb.connect(sys.argv[1], read_only=True) as c:
    print(json.dumps({
        "tables": c.sql("SELECT table_name, comment FROM duckdb_tables()").fetchall(),
        "columns": c.sql("SELECT table_name, comment FROM duckdb_columns() WHERE NOT internal").fetchall(),
        "views": c.sql("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal").fetchall(),
        "rows": {view: len(c.table(view).fetchall()) for view in sys.argv[2:]},
        "about": c.table("about").fetchall(),
    }))
"""
VIEWS = ("latest_indicators", "wellbeing_named", "shares", "suppressed_by_source")


def test_the_database_is_read_by_another_process_with_comments_and_views(
    snapshot: Snapshot, tmp_path: Path, notice: dict[str, str]
) -> None:
    path = exported(snapshot, "duckdb", tmp_path)[".duckdb"]
    words = [sys.executable, "-c", IN_ANOTHER_PROCESS, str(path), *VIEWS]
    said = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    assert {name for name, _ in said["tables"]} == {*snapshot.tables, "about", "dictionary", "sources"}
    columns = [comment for name, comment in said["columns"] if name in snapshot.tables]
    assert len(columns) == sum(len(one["schema"]["fields"]) for one in snapshot.package["resources"])
    for comment in (*columns, *(comment for _, comment in (*said["tables"], *said["views"]))):
        assert [line[:3] for line in comment.split("\n")] == ["fi:", "sv:", "en:"]
    about = " ".join(cell for row in said["about"] for cell in row)
    assert snapshot.manifest["content"] in about and all(notice[language] in about for language in LANGUAGES)
    counts, indicators = published(snapshot, "counts"), published(snapshot, "indicators")
    key = ("source", "city", "geography", "indicator", "dimension", "group", "reference_group", "scale")
    assert said["rows"] == {
        "latest_indicators": len({tuple(row[name] for name in key) for row in indicators}),
        "wellbeing_named": len(published(snapshot, "wellbeing")),
        "shares": sum(row["group"] != "total" for row in counts),
        "suppressed_by_source": len(
            {
                tuple(row[name] for name in ("source", "release", "geography", "dimension", "reference_year"))
                for row in counts
            }
        ),
    }


def test_the_views_say_what_was_published(snapshot: Snapshot, tmp_path: Path) -> None:
    path = exported(snapshot, "duckdb", tmp_path, cities=[CITY])["helsinki.duckdb"]
    with duckdb.connect(str(path), read_only=True) as connection:
        for name in snapshot.tables:
            assert connection.table(name).to_arrow_table().to_pylist() == published(snapshot, name, CODE), name
        latest = connection.table("latest_indicators").to_arrow_table().to_pylist()
        shares = connection.table("shares").to_arrow_table().to_pylist()
    indicators = published(snapshot, "indicators", CODE)
    for row in latest[:: len(latest) // 20]:
        key = {
            name: row[name]
            for name in ("source", "geography", "indicator", "dimension", "group", "reference_group", "scale")
        }
        told = [one for one in indicators if key.items() <= one.items()]
        newest = max(told, key=lambda one: (one["reference_year"], one["release"]))
        assert newest.items() <= row.items() and row["city_sv"] == "Helsingfors"
    counts = {tuple(row[name] for name in COUNT_KEY): row for row in published(snapshot, "counts", CODE)}
    for row in shares[:: len(shares) // 200]:
        part = counts[tuple(row[name] for name in COUNT_KEY)]
        total = counts[tuple(row[name] if name != "group" else "total" for name in COUNT_KEY)]
        assert row["status"] == part["status"] and row["count"] == part["count"] and row["total"] == total["count"]
        known = part["count"] is not None and total["count"]
        assert row["share"] == (pytest.approx(part["count"] / total["count"]) if known else None)


COUNT_KEY = ("source", "release", "geography", "area_id", "boundary_vintage", "dimension", "group", "reference_year")


def test_an_area_of_two_cities_has_its_share_in_each(tmp_path: Path) -> None:
    cell = {"geography": "grid_1km", "area_id": "1", "boundary_vintage": 2026}
    place = {"source": "s", "release": "2026", "dimension": "language", "reference_year": 2026, "status": "observed"}
    cities, numbers = (
        ("049", "091"),
        {("049", "total"): 50, ("049", "foreign"): 10, ("091", "total"): 40, ("091", "foreign"): 20},
    )
    tables: dict[str, Rows] = {
        "cities": [{"city": city, "name_fi": city, "name_sv": city, "name_en": city} for city in cities],
        "areas": [{"city": city, **cell, "name_fi": f"of {city}", "name_sv": None} for city in cities],
        "counts": [{"city": city, **cell, **place, "group": group, "count": n} for (city, group), n in numbers.items()],
    }
    snapshot = made(tmp_path, {name: _table(rows) for name, rows in tables.items()})
    with duckdb.connect(str(exported(snapshot, "duckdb", tmp_path)[".duckdb"]), read_only=True) as connection:
        found = connection.sql("SELECT city, area_fi, count, total, share FROM shares ORDER BY city").fetchall()
    assert found == [("049", "of 049", 10, 50, 0.2), ("091", "of 091", 20, 40, 0.5)]


def _table(rows: Rows) -> pa.Table:
    table = pa.Table.from_pylist(rows)
    return table.cast(
        pa.schema([pa.field(one.name, pa.string() if one.type == pa.null() else one.type) for one in table.schema])
    )


# ---- maps


def test_geoparquet_is_read_by_arrow_and_its_shapes_are_those_published(
    snapshot: Snapshot, tmp_path: Path, notice: dict[str, str]
) -> None:
    table = pq.read_table(exported(snapshot, "geoparquet", tmp_path)["areas.geo.parquet"])
    metadata = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    geo = json.loads(metadata["geo"])
    assert geo["version"] == "1.1.0" and geo["primary_column"] == "geometry"
    assert geo["columns"]["geometry"]["crs"]["id"] == {"authority": "EPSG", "code": 3067}
    assert set(geo["columns"]["geometry"]["geometry_types"]) == {"MultiPolygon"}
    assert metadata["made_up"] == notice["en"] and metadata["content"] == snapshot.manifest["content"]
    rows = published(snapshot, "areas")
    same_shapes([shapely.from_wkb(shape) for shape in table["geometry"].to_pylist()], rows)
    assert table.drop_columns("geometry").to_pylist() == [
        {name: cell for name, cell in row.items() if name != "geometry"} for row in rows
    ]


def same_shapes(found: list[Any], rows: Rows) -> None:
    assert len(found) == len(rows)
    assert sum(shape is not None for shape in found) > 100
    for shape, row in zip(found, rows, strict=True):
        assert (shape is None) == (row["geometry"] is None)
        assert shape is None or (shape.equals(shapely.from_wkt(row["geometry"])) and shape.geom_type == "MultiPolygon")


def test_geopackage_is_read_by_sqlite_and_gdal(snapshot: Snapshot, tmp_path: Path, notice: dict[str, str]) -> None:
    path, rows = exported(snapshot, "geopackage", tmp_path)["areas.gpkg"], published(snapshot, "areas")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT table_name, data_type, srs_id FROM gpkg_contents").fetchall() == [
            ("areas", "features", 3067)
        ]
        assert connection.execute("SELECT geometry_type_name, srs_id FROM gpkg_geometry_columns").fetchall() == [
            ("MULTIPOLYGON", 3067)
        ]
        said = " ".join(row[0] for row in connection.execute("SELECT metadata FROM gpkg_metadata"))
        ids = [row[0] for row in connection.execute("SELECT area_id FROM areas ORDER BY fid")]
    assert ids == [row["area_id"] for row in rows]
    assert notice["en"] in said and snapshot.manifest["content"] in said and snapshot.version in said
    layer = pyogrio.read_dataframe(path)
    assert layer.crs.to_epsg() == 3067
    same_shapes(list(layer.geometry), rows)
    for name in ("population", "name_fi", "name_sv", "boundary_vintage", "centroid"):
        found = [None if cell != cell else cell for cell in layer[name]]
        assert found == [row[name] for row in rows], name


def test_maps_of_areas_without_a_shape_keep_the_rows(tmp_path: Path) -> None:
    table = pa.table({"area_id": ["1", "2"], "geometry": pa.nulls(2, pa.string())})
    snapshot = made(tmp_path, {"areas": table})
    read = pq.read_table(exported(snapshot, "geoparquet", tmp_path)["areas.geo.parquet"])
    assert read.to_pylist() == [{"area_id": "1", "geometry": None}, {"area_id": "2", "geometry": None}]
    layer = pyogrio.read_dataframe(exported(snapshot, "geopackage", tmp_path)["areas.gpkg"])
    assert list(layer["area_id"]) == ["1", "2"] and layer.geometry.isna().all()


def test_polygons_of_one_kind_are_left_as_they_are(tmp_path: Path) -> None:
    wkt = "POLYGON ((0 0, 1 0, 1 1, 0 0))"
    snapshot = made(tmp_path, {"areas": pa.table({"area_id": ["1"], "geometry": [wkt]})})
    read = pq.read_table(exported(snapshot, "geoparquet", tmp_path)["areas.geo.parquet"])
    assert shapely.to_wkt(shapely.from_wkb(read["geometry"][0].as_py()), trim=True) == wkt


# ---- JSON-stat


class Cube:
    """A reader of JSON-stat 2.0, written from the specification: it fills every cell and knows nothing of ours."""

    def __init__(self, path: Path) -> None:
        self.said = json.loads(path.read_text(encoding="utf-8"))
        assert self.said["version"] == "2.0" and self.said["class"] == "dataset"
        assert len(self.said["id"]) == len(self.said["size"]) == len(set(self.said["id"]))
        assert set(self.said["dimension"]) == set(self.said["id"])
        self.codes = [self.said["dimension"][name]["category"]["index"] for name in self.said["id"]]
        assert [len(set(codes)) for codes in self.codes] == self.said["size"]
        for name, codes in zip(self.said["id"], self.codes, strict=True):
            assert set(self.said["dimension"][name]["category"]["label"]) == set(codes)
        self.cells = math.prod(self.said["size"])
        for part in ("value", "status"):
            assert all(key == str(int(key)) and 0 <= int(key) < self.cells for key in self.said[part])
        assert {name for names in self.said["role"].values() for name in names} <= set(self.said["id"])

    def rows(self) -> dict[tuple[str, ...], tuple[float | None, str | None]]:
        """Return every cell by its codes: its number and its status."""
        found = {}
        for at, codes in enumerate(itertools.product(*self.codes)):
            cell = self.said["value"].get(str(at)), self.said["status"].get(str(at))
            if cell != (None, None):
                found[codes] = cell
        return found


def test_json_stat_is_read_back_to_the_same_numbers(snapshot: Snapshot, tmp_path: Path, notice: dict[str, str]) -> None:
    files = exported(snapshot, "json-stat", tmp_path)
    collection = json.loads(files.pop("indicators.json").read_text(encoding="utf-8"))
    assert collection["class"] == "collection"
    assert [item["href"] for item in collection["link"]["item"]] == [path.name for path in files.values()]
    found: dict[tuple[str, ...], tuple[float | None, str | None]] = {}
    for path in files.values():
        cube = Cube(path)
        assert cube.said["extension"]["content"] == snapshot.manifest["content"] and notice["en"] in cube.said["label"]
        assert cube.cells <= 1_000_000
        found |= cube.rows()
    assert found == {codes: cell for row in published(snapshot, "indicators") for codes, cell in as_cells(row).items()}


NUMBERS = (
    "value", "expected_if_random", "value_corrected", "lower", "upper", "standard_error", "reliability", "areas",
    "population", "coverage",
)  # fmt: skip


def as_cells(row: dict[str, Any]) -> dict[tuple[str, ...], tuple[float | None, str | None]]:
    contrast = f"{row['dimension']}.{row['group']}.{row['reference_group']}"
    first = [row["source"], row["release"], row["geography"], str(row["boundary_vintage"]), row["method_version"]]
    more = [row["city"], row["indicator"], str(row["scale"] or "none"), contrast, str(row["reference_year"])]
    why = row["status"] if row["status"] != "observed" else row["interval"]
    return {(*first, *more, name): (row[name], why if row[name] is None else None) for name in NUMBERS}


def test_a_number_that_is_not_there_has_a_status_in_json_stat(snapshot: Snapshot, tmp_path: Path) -> None:
    whole = pq.read_table(Path(snapshot.where) / "indicators.parquet").slice(0, 3).to_pylist()
    empty = dict.fromkeys(NUMBERS[:7])
    rows = [
        whole[0] | empty | {"status": "suppressed", "interval": "suppressed"},
        whole[1] | dict.fromkeys(("value_corrected", "lower", "upper", "standard_error")) | {"interval": "few_areas"},
        whole[2] | {"expected_if_random": None, "interval": "published"},
    ]
    schema = pq.read_schema(Path(snapshot.where) / "indicators.parquet").remove_metadata()
    one = made(tmp_path, {"indicators": pa.Table.from_pylist(rows, schema=schema)})
    files = exported(one, "json-stat", tmp_path)
    del files["indicators.json"]
    read = {codes: cell for path in files.values() for codes, cell in Cube(path).rows().items()}
    statuses = sorted(status for number, status in read.values() if number is None and status)
    assert statuses == ["few_areas"] * 4 + ["not_estimated"] + ["suppressed"] * 7


def test_json_stat_speaks_the_language_that_is_asked_for(snapshot: Snapshot, tmp_path: Path) -> None:
    for language, city, rest in (
        ("fi", "Turku", "kaikki muut"),
        ("sv", "Åbo", "alla andra"),
        ("en", "Turku", "everybody else"),
    ):
        files = exported(snapshot, "json-stat", tmp_path / language, cities=["853"], language=language)
        said = Cube(files["turku-paavo-2026-postal_area.json"]).said
        assert said["dimension"]["city"]["category"]["label"] == {"853": city}
        assert any(label.endswith(rest) for label in said["dimension"]["contrast"]["category"]["label"].values())
        assert said["extension"]["made_up"] == snapshot.manifest["notice"][language]


# ---- the zip


def test_the_zip_holds_the_tables_three_times_and_all_that_the_snapshot_says(
    snapshot: Snapshot, tmp_path: Path, notice: dict[str, str]
) -> None:
    path = exported(snapshot, "zip", tmp_path, ["areas", "cities"])["areas-cities.zip"]
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        files = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
        assert {entry.filename.partition("/")[0] for entry in archive.infolist()} == {
            "segregation-2026.1-demo-areas-cities"
        }
        when = datetime.fromisoformat(snapshot.manifest["published"])
        (made_at,) = {datetime(*entry.date_time, tzinfo=UTC) for entry in archive.infolist()}
        assert made_at == when.replace(second=when.second // 2 * 2)  # a zip tells every second second
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o100644}
    beside = {name for name in snapshot.manifest["files"] if not name.endswith(".parquet")} | {"manifest.json"}
    folder = Path(snapshot.where)
    for name in beside - {"README.md", "datapackage.json", "recipe.zip"}:
        assert files[name] == (folder / name).read_bytes()
    assert {"LICENCE.md", "CITATION.cff"} <= set(files) and "recipe.zip" not in files
    readme = files["README.md"].decode()
    assert readme.endswith((folder / "README.md").read_text(encoding="utf-8"))
    assert all(f"**{notice[language]}**" in readme for language in LANGUAGES)
    package = json.loads(files["parquet/datapackage.json"])
    assert [resource["name"] for resource in package["resources"]] == ["areas", "cities"]
    for resource in package["resources"]:
        data = files[f"parquet/{resource['path']}"]
        assert (resource["bytes"], resource["hash"]) == (len(data), f"sha256:{hashlib.sha256(data).hexdigest()}")
        assert data == (folder / resource["path"]).read_bytes()
        assert resource["rows"] == snapshot.manifest["tables"][resource["name"]]
        assert {key["reference"]["resource"] for key in resource["schema"].get("foreignKeys", [])} <= {
            "areas",
            "cities",
        }
        assert files[f"csv/{resource['name']}.csv"].startswith(b"\xef\xbb\xbf")
    assert (
        openpyxl.load_workbook(io.BytesIO(files["xlsx/segregation-2026.1-demo-areas-cities.xlsx"]))["cities"][
            "A1"
        ].value
        == "city"
    )

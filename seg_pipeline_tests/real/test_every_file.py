"""Every real file: read whole by the sources that the inventory names, and refused, as it says, by all others.

`inventory.csv` has a row for each way to give a file. `with` are files zipped with it, `counted` says how its data
rows are counted here, with nothing of the project; `outcome` is ``read`` or the key of the refusal.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import struct
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from seg_pipeline import catalogue
from seg_pipeline.quality.contracts import findings
from seg_pipeline.settings import CLONE
from seg_pipeline.sources import all_sources
from seg_pipeline.sources.refusal import Refused
from seg_pipeline_tests.conftest import SHARED
from seg_pipeline_tests.sources.layers_made import packed

pytestmark = pytest.mark.real
Shared = Callable[[str], Path]
Row = dict[str, str]

LONGEST = 20  # seconds that a file may take
DESCRIPTIONS = ("PROVENANCE.md", "README.md")
with Path(__file__).with_name("inventory.csv").open(encoding="utf-8", newline="") as opened:
    INVENTORY: list[Row] = list(csv.DictReader(opened))
READ = [row for row in INVENTORY if row["outcome"] == "read"]
FILES = sorted({row["file"] for row in INVENTORY})
UNLIKE = ("espoo", "vantaa", "tampere", "oulu", "jyvaskyla", "kuopio", "lahti", "joensuu", "rovaniemi")  # as Helsinki


def named(row: Row) -> str:
    return f"{row['source']}-{Path(row['file']).name}"


def numbers(cell: str) -> dict[str, int]:
    """Return ``counts 6800; areas 136`` by name."""
    pairs = (part.rpartition(" ") for part in cell.split("; ") if part)
    return {name: int(many) for name, _, many in pairs}


def given(row: Row, shared: Shared) -> bytes:
    """Return the delivery: the file, or a zip of it and its companions."""
    files = {Path(name).name: shared(name).read_bytes() for name in (row["file"], *row["with"].split())}
    return packed(files) if row["with"] else files[Path(row["file"]).name]


def lines(path: Path, header: int) -> int:
    """Count the rows after the header; a quoted cell may hold line breaks."""
    text = path.read_bytes().decode("iso-8859-1").replace("\r\n", "\n")
    separator = "\t" if path.suffix == ".txt" else max(",;", key=text.split("\n")[header - 1].count)
    return len(list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))) - header


def sheet(path: Path, header: int) -> int:
    """Count the rows of the first sheet that hold a value."""
    with zipfile.ZipFile(path) as container:
        text = container.read("xl/worksheets/sheet1.xml").decode()
    return sum("<v>" in row for row in re.findall(r"<row\b.*?(?:</row>|/>)", text, re.DOTALL)) - header


def cells(path: Path) -> int:
    """Count the cells of a PX file."""
    told = path.read_bytes().decode("cp1252").split("DATA=", 1)[1]
    return len(re.findall(r'"[^"]*"|[^\s;"]+', told))


def table(path: Path) -> int:
    """Count the records that a DBF table says it has; in a zip, of the one in it."""
    data = path.with_suffix(".dbf").read_bytes() if path.suffix != ".zip" else b""
    if not data:
        with zipfile.ZipFile(path) as container:
            data = next(container.read(name) for name in container.namelist() if name.endswith(".dbf"))
    many, header, width = struct.unpack_from("<IHH", data, 4)
    assert len(data) - header - many * width in (0, 1)
    return int(many)


def rows_of_a_database(path: Path) -> int:
    """Count the features of a GeoPackage."""
    with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as database:
        ((name,),) = database.execute("SELECT table_name FROM gpkg_contents WHERE data_type = 'features'")
        ((many,),) = database.execute(f'SELECT count(*) FROM "{name}"')  # noqa: S608  a name in the real file
    database.close()
    return int(many)


COUNTED: dict[str, Callable[[Path], int]] = {
    "px": cells,
    "dbf": table,
    "gpkg": rows_of_a_database,
    "geojson": lambda path: len(json.loads(path.read_bytes())["features"]),
    "records": lambda path: len(json.loads(path.read_bytes())),
    **{f"lines after {many}": lambda path, many=many: lines(path, many) for many in (1, 3, 5)},  # type: ignore[misc]
    **{f"sheet after {many}": lambda path, many=many: sheet(path, many) for many in (2, 3)},  # type: ignore[misc]
}


def test_the_inventory_knows_every_file(shared: Shared) -> None:
    shared("README.md")
    there = {path.relative_to(SHARED).as_posix() for path in SHARED.rglob("*") if path.is_file()}
    assert {name for name in there if Path(name).name not in DESCRIPTIONS} == set(FILES)


@pytest.mark.parametrize("row", READ, ids=named)
def test_a_file_is_read_and_no_row_of_it_is_lost(row: Row, shared: Shared) -> None:
    begun = time.monotonic()
    told = all_sources()[row["source"]].tables(given(row, shared), row["release"], row["file"])
    assert time.monotonic() - begun < LONGEST
    assert {name: len(table) for name, table in told.tables.items()} == numbers(row["tables"])
    assert {what: many for what, many in told.rows.items() if many} == numbers(row["rows"])
    assert min(told.rows.values()) >= 0
    assert sum(told.rows.values()) == COUNTED[row["counted"]](shared(row["file"]))
    assert not [one for name, table in told.tables.items() for one in findings(table, name)]


@pytest.mark.parametrize("row", [row for row in READ if row["counted"].startswith("lines")], ids=named)
def test_a_line_that_is_gone_is_refused_or_missed(row: Row, shared: Shared) -> None:
    there = given(row, shared).splitlines(keepends=True)
    header, whole = int(row["counted"].split()[-1]), sum(numbers(row["rows"]).values())
    for at in {header, (header + len(there)) // 2, len(there) - 1}:
        try:
            data = b"".join(there[:at] + there[at + 1 :])
            told = all_sources()[row["source"]].tables(data, row["release"], row["file"])
        except Refused as refused:
            assert refused.refusal != "unreadable"
        else:
            assert sum(told.rows.values()) == whole - 1


@pytest.mark.parametrize("row", [row for row in INVENTORY if row not in READ], ids=named)
def test_a_file_that_no_source_takes_so_is_refused_as_documented(row: Row, shared: Shared) -> None:
    assert row["why"] and row["outcome"] in catalogue.texts("refusals", "refusal")
    with pytest.raises(Refused) as refused:
        all_sources()[row["source"]].tables(given(row, shared), row["release"], row["file"])
    assert (refused.value.refusal, refused.value.source) == (row["outcome"], row["source"])
    for language in catalogue.LANGUAGES:
        assert row["file"] in refused.value.message(language)


@pytest.mark.parametrize("name", FILES)
def test_every_other_source_refuses_a_file(name: str, shared: Shared) -> None:
    mine = [row for row in INVENTORY if row["file"] == name]
    takers = {row["source"] for row in mine if row["outcome"] == "read" and not row["with"]}
    data, release = shared(name).read_bytes(), mine[0]["release"]
    for source in set(all_sources()) - takers - set(UNLIKE):
        with pytest.raises(Refused) as refused:
            all_sources()[source].tables(data, release, name)
        assert refused.value.refusal != "unreadable", source


def outcomes() -> Iterator[tuple[str, bool]]:
    """Yield each file, and whether a source reads it, alone or zipped with others."""
    read = {name for row in READ for name in (row["file"], *row["with"].split())}
    yield from ((name, name in read) for name in FILES)


def test_the_page_tells_how_many_are_read_and_refused() -> None:
    page = (CLONE / "docs" / "sources" / "README.md").read_text(encoding="utf-8")
    many = [taken for _, taken in outcomes()]
    assert f"{len(many)} files, {sum(many)} read, {len(many) - sum(many)} refused as documented" in page
    told = re.findall(r"^\| `([a-z0-9_]+)` \| ([0-9]+) \| ([0-9]+) \| ", page, re.MULTILINE)
    assert {name for name, _, _ in told} == {name.partition("/")[0] for name in FILES}
    for name, read, refused in told:
        folder = [taken for file, taken in outcomes() if file.startswith(f"{name}/")]
        assert (int(read), int(refused)) == (sum(folder), len(folder) - sum(folder)), name

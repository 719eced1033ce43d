"""Nothing is dropped in silence: of every made-up delivery each row is accounted for, and a row gone or double shows.

The rows are counted here with nothing of the project: lines of text, rows of sheets, records and cells of answers.
"""

from __future__ import annotations

import csv
import io
import json
import re
import struct
import zipfile
from collections.abc import Callable
from math import prod
from pathlib import Path

import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from seg_pipeline.settings import DEMO
from seg_pipeline.sources import all_sources
from seg_pipeline.sources.refusal import Refused

DELIVERIES = sorted(path for path in DEMO.glob("*/made_up_*") if path.is_file())
HEADER = {"paavo/made_up_paavo_2020.csv": 3, "postal_keys/made_up_postal_keys_2026.txt": 5,
          "municipal_changes/made_up_municipal_changes_2026.xlsx": 3}  # fmt: skip
RECORDS, ABOUT = ("data", "page"), ("metadata", "regions", "about", "count", "package")  # kinds of answers
BESIDE = ("README", "Ohjeet", "Esimerkki", "Luettelot", "Anvisningar", "Exempel", "Listor")  # sheets without data


def named(path: Path) -> str:
    return path.relative_to(DEMO).as_posix()


def total(source: str, data: bytes, file: str) -> int:
    """Return how many rows the source accounts for."""
    told = all_sources()[source].tables(data, file.rpartition(".")[0].rpartition("_")[2], file)
    assert min(told.rows.values()) >= 0
    return sum(told.rows.values())


def lines(data: bytes, header: int = 1) -> int:
    """Count the rows after the header; a line that begins with # is a comment (Turku)."""
    text = re.sub("(?m)^#.*\n", "", data.decode("iso-8859-1").replace("\r\n", "\n"))
    return len(list(csv.reader(io.StringIO(text, newline="")))) - header


def sheets(data: bytes, header: int = 1) -> int:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    told = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names if name not in BESIDE]
    return sum(any(cell != "" for cell in row) for rows in told for row in rows[header:])


def cells(data: bytes, _: int = 0) -> int:
    return len(re.findall(r'"[^"]*"|[^\s;"]+', data.decode("cp1252").split("DATA=", 1)[1]))


def features(data: bytes, _: int = 0) -> int:
    return len(json.loads(data)["features"])


def container(data: bytes, _: int = 0) -> int:
    """Count what is in each file of a zip: records of a table, or what the answers of a service hold."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    if "requests.json" not in files:
        return sum(struct.unpack_from("<I", body, 4)[0] for name, body in files.items() if name.endswith(".dbf"))
    return sum(
        answered(body["name"], files[f"{at:04}"])
        for at, body in enumerate(json.loads(files["requests.json"])["bodies"])
    )


def answered(name: str, body: bytes) -> int:
    """Count the rows of one answer: the cells of a cube, records, lines; what is about the rows holds none."""
    kind = re.sub(r"^\w+: ", "", name).split()[0]
    if kind == "cells":
        told = json.loads(body)
        assert prod(told["size"]) == len(told["value"])
        return len(told["value"])
    if kind == "file":
        return lines(body)
    assert kind in (*RECORDS, *ABOUT)
    return len(json.loads(body)) if kind in RECORDS else 0


def records(data: bytes, _: int = 0) -> int:
    return int(pyarrow.parquet.read_metadata(io.BytesIO(data)).num_rows)


COUNTED: dict[str, Callable[[bytes, int], int]] = {
    ".csv": lines, ".txt": lines, ".xlsx": sheets, ".px": cells, ".geojson": features, ".zip": container,
    ".parquet": records,
}  # fmt: skip
BY_LINE = [path for path in DELIVERIES if path.suffix in (".csv", ".txt")]
BY_FEATURE = [path for path in DELIVERIES if path.suffix == ".geojson"]


def test_every_source_has_a_made_up_delivery() -> None:
    assert {path.parent.name for path in DELIVERIES} == set(all_sources())


@pytest.mark.parametrize("path", DELIVERIES, ids=named)
def test_every_row_of_a_delivery_is_accounted_for(path: Path) -> None:
    data = path.read_bytes()
    counted = COUNTED[path.suffix](data, HEADER.get(named(path), 1))
    assert counted > 0 and total(path.parent.name, data, path.name) == counted


def changes_by(path: Path, data: bytes) -> int | None:
    """Return by how many rows a changed delivery differs from the whole one; None where it is refused."""
    try:
        return total(path.parent.name, data, path.name) - whole(path)
    except Refused as refused:
        assert refused.refusal != "unreadable"
        return None


def whole(path: Path) -> int:
    return COUNTED[path.suffix](path.read_bytes(), HEADER.get(named(path), 1))


def rows_of(path: Path) -> tuple[list[bytes], list[bytes]]:
    found = [line for line in path.read_bytes().splitlines(keepends=True) if not line.startswith(b"#")]
    header = HEADER.get(named(path), 1)
    return found[:header], found[header:]


@pytest.mark.parametrize("path", BY_LINE, ids=named)
@settings(max_examples=8, deadline=None)
@given(st.data())
def test_a_line_that_is_gone_or_double_is_refused_or_missed(path: Path, data: st.DataObject) -> None:
    header, rows = rows_of(path)
    at = data.draw(st.integers(0, len(rows) - 1))
    assert changes_by(path, b"".join([*header, *rows[:at], *rows[at + 1 :]])) in (-1, None)
    assert changes_by(path, b"".join([*header, *rows[: at + 1], *rows[at:]])) in (1, None)


@pytest.mark.parametrize("path", BY_FEATURE, ids=named)
@settings(max_examples=5, deadline=None)
@given(st.data())
def test_a_feature_that_is_gone_or_double_is_refused_or_missed(path: Path, data: st.DataObject) -> None:
    told = json.loads(path.read_bytes())
    features = told["features"]
    at = data.draw(st.integers(0, len(features) - 1))
    gone, double = features[:at] + features[at + 1 :], features[: at + 1] + features[at:]
    assert changes_by(path, json.dumps(told | {"features": gone}).encode()) in (-1, None)
    assert changes_by(path, json.dumps(told | {"features": double}).encode()) is None  # an area is there once


@pytest.mark.parametrize(("source", "rows"), [("key_figures", "cells"), ("vipunen", "page"), ("sotkanet", "data")])
@settings(max_examples=6, deadline=None)
@given(st.data())
def test_a_record_or_cell_that_is_gone_from_an_answer_is_refused_or_missed(
    source: str, rows: str, data: st.DataObject
) -> None:
    path = DEMO / source / f"made_up_{source}_2026.zip"
    with zipfile.ZipFile(path) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    names = [body["name"] for body in json.loads(files["requests.json"])["bodies"]]
    which = data.draw(st.sampled_from([at for at, name in enumerate(names) if rows in name]))
    told = json.loads(files[f"{which:04}"])
    list_of = told["value"] if isinstance(told, dict) else told
    del list_of[data.draw(st.integers(0, len(list_of) - 1))]
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as container:
        for name, body in (files | {f"{which:04}": json.dumps(told).encode()}).items():
            container.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), body)
    assert changes_by(path, sink.getvalue()) == (-1 if source == "sotkanet" else None)  # it does not say how many

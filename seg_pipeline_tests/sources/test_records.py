"""JSON of services: what becomes rows of text, and what is refused; many cells at once; pages of a datastore."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seg_pipeline.sources.readers import datastore, records
from seg_pipeline.sources.readers.cells import first_unfit
from seg_pipeline.sources.refusal import Refused

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


def read(data: bytes) -> list[list[str]]:
    return records.records(records.document(data)).rows


@given(st.lists(st.fixed_dictionaries({"a": texts, "b": st.integers(), "c": st.none()}), min_size=1))
def test_a_list_of_records_comes_back_as_text(told: list[dict[str, object]]) -> None:
    grid = records.records(records.document(json.dumps(told).encode()))
    assert set(grid.header) == {"a", "b", "c"}
    assert grid.column("a") == [record["a"] for record in told]
    assert grid.column("b") == [str(record["b"]) for record in told]
    assert grid.column("c") == [""] * len(told)


def test_a_number_stays_the_text_that_it_was() -> None:
    assert read(b'[{"a": 1.50, "b": 12345678901234567890, "c": 1E3}]') == [["1.50", "12345678901234567890", "1E3"]]


def test_a_field_that_a_record_lacks_is_empty() -> None:
    assert read(b'[{"a": 1}, {"b": 2}]') == [["1", ""], ["", "2"]]


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", "empty"), (b" \n ", "empty"), (b"[", "malformed"), (b'[{"a": 1}', "malformed"), (b"[1]", "malformed"),
        (b'{"a": 1}', "malformed"), (b"null", "malformed"), (b'[{"a": 1, "a": 1}]', "duplicate_column"),
        (b'[{"a": {"b": 1}}]', "malformed"), (b'[{"a": [1]}]', "malformed"), (b'[{"a": true}]', "malformed"),
        (b'[{"a": NaN}]', "not_a_number"), (b'[{"a": -Infinity}]', "not_a_number"), (b'[{"a": "\xe4"}]', "encoding"),
        ('[{"a": "ä"}]'.encode("utf-16"), "encoding"), (b'[{"a": "\0"}]', "encoding"), (b"[" * 100_000, "malformed"),
        (b'{"a":' * 100_000, "malformed"), (b'[{"a": 1}] trailing', "malformed"), (b"a;b\n1;2\n", "malformed"),
    ],
)  # fmt: skip
def test_anything_else_is_refused(data: bytes, refusal: str) -> None:
    begun = time.monotonic()
    with pytest.raises(Refused) as refused:
        read(data)
    assert refused.value.refusal == refusal and time.monotonic() - begun < 2


def test_a_number_of_a_million_digits_is_text_like_any_other() -> None:
    assert len(read(b'[{"a": ' + b"9" * 1_000_000 + b"}]")[0][0]) == 1_000_000


@given(st.lists(st.sampled_from(["1", "22", "", "1\n2", "\n", "x", "1 "]), max_size=6))
def test_the_first_unfit_cell_is_found_however_cells_are_joined(cells: list[str]) -> None:
    wrong = [at for at, cell in enumerate(cells) if cell not in ("1", "22", "")]
    assert first_unfit(cells, "[0-9]*") == (wrong[0] if wrong else None)


def page(**more: object) -> bytes:
    result = {
        "fields": [{"id": "_id"}, {"id": "a"}, {"id": "b"}],
        "records": [{"_id": 1, "a": "x", "b": None}],
        "total": 9,
    }
    return json.dumps({"success": True, "result": result | more}).encode()


def test_a_page_of_a_datastore_leaves_out_its_own_number() -> None:
    grid, total = datastore.read(page())
    assert (grid.header, grid.rows, total) == (["a", "b"], [["x", ""]], 9)


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"{}", "malformed"), (b"[]", "malformed"), (b'{"success": false, "error": {}}', "malformed"),
        (page(total="many"), "malformed"), (page(total=-1), "malformed"), (page(records=5), "malformed"),
        (page(fields=[{"id": 5}]), "unknown_column"), (page(records=[{"c": 1}]), "unknown_column"),
        (page(fields=None), "malformed"),
    ],
)  # fmt: skip
def test_another_answer_than_a_page_is_refused(data: bytes, refusal: str) -> None:
    with pytest.raises(Refused) as refused:
        datastore.read(data)
    assert refused.value.refusal == refusal

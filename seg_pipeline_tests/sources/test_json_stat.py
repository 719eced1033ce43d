"""JSON-stat: every form that the format allows gives the same cube; anything else is refused and never crashes."""

from __future__ import annotations

import json
import resource
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seg_pipeline.sources.readers import json_stat
from seg_pipeline.sources.refusal import Refused

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
AREAS, YEARS = ["091", "049", "092"], ["2023", "2024"]


def document(**changed: Any) -> dict[str, Any]:
    base = {
        "version": "2.0",
        "class": "dataset",
        "label": "Väestö",
        "id": ["alue", "vuosi"],
        "size": [3, 2],
        "dimension": {
            "alue": {
                "label": "Alue",
                "category": {"index": {code: at for at, code in enumerate(AREAS)}, "label": {"091": "Helsinki"}},
            },
            "vuosi": {"label": "Vuosi", "category": {"index": YEARS}},
        },
        "value": [1, 2, None, 4.5, None, 6],
        "status": {"2": "...", "4": ".."},
    }
    return base | changed


def data(**changed: Any) -> bytes:
    return json.dumps(document(**changed), ensure_ascii=False).encode()


def refusal(body: bytes) -> str:
    with pytest.raises(Refused) as refused:
        json_stat.read(body)
    assert refused.value.message("fi") and refused.value.message("sv")
    return refused.value.refusal


FORMS: dict[str, dict[str, Any]] = {
    "value as a sparse object": {"value": {"0": 1, "1": 2, "3": 4.5, "5": 6}},
    "a sparse object that tells its nulls": {"value": {"0": 1, "1": 2, "2": None, "3": 4.5, "5": 6}},
    "status as a list": {"status": [None, "", "...", "e", "..", None]},
    "a flag on a number": {"status": {"0": "e", "2": "...", "4": ".."}},
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_cube(form: str) -> None:
    cube = json_stat.read(data(**FORMS[form]))
    assert cube.values.tolist() == pytest.approx([1, 2, np.nan, 4.5, np.nan, 6], nan_ok=True)
    assert cube.marks.tolist() == ["", "", "...", "", "..", ""]
    assert cube.dimension("ALUE").codes == ("091", "049", "092")
    assert cube.dimension("alue").labels == ("Helsinki", "049", "092")
    frame = cube.frame()
    assert frame["alue"].tolist() == ["091", "091", "049", "049", "092", "092"]
    assert frame["vuosi"].tolist() == ["2023", "2024"] * 3


def test_one_status_is_that_of_every_cell() -> None:
    for status in (".", ["."]):
        assert json_stat.read(data(status=status)).marks.tolist() == ["", "", ".", "", ".", ""]


def test_an_index_in_another_order_says_where_the_cells_are() -> None:
    changed = document()
    changed["dimension"]["alue"]["category"]["index"] = {"049": 1, "092": 2, "091": 0}
    assert json_stat.cube(changed).dimension("alue").codes == ("091", "049", "092")


def test_a_dimension_of_one_category_needs_no_index() -> None:
    changed = document(size=[1, 2], value=[1, 2], status=None)
    changed["dimension"]["alue"]["category"] = {"label": {"SSS": "KOKO MAA"}}
    assert json_stat.cube(changed).dimension("alue").codes == ("SSS",)


def dimension(**category: Any) -> dict[str, Any]:
    return {"dimension": document()["dimension"] | {"alue": {"category": category}}}


HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty"),
    "blank": (b" \n ", "empty"),
    "UTF-16": (json.dumps(document()).encode("utf-16"), "encoding"),
    "ISO-8859-1": (json.dumps(document(), ensure_ascii=False).encode("iso-8859-1"), "encoding"),
    "a NUL": (b'{"class": "\0"}', "encoding"),
    "cut": (data()[:-30], "malformed"),
    "a web page": (b"<!DOCTYPE html><html></html>", "malformed"),
    "a list": (b"[1, 2]", "layout"),
    "an error": (b'{"error": "Parameter error"}', "layout"),
    "a collection": (data(**{"class": "collection"}), "layout"),
    "deep nesting": (b'{"a":' * 200_000 + b"1" + b"}" * 200_000, "malformed"),
    "NaN": (data().replace(b"4.5", b"NaN"), "malformed"),
    "Infinity": (data().replace(b"4.5", b"-Infinity"), "malformed"),
    "beyond all bounds": (data().replace(b"4.5", b"1e999"), "not_a_number"),
    "a whole number beyond all bounds": (data().replace(b"4.5", b"9" * 400), "not_a_number"),
    "a number of too many digits": (data().replace(b"4.5", b"9" * 5000), "malformed"),
    "a text for a number": (data(value=[1, 2, None, "=4+1", None, 6]), "not_a_number"),
    "true for a number": (data(value=[1, 2, None, True, None, 6]), "not_a_number"),
    "a key twice": (data().replace(b'"size"', b'"id": ["alue", "vuosi"], "size"'), "malformed"),
    "a value too few": (data(value=[1, 2, None, 4.5, None]), "cells"),
    "a value too many": (data(value=[1, 2, None, 4.5, None, 6, 7]), "cells"),
    "no value": (data(value=None), "malformed"),
    "a cell beyond the last": (data(value={"6": 1}), "cells"),
    "a cell before the first": (data(value={"-1": 1}), "cells"),
    "a cell that is a word": (data(value={"first": 1}), "cells"),
    "a cell in other digits": (data(value={"٣": 1}), "cells"),
    "a cell twice in two spellings": (data(value={"1": 1, "01": 2}), "cells"),
    "a status of a cell beyond": (data(status={"9": "."}), "cells"),
    "statuses too few": (data(status=["."] * 5), "cells"),
    "a status that is a number": (data(status={"2": 3}), "malformed"),
    "sizes too few": (data(size=[3]), "malformed"),
    "a size that is text": (data(size=["3", 2]), "cells"),
    "a size that is negative": (data(size=[-3, 2]), "cells"),
    "a size that is huge": (data(size=[10**30, 2]), "cells"),
    "a size that is true": (data(size=[True, 2]), "cells"),
    "a dimension twice": (data(id=["alue", "alue"]), "malformed"),
    "a dimension that is not described": (data(id=["alue", "aika"]), "malformed"),
    "a position twice": (data(**dimension(index={"091": 0, "049": 0, "092": 2})), "malformed"),
    "a position left out": (data(**dimension(index={"091": 0, "049": 1, "092": 3})), "malformed"),
    "a category twice": (data(**dimension(index=["091", "091", "092"])), "cells"),
    "no index": (data(**dimension(label={"091": "Helsinki", "049": "Espoo"})), "malformed"),
    "an index of numbers": (data(**dimension(index=[1, 2, 3])), "malformed"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_no_whole_data_set_is_refused(case: str) -> None:
    body, expected = HOSTILE[case]
    assert refusal(body) == expected


def test_a_byte_order_mark_is_passed_over() -> None:
    assert json_stat.read(b"\xef\xbb\xbf" + data()).title == "Väestö"


def test_where_the_text_breaks_is_said() -> None:
    with pytest.raises(Refused) as refused:
        json_stat.read(json.dumps(document(), indent=1).encode()[:-40])
    assert refused.value.line and refused.value.line > 10


def test_a_few_bytes_that_claim_many_cells_take_neither_time_nor_memory() -> None:
    codes = [str(at) for at in range(9_000)]
    described = {name: {"category": {"index": codes}} for name in ("a", "b", "c")}
    bomb = {"class": "dataset", "id": ["a", "b", "c"], "size": [9_000] * 3, "dimension": described, "value": {}}
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    assert refusal(json.dumps(bomb).encode()) == "malformed"
    assert time.monotonic() - begun < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kilobytes


@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, len(data()) - 1), byte=st.integers(0, 255), cut=st.booleans())
def test_any_damaged_byte_gives_a_cube_or_a_refusal(at: int, byte: int, cut: bool) -> None:
    body = bytearray(data())
    body[at] = byte
    try:
        cube = json_stat.read(bytes(body[:at] if cut else body))
    except Refused:
        return
    assert len(cube.values) == len(cube.frame()) and not (cube.marks[~np.isnan(cube.values)] != "").any()


@settings(max_examples=100, deadline=None)
@given(ANYTHING, st.sampled_from(["id", "size", "dimension", "value", "status", "label", "class"]))
def test_any_json_in_any_place_gives_a_cube_or_a_refusal(anything: Any, where: str) -> None:
    try:
        json_stat.read(data(**{where: anything}))
    except Refused:
        return

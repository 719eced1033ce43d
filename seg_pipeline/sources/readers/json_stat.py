"""JSON-stat 2.0, as statistical offices' services answer: one data set becomes a cube that keeps its marks.

Values come as a list or as a sparse object, statuses as a list, an object or one string for all cells.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import prod
from typing import Any, NoReturn, TypeGuard

import numpy as np
import numpy.typing as npt

from seg_pipeline.sources.readers import delimited, records
from seg_pipeline.sources.readers.cube import Cube, Dimension
from seg_pipeline.sources.refusal import Refused, quoted

MOST_CELLS = 6_000_000  # of one delivery: the whole series of Paavo has five million
A_DATA_SET = "a JSON-stat 2.0 data set"
NUMBERS = frozenset((int, float, type(None)))


def read(data: bytes) -> Cube:
    """Return the data set in `data` as a cube. Raises Refused when it is no JSON-stat data set, or not a whole one."""
    return cube(parsed(data))


def parsed(data: bytes) -> dict[str, Any]:
    """Return the JSON object in `data`; refuse a key that is there twice and the numbers that JSON does not have."""
    if len(data) > records.MOST_BYTES:
        raise Refused("too_large", found=f"{len(data):,}", expected=f"{records.MOST_BYTES:,}")
    text = delimited.decode(data, "utf-8-sig")
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        at = f"{error.msg} at character {error.colno}"
        raise Refused("malformed", found=at, expected="whole JSON", line=error.lineno) from None
    except (ValueError, RecursionError) as error:
        raise Refused("malformed", found=type(error).__name__, expected="plain JSON") from None
    if not isinstance(found, dict):
        raise Refused("layout", found=quoted(text[:40].strip()), expected="a JSON object", line=1)
    return found


def cube(document: Mapping[str, Any]) -> Cube:
    """Return the data set of a JSON-stat document as a cube."""
    if document.get("class") != "dataset":
        raise Refused("layout", found=quoted(", ".join(list(document)[:4])), expected=A_DATA_SET)
    codes, sizes = document.get("id"), document.get("size")
    if not _texts(codes) or not isinstance(sizes, list) or len(codes) != len(sizes) or len(set(codes)) != len(codes):
        raise _malformed("id and size", "as many sizes as dimensions")
    dimensions = tuple(_dimension(document, *one) for one in zip(codes, sizes, strict=True))
    cells = prod(sizes)
    if cells > MOST_CELLS:
        raise _malformed(f"{cells:,} cells", f"at most {MOST_CELLS:,}")
    values = _values(document.get("value"), cells)
    marks = _marks(document.get("status"), cells)
    return Cube(_text(document.get("label")), dimensions, values, np.where(np.isnan(values), marks, ""))


def _dimension(document: Mapping[str, Any], code: str, size: Any) -> Dimension:
    """One dimension; its categories' positions have to be those of its size, each once."""
    described = _object(document.get("dimension"), "dimension").get(code)
    category = _object(_object(described, code).get("category"), f"category of {code}")
    labels = _object(category.get("label", {}), f"label of {code}")
    index = category.get("index", list(labels) if len(labels) == 1 else None)
    ordered = _ordered(index, code)
    if type(size) is not int or len(ordered) != size or len(set(ordered)) != size:
        raise Refused("cells", found=f"{len(ordered):,} {quoted(code)}", expected=str(size)[:20])
    named = tuple(_text(labels.get(one, one)) for one in ordered)
    return Dimension(code, _text(_object(described, code).get("label")) or code, ordered, named)


def _ordered(index: Any, code: str) -> tuple[str, ...]:
    if isinstance(index, dict):
        if sorted(index.values(), key=str) != sorted(range(len(index)), key=str):
            raise _malformed(f"the positions of {code}", "each position once")
        index = sorted(index, key=index.__getitem__)
    if not _texts(index):
        raise _malformed(f"the index of {code}", "codes of categories")
    return tuple(index)


def _values(told: Any, cells: int) -> npt.NDArray[np.float64]:
    """The cells, NaN where there is none. A sparse object tells only those that there are."""
    listed = list(told.values()) if isinstance(told, dict) else told
    if not isinstance(listed, list):
        raise _malformed("no value", "a list or an object of values")
    if strange := set(map(type, listed)) - NUMBERS:
        at = next(value for value in listed if type(value) in strange)
        raise Refused("not_a_number", found=quoted(str(at)), expected="number")
    try:
        numbers = np.array(listed, dtype=np.float64)  # None becomes NaN
    except OverflowError:
        numbers = np.array([np.inf])
    if np.isinf(numbers).any():
        raise Refused("not_a_number", found="a number beyond all bounds", expected="number")
    if not isinstance(told, dict):
        if len(numbers) != cells:
            raise Refused("cells", found=f"{len(numbers):,}", expected=f"{cells:,}")
        return numbers
    whole = np.full(cells, np.nan)
    whole[_positions(told, cells)] = numbers
    return whole


def _marks(told: Any, cells: int) -> npt.NDArray[np.object_]:
    """The status of each cell, empty where the answer tells none."""
    marks: npt.NDArray[np.object_] = np.full(cells, "", dtype=object)
    if told is None:
        return marks
    listed = list(told.values()) if isinstance(told, dict) else [told] if isinstance(told, str) else told
    if not isinstance(listed, list) or not set(map(type, listed)) <= {str, type(None)}:
        raise _malformed("status", "marks as a list, an object or a string")
    texts = [text or "" for text in listed]
    if isinstance(told, dict):
        marks[_positions(told, cells)] = texts
        return marks
    if len(texts) not in (1, cells):
        raise Refused("cells", found=f"{len(texts):,} marks", expected=f"{cells:,}")
    marks[:] = texts * (cells if len(texts) == 1 else 1)
    return marks


def _positions(told: Mapping[str, Any], cells: int) -> npt.NDArray[np.int64]:
    """Where the cells of a sparse object are."""
    for key in told:
        if not (key.isascii() and key.isdigit() and len(key) <= len(str(cells)) and int(key) < cells):
            raise Refused("cells", found=f"a cell {quoted(key)}", expected=f"{cells:,}")
    found = np.array([int(key) for key in told], dtype=np.int64)
    if len(np.unique(found)) != len(found):
        raise _malformed("a cell that is told twice", "each cell once")
    return found


def _object(found: Any, what: str) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise _malformed(f"no {what}", A_DATA_SET)
    return found


def _texts(found: Any) -> TypeGuard[list[str]]:
    return isinstance(found, list) and all(isinstance(one, str) for one in found)


def _text(found: Any) -> str:
    return found if isinstance(found, str) else ""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _no_number(_: str) -> NoReturn:
    raise ValueError


def _malformed(found: str, expected: str) -> Refused:
    return Refused("malformed", found=quoted(found), expected=expected)

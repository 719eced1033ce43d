"""JSON as services send it: lists of flat records. Every number stays the text that stood there; nothing is guessed."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, NoReturn

from seg_pipeline.sources.readers import delimited
from seg_pipeline.sources.readers.grid import Grid
from seg_pipeline.sources.refusal import Refused, quoted

MOST_BYTES = 38 << 20  # of JSON; the worst of so many take 2 GiB to read
EXPECTED = "json_records"


def document(data: bytes, sheet: str = "") -> Any:
    """Return the JSON value in `data`, its numbers as text. `sheet` names the answer in a refusal.

    Raises Refused where it is no UTF-8, no JSON, repeats a key, nests too deep, or holds NaN or Infinity.
    """
    if len(data) > MOST_BYTES:
        raise Refused("too_large", found=f"{len(data):,}", expected=f"{MOST_BYTES:,}", sheet=sheet)
    try:
        text = delimited.decode(data, "utf-8-sig")
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=_no_number, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        found = quoted(text[error.pos : error.pos + 30])
        raise Refused("malformed", found=found, expected=EXPECTED, line=error.lineno, sheet=sheet) from None
    except RecursionError:
        raise Refused("malformed", found="deep_nesting", expected=EXPECTED, sheet=sheet) from None
    except Refused as refused:
        refused.sheet = refused.sheet or sheet
        raise


def records(value: Any, sheet: str = "") -> Grid:
    """Return a list of flat records as rows of text under the names of all their fields; null and absent are empty.

    The line of a row is the number of its record. Raises Refused for anything that is not such a list.
    """
    if not isinstance(value, list):
        raise Refused("malformed", found=_kind(value), expected=EXPECTED, sheet=sheet)
    names: dict[str, None] = {}
    for at, record in enumerate(value, 1):
        if not isinstance(record, dict):
            raise Refused("malformed", found=_kind(record), expected="json_record", line=at, sheet=sheet)
        names.update(dict.fromkeys(record))
    header = list(names)
    rows = [[record.get(name) for name in header] for record in value]
    for at, row in enumerate(rows, 1):
        for place, cell in enumerate(row):
            if cell is None:
                row[place] = ""
            elif not isinstance(cell, str):
                raise Refused(
                    "malformed",
                    found=_kind(cell),
                    expected="text_or_number",
                    line=at,
                    column=header[place],
                    sheet=sheet,
                )
    return Grid(header, 1, rows, list(range(1, len(rows) + 1)))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        (name, _), *_ = Counter(name for name, _ in pairs).most_common(1)
        raise Refused("duplicate_column", found=quoted(name), column=name[:60])
    return found


def _no_number(name: str) -> NoReturn:
    raise Refused("not_a_number", found=quoted(name), expected="number")


def _kind(value: Any) -> str:
    return {dict: "json_record", list: "json_list", str: "json_text", bool: "json_truth"}.get(
        type(value), "json_nothing"
    )

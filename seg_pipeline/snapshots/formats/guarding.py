"""Text that a spreadsheet must not take for a formula: it gets an apostrophe before it. Numbers are left as they are.

A text that begins with an apostrophe gets one too, so that taking one away always gives back what was there.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

RISKY = "=+-@\t\r\n'"


def guarded(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return rows in which no text begins with a sign of `RISKY` but the apostrophe."""
    columns = [_guarded(column) if pa.types.is_string(column.type) else column for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _guarded(column: pa.Array) -> pa.Array:
    risky = pc.is_in(pc.utf8_slice_codeunits(column, 0, 1), pa.array(list(RISKY)))
    if not pc.any(risky).as_py():
        return column
    return pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)


def safe(text: str) -> str:
    """Return one text as `guarded` has it."""
    return f"'{text}" if text[:1] and text[:1] in RISKY else text

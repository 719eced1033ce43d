"""PX-Axis files, as PxWeb and the cities' statistics databases write them. A file that is not one is refused.

A file is statements, ``KEYWORD[language]("variable")="text","text";``, and at last ``DATA=`` with the cells of a cube
in row-major order. A cell is a number or a quoted run of one to six dots that says why there is none. The text is
windows-1252 unless CODEPAGE says otherwise. The main language is read; the sparse form (KEYS) is refused.
"""

from __future__ import annotations

from math import prod

import numpy as np
import numpy.typing as npt

from seg_pipeline.sources.readers import px_header
from seg_pipeline.sources.readers.cube import Cube, Dimension
from seg_pipeline.sources.readers.delimited import refuse_binary
from seg_pipeline.sources.readers.px_cells import cells
from seg_pipeline.sources.readers.px_header import Header, looks_like
from seg_pipeline.sources.refusal import Refused, quoted

__all__ = ("looks_like", "read", "table")

LARGEST = 64 << 20  # bytes; the largest cube of the Helsinki region is 3 MB
MOST_DIMENSIONS = 32


def read(data: bytes) -> Cube:
    """Return the cube in a PX file; its title is CONTENTS, or TITLE where there is no CONTENTS.

    Raises Refused for what is no PX file, is cut off, is sparse, is in another encoding than it says, or has other
    cells than its dimensions make.
    """
    if len(data) > LARGEST:
        raise Refused("too_large", found=f"{len(data):,}", expected=f"{LARGEST:,}")
    refuse_binary(data, "windows-1252")
    header = px_header.read(data)
    if keys := [statement for (keyword, _), statement in header.statements.items() if keyword == "KEYS"]:
        raise Refused("sparse", line=keys[0].line)
    dimensions = tuple(_dimension(header, name) for name in _axes(header))
    values, marks = cells(data, header.start)
    expected = prod(len(dimension.codes) for dimension in dimensions)
    if len(values) != expected:
        raise Refused("cells", found=f"{len(values):,}", expected=f"{expected:,}", line=header.line("DATA"))
    return Cube(header.text("CONTENTS") or header.text("TITLE"), dimensions, values, _named(marks))


def table(data: bytes) -> str:
    """Return the publisher's name of the table (MATRIX), or nothing where the file does not say. Never raises."""
    try:
        return px_header.read(data).text("MATRIX") if looks_like(data) else ""
    except Refused:
        return ""


def _axes(header: Header) -> list[str]:
    """The variables: those of the rows, then those of the columns, each once."""
    stub, heading = (header.texts(side) if (side, "") in header.statements else () for side in ("STUB", "HEADING"))
    axes = [*stub, *heading]
    if not axes:
        raise Refused("layout", found="no STUB or HEADING", expected="PX", line=header.line("DATA"))
    if len(set(axes)) != len(axes) or len(axes) > MOST_DIMENSIONS:
        said = f"each variable once, at most {MOST_DIMENSIONS}"
        side = "STUB" if stub else "HEADING"
        raise Refused("malformed", found=quoted(", ".join(axes)), expected=said, line=header.line(side))
    return axes


def _dimension(header: Header, name: str) -> Dimension:
    """One variable with its categories; where there are no codes, the labels are the codes."""
    labels = header.texts("VALUES", name)
    coded = ("CODES", name) in header.statements
    codes = header.texts("CODES", name) if coded else labels
    line = header.line("CODES" if coded else "VALUES", name)
    if len(codes) != len(labels):
        raise Refused("fields", found=str(len(codes)), expected=str(len(labels)), line=line, column=name)
    if len(set(codes)) != len(codes):
        twice = next(code for at, code in enumerate(codes) if code in codes[:at])
        raise Refused("malformed", found=quoted(twice), expected="each category once", line=line, column=name)
    return Dimension(name, name, codes, labels)


def _named(marks: npt.NDArray[np.int8]) -> npt.NDArray[np.object_]:
    """The marks as text: nothing, one to six dots, or a dash."""
    texts: npt.NDArray[np.object_] = np.array(["", *("." * dots for dots in range(1, 7)), "-"], dtype=object)
    return texts[marks]

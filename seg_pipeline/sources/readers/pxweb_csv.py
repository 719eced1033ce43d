"""CSV as PxWeb exports it: ISO-8859-1, a title line, a blank line, then the header.

Finnish exports separate with ``;``, English ones with ``,``. Missing values are bare tokens of dots.
"""

from __future__ import annotations

import re

from seg_pipeline.sources.readers import delimited
from seg_pipeline.sources.readers.grid import Grid
from seg_pipeline.sources.refusal import Refused

OPENING = re.compile(rb'"[^"\r\n]*"(?:\r?\n){2,}')
NOT_LOGICAL, NOT_AVAILABLE, HIDDEN = ".", "..", "..."


def looks_like(data: bytes) -> bool:
    """True for a file that opens as PxWeb's do: one quoted title, a blank line."""
    return OPENING.match(data.removeprefix(delimited.UTF_8_MARK)) is not None


def read(data: bytes) -> Grid:
    """Return the rows under the header of a PxWeb CSV file, in the separator that its header uses."""
    if data.startswith(delimited.UTF_8_MARK):
        raise Refused("encoding", found="UTF-8", expected="ISO-8859-1", line=1)
    opening = OPENING.match(data)
    header = data[opening.end() if opening else 0 :].split(b"\n", 1)[0]
    separator = ";" if b'";"' in header else ","
    return delimited.read(data, delimited.Dialect("iso-8859-1", separator, preamble=2))

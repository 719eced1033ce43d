"""The cells of a PX file, read all at once: numbers, and quoted marks where there is none."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from seg_pipeline.sources.refusal import Refused, quoted

CELL = rb'(?:-?[0-9]{1,15}(?:\.[0-9]{1,15})?+|"(?:\.{1,6}|-)")'
CELLS = re.compile(rb"\s*+(?:%b(?:\s++|\Z))*+" % CELL)
WORD = re.compile(rb"[^\s]{1,80}")
QUOTE, DASH, SPACE, NAN = *b'"- ', np.frombuffer(b"nan", np.uint8)
OF_DASH = 7  # the number of the mark "-"; that of dots is how many there are
AFTER = b" \t\r\n\x1a"  # what may follow the last cell: files from DOS end in 0x1A


def cells(data: bytes, start: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int8]]:
    """Return the cells from the byte `start` on: values (NaN where there is none) and the number of each mark.

    A mark's number is 0 for a number, 1 to 6 for as many dots, 7 for a dash. Raises Refused, with the line, for a
    cell that is neither, and for cells that do not end with a semicolon.
    """
    end = data.find(b";", start)
    if end < 0:
        last = data[start:].split(b"\n")[-1][-30:]
        raise Refused("truncated", found=_shown(last), expected='";"', line=_line(data, len(data)))
    if rest := data[end + 1 :].strip(AFTER):
        at = data.index(rest[:1], end + 1)
        raise Refused("malformed", found=_shown(rest[:40]), expected="nothing after the cells", line=_line(data, at))
    whole = CELLS.match(data, start, end)
    if whole is None or whole.end() != end:
        at = whole.end() if whole else start
        word = WORD.match(data[:end], at)
        raise Refused("not_a_number", found=_shown(word[0] if word else b""), expected="number", line=_line(data, at))
    return _parsed(np.frombuffer(data[start:end], np.uint8))


def _parsed(text: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int8]]:
    """Each mark is overwritten with ``nan``, which is never longer, and the whole is read as numbers."""
    filled = text > SPACE
    begins = np.flatnonzero(filled & ~np.r_[False, filled[:-1]])
    ends = np.flatnonzero(filled & ~np.r_[filled[1:], False])
    marks = np.zeros(len(begins), np.int8)
    marked = text[begins] == QUOTE
    first, last = begins[marked], ends[marked]
    marks[marked] = np.where(text[first + 1] == DASH, OF_DASH, last - first - 1)
    plain = text.copy()
    for offset in range(8):  # the longest mark is six dots in quotes
        inside = first + offset <= last
        plain[first[inside] + offset] = NAN[offset] if offset < len(NAN) else SPACE
    return np.fromstring(plain.tobytes().decode("ascii"), dtype=np.float64, sep=" "), marks


def _shown(word: bytes) -> str:
    return quoted(word.decode("iso-8859-1"))


def _line(data: bytes, at: int) -> int:
    return 1 + (data.count(b"\n", 0, at) or data.count(b"\r", 0, at))

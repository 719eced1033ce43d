"""Delimited text in one declared dialect. Nothing is guessed: what does not fit the dialect is refused."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seg_pipeline.sources.readers.grid import Grid
from seg_pipeline.sources.refusal import Refused, quoted, told

if TYPE_CHECKING:
    from _csv import Reader

MOST_CELLS = 12_000_000  # they take 2 GiB to read; the largest delivery known has 9.8 million
LONGEST_CELL = 1 << 17  # signs; a longer one is an open quote that swallowed the rows after it
UTF_8_MARK = b"\xef\xbb\xbf"
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Dialect:
    """How a source writes its text files. `preamble` lines come before the header and hold no data."""

    encoding: str
    separator: str
    preamble: int = 0


def read(data: bytes, dialect: Dialect) -> Grid:
    """Return the rows of `data`, written in `dialect`.

    Raises Refused when the file is empty, cut off, in another encoding, or breaks the rules of quoting.
    """
    text = decode(data, dialect.encoding)
    if not text.endswith("\n"):
        last = text.rsplit("\n", 1)[-1]
        raise Refused("truncated", found=quoted(last[-30:]), expected="line_end", line=text.count("\n") + 1)
    reader = strict_reader(text, dialect.separator)
    rows: list[list[str]] = []
    lines: list[int] = []
    start, cells = 1, 0
    try:
        for row in reader:
            cells += len(row)
            if cells > MOST_CELLS:
                raise Refused("cells", found=f"> {MOST_CELLS:,}", expected=f"≤ {MOST_CELLS:,}", line=start)
            rows.append(row)
            lines.append(start)
            start = reader.line_num + 1
    except csv.Error:
        raise Refused("malformed", found="broken_quotes", expected="plain_quotes", line=start) from None
    body = [(row, line) for row, line in zip(rows, lines, strict=True) if row][1 if dialect.preamble else 0 :]
    if not body:
        raise Refused("empty")
    return Grid(
        header=body[0][0], header_line=body[0][1], rows=[row for row, _ in body[1:]], lines=[at for _, at in body[1:]]
    )


def strict_reader(text: str, separator: str) -> Reader:
    """Return the standard library's reader; its limit is one for the whole process, and other libraries move it."""
    csv.field_size_limit(LONGEST_CELL)
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def write(grid: Grid, dialect: Dialect, title: str = "") -> bytes:
    """Return `grid` as a file in `dialect`; `read` gives it back."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, delimiter=dialect.separator, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    if dialect.preamble:
        sink.write(f'"{title}"\r\n\r\n')
    writer.writerows([grid.header, *grid.rows])
    return sink.getvalue().encode(dialect.encoding)


def decode(data: bytes, encoding: str) -> str:
    """Return the text of `data`, or refuse it when it is empty or visibly in another encoding."""
    refuse_binary(data, "UTF-8" if encoding.startswith("utf-8") else encoding.upper())
    if encoding == "iso-8859-1":
        return _latin(data)
    data = data.removeprefix(UTF_8_MARK) if encoding == "utf-8-sig" else data
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = told("the_byte", f"0x{data[error.start]:02X}")
        raise Refused("encoding", found=byte, expected="UTF-8", line=line) from None


def refuse_binary(data: bytes, expected: str) -> None:
    """Refuse bytes that are no text in any encoding of one byte a letter: nothing, UTF-16, or binary."""
    if not data.strip():
        raise Refused("empty")
    if data.startswith(UTF_16_MARKS) or b"\0" in data[:4096]:
        raise Refused("encoding", found="utf_16_or_binary", expected=expected, line=1)


def _latin(data: bytes) -> str:
    """Any bytes are ISO-8859-1; those that are also valid UTF-8 beyond ASCII were not written as such."""
    try:
        utf_8 = data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("iso-8859-1")
    if utf_8.isascii():
        return utf_8
    line = next(number for number, line in enumerate(utf_8.split("\n"), 1) if not line.isascii())
    raise Refused("encoding", found="UTF-8", expected="ISO-8859-1", line=line)

"""The statements at the head of a PX file: keywords, the variables that they are about, and their texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from seg_pipeline.sources.readers.delimited import UTF_8_MARK
from seg_pipeline.sources.refusal import Refused, quoted

MOST_STATEMENTS = 20_000  # notes on single categories are statements as well
CODECS = {"": "cp1252", "windows-1252": "cp1252", "iso-8859-1": "iso-8859-1", "iso-8859-15": "iso-8859-15",
          "utf-8": "utf-8"}  # fmt: skip
CHARSETS = ("", "ansi", "unicode")

TEXT = r'"[^"\r\n]*+"\s*+'
TEXTS = rf"(?:{TEXT})++"  # one text, which may be in pieces over several lines
NAME = re.compile(rf"\s*+([A-Z][A-Z0-9_-]{{1,40}})(?:\[([A-Za-z-]{{2,8}})\])?(?:\(((?:{TEXT}(?:,\s*+)?+)++)\))?\s*+=")
VALUE = re.compile(r'(?:"[^"\r\n]*+"|[^";]++)*+;')
LIST = re.compile(rf"\s*+{TEXTS}(?:,\s*+{TEXTS})*+")
PIECE = re.compile(r'"([^"\r\n]*+)"|,')
END_OF_LINE = re.compile(r"\r\n|\r|\n")
DATA = "DATA"
READ = ("CHARSET", "CODEPAGE", "MATRIX", "TITLE", "CONTENTS", "STUB", "HEADING", "VALUES", "CODES", "KEYS")

Key = tuple[str, str]  # keyword and, where it is about one, the variable


class Statement(NamedTuple):
    """What one keyword says, as it is written, and on which line."""

    value: str
    line: int


@dataclass(frozen=True)
class Header:
    """The statements before the cells, by keyword and variable; the cells begin at the byte `start`."""

    statements: Mapping[Key, Statement]
    start: int

    def texts(self, keyword: str, variable: str = "") -> tuple[str, ...]:
        """Return the texts that a keyword lists; refuse its lack, and what is no list of texts."""
        named = f'{keyword}("{variable}")' if variable else keyword
        if (keyword, variable) not in self.statements:
            raise Refused("layout", found=quoted(f"no {named}"), expected="PX", line=self.line(DATA))
        value, line = self.statements[keyword, variable]
        if not LIST.fullmatch(value):
            found = quoted(f"{named}={value.strip()}")
            raise Refused("malformed", found=found, expected='"text","text";', line=line, column=variable)
        return tuple(_texts(value))

    def text(self, keyword: str) -> str:
        """Return the one text of a keyword in one line, or nothing where the keyword is not there."""
        return " ".join(" ".join(self.texts(keyword)).split()) if (keyword, "") in self.statements else ""

    def line(self, keyword: str, variable: str = "") -> int:
        """Return the line of a statement."""
        return self.statements[keyword, variable].line


def looks_like(data: bytes) -> bool:
    """True for a file that opens with a statement of PX, such as ``CHARSET="ANSI";``."""
    return NAME.match(data[:400].removeprefix(UTF_8_MARK).decode("iso-8859-1")) is not None


def read(data: bytes) -> Header:
    """Return the statements of the main language, each decoded as CODEPAGE says. Raises Refused.

    Every encoding that is read writes quotes, semicolons and keywords as ASCII does, so the statements are found
    before the encoding is known.
    """
    marked = len(UTF_8_MARK) if data.startswith(UTF_8_MARK) else 0
    found, start = _statements(data.decode("iso-8859-1"), marked)
    codec = _codec(found, marked > 0)
    _refuse_other_encoding(data[marked:start], codec)
    decoded = {}
    for (keyword, variable), (value, line) in found.items():
        key = (keyword, _decoded(variable, codec, line))
        decoded[key] = Statement(_decoded(value, codec, line), line)
    return Header(decoded, start)


def _refuse_other_encoding(head: bytes, codec: str) -> None:
    """Refuse UTF-8 in a file that does not say so: any bytes are ISO-8859-1, but these were not written as such."""
    if codec == "utf-8" or head.isascii():
        return
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError:
        return
    line = next(number for number, line in enumerate(END_OF_LINE.split(text), 1) if not line.isascii())
    raise Refused("encoding", found='UTF-8 without CODEPAGE="UTF-8"', expected="windows-1252", line=line)


def _statements(text: str, at: int) -> tuple[dict[Key, Statement], int]:
    """The statements of the main language as they are written, up to the cells, and where the cells begin."""
    found: dict[Key, Statement] = {}
    counted, line = 0, 1
    for _ in range(MOST_STATEMENTS):
        name = _name(text, at, line)
        line += _lines(text, counted, name.start(1))
        counted = name.start(1)
        if name[1] == DATA:
            return {**found, (DATA, ""): Statement("", line)}, name.end()
        value = VALUE.match(text, name.end())
        if value is None:
            raise Refused("malformed", found=quoted(name[0].strip()), expected='="text";', line=line)
        at = value.end()
        if name[2] or name[1] not in READ:
            continue
        key = (name[1], ", ".join(_texts(name[3])) if name[3] else "")
        if key in found:
            raise Refused("malformed", found=quoted(" ".join(key)), expected="each keyword once", line=line)
        found[key] = Statement(value[0][:-1], line)
    raise Refused("malformed", found=f"> {MOST_STATEMENTS:,}", expected=f"{MOST_STATEMENTS:,} keywords", line=line)


def _name(text: str, at: int, line: int) -> re.Match[str]:
    """The keyword that follows, up to its equals sign; refuse what is none."""
    name = NAME.match(text, at)
    if name is not None:
        return name
    said = quoted(text[at : at + 80].strip())
    if not text[at:].strip():
        raise Refused("truncated", found=quoted(text[-30:].strip()), expected="DATA=", line=1 + _lines(text, 0, at))
    raise Refused("malformed" if at else "layout", found=said, expected='KEYWORD="text";', line=line)


def _codec(found: Mapping[Key, Statement], marked: bool) -> str:
    """The encoding that the file says it is in; a mark of UTF-8 is one way to say so."""
    told = {keyword: found.get((keyword, ""), Statement("", 1)) for keyword in ("CHARSET", "CODEPAGE")}
    charset, codepage = ("".join(_texts(statement.value)) for statement in told.values())
    codec = "utf-8" if marked and not codepage else CODECS.get(codepage.casefold(), "")
    if not codec or charset.casefold() not in CHARSETS or (marked and codec != "utf-8"):
        said = codepage if not codec or marked else charset
        line = told["CODEPAGE" if said == codepage else "CHARSET"].line
        raise Refused("encoding", found=quoted(said), expected="windows-1252 / UTF-8", line=line)
    return codec


def _decoded(text: str, codec: str, line: int) -> str:
    """The text in its true encoding; it was read as ISO-8859-1, one letter a byte."""
    if text.isascii():
        return text
    data = text.encode("iso-8859-1")
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        line += _lines(text, 0, error.start)
        raise Refused("encoding", found=f"the byte 0x{data[error.start]:02X}", expected=codec, line=line) from None


def _texts(value: str) -> list[str]:
    """The texts of a list; pieces with no comma between them are one text."""
    texts = [""]
    for piece in PIECE.finditer(value):
        if piece[1] is None:
            texts.append("")
        else:
            texts[-1] += piece[1]
    return texts


def _lines(text: str, begin: int, end: int) -> int:
    """How many lines end between two places: with CR LF, LF, or CR alone."""
    return text.count("\n", begin, end) or text.count("\r", begin, end)

"""PX files: what is written comes back as a cube, and what is no PX file is refused with its line."""

from __future__ import annotations

import re
import resource
import time
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seg_pipeline.sources.readers import px
from seg_pipeline.sources.readers.cube import Cube
from seg_pipeline.sources.refusal import Refused

Lists = Mapping[str, Sequence[tuple[str, str]]]  # by variable: code and label of each category

SMALL: Lists = {"Alue": [("1", "Itä"), ("2", "Länsi")], "Vuosi": [("a", "2024"), ("b", "2025")]}


def listed(texts: Sequence[str]) -> str:
    return ",\n".join(f'"{text}"' for text in texts)


def written(
    lists: Lists, cells: Sequence[str], contents: str = "Väki 31.12.", head: str = 'CHARSET="ANSI";\n'
) -> bytes:
    """Return a PX file of the variables and cells; its last variable is the heading."""
    names = list(lists)
    body = head + f'MATRIX="t1";\nCONTENTS="{contents}";\nUNITS="henkilö";\nSTUB={listed(names[:-1])};\n'
    body += f"HEADING={listed(names[-1:])};\n" if names else ""
    body += "".join(f'VALUES("{name}")={listed([label for _, label in pairs])};\n' for name, pairs in lists.items())
    body += "".join(f'CODES("{name}")={listed([code for code, _ in pairs])};\n' for name, pairs in lists.items())
    return (body + "DATA=\n" + "\n".join(cells) + ";\n").encode("cp1252")


def small(cells: str = '1 ".."\n"." 4') -> str:
    return written(SMALL, [cells]).decode("cp1252")


words = st.text(st.characters(codec="cp1252", exclude_characters='"', exclude_categories=["Cc"]), max_size=9)
cell = st.one_of(
    st.integers(-(10**14), 10**14).map(str),
    st.decimals(-(10**6), 10**6, places=2).map(lambda number: f"{number:f}"),
    st.sampled_from([f'"{"." * dots}"' for dots in range(1, 7)]),
    st.just('"-"'),
)


@st.composite
def files(draw: st.DrawFn) -> tuple[Lists, list[str]]:
    names = draw(st.lists(words.filter(str.strip), min_size=2, max_size=4, unique=True))
    lists = {
        name: [(str(at), draw(words)) for at in range(draw(st.integers(1, 4)))] for name in names
    }  # fmt: skip
    many = int(np.prod([len(pairs) for pairs in lists.values()]))
    return lists, draw(st.lists(cell, min_size=many, max_size=many))


@given(files())
def test_a_file_comes_back_as_it_was_written(file: tuple[Lists, list[str]]) -> None:
    lists, cells = file
    data = written(lists, cells)
    try:
        cube = px.read(data)
    except Refused as refused:  # letters that happen to be UTF-8 as well are, rightly, not taken for windows-1252
        assert refused.refusal == "encoding" and data.decode("utf-8")
        return
    assert [(d.code, d.codes, d.labels) for d in cube.dimensions] == [
        (name, tuple(code for code, _ in pairs), tuple(label for _, label in pairs)) for name, pairs in lists.items()
    ]
    assert cube.marks.tolist() == [cell.strip('"') if cell[0] == '"' else "" for cell in cells]
    expected = [np.nan if cell[0] == '"' else float(cell) for cell in cells]
    np.testing.assert_array_equal(cube.values, expected)


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_read_or_refused(tail: bytes, opened: bool) -> None:
    data = (b'CHARSET="ANSI";' if opened else b"") + tail
    try:
        assert isinstance(px.read(data), Cube)
    except Refused as refused:
        assert refused.message("fi") and refused.message("sv") and refused.message("en")
    assert isinstance(px.table(data), str)


@settings(max_examples=300)
@given(st.data())
def test_a_spoilt_file_is_read_or_refused(data: st.DataObject) -> None:
    whole = small().encode("cp1252")
    begin = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(begin, len(whole)))
    spoilt = whole[:begin] + data.draw(st.binary(max_size=5)) + whole[end:]
    try:
        assert px.read(spoilt).values.shape[0] == np.prod([len(d.codes) for d in px.read(spoilt).dimensions])
    except Refused as refused:
        assert refused.message()


FORMS = {
    "as it is": small().encode("cp1252"),
    "CR LF": small().replace("\n", "\r\n").encode("cp1252"),
    "CR alone": small().replace("\n", "\r").encode("cp1252"),
    "all in one line": small().replace("\n", " ").encode("cp1252"),
    "tabs between cells": small('1\t".."\t"."\t4').encode("cp1252"),
    "the end of file of DOS": small().encode("cp1252") + b"\x1a",
    "UTF-8 that says so": small().replace("UNITS", 'CODEPAGE="UTF-8";\nUNITS').encode("utf-8"),
    "UTF-8 with its mark": small().encode("utf-8-sig"),
    "windows-1252 that says so": small().replace("UNITS", 'CODEPAGE="Windows-1252";\nUNITS').encode("cp1252"),
    "no CHARSET": small().replace('CHARSET="ANSI";\n', "").encode("cp1252"),
    "another language beside": small()
    .replace("DATA=", 'LANGUAGES="fi","sv";\nSTUB[sv]="Område";\nVALUES[sv]("Område")="Öst","Väst";\nDATA=')
    .encode("cp1252"),
    "a text over two lines": small().replace('"Itä"', '"It"\n"ä"').encode("cp1252"),
    "keywords that nobody reads": small()
    .replace("DATA=", 'CONTVARIABLE="Vuosi";\nTIMEVAL("Vuosi")=TLIST(A1),"2024";\nPRECISION("Vuosi","2024")=0;\nDATA=')
    .encode("cp1252"),
    "DATA= and a semicolon in a note": small().replace("DATA=", 'NOTE="ei; DATA=1 2 3;#";\nDATA=').encode("cp1252"),
    "notes twice": small().replace("DATA=", 'NOTE="a";\nNOTE="b";\nDATA=').encode("cp1252"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_file_is_the_same_cube(form: str) -> None:
    cube = px.read(FORMS[form])
    assert cube.dimensions[0].labels == ("Itä", "Länsi")
    np.testing.assert_array_equal(cube.values, [1, np.nan, np.nan, 4])
    assert cube.marks.tolist() == ["", "..", ".", ""]
    assert (cube.title, px.table(FORMS[form])) == ("Väki 31.12.", "t1")


def test_without_codes_the_labels_are_the_codes() -> None:
    cube = px.read(re.sub(r"CODES[^;]*;\n", "", small()).encode("cp1252"))
    assert cube.dimension("alue").codes == cube.dimension("alue").labels == ("Itä", "Länsi")


BAD: dict[str, tuple[bytes, str, int | None]] = {
    "nothing": (b"", "empty", None),
    "blank lines": (b"\r\n \r\n", "empty", None),
    "UTF-16": (small().encode("utf-16"), "encoding", 1),
    "binary": (b"\x00\x01" + small().encode("cp1252"), "encoding", 1),
    "UTF-8 that does not say so": (small().encode("utf-8"), "encoding", 3),
    "a byte that windows-1252 lacks": (small().encode("cp1252").replace("ä".encode("cp1252"), b"\x81"), "encoding", 3),
    "windows-1252 for UTF-8": (
        small().replace("UNITS", 'CODEPAGE="UTF-8";\nUNITS').encode("cp1252"), "encoding", 3),
    "an unknown code page": (small().replace("UNITS", 'CODEPAGE="KOI8-R";\nUNITS').encode("cp1252"), "encoding", 4),
    "a DOS code page": (small().replace('"ANSI"', '"OEM"').encode("cp1252"), "encoding", 1),
    "JSON": (b'{"class": "dataset"}', "layout", 1),
    "CSV": (b'"Alue","Vuosi"\n"a",1\n', "layout", 1),
    "a web page": (b"<!DOCTYPE html><html></html>", "layout", 1),
    "cut in a keyword": (small()[:60].encode("cp1252"), "malformed", 4),
    "cut before the cells": (small().split("DATA=")[0].encode("cp1252"), "truncated", 14),
    "cut in the cells": (small().split('"." 4')[0].encode("cp1252"), "truncated", 17),
    "the last cell without its end": (small().replace("4;", "4").encode("cp1252"), "truncated", 18),
    "a cell too few": (small('1 ".." "."').encode("cp1252"), "cells", 15),
    "a cell too many": (small('1 ".." "." 4 5').encode("cp1252"), "cells", 15),
    "no cell": (small(" ").encode("cp1252"), "cells", 15),
    "a word": (small('1 ".."\nx 4').encode("cp1252"), "not_a_number", 17),
    "not a number": (small('1 ".."\nNaN 4').encode("cp1252"), "not_a_number", 17),
    "infinity": (small('1 ".."\n4 Infinity').encode("cp1252"), "not_a_number", 17),
    "an exponent": (small('1 ".."\n1e3 4').encode("cp1252"), "not_a_number", 17),
    "a decimal comma": (small('1 ".."\n1,5 4').encode("cp1252"), "not_a_number", 17),
    "hexadecimal": (small('1 ".."\n0x1A 4').encode("cp1252"), "not_a_number", 17),
    "a huge number": (small('1 ".."\n' + "9" * 400 + " 4").encode("cp1252"), "not_a_number", 17),
    "digits of another script": (small('1 "..\"\n' + "²" + " 4").encode("cp1252"), "not_a_number", 17),
    "a bare mark": (small('1 ..\n"." 4').encode("cp1252"), "not_a_number", 16),
    "seven dots": (small('1 "......."\n"." 4').encode("cp1252"), "not_a_number", 16),
    "marks without a space": (small('1 ".."".." 4').encode("cp1252"), "not_a_number", 16),
    "a formula": (small('1 ".."\n=1+1 4').encode("cp1252"), "not_a_number", 17),
    "more after the cells": (small().encode("cp1252") + b"NOTE=1;", "malformed", 18),
    "an open quote": (small().replace('"Itä"', '"Itä').encode("cp1252"), "malformed", 7),
    "VALUES without quotes": (small().replace('"Itä"', "Itä").encode("cp1252"), "malformed", 7),
    "no VALUES": (small().replace("VALUES", "VALYES").encode("cp1252"), "layout", 15),
    "VALUES twice": (small().replace("DATA", 'VALUES("Alue")="x","y";\nDATA').encode("cp1252"), "malformed", 15),
    "no variables": (re.sub("(STUB|HEADING)[^;]*;\n", "", small()).encode("cp1252"), "layout", 13),
    "a variable twice": (small().replace('HEADING="Vuosi"', 'HEADING="Alue"').encode("cp1252"), "malformed", 5),
    "fewer codes than labels": (small().replace('"1",\n"2"', '"1"').encode("cp1252"), "fields", 11),
    "a code twice": (small().replace('"1",\n"2"', '"1",\n"1"').encode("cp1252"), "malformed", 11),
    "the sparse form": (small().replace("DATA=", 'KEYS("Alue")=CODES;\nDATA=').encode("cp1252"), "sparse", 15),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_whole_px_file_is_refused_with_its_line(name: str) -> None:
    data, refusal, line = BAD[name]
    with pytest.raises(Refused) as refused:
        px.read(data)
    assert (refused.value.refusal, refused.value.line) == (refusal, line), refused.value.message()


MANY = 1 << 20
HOSTILE = {
    "quotes": b'CHARSET="ANSI";TITLE=' + b'"' * 20 * MANY,
    "open brackets": b"VALUES(" * 4 * MANY,
    "pieces of a text": b'TITLE=' + b'"a" ' * 4 * MANY + b'x;',
    "commas": b'STUB=' + b'"a",' * 4 * MANY + b';DATA=1;',
    "keywords": b'NOTE="a";' * 4 * MANY,
    "blanks": b'CHARSET="ANSI";' + b" " * 30 * MANY,
    "keyword without end": b"A" * 30 * MANY,
    "cells": written(SMALL, ["0 " * 16 * MANY]),
    "marks": written(SMALL, ['".." ' * 6 * MANY]),
    "cells that end badly": written(SMALL, ["12 " * 10 * MANY + "x"]),
    "dots": written(SMALL, ['"' + "." * 20 * MANY + '"']),
    "too large": b'CHARSET="ANSI";' + b"0" * (px.LARGEST + 1),
    "huge dimensions": written(
        {name: [(str(at), str(at)) for at in range(2000)] for name in "abcdefgh"}, ["1"]),
    "many dimensions": written({f"v{at}": [("1", "1")] for at in range(200)}, ["1"]),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_time_and_memory(name: str) -> None:
    begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Refused):
        px.read(HOSTILE[name])
    assert time.monotonic() - begun < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2 << 20  # KiB

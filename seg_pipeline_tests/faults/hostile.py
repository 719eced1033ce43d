"""Hostile bytes for every reader: what is cut, spoiled, swollen, nested, mislabelled, or of another kind altogether.

Run as a program it tries all of them against one source and prints, as JSON, what went wrong and what it cost:
``python -m seg_pipeline_tests.faults.hostile SOURCE``.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import time
import zipfile
from collections.abc import Iterator

import numpy as np

from seg_pipeline import settings
from seg_pipeline.quality import contracts
from seg_pipeline.sources import all_sources, bundle
from seg_pipeline.sources.bundle import Body
from seg_pipeline.sources.refusal import Refused

RELEASE = "2026"
MANY = 3_000_000
TYPES = "[Content_Types].xml"
SPOILT = 14  # copies of each true delivery with random bytes changed


def deflated(*entries: tuple[str, bytes]) -> bytes:
    """Return a compressed zip container."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as container:
        for name, data in entries:
            container.writestr(name, data)
    return sink.getvalue()


def of_no_kind() -> Iterator[tuple[str, bytes]]:
    """Yield bytes that no source delivers."""
    laughs = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
        + b"".join(b'<!ENTITY %c "%s">' % (97 + at, b"&%c;" % (96 + at) * 10) for at in range(1, 10))
        + b"]><x>&j;</x>"
    )
    wide = b";".join(b"c%d" % at for at in range(200_000)) + b"\n"
    yield from {
        "nothing": b"",
        "blanks": b" \r\n\t\n" * 100,
        "one byte": b"x",
        "zeros": bytes(100_000),
        "every byte": bytes(range(256)) * 500,
        "random": np.random.default_rng(1).bytes(200_000),
        "UTF-16": "area_id;count\n1;2\n".encode("utf-16"),
        "UTF-32": "area_id;count\n1;2\n".encode("utf-32"),
        "a web page": b"<!DOCTYPE html>\n<html><body>Kirjaudu</body></html>\n",
        "an XML bomb": laughs,
        "a deep array": b"[" * 200_000,
        "a deep object": b'{"a":' * 100_000,
        "deep and closed": b"[" * 100_000 + b"]" * 100_000,
        "not a number": b'[NaN, Infinity, -Infinity]',
        "a huge number": b'{"value": [1e999, ' + b"9" * 100_000 + b"]}",
        "a repeated key": b'{"id": ["a"], "id": ["b"], "size": [1], "size": [2], "value": [1]}',
        "a lone surrogate": b'{"title": "\\ud800", "variables": []}',
        "null": b"null",
        "an empty list": b"[]",
        "an empty object": b"{}",
        "one long line": b"x" * MANY,
        "many short lines": b"\n" * MANY,
        "many separators": b";" * MANY + b"\n",
        "a wide header": wide,
        "an open quote": b'"area_id;' + b"x;" * 100_000,
        "a carriage return": b"a;b\r1;2\r",
        "mixed line ends": b"a;b\r\n1;2\n3;4\r5;6\r\n",
        "an empty zip": deflated(),
        "a zip bomb": deflated(("xl/workbook.xml", bytes(300 << 20))),
        "a path that escapes": deflated(("../../etc/passwd", b"root")),
        "a workbook without sheets": deflated((TYPES, b"<Types/>"), ("xl/workbook.xml", b"<workbook/>")),
        "a workbook with a bomb": deflated((TYPES, laughs), ("xl/workbook.xml", laughs)),
        "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096),
        "an empty database": b"SQLite format 3\x00" + bytes(4080),
        "parquet without a footer": b"PAR1" + bytes(100) + b"PAR1",
        "a PX file without data": b'CHARSET="ANSI";\nTITLE="x";\nDATA=\n',
        "a PX file that never ends": b'CHARSET="ANSI";\nTITLE="' + b"x" * 100_000,
        "a shapefile header": b"\x00\x00\x27\x0a" + bytes(96),
        "an empty bundle": bundle.pack([]),
        "a bundle of nonsense": bundle.pack([Body(name, "x", b"{") for name in ("metadata", "regions", "data", "0")]),
        "a bundle of nulls": bundle.pack([Body(name, "x", b"null") for name in ("metadata", "regions", "data", "0")]),
    }.items()  # fmt: skip


def of_this_kind(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a true delivery cut and spoiled in many ways."""
    size = len(data)
    for at in (1, 3, size // 7, size // 3, size // 2, size * 9 // 10, size - 30, size - 1):
        yield f"cut at {at}", data[:at]
    lines = data.split(b"\n")
    half = b"\n".join(lines[: len(lines) // 2]) + b"\n"
    yield from {
        "twice": data + data, "half of the lines": half, "a byte more": data + b"x",
        "a zero inside": data[: size // 2] + b"\0" + data[size // 2 :],
        "a mark before": b"\xef\xbb\xbf" + data, "another mark before": b"\xff\xfe" + data,
        "no line ends": data.replace(b"\n", b" "), "other line ends": data.replace(b"\r", b"").replace(b"\n", b"\r"),
        "lines turned round": b"\n".join(reversed(lines)), "a line twice": b"\n".join([*lines[:5], *lines[4:]]),
        "every digit a nine": data.translate(bytes.maketrans(b"012345678", b"999999999")),
        "every digit a minus": data.translate(bytes.maketrans(b"12345", b"-----")),
        "separators swapped": data.translate(bytes.maketrans(b";,", b",;")),
        "quotes gone": data.replace(b'"', b""), "quotes for letters": data.replace(b"a", b'"'),
        "formulas": data.replace(b"Keksitty", b"=cmd|' /C calc'!A0"),
    }.items()  # fmt: skip
    draw = np.random.default_rng(7)
    for copy in range(SPOILT):
        spoilt = np.frombuffer(data, np.uint8).copy()
        where = draw.integers(0, size, 1 + copy * 3)
        spoilt[where] = draw.integers(0, 256, len(where))
        yield f"random bytes {copy}", spoilt.tobytes()


def corpus(source: str) -> Iterator[tuple[str, bytes]]:
    """Yield every hostile file for a source, by what it is."""
    yield from of_no_kind()
    for path in sorted(settings.DEMO.glob("*/made_up_*")):
        data = path.read_bytes()
        if path.parent.name == source:
            yield from ((f"{path.name}: {name}", spoilt) for name, spoilt in of_this_kind(data))
        else:
            yield f"{path.name}: another source's delivery", data


def tried(source: str) -> dict[str, object]:
    """Try the corpus against a source: no crash, no half table, no long wait."""
    wrong, slowest, cases = [], (0.0, ""), 0
    for name, data in corpus(source):
        begun = time.monotonic()
        try:
            delivered = all_sources()[source].tables(data, RELEASE, "hostile")
            all_sources()[source].part(data)
            broken = [str(f) for table, made in delivered.tables.items() for f in contracts.findings(made, table)]
            wrong += [f"{name}: a table that breaks its contract: {broken[0]}"] if broken else []
        except Refused as refused:
            if refused.refusal == "unreadable" or not refused.message("fi") or len(refused.message("sv")) > 2_000:
                wrong.append(f"{name}: {refused.message()} ({refused.__cause__!r:.200})")
        except Exception as error:  # noqa: BLE001  whatever it is, it is what is looked for
            wrong.append(f"{name}: {type(error).__name__}: {error!s:.200}")
        slowest = max(slowest, (time.monotonic() - begun, name))
        cases += 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"cases": cases, "wrong": wrong, "seconds": slowest[0], "slowest": slowest[1], "mebibytes": peak}


if __name__ == "__main__":
    print(json.dumps(tried(sys.argv[1]), ensure_ascii=False, indent=1))  # noqa: T201  this is its answer

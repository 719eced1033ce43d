"""Several answers of a service as one delivery: the raw bodies, untouched, under a list of where each came from.

A bundle is a zip container without compression and without times, so that the same answers are the same bytes.
It is read in memory; nothing is ever unpacked into a folder.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass

from seg_pipeline.sources.refusal import Refused

LIST = "requests.json"
FORMAT = "seg-bundle-1"
NO_TIME = (1980, 1, 1, 0, 0, 0)
LARGEST = 1 << 30  # bytes of all bodies together


@dataclass(frozen=True)
class Body:
    """One answer: a name that says what it is about, the address that was asked, and the bytes that came."""

    name: str
    url: str
    data: bytes
    question: str = ""  # the body of a POST


def pack(bodies: Iterable[Body]) -> bytes:
    """Return `bodies`, in the order given, as the bytes of one delivery."""
    kept = list(bodies)
    listed = {"format": FORMAT, "bodies": [{"name": b.name, "url": b.url, "question": b.question} for b in kept]}
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as container:
        _put(container, LIST, json.dumps(listed, ensure_ascii=False, indent=1).encode())
        for at, body in enumerate(kept):
            _put(container, f"{at:04}", body.data)
    return sink.getvalue()


def looks_like(data: bytes) -> bool:
    """True for a bundle, by its first entry."""
    return data.startswith(b"PK\x03\x04") and data[30 : 30 + len(LIST)] == LIST.encode()


def unpack(data: bytes) -> list[Body]:
    """Return the bodies in a bundle. Raises Refused when it is cut, altered, or larger than a bundle can be."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as container:
            size = sum(entry.file_size for entry in container.infolist())
            if size > LARGEST:
                raise Refused("too_large", found=str(size), expected=str(LARGEST))
            if size > len(data):  # nothing in a bundle is compressed, and no two bodies share bytes
                raise Refused("malformed", found="packed_container", expected="whole_bundle")
            listed = json.loads(container.read(LIST))
            return [
                Body(_text(body["name"]), _text(body["url"]), container.read(f"{at:04}"), _text(body["question"]))
                for at, body in enumerate(listed["bodies"])
            ]
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError, NotImplementedError, RuntimeError):
        raise Refused("malformed", found="broken_container", expected="whole_bundle") from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not text")
    return value


def _put(container: zipfile.ZipFile, name: str, data: bytes) -> None:
    container.writestr(zipfile.ZipInfo(name, NO_TIME), data)

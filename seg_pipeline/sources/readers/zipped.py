"""Zip files in memory: what is in one, within bounds. Nothing is ever unpacked into a folder."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import PurePosixPath

from seg_pipeline.sources.refusal import Refused

SIGNATURE = b"PK\x03\x04"
LARGEST = 128 << 20  # bytes of all files together
MOST_FILES = 64
BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, LookupError, ValueError, RuntimeError)


def looks_like(data: bytes) -> bool:
    """True for a zip container."""
    return data.startswith(SIGNATURE)


def unzipped(data: bytes) -> dict[str, bytes]:
    """Return the files in a zip by their names, without folders; nothing is written anywhere. Raises Refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as container:
            entries = [entry for entry in container.infolist() if not entry.is_dir()]
            size = sum(entry.file_size for entry in entries)
            if size > LARGEST or len(entries) > MOST_FILES:
                raise Refused("too_large", found=f"{size:,}", expected=f"{LARGEST:,}")
            names = [PurePosixPath(entry.filename).name for entry in entries]
            if len(set(names)) < len(names):
                raise Refused("malformed", found="two files of one name", expected="a zip of one folder")
            return {PurePosixPath(entry.filename).name: _bounded(container, entry) for entry in entries}
    except BROKEN as error:
        raise Refused("malformed", found=type(error).__name__, expected="a zip that is whole") from None


def _bounded(container: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Return an entry's bytes, no more than it declares."""
    with container.open(entry) as file:
        return file.read(entry.file_size)


def zipped(files: dict[str, bytes]) -> bytes:
    """Return files as a zip in memory, without compression."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as container:
        for name, data in files.items():
            container.writestr(name, data)
    return sink.getvalue()

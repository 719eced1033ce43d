"""Shapefiles, zipped, and the DBF tables in them, which may also come alone.

Of a zip only the parts of one shapefile are taken, under names of our own; nothing is unpacked into a folder.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pandas as pd

from seg_pipeline.sources.readers.gdal import through_gdal
from seg_pipeline.sources.readers.systems import system
from seg_pipeline.sources.readers.vector import MOST_CELLS, MOST_COLUMNS, Layer, refuse_more
from seg_pipeline.sources.readers.zipped import zipped
from seg_pipeline.sources.refusal import Refused, quoted

PARTS = (".shp", ".shx", ".dbf", ".prj")
ENCODING = ".cpg"
PART = b"\x00\x00\x27\x0a"  # what .shp and .shx begin with
TABLE_VERSIONS = b"\x03\x30\x83\x8b"


def looks_like_table(data: bytes) -> bool:
    """True for a DBF table: its version, a date, and a header that ends where it says."""
    if len(data) < 33 or data[0] not in TABLE_VERSIONS or not 1 <= data[2] <= 12:
        return False
    header = int(struct.unpack_from("<H", data, 8)[0])
    return header >= 33 and header <= len(data) and data[header - 1] == 0x0D


def refuse_alone(data: bytes) -> None:
    """Refuse the geometry of a shapefile that comes without its other parts."""
    if data.startswith(PART):
        raise Refused("missing_part", found=quoted(".shp / .shx"), expected=quoted(".dbf"))


def read(entries: dict[str, bytes]) -> Layer:
    """Return the layer of the one shapefile among the files of a zip. Raises Refused when a part is missing."""
    stems = sorted(name[:-4] for name in entries if name.lower().endswith(".shp"))
    if len(stems) != 1:
        raise Refused("layers", found=quoted(", ".join(sorted(entries))), expected="one_shapefile")
    parts = {name[-4:].lower(): data for name, data in entries.items() if name[:-4] == stems[0]}
    for part in PARTS:
        if not parts.get(part):
            raise Refused("missing_part", found=quoted(", ".join(sorted(entries))), expected=quoted(stems[0] + part))
    crs = system(parts[".prj"].decode("utf-8", "replace").strip())
    _refuse_cut(parts[".shp"], parts[".dbf"])
    kept = {f"layer{part}": parts[part] for part in (*PARTS, ENCODING) if part in parts}
    return through_gdal(zipped(kept), crs, stems[0])


def _refuse_cut(shp: bytes, table: bytes) -> None:
    """Refuse a shapefile whose geometry or table is not as long as its header says."""
    long = 2 * int(struct.unpack_from(">i", shp.ljust(28, b"\0"), 24)[0])
    if len(shp) < 100 or long != len(shp):
        raise Refused("truncated", found=f"{len(shp):,} bytes", expected=f"{long:,} bytes")
    if not looks_like_table(table):
        raise Refused("malformed", found="another table", expected="a DBF table")
    many, header, record = struct.unpack_from("<IHH", table, 4)
    if len(table) < header + many * record:
        raise Refused("truncated", found=f"{len(table):,} bytes", expected=f"{header + many * record:,} bytes")


def table(data: bytes) -> Layer:
    """Return a DBF table as a layer without shapes, its cells as text. Raises Refused."""
    many, header, width = struct.unpack_from("<IHH", data, 4)
    if len(data) < header + many * width:
        line = max(0, len(data) - header) // max(width, 1) + 1
        raise Refused("truncated", f"{len(data):,} bytes", f"{header + many * width:,} bytes", line)
    fields = [data[at : at + 32] for at in range(32, header - 1, 32)]
    widths = [field[16] for field in fields]
    if any(len(field) < 32 for field in fields) or sum(widths) + 1 != width or not all(widths):
        raise Refused("malformed", found=f"{sum(widths) + 1} bytes", expected=f"a record of {width} bytes", line=1)
    refuse_more(len(fields), MOST_COLUMNS, "columns")
    refuse_more(many * len(fields), MOST_CELLS, "cells")
    names = [field[:11].split(b"\0")[0].decode("ascii", "replace") for field in fields]
    if len(set(names)) != len(names):
        twice = next(name for at, name in enumerate(names) if name in names[:at])
        raise Refused("duplicate_column", found=quoted(twice), column=twice)
    records = np.frombuffer(data, dtype=np.uint8, count=many * width, offset=header).reshape(many, width)
    if not np.isin(records[:, 0], (0x20, 0x2A)).all():
        at = int((~np.isin(records[:, 0], (0x20, 0x2A))).argmax())
        raise Refused("malformed", found=f"the byte 0x{records[at, 0]:02X}", expected="a record", line=at + 1)
    records = records[records[:, 0] == 0x20]  # a record that is marked as deleted is no record
    edges = np.cumsum([1, *widths])
    table: dict[str, Any] = {
        name: _cells(np.ascontiguousarray(records[:, begin:end]))
        for name, begin, end in zip(names, edges[:-1], edges[1:], strict=True)
    }
    return Layer(pd.DataFrame(table, dtype=object, index=range(len(records))), None, "")


def _cells(column: np.ndarray[Any, np.dtype[np.uint8]]) -> list[str]:
    cells = column.view(f"S{column.shape[1]}").ravel().tolist()
    return [cell.decode("utf-8", "replace").strip() for cell in cells]

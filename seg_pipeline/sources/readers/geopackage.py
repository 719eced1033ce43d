"""GeoPackages: SQLite databases, looked through before anything is read.

A database is opened in memory, read-only; no extension is loaded and no trigger runs. One with views, computed
columns, or virtual tables other than a spatial index is refused: reading it could run what its author wrote.
"""

from __future__ import annotations

import re
import sqlite3
import time

from seg_pipeline.sources.readers.gdal import through_gdal
from seg_pipeline.sources.readers.systems import system
from seg_pipeline.sources.readers.vector import LARGEST, Layer
from seg_pipeline.sources.refusal import Refused, quoted

SIGNATURE = b"SQLite format 3\0"
APPLICATIONS = (b"GPKG", b"GP10", b"GP11")
PLAIN_NAME = re.compile(r"[\w\- ]{1,100}")
SPATIAL_INDEX = re.compile(r"\s*CREATE\s+VIRTUAL\s+TABLE\s+[^()]{1,250}\s+USING\s+rtree\s*\(", re.IGNORECASE)
SECONDS = 5.0  # that looking through a database may take
JOURNAL = slice(18, 20)  # bytes that say whether a write-ahead log stands beside the file; none does in a delivery
SCHEMA = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('view', 'table')"
COMPUTED = (
    "SELECT t.name FROM sqlite_master t, pragma_table_xinfo(t.name) c WHERE t.type = 'table' AND c.hidden > 1 LIMIT 1"
)
LAYERS = (
    "SELECT c.table_name, s.organization, s.organization_coordsys_id FROM gpkg_contents c "
    "JOIN gpkg_geometry_columns g ON g.table_name = c.table_name "
    "JOIN sqlite_master m ON m.name = c.table_name AND m.type = 'table' "
    "JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id WHERE c.data_type = 'features' ORDER BY 1 LIMIT 5"
)
WHOLE = "a GeoPackage that is whole"


def looks_like(data: bytes) -> bool:
    """True for an SQLite database."""
    return data.startswith(SIGNATURE)


def read(data: bytes) -> Layer:
    """Return the one layer of features of a GeoPackage. Raises Refused."""
    if len(data) > LARGEST:
        raise Refused("too_large", found=f"{len(data):,}", expected=f"{LARGEST:,}")
    if data[68:72] not in APPLICATIONS:
        raise Refused("layout", found=quoted(data[68:72].decode("latin-1")), expected="a GeoPackage")
    data = data[: JOURNAL.start] + b"\1\1" + data[JOURNAL.stop :]
    layers = _looked_through(data)
    if len(layers) != 1 or not PLAIN_NAME.fullmatch(layers[0][0]):
        raise Refused("layers", found=quoted(", ".join(name for name, _ in layers)), expected="one_layer")
    name, crs = layers[0]
    return through_gdal(data, system(crs), name)


def _looked_through(data: bytes) -> list[tuple[str, str]]:
    """Return the layers of features, each with its system; refuse a database that does more than hold them."""
    until = time.monotonic() + SECONDS
    base = sqlite3.connect(":memory:")
    try:
        base.deserialize(data)
        base.set_progress_handler(lambda: time.monotonic() > until, 10_000)
        base.execute("PRAGMA trusted_schema = OFF")
        _refuse_acting(base)
        if base.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise Refused("malformed", found="pages that do not fit together", expected=WHOLE)
        return [(str(name), f"{str(who).upper()}:{code}") for name, who, code in base.execute(LAYERS)]
    except (sqlite3.Error, UnicodeError) as error:
        raise Refused("malformed", found=quoted(str(error)), expected=WHOLE) from None
    finally:
        base.close()


def _refuse_acting(base: sqlite3.Connection) -> None:
    """Refuse views, virtual tables and computed columns."""
    for kind, name, sql in base.execute(SCHEMA):
        virtual = "VIRTUAL" in str(sql).upper()[:60]
        if kind == "view" or (virtual and not SPATIAL_INDEX.match(str(sql))):
            raise Refused("database", found=quoted(str(name)))
    computed = base.execute(COMPUTED).fetchone()
    if computed:
        raise Refused("database", found=quoted(str(computed[0])))

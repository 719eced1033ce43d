"""A made-up HSY grid: cells of 250 m around the made-up postal areas of three cities, as the zip that is received.

The zip holds a shapefile in EPSG:3879 and, because its cells name no municipality, the made-up municipal boundaries.
As in the real files, all ages are 99 in a cell of fewer than 100 people, cells of fewer than 5 are absent, and one
cell in the sea holds the people whose home is not known. It is stored, not compressed, so that its bytes stay the same.
"""

from __future__ import annotations

import csv
import io
import json
import runpy
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import numpy as np
from pyproj import Transformer

SEED = 20260131
CITIES = ("091", "049", "092")
CELL = 250
PER_CELL, MOST_CELLS = 450, 5
ABSENT_BELOW, HIDDEN_BELOW, HIDDEN = 5, 100, 99
UNLOCATED, SEA = 14_200, (25_500_000, 6_640_000)
AGES = (0.107, 0.107, 0.135, 0.152, 0.142, 0.122, 0.107, 0.081, 0.047)
COLUMNS = ("INDEX", "ASUKKAITA", "ASVALJYYS", "IKA0_9", "IKA10_19", "IKA20_29", "IKA30_39", "IKA40_49", "IKA50_59",
           "IKA60_69", "IKA70_79", "IKA_YLI80")  # fmt: skip
WIDTH = 11  # characters of a number in the table
PAAVO = Path(__file__).parents[1] / "paavo" / "made_up_paavo_2018.csv"
STEM = "made_up_Vaestotietoruudukko_2025"
SYSTEM = (
    'PROJCS["ETRS89_ETRS_GK25FIN_2010",GEOGCS["GCS_ETRS_1989",DATUM["D_ETRS_1989",'
    'SPHEROID["Geodetic_Reference_System_of_1980",6378137,298.2572221008916]],PRIMEM["Greenwich",0],'
    'UNIT["Degree",0.017453292519943295]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],'
    'PARAMETER["central_meridian",25],PARAMETER["scale_factor",1],PARAMETER["false_easting",25500000],'
    'PARAMETER["false_northing",0],UNIT["Meter",1]]'
)

Place = tuple[int, int]


def deliveries() -> Iterator[tuple[str, bytes]]:
    """Yield the one file."""
    found = sorted(cells().items())
    polygons, index = shapes([place for place, _ in found])
    numbers = table([(at, people) for at, (_, people) in enumerate(found, 1)])
    files = {f"{STEM}.shp": polygons, f"{STEM}.shx": index, f"{STEM}.dbf": numbers, f"{STEM}.prj": SYSTEM.encode(),
             "made_up_kunnat.geojson": towns()}  # fmt: skip
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as container:
        for name, data in files.items():
            container.writestr(zipfile.ZipInfo(name, (2026, 1, 31, 0, 0, 0)), data)
    yield "hsy_grid/made_up_hsy_grid_2025.zip", sink.getvalue()


def cells() -> dict[Place, int]:
    """Return the people of each cell, by its lower left corner; last, those whose home is not known."""
    metres = Transformer.from_crs("EPSG:3067", "EPSG:3879", always_xy=True)
    found: dict[Place, int] = {}
    with PAAVO.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["kuntano"] not in CITIES:
                continue
            east, north = metres.transform(float(row["euref_x"]), float(row["euref_y"]))
            for at, people in enumerate(_shares(row["postinumero"], int(row["he_vakiy"] or 0))):
                place = (int(east) // CELL * CELL + at % 3 * CELL, int(north) // CELL * CELL + at // 3 * CELL)
                if people >= ABSENT_BELOW:
                    found.setdefault(place, people)
    return found | {SEA: UNLOCATED}


def _shares(code: str, people: int) -> list[int]:
    draw = np.random.default_rng([SEED, crc32(code.encode()), 2])
    many = min(MOST_CELLS, people // PER_CELL + 1)
    held = min(people, many * PER_CELL)  # an area has more cells than are made up here
    return np.rint(draw.dirichlet(np.full(many, 1.2)) * held).astype(int).tolist()


def table(cells: list[tuple[int, int]]) -> bytes:
    """Return the cells' numbers as a DBF table."""
    width = WIDTH * len(COLUMNS) + 1
    head = struct.pack("<4BI2H20x", 3, 126, 1, 31, len(cells), 32 * len(COLUMNS) + 33, width)
    fields = b"".join(struct.pack("<11sc4xBB14x", name.encode(), b"N", WIDTH, 0) for name in COLUMNS)
    rows = "".join(" " + "".join(f"{number:>{WIDTH}}" for number in _numbers(*cell)) for cell in cells)
    return head + fields + b"\x0d" + rows.encode() + b"\x1a"


def _numbers(index: int, people: int) -> tuple[int, ...]:
    crowded = 999_999_999 if people == UNLOCATED else 30 + index % 17
    if people < HIDDEN_BELOW:
        return index, people, crowded, *(HIDDEN,) * len(AGES)
    ages = [int(people * share) for share in AGES]
    return index, people, crowded, *ages[:-1], people - sum(ages[:-1])


def shapes(corners: list[Place]) -> tuple[bytes, bytes]:
    """Return the squares over the corners as the two files of a shapefile's geometry."""
    squares = [_square(*corner) for corner in corners]
    long = len(squares[0])
    x, y = ([float(corner[axis]) for corner in corners] for axis in (0, 1))
    box = struct.pack("<4d32x", min(x), min(y), max(x) + CELL, max(y) + CELL)
    words = long // 2
    records = [struct.pack(">2i", at, words) + square for at, square in enumerate(squares, 1)]
    entries = [struct.pack(">2i", 50 + at * (words + 4), words) for at in range(len(squares))]
    return _headed(box, b"".join(records)), _headed(box, b"".join(entries))


def _square(x: int, y: int) -> bytes:
    ring = (x, y, x, y + CELL, x + CELL, y + CELL, x + CELL, y, x, y)  # clockwise, as an outer ring has to be
    return struct.pack("<i4d3i10d", 5, x, y, x + CELL, y + CELL, 1, 5, 0, *ring)


def _headed(box: bytes, body: bytes) -> bytes:
    return struct.pack(">i20xi", 9994, (100 + len(body)) // 2) + struct.pack("<2i", 1000, 5) + box + body


def towns() -> bytes:
    """Return the made-up boundaries of the three cities."""
    made = runpy.run_path(str(Path(__file__).with_name("municipal_boundaries.py")))["deliveries"]
    ((_, data),) = made()
    told = json.loads(data)
    told["features"] = [one for one in told["features"] if one["properties"]["kunta"] in CITIES]
    told["name"] = "made_up_kunnat KEKSITTYÄ AINEISTOA - made-up data"
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()

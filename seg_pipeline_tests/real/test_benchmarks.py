"""Published values of the indices: PySAL on Sacramento, R's `segregation` on its schools."""

from __future__ import annotations

import csv
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from seg_pipeline.indicators.evenness import dissimilarity
from seg_pipeline.indicators.exposure import isolation
from seg_pipeline.indicators.information import entropy
from seg_pipeline.indicators.registry import Counts, Index

pytestmark = pytest.mark.real
Find = Callable[[str], Path]
FOLDER = "segregation_benchmarks"


def dbf(path: Path) -> dict[str, Counts]:
    """Return the numeric columns of a dBase file."""
    data = path.read_bytes()
    rows, head, width = struct.unpack_from("<IHH", data, 4)
    fields, at = [], 1
    for start in range(32, head - 1, 32):
        name = data[start : start + 11].split(b"\0")[0].decode()
        fields.append((name, at, data[start + 16], data[start + 11 : start + 12]))
        at += data[start + 16]
    return {
        name: np.array([float(data[head + r * width + at : head + r * width + at + size] or 0) for r in range(rows)])
        for name, at, size, kind in fields
        if kind in b"NF"
    }


@pytest.mark.parametrize(
    ("index", "name"), [(dissimilarity, "Dissim"), (entropy, "Entropy(H two-group)"), (isolation, "Isolation")]
)
def test_sacramento(shared: Find, index: Index, name: str) -> None:
    with shared(f"{FOLDER}/reference_values.csv").open(encoding="utf-8", newline="") as file:
        published = {(row["dataset"], row["index"]): float(row["value"]) for row in csv.DictReader(file)}
    tracts = dbf(shared(f"{FOLDER}/sacramento/sacramentot2.dbf"))
    x, t = tracts["HISP_"], tracts["TOT_POP"]
    lived_in = t > 0
    assert index(x[lived_in], (t - x)[lived_in]) == pytest.approx(published["sacramentot2", name], abs=1e-9)


@pytest.mark.parametrize("year", ["00", "05"])
def test_schools(shared: Find, year: str) -> None:
    with shared(f"{FOLDER}/r_segregation_values.csv").open(encoding="utf-8", newline="") as file:
        published = {row["key"]: float(row["value"]) for row in csv.DictReader(file)}
    counts: dict[str, dict[str, float]] = {}
    with shared(f"{FOLDER}/schools{year}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            counts.setdefault(row["school"], {})[row["race"]] = float(row["n"])
    races = sorted({race for school in counts.values() for race in school})
    by = {race: np.array([school.get(race, 0.0) for school in counts.values()]) for race in races}
    everyone = sum(by.values(), np.zeros(len(counts)))
    for race in races:
        assert isolation(by[race], everyone - by[race]) == pytest.approx(
            published[f"schools{year} isolation {race}"], abs=1e-9
        )
    for one, other in ((a, b) for a in races for b in races if a < b):
        assert dissimilarity(by[one], by[other]) == pytest.approx(published[f"schools{year} D {one} {other}"], abs=1e-9)

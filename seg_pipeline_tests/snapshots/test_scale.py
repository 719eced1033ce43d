"""Publishing and opening tables of millions of rows: how long it takes, and how much memory.

A small table is tried always, the size that is promised with
``.venv/bin/python -m pytest -m scale seg_pipeline_tests/snapshots/test_scale.py``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from seg_pipeline.settings import CLONE
from seg_pipeline_tests.snapshots import large

MB = 1_000_000
TRIES = 5  # the machine may be doing something else; a promise of time is on the code
SMALL = 200_000

MEASURED = """
import json, sys, time
def peak(what="VmHWM"):
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(what))
begun = time.perf_counter()
def told(before, since, **more):
    now = time.perf_counter()
    took = {"seconds": now - since, "bytes": peak() - before, "process": peak(), "whole": now - begun}
    print(json.dumps(took | more))
"""
PUBLISH = """
from pathlib import Path
import pandas as pd
from seg_pipeline import catalogue, parquet, tables
from seg_pipeline.quality import contracts
from seg_pipeline.snapshots.publish import publish
table = parquet.read(sys.argv[1])
before, since = peak("VmRSS"), time.perf_counter()
content = {"counts": tables.conform(table, "counts"), "cities": pd.DataFrame(catalogue.rows("cities"))}
found = contracts.findings(content["counts"], "counts")
sources = {name: {"name": name, "publisher": name, "url": ""} for name in ("paavo", "ykr_grid")}
origin = {"code": {"version": "0"}, "receipts": [], "findings": []}
snapshot, _ = publish(Path(sys.argv[2]), 2026, content, origin, sources, False)
told(before, since, findings=[str(one) for one in found])
"""
OPEN = """
from pathlib import Path
import pandas
from seg_pipeline import snapshots
before, since = peak("VmRSS"), time.perf_counter()
opened = snapshots.open("2026.1", Path(sys.argv[1]))
table = opened.table("counts", city=sys.argv[2], compact=sys.argv[3] == "compact")
told(before, since, rows=len(table))
"""

Run = Callable[[int], Path]


def measured(code: str, *words: str | Path) -> dict[str, Any]:
    """Return what a process of its own says it took."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED + code, *map(str, words)],
        capture_output=True,
        text=True,
        cwd=CLONE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def quickest(code: str, *words: str | Path) -> dict[str, Any]:
    return min((measured(code, *words) for _ in range(TRIES)), key=lambda one: one["seconds"])


@pytest.fixture(scope="session")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A table of counts of so many rows, as Parquet."""

    @cache
    def made(rows: int) -> Path:
        from seg_pipeline import parquet

        path = tmp_path_factory.mktemp("large") / "counts.parquet"
        path.write_bytes(parquet.encode(large.counts(rows)))
        return path

    return made


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, delivered: Run) -> Callable[[int], tuple[Path, dict[str, Any]]]:
    """A folder with a snapshot of so many rows, and what publishing it took."""

    @cache
    def put(rows: int) -> tuple[Path, dict[str, Any]]:
        folder = tmp_path_factory.mktemp("scale") / "snapshots"
        return folder, measured(PUBLISH, delivered(rows), folder)

    return put


@pytest.mark.parametrize(
    ("rows", "seconds", "most"),
    [(SMALL, 6, 400 * MB), pytest.param(5_000_000, 25, 3 << 30, marks=pytest.mark.scale)],
)
def test_publishing_checks_encodes_and_writes_in_time_and_memory(
    published: Any, rows: int, seconds: float, most: int
) -> None:
    _, took = published(rows)
    assert took["findings"] == []
    assert took["seconds"] <= seconds and took["process"] <= most, took


@pytest.mark.parametrize(
    ("city", "how", "seconds"),
    [("Tampere", "", 0.5), ("Helsinki", "compact", 1.0)],  # a tenth and more than a quarter of the rows
)
@pytest.mark.parametrize(
    ("rows", "most"), [(SMALL, 100 * MB), pytest.param(10_000_000, 300 * MB, marks=pytest.mark.scale)]
)
def test_one_city_of_a_large_table_is_opened_at_once(
    published: Any, rows: int, most: int, city: str, how: str, seconds: float
) -> None:
    folder, _ = published(rows)
    took = quickest(OPEN, folder, city, how)
    assert took["rows"] > rows / 20
    assert took["seconds"] <= seconds and took["bytes"] <= most, took

"""What tests share: an empty data folder, the command line as a user types it, and the real releases if present."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest

from seg_pipeline.settings import CLONE
from seg_pipeline_tests import processes

hypothesis.settings.register_profile("seg", deadline=None)  # how long a thing may take is asserted where it is promised
hypothesis.settings.load_profile("seg")

SHARED = CLONE.parent / "shared" / "data"
SEG = Path(sys.executable).with_name("seg")
PAAVO = {
    "2018": "paavo_pub2018_national/paavo_pub2018.csv",
    "2020": "paavo_pub2020_national_raw_px/paavo_2020.csv",
    "2026": "paavo_pub2026_national/paavo_master.csv",
}
SERIES = "paavo_12f7_helsinki_2020_2023_raw_px/009_12f7_{year}_all.csv"


@dataclass(frozen=True)
class Seg:
    """The ``seg`` command in one data folder, run as a process of its own."""

    data: Path

    def __call__(self, *words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        told = os.environ | {"SEG_DATA": str(self.data), "COLUMNS": "120"} | environment
        told.pop("SEG_PROFILE", None)
        if all(name.startswith("SEG_") for name in environment):
            return processes.run([*map(str, words)], told)
        return subprocess.run(  # what else is in the environment may be looked at when a process begins
            [SEG, *map(str, words)], env=told, capture_output=True, text=True, check=False, timeout=300
        )

    @property
    def snapshots(self) -> list[str]:
        """What is visible in the folder of snapshots."""
        there = (path.name for path in (self.data / "snapshots").glob("*"))
        return sorted(name for name in there if not name.startswith("."))


@pytest.fixture
def seg(tmp_path: Path) -> Seg:
    """The command in an empty data folder."""
    return Seg(tmp_path / "data")


Once = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Return what makes a folder once in a run, whichever worker asks first, and gives it to all. They leave it so."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def made(name: str, make: Callable[[Path], None]) -> Path:
        folder, done = shared / f"once-{name}", shared / f"once-{name}.done"
        with (shared / f"once-{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)  # what a worker that failed has left
                folder.mkdir()
                make(folder)
                done.touch()
        return folder

    return made


@pytest.fixture(scope="session")
def demo(once: Once) -> Seg:
    """The command in a data folder where the demo edition has been refreshed. Tests leave it as it is."""

    def refresh(folder: Path) -> None:
        done = Seg(folder / "data")("refresh", "--edition", "2026", "--profile", "demo")
        assert done.returncode == 0, done.stderr

    return Seg(once("demo", refresh) / "data")


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """Return a file of the real releases, or skip the test, saying why."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"the real releases are not beside the clone: ../shared/data/{name} is absent")
        return path

    return find


@pytest.fixture(scope="session")
def national(once: Once, shared: Callable[[str], Path]) -> Seg:
    """The command in a data folder where the three real national releases and the series were refreshed."""

    def refresh(folder: Path) -> None:
        ready = Seg(folder / "data")
        for release, name in PAAVO.items():
            assert ready("receive", "paavo", shared(name), "--release", release).returncode == 0
        for year in range(2020, 2024):
            done = ready("receive", "paavo", shared(SERIES.format(year=year)), "--release", "2025")
            assert done.returncode == 0, done.stderr
        done = ready("refresh", "--edition", "2026", "--profile", "own")
        assert done.returncode == 0, done.stderr

    return Seg(once("national", refresh) / "data")

"""What tests share: an empty data folder, the command line as a user types it, and the real releases if present."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest

from seg_pipeline.settings import CLONE

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
        return subprocess.run(
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


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Seg:
    """The command in a data folder where the demo edition has been refreshed. Tests leave it as it is."""
    ready = Seg(tmp_path_factory.mktemp("demo") / "data")
    done = ready("refresh", "--edition", "2026", "--profile", "demo")
    assert done.returncode == 0, done.stderr
    return ready


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
def national(tmp_path_factory: pytest.TempPathFactory, shared: Callable[[str], Path]) -> Seg:
    """The command in a data folder where the three real national releases and the series were refreshed."""
    ready = Seg(tmp_path_factory.mktemp("national") / "data")
    files = {release: shared(name) for release, name in PAAVO.items()}
    for release, path in files.items():
        assert ready("receive", "paavo", path, "--release", release).returncode == 0
    for year in range(2020, 2024):
        assert ready("receive", "paavo", shared(SERIES.format(year=year)), "--release", "2025").returncode == 0
    done = ready("refresh", "--edition", "2026", "--profile", "own")
    assert done.returncode == 0, done.stderr
    return ready

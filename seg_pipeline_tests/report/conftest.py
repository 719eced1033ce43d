"""The demo's report, made once for every worker, and its snapshot."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from seg_pipeline.report import site
from seg_pipeline.snapshots import Snapshot
from seg_pipeline_tests.conftest import Once, Seg

VERSION = "2026.1-demo"


@pytest.fixture(scope="session")
def source(demo: Seg) -> Path:
    """The snapshot that the report is made of."""
    return demo.data / "snapshots" / VERSION


@pytest.fixture(scope="session")
def picture(once: Once, source: Path) -> Path:
    """The report of the demo as a folder. Tests leave it as it is."""

    def make(folder: Path) -> None:
        site.make(Snapshot.at(source), folder, os.cpu_count() or 1)

    return once("picture", make) / VERSION

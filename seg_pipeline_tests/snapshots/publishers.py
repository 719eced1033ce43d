"""Publishers as processes of their own, warm before they start, so that many can be killed or raced in little time."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import pandas as pd

from seg_pipeline import tables
from seg_pipeline.snapshots import Snapshot
from seg_pipeline.snapshots.publish import publish
from seg_pipeline_tests.processes import CONTEXT
from seg_pipeline_tests.snapshots import disk
from seg_pipeline_tests.spec.test_compute import area, counts

SOURCES = {"paavo": {"name": "Paavo", "publisher": "Statistics Finland", "url": ""}}
ORIGIN: dict[str, Any] = {"code": {"version": "0"}, "receipts": [], "findings": []}
LONGEST = 120  # seconds that a publisher may take


def little(low: int) -> dict[str, pd.DataFrame]:
    """Return a small content, another one for each number from 1 to 400."""
    return {"counts": counts(*area("00100", low, 10, 500)), "areas": tables.empty("areas")}


@dataclass(frozen=True)
class Job:
    """What a publisher is to do, and where it is to die: at its n-th call to the disk, or nowhere."""

    where: str
    low: int
    edition: int = 2026
    made_up: bool = False
    dies_at: int = -1
    environment: Mapping[str, str] = field(default_factory=dict)


def do(job: Job) -> tuple[Snapshot, bool]:
    """Publish."""
    return publish(job.where, job.edition, little(job.low), ORIGIN, SOURCES, job.made_up)


def start(job: Job, *told: Any) -> ForkServerProcess:
    """Start a publisher; `told` are a barrier to wait at and a queue for (job's number, version, new)."""
    process = CONTEXT.Process(target=_work, args=(job, *told), daemon=True)
    process.start()
    return process


def end(process: ForkServerProcess) -> int:
    """Wait for a publisher; return how it ended."""
    process.join(LONGEST)
    assert process.exitcode is not None, "a publisher hangs"
    return process.exitcode


def race(jobs: Sequence[Job]) -> list[tuple[int, str, bool]]:
    """Let all publish at the same moment; return for each its number, its version and whether that is new."""
    barrier, told = CONTEXT.Barrier(len(jobs)), CONTEXT.Queue()
    running = [start(job, barrier, told, number) for number, job in enumerate(jobs)]
    said = [told.get(timeout=LONGEST) for _ in jobs]
    assert [end(process) for process in running] == [0] * len(jobs)
    return sorted(said)


def _work(job: Job, barrier: Any = None, told: Any = None, number: int = 0) -> None:
    os.environ.update(job.environment)
    if barrier:
        barrier.wait(LONGEST)
    if job.dies_at < 0:
        snapshot, new = do(job)
        if told:
            told.put((number, snapshot.version, new))
        return
    with disk.Disk(Path(job.where), job.dies_at, disk.die).watched():
        do(job)

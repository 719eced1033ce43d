"""The report as a folder of files: written whole, once, and then visible.

``<reports>/<version>/`` holds a folder for each language, ``assets/``, ``data/`` (the snapshot, to be taken along) and
``report.json``, which names the snapshot, the code and the sha256 of every file. One file is not named there and may
change: ``status.css``, which shows the banner on a report when a newer one stands beside it.
``<reports>/index.html`` leads to the newest of each kind.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib.resources import files
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from seg_pipeline import catalogue, provenance, settings
from seg_pipeline.report import pages
from seg_pipeline.report.book import Book, ReportError
from seg_pipeline.report.pages import download
from seg_pipeline.report.standing import CURRENT, RECORD, STATUS, landing, record, tell
from seg_pipeline.report.telling import write
from seg_pipeline.report.verifying import problems
from seg_pipeline.snapshots import Snapshot
from seg_pipeline.snapshots.describe.subject import json_bytes
from seg_pipeline.snapshots.formats import FORMATS, choose, place
from seg_pipeline.snapshots.shelves.folder import alone, flush
from seg_pipeline.snapshots.store import MANIFEST

MAKING = ".making-"
LOOK = 1.0  # seconds between two looks whether the process that makes the report is there
KILLED = "a process that makes pages was ended from outside, often for want of memory; try with fewer of them"
Progress = Callable[[int, int], None]


class ReportExists(settings.Foreseen):
    """Another report of the snapshot is there already."""


def make(
    snapshot: Snapshot, reports: Path, workers: int = 2, progress: Progress = lambda *_: None
) -> tuple[Path, bool]:
    """Write the report of a snapshot into `reports`; return its folder, and whether it is new.

    Raises SnapshotError for a damaged snapshot, ReportError for a figure that is bound to nothing, and ReportExists
    where a report of the same snapshot stands there that other code or another catalogue made. What is half made when
    it stops is removed, by itself or, after a kill, by the next one.
    """
    snapshot.require_sound()
    with alone(reports):  # who waits here finds the report of the other
        standing = reports / snapshot.version
        if standing.exists():
            _require_same(standing, _origin(snapshot))
            tell(reports)
            return standing, False
        for left in reports.glob(f"{MAKING}*"):
            shutil.rmtree(left)
        made = reports / f"{MAKING}{snapshot.version}"
        made.mkdir()
        try:
            _make(snapshot, made, workers, progress)
            made.rename(standing)
        finally:
            shutil.rmtree(made, ignore_errors=True)
        flush(reports)
        tell(reports)
        return standing, True


def _make(snapshot: Snapshot, made: Path, workers: int, progress: Progress) -> None:
    _write_pages(snapshot, made, workers, progress)
    _write_beside(snapshot, made)
    named = {
        file.relative_to(made).as_posix(): provenance.sha256(file) for file in sorted(made.rglob("*")) if file.is_file()
    }
    (made / RECORD).write_bytes(json_bytes({**_origin(snapshot), "files": named}))
    (made / STATUS).write_bytes(CURRENT)
    for file in sorted(made.rglob("*")):
        flush(file)


def _require_same(standing: Path, origin: dict[str, Any]) -> None:
    try:
        told = record(standing)
    except ReportError as error:
        raise ReportExists(f"{error}; move {standing} away to make the report anew") from None
    if {name: told.get(name) for name in origin} != origin:
        raise ReportExists(
            f"{standing} was made by other code, from another catalogue or of another snapshot; move it away to make "
            "the report anew"
        )
    if changed := problems(standing):
        raise ReportExists(f"{standing} is not as it was made ({changed[0]}); move it away to make the report anew")


def _origin(snapshot: Snapshot) -> dict[str, Any]:
    manifest = snapshot.shelf.read(snapshot.version, MANIFEST)
    return {
        "snapshot": snapshot.version,
        "made_up": snapshot.made_up,
        "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
        "code_sha256": provenance.source_digest(),
        "catalogue_sha256": catalogue.digest(),
        "lock_sha256": provenance.lock_digest(),
    }


def _write_pages(snapshot: Snapshot, made: Path, workers: int, progress: Progress) -> None:
    book = Book(snapshot)
    jobs = [(kind, name) for kind, of in pages.KINDS.items() for name in of.names(book)]
    if workers == 1:
        _copy(snapshot, made)
        for at, job in enumerate(jobs, 1):
            write(book, made, *job)
            progress(at, len(jobs))
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), _open, (snapshot, os.getpid())) as pool:
        copied = pool.submit(_copy, snapshot, made)  # first, because it takes longest
        done = [pool.submit(_write, made, *job) for job in jobs]
        try:
            for at, one in enumerate(done, 1):
                one.result()
                progress(at, len(jobs))
            copied.result()
        except BrokenProcessPool:
            raise ReportError(KILLED) from None
        finally:
            pool.shutdown(cancel_futures=True)


_BOOK: list[Book] = []  # of this process, opened once


def _open(snapshot: Snapshot, parent: int) -> None:
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _BOOK[:] = [Book(snapshot)]


def _end_with(parent: int) -> None:
    """End where the process that this one works for has gone, as after a kill."""
    while os.getppid() == parent:
        time.sleep(LOOK)
    os._exit(1)


def _write(made: Path, kind: str, name: str) -> None:
    write(_BOOK[0], made, kind, name)


def _copy(snapshot: Snapshot, made: Path) -> None:
    """Put the snapshot beside its pages as it was published, and in one file for a reader."""
    folder = made / download.FOLDER
    folder.mkdir()
    for name in sorted(snapshot.shelf.names(snapshot.version)):
        (folder / name).write_bytes(snapshot.shelf.read(snapshot.version, name))
    place(FORMATS["zip"].files(choose(snapshot)), folder)


def _write_beside(snapshot: Snapshot, made: Path) -> None:
    (made / "assets").mkdir(exist_ok=True)
    for asset in sorted(files("seg_pipeline.report").joinpath("assets").iterdir(), key=lambda file: file.name):
        (made / "assets" / asset.name).write_bytes(asset.read_bytes())
    alone_here = landing([snapshot.version], "assets/style.css", {snapshot.version: ""})
    (made / "index.html").write_bytes(alone_here.encode())

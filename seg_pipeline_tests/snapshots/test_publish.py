"""Publication: whole or not at all, once, the same bytes for the same tables, and every change is found."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from seg_pipeline import snapshots, tables
from seg_pipeline.snapshots import Snapshot
from seg_pipeline.snapshots.publish import publish
from seg_pipeline.snapshots.shelves import folder as folder_module
from seg_pipeline.snapshots.shelves.folder import HIDDEN, Folder, ShelfFailed
from seg_pipeline.snapshots.store import MANIFEST
from seg_pipeline.snapshots.trust import chain
from seg_pipeline_tests.processes import CONTEXT
from seg_pipeline_tests.snapshots.disk import Disk, die, fail
from seg_pipeline_tests.snapshots.publishers import Job, do, end, little, race, start
from seg_pipeline_tests.spec.test_compute import area, counts, made

SOURCES = {"paavo": {"name": "Paavo", "publisher": "Statistics Finland", "url": ""}}
ORIGIN: dict[str, Any] = {"code": {"version": "0"}, "receipts": [], "findings": []}


def content(low: int = 30) -> dict[str, pd.DataFrame]:
    table = counts(*area("00100", low, 10, 50), *area("00120", 10, 30, 50))
    return {"counts": table, "indicators": made(table), "areas": tables.empty("areas")}


def put(folder: Path, low: int = 30, made_up: bool = False) -> tuple[Snapshot, bool]:
    return publish(folder, 2026, content(low), ORIGIN, SOURCES, made_up)


def folder_of(snapshot: Snapshot) -> Path:
    return Path(snapshot.where)


def hashes(snapshot: Snapshot) -> dict[str, str]:
    return {name: file["sha256"] for name, file in snapshot.manifest["files"].items() if name.endswith(".parquet")}


def test_a_snapshot_is_whole_read_only_and_sound(tmp_path: Path) -> None:
    snapshot, new = put(tmp_path)
    assert new and snapshot.version == "2026.1" and snapshot.verify() == []
    assert all(path.stat().st_mode & 0o222 == 0 for path in [folder_of(snapshot), *folder_of(snapshot).iterdir()])
    assert snapshot.manifest["published"].endswith("+00:00")
    pd.testing.assert_frame_equal(snapshot.table("counts"), content()["counts"])
    assert subprocess.run(["sha256sum", "--check", "--strict", "manifest.json.sha256"], cwd=folder_of(snapshot),
                          capture_output=True, check=False).returncode == 0  # fmt: skip


def test_unchanged_content_is_not_published_again_and_changed_content_is_the_next_version(tmp_path: Path) -> None:
    first, _ = put(tmp_path)
    assert put(tmp_path) == (first, False)
    assert put(tmp_path, low=31)[0].version == "2026.2"
    assert put(tmp_path, low=30)[0].version == "2026.3"  # back to an earlier content is a change as well
    assert snapshots.open("latest", tmp_path).version == "2026.3"


def test_two_publications_of_the_same_tables_have_the_same_bytes(tmp_path: Path) -> None:
    one, two = put(tmp_path / "one")[0], put(tmp_path / "two")[0]
    assert hashes(one) == hashes(two) and one.manifest["content"] == two.manifest["content"]
    assert (folder_of(one) / "datapackage.json").read_bytes() == (folder_of(two) / "datapackage.json").read_bytes()


def test_the_data_package_describes_every_column_of_every_table(tmp_path: Path) -> None:
    snapshot, _ = put(tmp_path)
    package = json.loads((folder_of(snapshot) / "datapackage.json").read_text(encoding="utf-8"))
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    for resource in package["resources"]:
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == list(snapshot.table(resource["name"]).columns)
        assert all(field["descriptions"][language] for field in fields for language in ("fi", "sv", "en"))
        file = folder_of(snapshot) / resource["path"]
        assert resource["bytes"] == file.stat().st_size
        assert resource["hash"] == "sha256:" + snapshot.manifest["files"][resource["path"]]["sha256"]


def test_made_up_data_says_so_in_name_metadata_and_files(tmp_path: Path) -> None:
    from seg_pipeline import parquet

    snapshot, _ = put(tmp_path, made_up=True)
    assert (
        snapshot.version == "2026.1-demo" and snapshot.manifest["made_up"] and snapshot.table("counts").attrs["made_up"]
    )
    package = json.loads((folder_of(snapshot) / "datapackage.json").read_text(encoding="utf-8"))
    assert package["made_up"] and "KEKSITTY" in package["notice"]["fi"]
    readme = (folder_of(snapshot) / "README.md").read_text(encoding="utf-8")
    assert all(word in readme for word in ("KEKSITTYÄ", "PÅHITTADE", "MADE-UP"))
    assert all("MADE-UP" in parquet.footer(path)["made_up"] for path in folder_of(snapshot).glob("*.parquet"))
    with pytest.warns(snapshots.MadeUpDataWarning):
        assert snapshots.open("latest", tmp_path) == snapshot
    put(tmp_path)
    assert snapshots.open("latest", tmp_path).version == "2026.1"
    assert snapshots.open("2026.1-demo", tmp_path) == snapshot


def test_what_is_not_there_is_said_with_what_is(tmp_path: Path) -> None:
    with pytest.raises(snapshots.SnapshotError, match="none yet"):
        snapshots.open("latest", tmp_path)
    snapshot, _ = put(tmp_path)
    with pytest.raises(snapshots.SnapshotError, match=r"there are: 2026\.1"):
        snapshots.open("2027.1", tmp_path)
    with pytest.raises(snapshots.SnapshotError, match="areas, counts, indicators"):
        snapshot.table("indicator")


def visible(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*") if not path.name.startswith("."))


def hidden(folder: Path) -> list[Path]:
    return list(folder.glob(f"{HIDDEN}*"))


def calls_of(folder: Path, work: Callable[[], object]) -> list[str]:
    """Return the calls to the disk that some work makes in a folder, when nothing happens."""
    with Disk(folder, 10**9, die).watched() as watched:
        work()
    return watched.calls


def test_a_kill_at_any_call_to_the_disk_leaves_nothing_broken_and_the_next_try_publishes(tmp_path: Path) -> None:
    """Kill a publisher at each of the calls that publishing makes: open, write (torn), flush, rename, all of them."""
    whole, new = do(Job(str(tmp_path / "whole"), 30))
    calls = calls_of(tmp_path / "counted", lambda: do(Job(str(tmp_path / "counted"), 30)))
    assert new and len(calls) > 50 and {"open", "write", "fsync", "fchmod", "chmod", "mkdir", "rename"} <= set(calls)
    for nth, call in enumerate(calls):
        folder = tmp_path / str(nth)
        assert end(start(Job(str(folder), 30, dies_at=nth))) == -signal.SIGKILL, call
        assert visible(folder) == (["2026.1"] if nth > calls.index("rename") else []), call
        assert all(snapshot.verify() == [] for snapshot in snapshots.versions(folder)), call
        again, new = do(Job(str(folder), 30))
        assert again.verify() == [] and visible(folder) == ["2026.1"] and new is (nth <= calls.index("rename")), call
        assert hashes(again) == hashes(whole) and again.manifest["content"] == whole.manifest["content"], call


def test_what_killed_publishers_leave_does_not_pile_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for nth in (10, 20, 50):
        end(start(Job(str(tmp_path), 30, dies_at=nth)))
    do(Job(str(tmp_path), 30))
    assert len(hidden(tmp_path)) == 3, "a hidden folder may be that of a publisher who is alive"
    for path in hidden(tmp_path):
        os.utime(path, (0, 0))
    do(Job(str(tmp_path), 31))
    assert hidden(tmp_path) == []


@pytest.mark.parametrize("lasts", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EIO], ids=["full", "broken"])
def test_a_failing_disk_leaves_nothing_broken_and_the_next_try_publishes(
    tmp_path: Path, fault: int, lasts: bool
) -> None:
    """Fail each of the calls that publishing makes to the disk; a write is torn."""
    whole = folder_of(do(Job(str(tmp_path / "whole"), 30))[0])
    files = {path.name: path.read_bytes() for path in sorted(whole.iterdir(), key=lambda path: path.name == MANIFEST)}

    def place(folder: Path) -> bool:
        with Folder(folder).alone() as made_visible:
            return made_visible("2026.1", files)

    calls = calls_of(tmp_path / "placed", lambda: place(tmp_path / "placed"))
    assert calls == calls_of(tmp_path / "published", lambda: do(Job(str(tmp_path / "published"), 30)))
    for nth, call in enumerate(calls):
        folder = tmp_path / str(nth)
        with Disk(folder, nth, fail(fault), lasts).watched():
            with pytest.raises((OSError, ShelfFailed), match=os.strerror(fault)):
                place(folder)
        assert visible(folder) == (["2026.1"] if nth > calls.index("rename") else []), call
        assert all(snapshot.verify() == [] for snapshot in snapshots.versions(folder)), call
        assert len(hidden(folder)) <= lasts, call
        for path in hidden(folder):
            os.utime(path, (0, 0))
        assert place(folder) is (nth <= calls.index("rename")), call
        assert Snapshot.at(folder / "2026.1").verify() == [] and hidden(folder) == [], call


@pytest.mark.parametrize("publishers", [24, pytest.param(100, marks=pytest.mark.scale)])
def test_publishers_at_the_same_time_never_mix_and_never_fork(tmp_path: Path, publishers: int) -> None:
    jobs = [Job(str(tmp_path), 1 + at, 2026 + at % 3, made_up=at % 4 == 0) for at in range(publishers)]
    said = race(jobs)
    there = {snapshot.version: snapshot for snapshot in snapshots.versions(tmp_path)}
    assert all(new for _, _, new in said) and sorted(version for _, version, _ in said) == sorted(there)
    for number, version, _ in said:
        job, snapshot = jobs[number], there[version]
        assert (snapshot.edition, snapshot.made_up) == (job.edition, job.made_up) and snapshot.verify() == []
        pd.testing.assert_frame_equal(snapshot.table("counts"), little(job.low)["counts"])
    assert chain.remarks(list(there.values())) == [] and hidden(tmp_path) == []
    for made_up, number in ((True, publishers // 4), (False, publishers - publishers // 4)):
        kind = [snapshot.manifest["sequence"] for snapshot in there.values() if snapshot.made_up == made_up]
        assert sorted(kind) == list(range(1, number + 1))


def _duel(folder: Path, own: bytes, barrier: Any, told: Any, locked: bool) -> None:
    for round_ in range(100):
        place = Folder(folder / str(round_))
        place.path.mkdir(parents=True, exist_ok=True)
        barrier.wait(60)
        if locked:
            with place.alone() as made_visible:
                told.put((round_, own, made_visible("2026.1", {"a": own, "b": own})))
        else:
            told.put((round_, own, place._place("2026.1", {"a": own, "b": own})))


@pytest.mark.parametrize("locked", [True, False], ids=["locked", "on a file server whose locks do not work"])
def test_of_two_publishers_of_one_version_one_wins_in_each_of_a_hundred_rounds(tmp_path: Path, locked: bool) -> None:
    barrier, told = CONTEXT.Barrier(2), CONTEXT.Queue()
    both = [CONTEXT.Process(target=_duel, args=(tmp_path, own, barrier, told, locked)) for own in (b"one", b"two")]
    for process in both:
        process.start()
    said = [told.get(timeout=60) for _ in range(200)]
    assert [end(process) for process in both] == [0, 0]
    won = {round_: own for round_, own, placed in said if placed}
    assert len(won) == 100 == sum(placed for _, _, placed in said)
    for round_, own in won.items():
        folder = tmp_path / str(round_)
        assert visible(folder) == ["2026.1"] and hidden(folder) == []
        assert {path.read_bytes() for path in (folder / "2026.1").iterdir()} == {own}


def test_a_publisher_that_does_not_end_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "PATIENCE", 0.1)
    with Folder(tmp_path).alone():
        with pytest.raises(ShelfFailed, match="another publisher"):
            put(tmp_path)
    assert put(tmp_path)[1]


def test_a_disk_without_locks_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcntl, "flock", lambda *_: fail(errno.ENOLCK)())
    with pytest.raises(ShelfFailed, match="cannot be locked"):
        put(tmp_path)
    assert visible(tmp_path) == []


def test_nothing_is_published_after_a_snapshot_that_has_changed(tmp_path: Path) -> None:
    first, _ = put(tmp_path)
    path = folder_of(first) / "counts.parquet"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(snapshots.SnapshotError, match="not as it was published"):
        put(tmp_path, low=31)
    assert visible(tmp_path) == ["2026.1"]


def test_a_snapshot_under_another_name_is_not_sound(tmp_path: Path) -> None:
    snapshot, _ = put(tmp_path)
    shutil.copytree(folder_of(snapshot), tmp_path / "2027.1")
    shutil.copytree(folder_of(snapshot), tmp_path / "2026.01")
    assert "another name" in Snapshot.at(tmp_path / "2027.1").verify()[0]
    assert [seen.version for seen in snapshots.versions(tmp_path)] == ["2026.1", "2027.1"]


def test_versions_are_sorted_as_numbers(tmp_path: Path) -> None:
    for version in ("2026.10", "2026.9", "2027.1-demo", "2026.2", "notes"):
        (tmp_path / version).mkdir()
    assert [seen.version for seen in snapshots.versions(tmp_path)] == ["2027.1-demo", "2026.2", "2026.9", "2026.10"]

"""Publication: whole or not at all, once, the same bytes for the same tables, and every change is found."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from seg_pipeline import snapshots, tables
from seg_pipeline.settings import CLONE
from seg_pipeline.snapshots import Snapshot
from seg_pipeline.snapshots.publish import publish
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


def writable(snapshot: Snapshot) -> None:
    folder_of(snapshot).chmod(0o755)
    for path in folder_of(snapshot).iterdir():
        path.chmod(0o644)


def flip(path: Path, draw: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    path.write_bytes(bytes(data))


def harm(snapshot: Snapshot, draw: random.Random) -> None:
    files = sorted(folder_of(snapshot).iterdir())
    kind = draw.choice(["flip", "flip", "remove", "add", "swap", "cut", "link"])
    chosen, other = draw.sample(files, 2)
    if kind == "flip":
        flip(chosen, draw)
    elif kind == "remove":
        chosen.unlink()
    elif kind == "add":
        (folder_of(snapshot) / f"extra{draw.random()}").write_bytes(b"")
    elif kind == "swap":
        data = chosen.read_bytes()
        chosen.write_bytes(other.read_bytes())
        other.write_bytes(data)
    elif kind == "cut":
        chosen.write_bytes(chosen.read_bytes()[:-1])
    else:
        chosen.unlink()
        chosen.symlink_to(other)


def test_verify_finds_every_harm(tmp_path: Path) -> None:
    sound, _ = put(tmp_path / "sound")
    writable(sound)
    draw = random.Random(2026)
    for number in range(300):
        copy = tmp_path / "harmed" / "2026.1"
        shutil.copytree(folder_of(sound), copy)
        harm(Snapshot.at(copy), draw)
        assert Snapshot.at(copy).verify(), number
        shutil.rmtree(copy)


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EIO])
def test_a_failing_disk_leaves_nothing_visible_and_the_next_try_publishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    """Fail the n-th call of the ones that publishing makes to the disk, for every n until none is left to fail."""
    failed = 0
    for nth in range(200):
        folder = tmp_path / str(nth)
        calls = {"left": nth}

        def failing(real: Callable[..., Any], calls: dict[str, int] = calls) -> Callable[..., Any]:
            def call(*words: Any, **more: Any) -> Any:
                calls["left"] -= 1
                if calls["left"] == -1:
                    raise OSError(fault, os.strerror(fault))
                return real(*words, **more)

            return call

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", failing(os.fsync))
            patch.setattr(os, "fchmod", failing(os.fchmod))
            patch.setattr(os, "open", failing(os.open))
            patch.setattr(tempfile, "mkdtemp", failing(tempfile.mkdtemp))
            patch.setattr(Path, "rename", failing(Path.rename))
            patch.setattr(Path, "chmod", failing(Path.chmod))
            patch.setattr(Path, "open", failing(Path.open))
            try:
                put(folder)
            except OSError as error:
                assert error.errno == fault
                failed += 1
            else:
                if calls["left"] >= 0:
                    break
        for seen in snapshots.versions(folder):
            assert seen.verify() == []
        again, _ = put(folder)
        assert again.verify() == [] and again.version == "2026.1"
    assert failed > 20


KILLED = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    from seg_pipeline_tests.snapshots.test_publish import put
    left = int(sys.argv[2])
    def watch(event, words):
        global left
        if event in ("open", "os.rename", "os.chmod", "os.mkdir", "tempfile.mkdtemp") and sys.argv[1] in str(words[0]):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(watch)
    put(Path(sys.argv[1]))
    """
)


def test_a_kill_at_any_moment_leaves_nothing_visible(tmp_path: Path) -> None:
    killed = 0
    for at in range(0, 40, 3):
        folder = tmp_path / str(at)
        done = subprocess.run([sys.executable, "-c", KILLED, str(folder), str(at)], cwd=CLONE, check=False)
        killed += done.returncode == -signal.SIGKILL
        for seen in snapshots.versions(folder):
            assert seen.verify() == []
        visible = [path.name for path in folder.glob("*") if not path.name.startswith(".")]
        assert visible in ([], ["2026.1"])
        assert put(folder)[0].verify() == []
        if done.returncode == 0:
            break
    assert killed > 3


def _race(folder: Path, low: int) -> str:
    return put(folder, low)[0].version


def test_publishers_at_the_same_time_never_mix(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4) as pool:
        given = list(pool.map(_race, [tmp_path] * 12, range(20, 32)))
    assert sorted(given) == sorted({f"2026.{number}" for number in range(1, 13)})
    assert all(snapshot.verify() == [] for snapshot in snapshots.versions(tmp_path))
    assert not list(tmp_path.glob(".publishing-*"))


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

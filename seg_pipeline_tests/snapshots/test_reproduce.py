"""Reproduce: the recorded code makes the same bytes of the recorded deliveries, and what differs is said precisely."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from seg_pipeline import provenance, snapshots
from seg_pipeline.snapshots import SnapshotError
from seg_pipeline.snapshots.reproduce import reproduce
from seg_pipeline.snapshots.reproducing.rows import differing
from seg_pipeline.sources.archive import Archive, Attempt
from seg_pipeline_tests.conftest import Seg
from seg_pipeline_tests.snapshots.rehearsed import rehearsed

ALTERED = """
import pandas as pd
table = pd.read_parquet(rebuilt / "indicators.parquet")
table.loc[0, "value"] = 0.123
(rebuilt / "indicators.parquet").chmod(0o644)
table.to_parquet(rebuilt / "indicators.parquet")
"""


def told(folder: Path, doing: str = "", **more: Any) -> tuple[bool, list[str]]:
    said: list[str] = []
    snapshot, archive = rehearsed(folder, doing, **more)
    return reproduce(snapshot, archive.held, say=said.append), said


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files, empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def test_the_same_bytes_are_said_to_be_reproduced(tmp_path: Path, temporary: Path) -> None:
    same, said = told(tmp_path)
    assert same and said[-1] == "reproduced: 3 of 3 tables, byte for byte"
    assert said[0].startswith("the environment is as recorded: Python ")
    assert not list(temporary.iterdir())


def test_other_values_are_said_with_their_rows_and_columns(tmp_path: Path) -> None:
    same, said = told(tmp_path, ALTERED)
    assert not same and said[-1] == "NOT reproduced: only 2 of 3 tables, byte for byte"
    at = said.index("indicators.parquet is not the same:")
    assert said[at + 1].startswith("  1 of ") and said[at + 1].endswith(" rows have other values:")
    assert ": value " in said[at + 2] and said[at + 2].endswith(" → 0.123")


def test_a_table_that_was_not_made_is_said(tmp_path: Path) -> None:
    same, said = told(tmp_path, 'rebuilt.chmod(0o755); (rebuilt / "counts.parquet").unlink()')
    assert not same and said[said.index("counts.parquet is not the same:") + 1] == "  it was not made"


def test_other_bytes_of_the_same_rows_are_not_reproduced_and_their_writers_are_named(tmp_path: Path) -> None:
    again = """
import pandas as pd
(rebuilt / "counts.parquet").chmod(0o644)
pd.read_parquet(rebuilt / "counts.parquet").to_parquet(rebuilt / "counts.parquet", compression="gzip")
"""
    same, said = told(tmp_path, again)
    assert not same and any(line.startswith("  every row is the same; the files were written by") for line in said)


def test_rows_that_are_there_once_only_and_other_columns_are_said(tmp_path: Path) -> None:
    table = pd.DataFrame({"area": ["a", "b", None], "value": [1.0, None, 3.0]})
    table.to_parquet(tmp_path / "was")
    table.iloc[1:].to_parquet(tmp_path / "fewer")
    table.rename(columns={"value": "share"}).to_parquet(tmp_path / "named")
    was = str(tmp_path / "was")
    assert list(differing(was, str(tmp_path / "fewer"), ["area"])) == [
        "1 rows published and not made again, the first: a"
    ]
    assert list(differing(str(tmp_path / "fewer"), was, ["area"])) == [
        "1 rows made again and not published, the first: a"
    ]
    assert next(differing(was, str(tmp_path / "named"), ["area"])).startswith("columns: published area, value; made")


def test_an_environment_that_differs_is_said_thing_by_thing(tmp_path: Path) -> None:
    here = provenance.environment()
    packages = {name: version for name, version in here["packages"].items() if name != "click"} | {"numpy": "9.9.9"}
    there = here | {"python": "3.12.1", "packages": packages, "platform": here["platform"] | {"libc": "musl 1.2"}}
    same, said = told(tmp_path, recorded=there)
    assert same  # another environment is not a failure when every byte is the same
    assert said[0] == "the environment is not as recorded:"
    assert set(said[1:5]) == {
        f"  python 3.12.1 → {here['python']}",
        f"  libc musl 1.2 → {here['platform']['libc']}",
        f"  numpy 9.9.9 → {here['packages']['numpy']}",
        f"  click not there → {here['packages']['click']}",
    }


def test_code_that_is_not_the_recorded_one_is_said(tmp_path: Path) -> None:
    doing = """
manifest = json.loads((rebuilt / "manifest.json").read_text())
manifest["code"]["source_sha256"], manifest["lock_sha256"] = "another", "other"
(rebuilt / "manifest.json").chmod(0o644)
(rebuilt / "manifest.json").write_text(json.dumps(manifest))
"""
    said = told(tmp_path, doing)[1]
    assert "code: recorded code, in the recipe another" in said
    assert "lock: recorded lock, in the recipe other" in said
    assert not any(line.startswith("catalogue") for line in said)


def test_the_recipe_sees_its_own_code_its_deliveries_and_no_setting_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    doing = f"""
import seg_pipeline
assert Path(seg_pipeline.__file__).parents[2] == data.parent, seg_pipeline.__file__
assert not [name for name in os.environ if name.startswith(("SEG_", "DAGSTER_"))]
assert (edition, profile) == ("2026", "own")
deliveries = json.loads((data / "deliveries.json").read_text())["deliveries"]
found = [(data / "objects" / one["receipt"]["sha256"]).read_bytes() for one in deliveries]
Path({str(tmp_path / "seen")!r}).write_bytes(b", ".join(found))
"""
    for name in ("SEG_DATA", "SEG_PROFILE", "SEG_SNAPSHOTS", "DAGSTER_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    assert told(tmp_path, doing)[0]
    assert (tmp_path / "seen").read_bytes() == b"these are others, these are the bytes"


def test_bytes_that_the_archive_has_lost_are_named_with_their_receipt(tmp_path: Path, temporary: Path) -> None:
    snapshot, archive = rehearsed(tmp_path)
    receipt = next(archive.receipts())
    (archive.root / "objects" / receipt.sha256[:2] / receipt.sha256).unlink()
    with pytest.raises(SnapshotError, match=rf"paavo 2025 \(whole\), revision 1, sha256 {receipt.sha256}; restore"):
        reproduce(snapshot, archive.held)
    assert not list(temporary.iterdir())


def test_a_snapshot_that_was_changed_is_not_made_again(tmp_path: Path) -> None:
    snapshot, archive = rehearsed(tmp_path)
    path = Path(snapshot.where) / "recipe.zip"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(SnapshotError, match=r"recipe\.zip"):
        reproduce(snapshot, archive.held)


def test_a_recipe_that_fails_is_said_and_leaves_nothing(tmp_path: Path, temporary: Path) -> None:
    with pytest.raises(SnapshotError, match=r"2026\.1: the recipe could not make the tables again \(exit 3\)"):
        told(tmp_path, "sys.exit(3)")
    assert not list(temporary.iterdir())


def test_the_folder_that_is_kept_has_to_be_new_and_is_only_for_its_owner(tmp_path: Path) -> None:
    snapshot, archive = rehearsed(tmp_path)
    assert reproduce(snapshot, archive.held, keep=tmp_path / "kept")
    assert (tmp_path / "kept" / "data" / "snapshots" / "2026.1" / "counts.parquet").exists()
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o700
    with pytest.raises(SnapshotError, match="choose a new folder"):
        reproduce(snapshot, archive.held, keep=tmp_path / "kept")


def test_a_new_environment_that_cannot_be_built_is_said(tmp_path: Path) -> None:
    numpy = {"numpy": provenance.environment()["packages"]["numpy"]}
    snapshot, archive = rehearsed(tmp_path, recorded=provenance.environment() | {"packages": numpy})
    (tmp_path / "wheels").mkdir()
    with pytest.raises(SnapshotError, match="the environment could not be built"):
        reproduce(snapshot, archive.held, "new", wheels=tmp_path / "wheels")
    assert reproduce(snapshot, archive.held, "auto")  # without wheels it is this one, and no network is used


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_that_is_stopped_leaves_nothing_behind(tmp_path: Path, temporary: Path, number: int) -> None:
    _, archive = rehearsed(tmp_path, f"Path({str(tmp_path / 'begun')!r}).touch(); import time; time.sleep(60)")
    words: list[str | Path] = [
        Path(sys.executable).with_name("seg"),
        "snapshots",
        "reproduce",
        "2026.1",
        "--archive",
        archive.root,
    ]
    running = subprocess.Popen(words, env=os.environ | {"SEG_DATA": str(tmp_path)}, stderr=subprocess.PIPE)
    until = time.monotonic() + 60
    while not (tmp_path / "begun").exists() and time.monotonic() < until and running.poll() is None:
        time.sleep(0.05)
    assert list(temporary.iterdir())
    running.send_signal(number)
    running.communicate(timeout=60)
    assert running.returncode and not list(temporary.iterdir())


def test_the_command_ends_well_only_where_every_table_is_the_same(tmp_path: Path) -> None:
    command = Seg(tmp_path)
    _, archive = rehearsed(tmp_path)
    done = command("snapshots", "reproduce", "2026.1", "--archive", archive.root)
    assert done.returncode == 0 and done.stdout.endswith("reproduced: 3 of 3 tables, byte for byte\n"), done.stderr
    shutil.rmtree(tmp_path / "archive")
    other = Seg(tmp_path / "other")
    _, archive = rehearsed(other.data, ALTERED)
    done = other("snapshots", "reproduce", "2026.1", "--archive", archive.root)
    assert done.returncode == 1 and "snapshot 2026.1 was not reproduced" in done.stderr
    assert command("snapshots", "reproduce", "2026.1").returncode == 1  # its archive has gone


def clone(folder: Path) -> Path:
    """Return a clone whose code and catalogue have changed since: it computes with another method."""
    from seg_pipeline.snapshots.recipe import recipe

    zipfile.ZipFile(io.BytesIO(recipe())).extractall(folder)
    engine = folder / "seg_pipeline" / "indicators" / "compute.py"
    engine.write_text(engine.read_text(encoding="utf-8").replace("METHOD_VERSION = ", "METHOD_VERSION = 'other' + "))
    with (folder / "data" / "catalogue" / "waivers.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    return folder


def test_an_edition_with_corrected_and_refused_deliveries_is_made_again_years_later(demo: Seg, tmp_path: Path) -> None:
    """A revised, a refused and a failed delivery; then later ones, a withdrawal, and another working tree."""
    shutil.copytree(demo.data, tmp_path / "data")
    seg, archive = Seg(tmp_path / "data"), Archive(tmp_path / "data" / "archive" / "demo")
    paavo = next(one for one in archive.receipts("paavo") if one.release == "2026")
    revised = archive.read(paavo).replace(b",1355.0,", b",1348.0,", 1).replace(b",1618.0,", b",1625.0,", 1)
    for source, release, name, data in (
        ("paavo", "2026", "made_up_paavo_2026_revised.csv", revised),
        ("helsinki", "2026", "made_up_helsinki_2026_broken.csv", b"not what was agreed\n"),
    ):
        archive.receive(source, release, "", name, data, "CC0 1.0", made_up=True)
    archive.note(Attempt("sotkanet", 2026, "2026-02-01T06:00:00+00:00", "unavailable", "no answer"))
    done = seg("refresh", "--edition", "2026", "--profile", "demo")
    assert done.returncode == 0, done.stderr
    published = snapshots.open("2026.2-demo", seg.data / "snapshots")
    assert {finding["rule"] for finding in published.manifest["findings"]} >= {"refused", "unavailable"}
    assert len(published.table("revisions")) > 0

    archive.receive("paavo", "2026", "", "made_up_later.csv", revised + b"\n", "CC0 1.0", made_up=True)
    archive.receive("espoo", "2026", "", "made_up_later.csv", b"later\n", "CC0 1.0", made_up=True)
    archive.withdraw(paavo, "withdrawn later")
    archive.note(Attempt("sotkanet", 2026, "2026-03-01T06:00:00+00:00", "fetched"))
    environment = {"PYTHONPATH": str(clone(tmp_path / "clone")), "TZ": "Pacific/Kiritimati", "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-c", "from seg_pipeline.cli import main; main()", "snapshots", "reproduce", "2026.2-demo"],
        env=os.environ | environment | {"SEG_DATA": str(seg.data)}, cwd=tmp_path / "clone",
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    tables = len(published.manifest["content_tables"])
    assert done.stdout.endswith(f"reproduced: {tables} of {tables} tables, byte for byte\n")
    beside = next(line for line in done.stdout.splitlines() if line.startswith("beside them the same"))
    assert {"moved.parquet", "recipe.zip", "deliveries.json"} <= set(beside.split(": ")[1].split(", "))
    assert "code:" not in done.stdout and "catalogue:" not in done.stdout

"""`seg snapshots export` typed right, typed wrong, stopped half-way, and over files that are there."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from seg_pipeline.classifications import CITIES
from seg_pipeline.snapshots import Snapshot
from seg_pipeline.snapshots.formats import FORMATS, ExportError, choose, place, placing
from seg_pipeline_tests.conftest import SEG, Seg

EXPORT = ("snapshots", "export")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_table_of_a_city_as_excel_is_one_file_and_its_size_is_said(demo: Seg, tmp_path: Path) -> None:
    done = demo(*EXPORT, "2026.1", "--format", "xlsx", "--table", "indicators", "--city", "Helsinki", "--to", tmp_path)
    assert done.returncode == 0, done.stderr
    name = "segregation-2026.1-demo-helsinki-indicators.xlsx"
    assert names(tmp_path) == [name]
    assert done.stderr.startswith("MADE-UP DATA")
    assert done.stdout.split()[-2:] == [str(tmp_path / name), f"{(tmp_path / name).stat().st_size:,}"]


def test_the_default_is_the_latest_snapshot_every_table_and_this_folder(demo: Seg, tmp_path: Path) -> None:
    told = os.environ | {"SEG_DATA": str(demo.data)}
    done = subprocess.run(
        [SEG, *EXPORT, "--format", "parquet"], cwd=tmp_path, env=told, capture_output=True, check=False
    )
    assert done.returncode == 0
    assert names(tmp_path) == [f"segregation-2026.1-demo-{name}.parquet" for name in Snapshot.at(
        demo.data / "snapshots" / "2026.1-demo").tables]  # fmt: skip


WRONG = [
    (["--format", "xls"], 2, "'xls' is not one of 'parquet', 'csv', 'xlsx'"),
    ([], 2, "Missing option '--format'"),
    (["--format", "csv", "--table", "indicator"], 1, "no table 'indicator'; did you mean 'indicators'?"),
    (["--format", "csv", "--city", "Helsinky"], 1, "no city 'Helsinky'; did you mean 'Helsinki'?"),
    (["--format", "csv", "--city", "Inari"], 1, "no city 'Inari'"),
    (["--format", "csv", "--city", "91"], 1, "no city '91'"),
    (["--format", "csv", "--city", ""], 1, "no city ''"),
    (["--format", "geoparquet", "--table", "counts"], 1, "geoparquet holds areas, not counts; any table can be had as"),
    (["--format", "json-stat", "--table", "areas"], 1, "json-stat holds indicators, not areas"),
    (["--format", "xlsx", "--bom"], 2, "--bom belongs to --format csv"),
    (["--format", "csv", "--language", "fi"], 2, "--language belongs to --format json-stat"),
    (["--format", "json-stat", "--language", "de"], 2, "'de' is not one of"),
    (["2031.1", "--format", "csv"], 1, "there is no snapshot '2031.1'"),
    (["../2026.1", "--format", "csv"], 1, "there is no snapshot '../2026.1'"),
]


@pytest.mark.parametrize(("typed", "status", "said"), WRONG, ids=[" ".join(typed) for typed, _, _ in WRONG])
def test_what_is_typed_wrong_is_answered_and_nothing_is_written(
    demo: Seg, tmp_path: Path, typed: list[str], status: int, said: str
) -> None:
    done = demo(*EXPORT, *typed, "--to", tmp_path)
    assert done.returncode == status and said in done.stderr and "Traceback" not in done.stderr
    assert names(tmp_path) == []


def test_a_folder_that_is_a_file_is_answered(demo: Seg, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for to in (tmp_path / "file", tmp_path / "file" / "below"):
        done = demo(*EXPORT, "--format", "csv", "--table", "cities", "--to", to)
        assert done.returncode in (1, 2) and str(to) in done.stderr and "Traceback" not in done.stderr


def test_a_file_that_is_there_is_replaced_by_force_only(demo: Seg, tmp_path: Path) -> None:
    typed = (*EXPORT, "--format", "csv", "--table", "cities", "--to", tmp_path)
    there = tmp_path / "segregation-2026.1-demo-cities.csv"
    there.write_text("mine", encoding="utf-8")
    done = demo(*typed)
    assert done.returncode == 1 and f"{there} is there already: --force replaces it" in done.stderr
    assert names(tmp_path) == [there.name] and there.read_text(encoding="utf-8") == "mine"
    assert demo(*typed, "--force").returncode == 0
    assert there.read_bytes().startswith(b'"city","name_fi"') and len(names(tmp_path)) == 2


def test_all_formats_of_a_table_are_those_that_can_hold_it_and_the_others_are_named(demo: Seg, tmp_path: Path) -> None:
    done = demo(*EXPORT, "--format", "all", "--table", "cities", "--to", tmp_path)
    assert done.returncode == 0
    unfit = [one.name for one in FORMATS.values() if one.holds]
    assert [line.split(":")[0] for line in done.stderr.splitlines()[1:]] == [f"not written as {name}" for name in unfit]
    ends = ("-dictionary.csv", ".csv", ".duckdb", ".parquet", ".xlsx", ".zip")
    assert names(tmp_path) == [f"segregation-2026.1-demo-cities{end}" for end in ends]


def test_every_city_of_the_programme_is_known_by_id_code_and_names(demo: Seg) -> None:
    snapshot = Snapshot.at(demo.data / "snapshots" / "2026.1-demo")
    for city in CITIES:
        for said in (city.city, city.id, city.name_fi, city.name_sv, city.name_en, city.name_sv.upper()):
            assert choose(snapshot, cities=[said]).cities == (city.city,)


def test_a_damaged_snapshot_is_not_exported(demo: Seg, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(demo.data / "snapshots", tmp_path / "snapshots")
    table = tmp_path / "snapshots" / "2026.1-demo" / "cities.parquet"
    table.chmod(0o644)
    table.write_bytes(table.read_bytes()[:-9] + b"x" + table.read_bytes()[-8:])
    done = Seg(tmp_path)(*EXPORT, "--format", "csv", "--to", tmp_path / "out")
    assert done.returncode == 1 and "is not as it was published: cities.parquet" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_killed_export_leaves_no_half_file_and_the_next_one_is_whole(demo: Seg, tmp_path: Path) -> None:
    told = os.environ | {"SEG_DATA": str(demo.data)}
    typed = (*EXPORT, "--format", "xlsx", "--city", "Turku", "--to", tmp_path)
    process = subprocess.Popen([SEG, *typed], env=told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not list(tmp_path.glob(f"{placing.HIDDEN}*")) and time.monotonic() < until:
        time.sleep(0.005)
    time.sleep(0.2)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    left = names(tmp_path)
    assert len(left) == 1 and left[0].startswith(placing.HIDDEN)
    os.utime(tmp_path / left[0], (0, 0))  # long ago
    assert demo(*typed).returncode == 0
    assert names(tmp_path) == ["segregation-2026.1-demo-turku.xlsx"]


def test_a_writer_that_fails_leaves_nothing_of_any_file(tmp_path: Path) -> None:
    def fails(path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device", str(path))

    with pytest.raises(OSError, match="No space left"):
        place({"one": lambda path: path.touch(), "two": fails}, tmp_path)
    assert names(tmp_path) == []


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    def meanwhile(path: Path) -> None:
        path.write_text("ours", encoding="utf-8")
        (tmp_path / "one").write_text("theirs", encoding="utf-8")

    with pytest.raises(ExportError, match="one is there already"):
        place({"one": meanwhile}, tmp_path)
    assert (tmp_path / "one").read_text(encoding="utf-8") == "theirs" and names(tmp_path) == ["one"]


@pytest.mark.parametrize("force", [True, False])
def test_where_links_cannot_be_made_the_file_still_comes_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, force: bool
) -> None:
    def refuses(self: Path, target: Path) -> None:
        raise OSError(1, "Operation not permitted", str(target))

    monkeypatch.setattr(Path, "hardlink_to", refuses)
    place({"one": lambda path: path.touch()}, tmp_path, force)
    assert names(tmp_path) == ["one"]

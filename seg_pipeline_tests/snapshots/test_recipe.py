"""The recipe: all that makes a snapshot again and nothing else, the same bytes for the same files."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from seg_pipeline import provenance, settings, snapshots
from seg_pipeline.defs.lineage import Edition
from seg_pipeline.defs.recording import lay, recorded
from seg_pipeline.defs.warehouse import Warehouse
from seg_pipeline.snapshots.recipe import deliveries, recipe
from seg_pipeline.snapshots.reproducing.environment import pinned
from seg_pipeline.sources.archive import Archive, Attempt, Receipt
from seg_pipeline_tests.conftest import Seg


def opened(data: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(data))


def test_a_recipe_holds_code_catalogue_and_lock_and_nothing_else() -> None:
    names = set(opened(recipe()).namelist())
    modules = {path.relative_to(settings.CLONE).as_posix() for path in (settings.CLONE / "seg_pipeline").rglob("*.py")}
    facts = {path.relative_to(settings.CLONE).as_posix() for path in settings.CATALOGUE.rglob("*.csv")}
    assert modules | facts | {"pyproject.toml", "requirements.lock", "workspace.yaml"} <= names
    assert "seg_pipeline/quality/templates/report.html" in names
    assert not [name for name in names if name.startswith(("seg_pipeline_tests", "data/demo", "data/archive", "."))]
    assert not [name for name in names if name.endswith(".pyc") or "__pycache__" in name]


def test_a_recipe_is_small_and_quick() -> None:
    begun = time.perf_counter()
    made = recipe.__wrapped__(settings.CLONE)
    assert len(made) < 2_000_000
    assert time.perf_counter() - begun < 2  # 0.06 s where the machine is idle


def test_the_same_files_give_the_same_recipe_wherever_and_whenever_they_are(tmp_path: Path) -> None:
    opened(recipe()).extractall(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "seg_pipeline" / "settings.py").chmod(0o755)
    assert recipe(tmp_path / "elsewhere") == recipe()
    told = opened(recipe()).infolist()
    assert [one.filename for one in told] == sorted(one.filename for one in told)
    assert {(one.date_time[0], one.external_attr >> 16, one.create_system) for one in told} == {(1980, 0o100644, 3)}


def test_a_tree_that_differs_from_its_commit_is_recorded_as_it_is(tmp_path: Path) -> None:
    opened(recipe()).extractall(tmp_path)
    changed = tmp_path / "seg_pipeline" / "settings.py"
    changed.write_text(changed.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    (tmp_path / "seg_pipeline" / "__pycache__").mkdir()
    (tmp_path / "seg_pipeline" / "__pycache__" / "left.py").write_text("", encoding="utf-8")
    found = opened(recipe(tmp_path))
    assert found.read("seg_pipeline/settings.py").endswith(b"# changed\n")
    assert found.namelist() == opened(recipe()).namelist()


def test_the_environment_names_what_the_pipeline_needs_as_the_lock_pins_it() -> None:
    told = provenance.environment()
    assert told["python"] == ".".join(map(str, sys.version_info[:3])) and told["platform"]["system"]
    assert {"pandas", "pyarrow", "duckdb", "dagster", "numpy", "scipy"} <= set(told["packages"])
    assert not {"pytest", "ruff", "mypy"} & set(told["packages"])  # nothing is made with them
    assert list(told["packages"]) == sorted(told["packages"])
    assert set(pinned(settings.LOCK.read_text(encoding="utf-8"), told["packages"])) == set(told["packages"])


def test_any_python_can_be_asked_what_it_has_even_one_without_packages() -> None:
    words = [sys.executable, "-S", "-m", "seg_pipeline.provenance"]
    said = subprocess.run(words, cwd=settings.CLONE, capture_output=True, text=True, check=True).stdout
    assert json.loads(said) == provenance.environment() | {"packages": {}}


def test_only_entries_of_exactly_these_versions_are_taken_from_a_lock() -> None:
    lock = (
        "numpy==2.4.6 ; python_full_version < '3.12' \\\n    --hash=sha256:aa\nnumpy==2.5.5 \\\n    --hash=sha256:bb\n"
    )
    lock += "pandera[pandas]==0.35.0 \\\n    --hash=sha256:cc\npandas==3.1.1 \\\n    --hash=sha256:dd\n"
    found = pinned(lock, {"numpy": "2.4.6", "pandera": "0.35.0", "pandas": "3.1.2"})
    assert sorted(found) == ["numpy", "pandera"] and "sha256:aa" in found["numpy"] and "2.5.5" not in found["numpy"]


def received(archive: Archive, data: bytes, release: str = "2026") -> Receipt:
    return archive.receive("paavo", release, "", "paavo.csv", data, "CC BY 4.0", made_up=False)[0]


def test_what_is_recorded_is_what_the_tables_were_made_from_and_lays_the_same_archive_again(tmp_path: Path) -> None:
    edition = Edition(2026, Warehouse(settings.Settings(tmp_path / "data")))
    then = [received(edition.archive, data) for data in (b"first", b"refused", b"read")]
    edition.archive.note(Attempt("paavo", 2026, "2026-02-01T06:00:00+00:00", "unavailable", "no answer"))
    outcomes = ("replaced", "refused", "read")
    books = [vars(receipt) | {"outcome": outcome} for receipt, outcome in zip(then, outcomes, strict=True)]
    received(edition.archive, b"later"), received(edition.archive, b"another", "2025")
    edition.archive.withdraw(then[0], "withdrawn later")
    told = json.loads(recorded(edition, books)["deliveries.json"])
    assert [one["outcome"] for one in told["deliveries"]] == list(outcomes)

    objects = tmp_path / "objects"
    objects.mkdir()
    for receipt in then:
        (objects / receipt.sha256).write_bytes(edition.archive.held(receipt.sha256) or b"")
    again = Archive(tmp_path / "again")
    lay(again, told, objects)
    assert list(again.receipts()) == then and again.counting("paavo", 2026) == [then]
    assert [again.read(receipt) for receipt in then] == [b"first", b"refused", b"read"]
    assert again.attempt("paavo", 2026) == edition.archive.attempt("paavo", 2026)


def test_bytes_that_the_archive_has_lost_or_damaged_are_not_given_out(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    receipt = received(archive, b"bytes")
    assert archive.held(receipt.sha256) == b"bytes" and archive.held("0" * 64) is None
    path = tmp_path / "objects" / receipt.sha256[:2] / receipt.sha256
    path.chmod(0o644)
    path.write_bytes(b"other")
    assert archive.held(receipt.sha256) is None
    archive.restore(receipt, b"bytes")
    assert archive.held(receipt.sha256) == b"bytes"


def test_a_snapshot_keeps_its_recipe_its_environment_and_every_delivery(demo: Seg) -> None:
    snapshot = snapshots.open("2026.1-demo", demo.data / "snapshots")
    kept = opened(snapshot.shelf.read(snapshot.version, "recipe.zip"))
    assert kept.testzip() is None and "seg_pipeline/cli/rebuilding.py" in kept.namelist()
    assert snapshot.manifest["environment"] == provenance.environment()
    assert set(snapshot.manifest["content_tables"]) < set(snapshot.tables) and "moved" in snapshot.tables
    assert "moved" not in snapshot.manifest["content_tables"]  # it tells of the snapshot before
    archive = Archive(demo.data / "archive" / "demo")
    assert deliveries(snapshot) == [vars(receipt) for receipt in archive.receipts()]


def test_a_snapshot_from_before_recipes_says_what_to_do(demo: Seg, tmp_path: Path) -> None:
    shutil.copytree(demo.data / "snapshots" / "2026.1-demo", tmp_path / "2026.1-demo")
    snapshot = snapshots.open("2026.1-demo", tmp_path)
    del snapshot.manifest["files"]["recipe.zip"], snapshot.manifest["files"]["deliveries.json"]
    with pytest.raises(snapshots.SnapshotError, match="from before snapshots kept"):
        deliveries(snapshot)

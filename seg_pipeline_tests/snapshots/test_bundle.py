"""The bundle: one file, the same bytes each time, that makes a snapshot again on another machine without a network."""

from __future__ import annotations

import ast
import csv
import io
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from seg_pipeline import provenance, settings, snapshots
from seg_pipeline.snapshots import SnapshotError
from seg_pipeline.snapshots.bundle import bundle, file_name
from seg_pipeline.snapshots.recipe import pack
from seg_pipeline.sources.archive import Archive
from seg_pipeline_tests.conftest import Seg
from seg_pipeline_tests.snapshots.rehearsed import rehearsed
from seg_pipeline_tests.snapshots.test_reproduce import ALTERED

PROGRAM = settings.CLONE / "seg_pipeline" / "snapshots" / "reproducing"
BARE = os.path.realpath(sys.executable)  # the interpreter without the packages of this environment
NO_NETWORK = "import socket\ndef refused(*_, **__):\n    raise OSError('no network')\nsocket.socket.connect = refused\n"


def elsewhere(made: Path, folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a bundle as on another machine: an empty home, nothing of this environment, no network."""
    for name in ("home", "temporary"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    moved = Path(shutil.copy2(made, folder))
    alone = ["unshare", "--net"] if shutil.which("unshare") else []
    if alone and subprocess.run([*alone, "true"], check=False, capture_output=True).returncode:
        alone = []
    told = {"HOME": str(folder / "home"), "TMPDIR": str(folder / "temporary"), "PATH": "/usr/bin:/bin"}
    if not alone:
        (folder / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
        told["PYTHONPATH"] = str(folder)
    return subprocess.run(
        [*alone, BARE, moved.name, *map(str, words)],
        cwd=folder, env=told, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip


def test_a_bundle_reproduces_elsewhere_and_leaves_nothing_behind(tmp_path: Path) -> None:
    snapshot, archive = rehearsed(tmp_path)
    made = bundle(snapshot, archive.held, tmp_path / "bundle.zip")
    done = elsewhere(made, tmp_path / "there", "--python", sys.executable)
    assert done.returncode == 0 and done.stdout.endswith("reproduced: 3 of 3 tables, byte for byte\n"), done.stderr
    assert not list((tmp_path / "there" / "temporary").iterdir()) and not list((tmp_path / "there" / "home").iterdir())


def test_a_bundle_says_what_differs_down_to_the_row(tmp_path: Path) -> None:
    there = provenance.environment() | {"python": "3.99.0"}
    snapshot, archive = rehearsed(tmp_path, ALTERED, recorded=there)
    made = bundle(snapshot, archive.held, tmp_path / "bundle.zip")
    done = elsewhere(made, tmp_path / "there", "--python", sys.executable)
    assert done.returncode == 1 and "NOT reproduced: only 2 of 3 tables" in done.stdout
    assert " → 0.123" in done.stdout and "  python 3.99.0 → " in done.stdout


def test_a_bundle_that_was_unpacked_or_changed(tmp_path: Path) -> None:
    snapshot, archive = rehearsed(tmp_path)
    made = bundle(snapshot, archive.held, tmp_path / "bundle.zip")
    with zipfile.ZipFile(made) as packed:
        packed.extractall(tmp_path / "unpacked")
    assert subprocess.run([BARE, tmp_path / "unpacked"], check=False, capture_output=True).returncode == 0
    receipt = next(archive.receipts())
    (tmp_path / "unpacked" / "data" / "objects" / receipt.sha256).write_bytes(b"changed")
    done = subprocess.run([BARE, tmp_path / "unpacked"], check=False, capture_output=True, text=True)
    assert done.returncode == 1 and f"data/objects/{receipt.sha256} is not as it was" in done.stderr


def test_a_python_that_cannot_run_the_recipe_is_said(tmp_path: Path) -> None:
    snapshot, archive = rehearsed(tmp_path)
    made = bundle(snapshot, archive.held, tmp_path / "bundle.zip")
    done = elsewhere(made, tmp_path / "there", "--python", tmp_path / "none")
    assert done.returncode == 1 and "name a Python of its time with --python" in done.stderr


def test_the_same_snapshot_gives_the_same_bundle_for_its_owner_only_and_never_over_another(tmp_path: Path) -> None:
    snapshot, archive = rehearsed(tmp_path)
    one = bundle(snapshot, archive.held, tmp_path / "one.zip")
    other = bundle(snapshot, archive.held, tmp_path / "other.zip")
    assert one.read_bytes() == other.read_bytes() and one.stat().st_mode & 0o777 == 0o600
    before = sorted(tmp_path.iterdir())
    with pytest.raises(SnapshotError, match="is there already"):
        bundle(snapshot, archive.held, one)
    with pytest.raises(SnapshotError, match="are not in the archive"):
        bundle(snapshot, lambda _: None, tmp_path / "third.zip")
    assert sorted(tmp_path.iterdir()) == before


def test_a_bundle_of_real_deliveries_says_that_it_is_not_public(tmp_path: Path) -> None:
    seg = Seg(tmp_path / "data")
    snapshot, archive = rehearsed(seg.data)
    assert file_name(snapshot) == "segregation-2026.1-bundle-not-public.zip"
    done = seg("snapshots", "bundle", "2026.1", "--archive", archive.root, "--to", tmp_path / "one.zip")
    assert done.returncode == 0 and done.stderr.startswith("NOT PUBLIC: ")
    with zipfile.ZipFile(tmp_path / "one.zip") as packed:
        readme = packed.read("README.txt").decode()
    assert all(word in readme for word in ("EI JULKINEN", "INTE OFFENTLIG", "NOT PUBLIC"))
    again = seg("snapshots", "bundle", "2026.1", "--archive", archive.root, "--to", tmp_path / "one.zip")
    assert again.returncode == 1 and "nothing is written over" in again.stderr


def test_the_program_of_a_bundle_needs_the_standard_library_only() -> None:
    for path in PROGRAM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                named = [str(node.module)]
            allowed = sys.stdlib_module_names | ({"pandas", "pyarrow"} if path.stem == "rows" else set())
            assert {name.partition(".")[0] for name in named} <= allowed, path


def wheel(folder: Path, name: str = "rehearsed", version: str = "1.0") -> Path:
    """Write a wheel that pip installs, and return it."""
    about = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": b"",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{about}/RECORD"] = "".join(f"{path},,\n" for path in [*files, f"{about}/RECORD"]).encode()
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    path.write_bytes(pack(files))
    return path


def test_an_environment_is_built_from_the_wheels_in_the_bundle_by_their_hashes(tmp_path: Path) -> None:
    import hashlib

    made = wheel(tmp_path / "wheels")
    sha256 = hashlib.sha256(made.read_bytes()).hexdigest()
    lock = f"another==2 \\\n    --hash=sha256:{'0' * 64}\nrehearsed==1.0 \\\n    --hash=sha256:{sha256}\n"
    needs = provenance.environment() | {"packages": {"rehearsed": "1.0"}}
    asked = f"""
import importlib.metadata, json
try:
    packages = {{"rehearsed": importlib.metadata.version("rehearsed")}}
except importlib.metadata.PackageNotFoundError:
    packages = {{}}
print(json.dumps({needs!r} | {{"packages": packages}}))
"""
    snapshot, archive = rehearsed(tmp_path, "import rehearsed", recorded=needs, lock=lock, asked=asked)
    packed = bundle(snapshot, archive.held, tmp_path / "bundle.zip", tmp_path / "wheels")
    rows = list(csv.reader(io.StringIO(zipfile.ZipFile(packed).read("wheels.csv").decode())))
    assert rows[1:] == [["rehearsed", "1.0", made.name, sha256]]
    done = elsewhere(packed, tmp_path / "there")
    assert done.returncode == 0 and "reproduced: 3 of 3 tables" in done.stdout, done.stderr
    assert "building an environment from " in done.stdout and "the environment is as recorded" in done.stdout
    assert elsewhere(packed, tmp_path / "there", "--environment", "same").returncode == 1  # it has no such package

    without = bundle(snapshot, archive.held, tmp_path / "without.zip")
    rows = list(csv.reader(io.StringIO(zipfile.ZipFile(without).read("wheels.csv").decode())))
    assert rows == [["package", "version", "file", "sha256"], ["rehearsed", "1.0", "", sha256]]
    made.write_bytes(made.read_bytes() + b"\0")
    with pytest.raises(SnapshotError, match="no wheel with a hash of the lock of: rehearsed"):
        bundle(snapshot, archive.held, tmp_path / "third.zip", tmp_path / "wheels")


@pytest.mark.scale
def test_the_made_up_edition_is_made_again_from_its_bundle_elsewhere(demo: Seg, tmp_path: Path) -> None:
    snapshot = snapshots.open("2026.1-demo", demo.data / "snapshots")
    archive = Archive(demo.data / "archive" / "demo")
    made = bundle(snapshot, archive.held, tmp_path / file_name(snapshot))
    assert made.stat().st_size < 10_000_000
    done = elsewhere(made, tmp_path / "there", "--python", sys.executable)
    tables = len(snapshot.manifest["content_tables"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(f"reproduced: {tables} of {tables} tables, byte for byte\n")

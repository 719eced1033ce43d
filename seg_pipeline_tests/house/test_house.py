"""The house rules that a test can hold: imports, the lock, the catalogue, made-up data, and nothing copied in."""

from __future__ import annotations

import ast
import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from seg_pipeline import catalogue, provenance, settings
from seg_pipeline.settings import CLONE
from seg_pipeline.snapshots import recipe
from seg_pipeline.sources import all_sources
from seg_pipeline_tests.conftest import SHARED


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "-C", str(CLONE), "ls-files", "-z"], capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git clone")
    return [CLONE / name for name in listed.stdout.split("\0") if name and (CLONE / name).is_file()]


def loaded_by(code: str) -> set[str]:
    said = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sorted(sys.modules))"],
        capture_output=True, text=True, check=True, cwd=CLONE,
    )  # fmt: skip
    return {module.split(".")[0] for module in said.stdout.split()}


def test_the_import_layers_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=CLONE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("code", "heavy"),
    [
        ("from seg_pipeline import snapshots", {"dagster", "great_expectations", "pandera", "pandas", "duckdb"}),
        ("from seg_pipeline import indicators", {"dagster", "great_expectations", "duckdb"}),
        ("from seg_pipeline import cli", {"dagster", "great_expectations", "pandera", "pandas", "duckdb"}),
        ("from seg_pipeline import definitions", {"great_expectations"}),
    ],
)
def test_importing_loads_no_more_than_it_needs(code: str, heavy: set[str]) -> None:
    assert not loaded_by(code) & heavy


def test_every_file_of_the_package_is_in_the_digest_of_the_code_and_in_the_recipe() -> None:
    kinds = {path.suffix for path in tracked() if path.is_relative_to(CLONE / "seg_pipeline")}
    assert kinds == set(provenance.SOURCES) == set(recipe.KINDS["seg_pipeline"])


def test_the_lock_pins_by_hash_and_names_no_registry() -> None:
    lock = settings.LOCK.read_text(encoding="utf-8")
    assert "://" not in lock and "--index" not in lock and "--find-links" not in lock
    pinned = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==.*?(?=^[A-Za-z]|\Z)", lock, re.DOTALL | re.MULTILINE)
    assert len(pinned) > 100
    assert all("--hash=sha256:" in block for block in re.split(r"^(?=[A-Za-z])", lock, flags=re.MULTILINE) if block)
    assert not (CLONE / "uv.lock").exists()


def test_the_same_code_location_is_named_everywhere() -> None:
    assert "location_name: seg_pipeline" in (CLONE / "workspace.yaml").read_text(encoding="utf-8")
    assert 'code_location_name = "seg_pipeline"' in (CLONE / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(settings.CATALOGUE.rglob("*.csv")), ids=lambda path: path.stem)
def test_the_catalogue_can_be_read_and_no_text_is_missing(path: Path) -> None:
    rows = catalogue.rows(path.relative_to(settings.CATALOGUE).with_suffix("").as_posix())
    assert rows or path.stem in ("waivers", "withdrawals")
    for row in rows:
        for language in {"fi", "sv", "en", "name_fi", "name_sv", "name_en"} & set(row):
            assert row[language].strip(), row


@pytest.mark.parametrize(("name", "key"), [("refusals", "refusal"), ("texts", "text"), ("wellbeing", "indicator")])
def test_a_key_of_the_catalogue_is_there_once(name: str, key: str) -> None:
    keys = [row[key] for row in catalogue.rows(name)]
    assert len(keys) == len(set(keys))


SOURCES = CLONE / "seg_pipeline" / "sources"
READERS = ("readers/delimited.py", "readers/geojson.py", "readers/records.py", "readers/workbook.py", "bundle.py")
SAID = [*(SOURCES / name for name in READERS), *sorted((SOURCES / "cities").rglob("*.py"))]
AS_THEY_ARE = {"", '""', "UTF-8", "ISO-8859-1", "<!DOCTYPE"}  # in every language


@pytest.mark.parametrize("path", SAID, ids=lambda path: path.stem)
def test_what_a_refusal_says_is_a_text_in_three_languages(path: Path) -> None:
    texts = {row["text"] for name in ("texts", "check_texts") for row in catalogue.rows(name)}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Refused", "Wrong"):
            told = {"found": 1, "expected": 2} if node.func.id == "Refused" else {"expected": 1, "found": 2}
            given = {word.arg: word.value for word in node.keywords}
            given |= {name: node.args[at] for name, at in told.items() if at < len(node.args)}
            written = [one.value for name, one in given.items() if name in told and isinstance(one, ast.Constant)]
            assert set(written) <= texts | AS_THEY_ARE, (path.name, node.lineno)


def test_a_broken_catalogue_is_named_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cities.csv").write_text("city,id\n091,helsinki\n049\n", encoding="utf-8")
    monkeypatch.setattr(catalogue, "CATALOGUE", tmp_path)
    catalogue.rows.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"cities\.csv, line 3"):
            catalogue.rows("cities")
    finally:
        monkeypatch.undo()
        catalogue.rows.cache_clear()


def test_demo_data_is_small_says_that_it_is_made_up_and_comes_from_its_generator(tmp_path: Path) -> None:
    made = sorted(path for path in settings.DEMO.glob("*/*") if path.is_file())
    made = [path for path in made if path.parent.name != "generators"]
    assert all(path.name.startswith("made_up_") for path in made)
    assert {path.parent.name for path in made} == set(all_sources())
    assert sum(path.stat().st_size for path in settings.DEMO.rglob("*")) < 3_000_000
    done = subprocess.run([sys.executable, settings.DEMO / "generate.py", tmp_path], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr
    for path in made:
        assert (tmp_path / path.relative_to(settings.DEMO)).read_bytes() == path.read_bytes(), path.name


def test_nothing_of_the_real_releases_is_in_the_project(shared: Callable[[str], Path]) -> None:
    shared("README.md")
    real = {hashlib.sha256(path.read_bytes()).hexdigest() for path in SHARED.rglob("*") if path.is_file()}
    assert not [path.name for path in tracked() if hashlib.sha256(path.read_bytes()).hexdigest() in real]


def test_dagster_and_great_expectations_send_nothing_home(tmp_path: Path) -> None:
    code = "from seg_pipeline import settings; import os; print(os.environ['GX_ANALYTICS_ENABLED'])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "false\n"
    from seg_pipeline.defs.refresh import make_home
    from seg_pipeline.settings import Settings

    home = make_home(Settings(tmp_path))
    assert "telemetry:\n  enabled: false\nnux:\n  enabled: false" in (home / "dagster.yaml").read_text(encoding="utf-8")

"""The same deliveries and lock give the same bytes: with any number of threads, in any locale, time zone and folder.

A refresh that differs from the shared one in everything at once runs always. Each thing on its own is tried with
``.venv/bin/python -m pytest -m scale seg_pipeline_tests/snapshots/test_same_bytes.py`` (some minutes).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from seg_pipeline import settings, snapshots
from seg_pipeline.defs.resources import duckdb
from seg_pipeline.settings import CLONE
from seg_pipeline_tests.conftest import Seg

THREADS = ("SEG_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ARROW_IO_THREADS", "POLARS_MAX_THREADS")
PLAIN = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}  # not one letter beyond ASCII
IN_A_CLONE = "import sys; from seg_pipeline import cli; assert cli.__file__.startswith(sys.argv.pop(1)); cli.main()"


def threads(number: int) -> dict[str, str]:
    """Return the settings by which the indicators, DuckDB, Arrow and the linear algebra take so many threads."""
    return dict.fromkeys(THREADS, str(number))


def installed(locale: str) -> bool:
    listed = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout.lower()
    return locale.lower().replace("-", "") in listed.replace("-", "").split()


def clone(to: Path) -> Path:
    """Return a second clone: the code, the catalogue and the made-up deliveries, without what was made at run time."""
    for name in ("seg_pipeline", "data/catalogue", "data/demo", "data/keys"):
        if (CLONE / name).exists():
            shutil.copytree(CLONE / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "requirements.lock", "workspace.yaml"):
        shutil.copy(CLONE / name, to / name)
    return to


def refreshed(folder: Path, environment: dict[str, str], of: Path | None = None) -> dict[str, str]:
    """Return the sha256 of every table and of their description, as a process with this environment published them."""
    told = os.environ | {"SEG_DATA": str(folder / "data")} | environment
    command = [str(Path(sys.executable).with_name("seg"))]
    if of:
        told |= {"PYTHONPATH": str(of)}
        command = [sys.executable, "-c", IN_A_CLONE, str(of)]
    words = [*command, "refresh", "--edition", "2026", "--profile", "demo"]
    done = subprocess.run(words, env=told, cwd=folder, capture_output=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return published(folder / "data")


def published(data: Path) -> dict[str, str]:
    snapshot = snapshots.open("2026.1-demo", data / "snapshots")
    names = [*(f"{name}.parquet" for name in snapshot.tables), "datapackage.json"]
    found = {name: hashlib.sha256(snapshot.shelf.read(snapshot.version, name)).hexdigest() for name in names}
    assert len(found) > 10 and found["counts.parquet"] == snapshot.manifest["files"]["counts.parquet"]["sha256"]
    return {**found, "content": snapshot.manifest["content"]}


def test_the_number_of_threads_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.current().threads is None
    monkeypatch.setenv("SEG_THREADS", "8")
    assert settings.current().threads == duckdb().connection_config["threads"] == 8
    for wrong in ("0", "-1", "many", "1.5"):
        monkeypatch.setenv("SEG_THREADS", wrong)
        with pytest.raises(settings.SettingsError, match="whole number from 1"):
            duckdb()


def test_eight_threads_in_another_locale_time_zone_and_clone_give_the_same_bytes(demo: Seg, tmp_path: Path) -> None:
    other = clone(tmp_path / "toinen työpöytä")
    strange = {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1", **PLAIN}
    assert refreshed(tmp_path, threads(8) | strange, other) == published(demo.data)


@pytest.mark.scale
def test_eight_threads_on_the_other_side_of_the_date_line_give_the_same_bytes(demo: Seg, tmp_path: Path) -> None:
    strange = {"TZ": "Pacific/Pago_Pago", "PYTHONHASHSEED": "4294967295", "LC_ALL": "C.UTF-8"}
    assert refreshed(tmp_path, threads(8) | strange) == published(demo.data)


@pytest.mark.scale
@pytest.mark.parametrize(
    "alone",
    [
        *(threads(number) for number in (1, 2, 8)),
        *({"PYTHONHASHSEED": seed} for seed in ("0", "1", "2026")),
        *({"TZ": zone} for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Helsinki")),
        *({"LC_ALL": locale} for locale in ("C", "fi_FI.UTF-8", "sv_FI.UTF-8", "tr_TR.UTF-8")),
    ],
    ids=lambda alone: " ".join(f"{name}={value}" for name, value in list(alone.items())[:1]),
)
def test_each_thing_on_its_own_leaves_the_bytes_as_they_are(demo: Seg, tmp_path: Path, alone: dict[str, str]) -> None:
    if "." in (locale := alone.get("LC_ALL", "")) and not installed(locale):
        pytest.skip(f"the locale {locale} is not installed")
    assert refreshed(tmp_path, alone) == published(demo.data)

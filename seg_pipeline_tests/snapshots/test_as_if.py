"""As if: an edition's figures with another year's method, from its published counts, both ways round."""

from __future__ import annotations

import io
import re
import shutil
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from seg_pipeline import parquet, snapshots, tables
from seg_pipeline.indicators.compute import METHOD_VERSION
from seg_pipeline.snapshots import Snapshot, SnapshotError
from seg_pipeline.snapshots.as_if import LeftOutWarning
from seg_pipeline.snapshots.publish import publish
from seg_pipeline.snapshots.recipe import pack, recipe
from seg_pipeline_tests.conftest import Seg
from seg_pipeline_tests.snapshots.test_publish import ORIGIN, SOURCES

OTHER = "older"  # the version of a method that shows two decimals of every value
ENGINE = "seg_pipeline/indicators/compute.py"
KEY = tables.key("indicators")


def older_recipe() -> bytes:
    with zipfile.ZipFile(io.BytesIO(recipe())) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    engine = files[ENGINE].decode()
    engine = re.sub(r'^METHOD_VERSION = ".*"', f'METHOD_VERSION = "{OTHER}"', engine, flags=re.MULTILINE)
    files[ENGINE] = re.sub(r"^DECIMALS = \([0-9]+,", "DECIMALS = (2,", engine, flags=re.MULTILINE).encode()
    return pack(files)


@pytest.fixture(scope="module")
def shelf(demo: Seg, tmp_path_factory: pytest.TempPathFactory) -> tuple[Snapshot, Snapshot]:
    """Two editions of a part of the made-up tables on one shelf: the older by another method, the newer by today's."""
    folder = tmp_path_factory.mktemp("shelf")
    whole = snapshots.open("2026.1-demo", demo.data / "snapshots")
    cities = ("091", "049", "092")
    parts = {name: whole.table(name) for name in ("counts", "areas", "indicators")}
    parts = {name: table[table["city"].isin(cities)] for name, table in parts.items()}
    for name in ("counts", "indicators"):
        told = parts[name]
        parts[name] = told[(told["source"] != "paavo") | told["dimension"].isin(["income", "tenure"])]
    with_letters = parts["indicators"].assign(comparison_group=None)  # they compare the cities that are there
    new = parts | {"indicators": with_letters}
    old = parts | {"indicators": with_letters.assign(value=with_letters["value"].round(2), method_version=OTHER)}
    sources = dict.fromkeys(set(parts["indicators"]["source"]), SOURCES["paavo"])
    made = [
        publish(folder, edition, content, ORIGIN, sources, made_up=True, files={"recipe.zip": code})[0]
        for edition, content, code in ((2026, old, older_recipe()), (2027, new, recipe()))
    ]
    return made[0], made[1]


def same(found: pd.DataFrame, published: pd.DataFrame) -> None:
    """Assert that every figure that was computed again is the published one."""
    told = published[published["source"].isin(found["source"])].sort_values(KEY, ignore_index=True)
    ours = found.sort_values(KEY, ignore_index=True)
    assert list(ours.columns) == list(told.columns) and len(ours) == len(told) > 100
    pd.testing.assert_frame_equal(ours[KEY], told[KEY])
    assert np.nanmax(np.abs(ours["value"].to_numpy(float) - told["value"].to_numpy(float))) <= 1e-12
    assert (ours["value"].isna() == told["value"].isna()).all()


def test_todays_method_gives_every_public_figure_of_the_edition_that_it_made(demo: Seg) -> None:
    snapshot = snapshots.open("2026.1-demo", demo.data / "snapshots")
    with pytest.warns(LeftOutWarning, match="not computed again"):
        found = snapshot.as_if("today")
    published = snapshot.table("indicators")
    told = published[published["source"].isin(found["source"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, told, rtol=0, atol=1e-12)  # intervals, bounds and letters too
    attrs = found.attrs
    assert (attrs["snapshot"], attrs["method"], attrs["code"]) == (
        "2026.1-demo", METHOD_VERSION, "the installed code"
    )  # fmt: skip
    assert sum(attrs["left_out"].values()) + len(found) == len(published)
    assert not set(attrs["left_out"]) & set(snapshot.table("counts")["source"])


def test_an_old_edition_with_todays_method_and_a_new_one_with_the_old(shelf: tuple[Snapshot, Snapshot]) -> None:
    old, new = shelf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LeftOutWarning)
        today, before, own = old.as_if(METHOD_VERSION), new.as_if(OTHER), old.as_if(OTHER)
    same(today, new.table("indicators"))
    assert (today.attrs["method"], today.attrs["code"]) == (METHOD_VERSION, "the installed code")
    same(before, old.table("indicators"))
    assert (before.attrs["method"], before.attrs["code"]) == (OTHER, f"the recipe of {old.version}")
    same(own, old.table("indicators"))
    assert (before["value"].dropna() == before["value"].dropna().round(2)).all()
    assert (today["value"].dropna() != today["value"].dropna().round(2)).any()


def test_a_method_that_nobody_has_is_said_with_those_that_there_are(shelf: tuple[Snapshot, Snapshot]) -> None:
    said = rf"no code here has the method '99'; there are the methods: {METHOD_VERSION} \(today\), .*{OTHER} \(2026"
    with pytest.raises(SnapshotError, match=said):
        shelf[0].as_if("99")


def test_code_that_was_changed_on_the_shelf_is_not_run(shelf: tuple[Snapshot, Snapshot], tmp_path: Path) -> None:
    shutil.copytree(Path(shelf[0].where).parent, tmp_path / "copy")
    changed = snapshots.open(shelf[1].version, tmp_path / "copy")
    path = tmp_path / "copy" / shelf[0].version / "recipe.zip"
    path.chmod(0o644)
    path.write_bytes(recipe())
    with pytest.raises(SnapshotError, match="is not as it was published"):
        changed.as_if(OTHER)


def test_the_command_says_how_many_figures_differ_and_writes_the_table_once(
    shelf: tuple[Snapshot, Snapshot], tmp_path: Path
) -> None:
    seg, folder = Seg(tmp_path), str(Path(shelf[0].where).parent)
    words: list[str | Path] = ["snapshots", "as-if", "2026.1", "--method", "today", "--to", tmp_path / "table.parquet"]
    done = seg(*words, SEG_SNAPSHOTS=folder)
    assert done.returncode == 0 and f"as if by method {METHOD_VERSION} (the installed code)" in done.stdout, done.stderr
    assert re.search(r"^[1-9][0-9,]* of [0-9,]+ figures are not those published$", done.stdout, re.MULTILINE)
    assert re.search(r"^the largest: .* → ", done.stdout, re.MULTILINE) and "LeftOut" not in done.stderr
    assert list(parquet.read(tmp_path / "table.parquet").columns) == list(shelf[0].table("indicators").columns)
    again = seg(*words, SEG_SNAPSHOTS=folder)
    assert again.returncode == 1 and "table.parquet" in again.stderr and "Traceback" not in again.stderr

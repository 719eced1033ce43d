"""``seg snapshots diff`` and ``history``, as a user types them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from seg_pipeline import parquet
from seg_pipeline.snapshots import Snapshot
from seg_pipeline.snapshots.publish import publish
from seg_pipeline_tests.conftest import Seg
from seg_pipeline_tests.defs.test_since import content, delivery, edition, put
from seg_pipeline_tests.snapshots.test_publish import ORIGIN, SOURCES
from seg_pipeline_tests.spec.test_compute import made


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Seg:
    """The command in a data folder with two snapshots, of a revised delivery, and a made-up one."""
    ready = Seg(tmp_path_factory.mktemp("two"))
    of = edition(ready.data)
    put(ready.data, content(), receipts=(delivery(of),))
    hidden = content(36)
    rows = hidden["counts"]["area_id"] == "00120"
    hidden["counts"].loc[rows, "count"] = pd.NA
    hidden["counts"].loc[rows, "status"] = "suppressed"
    hidden["indicators"] = made(hidden["counts"])
    put(ready.data, hidden, receipts=(delivery(of, data=b"2"),))
    publish(ready.data / "snapshots", 2026, content(), ORIGIN, SOURCES, True)
    return ready


def last(two: Seg) -> Snapshot:
    return Snapshot.at(two.data / "snapshots" / "2026.2")


def test_a_difference_is_told_in_counts_flags_deliveries_and_terms(two: Seg) -> None:
    done = two("snapshots", "diff", "2026.1", "2026.2")
    assert done.returncode == 0, done.stderr
    assert "2026.1 (published " in done.stdout and "→ 2026.2 (published " in done.stdout
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("counts ")]
    assert line.split()[1:6] == ["8", "8", "+0", "-0", "~6"]
    assert "counts: observed → suppressed: 4 rows" in done.stdout
    assert "revised: paavo 2026 (whole), revision 2: paavo.csv" in done.stdout
    assert "the same: " in done.stdout and "wellbeing" in done.stdout
    (total,) = last(two).table("moved", indicator="dissimilarity", term="total").to_dict("records")
    before, after = (f"{total[column]:.6f} (2024)" for column in ("from_value", "to_value"))
    change = f"{total['value']:+.6f}"
    assert f"Helsinki, dissimilarity, postal_area, income low–high: {before} → {after}: {change}" in done.stdout
    assert "The source has revised its figures" in done.stdout and "hidden in one of the years" in done.stdout
    assert done.stdout == two("snapshots", "diff", "2026.1").stdout  # the latest by default


def test_one_table_with_its_rows_and_in_another_language(two: Seg) -> None:
    done = two("snapshots", "diff", "2026.1", "2026.2", "--table", "counts", "--rows")
    assert "before_count" in done.stdout and "suppressed" in done.stdout and "indicators" not in done.stdout
    assert "Lähde on korjannut lukujaan" in two("snapshots", "diff", "2026.1", "2026.2", "--language", "fi").stdout
    assert "Källan har rättat sina tal" in two("snapshots", "diff", "2026.1", "2026.2", "--language", "sv").stdout


def test_all_of_it_is_written_into_a_folder(two: Seg, tmp_path: Path) -> None:
    done = two("snapshots", "diff", "2026.1", "2026.2", "--to", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    snapshot, out = last(two), tmp_path / "out"
    assert (out / "CHANGES.md").read_bytes() == snapshot.shelf.read("2026.2", "CHANGES.md")
    pd.testing.assert_frame_equal(parquet.read(out / "moved.parquet"), snapshot.table("moved"))
    rows = parquet.read(out / "rows_of_counts.parquet")
    assert len(rows) == 6 and set(rows["what"]) == {"changed"} and not (out / "rows_of_areas.parquet").exists()
    again = two("snapshots", "diff", "2026.1", "2026.2", "--to", out)
    assert again.returncode == 1 and "not empty" in again.stderr


def test_two_snapshots_in_the_other_direction_are_worked_out(two: Seg) -> None:
    there, back = (two("snapshots", "diff", *pair).stdout for pair in (("2026.1", "2026.2"), ("2026.2", "2026.1")))
    assert "suppressed → observed: 4 rows" in back and "observed → suppressed" in there
    total = last(two).table("moved", indicator="dissimilarity", term="total")["value"].iloc[0]
    assert f"{total:+.6f}" in there and f"{-total:+.6f}" in back


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("2026.1", "2026.1"), "the same snapshot"),
        (("2026.2", "latest"), "the same snapshot"),
        (("2026.1", "2027.1"), "there are: 2026.1-demo, 2026.1, 2026.2"),
        (("2026.1", "2026.1-demo"), "made up"),
        (("2026.1", "2026.2", "--table", "count"), "did you mean 'counts'"),
    ],
)
def test_what_cannot_be_compared_is_said_with_what_can(two: Seg, words: tuple[str, ...], said: str) -> None:
    done = two("snapshots", "diff", *words)
    assert done.returncode == 1 and said in done.stderr and "Traceback" not in done.stderr


def test_the_history_of_a_figure(two: Seg) -> None:
    done = two("snapshots", "history", "dissimilarity", "--city", "Helsingfors", "--dimension", "income")
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("postal_area")]
    assert len(lines) == 2 and "first published" in lines[0] and "2026.2" in lines[1]
    assert "revised its figures" in lines[1] or "hidden" in lines[1]
    assert "julkaistu ensi kerran" in two(
        "snapshots", "history", "gini", "--city", "091", "--version", "2026.1", "--language", "fi"
    ).stdout  # fmt: skip


def test_the_same_value_again_is_shown_only_when_asked(two: Seg) -> None:
    words = ("snapshots", "history", "dissimilarity", "--city", "Helsinki", "--version", "2026.1-demo")
    assert "MADE-UP" in two(*words).stdout
    typo = two("snapshots", "history", "disimilarity", "--city", "Helsinki")
    assert typo.returncode == 1 and "did you mean 'dissimilarity'" in typo.stderr
    assert two("snapshots", "history", "dissimilarity").returncode == 2  # whose?

"""A report is whole or not there: kills, full disks, two makers at once, other code; the banner; the same bytes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from seg_pipeline.report import pages, site, standing, verifying
from seg_pipeline.report.book import ReportError
from seg_pipeline.report.pages import download
from seg_pipeline.snapshots import Snapshot
from seg_pipeline_tests.report import cheap

ENDED = """
import os, resource, signal, sys
from pathlib import Path
from seg_pipeline.report import pages, site
from seg_pipeline.report.pages import Kind
from seg_pipeline.snapshots import Snapshot
from seg_pipeline_tests.report import cheap

def end(book, name):
    os.kill(os.getpid(), signal.SIGKILL)

pages.KINDS = cheap.KINDS | ({"end": Kind(lambda _: ["end"], end)} if sys.argv[3] == "kill" else {})
if sys.argv[3] == "full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
site.make(Snapshot.at(Path(sys.argv[1])), Path(sys.argv[2]), 1)
"""
ELSEWHERE = """
import sys
from pathlib import Path
from seg_pipeline.report import site
from seg_pipeline.snapshots import Snapshot
site.make(Snapshot.at(Path(sys.argv[1])), Path(sys.argv[2]), 1)
"""


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make reports of one small page, without the tables."""
    monkeypatch.setattr(pages, "KINDS", cheap.KINDS)
    monkeypatch.setattr(site, "_copy", lambda *_: None)


def there(reports: Path) -> list[str]:
    return sorted(path.name for path in reports.iterdir() if path.name != ".lock")


def run(code: str, source: Path, reports: Path, *more: str, **environment: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", code, str(source), str(reports), *more]
    return subprocess.run(words, env=os.environ | environment, capture_output=True, text=True, check=False)


def die(*_: object) -> None:
    """End the process that makes a page, as the kernel does where memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(("how", "left"), [("kill", [".making-2026.1-demo"]), ("full", [])])
@pytest.mark.usefixtures("small")
def test_what_stopped_half_way_is_seen_by_nobody_and_made_anew(
    source: Path, tmp_path: Path, how: str, left: list[str]
) -> None:
    ended = run(ENDED, source, tmp_path, how)
    assert ended.returncode == (-signal.SIGKILL if how == "kill" else 1), ended.stderr
    assert how == "kill" or "File too large" in ended.stderr
    assert there(tmp_path) == left and standing.versions(tmp_path) == []
    place, new = site.make(Snapshot.at(source), tmp_path, 1)
    assert new and there(tmp_path) == ["2026.1-demo", "index.html"]
    assert verifying.problems(place) == []


@pytest.mark.usefixtures("small")
def test_of_two_at_once_one_makes_it_and_the_other_finds_it(source: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: site.make(Snapshot.at(source), tmp_path, 1), range(2)))
    assert sorted(new for _, new in made) == [False, True]
    assert verifying.problems(made[0][0]) == []


def test_a_process_that_is_ended_from_outside_is_a_message_and_leaves_nothing(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "KINDS", cheap.KINDS)
    monkeypatch.setattr(site, "_copy", die)
    with pytest.raises(ReportError, match="ended from outside"):
        site.make(Snapshot.at(source), tmp_path, 2)
    assert there(tmp_path) == []


@pytest.mark.usefixtures("small")
def test_a_report_that_stands_is_never_rewritten(source: Path, tmp_path: Path) -> None:
    place, _ = site.make(Snapshot.at(source), tmp_path, 1)
    record = place / standing.RECORD
    told = json.loads(record.read_text(encoding="utf-8"))
    record.write_text(json.dumps(told | {"catalogue_sha256": "0"}), encoding="utf-8")
    with pytest.raises(site.ReportExists, match=r"made by other code, .* move it away"):
        site.make(Snapshot.at(source), tmp_path, 1)
    record.write_text(json.dumps(told), encoding="utf-8")
    status = place / standing.STATUS
    status.write_text(".made-up { display: none; }")
    with pytest.raises(site.ReportExists, match=r"not as it was made \(status\.css has other bytes\)"):
        site.make(Snapshot.at(source), tmp_path, 1)
    status.write_bytes(standing.SUPERSEDED)
    assert site.make(Snapshot.at(source), tmp_path, 1) == (place, False)
    for broken in ("{}", "[]", "{", None):
        record.write_text(broken) if broken else record.unlink()
        assert len(verifying.problems(place)) == 1
        with pytest.raises(site.ReportExists, match=r"report\.json is not there or cannot be read; move .* away"):
            site.make(Snapshot.at(source), tmp_path, 1)
    assert (place / "fi" / "summary.html").exists()


def test_the_banner_is_on_every_older_report_of_a_kind_and_on_no_other(tmp_path: Path) -> None:
    for version in ("2026.2", "2026.10", "2027.1-demo", "2026.1-demo"):
        (tmp_path / version).mkdir()
        (tmp_path / version / standing.RECORD).write_text("{}")
        (tmp_path / version / standing.STATUS).write_bytes(standing.SUPERSEDED)
    (tmp_path / "2028.1").mkdir()  # half made, or somebody's own folder: no report
    standing.tell(tmp_path)
    old = {v for v in standing.versions(tmp_path) if (tmp_path / v / standing.STATUS).read_bytes() != standing.CURRENT}
    assert old == {"2026.2", "2026.1-demo"}
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert page.index("2026.10/") < page.index("2026.2/") and "2028.1" not in page


def test_the_snapshot_travels_with_its_report_byte_for_byte(picture: Path, source: Path) -> None:
    snapshot = Snapshot.at(source)
    beside = {path.name: path.read_bytes() for path in (picture / download.FOLDER).iterdir()}
    published = {path.name: path.read_bytes() for path in source.iterdir()}
    assert set(beside) - set(published) == {f"segregation-{snapshot.version}.zip"}
    assert {name: beside[name] for name in published} == published
    named = json.loads((picture / standing.RECORD).read_text(encoding="utf-8"))["files"]
    assert f"{download.FOLDER}/segregation-{snapshot.version}.zip" in named


@pytest.mark.scale
def test_the_same_snapshot_gives_the_same_bytes_anywhere(picture: Path, source: Path, tmp_path: Path) -> None:
    other = {"LC_ALL": "C", "TZ": "Pacific/Auckland", "PYTHONHASHSEED": "7", "SEG_THREADS": "1"}
    made = run(ELSEWHERE, source, tmp_path, **other)  # in one process, where `picture` was made in several
    assert made.returncode == 0, made.stderr
    again = (tmp_path / picture.name / standing.RECORD).read_bytes()
    assert again == (picture / standing.RECORD).read_bytes()

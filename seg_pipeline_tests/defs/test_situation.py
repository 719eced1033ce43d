"""The report as an asset: after the snapshot, left alone where it stands, shown in the UI, out of `seg refresh`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from seg_pipeline import catalogue, settings
from seg_pipeline.defs import situation
from seg_pipeline.defs.lineage import FILES
from seg_pipeline.defs.refresh import JOB
from seg_pipeline.defs.resources import Editions
from seg_pipeline.report import pages, proof, site
from seg_pipeline.report.book import ReportError
from seg_pipeline_tests.conftest import Seg
from seg_pipeline_tests.report import cheap

KEY = dg.AssetKey("report")


@pytest.fixture
def run(demo: Seg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what runs the asset in this process, with one cheap page, and gives its result."""
    monkeypatch.setenv("SEG_DATA", str(demo.data))
    monkeypatch.setattr(settings.Settings, "reports", tmp_path / "reports")
    monkeypatch.setattr(pages, "KINDS", cheap.KINDS)
    monkeypatch.setattr(site, "make", partial(site.make, workers=1))

    def materialize(year: str = "2026") -> dg.ExecuteInProcessResult:
        resources = {"editions": Editions(profile="demo")}
        return dg.materialize([situation.report], partition_key=year, resources=resources, raise_on_error=False)

    return materialize


def metadata(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    (event,) = result.get_asset_materialization_events()
    return {name: value.value for name, value in event.materialization.metadata.items()}


def test_it_says_what_a_data_engineer_asks_and_leaves_alone_what_stands(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(settings.REPORTS_OPEN_AT, "http://127.0.0.1:3001")
    told = metadata(run())
    place = tmp_path / "reports" / "2026.1-demo"
    assert told["version"] == "2026.1-demo (new)"
    assert told["folder"] == str(place)
    assert told["open"] == "http://127.0.0.1:3001/2026.1-demo/index.html"
    assert told["pages"] == len(list(place.rglob("*.html"))) >= 4
    assert told["bytes"] == sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
    assert told["seconds"] > 0
    assert "MADE-UP" in told["made up"]
    assert told["first findings"].startswith("- ")
    assert len(told["first findings"]) < 1000
    assert told["preview"].startswith("![")
    assert len(told["preview"]) < 1000
    before = {file: file.stat().st_mtime_ns for file in place.rglob("*")}
    monkeypatch.delenv(settings.REPORTS_OPEN_AT)
    again = metadata(run())
    assert again["version"] == "2026.1-demo (stood already)"
    assert "open" not in again
    assert {file: file.stat().st_mtime_ns for file in place.rglob("*")} == before
    monkeypatch.setattr(catalogue, "digest", lambda: "another catalogue")
    assert metadata(run())["version"] == "2026.1-demo (made by other code, left as it is)"
    assert {file: file.stat().st_mtime_ns for file in place.rglob("*")} == before


def test_a_failure_is_the_refusal_itself(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> Any:
        raise ReportError("fi/summary.html shows a number that leads to no cell: '7 sins'")

    monkeypatch.setattr(proof, "refuse_unbound", refuse)
    result = run()
    assert not result.success
    (failed,) = [event for event in result.all_events if event.is_step_failure]
    assert "fi/summary.html shows a number that leads to no cell: '7 sins'" in str(
        failed.step_failure_data.user_failure_data.description
    )


def test_an_edition_without_a_snapshot_says_what_to_do(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEG_DATA", str(tmp_path / "empty"))
    (failed,) = [event for event in run().all_events if event.is_step_failure]
    assert "edition 2026 has no snapshot yet" in str(failed.step_failure_data.user_failure_data.description)


def test_the_yearly_job_makes_it_and_the_command_refresh_does_not_wait_for_it() -> None:
    from seg_pipeline.definitions import defs

    graph = defs.resolve_asset_graph()
    assert KEY in defs.resolve_job_def(JOB).asset_layer.selected_asset_keys
    assert graph.get(KEY).parent_keys == {dg.AssetKey("snapshot")}
    assert graph.get(KEY).group_name == "publication"
    assert KEY not in {dg.AssetKey(list(key)) for key in FILES}

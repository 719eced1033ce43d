"""The Dagster UI as a data engineer opens it: a real server on loopback, a real browser, and a run beside the CLI's."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from seg_pipeline.classifications import CITIES
from seg_pipeline.defs.lineage import FILES
from seg_pipeline_tests.conftest import SEG, Seg

pytestmark = pytest.mark.browser
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
LAUNCH = """mutation($run: ExecutionParams!) { launchRun(executionParams: $run) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
STATUS = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"


@pytest.fixture(scope="module")
def server(demo: Seg, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Seg, str]]:
    """``seg dev`` on a free port, over a copy of the demo edition."""
    seg = Seg(tmp_path_factory.mktemp("ui") / "data")
    shutil.copytree(demo.data, seg.data)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [SEG, "dev", "--profile", "demo", "--port", str(port)],
        env=os.environ | {"SEG_DATA": str(seg.data)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address)
        yield seg, address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)


def wait_for(address: str) -> None:
    for _ in range(240):
        try:
            with urllib.request.urlopen(f"{address}/server_info", timeout=5):  # noqa: S310  loopback
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    pytest.fail("seg dev did not answer within two minutes")


def ask(address: str, query: str, **variables: Any) -> Any:
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(f"{address}/graphql", body, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  loopback
        return json.loads(answer.read())["data"]


def test_the_graph_the_table_and_the_plot_are_there_and_nothing_leaves_loopback(server: tuple[Seg, str]) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no Chromium on this machine: `apt-get install chromium` brings one")
    _, address = server
    asked: set[str] = set()
    errors: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=QUIET)
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        page.on("request", lambda request: asked.add(request.url.split("/")[2].split(":")[0]))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(f"{address}/asset-groups")
        for group in ("cities", "national", "picture", "publication"):
            page.get_by_text(group, exact=True).first.wait_for(timeout=60_000)
        assert page.get_by_text("newsletter").count() == 0
        page.goto(f"{address}/assets/indicators?view=partitions&partition=2026")
        page.get_by_text("eleven cities").wait_for(timeout=60_000)
        page.get_by_text("MADE-UP DATA").first.wait_for()
        for city in CITIES:
            assert page.get_by_text(city.name_en).count() >= 1
        plot = page.get_by_role("img", name="D of low and high income")
        assert plot.evaluate("image => image.complete && image.naturalWidth") == 360
        browser.close()
    assert asked == {"127.0.0.1"}
    assert errors == []


def test_runs_of_the_ui_and_of_the_command_line_do_not_lock_each_other_out(server: tuple[Seg, str]) -> None:
    seg, address = server
    job: dict[str, Any] = {
        "repositoryLocationName": "seg_pipeline", "repositoryName": "__repository__", "jobName": "refresh",
        "assetSelection": [{"path": list(key)} for key in FILES],  # what `seg refresh` makes; the report takes longer
    }  # fmt: skip
    tags = [{"key": "dagster/partition", "value": "2026"}]
    run = {"selector": job, "mode": "default", "executionMetadata": {"tags": tags}}
    launched = ask(address, LAUNCH, run=run)["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    beside = seg("refresh", "--edition", "2026", "--profile", "demo", "--force")
    assert beside.returncode == 0, beside.stderr
    for _ in range(240):
        status = ask(address, STATUS, id=launched["run"]["runId"])["runOrError"]["status"]
        if status in ("SUCCESS", "FAILURE", "CANCELED"):
            break
        time.sleep(0.5)
    assert status == "SUCCESS"
    assert seg.snapshots == ["2026.1-demo"]
    assert seg("snapshots", "verify").returncode == 0
    assert not list(Path(seg.data).rglob(".writing-*"))

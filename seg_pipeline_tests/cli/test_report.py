"""`seg report`: make, serve, verify; and the server that stands beside the Dagster UI."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from seg_pipeline import settings
from seg_pipeline.cli import main
from seg_pipeline.cli.report import serve_beside
from seg_pipeline.report import pages, serving
from seg_pipeline_tests.conftest import Seg
from seg_pipeline_tests.report import cheap

BESIDE = """
import os, pathlib, sys
from seg_pipeline.report import serving
print(serving.beside(pathlib.Path(sys.argv[1]), 0), flush=True)
os.execvp("sleep", ["sleep", "60"])
"""


@pytest.fixture
def seg_report(demo: Seg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    monkeypatch.setenv("SEG_DATA", str(tmp_path))
    monkeypatch.setenv("SEG_SNAPSHOTS", str(demo.data / "snapshots"))
    monkeypatch.setattr(pages, "KINDS", cheap.KINDS)

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["report", *words])

    yield run


def test_a_report_is_made_where_the_data_is_and_verified(seg_report, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    place = tmp_path / "reports" / "2026.1-demo"
    nothing = seg_report("verify")
    assert nothing.exit_code == 1
    assert "no report in" in nothing.output
    made = seg_report("make", "--workers", "1")
    assert made.exit_code == 0, made.output
    assert "MADE-UP DATA" in made.output
    assert f"open    {place / 'index.html'}" in made.output
    assert "[  1/1] pages" in made.output
    again = seg_report("make", "2026.1-demo", "--workers", "1")
    assert "stands already, nothing was made" in again.output
    assert seg_report("verify").output == "2026.1-demo: sound\n"
    (place / "status.css").write_text(".superseded { display: block; }\n")  # a newer one stands beside it
    assert seg_report("verify").exit_code == 0
    page = place / "fi" / "summary.html"
    page.write_bytes(page.read_bytes().replace(b"0", b"1", 1))
    (place / "more.html").write_text("")
    (place / "sv" / "summary.pdf").unlink()
    wrong = seg_report("verify", "2026.1-demo")
    assert wrong.exit_code == 1
    for said in ("fi/summary.html has other bytes", "more.html does not belong", "sv/summary.pdf is missing"):
        assert said in wrong.output
    unknown = seg_report("verify", "2026.1-dem")
    assert unknown.exit_code == 2
    assert "did you mean '2026.1-demo'?" in unknown.output


def test_a_snapshot_that_is_not_there_is_refused_with_those_that_are(seg_report) -> None:  # type: ignore[no-untyped-def]
    refused = seg_report("make", "2031")
    assert refused.exit_code == 1
    assert "there is no snapshot '2031'" in refused.output
    assert "2026.1-demo" in refused.output


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, serving.Reports]]:
    reports = tmp_path / "reports"
    (reports / "2026.1" / "assets").mkdir(parents=True)
    (reports / ".making-2026.2").mkdir()
    (reports / "index.html").write_text("<p>ä")
    (reports / "2026.1" / "report.js").write_text("1")
    (reports / "2026.1" / "summary.pdf").write_bytes(b"%PDF")
    (reports / ".making-2026.2" / "index.html").write_text("half")
    (tmp_path / "secret.html").write_text("secret")
    (reports / "2026.1" / "out.html").symlink_to(tmp_path / "secret.html")
    with serving.opened(reports, 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield reports, server
        server.shutdown()
        thread.join()


def ask(server: serving.Reports, path: str, method: str = "GET") -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection(serving.LOOPBACK, server.server_address[1], timeout=10)
    connection.putrequest(method, path)
    connection.endheaders()
    answer = connection.getresponse()
    told = answer.status, answer.headers.get("Content-Type", ""), answer.read()
    connection.close()
    return told


def test_pages_are_served_with_their_kind_and_nothing_else_is(served: tuple[Path, serving.Reports]) -> None:
    _, server = served
    assert server.server_address[0] == "127.0.0.1"
    assert ask(server, "/") == (200, "text/html; charset=utf-8", "<p>ä".encode())
    assert ask(server, "/2026.1/report.js")[1] == "text/javascript; charset=utf-8"
    assert ask(server, "/2026.1/summary.pdf")[:2] == (200, "application/pdf")
    for path in (
        "/2026.1/", "/2026.1/assets/", "/.making-2026.2/index.html", "/../secret.html", "/..%2fsecret.html",
        "/2026.1/../../secret.html", "/%2e%2e/secret.html", "/2026.1/out.html", "//etc/passwd", "/index.html%00.png",
    ):  # fmt: skip
        status, _, body = ask(server, path)
        assert status == 404, path
        assert b"secret" not in body.replace(path.encode(), b"")
    for method in ("POST", "PUT", "DELETE"):
        assert ask(server, "/index.html", method)[0] == 501


def test_a_folder_without_a_report_says_what_to_do(served: tuple[Path, serving.Reports]) -> None:
    folder, server = served
    (folder / "index.html").unlink(missing_ok=True)
    status, _, said = ask(server, "/")
    assert status == 404 and b"seg report make" in said


def test_a_port_that_is_taken_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(serving.PortTaken, match=f"port {port} cannot be used for the report"):
            serving.opened(tmp_path, port)
        chosen = settings.Settings(tmp_path)
        assert serve_beside(chosen, port - 1, None) == ""  # the UI opens without it
        assert "the reports are not served" in capsys.readouterr().err
        with pytest.raises(serving.PortTaken):  # the port that was asked for
            serve_beside(chosen, 1, port)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_server_beside_the_ui_ends_with_it(tmp_path: Path, how: signal.Signals) -> None:
    (tmp_path / "index.html").write_text("here")
    words = [sys.executable, "-c", BESIDE, str(tmp_path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        port = int(parent.stdout.readline().rpartition(":")[2])
        assert answers(port, True)
        os.kill(parent.pid, how)
        assert answers(port, False)


def answers(port: int, wanted: bool) -> bool:
    """Whether something answers on the port, as is wanted, within ten seconds."""
    for _ in range(100):
        with socket.socket() as asked:
            there = asked.connect_ex(("127.0.0.1", port)) == 0
        if there == wanted:
            return True
        time.sleep(0.1)
    return False

"""The reports of a folder over HTTP on loopback, read-only, for one machine's own browser.

Browsers refuse links from the Dagster UI to files, so `seg dev` serves them beside it. Other machines are served by a
web server (docs/operations/report.md).
"""

from __future__ import annotations

import os
import socket
import sys
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from seg_pipeline import settings

LOOPBACK = "127.0.0.1"
NOTHING = "No report has been made yet. Materialize the asset `report`, or type: seg report make"
KINDS = {
    ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png", ".pdf": "application/pdf",
    ".csv": "text/csv; charset=utf-8", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    **dict.fromkeys((".md", ".cff", ".sha256"), "text/plain; charset=utf-8"),
    ".parquet": "application/vnd.apache.parquet", ".zip": "application/zip",
}  # fmt: skip


class PortTaken(settings.Foreseen):
    """Another program listens on the port."""


class Reports(ThreadingHTTPServer):
    """Serves one folder. With `parent` it ends when that process has gone, however that went."""

    daemon_threads = True
    parent: int | None = None

    def service_actions(self) -> None:
        """End where the process that this one was started for has gone; asked twice a second."""
        if self.parent is not None and os.getppid() != self.parent:
            sys.exit(0)

    def handle_error(self, *request: Any) -> None:
        """Say nothing of a reader who breaks off; a fault of ours is told."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(*request)

    @property
    def address(self) -> str:
        """Where it is open."""
        return f"http://{LOOPBACK}:{self.server_address[1]}"


class _Files(SimpleHTTPRequestHandler):
    """Files of the folder and nothing else: no listing, nothing hidden, nothing that a link leads to outside."""

    extensions_map = {"": "application/octet-stream", **KINDS}  # noqa: RUF012  as the base class has it
    server_version, sys_version = "seg", ""

    def send_head(self) -> Any:
        """Answer a path below the folder; refuse what is hidden, and what leads outside."""
        asked = self.translate_path(self.path)
        if self.path == "/" and not (Path(asked) / "index.html").exists():
            self.send_error(HTTPStatus.NOT_FOUND, "No report yet", NOTHING)
        elif self._public(asked):
            return super().send_head()
        else:
            self.send_error(HTTPStatus.NOT_FOUND)
        return None

    def _public(self, asked: str) -> bool:
        if "\0" in asked:
            return False
        inside = Path(asked).resolve().is_relative_to(Path(self.directory).resolve())
        return inside and not any(part.startswith(".") for part in Path(asked).relative_to(self.directory).parts)

    def list_directory(self, path: Any) -> None:  # noqa: ARG002  its base class names it
        """Refuse to list a folder without a page."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        """Let no browser guess a kind of file, keep an old page, or tell where a reader came from."""
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Referrer-Policy", "no-referrer")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing: who reads what is nobody's to keep."""


def opened(reports: Path, port: int) -> Reports:
    """Return a server of the folder that listens on the port (0: any); raise PortTaken where another one does."""
    try:
        return Reports((LOOPBACK, port), partial(_Files, directory=str(reports)))
    except (OSError, OverflowError) as error:
        raise PortTaken(f"port {port} cannot be used for the report ({error}); choose another one") from None


def beside(reports: Path, port: int) -> str:
    """Serve the folder in a process of its own that ends with this one; return the address."""
    import subprocess

    with opened(reports, port) as server:
        listening = server.fileno()
        words = [sys.executable, "-m", __name__, str(listening), str(os.getpid()), str(reports)]
        subprocess.Popen(words, pass_fds=[listening], stdin=subprocess.DEVNULL)  # noqa: S603  our own program
        return server.address


def _serve(listening: int, parent: int, reports: str) -> None:
    server = Reports((LOOPBACK, 0), partial(_Files, directory=reports), bind_and_activate=False)
    server.socket.close()
    server.socket, server.parent = socket.socket(fileno=listening), parent
    server.server_address = server.socket.getsockname()
    run(server)


def run(server: Reports) -> None:
    """Serve until Ctrl-C."""
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])

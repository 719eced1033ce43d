"""A server on the loopback address that answers with a function, and fails on chosen requests as real services do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from seg_pipeline.sources.http import Limits

QUICK = Limits(connect=2, read=0.5, whole=4, size=64 << 20, attempts=4, first_wait=0.01, longest_wait=3, pause=0)
PAGE = b"<!DOCTYPE html><html><head><title>Kirjaudu</title></head><body><form>...</form></body></html>"


@dataclass(frozen=True)
class Request:
    """What was asked: `path` without the query, the query as pairs, the body."""

    method: str
    path: str
    query: list[tuple[str, str]]
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What is answered. `spoil` does something else with the open connection instead."""

    body: bytes = b""
    status: int = 200
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    spoil: Callable[[BaseHTTPRequestHandler, bytes], None] | None = None


Answering = Callable[[Request], Answer]


def busy(seconds: int = 0) -> Answer:
    """429 with a Retry-After in seconds."""
    return Answer(b"Too Many Requests", 429, "text/plain", {"Retry-After": str(seconds)})


def error(status: int = 503) -> Answer:
    """An error of the server, or a refusal."""
    return Answer(b"error", status, "text/plain")


def web_page() -> Answer:
    """A maintenance or login page with status 200."""
    return Answer(PAGE, 200, "text/html")


def login() -> Answer:
    """A redirect to the login page of another host."""
    return Answer(b"", 302, "text/html", {"Location": "http://localhost.example/login"})


def empty() -> Answer:
    """An empty body with status 200."""
    return Answer(b"")


def truncated() -> Answer:
    """Half of the true body, under the length of the whole."""

    def cut(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body) + 10))
        handler.end_headers()
        handler.wfile.write(body[: len(body) // 2])

    return Answer(spoil=cut)


def hanging(seconds: float = 0.7) -> Answer:
    """Nothing at all, for longer than `QUICK` waits."""

    def hang(_: BaseHTTPRequestHandler, __: bytes) -> None:
        time.sleep(seconds)

    return Answer(spoil=hang)


def reset() -> Answer:
    """The connection is closed without an answer."""
    return Answer(spoil=lambda *_: None)


PASSING: dict[str, Callable[[], Answer]] = {
    "busy": busy,
    "error": error,
    "empty": empty,
    "truncated": truncated,
    "hanging": hanging,
    "reset": reset,
}
LASTING: dict[str, Callable[[], Answer]] = {
    "web page": web_page,
    "login": login,
    "not found": lambda: error(404),
}  # not asked again


class Loopback:
    """The server, as a context manager. `faults` says which request, counted from 1, is answered otherwise.

    ``Loopback(answering, {2: busy(1)})``; under `always` every request is answered so.
    """

    def __init__(
        self, answering: Answering, faults: Mapping[int, Answer] | None = None, always: Answer | None = None
    ) -> None:
        """Make the server; it listens from `__enter__` on."""
        self.asked: list[Request] = []
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                request = Request(self.command, parts.path, parse_qsl(parts.query), body, dict(self.headers))
                with outer._lock:
                    outer.asked.append(request)
                    number = len(outer.asked)
                answer = always or (faults or {}).get(number)
                if answer and answer.spoil:
                    self.close_connection = True
                    answer.spoil(self, answering(request).body)
                    return
                answer = answer or answering(request)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", answer.kind)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            do_GET = do_POST = _serve  # noqa: N815  the names that the library calls

            def log_message(self, *_: Any) -> None:
                """Print nothing."""

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                """A client that went away is part of the test."""

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Loopback:
        """Listen."""
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()

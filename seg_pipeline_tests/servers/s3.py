"""An S3 server on the loopback address, over real HTTP, that fails on chosen requests as real stores and networks do.

It is moto. moto looks for a key and then puts it in two steps, so that two conditional puts could both be told that
they were first; a real store decides that in one. Here a lock around every request that changes something does.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

BUCKET, REGION, SECRET = "yearbook", "eu-north-1", "a-secret-that-is-never-shown"
Fault = Callable[["Answering"], Iterable[bytes]]


@dataclass
class Answering:
    """A request on its way: what it asks, and how it can be answered."""

    method: str
    path: str
    environ: dict[str, Any]
    begin: Callable[..., Any]
    answer: Callable[[], Iterable[bytes]]


@dataclass
class S3:
    """The server: what was asked of it, and what it does with the next requests instead of answering."""

    seen: list[str] = field(default_factory=list)
    fetched: int = 0  # bytes that were answered with
    fault: Callable[[str, str], Fault | None] = lambda *_: None
    port: int = 0
    _changing: threading.Lock = field(default_factory=threading.Lock)

    def address(self, prefix: str) -> str:
        """Return the address of a prefix that nobody else uses."""
        return f"s3://{BUCKET}/{prefix}"

    @property
    def environment(self) -> dict[str, str]:
        """What a client finds in its environment."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": "tester",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": REGION,
        }

    def once(self, path: str) -> bool:
        """Return whether this is the first request for a path."""
        return sum(seen.endswith(path) for seen in self.seen) == 1

    @contextmanager
    def failing(self, choose: Callable[[str, str], Fault | None]) -> Iterator[None]:
        """Do with the requests what `choose`, given method and path, says: answer (None), or fail."""
        self.fault = choose
        try:
            yield
        finally:
            self.fault = lambda *_: None

    def __call__(self, environ: dict[str, Any], begin: Callable[..., Any], app: Any) -> Iterable[bytes]:
        """Answer a request, or fail."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        self.seen.append(f"{method} {path}")

        def answer() -> Iterable[bytes]:
            if method not in ("GET", "HEAD"):
                with self._changing:
                    return list(app(environ, begin))
            said = list(app(environ, begin))
            self.fetched += sum(map(len, said))
            return said

        chosen = self.fault(method, path)
        return chosen(Answering(method, path, environ, begin, answer)) if chosen else answer()


def status(code: int) -> Fault:
    """Answer with an error, nothing done."""

    def fail(request: Answering) -> Iterable[bytes]:
        request.begin(f"{code} error", [("Content-Type", "application/xml"), ("Content-Length", "0")])
        return [b""]

    return fail


def reset(request: Answering) -> Iterable[bytes]:
    """Break the connection, nothing done."""
    connection = request.environ["werkzeug.socket"]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError


def lost(request: Answering) -> Iterable[bytes]:
    """Do what was asked, and break the connection before saying so."""
    request.answer()
    return reset(request)


def slow(seconds: float) -> Fault:
    """Do what was asked, and say so too late."""

    def late(request: Answering) -> Iterable[bytes]:
        done = request.answer()
        time.sleep(seconds)
        return done

    return late


def deaf(request: Answering) -> Iterable[bytes]:
    """Do what was asked without its condition, as stores did for years."""
    request.environ.pop("HTTP_IF_NONE_MATCH", None)
    return request.answer()


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  its name in werkzeug
        """Say nothing."""


@contextmanager
def running() -> Iterator[S3]:
    """Run the server, with one empty bucket."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    store, app = S3(), DomainDispatcherApplication(create_backend_app)
    server = make_server(
        "127.0.0.1", 0, lambda environ, begin: store(environ, begin, app), threaded=True, request_handler=_Quiet
    )
    store.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    body = f"<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"
    asked = urllib.request.Request(f"http://127.0.0.1:{store.port}/{BUCKET}", method="PUT", data=body.encode())
    urllib.request.urlopen(asked).close()  # noqa: S310  loopback
    try:
        yield store
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""The one HTTP client: polite, bounded, and never half a body. It knows no publisher.

Every request has time limits, every answer a size limit. A busy or failing server is asked again a bounded number of
times, after as long as its Retry-After says; no other host is ever followed to. One call at a time, with a pause
between two calls to a host. What comes back is the whole body, or `Unavailable`.

``SEG_ROUTES`` sends hosts to a rehearsal server on the loopback address instead:
``pxdata.stat.fi=http://127.0.0.1:8080,sotkanet.fi=http://127.0.0.1:8081``.
"""

from __future__ import annotations

import email.utils
import ipaddress
import json
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from seg_pipeline import __version__
from seg_pipeline.settings import Foreseen, SettingsError

if TYPE_CHECKING:
    import httpx2

USER_AGENT = f"seg-pipeline/{__version__} (Finland's situation picture of segregation; yearly statistics update)"
AGAIN = (408, 425, 429, 500, 502, 503, 504)  # answers after which the same request may succeed
REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 3
MARKUP = (b"<!doctype html", b"<html")
MOST_JSON = 38 << 20  # bytes; the worst of so many take 2 GiB to read
ROUTES = "SEG_ROUTES"


class Unavailable(Foreseen):
    """A service did not answer with data: it is down, busy, out of reach, or has moved. `status` 0: no answer."""

    def __init__(self, message: str, status: int = 0) -> None:
        """Keep the answer's status beside the message."""
        super().__init__(message)
        self.status = status


class _Again(Exception):
    """The same request may succeed later; `seconds` is how long the server asked to wait."""

    def __init__(self, why: str, seconds: float | None = None, status: int = 0) -> None:
        super().__init__(why)
        self.seconds, self.status = seconds, status


@dataclass(frozen=True)
class Limits:
    """How long, how much, how often. Times in seconds, sizes in bytes."""

    connect: float = 10.0
    read: float = 60.0  # between two pieces of an answer
    whole: float = 600.0  # one answer, first byte to last
    size: int = 256 << 20
    attempts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 120.0  # a server that asks for more is left alone
    pause: float = 0.3  # between two calls to one host


@dataclass
class Client:
    """A client for one fetch of one or more sources, used as a context manager."""

    limits: Limits = field(default_factory=Limits)
    routes: Mapping[str, str] = field(default_factory=lambda: rehearsal(os.environ.get(ROUTES, "")))
    _called: dict[str, float] = field(default_factory=dict, init=False, repr=False)
    _http: httpx2.Client = field(init=False, repr=False)

    def __enter__(self) -> Client:
        """Make the client ready; a connection is opened with the first call."""
        import httpx2

        timeout = httpx2.Timeout(self.limits.read, connect=self.limits.connect)
        headers = {"User-Agent": USER_AGENT, "Accept": "*/*"}
        self._http = httpx2.Client(timeout=timeout, headers=headers, follow_redirects=False, trust_env=not self.routes)
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, url: str, params: Mapping[str, Any] | None = None) -> bytes:
        """Return the body at `url`. Raises Unavailable."""
        return self._asked("GET", url, params=params)

    def post(self, url: str, question: Mapping[str, Any]) -> bytes:
        """Return the body that answers `question`, sent as JSON. Raises Unavailable."""
        return self._asked("POST", url, json=question)

    def json(self, url: str, params: Mapping[str, Any] | None = None) -> Any:
        """Return the JSON value at `url`. Raises Unavailable."""
        return parsed(self.get(url, params), url)

    def _asked(self, method: str, url: str, **words: Any) -> bytes:
        """Ask until an answer is whole or the attempts are used up."""
        import stamina

        limits = self.limits
        try:
            for attempt in stamina.retry_context(
                on=self._wait,
                attempts=limits.attempts,
                timeout=None,
                wait_initial=limits.first_wait,
                wait_max=limits.longest_wait,
                wait_jitter=limits.first_wait / 2,
            ):
                with attempt:
                    return self._redirected(method, url, words)
        except _Again as again:
            much = again.seconds is not None and again.seconds > limits.longest_wait
            tried = f"it asks to wait {again.seconds:.0f} s" if much else f"tried {limits.attempts} times"
            raise Unavailable(f"{url}: {again} ({tried}). Try again later.", again.status) from None
        raise AssertionError("a retry ends in a body or an exception")

    def _wait(self, error: Exception) -> bool | float:
        """Return whether to try again: no, yes, or after so many seconds."""
        if not isinstance(error, _Again):
            return False
        return True if error.seconds is None else error.seconds <= self.limits.longest_wait and error.seconds

    def _redirected(self, method: str, url: str, words: dict[str, Any]) -> bytes:
        """Return the body, following a few redirects within the host that was asked."""
        at = url
        for _ in range(MOST_REDIRECTS + 1):
            found = self._once(method, at, words)
            if isinstance(found, bytes):
                return found
            onward, host = _onward(at, found, url)
            if host != urlsplit(url).hostname:
                raise Unavailable(f"{url}: redirects to another host, {host}; not followed.")
            if urlsplit(url).scheme == "https" != urlsplit(onward).scheme:
                raise Unavailable(f"{url}: redirects to an address without encryption; not followed.")
            at, words = onward, {**words, "params": None}
        raise Unavailable(f"{url}: redirects more than {MOST_REDIRECTS} times; not followed.")

    def _once(self, method: str, url: str, words: dict[str, Any]) -> bytes | str:
        """Return one answer's body, or where it redirects to."""
        import httpx2

        self._pause(urlsplit(url).hostname or "")
        try:
            with self._http.stream(method, self._routed(url), **words) as answer:
                if answer.status_code in REDIRECTS:
                    return answer.headers.get("Location", "")
                if answer.status_code in AGAIN:
                    asked = retry_after(answer.headers.get("Retry-After"), datetime.now(UTC))
                    raise _Again(_said(answer), asked, answer.status_code)
                if answer.status_code != 200:
                    remedy = "`seg sources probe` says what has moved."
                    raise Unavailable(f"{url}: {_said(answer)}. {remedy}", answer.status_code)
                return self._body(answer, url)
        except httpx2.TimeoutException as error:
            raise _Again(f"no answer in time ({type(error).__name__})") from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise _Again(f"{type(error).__name__}: {error}") from None

    def _body(self, answer: httpx2.Response, url: str) -> bytes:
        """Return the whole body: within time and size, not empty, and no web page."""
        begun, pieces, size = time.monotonic(), [], 0
        for piece in answer.iter_bytes():
            size += len(piece)
            if size > self.limits.size:
                raise Unavailable(f"{url}: more than {self.limits.size:,} bytes; not taken.")
            if time.monotonic() - begun > self.limits.whole:
                raise _Again(f"still not whole after {self.limits.whole:.0f} s")
            pieces.append(piece)
        body = b"".join(pieces)
        if not body.strip():
            raise _Again("an empty answer")
        if body.lstrip()[:15].lower().startswith(MARKUP):
            raise Unavailable(f"{url}: a web page instead of data (a login or maintenance page?). Try again later.")
        return body

    def _pause(self, host: str) -> None:
        """Wait until the host may be called again."""
        wait = self._called.get(host, 0.0) + self.limits.pause - time.monotonic()
        if wait > 0 and not self.routes:
            time.sleep(wait)
        self._called[host] = time.monotonic()

    def _routed(self, url: str) -> str:
        """Return the address that is really called: the rehearsal's where its host is routed."""
        if not self.routes:
            return url
        host = urlsplit(url).hostname or ""
        if host not in self.routes:
            raise Unavailable(f"{url}: {ROUTES} is set and does not name {host}")
        return url.replace(f"{urlsplit(url).scheme}://{urlsplit(url).netloc}", self.routes[host], 1)


def parsed(body: bytes, url: str) -> Any:
    """Return the JSON value of a body. Raises Unavailable where it is none, or more than can be read in bounds."""
    if len(body) > MOST_JSON:
        raise Unavailable(f"{url}: {len(body):,} bytes of JSON where at most {MOST_JSON:,} are expected; not taken.")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Unavailable(f"{url}: the answer is not JSON; it begins {body[:40]!r}.") from None


def retry_after(header: str | None, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks for, as seconds or as a date; None where it asks nothing."""
    if not header:
        return None
    if re.fullmatch("[0-9]{1,9}", header.strip()):
        return float(header)
    try:
        when = email.utils.parsedate_to_datetime(header).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (when - now).total_seconds())


def rehearsal(told: str) -> dict[str, str]:
    """Return the routes of ``SEG_ROUTES``; refuse one that leaves this machine."""
    routes = dict(pair.split("=", 1) for pair in told.split(",") if "=" in pair)
    for host, target in routes.items():
        try:
            loopback = ipaddress.ip_address(urlsplit(target).hostname or "").is_loopback
        except ValueError:
            loopback = False
        if not loopback:
            raise SettingsError(f"{ROUTES}: {host} may only be sent to a loopback address, not to {target}")
    return routes


def _onward(at: str, location: str, url: str) -> tuple[str, str]:
    """Return where an answer redirects to, and the host there. Raises Unavailable for what is no address."""
    try:
        onward = urljoin(at, location)
        return onward, ascii(urlsplit(onward).hostname or "").strip("'")
    except ValueError:
        raise Unavailable(f"{url}: redirects to what is no address; not followed.") from None


def _said(answer: httpx2.Response) -> str:
    return f"answered {answer.status_code} {answer.reason_phrase}"

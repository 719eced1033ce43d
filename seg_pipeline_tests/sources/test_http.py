"""The client against a real server on loopback: every fault of the field, and never half a body."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from seg_pipeline.settings import SettingsError
from seg_pipeline.sources.http import Client, Limits, Unavailable, rehearsal, retry_after
from seg_pipeline_tests.servers.loopback import LASTING, PASSING, QUICK, Answer, Loopback, Request, busy, error

URL = "https://service.example/data"
BODY = b'{"value": [1, 2, 3]}'


def plain(_: Request) -> Answer:
    return Answer(BODY)


def client(server: Loopback, limits: Limits = QUICK) -> Client:
    return Client(limits, routes={"service.example": server.url})


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_passing_fault_is_asked_again_until_the_body_is_whole(fault: str, at: int) -> None:
    with Loopback(plain, {number: PASSING[fault]() for number in range(1, at + 1)}) as server, client(server) as asking:
        assert asking.get(URL) == BODY
        assert len(server.asked) == at + 1


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_stays_ends_after_a_bounded_number_of_tries(fault: str) -> None:
    with Loopback(plain, always=PASSING[fault]()) as server, client(server) as asking:
        with pytest.raises(Unavailable, match=r"service\.example.*tried 4 times.*Try again later"):
            asking.get(URL)
        assert len(server.asked) == QUICK.attempts


@pytest.mark.parametrize("fault", LASTING)
def test_what_will_not_pass_is_asked_once(fault: str) -> None:
    with Loopback(plain, always=LASTING[fault]()) as server, client(server) as asking:
        with pytest.raises(Unavailable):
            asking.get(URL)
        assert len(server.asked) == 1


def test_retry_after_is_obeyed() -> None:
    with Loopback(plain, {1: busy(1)}) as server, client(server) as asking:
        begun = time.monotonic()
        assert asking.get(URL) == BODY
        assert 1.0 <= time.monotonic() - begun < 3


def test_a_server_that_asks_for_a_long_wait_is_left_alone() -> None:
    with Loopback(plain, always=busy(3600)) as server, client(server) as asking:
        with pytest.raises(Unavailable, match="asks to wait 3600 s"):
            asking.get(URL)
        assert len(server.asked) == 1


def test_an_answer_that_is_too_large_is_not_taken() -> None:
    with Loopback(lambda _: Answer(b"x" * 5000)) as server, client(server, Limits(size=4000, pause=0)) as asking:
        with pytest.raises(Unavailable, match="more than 4,000 bytes"):
            asking.get(URL)


def test_an_answer_that_drips_is_given_up() -> None:
    def drip(handler: object, _: bytes) -> None:
        for _number in range(40):
            handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n" if _number == 0 else b"x" * 9000)  # type: ignore[attr-defined]
            time.sleep(0.05)

    limits = Limits(connect=1, read=1, whole=0.3, attempts=2, first_wait=0.01, pause=0)
    with Loopback(plain, always=Answer(spoil=drip)) as server, client(server, limits) as asking:
        with pytest.raises(Unavailable, match="still not whole"):
            asking.get(URL)


def test_a_redirect_within_the_host_is_followed_and_no_other() -> None:
    def moving(request: Request) -> Answer:
        return plain(request) if request.path == "/new" else Answer(b"", 301, headers={"Location": "/new"})

    with Loopback(moving) as server, client(server) as asking:
        assert asking.get(URL, {"year": 2024}) == BODY
        assert [request.path for request in server.asked] == ["/data", "/new"]
    with Loopback(lambda _: Answer(b"", 301, headers={"Location": "/round"})) as server, client(server) as asking:
        with pytest.raises(Unavailable, match="redirects more than 3 times"):
            asking.get(URL)


def test_nobody_listening_is_unavailable() -> None:
    with Loopback(plain) as server:
        routes = {"service.example": server.url}
    with Client(QUICK, routes=routes) as asking, pytest.raises(Unavailable, match="ConnectError"):
        asking.get(URL)


def test_the_client_says_who_it_is_and_sends_what_it_is_given() -> None:
    with Loopback(plain) as server, client(server) as asking:
        asking.post(URL, {"query": ["ä"]})
        asking.get(URL, {"years": [2023, 2024], "genders": "total"})
        said = server.asked[0]
        assert said.headers["User-Agent"].startswith("seg-pipeline/") and said.body == '{"query":["ä"]}'.encode()
        assert server.asked[1].query == [("years", "2023"), ("years", "2024"), ("genders", "total")]


def test_an_answer_that_is_no_json_is_unavailable() -> None:
    with Loopback(lambda _: Answer(b"value;1")) as server, client(server) as asking:
        with pytest.raises(Unavailable, match="not JSON"):
            asking.json(URL)


def test_two_calls_to_a_host_keep_a_pause() -> None:
    asking = Client(Limits(pause=0.2), routes={})
    begun = time.monotonic()
    for _ in range(3):
        asking._pause("service.example")
    assert 0.4 <= time.monotonic() - begun < 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, None), ("", None), ("7", 7.0), ("Tue, 24 Nov 2026 12:00:30 GMT", 30.0), ("soon", None),
     ("Tue, 24 Nov 2026 11:00:00 GMT", 0.0), ("\xb2", None), ("-5", None), ("9" * 400, None),
     ("Fri, 31 Dec 9999 23:59:59 -1200", None)],
)  # fmt: skip
def test_retry_after_comes_as_seconds_or_as_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, datetime(2026, 11, 24, 12, tzinfo=UTC)) == seconds


def test_a_rehearsal_never_leaves_this_machine() -> None:
    assert rehearsal("") == {}
    assert rehearsal("a.example=http://127.0.0.1:1,b.example=http://[::1]:2") == {
        "a.example": "http://127.0.0.1:1", "b.example": "http://[::1]:2",
    }  # fmt: skip
    for target in ("http://10.0.0.1:80", "https://example.org", "http://localhost.example"):
        with pytest.raises(SettingsError, match="loopback"):
            rehearsal(f"a.example={target}")
    with Client(QUICK, routes={"other.example": "http://127.0.0.1:9"}) as asking:
        with pytest.raises(Unavailable, match=r"does not name service\.example"):
            asking.get(URL)


@pytest.mark.parametrize(
    "location",
    [
        "http://[::1",
        "https://x\\.example/",
        "//",
        "http://\xe9.example/",
        "http://service.example/data",
    ],
)
def test_a_redirect_to_what_is_no_address_is_unavailable(location: str) -> None:
    with Loopback(lambda _: Answer(b"", 302, headers={"Location": location})) as server, client(server) as asking:
        with pytest.raises(Unavailable, match="redirects"):
            asking.get(URL)


def test_a_small_answer_that_swells_is_not_taken() -> None:
    import gzip

    swollen = Answer(gzip.compress(b"[" + b"[]," * (14 << 20) + b"[]]"), headers={"Content-Encoding": "gzip"})
    with Loopback(lambda _: swollen) as server, client(server, Limits(pause=0, read=5)) as asking:
        with pytest.raises(Unavailable, match="bytes of JSON"):
            asking.json(URL)


def test_a_refusal_of_the_server_keeps_its_status() -> None:
    with Loopback(plain, always=error(403)) as server, client(server) as asking:
        with pytest.raises(Unavailable) as failed:
            asking.get(URL)
        assert failed.value.status == 403

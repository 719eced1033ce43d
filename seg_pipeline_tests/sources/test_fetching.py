"""A fetch is whole or nothing, every try is kept, and what was archived before stays usable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from seg_pipeline.sources import bundle
from seg_pipeline.sources.archive import Archive
from seg_pipeline.sources.bundle import Body
from seg_pipeline.sources.fetching import fetch, recently
from seg_pipeline.sources.http import Client
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.sources.source import Delivered, Fetched, Source
from seg_pipeline_tests.servers.loopback import PASSING, QUICK, Answer, Loopback, Request

PIECES = 5


def never(data: bytes, release: str) -> Delivered:
    return Delivered({"counts": pd.DataFrame()}, {})


def in_pieces(client: Client, edition: int) -> Iterator[Fetched]:
    urls = [f"https://service.example/{piece}" for piece in range(PIECES)]
    bodies = [Body(f"piece {at}", url, client.get(url)) for at, url in enumerate(urls)]
    yield Fetched(str(edition), "pieces.bundle", bundle.pack(bodies), "https://service.example/")


SOURCE = Source("test", "Test", "Nobody", "CC BY 4.0", "yearly", never, fetch=in_pieces)


def answering(request: Request) -> Answer:
    return Answer(f"piece{request.path}".encode())


def fetched(archive: Archive, server: Loopback) -> str:
    with Client(QUICK, routes={"service.example": server.url}) as client:
        return fetch(archive, SOURCE, 2026, client)[0].outcome


def test_a_fetch_is_archived_once_with_its_address(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with Loopback(answering) as server:
        assert [fetched(archive, server) for _ in range(2)] == ["fetched", "unchanged"]
    (receipt,) = archive.receipts()
    assert receipt.url == "https://service.example/" and receipt.licence == "CC BY 4.0"
    assert [body.data for body in bundle.unpack(archive.read(receipt))] == [b"piece/%d" % at for at in range(PIECES)]
    assert recently(archive, SOURCE, 2026) and not recently(archive, SOURCE, 2027)


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("at", range(1, PIECES + 1))
def test_a_service_that_stops_midway_leaves_nothing_half_and_the_archive_as_it_was(
    tmp_path: Path, fault: str, at: int
) -> None:
    archive = Archive(tmp_path)
    with Loopback(answering) as server:
        assert fetched(archive, server) == "fetched"
    before = [(receipt, archive.read(receipt)) for receipt in archive.receipts()]
    lasting = {number: PASSING[fault]() for number in range(at, at + QUICK.attempts)}
    with Loopback(lambda _: Answer(b"changed"), lasting) as server:
        assert fetched(archive, server) == "unavailable"
    assert [(receipt, archive.read(receipt)) for receipt in archive.receipts()] == before
    last = archive.attempt("test", 2026)
    assert last and last.outcome == "unavailable" and "service.example" in last.why


def test_what_a_service_revises_is_a_revision_also_when_it_goes_back(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    for body in (b"one", b"two", b"one", b"one"):
        with Loopback(answering, always=Answer(body)) as server:
            fetched(archive, server)
    assert [receipt.revision for receipt in archive.receipts()] == [1, 2, 3]
    first, _, third = archive.receipts()
    assert first.sha256 == third.sha256 and archive.current("test", 2026) == [third]


def test_a_damaged_attempt_line_is_passed_over(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with Loopback(answering) as server:
        fetched(archive, server)
    with (tmp_path / "attempts" / "test.jsonl").open("a", encoding="utf-8") as file:
        file.write('\n{"source": "te')
    last = archive.attempt("test", 2026)
    assert last and last.outcome == "fetched"


def test_a_bundle_is_the_same_bytes_and_gives_its_bodies_back() -> None:
    bodies = [
        Body("ä", "https://service.example/1", b"\x00\xff", '{"q": 1}'),
        Body("b", "https://service.example/2", b""),
    ]
    data = bundle.pack(bodies)
    assert data == bundle.pack(list(bodies)) and bundle.looks_like(data) and bundle.unpack(data) == bodies


WHOLE = bundle.pack([Body("one", "https://service.example/1", b"first body")])
DAMAGED = {
    "cut in the list": WHOLE[:40],
    "cut in the middle": WHOLE[: len(WHOLE) // 2],
    "cut at the end": WHOLE[:-30],
    "another list": WHOLE.replace(b'"url"', b'"uri"'),
    "no UTF-8": WHOLE.replace(b"seg-bundle-1", b"seg-bundle-\xff"),
    "another body": WHOLE.replace(b"first body", b"First body"),
    "a signature alone": b"PK\x03\x04",
    "a list that is none": bundle.pack([]).replace(b'"bodies": []', b'"bodies": 77'),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_bundle_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        bundle.unpack(DAMAGED[name])

"""PxWeb: a table is asked for in whole pieces within the service's limits, and a fetch is whole or there is none."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seg_pipeline.sources.bundle import Body
from seg_pipeline.sources.http import Client, Unavailable
from seg_pipeline.sources.protocols import pxweb
from seg_pipeline.sources.readers import json_stat
from seg_pipeline.sources.refusal import Refused
from seg_pipeline_tests.servers.loopback import LASTING, PASSING, QUICK, Answer, Loopback, Request
from seg_pipeline_tests.servers.pxweb import CONFIG, PxWeb, Table

PATH = "/PxWeb/api/v1/fi/StatFin/test/t1.px"
URL = f"https://px.example{PATH}"
FREELY = {**CONFIG, "maxCalls": 10_000}


def table(*sizes: int, title: str = "Testi muuttujina alue, vuosi ja tiedot") -> Table:
    """A table whose cells are their own number, but for some that are hidden."""
    codes = [
        f"{name}_{at}_20260101" for at, name in enumerate(("alue", "timeperiod_y", "contentscode", "ika")[: len(sizes)])
    ]
    values = [[f"{code[:2]}{at:03}" for at in range(size)] for code, size in zip(codes, sizes, strict=True)]
    cells = np.arange(np.prod(sizes)).astype(object)
    cells[::7] = "..."
    variables = [(code, code.upper(), mine, mine) for code, mine in zip(codes, values, strict=True)]
    return Table(title, variables, cells.reshape(sizes))


def asked(
    service: Callable[[Request], Answer], wanted: dict[str, Any] | None = None, faults: dict[int, Answer] | None = None
) -> tuple[list[Body], Loopback]:
    with Loopback(service, faults) as server, Client(QUICK, routes={"px.example": server.url}) as client:
        return pxweb.bodies(client, URL, wanted or {}), server


def cells(bodies: list[Body]) -> dict[tuple[str, ...], float | str]:
    """Each cell of the answers by its codes; a cell that is told twice fails."""
    found: dict[tuple[str, ...], float | str] = {}
    for body in bodies[1:]:
        frame = json_stat.read(body.data).frame()
        for *codes, value, mark in frame.itertuples(index=False):
            assert tuple(codes) not in found
            found[tuple(codes)] = mark or value
    return found


def truth(made: Table) -> dict[tuple[str, ...], float | str]:
    keys = product(*(values for _, _, values, _ in made.variables))
    return dict(zip(keys, made.cells.ravel().tolist(), strict=True))


def test_metadata_are_told_and_variables_found_by_how_they_begin() -> None:
    made = table(4, 2, 3)
    with Loopback(PxWeb({PATH: made})) as server, Client(QUICK, routes={"px.example": server.url}) as client:
        known = pxweb.metadata(client, URL)
    assert known.raw == made.described() and known.title == made.title
    assert known.variable("ALUE_0").values == ("al000", "al001", "al002", "al003")
    assert known.variable("vuosi", "TimePeriod").time and not known.variable("alue").time
    with pytest.raises(Refused, match="no dimension") as refused:
        known.variable("postinumeroalue")
    assert refused.value.refusal == "missing_dimension"


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=2, max_size=4), st.integers(9, 60), st.integers(9, 60))
def test_every_cell_comes_once_whatever_the_limits(sizes: list[int], said: int, most: int) -> None:
    made = table(*sizes)
    service = PxWeb({PATH: made}, config={**FREELY, "maxCells": said}, most=most)
    bodies, _ = asked(service)
    assert cells(bodies) == truth(made)
    assert bodies[0] == Body("metadata", URL, made.described())
    assert max(service.sizes) <= min(said, most)


def test_what_is_asked_comes_in_the_order_of_the_table_and_the_question_is_kept() -> None:
    made = table(4, 2, 3)
    bodies, _ = asked(PxWeb({PATH: made}, config=FREELY), {"contents": ["co002", "co000"], "alue": ["al001"]})
    assert list(cells(bodies)) == [("al001", year, what) for year in ("ti000", "ti001") for what in ("co000", "co002")]
    question = json.loads(bodies[1].question)
    assert [part["code"][:4] for part in question["query"]] == ["alue", "time", "cont"]  # none becomes a total unasked
    assert all(part["selection"]["filter"] == "item" for part in question["query"])


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (CONFIG, pxweb.Limits(120_000, 40, 60.0)),
        ({**CONFIG, "maxCells": 300}, pxweb.Limits(300, 40, 60.0)),
        ({"maxValues": 500, "maxCalls": 30, "timeWindow": 1}, pxweb.Limits(500, 30, 1.0)),
        ({"maxCells": 0, "maxCalls": "many", "timeWindow": None}, pxweb.Limits()),
        ({"maxCells": True, "maxCalls": -1, "timeWindow": 60}, pxweb.Limits()),
        ([], pxweb.Limits()),
        (None, pxweb.Limits()),  # 404
    ],
)
def test_limits_are_those_of_the_service_or_the_least_that_is_known(told: Any, expected: pxweb.Limits) -> None:
    service = PxWeb({PATH: table(2, 2)}, config=told)
    with Loopback(service) as server, Client(QUICK, routes={"px.example": server.url}) as client:
        assert pxweb.limits(client, URL) == expected
        assert [request.path for request in server.asked] == ["/PxWeb/api/v1/fi/"]


def test_a_service_that_is_down_has_no_limits_to_guess() -> None:
    with Loopback(PxWeb({}), always=PASSING["error"]()) as server:
        with Client(QUICK, routes={"px.example": server.url}) as client, pytest.raises(Unavailable):
            pxweb.limits(client, URL)


def test_calls_keep_within_the_window_and_a_busy_answer_is_waited_for() -> None:
    made = table(12, 2)
    kept = PxWeb({PATH: made}, config={"maxCells": 4, "maxCalls": 4, "timeWindow": 1}, calls=6, window=1.0)
    begun = time.monotonic()
    bodies, _ = asked(kept)
    assert cells(bodies) == truth(made) and kept.busy == 0  # six calls: two to learn the limits, and four in a second
    assert time.monotonic() - begun >= 1.0
    hurried = PxWeb({PATH: made}, config={"maxCells": 4, "maxCalls": 100, "timeWindow": 1}, calls=6, window=1.0)
    bodies, _ = asked(hurried)
    assert cells(bodies) == truth(made) and hurried.busy > 0


def test_one_cell_that_may_not_be_had_is_the_end() -> None:
    service = PxWeb({PATH: table(8, 2)}, config=FREELY, most=0)
    with pytest.raises(Unavailable) as failed:
        asked(service)
    assert failed.value.status == 403


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("at", [1, 2, 3, 5, 8])
def test_a_passing_fault_at_any_request_changes_nothing(fault: str, at: int) -> None:
    made = table(12, 2, 2)
    bodies, _ = asked(PxWeb({PATH: made}, config={**FREELY, "maxCells": 8}), faults={at: PASSING[fault]()})
    assert cells(bodies) == truth(made)


@pytest.mark.parametrize("fault", LASTING)
@pytest.mark.parametrize("at", [1, 3, 5, 8])
def test_a_lasting_fault_at_any_request_gives_nothing(fault: str, at: int) -> None:
    with pytest.raises(Unavailable):
        asked(PxWeb({PATH: table(12, 2, 2)}, config={**FREELY, "maxCells": 8}), faults={at: LASTING[fault]()})


STRANGE: dict[str, Callable[[bytes], bytes]] = {
    "half a data set": lambda body: body[: len(body) // 2],
    "another format": lambda _: b'{"columns": [], "data": []}',
    "an error as an answer": lambda _: b'{"error": "Parameter error"}',
    "fewer cells": lambda body: body.replace(b'"size": [4, 2, 2]', b'"size": [3, 2, 2]'),
    "other areas": lambda body: body.replace(b"al005", b"al105"),
    "another variable": lambda body: body.replace(b"alue_0_20260101", b"alue_0_20270101"),
    "a later edition of the table": lambda body: body.replace(b"2026-06-08", b"2026-06-09"),
}


@pytest.mark.parametrize("case", STRANGE)
def test_an_answer_that_is_not_what_was_asked_for_gives_nothing(case: str) -> None:
    service = PxWeb({PATH: table(12, 2, 2)}, config={**FREELY, "maxCells": 16})

    def spoiling(request: Request) -> Answer:
        answer = service(request)
        return replace(answer, body=STRANGE[case](answer.body)) if len(service.sizes) == 2 else answer

    with pytest.raises(Unavailable, match=r"px\.example"):
        asked(spoiling)


def described(**variable: Any) -> bytes:
    return json.dumps({"title": "x", "variables": [variable]}).encode()


METADATA = {
    "a list": b"[]",
    "no variables": b'{"title": "x", "variables": []}',
    "a variable that is text": b'{"title": "x", "variables": ["alue"]}',
    "no values": described(code="a", text="a"),
    "texts too few": described(code="a", text="a", values=["1", "2"], valueTexts=["1"]),
    "a value twice": described(code="a", text="a", values=["1", "1"], valueTexts=["1", "1"]),
    "a value that is a number": described(code="a", text="a", values=[1], valueTexts=["1"]),
    "no JSON": b"Bad Request",
}


@pytest.mark.parametrize("case", METADATA)
def test_metadata_that_are_none_are_said(case: str) -> None:
    with Loopback(lambda _: Answer(METADATA[case])) as server:
        with Client(QUICK, routes={"px.example": server.url}) as client, pytest.raises(Unavailable, match="t1"):
            pxweb.metadata(client, URL)


@pytest.mark.parametrize("wanted", [{"kunta": ["1"]}, {"alue": ["al999"]}, {"alue": []}])
def test_what_the_table_does_not_have_is_not_asked_of_it(wanted: dict[str, list[str]]) -> None:
    service = PxWeb({PATH: table(4, 2)}, config=FREELY)
    with pytest.raises(Unavailable):
        asked(service, wanted)
    assert service.sizes == []


def test_a_table_that_has_moved_is_found_by_its_title() -> None:
    tables = {PATH.replace("t1", "12f7"): table(2, 2), PATH.replace("t1", "12f8"): table(2, 2, title="Muu taulukko")}
    with Loopback(PxWeb(tables)) as server, Client(QUICK, routes={"px.example": server.url}) as client:
        url, known = pxweb.located(client, URL, "TESTI muuttujina", "alue")
        assert url == URL.replace("t1", "12f7") and known.title.startswith("Testi")
        with pytest.raises(Unavailable, match="0 tables"):
            pxweb.located(client, URL, "Kolmas")
        with pytest.raises(Unavailable, match="2 tables"):
            pxweb.located(client, URL, "u")
        with pytest.raises(Unavailable, match="0 tables"):
            pxweb.located(client, URL, "Testi", "postinumeroalue")


def test_a_table_that_is_only_busy_is_not_looked_for_elsewhere() -> None:
    with Loopback(PxWeb({}), always=PASSING["error"]()) as server:
        with Client(QUICK, routes={"px.example": server.url}) as client, pytest.raises(Unavailable, match="503"):
            pxweb.located(client, URL, "Testi")
        assert {request.path for request in server.asked} == {PATH}


def test_a_listing_names_no_place_outside_its_folder() -> None:
    listed = json.dumps([{"id": "../../admin", "type": "t", "text": "Testi"}]).encode()
    with Loopback(lambda _: Answer(listed)) as server, Client(QUICK, routes={"px.example": server.url}) as client:
        with pytest.raises(Unavailable, match="0 tables"):
            pxweb.in_folder(client, "https://px.example/PxWeb/api/v1/fi/StatFin/", "Testi")

"""The WFS protocol against a GeoServer on loopback: every feature once or nothing, under every fault of the field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from seg_pipeline.sources import all_sources, bundle
from seg_pipeline.sources.http import Client, Unavailable
from seg_pipeline.sources.protocols import wfs
from seg_pipeline.sources.source import Fetched
from seg_pipeline_tests.servers.loopback import LASTING, PASSING, QUICK, Answer, Loopback, Request
from seg_pipeline_tests.servers.wfs import GeoServer
from seg_pipeline_tests.sources.layers_made import feature, postal, square

HOST, URL = "geo.stat.fi", "https://geo.stat.fi/geoserver/postialue/wfs"
LAYER = "postialue:pno_tilasto_2026"
FEATURES = [postal(f"{at:05}", square(at, 0)) for at in range(1, 26)]
SERVER = GeoServer({"postialue:pno": FEATURES, "postialue:pno_tilasto_2025": FEATURES[:3], LAYER: FEATURES,
                    "postialue:pno_tilasto_2027": FEATURES})  # fmt: skip
POSTAL = all_sources()["postal_boundaries"]


def asking(server: Loopback) -> Client:
    return Client(QUICK, routes={HOST: server.url})


def fetched(server: Any = SERVER, edition: int = 2026, faults: Mapping[int, Answer] | None = None) -> Fetched:
    with Loopback(server, faults) as running, asking(running) as client:
        assert POSTAL.fetch
        (one,) = POSTAL.fetch(client, edition)
        return one


def test_the_layer_of_the_edition_is_fetched_and_read() -> None:
    one = fetched()
    assert (one.release, one.file, one.url) == ("2026", "pno_tilasto_2026.zip", URL)
    areas = POSTAL.tables(one.data, one.release, one.file).areas
    assert list(areas["area_id"]) == [f"{at:05}" for at in range(1, 26)]
    assert POSTAL.part(one.data) == "of-091"


def test_the_same_features_are_the_same_bytes_though_the_clock_goes_on() -> None:
    assert fetched().data == fetched().data
    assert b'"timeStamp":""' in bundle.unpack(fetched().data)[0].data


@pytest.mark.parametrize(("edition", "year"), [(2025, "2025"), (2026, "2026"), (2027, "2027"), (2029, "2027")])
def test_the_newest_layer_up_to_the_edition_is_taken(edition: int, year: str) -> None:
    assert fetched(edition=edition).release == year


@pytest.mark.parametrize("edition", [2024, 2030])
def test_without_a_layer_of_about_the_year_the_service_is_unavailable(edition: int) -> None:
    with pytest.raises(Unavailable, match=rf"no layer .* for {edition}"):
        fetched(edition=edition)


@pytest.mark.parametrize(
    ("page", "most", "pages"), [(10, 1000, 3), (25, 1000, 1), (24, 1000, 2), (1000, 7, 4), (1, 1, 25)]
)
def test_pages_give_every_feature_once(page: int, most: int, pages: int) -> None:
    with Loopback(GeoServer(SERVER.layers, most=most)) as server, asking(server) as client:
        bodies = wfs.features(client, URL, LAYER, "postinumeroalue", page)
        begins = [dict(request.query)["startIndex"] for request in server.asked]
    assert len(bodies) == pages and begins[0] == "0" and len(set(begins)) == pages
    codes = [one["properties"]["postinumeroalue"] for body in bodies for one in json.loads(body.data)["features"]]
    assert codes == [f"{at:05}" for at in range(1, 26)]
    assert {dict(request.query)["srsName"] for request in server.asked} == {"EPSG:3067"}


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_passing_fault_at_any_request_changes_nothing(fault: str, at: int) -> None:
    expected, small = fetched().data, GeoServer(SERVER.layers, most=10)
    assert fetched(faults={at: PASSING[fault]()}).data == expected
    assert bundle.unpack(fetched(small, faults={at: PASSING[fault]()}).data) == bundle.unpack(fetched(small).data)


@pytest.mark.parametrize("fault", LASTING)
@pytest.mark.parametrize("at", [1, 2, 3, 4, 5])
def test_a_lasting_fault_at_any_request_gives_nothing(fault: str, at: int) -> None:
    with pytest.raises(Unavailable):
        fetched(GeoServer(SERVER.layers, most=10), faults={at: LASTING[fault]()})


def changed(**members: Any) -> Any:
    def answering(request: Request) -> Answer:
        answer = SERVER(request)
        if dict(request.query)["request"] != "GetFeature":
            return answer
        return Answer(json.dumps(json.loads(answer.body) | members).encode())

    return answering


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"numberMatched": 26}, "gave 25 of its 26"),
        ({"numberMatched": 24}, "gave 25 features and says 24"),
        ({"numberMatched": "unknown"}, "no page of features"),
        ({"numberMatched": True}, "no page of features"),
        ({"numberReturned": 24}, "no page of features"),
        ({"features": [*FEATURES, FEATURES[0]], "numberReturned": 26}, "a feature twice"),
        ({"features": [], "numberReturned": 0}, "gave 0 of its 25"),
        ({"features": [feature(None, other="00100")], "numberReturned": 1}, "no page of features"),
        ({"features": [feature(None, postinumeroalue=["00100"])], "numberReturned": 1}, "no page of features"),
        ({"features": [None], "numberReturned": 1}, "no page of features"),
        ({"features": 7}, "no page of features"),
    ],
)
def test_a_page_that_loses_doubles_or_hides_features_gives_nothing(members: dict[str, Any], said: str) -> None:
    with pytest.raises(Unavailable, match=said):
        fetched(changed(**members))


def test_a_layer_that_changes_between_two_pages_gives_nothing() -> None:
    asked = []

    def answering(request: Request) -> Answer:
        asked.append(request)
        features = FEATURES if len(asked) < 4 else FEATURES[:20]
        return GeoServer({LAYER: features}, most=10)(request)

    with pytest.raises(Unavailable, match="changed from 25 features to 20 meanwhile"):
        fetched(answering)


def test_a_layer_that_is_advertised_and_does_not_answer_yet_says_so_in_the_services_words() -> None:
    with pytest.raises(Unavailable, match=r"Feature type postialue:pno_tilasto_2026 unknown"):
        fetched(GeoServer(SERVER.layers, silent=[LAYER]))


@pytest.mark.parametrize("body", [b"<xml/>", b"{}", b"\xff\xfe\0", b"<a>" * 100_000, b'<!DOCTYPE x [<!ENTITY a "b">]>'])
def test_capabilities_that_are_none_are_unavailable(body: bytes) -> None:
    with pytest.raises(Unavailable, match="name no layer"):
        fetched(lambda _: Answer(body))


def test_a_layer_whose_key_has_another_name_is_said_so() -> None:
    renamed = GeoServer({LAYER: [feature(square(0, 0), postinro="00100", kunta="091")]})
    with pytest.raises(Unavailable, match="has none of postinumeroalue, posti_alue"):
        fetched(renamed)


def test_an_older_layer_has_an_older_key() -> None:
    old = GeoServer({LAYER: [feature(square(0, 0), posti_alue="00100", kunta="091", nimi="A", namn="B")]})
    assert list(POSTAL.tables(fetched(old).data, "2026", "f").areas["area_id"]) == ["00100"]


def test_the_canary_sees_an_attribute_that_is_gone() -> None:
    assert POSTAL.probe
    with Loopback(GeoServer({LAYER: FEATURES})) as server, asking(server) as client:
        assert not any(canary.moved for canary in POSTAL.probe(client))
    fewer = [feature(square(0, 0), posti_alue="00100", kunta="091", nimi="A")]
    with Loopback(GeoServer({LAYER: fewer})) as server, asking(server) as client:
        moved = [canary for canary in POSTAL.probe(client) if canary.moved]
    assert [(canary.expected, canary.found) for canary in moved] == [
        ("nimi namn kunta pinta_ala", "nimi kunta"), ("postinumeroalue", "posti_alue"),
    ]  # fmt: skip


def test_names_of_layers_are_matched_whole() -> None:
    names = ["postialue:pno_2026", "postialue:pno_meri_2027", "pno_2025", "postialue:pno_20260", "xpno_2031", "pno"]
    assert wfs.newest(names, "postialue:pno_{year}", 2030) == ("postialue:pno_2026", 2026)
    assert wfs.newest(names, "postialue:pno_{year}", 2025) == ("pno_2025", 2025)
    assert wfs.newest(names, "postialue:pno_{year}", 2024) is None

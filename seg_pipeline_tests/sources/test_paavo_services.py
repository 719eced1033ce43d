"""Paavo from its services: a fetch gives what a file of the same cells gives, and no fault gives half a release."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seg_pipeline.quality import contracts
from seg_pipeline.settings import DEMO
from seg_pipeline.sources import all_sources, bundle
from seg_pipeline.sources.http import Client, Unavailable
from seg_pipeline.sources.national.paavo_layouts import variables
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.sources.source import Canary, Delivered, Fetched
from seg_pipeline_tests.servers import paavo
from seg_pipeline_tests.servers.loopback import LASTING, PASSING, QUICK, Answer, Loopback
from seg_pipeline_tests.servers.pxweb import CONFIG, PxWeb, Table

SOURCE = all_sources()["paavo"]
FILE = (DEMO / "paavo" / "made_up_paavo_2020.csv").read_bytes()
FREELY = {**CONFIG, "maxCalls": 10_000}


def table(**changed: Any) -> Table:
    return replace(paavo.table(FILE, 2020, ("2017", "2018")), **changed)


def fetched(service: PxWeb, edition: int = 2020, faults: dict[int, Answer] | None = None) -> Fetched:
    assert SOURCE.fetch is not None
    with Loopback(service, faults) as server, Client(QUICK, routes={"pxdata.stat.fi": server.url}) as client:
        (one,) = SOURCE.fetch(client, edition)
    return one


def probed(service: PxWeb) -> dict[str, Canary]:
    assert SOURCE.probe is not None
    with Loopback(service) as server, Client(QUICK, routes={"pxdata.stat.fi": server.url}) as client:
        return {canary.what: canary for canary in SOURCE.probe(client)}


def read(data: bytes, release: str = "2020") -> Delivered:
    return SOURCE.tables(data, release, "delivery")


def refusal(data: bytes, release: str = "2020") -> Refused:
    with pytest.raises(Refused) as refused:
        read(data, release)
    assert all(refused.value.message(language) for language in ("fi", "sv", "en"))
    return refused.value


def same(one: Delivered, other: Delivered) -> None:
    pd.testing.assert_frame_equal(one.counts, other.counts)
    pd.testing.assert_frame_equal(one.areas, other.areas)


def varied(how: Callable[[np.ndarray[Any, Any]], None], **changed: Any) -> bytes:
    """A fetched bundle of the table, its cells varied."""
    made = table(**changed)
    how(made.cells)
    return fetched(PxWeb({paavo.PATH: made}, config=FREELY)).data


@pytest.fixture(scope="module")
def whole() -> bytes:
    """What a fetch gives where nothing goes wrong."""
    return fetched(PxWeb({paavo.PATH: table()}, config={**FREELY, "maxCells": 5000})).data


def at(made: Table, variable: str, year: str = "2018") -> tuple[int, int]:
    """The place of a variable in a year."""
    return made.variables[1][2].index(year), list(made.variables[2][2]).index(variable)


def test_the_service_gives_what_the_file_gives(whole: bytes) -> None:
    live, file = read(whole), read(FILE)
    same(live, file)
    assert live.rows == file.rows and live.whole and SOURCE.part(whole) == ""
    assert contracts.findings(live.counts, "counts") == [] and contracts.findings(live.areas, "areas") == []


def test_a_fetch_is_the_same_bytes_every_time(whole: bytes) -> None:
    one = fetched(PxWeb({paavo.PATH: table()}, config={**FREELY, "maxCells": 5000}))
    assert one.data == whole and one.release == "2020" and one.file == "paavo_2020.zip"


@pytest.mark.parametrize("prefix", ["paavo-", "PAAVO-", ""])
def test_codes_may_carry_a_prefix_or_be_in_capitals(prefix: str) -> None:
    made = table()
    *others, (code, text, values, texts) = made.variables
    renamed = replace(made, variables=[*others, (code, text, [prefix + value.upper() for value in values], texts)])
    same(read(fetched(PxWeb({paavo.PATH: renamed}, config=FREELY)).data), read(FILE))


def test_the_dimensions_may_come_in_any_order() -> None:
    made = table()
    turned = replace(made, variables=[made.variables[at] for at in (2, 0, 1)], cells=made.cells.transpose(2, 0, 1))
    same(read(fetched(PxWeb({paavo.PATH: turned}, config=FREELY)).data), read(FILE))


def test_an_earlier_edition_comes_from_the_archive_as_it_was() -> None:
    tables = {
        paavo.PATH: paavo.table(FILE, 2026, ("2017", "2018")),
        f"{paavo.FOLDER}arkisto/2020/paavo_pxt_12f7.px": paavo.archived(FILE),
        f"{paavo.FOLDER}arkisto/2020/paavo_pxt_12f8.px": replace(
            paavo.archived(FILE), variables=[("Alue", "Alue", [], []), ("Tiedot", "Tiedot", [], [])]
        ),
    }
    one = fetched(PxWeb(tables, config=FREELY))
    assert one.url.endswith("/arkisto/2020/paavo_pxt_12f7.px")
    same(read(one.data), read(FILE))


def test_an_edition_that_is_not_out_yet_is_said() -> None:
    with pytest.raises(Unavailable, match="there is no release 2021 yet"):
        fetched(PxWeb({paavo.PATH: table()}, config=FREELY), 2021)


def test_a_table_that_has_moved_is_found_in_its_folder() -> None:
    moved = paavo.PATH.replace("12f7", "12f7_2027")
    one = fetched(PxWeb({moved: table()}, config=FREELY))
    assert one.url.endswith("/12f7_2027.px")
    found = probed(PxWeb({moved: table()}))
    assert found["address"].moved and not found["title"].moved and not found["unknown variables"].moved


def test_the_canary_is_still_where_nothing_has_moved_and_names_what_has() -> None:
    found = probed(PxWeb({paavo.PATH: table()}))
    assert len(found) == 5 and not any(canary.moved for canary in found.values())
    made = table()
    *others, (code, text, values, texts) = made.variables
    values, texts = ["he_uusi", *values[1:]], ["Uusi muuttuja (HE)", *texts[1:]]
    found = probed(PxWeb({paavo.PATH: replace(made, variables=[*others, (code, text, values, texts)], title="Muu")}))
    assert {what: canary.found for what, canary in found.items() if canary.moved} == {
        "title": "Muu", "unknown variables": "he_uusi", "missing variables": made.variables[2][2][0],
    }  # fmt: skip


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("number", [1, 2, 3, 7])
def test_a_passing_fault_changes_nothing(fault: str, number: int, whole: bytes) -> None:
    service = PxWeb({paavo.PATH: table()}, config={**FREELY, "maxCells": 5000})
    assert fetched(service, faults={number: PASSING[fault]()}).data == whole


@pytest.mark.parametrize("fault", LASTING)
@pytest.mark.parametrize("number", [3, 4, 7])
def test_a_lasting_fault_is_no_release(fault: str, number: int) -> None:
    service = PxWeb({paavo.PATH: table()}, config={**FREELY, "maxCells": 5000})
    with pytest.raises(Unavailable):
        fetched(service, faults={number: LASTING[fault]()})


def test_a_variable_that_tells_nothing_of_a_year_does_not_apply_there() -> None:
    """A table that began to tell a variable later: before, the variable is neither hidden nor nought."""
    made = table()
    year, place = at(made, "te_omis_as")
    counts = read(varied(lambda cells: cells.__setitem__((slice(None), year, place), ".."))).counts
    owners = counts.query("dimension == 'tenure' and group == 'owner'")
    assert set(owners["status"]) == {"not_applicable"} and owners["upper"].isna().all()
    assert set(counts.query("dimension == 'tenure' and group == 'rented'")["status"]) == {"observed", "suppressed"}


def test_every_year_of_the_table_is_kept() -> None:
    made = paavo.table(FILE, 2020, ("2016", "2017", "2018"))
    made.cells[:, 0] = made.cells[:, 2]  # HE, KO, TE and RA of 2016 as of 2018
    counts = read(fetched(PxWeb({paavo.PATH: made}, config=FREELY)).data).counts
    assert set(counts.query("dimension == 'age'")["reference_year"]) == {2016, 2018}
    assert set(counts.query("dimension == 'income'")["reference_year"]) == {2017}


def cell(value: Any, variable: str = "he_0_2", area: int = 5) -> Callable[[np.ndarray[Any, Any]], None]:
    place = at(table(), variable)
    return lambda cells: cells.__setitem__((area, *place), value)


REFUSED: dict[str, tuple[Callable[[np.ndarray[Any, Any]], None], str]] = {
    "a negative count": (cell(-3), "not_a_number"),
    "half a person": (cell(2.5), "not_a_number"),
    "a count beyond the country": (cell(10**12), "not_a_number"),
    "an unknown mark": (cell("-"), "not_a_number"),
    "a group larger than its base": (cell(900_000), "total"),
    "a base that is not told": (cell("..", "he_vakiy"), "not_a_number"),
    "an average that is a word": (cell("=1+1", "he_kika"), "not_a_number"),
    "people that the country does not have": (cell(0, "he_vakiy", 0), "rows_missing"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_cells_of_the_service_are_refused_as_those_of_a_file(case: str) -> None:
    how, expected = REFUSED[case]
    found = refusal(varied(how))
    assert found.refusal == expected and found.line and found.column


def relabelled(dimension: int, old: str, new: str, texts: bool = True) -> bytes:
    made = table()
    variables = [list(variable) for variable in made.variables]
    where = variables[dimension][3 if texts else 2]
    variables[dimension][3 if texts else 2] = [new if text == old else text for text in where]
    changed = [tuple(variable) for variable in variables]
    return fetched(PxWeb({paavo.PATH: replace(made, variables=changed)}, config=FREELY)).data  # type: ignore[arg-type]


def first_label() -> str:
    return table().variables[0][3][1]


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ("Keksitty ilman kuntaa", "not_an_area"),
        ("99999  Keksitty toinen (Helsinki)", "not_an_area"),
        ("Keksitty kunta (Olematon)", "unknown_municipality"),
        ("=CMD()  (Helsinki)", "missing_name"),
    ],
)
def test_labels_of_areas_that_do_not_say_where_are_refused(new: str, expected: str) -> None:
    assert refusal(relabelled(0, first_label(), new)).refusal == expected


def test_a_label_may_leave_out_the_code_or_a_blank() -> None:
    label = first_label()
    for new in (label[7:], label.replace("  ", " ", 1)):
        same(read(relabelled(0, label, new)), read(FILE))


def test_a_code_that_is_no_area_or_year_or_variable_is_refused() -> None:
    codes = table().variables[0][2]
    assert refusal(relabelled(0, codes[1], "1234", texts=False)).refusal == "not_an_area"
    assert refusal(relabelled(1, "2018", "2018*", texts=False)).refusal == "unknown_variable"
    assert refusal(relabelled(1, "2018", "2020", texts=False)).refusal == "release"  # a year that is not over
    assert refusal(relabelled(2, "he_0_2", "paavo-he_3_6", texts=False)).refusal == "duplicate_column"


def without(data: bytes, number: int) -> bytes:
    bodies = bundle.unpack(data)
    return bundle.pack(bodies[:number] + bodies[number + 1 :])


def test_a_bundle_that_is_not_whole_is_refused(whole: bytes) -> None:
    bodies = bundle.unpack(whole)
    assert refusal(without(whole, 3)).refusal == "cells"
    assert refusal(without(whole, 0)).refusal == "layout"
    assert refusal(bundle.pack(bodies + bodies[1:2])).refusal == "cells"
    assert refusal(bundle.pack(bodies + bodies[1:2] * 256)).refusal == "cells"
    assert refusal(bundle.pack([])).refusal == "empty"
    assert refusal(whole[:-100]).refusal == "malformed"
    assert refusal(bundle.pack([bodies[0], replace(bodies[1], data=b"<html>")])).refusal == "malformed"
    assert refusal(bundle.pack([*bodies[:-1], replace(bodies[-1], data=b"")])).refusal == "empty"


def test_metadata_that_claim_a_huge_table_are_refused() -> None:
    values = [f"{at:05}" for at in range(9_000)]
    variables = [
        {"code": code, "text": code, "values": values, "valueTexts": values} for code in ("postinumeroalue", "tiedot")
    ]
    body = bundle.Body("metadata", "", json.dumps({"title": "x", "variables": variables}).encode())
    assert refusal(bundle.pack([body])).refusal == "cells"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_damaged_byte_of_a_bundle_gives_the_counts_or_a_refusal(whole: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(whole) - 1))
    body = bytearray(whole)
    body[place] ^= data.draw(st.integers(1, 255))
    try:
        found = SOURCE.read(bytes(body), "2020")
    except Refused:
        return
    assert contracts.findings(found.counts, "counts") == []


# The map layer.


def features(**changed: Any) -> list[dict[str, Any]]:
    """Areas of two cities with every variable that the release has, as the layer tells them."""
    codes = [code for code, row in variables().items() if row["required"] == "yes"]
    rows = []
    for number, (code, city) in enumerate((("00100", "091"), ("00120", "091"), ("90100", "564")), 1):
        row: dict[str, Any] = {"id": number, "postinumeroalue": code, "nimi": f"Keksitty {number}", "namn": "Påhittad",
                               "vuosi": 2026, "kunta": city}  # fmt: skip
        parts = dict.fromkeys(codes, 10)
        for base in (code for code in codes if variables()[code]["group"] == "total"):
            dimension = variables()[base]["dimension"].split()[0]
            parts[base] = 10 * sum(
                dimension in variables()[one]["dimension"].split() and variables()[one]["group"] != "total"
                for one in codes
            )
        rows.append(row | parts | changed)
    return rows


def test_the_layer_is_an_extract_with_names_in_both_languages() -> None:
    found = read(paavo.layer(features()), "2026")
    assert found.rows == {"areas": 3} and not found.whole
    assert found.areas["name_sv"].tolist() == ["Påhittad"] * 3
    assert found.areas["population"].tolist() == [200] * 3
    assert contracts.findings(found.counts, "counts") == [] and contracts.findings(found.areas, "areas") == []
    assert set(found.counts["reference_year"]) == {2024}


def test_minus_one_hides_where_people_live_and_is_missing_where_nobody_does() -> None:
    rows = features()
    for name in ("hr_pi_tul", "hr_ke_tul", "hr_hy_tul", "hr_mtu"):
        rows[0][name] = -1
        rows[1][name] = -1.0 if name == "hr_mtu" else None
    rows[1]["hr_tuy"] = 0
    low = read(paavo.layer(rows), "2026").counts.query("dimension == 'income' and group == 'low'").set_index("area_id")
    assert low["status"].to_dict() == {"00100": "suppressed", "00120": "missing", "90100": "observed"}
    assert (low["lower"]["00100"], low["upper"]["00100"]) == (0, 30)


def older(row: dict[str, Any]) -> dict[str, Any]:
    return {"posti_alue" if name == "postinumeroalue" else name: value for name, value in row.items()}


def test_the_key_of_older_layers_is_known() -> None:
    same(read(paavo.layer(list(map(older, features()))), "2026"), read(paavo.layer(features()), "2026"))


def dropped(name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in row.items() if key != name} for row in rows]


LAYERS: dict[str, tuple[bytes, str]] = {
    "of another year": (paavo.layer(features(vuosi=2025)), "release"),
    "without its year": (paavo.layer(dropped("vuosi", features())), "missing_column"),
    "without its key": (paavo.layer(dropped("postinumeroalue", features())), "missing_column"),
    "without municipalities": (paavo.layer(dropped("kunta", features())), "missing_column"),
    "without a variable": (paavo.layer(dropped("he_0_2", features())), "missing_column"),
    "with one feature that lacks a variable": (
        paavo.layer([*features()[:2], *dropped("he_0_2", features()[2:])]), "missing_column",
    ),
    "with a variable that is not known": (paavo.layer(features(he_uusi=1)), "unknown_variable"),
    "with a municipality that is not known": (paavo.layer(features(kunta="999")), "unknown_municipality"),
    "with an area twice": (paavo.layer(features(postinumeroalue="00100")), "duplicate_area"),
    "with an area that is a number": (paavo.layer(features(postinumeroalue=100)), "not_an_area"),
    "with a negative count": (paavo.layer(features(he_0_2=-2)), "not_a_number"),
    "with a count that is true": (paavo.layer(features(he_0_2=True)), "not_a_number"),
    "with a count that is a list": (paavo.layer(features(he_0_2=[1])), "not_a_number"),
    "with a formula for a name": (paavo.layer(features(nimi="=1+1")), "missing_name"),
    "with no name": (paavo.layer(features(nimi=None)), "missing_name"),
    "with a sum that is off": (paavo.layer(features(he_0_2=11)), "total"),
    "cut by the service": (paavo.layer(features(), numberMatched=3018), "incomplete"),
    "with no feature": (paavo.layer([]), "incomplete"),
    "with features that are none": (paavo.layer(features(), features=[1, 2, 3]), "missing_column"),
    "with features of another kind": (paavo.layer(features(), features="none"), "layout"),
    "an error of the service": (b'{"exceptions": [{"code": "noApplicableCode"}]}', "layout"),
    "cut": (paavo.layer(features())[:-10], "malformed"),
    "with a property twice": (paavo.layer(features()).replace(b'"he_0_2"', b'"he_3_6"'), "malformed"),
    "with NaN": (paavo.layer(features()).replace(b'"he_kika": 10', b'"he_kika": NaN'), "malformed"),
    "of deep nesting": (b'{"a":' * 100_000, "malformed"),
    "in UTF-16": (b'{' + "ä".encode("utf-16"), "encoding"),
}  # fmt: skip


@pytest.mark.parametrize("case", LAYERS)
def test_a_layer_that_is_not_right_is_refused(case: str) -> None:
    data, expected = LAYERS[case]
    assert refusal(data, "2026").refusal == expected


def test_a_national_layer_that_lacks_areas_is_refused() -> None:
    cities = ("091", "049", "092", "837", "564", "853", "179", "297", "398", "167", "698")
    one = features()[0]
    rows = [one | {"postinumeroalue": f"{at:05}", "kunta": city} for at, city in enumerate(cities)]
    assert refusal(paavo.layer(rows), "2026").refusal == "incomplete"

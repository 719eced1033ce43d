"""Municipal key figures: which content becomes which indicator, of which municipalities, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from seg_pipeline.quality import contracts
from seg_pipeline.sources import all_sources, bundle
from seg_pipeline.sources.http import Client, Unavailable
from seg_pipeline.sources.national.key_figures_cells import contents_of
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.sources.services import services
from seg_pipeline.sources.source import Canary, Delivered, Fetched
from seg_pipeline_tests.servers.loopback import LASTING, PASSING, QUICK, Answer, Loopback
from seg_pipeline_tests.servers.pxweb import CONFIG, PxWeb, Table

SOURCE = all_sources()["key_figures"]
PATHS = {name: service.url.removeprefix("https://pxdata.stat.fi") for name, service in services("key_figures").items()}
FREELY = {**CONFIG, "maxCalls": 10_000}
AREAS = {"SSS": "KOKO MAA", "KU091": "Helsinki", "KU049": "Espoo", "SK011": "Helsingin seutukunta",
         "MK01": "Uusimaa", "KUJOU": "Kuntajoukko"}  # fmt: skip
YEARS = ("2023", "2024")
CONTENTS = {
    "municipal": {"M411": "Väkiluku", "M476": "Väkiluvun muutos edellisestä vuodesta, %",
                  "M404": "Ruotsinkielisten osuus väestöstä, %", "M410": "Ulkomaan kansalaisten osuus väestöstä, %",
                  "M162": "Työttömien osuus työvoimasta, %"},
    "language": {"vaerak-vaesto": "Väestö 31.12.", "vaesto_kieli_ulk_p": "Vieraskielisten osuus, %"},
    "income": {"henkilot": "Asuntoväestö, henkilöitä",
               "pt_aste": "Asuntoväestön pienituloisuusaste (raja 60 % mediaanista)"},
}  # fmt: skip
CELLS = {"M411": 650_000, "M404": 5.5, "M162": 10.3, "vaesto_kieli_ulk_p": 18.9, "M999": 17.5, "pt_aste": 13.4}


def table(name: str, contents: Mapping[str, str] | None = None, title: str = "") -> Table:
    """One of the three tables: each cell is that of its content, less its area's place and its year's in tenths."""
    told = contents or CONTENTS[name]
    cells = np.array(
        [[[CELLS.get(code, 1) - at - when for code in told] for when in range(len(YEARS))] for at in range(len(AREAS))],
        dtype=object,
    )
    variables = [
        ("alue_23_20260101", "Alue", list(AREAS), list(AREAS.values())),
        ("timeperiod_y", "Vuosi", YEARS, YEARS),
        ("contentscode", "Tiedot", list(told), list(told.values())),
    ]
    return Table(title or services("key_figures")[name].expects.capitalize(), variables, cells)


def service(**changed: Table) -> PxWeb:
    tables = {name: table(name) for name in PATHS} | changed
    return PxWeb({PATHS[name]: made for name, made in tables.items()}, config=FREELY)


def fetched(answering: PxWeb, faults: dict[int, Answer] | None = None) -> Fetched:
    assert SOURCE.fetch is not None
    with Loopback(answering, faults) as server, Client(QUICK, routes={"pxdata.stat.fi": server.url}) as client:
        (one,) = SOURCE.fetch(client, 2026)
    return one


def probed(answering: PxWeb) -> dict[str, Canary]:
    assert SOURCE.probe is not None
    with Loopback(answering) as server, Client(QUICK, routes={"pxdata.stat.fi": server.url}) as client:
        return {canary.what: canary for canary in SOURCE.probe(client)}


def read(data: bytes) -> Delivered:
    return SOURCE.tables(data, "2026", "key_figures_2026.zip")


def refusal(data: bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        read(data)
    assert all(refused.value.message(language) for language in ("fi", "sv", "en"))
    return refused.value


@pytest.fixture(scope="module")
def whole() -> bytes:
    """What a fetch gives where nothing goes wrong."""
    return fetched(service()).data


def value(told: pd.DataFrame, city: str, indicator: str, year: int) -> float:
    mine = (told["city"] == city) & (told["indicator"] == indicator) & (told["reference_year"] == year)
    return float(told["value"][mine].item())


def test_municipalities_of_three_tables_become_indicators(whole: bytes) -> None:
    found = read(whole)
    told = found.tables["wellbeing"]
    assert contracts.findings(told, "wellbeing") == []
    assert set(told["city"]) == {"091", "049"} and set(told["reference_year"]) == {2023, 2024}
    assert value(told, "091", "population", 2023) == 649_999 and value(told, "049", "population", 2024) == 649_997
    assert value(told, "091", "swedish_language", 2023) == 4.5
    assert value(told, "091", "unemployment", 2024) == pytest.approx(8.3)
    assert value(told, "049", "foreign_language", 2023) == pytest.approx(16.9)
    assert value(told, "049", "low_income", 2024) == pytest.approx(10.4)
    assert len(told) == 2 * 5 * 2 and set(told["unit"]) == {"persons", "percent"}


def test_no_cell_is_dropped_in_silence(whole: bytes) -> None:
    cells = sum(len(json.loads(body.data)["value"]) for body in bundle.unpack(whole) if "cells" in body.name)
    rows = read(whole).rows
    assert sum(rows.values()) == cells == len(AREAS) * len(YEARS) * 5
    assert rows["other areas than municipalities"] == 4 * 2 * 5


def test_a_fetch_is_the_same_bytes_every_time(whole: bytes) -> None:
    one = fetched(service())
    assert one.data == whole and one.release == "2026"
    assert [body.name for body in bundle.unpack(whole)] == [
        f"{name}: {what}" for name in PATHS for what in ("metadata", "cells 1")
    ]


@pytest.mark.parametrize("most", [1, 2, 3, 7, 30])
def test_however_the_answers_are_cut_the_table_is_the_same(most: int, whole: bytes) -> None:
    cut = fetched(replace(service(), config={**FREELY, "maxCells": most}))
    pd.testing.assert_frame_equal(read(cut.data).tables["wellbeing"], read(whole).tables["wellbeing"])


def test_what_two_tables_tell_is_taken_of_the_first() -> None:
    both = table("municipal", {**CONTENTS["municipal"], "M999": "Vieraskielisten osuus väestöstä, %"})
    found = read(fetched(service(municipal=both)).data)
    assert value(found.tables["wellbeing"], "091", "foreign_language", 2024) == 15.5
    assert found.rows["figures that another table tells already"] == len(AREAS) * len(YEARS)
    assert sum(found.rows.values()) == len(AREAS) * len(YEARS) * 6


@pytest.mark.parametrize(
    ("table", "codes", "labels", "expected"),
    [
        ("municipal", ["M1", "M2"], ["Väkiluvun muutos", "Väkiluku"], {"population": "M2"}),
        ("municipal", ["M1", "M2"], ["Väkiluku, miehet", "Väkiluku"], {"population": "M2"}),
        ("municipal", ["M1"], ["Väkilukuindeksi"], {}),
        ("municipal", ["M1"], ["TYÖTTÖMIEN OSUUS TYÖVOIMASTA, %"], {"unemployment": "M1"}),
        ("language", ["vaerak-vaesto_kieli_ulk_p"], ["Muu nimi"], {"foreign_language": "vaerak-vaesto_kieli_ulk_p"}),
        ("language", ["a", "b"], ["Vieraskielisten osuus, %", "Vieraskielisten osuus 2"], {"foreign_language": "a"}),
        ("income", ["a"], ["Väkiluku"], {}),
    ],
)  # fmt: skip
def test_contents_are_known_by_code_or_by_how_their_label_begins(
    table: str, codes: list[str], labels: list[str], expected: dict[str, str]
) -> None:
    assert {one.indicator: one.code for one in contents_of(table, codes, labels)} == expected


def varied(how: Callable[[Any], None], name: str = "municipal") -> bytes:
    made = table(name)
    how(made.cells)
    return fetched(service(**{name: made})).data


@pytest.mark.parametrize(
    ("mark", "status"), [("...", "suppressed"), ("..", "missing"), (".", "not_applicable"), ("", "missing")]
)
def test_a_mark_says_why_there_is_no_value(mark: str, status: str) -> None:
    told = read(varied(lambda cells: cells.__setitem__((1, 0, 0), mark))).tables["wellbeing"]
    cell = told.query("city == '091' and indicator == 'population' and reference_year == 2023").iloc[0]
    assert cell["status"] == status and pd.isna(cell["value"])
    assert (told["status"] == "observed").sum() == len(told) - 1


@pytest.mark.parametrize(
    ("cell", "expected"), [(-1, "out_of_range"), (0.5, "out_of_range"), ("-", "not_a_number"), (1e300, "out_of_range")]
)
def test_a_population_that_cannot_be_is_refused(cell: Any, expected: str) -> None:
    if cell == 1e300:
        assert refusal(varied(lambda cells: cells.__setitem__((1, 0, 2), cell))).refusal == expected  # of a per cent
    else:
        assert refusal(varied(lambda cells: cells.__setitem__((1, 0, 0), cell))).refusal == expected


def test_a_mark_on_an_area_that_is_not_read_is_no_harm_but_a_value_is_not_dropped() -> None:
    found = read(varied(lambda cells: cells.__setitem__((0, 0, 0), "...")))
    assert found.rows["other areas than municipalities"] == 4 * 2 * 5


def renamed(at: int, old: str, new: str) -> bytes:
    made = table("municipal")
    variables = [list(variable) for variable in made.variables]
    variables[at][2] = [new if value == old else value for value in variables[at][2]]
    changed: Sequence[Any] = [tuple(variable) for variable in variables]
    return fetched(service(municipal=replace(made, variables=changed))).data


def test_a_municipality_that_is_not_in_the_catalogue_and_a_year_that_is_none_are_refused() -> None:
    assert refusal(renamed(0, "KU091", "KU999")).refusal == "unknown_municipality"
    assert refusal(renamed(1, "2024", "2024M01")).refusal == "unknown_variable"
    assert refusal(renamed(1, "2024", "20244")).refusal == "unknown_variable"


def test_a_bundle_that_is_not_whole_is_refused(whole: bytes) -> None:
    bodies = bundle.unpack(whole)
    twice = [*bodies, bodies[1]]
    other = replace(bodies[3], name="municipal: cells 2")
    half = table("municipal").answer([[0, 1, 2], [0, 1], [0]])
    assert refusal(bundle.pack(twice)).refusal == "cells"
    assert refusal(bundle.pack([*bodies[:2], other])).refusal == "unknown_group"
    assert refusal(bundle.pack([bodies[0], replace(bodies[1], data=half)])).refusal == "cells"
    assert refusal(bundle.pack(bodies[1:])).refusal == "layout"
    assert refusal(bundle.pack([])).refusal == "empty"
    assert refusal(bundle.pack(bodies[:1])).refusal == "empty"
    assert refusal(whole[:-20]).refusal == "malformed"
    assert refusal(b"<html></html>").refusal == "layout"
    assert refusal(b"").refusal == "layout"
    assert refusal(bundle.pack([bodies[0], replace(bodies[1], data=b"{}")])).refusal == "layout"


def test_a_variable_more_is_asked_for_its_total_and_refused_where_it_is_not_summed() -> None:
    made = table("municipal")
    sexes = ("sukupuoli_9_20180101", "Sukupuoli", ("SSS", "1", "2"), ("Yhteensä", "Miehet", "Naiset"))
    cells = np.stack([made.cells, made.cells // 2, made.cells // 2], axis=-1)
    data = fetched(service(municipal=replace(made, variables=[*made.variables, sexes], cells=cells))).data
    assert value(read(data).tables["wellbeing"], "091", "population", 2023) == 649_999
    untold = (sexes[0], sexes[1], ("1", "2", "3"), sexes[3])
    with pytest.raises(Unavailable, match="sukupuoli_9_20180101 has no total"):
        fetched(service(municipal=replace(made, variables=[*made.variables, untold], cells=cells)))
    parted = replace(made, variables=[*made.variables, sexes], cells=cells)
    named = (("metadata", parted.described()), ("cells 1", parted.answer([[0, 1], [0], [0], [0, 1]])))
    bodies = [bundle.Body(f"municipal: {name}", "", body) for name, body in named]
    assert refusal(bundle.pack(bodies)).refusal == "unknown_column"


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("number", [1, 2, 4, 7])
def test_a_passing_fault_changes_nothing(fault: str, number: int, whole: bytes) -> None:
    assert fetched(service(), {number: PASSING[fault]()}).data == whole


@pytest.mark.parametrize("fault", LASTING)
@pytest.mark.parametrize("number", [3, 5, 7])
def test_a_lasting_fault_at_any_table_gives_none_of_them(fault: str, number: int) -> None:
    with pytest.raises(Unavailable):
        fetched(service(), {number: LASTING[fault]()})


def test_a_table_without_any_figure_of_the_catalogue_is_said() -> None:
    with pytest.raises(Unavailable, match="none of the figures"):
        fetched(service(income=table("income", {"x": "Muu tieto"})))


def test_the_canary_is_still_where_nothing_has_moved_and_names_what_has() -> None:
    assert not [canary for canary in probed(service()).values() if canary.moved]
    found = probed(service(income=table("income", {"x": "Muu tieto"}, title="Muu taulukko")))
    assert [what for what, canary in found.items() if canary.moved] == ["income: title", "income: has a figure"]

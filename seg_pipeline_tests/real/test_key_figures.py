"""Municipal key figures against the real metadata of the service: which of its contents and areas are read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from seg_pipeline.classifications import CITY_CODES
from seg_pipeline.quality import contracts
from seg_pipeline.sources import all_sources, bundle
from seg_pipeline.sources.http import Client
from seg_pipeline.sources.national.key_figures_cells import contents_of
from seg_pipeline.sources.protocols import pxweb
from seg_pipeline_tests.servers.loopback import QUICK, Answer, Loopback
from seg_pipeline_tests.servers.pxweb import PxWeb, Table

pytestmark = pytest.mark.real
Find = Callable[[str], Path]
SERIES, FOLDER, REGION = (
    f"pxweb_api_fixtures/px-{name}.json" for name in ("table-aikasarja-response", "folder-response", "table-hki")
)


@pytest.fixture(scope="module")
def table(shared: Find) -> Table:
    """The table as its own metadata describe it, with a number of its own in every cell."""
    told = json.loads(shared(SERIES).read_text(encoding="utf-8"))
    variables = [(v["code"], v["text"], v["values"], v["valueTexts"]) for v in told["variables"]]
    sizes = [len(values) for _, _, values, _ in variables]
    return Table(told["title"], variables, (np.arange(np.prod(sizes)) % 97).astype(object).reshape(sizes))


def test_the_real_metadata_are_understood(shared: Find) -> None:
    known = pxweb.understood(shared(SERIES).read_bytes())
    assert known.title == "Kuntien avainluvut muuttujina Alue 2017, Tiedot ja Vuosi"
    assert known.variable("alue").code == "Alue 2017" and len(known.variable("alue").values) == 401
    assert known.variable("timeperiod", "vuosi").time and known.variable("vuosi").values[-1] == "2016"
    contents = known.variable("contentscode", "tiedot")
    assert {one.code: one.indicator for one in contents_of("municipal", contents.values, contents.texts)} == {
        "M411": "population", "M404": "swedish_language", "M162": "unemployment", "M486": "tertiary_education",
    }  # fmt: skip
    region = pxweb.understood(shared(REGION).read_bytes())
    assert region.variable("Alue").texts[1] == "091 1 Eteläinen suurpiiri" and len(region.variables) == 7


def test_a_real_listing_leads_to_the_one_table_with_the_title(shared: Find) -> None:
    def answering(request: object) -> Answer:
        path = getattr(request, "path", "")
        return Answer(shared(FOLDER if path.endswith("/") else SERIES).read_bytes())

    with Loopback(answering) as server, Client(QUICK, routes={"px.example": server.url}) as client:
        url, _ = pxweb.in_folder(client, "https://px.example/api/v1/fi/Kuntien_avainluvut/2017/", "1987-2016")
    assert url.endswith("/kuntien_avainluvut_2017_aikasarja.px")


def test_the_real_table_gives_every_municipality_and_nothing_else(table: Table) -> None:
    answering = PxWeb({"/api/v1/fi/t.px": table})
    with Loopback(answering) as server, Client(QUICK, routes={"px.example": server.url}) as client:
        wanted = {"tiedot": ["M411", "M404", "M162", "M486"]}
        bodies = pxweb.bodies(client, "https://px.example/api/v1/fi/t.px", wanted)
    named = [bundle.Body(f"municipal: {body.name}", body.url, body.data, body.question) for body in bodies]
    found = all_sources()["key_figures"].tables(bundle.pack(named), "2026", "key_figures.zip")
    told = found.tables["wellbeing"]
    assert contracts.findings(told, "wellbeing") == []
    municipalities = [code for code in table.variables[0][2] if code.isdigit()]
    assert len(municipalities) == 311 and sorted(set(told["city"])) == sorted(municipalities)
    assert set(CITY_CODES) <= set(told["city"]) and sorted(set(told["reference_year"])) == list(range(1987, 2017))
    assert sum(found.rows.values()) == sum(answering.sizes) == 401 * 4 * 30
    helsinki, population = list(table.variables[0][2]).index("091"), list(table.variables[1][2]).index("M411")
    mine = told.query("city == '091' and indicator == 'population'").sort_values("reference_year")
    assert mine["value"].tolist() == table.cells[helsinki, population].tolist()

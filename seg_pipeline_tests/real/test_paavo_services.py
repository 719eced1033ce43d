"""Paavo's services at real size: a PxWeb service made of a real release's cells, and the real map layer."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from seg_pipeline.quality import contracts
from seg_pipeline.sources import all_sources, bundle
from seg_pipeline.sources.http import Client
from seg_pipeline.sources.readers import json_stat
from seg_pipeline_tests.conftest import PAAVO
from seg_pipeline_tests.servers import paavo
from seg_pipeline_tests.servers.loopback import QUICK, Loopback, busy
from seg_pipeline_tests.servers.pxweb import CONFIG, PxWeb, Table

pytestmark = pytest.mark.real
Find = Callable[[str], Path]

LAYER = "paavo_pub2026_wfs_metro/pno_tilasto_2026_metro_wfs_attributes_only.geojson"
SOURCE = all_sources()["paavo"]


@pytest.fixture(scope="module")
def table(shared: Find) -> Table:
    """Table 12f7 as the service has it since June 2026, with the cells of the national release of 2020."""
    return paavo.table(shared(PAAVO["2020"]).read_bytes(), 2020, ("2017", "2018"))


@pytest.fixture(scope="module")
def service(table: Table) -> tuple[PxWeb, bytes]:
    """What a fetch of the whole table gives, from a service that hands out less than it says, and twice is busy."""
    answering = PxWeb({paavo.PATH: table}, config={**CONFIG, "timeWindow": 1}, most=60_000)
    with (
        Loopback(answering, {5: busy(1), 9: busy(0)}) as server,
        Client(QUICK, routes={"pxdata.stat.fi": server.url}) as client,
    ):
        assert SOURCE.fetch is not None
        (fetched,) = SOURCE.fetch(client, 2020)
    assert fetched.release == "2020" and fetched.url == f"https://pxdata.stat.fi{paavo.PATH}"
    return answering, fetched.data


def test_the_service_is_asked_within_its_limits_and_every_cell_once(service: tuple[PxWeb, bytes], table: Table) -> None:
    answering, data = service
    assert sum(answering.sizes) == table.cells.size == 3027 * 2 * 104
    assert max(answering.sizes) <= 60_000 and len(answering.sizes) >= 11
    first, *answers = bundle.unpack(data)
    assert first.data == table.described()
    assert sum(len(json_stat.read(answer.data).values) for answer in answers) == table.cells.size


def test_the_service_gives_the_very_counts_of_the_file(service: tuple[PxWeb, bytes], shared: Find) -> None:
    begun = time.process_time()
    live = SOURCE.tables(service[1], "2020", "paavo.zip")
    took = time.process_time() - begun
    file = SOURCE.tables(shared(PAAVO["2020"]).read_bytes(), "2020", "paavo.csv")
    pd.testing.assert_frame_equal(live.counts, file.counts)
    pd.testing.assert_frame_equal(live.areas, file.areas)
    assert live.rows == {"areas": 3026, "the whole country's own row": 1} and live.whole
    assert contracts.findings(live.counts, "counts") == [] and contracts.findings(live.areas, "areas") == []
    assert took <= 4.0  # seconds of the processor


def test_the_map_layer_and_the_national_file_agree_cell_by_cell(shared: Find) -> None:
    layer = SOURCE.tables(shared(LAYER).read_bytes(), "2026", "layer.geojson")
    assert layer.rows == {"areas": 330} and not layer.whole
    assert contracts.findings(layer.counts, "counts") == [] and contracts.findings(layer.areas, "areas") == []
    national = SOURCE.tables(shared(PAAVO["2026"]).read_bytes(), "2026", "paavo.csv")
    case = ["city", "area_id", "dimension", "group", "reference_year"]
    both = layer.counts.merge(national.counts, on=case, suffixes=("", "_national"))
    assert len(both) == len(layer.counts.query("dimension != 'household_income'")) == 17_820  # TR is not in the file
    assert (both["status"] == both["status_national"]).all()
    assert both["status"].value_counts().to_dict() == {"observed": 17_682, "suppressed": 138}
    assert both["count"].equals(both["count_national"])
    names = layer.areas.merge(national.areas, on=["area_id", "city"], suffixes=("", "_national"))
    assert (names["name_fi"] == names["name_fi_national"]).mean() > 0.99
    assert names["name_sv"].notna().all() and (names["population"] == names["population_national"]).all()


def test_household_income_of_the_layer_describes_the_year_of_the_households(shared: Find) -> None:
    """What the catalogue's row on TR of 2026 rests on: its households are those of TE, area by area."""
    counts = SOURCE.tables(shared(LAYER).read_bytes(), "2026", "layer.geojson").counts
    total = counts[counts["group"] == "total"].pivot(index="area_id", columns="dimension", values="count")
    assert (total["household_income"] == total["tenure"]).all() and len(total) == 330

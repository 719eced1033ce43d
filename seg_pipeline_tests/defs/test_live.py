"""The yearly refresh with live services, on loopback: what is up is fetched, what is down is said and stops nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import pytest

from seg_pipeline import parquet
from seg_pipeline.sources.services import Service
from seg_pipeline_tests.conftest import Seg
from seg_pipeline_tests.faults.test_bad_input import paavo
from seg_pipeline_tests.servers import sotkanet
from seg_pipeline_tests.servers.loopback import Loopback, error

LIVE = ("refresh", "--edition", "2026", "--profile", "live")
REVISED = b'"indicator":127,"region":46,"year":2020,"gender":"total","value":'


def hosts() -> set[str]:
    """Return every host that a live refresh asks."""
    from urllib.parse import urlsplit

    from seg_pipeline import catalogue

    return {str(urlsplit(Service(**row).url).hostname) for row in catalogue.rows("services")}


@contextmanager
def services(bodies: dict[str, bytes] | None) -> Iterator[str]:
    """Route every host to this machine: Sotkanet answers with `bodies`, or like all others with 404."""
    there = sotkanet.answering(bodies) if bodies else lambda _: error(404)
    with Loopback(there) as up, Loopback(lambda _: error(404)) as down:
        yield ",".join(f"{host}={up.url if host == sotkanet.HOST else down.url}" for host in sorted(hosts()))


def table(seg: Seg, name: str) -> pd.DataFrame:
    return parquet.read(seg.data / "tables" / "real" / "2026" / f"{name}.parquet")


def manifest(seg: Seg) -> dict[str, Any]:
    path = seg.data / "snapshots" / seg.snapshots[-1] / "manifest.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@pytest.fixture
def own(seg: Seg) -> Seg:
    """A data folder with one release of Paavo, received as a file."""
    file = seg.data.parent / "paavo.csv"
    file.write_bytes(paavo("2018"))
    assert seg("receive", "paavo", file, "--release", "2018").returncode == 0
    return seg


def test_the_refresh_fetches_what_is_up_says_what_is_down_and_keeps_what_is_revised(own: Seg) -> None:
    bodies = sotkanet.made_up()
    with services(bodies) as routes:
        done = own(*LIVE, SEG_ROUTES=routes)
    assert done.returncode == 0, done.stderr
    assert "sotkanet                 fetched: 1 new" in done.stderr and done.stderr.count("unavailable: https://") >= 5
    assert "the service did not answer, of:" in done.stdout and own.snapshots == ["2026.1"]
    first = manifest(own)
    receipt = next(receipt for receipt in first["receipts"] if receipt["source"] == "sotkanet")
    assert receipt["url"].startswith("https://sotkanet.fi/") and receipt["made_up"] is False
    assert {"paavo", "vipunen"} <= {f["subject"] for f in first["findings"] if f["rule"] == "unavailable"}
    coverage = table(own, "coverage").set_index(["source", "subject"])
    assert coverage.loc[("paavo", "income"), "status"] == "late"
    assert "404" in str(coverage.loc[("paavo", "income"), "note"])
    assert coverage.loc[("sotkanet", "population"), "status"] == "arrived"

    body = bodies["data 127"]
    assert REVISED in body
    with services(bodies | {"data 127": body.replace(REVISED + b"6", REVISED + b"5", 1)}) as routes:
        again = own(*LIVE, SEG_ROUTES=routes)
    assert again.returncode == 0 and own.snapshots == ["2026.1", "2026.2"], again.stderr
    moved = table(own, "revisions")
    assert moved[["source", "subject", "city", "revision_before", "revision_after"]].to_numpy().tolist() == [
        ["sotkanet", "population", "091", 1, 2]
    ]
    assert moved["value_before"].iloc[0] - moved["value_after"].iloc[0] == 100_000
    assert (
        table(own, "coverage").set_index(["source", "subject"]).loc[("sotkanet", "population"), "status"] == "revised"
    )

    with services(None) as routes:
        down = own(*LIVE, SEG_ROUTES=routes)
    assert down.returncode == 0, down.stderr
    assert "sotkanet                 unavailable: https://sotkanet.fi" in down.stderr
    assert len(table(own, "wellbeing")) > 0 and len(manifest(own)["receipts"]) == 2


def test_the_canary_says_precisely_what_moved(seg: Seg) -> None:
    bodies = sotkanet.made_up()
    another = bodies["about 187"].replace(b"Muu kuin suomi", b"Muu kuin ruotsi")
    with services(bodies | {"about 187": another}) as routes:
        done = seg("sources", "probe", "sotkanet", SEG_ROUTES=routes)
    assert done.returncode == 1 and done.stdout.count("MOVED") == 1, done.stdout
    assert "title of 187: MOVED: expected Muu kuin suomi" in done.stdout and "Muu kuin ruotsi" in done.stdout
    with services(None) as routes:
        down = seg("sources", "probe", "sotkanet", "paavo", SEG_ROUTES=routes)
    assert down.returncode == 1 and "sotkanet: DOWN: https://sotkanet.fi" in down.stdout
    assert "Traceback" not in down.stderr and not (seg.data / "archive").exists()


def test_a_fetch_of_one_source_is_told_line_by_line_and_fails_when_the_service_is_down(seg: Seg) -> None:
    with services(sotkanet.made_up()) as routes:
        done = seg("sources", "fetch", "sotkanet", "vipunen", SEG_ROUTES=routes)
    assert done.returncode == 1 and "1 of the services did not answer" in done.stderr
    listed = seg("received", "sotkanet").stdout
    assert "sotkanet" in listed and "2026" in listed
    bad = seg("sources", "fetch", "sotkanet", SEG_ROUTES="sotkanet.fi=http://10.0.0.1")
    assert bad.returncode == 1 and "loopback" in bad.stderr

"""The whole way in a temporary data folder, as a user walks it: refresh, again, one change, and what is shown."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from seg_pipeline import parquet, settings, snapshots, tables
from seg_pipeline.classifications import CITIES, CITY_CODES, CONTRASTS
from seg_pipeline.definitions import defs
from seg_pipeline.defs import drawn
from seg_pipeline.defs.lineage import FILES, Edition, upstream
from seg_pipeline.defs.partitions import EDITIONS
from seg_pipeline.defs.reading import join
from seg_pipeline.defs.refresh import yearly
from seg_pipeline.defs.warehouse import Warehouse
from seg_pipeline.quality import arrivals
from seg_pipeline.sources import all_sources
from seg_pipeline_tests.conftest import Seg

OF_NO_CITY = {("crosswalk",), ("coverage",), ("municipal_changes",)}  # assets whose table has no column city
CLOSED = {source.id for source in all_sources().values() if not source.open}
DEMO = ("refresh", "--edition", "2026", "--profile", "demo")


def opened(seg: Seg) -> snapshots.Snapshot:
    return snapshots.open("2026.1-demo", seg.data / "snapshots")


def test_the_demo_edition_is_published_whole_and_says_that_it_is_made_up(demo: Seg) -> None:
    snapshot = opened(demo)
    assert snapshot.verify() == []
    assert snapshot.tables == sorted({*tables.CONTRACTS} - {"deliveries", "reconciliation"})
    assert set(snapshot.table("indicators")["city"]) == set(CITY_CODES)
    assert {receipt["source"] for receipt in snapshot.manifest["receipts"]} >= {city.id for city in CITIES}
    assert all(receipt["made_up"] for receipt in snapshot.manifest["receipts"])
    assert snapshot.manifest["code"]["source_sha256"] and snapshot.manifest["lock_sha256"]
    for path in (demo.data / "tables" / "demo").rglob("*.parquet"):
        assert path.stem == "snapshot" or "MADE-UP" in parquet.footer(path)["made_up"]


def test_the_terminal_shows_where_it_is_what_is_in_it_and_the_eleven_cities(demo: Seg) -> None:
    done = demo(*DEMO)
    assert done.returncode == 0
    assert "MADE-UP DATA" in done.stdout and "2026.1-demo" in done.stdout
    assert str(demo.data / "snapshots" / "2026.1-demo") in done.stdout
    assert all(city.name_en in done.stdout for city in CITIES)


def test_again_with_nothing_changed_makes_nothing_and_publishes_nothing(demo: Seg) -> None:
    before = {path: path.stat().st_mtime_ns for path in (demo.data / "tables").rglob("*.parquet")}
    done = demo(*DEMO)
    assert done.returncode == 0 and "nothing has changed" in done.stderr
    assert {path: path.stat().st_mtime_ns for path in (demo.data / "tables").rglob("*.parquet")} == before
    assert demo.snapshots == ["2026.1-demo"]


def test_raw_counts_of_cities_are_not_published_and_the_manifest_says_so(demo: Seg) -> None:
    snapshot = opened(demo)
    open_ = {source.id for source in all_sources().values() if source.open}
    for name in ("counts", "area_profiles", "revisions"):
        assert set(snapshot.table(name)["source"]) <= open_ and not open_ & CLOSED
    withheld = {f["subject"] for f in snapshot.manifest["findings"] if f["rule"] == "withheld"}
    assert withheld == CLOSED
    of_cities = snapshot.table("indicators").query("source in @CLOSED and value.notna()")
    assert len(of_cities) and (of_cities["value"] == of_cities["value"].round(3)).all()
    published = set(snapshot.table("areas")["area_id"])
    for source in CLOSED:
        raw = parquet.read(demo.data / "tables" / "demo" / "2026" / source / "areas.parquet")
        assert len(raw) and raw["population"].isna().all(), source
        assert all_sources()[source].city or not published & set(raw["area_id"])


def test_every_published_count_is_one_that_its_source_published(demo: Seg) -> None:
    counts = opened(demo).table("counts")
    hidden = counts[counts["status"] == "suppressed"]
    assert len(hidden) and hidden["count"].isna().all() and (hidden["upper"] >= 1).all()


def test_one_new_delivery_makes_only_what_depends_on_it(demo: Seg, tmp_path: object) -> None:
    """A table that is touched is made again; the other sources are left alone, and the content stays published."""
    copy = Seg(demo.data.parent / "copy")
    shutil.copytree(demo.data, copy.data)
    lost = copy.data / "tables" / "demo" / "2026" / "lahti" / "counts.parquet"
    lost.unlink()
    edition = Edition(2026, Warehouse(settings.Settings(copy.data, "demo")))
    behind: list[tuple[str, ...]] = [("lahti",)]
    for key in FILES:
        behind += [key] if key not in behind and any(of in behind for of in upstream(key)) else []
    assert edition.stale() == behind and ("counts",) in behind and ("helsinki",) not in behind
    done = copy(*DEMO)
    assert done.returncode == 0 and "helsinki" not in done.stderr and "lahti" in done.stderr
    assert copy.snapshots == ["2026.1-demo"]
    assert edition.stale() == []


def test_publishing_alone_refuses_tables_that_are_out_of_date(demo: Seg, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = Seg(demo.data.parent / "behind")
    shutil.copytree(demo.data, copy.data)
    (copy.data / "tables" / "demo" / "2026" / "turku" / "counts.parquet").unlink()
    monkeypatch.setenv("SEG_DATA", str(copy.data))
    with dg.DagsterInstance.ephemeral() as instance:
        result = defs.resolve_job_def("refresh").execute_in_process(
            partition_key="2026",
            instance=instance,
            asset_selection=[dg.AssetKey("snapshot")],
            raise_on_error=False,
            run_config={"resources": {"editions": {"config": {"profile": "demo"}}}},
        )
    assert not result.success
    failed = [event.step_failure_data.user_failure_data for event in result.all_events if event.is_step_failure]
    assert failed[0] and "turku" in str(failed[0].description)
    assert copy.snapshots == ["2026.1-demo"]


def test_every_materialisation_shows_rows_cities_coverage_and_a_table_or_plot(demo: Seg) -> None:
    with dg.DagsterInstance.from_config(str(demo.data / "dagster" / "demo")) as instance:
        for key in FILES:
            event = instance.get_latest_materialization_event(dg.AssetKey(list(key)))
            assert event and event.asset_materialization and event.asset_materialization.partition == "2026"
            told = event.asset_materialization.metadata
            assert "made up" in told and ("cities" in told or key in OF_NO_CITY)
            if key != ("snapshot",):
                assert {"dagster/row_count", "coverage"} <= set(told)
            empty = told.get("dagster/row_count") == dg.MetadataValue.int(0)
            assert empty or any(isinstance(value, dg.TableMetadataValue) for value in told.values()), key
        plot = instance.get_latest_materialization_event(dg.AssetKey("indicators"))
        assert plot and plot.asset_materialization
        drawn = str(plot.asset_materialization.metadata["plot"].value)
        assert drawn.startswith("![D of") and all(city.name_en in drawn for city in CITIES)
        assert len(drawn) < 1000  # the UI hides longer pictures behind a link


def test_assets_are_in_their_groups_with_one_partition_axis_and_blocking_contracts() -> None:
    graph = defs.resolve_asset_graph()
    groups: dict[str, set[str]] = {}
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        groups.setdefault(str(node.group_name), set()).add(key.to_user_string())
        assert node.partitions_def == EDITIONS
    assert groups["cities"] == {city.id for city in CITIES}
    assert groups["national"] == {source.id for source in all_sources().values() if not source.city}
    assert groups["picture"] == {key[0] for key in FILES} - set(all_sources()) - {"snapshot"}
    assert groups["publication"] == {"snapshot", "report"}
    checks = {(key.asset_key.to_user_string(), key.name) for key in graph.asset_check_keys}
    assert {(source, "contract") for source in (*groups["cities"], *groups["national"], *groups["picture"])} <= checks
    warn_only = {("coverage", "complete"), ("reconciliation", "sources_agree")}
    blocking = {key for key in graph.asset_check_keys if graph.get_check_spec(key).blocking}
    assert checks - {(key.asset_key.to_user_string(), key.name) for key in blocking} == warn_only


def test_the_schedule_asks_for_the_edition_of_its_year() -> None:
    when = datetime(2031, 2, 15, 6, tzinfo=UTC)
    with dg.DagsterInstance.ephemeral() as instance:
        asked = yearly(dg.build_schedule_context(instance=instance, scheduled_execution_time=when))
    assert isinstance(asked, dg.RunRequest) and asked.partition_key == "2031"
    assert yearly.default_status == dg.DefaultScheduleStatus.RUNNING
    assert "2026" in EDITIONS.get_partition_keys(current_time=datetime(2026, 1, 2, tzinfo=UTC))


def test_what_an_asset_is_made_from() -> None:
    assert upstream(("indicators",)) == [("counts",), ("areas",)]
    unpublished = {("reconciliation",), ("snapshot",)}
    assert set(upstream(("snapshot",))) == {key for key in FILES if key[0] not in all_sources()} - unpublished
    assert ("helsinki",) in upstream(("counts",)) and upstream(("helsinki",)) == []


def test_what_duckdb_gathers_comes_in_one_order(tmp_path: Path) -> None:
    """Without an order of its own DuckDB gave more than a hundred different ones in 150 runs."""
    from dataclasses import dataclass

    from seg_pipeline.defs.making import EVERYTHING, Making
    from seg_pipeline.defs.resources import duckdb

    @dataclass(frozen=True)
    class Kept:
        edition = year = 2026
        warehouse = property(lambda self: self)

        def path(self, key: tuple[str, ...], _: int) -> Path:
            return tmp_path.joinpath(*key).with_suffix(".parquet")

    keys = [(f"source {at:02}",) for at in range(24)]
    for key in keys:
        frame = pd.DataFrame({"city": ["091"] * 500, "teller": [key[0]] * 500})
        Kept().path(key, 2026).write_bytes(parquet.encode(frame))
    making = Making(Kept(), duckdb())  # type: ignore[arg-type]
    for _ in range(20):
        told = making.ask(list(reversed(keys)), EVERYTHING)
        assert told is not None and list(told["teller"].unique()) == [key[0] for key in keys]


def test_the_original_release_goes_before_its_restatement() -> None:
    from seg_pipeline_tests.spec.test_compute import area, counts

    original, restated = counts(*area("1", 30, 10, 50)), counts(*area("1", 31, 9, 50))
    pd.testing.assert_frame_equal(join([original, restated], "counts"), original)


def test_a_bar_chart_of_nothing_is_drawn() -> None:
    assert "%3Csvg" in drawn.bars({}, "nothing")


def test_the_list_and_the_verification_of_snapshots(demo: Seg) -> None:
    assert "2026.1-demo" in demo("snapshots", "list").stdout
    shown_ = demo("snapshots", "show")
    assert shown_.returncode == 0 and "MADE-UP" in shown_.stdout
    assert demo("snapshots", "verify").returncode == 0
    package = json.loads((Path(opened(demo).where) / "datapackage.json").read_text(encoding="utf-8"))
    assert {source["title"] for source in package["sources"]} > {"Paavo, open data by postal code area"}


def test_rounded_people_and_coverage_do_not_give_back_a_hidden_area(demo: Seg) -> None:
    """Unrounded, population / coverage − population is the number of people in the areas that are hidden."""
    of_cities = opened(demo).table("indicators").query("source in @CLOSED and coverage < 1")
    assert (of_cities["population"] % 100 == 0).all()
    assert (of_cities["coverage"] == of_cities["coverage"].round(2)).all()


def _made(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    from seg_pipeline.indicators.changes import changes
    from seg_pipeline.indicators.profiles import area_profiles
    from seg_pipeline_tests.spec.test_compute import made

    found = made(table)
    profiles = area_profiles(table, contrasts=CONTRASTS)
    computed = {"counts": table, "indicators": found, "area_profiles": profiles, "changes": changes(table, found)}
    return computed | {name: tables.empty(name) for name in ("revisions", "wellbeing")}


def test_a_city_of_few_areas_keeps_its_indicators_back() -> None:
    from seg_pipeline.defs.protection import TOLD, protected
    from seg_pipeline_tests.spec.test_compute import area, counts

    few = counts(*area("1", 30, 10, 50), *area("2", 10, 30, 50)).assign(source="helsinki")
    kept = protected(_made(few))
    assert kept["counts"].empty and kept["area_profiles"].empty
    assert set(kept["indicators"]["indicator"]) == set(TOLD)
    assert kept["indicators"]["value"].isna().all() and set(kept["indicators"]["status"]) == {"suppressed"}
    public = _made(few.assign(source="paavo"))
    for name, table in protected(public).items():
        pd.testing.assert_frame_equal(table, public[name])


def test_changes_of_a_closed_source_go_out_rounded_or_not_at_all() -> None:
    from seg_pipeline.defs.protection import protected
    from seg_pipeline_tests.spec.test_compute import area, counts

    def years(areas: int) -> pd.DataFrame:
        rows = [[*area(str(at), 30 + 7 * at, 50, 200)] for at in range(areas)]
        later = [[*area(str(at), 40 + 5 * at, 50, 200)] for at in range(areas)]
        both = [counts(*(cell for row in of for cell in row), year=year) for of, year in ((rows, 2023), (later, 2024))]
        return pd.concat(both).assign(source="helsinki")

    many, few = (protected(_made(years(areas)))["changes"] for areas in (6, 3))
    assert len(many) and (many["value"] == many["value"].round(3)).all() and (many["p_value"].dropna() > 0).all()
    assert len(few) and few["value"].isna().all() and set(few["status"]) == {"suppressed"}


@pytest.mark.parametrize(
    ("releases", "said"),
    [
        ([], "nothing has been received"),
        (["2018", "2024"], "no release of 2026 yet, the latest is 2024"),
        (["2026"], ""),
    ],
)
def test_a_source_that_is_absent_or_late_says_so(releases: list[str], said: str) -> None:
    for source, grave in (("paavo", "block"), ("lahti", "warn")):
        found = arrivals.finding(source, 2026, releases)
        assert said in (found.message if found else "") and bool(found) == bool(said)
        assert found is None or found.severity == (grave if not releases else "warn")

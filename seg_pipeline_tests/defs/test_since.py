"""What a snapshot says of the one before it, and that nothing which was published is gone without a reason."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from seg_pipeline import catalogue, tables
from seg_pipeline.defs import since
from seg_pipeline.defs.lineage import Edition
from seg_pipeline.defs.recording import lay, recorded
from seg_pipeline.defs.refresh import FORESEEN
from seg_pipeline.defs.warehouse import Warehouse
from seg_pipeline.settings import Settings
from seg_pipeline.snapshots import Snapshot, versions
from seg_pipeline.snapshots.comparing.reasons import DECIDES, SIGNED, DecisionError
from seg_pipeline.snapshots.comparing.withdrawn import WithdrawnError
from seg_pipeline.snapshots.publish import publish
from seg_pipeline.sources import all_sources
from seg_pipeline.sources.archive import Receipt
from seg_pipeline_tests.conftest import PAAVO, Seg
from seg_pipeline_tests.snapshots.test_publish import ORIGIN, SOURCES
from seg_pipeline_tests.spec.test_compute import area, counts, made

Content = dict[str, pd.DataFrame]
EMPTY = ("areas", "wellbeing", "area_profiles", "coverage", "crosswalk")


def content(low: int = 30, years: tuple[int, ...] = (2024,), more: int = 50) -> Content:
    """Return what would be published: two areas of Helsinki in some years."""
    told = [counts(*area("00100", low + year % 7, 10, more), *area("00120", 10, 30, 50), year=year) for year in years]
    table = tables.conform(pd.concat(told), "counts")
    names = {language: f"name_{language}" for language in catalogue.LANGUAGES}
    cities = tables.conform(pd.DataFrame(catalogue.rows("cities")).rename(columns=names), "cities")
    told_of = {"counts": table, "indicators": made(table), "cities": cities}
    return told_of | {name: tables.empty(name) for name in EMPTY}


def edition(data: Path, year: int = 2026, **books: pd.DataFrame) -> Edition:
    """Return an edition whose sources have nothing in their books but what is given."""
    found = Edition(year, Warehouse(Settings(data)))
    for source in all_sources():
        book = books.get(source, tables.empty("deliveries"))
        found.warehouse.write((source, "deliveries"), year, tables.conform(book, "deliveries"), "")
    return found


def put(data: Path, told: Content, year: int = 2026, receipts: tuple[Receipt, ...] = (), **books: Any) -> Snapshot:
    """Publish content as the pipeline does: judged first, then with what stands beside it."""
    of = edition(data, year, **books)
    origin = ORIGIN | {"receipts": [asdict(receipt) for receipt in receipts]}
    forbidden = since.findings(of, told)
    assert not forbidden, forbidden
    return publish(data / "snapshots", year, told, origin, SOURCES, False, since.since(of, told, origin))[0]


def without(told: Content, **cells: Any) -> Content:
    """Return content without the rows that have these cells."""
    left = {}
    for name, table in told.items():
        gone = pd.Series(all(column in table for column in cells), table.index)
        for column, cell in cells.items():
            gone &= (table[column] == cell) if column in table else False
        left[name] = table[~gone].reset_index(drop=True)
    return left


def decide(monkeypatch: pytest.MonkeyPatch, **cells: str) -> None:
    """Let the catalogue hold one decision."""
    rows, row = catalogue.rows, dict.fromkeys((*DECIDES, *SIGNED), "") | cells
    monkeypatch.setattr(catalogue, "rows", lambda name: (row,) if name == "withdrawals" else rows(name))


WHY = {"fi": "väärä vuosi", "sv": "fel år", "en": "wrong year", "who": "A. Steward", "date": "2026-03-01"}


def changes(snapshot: Snapshot) -> str:
    return snapshot.shelf.read(snapshot.version, "CHANGES.md").decode()


def test_the_first_snapshot_is_compared_with_nothing(tmp_path: Path) -> None:
    first = put(tmp_path, content())
    assert first.manifest["compared_with"] is None and first.table("moved").empty and first.verify() == []
    words = ("ensimmäinen julkaisuversio", "första publicerade versionen", "first snapshot")
    assert all(said in changes(first) for said in words)


def test_the_next_one_says_what_moved_and_what_changed(tmp_path: Path) -> None:
    put(tmp_path, content())
    second = put(tmp_path, content(33))
    moved = second.table("moved")
    assert second.manifest["compared_with"] == "2026.1" and set(moved["to_snapshot"]) == {"2026.2"}
    d = moved[(moved["indicator"] == "dissimilarity")]
    total = d.loc[d["term"] == "total", "value"].iloc[0]
    assert total == pytest.approx(d.loc[d["term"] != "total", "value"].sum(), abs=1e-9) and total > 0
    assert "# What has changed: snapshot 2026.2" in changes(second) and "2026.1" in changes(second)
    found = since.between(*versions(tmp_path / "snapshots"))
    pd.testing.assert_frame_equal(found.moved, moved)
    pd.testing.assert_frame_equal(
        since.moved(found.difference.before, found.difference.after), moved, check_dtype=False
    )


def test_an_older_edition_again_need_not_tell_what_only_a_later_one_tells(tmp_path: Path) -> None:
    put(tmp_path, content(years=(2024,)), 2026)
    put(tmp_path, content(years=(2024, 2025)), 2027)
    again = put(tmp_path, content(31, years=(2024,)), 2026)
    assert (again.version, again.manifest["predecessor"]["version"]) == ("2026.2", "2027.1")
    assert again.manifest["compared_with"] == "2026.1"
    later = put(tmp_path, content(years=(2024, 2025, 2026)), 2028)
    assert later.manifest["compared_with"] == "2027.1"
    assert since.findings(edition(tmp_path, 2029), content(years=(2024, 2026)))  # 2025 would be gone
    assert put(tmp_path, content(years=(2024,)), 2025).manifest["compared_with"] is None


def test_a_figure_that_is_gone_without_a_reason_stops_publication(tmp_path: Path) -> None:
    put(tmp_path, content(years=(2023, 2024)))
    left = without(content(years=(2023, 2024)), reference_year=2023)
    of = edition(tmp_path)
    found = {finding.subject: finding for finding in since.findings(of, left)}
    assert set(found) == {"counts", "indicators"} and all(one.severity == "block" for one in found.values())
    assert found["counts"].rows == 8 and "reference_year 2023" in found["counts"].example
    assert "data/catalogue/withdrawals.csv" in found["counts"].message
    assert "counts,paavo,2026,091,,," in found["counts"].message
    with pytest.raises(WithdrawnError, match="nothing says why"):
        publish(tmp_path / "snapshots", 2026, left, ORIGIN, SOURCES, False, since.since(of, left, ORIGIN))
    assert [snapshot.version for snapshot in versions(tmp_path / "snapshots")] == ["2026.1"]


def test_a_decision_in_the_catalogue_lets_it_go_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, content(years=(2023, 2024)))
    left = without(content(years=(2023, 2024)), reference_year=2023)
    decide(monkeypatch, source="paavo", city="091", **WHY)
    second = put(tmp_path, left)
    told = {fact["table"]: fact for fact in second.manifest["withdrawn"]}
    assert told["counts"]["rows"] == 8 and told["counts"]["cities"] == ["091"]
    assert told["counts"]["reason"] == {"fi": "väärä vuosi", "sv": "fel år", "en": "wrong year"}
    assert (told["indicators"]["who"], told["indicators"]["date"]) == ("A. Steward", "2026-03-01")
    for said in ("Syy: väärä vuosi", "Orsak: fel år", "Reason: wrong year"):
        assert said in changes(second)


@pytest.mark.parametrize("cells", [{"table": "areas"}, {"release": "2018"}, {"city": "049"}, {"dimension": "tenure"}])
def test_a_decision_about_something_else_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cells: dict[str, str]
) -> None:
    put(tmp_path, content(years=(2023, 2024)))
    decide(monkeypatch, **cells, **WHY)
    left = without(content(years=(2023, 2024)), reference_year=2023)
    assert len(since.findings(edition(tmp_path), left)) == 2


@pytest.mark.parametrize("empty", [*SIGNED, "table"])
def test_a_decision_that_does_not_say_why_who_or_what_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: str
) -> None:
    put(tmp_path, content(years=(2023, 2024)))
    decide(monkeypatch, **({"table": "counts"} | WHY | {empty: " "}))
    with pytest.raises(DecisionError, match="line 2"):
        since.findings(edition(tmp_path), without(content(years=(2023, 2024)), reference_year=2023))


def test_a_figure_that_is_hidden_now_is_not_gone(tmp_path: Path) -> None:
    put(tmp_path, content())
    hidden = content()
    of = hidden["counts"]["area_id"] == "00100"
    hidden["counts"].loc[of, "count"] = pd.NA
    hidden["counts"].loc[of, "status"] = "suppressed"
    second = put(tmp_path, hidden)
    assert second.manifest["withdrawn"] == [] and "observed → suppressed" in changes(second)


def test_a_figure_that_another_release_tells_is_not_gone(tmp_path: Path) -> None:
    put(tmp_path, content())
    assert put(tmp_path, {n: t.assign(release="2027") if "release" in t else t for n, t in content().items()})


def delivery(of: Edition, release: str = "2026", data: bytes = b"1") -> Receipt:
    return of.archive.receive("paavo", release, "", "paavo.csv", data, "CC BY 4.0", False)[0]


def test_the_reason_of_a_withdrawn_delivery_is_the_one_that_was_given(tmp_path: Path) -> None:
    of = edition(tmp_path)
    receipt = delivery(of)
    put(tmp_path, content(years=(2023, 2024)), receipts=(receipt,))
    left = without(content(years=(2023, 2024)), reference_year=2023)
    assert since.findings(of, left)
    of.archive.withdraw(receipt, "sent\nby mistake")
    second = put(tmp_path, left)
    assert {fact["reason"]["en"] for fact in second.manifest["withdrawn"]} == {
        "the delivery was withdrawn: sent by mistake"
    }
    assert "toimitus vedettiin takaisin: sent by mistake" in changes(second)


def test_what_a_revised_delivery_no_longer_tells_is_told_as_that(tmp_path: Path) -> None:
    """A count may be gone with its source's own words; an indicator only where its counts are gone too."""
    of = edition(tmp_path)
    one, other = delivery(of), delivery(of, data=b"2")
    book = pd.DataFrame([_read(other)])
    put(tmp_path, content(years=(2023, 2024)), receipts=(one,))
    left = without(content(years=(2023, 2024)), reference_year=2023)
    alone = left | {"counts": content(years=(2023, 2024))["counts"]}
    assert [finding.subject for finding in since.findings(edition(tmp_path, paavo=book), alone)] == ["indicators"]
    second = put(tmp_path, left, receipts=(other,), paavo=book)
    assert {fact["reason"]["en"] for fact in second.manifest["withdrawn"]} == {
        "the revised delivery no longer tells the figure (paavo.csv)"
    }


def test_a_refused_delivery_is_a_reason_only_where_the_bytes_before_it_are_not_used(tmp_path: Path) -> None:
    of = edition(tmp_path)
    one, other = delivery(of), delivery(of, data=b"2")
    put(tmp_path, content(years=(2023, 2024)), receipts=(one,))
    left = without(content(years=(2023, 2024)), reference_year=2023)
    refused = _read(other) | {"outcome": "refused", "reason": "not a table"}
    still = pd.DataFrame([_read(one), refused])
    assert since.findings(edition(tmp_path, paavo=still), left)
    second = put(tmp_path, left, paavo=pd.DataFrame([refused]))
    assert "the delivery was refused: paavo.csv: not a table" in changes(second)


def _read(receipt: Receipt) -> dict[str, Any]:
    keys = ("source", "release", "part", "revision", "file", "received", "sha256")
    return {key: getattr(receipt, key) for key in keys} | {"outcome": "read", "rows": 1, "reason": None}


def test_a_refresh_shows_what_forbids_publication_as_foreseen() -> None:
    assert {WithdrawnError.__name__, DecisionError.__name__} <= set(FORESEEN)


def test_two_publishers_see_the_same_predecessor_or_the_slower_one_is_judged_again(tmp_path: Path) -> None:
    """What is forbidden is looked for once more where the snapshot is placed: another may have come in between."""
    of, less = edition(tmp_path), content(years=(2024,))
    assert not since.findings(of, less)
    put(tmp_path, content(years=(2023, 2024)))
    with pytest.raises(WithdrawnError):
        publish(tmp_path / "snapshots", 2026, less, ORIGIN, SOURCES, False, since.since(of, less, ORIGIN))


@pytest.mark.real
def test_two_real_releases_one_after_the_other(seg: Seg, shared: Callable[[str], Path]) -> None:
    for release in ("2018", "2020"):
        assert seg("receive", "paavo", shared(PAAVO[release]), "--release", release).returncode == 0
        done = seg("refresh", "--edition", "2026", "--profile", "own")
        assert done.returncode == 0, done.stderr
    first, second = versions(seg.data / "snapshots")
    assert second.manifest["compared_with"] == first.version and second.manifest["withdrawn"] == []
    moved, figure = second.table("moved"), tables.key("moved")[:-1]
    total = moved[moved["term"] == "total"].set_index(figure)["value"]
    parts = moved[moved["term"] != "total"].groupby(figure, dropna=False)["value"].sum()
    assert len(total) > 1000 and (total - parts).abs().max() < 1e-9
    assert "Suurimmat muutokset: Erilaisuusindeksi D" in changes(second)
    told = seg("snapshots", "diff", first.version, second.version)
    assert told.returncode == 0 and "+27,776" in told.stdout and "paavo 2020" in told.stdout
    shutil.rmtree(seg.data / "archive" / "real" / "receipts" / "paavo" / "2018")
    lost = seg("refresh", "--edition", "2026", "--profile", "own")
    assert lost.returncode == 1 and "nothing says why" in lost.stderr and "27552 rows" in lost.stderr
    assert seg.snapshots == [first.version, second.version]


def test_what_was_withdrawn_is_kept_for_who_makes_the_snapshot_again(tmp_path: Path) -> None:
    """In an archive of only what the snapshot was made from, the reason is known, and the figures may go."""
    of = edition(tmp_path)
    receipt = delivery(of)
    put(tmp_path, content(years=(2023, 2024)), receipts=(receipt,))
    of.archive.withdraw(receipt, "sent by mistake")
    kept = json.loads(recorded(of, [])["deliveries.json"])
    assert [one["why"] for one in kept["withdrawals"]] == ["sent by mistake"] and kept["deliveries"] == []
    again = edition(tmp_path / "again")
    lay(again.archive, kept, tmp_path)
    shutil.copytree(tmp_path / "snapshots", tmp_path / "again" / "snapshots")
    assert since.findings(again, without(content(years=(2023, 2024)), reference_year=2023)) == []
    assert recorded(again, []) == recorded(of, [])

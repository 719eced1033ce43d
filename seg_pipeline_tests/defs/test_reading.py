"""From deliveries to tables: what cannot be used is put aside whole, what is revised is told, every row is kept."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from seg_pipeline import tables
from seg_pipeline.defs.reading import Taken, take
from seg_pipeline.defs.sources import refusals
from seg_pipeline.quality import contracts
from seg_pipeline.quality.finding import Finding
from seg_pipeline.sources.archive import Archive
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.sources.source import Delivered, Source
from seg_pipeline_tests.spec.test_compute import area, counts


def read(data: bytes, release: str) -> Delivered:
    """Read a delivery that is one number: how many in the first area have a low income."""
    if not data.isdigit():
        raise Refused("not_a_number", found=repr(data), expected="whole_number", line=1)
    told = counts(*area("00100", int(data), 10, 100), *area("00120", 20, 10, 100))
    spoiled = told.assign(count=told["count"].mask(told["count"] == 13, -1))
    return Delivered(
        {"counts": spoiled.assign(source="test", release=release), "areas": tables.empty("areas")}, {"rows": 2}
    )


SOURCE = Source("test", "Test", "Nobody", "CC BY 4.0", "yearly", read, open=True)


def taken(root: Path, *deliveries: tuple[str, bytes], source: Source = SOURCE) -> Taken:
    archive = Archive(root)
    for release, data in deliveries:
        archive.receive("test", release, source.part(data), f"{data.decode()}.csv", data, "CC BY 4.0", made_up=False)
    return take(source, archive, 2026)


def _refusal(made: Taken) -> Finding:
    (found,) = refusals(SOURCE, made, 2026)
    return found


def low(made: Taken) -> dict[str, int]:
    told = made.tables["counts"].query("area_id == '00100' and group == 'low'")
    return {str(row["release"]): int(row["count"]) for row in told.to_dict("records")}


def test_the_last_revision_is_read_and_what_it_revised_is_told(tmp_path: Path) -> None:
    made = taken(tmp_path, ("2026", b"30"), ("2026", b"31"))
    assert low(made) == {"2026": 31} and made.refused == []
    assert made.tables["deliveries"]["outcome"].tolist() == ["replaced", "read"]
    moved = made.tables["revisions"]
    assert contracts.findings(moved, "revisions") == []
    assert moved[["area", "group", "value_before", "value_after"]].to_numpy().tolist() == [
        ["postal_area 00100", "low", 30.0, 31.0],
        ["postal_area 00100", "middle", 60.0, 59.0],
    ]


def test_a_refused_revision_is_put_aside_whole_and_the_one_before_it_is_read(tmp_path: Path) -> None:
    made = taken(tmp_path, ("2026", b"30"), ("2026", b"x"), ("2026", b"-1"))
    assert low(made) == {"2026": 30}
    book = made.tables["deliveries"]
    assert contracts.findings(book, "deliveries") == []
    assert book["outcome"].tolist() == ["read", "refused", "refused"]
    assert book["reason"].notna().tolist() == [False, True, True] and "whole number" in book["reason"][1]
    found = _refusal(made)
    assert found.severity == "warn" and found.rows == 2 and "Revision 1 is used" in found.message


def test_a_table_that_breaks_its_contract_is_refused_like_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    made = taken(tmp_path, ("2026", b"30"), ("2026", b"13"))
    assert low(made) == {"2026": 30} and "not negative" in made.refused[0][1]


def test_a_source_of_which_nothing_can_be_read_has_empty_tables(tmp_path: Path) -> None:
    made = taken(tmp_path, ("2026", b"x"))
    assert made.tables["counts"].empty and made.used == [] and len(made.refused) == 1
    found = _refusal(made)
    assert "Nothing is used in its place" in found.message


def test_the_same_year_told_by_two_releases_is_compared(tmp_path: Path) -> None:
    made = taken(tmp_path, ("2025", b"30"), ("2026", b"33"))
    assert low(made) == {"2025": 30, "2026": 33}
    moved = made.tables["revisions"]
    assert moved[["release_before", "release_after"]].drop_duplicates().to_numpy().tolist() == [["2025", "2026"]]
    low_before_after = moved.loc[moved["group"] == "low", ["value_before", "value_after"]]
    assert low_before_after.to_numpy().tolist() == [[30, 33]]


def test_a_required_source_that_cannot_be_read_stops_the_edition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seg_pipeline.quality import arrivals

    monkeypatch.setattr(arrivals, "required", lambda _: True)
    found = _refusal(taken(tmp_path, ("2026", b"x")))
    assert found.severity == "block"
    assert _refusal(taken(tmp_path / "2", ("2026", b"30"), ("2026", b"x"))).severity == "warn"


def test_what_a_closed_source_counts_is_not_in_its_areas(tmp_path: Path) -> None:
    from dataclasses import replace

    def read_areas(data: bytes, release: str) -> Delivered:
        place = {"geography": "grid_250m", "city": "091", "area_id": "1", "boundary_vintage": 2026, "name_fi": "1",
                 "name_sv": None, "population": 7, "population_year": 2025, "surface": None, "geometry": None,
                 "centroid": None}  # fmt: skip
        return Delivered({"areas": tables.conform(pd.DataFrame([place]), "areas")}, {"rows": 1})

    for open_, told in ((True, 1), (False, 0)):
        source = replace(SOURCE, read=read_areas, open=open_)
        assert taken(tmp_path / str(open_), ("2026", b"1"), source=source).tables["areas"]["population"].count() == told


def test_of_a_city_the_file_received_last_tells_a_table(tmp_path: Path) -> None:
    """A workbook after a CSV of its counts takes the place of it, and the other way round."""
    from dataclasses import replace
    from itertools import permutations

    city = replace(SOURCE, city="091", part=lambda data: "counts" if data == b"30" else "")
    for first, then in permutations([b"30", b"31"]):
        archive = Archive(tmp_path / first.decode())
        for at, data in enumerate((first, then)):
            receipt, _ = archive.receive("test", "2026", city.part(data), "x.csv", data, "", made_up=False)
            path = archive._path(receipt)
            path.chmod(0o644)
            path.write_text(
                path.read_text(encoding="utf-8").replace(receipt.received, f"2026-02-0{at + 1}T00:00:00+00:00")
            )
        assert low(take(city, archive, 2026)) == {"2026": int(then)}


def test_every_delivery_has_one_fate(tmp_path: Path) -> None:
    made = taken(
        tmp_path, ("2024", b"1"), ("2025", b"x"), ("2026", b"2"), ("2026", b"3"), ("2026", b"4"), ("2026", b"y")
    )
    book = made.tables["deliveries"]
    assert len(book) == 6 and not book.duplicated(["release", "revision"]).any()
    assert book["outcome"].value_counts().to_dict() == {"read": 2, "replaced": 2, "refused": 2}
    assert pd.isna(book.loc[book["outcome"] != "read", "rows"]).all()


def test_two_parts_of_a_release_that_differ_on_a_cell_are_told(tmp_path: Path) -> None:
    from dataclasses import replace

    parts = replace(SOURCE, part=lambda data: f"part-{data.decode()}")
    made = taken(tmp_path, ("2026", b"30"), ("2026", b"31"), source=parts)
    assert low(made) == {"2026": 30} and made.again == 8
    moved = made.tables["revisions"]
    assert contracts.findings(moved, "revisions") == []
    told = moved.loc[moved["group"] == "low", ["value_before", "value_after"]]
    assert told.to_numpy().tolist() == [[31.0, 30.0]]


def test_a_refused_file_is_put_right_by_a_later_one_and_no_longer_said(tmp_path: Path) -> None:
    made = taken(tmp_path, ("2026", b"x"), ("2026", b"30"))
    assert made.refused == [] and refusals(SOURCE, made, 2026) == []
    assert made.tables["deliveries"]["outcome"].tolist() == ["corrected", "read"]


def test_what_a_later_file_no_longer_tells_is_said(tmp_path: Path) -> None:
    from dataclasses import replace

    from seg_pipeline.defs.sources import losses

    def of_two(data: bytes, release: str) -> Delivered:
        told = read(b"30", release).counts
        more = told.assign(dimension="household_income") if data == b"both" else told.head(0)
        return Delivered(
            {"counts": pd.concat([told, more], ignore_index=True), "areas": tables.empty("areas")}, {"r": 2}
        )

    made = taken(tmp_path, ("2026", b"both"), ("2026", b"one"), source=replace(SOURCE, read=of_two))
    (said,) = losses(SOURCE, made)
    assert "it told household_income; revision 2, used in its place, does not" in said.message
    assert made.tables["deliveries"]["reason"].notna().tolist() == [True, False]

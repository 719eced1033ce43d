"""Paavo in its layouts, on the made-up releases: codes, PxWeb wide and long, labels."""

from __future__ import annotations

import re

import pytest

from seg_pipeline import settings
from seg_pipeline.quality import contracts
from seg_pipeline.sources import all_sources
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.sources.source import Delivered

PAAVO = all_sources()["paavo"]


def made_up(release: str) -> bytes:
    return (settings.DEMO / "paavo" / f"made_up_paavo_{release}.csv").read_bytes()


def read(data: bytes, release: str) -> Delivered:
    return PAAVO.tables(data, release, "paavo.csv")


def years(delivered: Delivered) -> dict[str, list[int]]:
    by = delivered.counts.groupby("dimension")["reference_year"].unique()
    return {str(dimension): sorted(int(year) for year in found) for dimension, found in by.items()}


LONG = """"12f7 -- 9. All data groups, 2010-2023"\r
\r
"Postal code area","Information","2022","2023"\r
"00107  Keksitty Koivu (Helsinki)","Households, total (TE)",100,{total}\r
"00107  Keksitty Koivu (Helsinki)","Average size of households (TE)",1.8,1.9\r
{rest}"""


@pytest.mark.parametrize("release", ["2018", "2020", "2026"])
def test_every_layout_ends_in_counts_and_areas_that_keep_their_contracts(release: str) -> None:
    delivered = read(made_up(release), release)
    assert contracts.findings(delivered.counts, "counts") == []
    assert contracts.findings(delivered.areas, "areas") == []
    lines = made_up(release).count(b"\n") - (3 if release == "2020" else 1)
    assert sum(delivered.rows.values()) == lines


def test_each_dimension_has_its_own_reference_year() -> None:
    assert years(read(made_up("2018"), "2018")) == {
        "activity": [2015], "age": [2016], "education": [2015], "household_income": [2015], "household_type": [2016],
        "income": [2015], "tenure": [2016],
    }  # fmt: skip
    assert years(read(made_up("2020"), "2020"))["education"] == [2018]
    assert years(read(made_up("2020"), "2020"))["income"] == [2017]


def test_a_release_whose_headers_differ_only_in_year_needs_nothing_new() -> None:
    later = re.sub(rb", (201[78]) \(", lambda m: b", %d (" % (int(m[1]) + 9), made_up("2020"))
    assert years(read(later, "2028")) == {
        dimension: [year + 9 for year in told] for dimension, told in years(read(made_up("2020"), "2020")).items()
    }


def test_a_release_without_years_in_headers_or_catalogue_is_refused_with_the_place_to_add_them() -> None:
    with pytest.raises(Refused, match=r"reference_years\.csv"):
        read(made_up("2026"), "2027")


@pytest.mark.parametrize("release", ["2018", "2020", "2026"])
def test_groups_of_a_small_base_are_suppressed_between_nothing_and_the_base(release: str) -> None:
    counts = read(made_up(release), release).counts
    key = ["area_id", "dimension", "reference_year"]
    base = counts[counts["group"] == "total"].set_index(key)["count"]
    groups = counts[counts["group"] != "total"].set_index(key)
    small = (base > 0) & (base < 30)
    hidden = groups[groups["status"] == "suppressed"]
    assert len(hidden) and set(hidden.index) == set(base[small.fillna(False)].index)
    assert hidden["count"].isna().all()
    assert (hidden["lower"] == 0).all() and (hidden["upper"] == base.reindex(hidden.index)).all()


def test_an_area_without_people_has_zeros_or_says_that_they_are_missing() -> None:
    counts = read(made_up("2018"), "2018").counts
    empty = counts[(counts["group"] == "total") & counts["count"].isna()]
    assert len(empty) and set(empty["status"]) == {"missing"}
    assert (read(made_up("2026"), "2026").counts["count"] == 0).any()


def test_municipality_codes_keep_their_zeros_and_come_from_the_label() -> None:
    for release in ("2018", "2020", "2026"):
        delivered = read(made_up(release), release)
        assert {"091", "049", "092"} <= set(delivered.counts["city"])
        assert delivered.areas["city"].nunique() == 11


def test_the_long_layout_reads_every_year_and_keeps_lines() -> None:
    rows = "".join(
        f'"00107  Keksitty Koivu (Helsinki)","{label} (TE)",{values}\r\n'
        for label, values in {
            "Average floor area per person": "40.1,40.2", "Young one-person households": "10,11",
            "Young couples without children": "10,11", "Households with children": "20,20",
            "Households with small children": "5,5", "Households with children under school age": "8,8",
            "Households with school-age children": "9,9", "Households with teenagers": "6,6",
            "Adult households": "50,50", "Pensioner households": "30,30",
            "Households living in owner-occupied dwellings": "50,50", "Households living in rented dwellings": "40,41",
            "Households living in other dwellings": "10,...",
        }.items()
    )  # fmt: skip
    data = LONG.format(total=101, rest=rows).encode("iso-8859-1")
    delivered = read(data, "2025")
    assert years(delivered) == {"household_type": [2022, 2023], "tenure": [2022, 2023]}
    hidden = delivered.counts[delivered.counts["status"] == "suppressed"]
    assert hidden[["dimension", "group", "reference_year", "upper"]].to_numpy().tolist() == [
        ["tenure", "other", 2023, 101]
    ]
    assert PAAVO.part(data) == "years-2022-2023-of-091" and PAAVO.part(made_up("2020")) == ""
    tampere = data.replace(b"(Helsinki)", b"(Tampere)")
    assert PAAVO.part(tampere) == "years-2022-2023-of-837"  # stands beside Helsinki's, not in its place
    for written in (
        data.replace(b'"2022"', b"2022"),
        data.replace(b"\r\n\r\n", b"\r\n\r\n\r\n"),
        data.replace(b'","', b'";"').replace(b'",', b'";'),
    ):
        assert PAAVO.part(written) == PAAVO.part(data)
    assert not delivered.whole and read(made_up("2020"), "2020").whole
    with pytest.raises(Refused) as refused:
        read(data.replace(b",101\r\n", b",1o1\r\n"), "2025")
    assert (refused.value.refusal, refused.value.line, refused.value.file) == ("not_a_number", 4, "paavo.csv")
    with pytest.raises(Refused, match="missing"):
        read(b"\r\n".join(data.split(b"\r\n")[:-2]) + b"\r\n", "2025")


def test_the_licence_and_the_cadence_are_told() -> None:
    for source in all_sources().values():
        assert source.licence and source.cadence and source.publisher and source.name

"""Keys of areas and lists of changed municipalities: what they become, and what of them is refused."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from seg_pipeline.classifications import MUNICIPALITIES
from seg_pipeline.quality.contracts import findings
from seg_pipeline.sources import all_sources
from seg_pipeline.sources.refusal import Refused

KEYS, CHANGES = (all_sources()[name] for name in ("postal_keys", "municipal_changes"))
HEADER = ("Postinumeroalue", "Postinumeroalueen nimi", "Postinumeroalueen nimi (sv)", "Kunta", "Kunnan nimi")
ABOLISHED = ("Lakkautettu kunta", "Lakkautettu kunta ruotsiksi", "Lakkautetun kunnan koodi", "Ajankohta",
             "Liitoskunta / Liitoskunnat koodi", "Liitoskunta / Liitoskunnat")  # fmt: skip
RENAMED = ("Muuttuneen kunnan koodi", "Muuttuneen kunnan nimi", "Ajankohta", "Uusi nimi")
MANY = [(f"{at:05}", f"Alue {at}", f"Område {at}", "091", "Helsinki") for at in range(3_000)]


def key(rows: Sequence[tuple[str, ...]] = MANY, year: str = "2020", title: str = "Postinumero-kunta-avain") -> bytes:
    tabs = "\t" * 4
    opening = [f"{title}{tabs}", f"Aluejako: {year}{tabs}", f"Huom! Kunta on …{tabs}", tabs]
    return ("﻿" + "\n".join([*opening, *("\t".join(row) for row in [HEADER, *rows])]) + "\n").encode()


def workbook(sheet: str, *rows: tuple[Any, ...]) -> bytes:
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, {"in_memory": True})
    page, day = book.add_worksheet(sheet), book.add_format({"num_format": "yyyy-mm-dd"})
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, date):
                page.write_datetime(at, column, value, day)
            else:
                page.write(at, column, value)
    book.close()
    return sink.getvalue()


def abolished(*rows: tuple[Any, ...]) -> bytes:
    return workbook("Lakkautetut kunnat", ("Vuosien …",), ("Luovutetun …",), ABOLISHED, *rows)


def gone(code: Any, when: Any, into: Any) -> tuple[Any, ...]:
    return ("Keksitty", "Påhittad", code, when, into, "Keksittylä")


def test_a_key_names_areas_and_their_municipality() -> None:
    delivered = KEYS.tables(key(), "2020", "f")
    assert findings(delivered.areas, "areas") == [] and delivered.rows == {"areas": 3_000}
    seventh = delivered.areas.to_dict("records")[7]
    assert [seventh[name] for name in ("area_id", "city", "name_fi", "name_sv", "boundary_vintage")] == [
        "00007", "091", "Alue 7", "Område 7", 2020,
    ]  # fmt: skip
    assert delivered.areas["geometry"].isna().all()


def altered(**fields: str) -> bytes:
    row = tuple(
        fields.get(name, value) for name, value in zip(("code", "fi", "sv", "owner", "of"), MANY[1], strict=True)
    )
    return key([MANY[0], row, *MANY[2:]])


@pytest.mark.parametrize(
    ("data", "refusal", "line"),
    [
        (altered(code="123"), "not_an_area", 7),
        (altered(code="00000"), "duplicate_area", 7),
        (altered(owner="91"), "unknown_municipality", 7),
        (altered(fi=""), "missing_name", 7),
        (altered(sv="+1"), "missing_name", 7),
        (altered(fi='"Alue'), "malformed", 7),
        (key([*MANY[:5], ("00006", "x")]), "truncated", 11),
        (key([*MANY[:5], ("00006", "x"), *MANY[6:]]), "fields", 11),
        (key(MANY[:2_000]), "incomplete", 2_005),
        (key([]), "empty", 5),
        (key(year="2019"), "release", 2),
        (key(year="20200"), "release", 2),
        (key(title="Kunta-maakunta-avain"), "layout", 1),
        (key()[:-1], "truncated", 3_005),
        (key()[:60], "truncated", 3),
        (key()[:20], "layout", 1),
        (b"Postinumero-kunta-avain\nAluejako: 2020\n", "truncated", 3),
        (key().decode("utf-8-sig").encode("utf-16"), "encoding", 1),
        (key().decode("utf-8-sig").encode("latin-1", "replace"), "encoding", 6),
        (key().replace(b"Postinumeroalue\t", b"Alue\t"), "missing_column", 5),
        (b"", "empty", None),
    ],
)
def test_a_wrong_key_is_refused_with_its_line(data: bytes, refusal: str, line: int | None) -> None:
    with pytest.raises(Refused) as refused:
        KEYS.tables(data, "2020", "f")
    assert (refused.value.refusal, refused.value.line) == (refusal, line)


def test_a_municipality_joined_to_one_is_merged_and_one_divided_has_no_weight() -> None:
    data = abolished(
        gone("532", date(2016, 1, 1), "398"), gone(174.0, date(2017, 1, 1), 297), gone("994", date(1975, 1, 1), "536"),
        gone("994", date(1975, 1, 1), "604"), gone("013", date(1944, 9, 19), "-"), gone("-", date(1944, 9, 19), "-"),
        gone("321", date(1934, 1, 1), "497"),
    )  # fmt: skip
    delivered = CHANGES.tables(data, "2022", "f")
    table = delivered.tables["crosswalk"]
    assert findings(table, "crosswalk") == [] and delivered.rows == {"crosswalk": 4, "ceded": 2, "before_1971": 1}
    told = {(row["from_area"], row["to_area"]): row for row in table.to_dict("records")}
    nastola = told["532", "398"]
    assert [nastola[name] for name in ("from_vintage", "to_vintage", "weight", "rule")] == [2015, 2016, 1, "merged"]
    assert told["174", "297"]["rule"] == "merged" and told["994", "536"]["rule"] == "split"
    assert table["weight"].isna().sum() == 2
    assert CHANGES.part(data) == "changes-lakkautetut"


def test_a_municipality_that_changes_its_name_stays_the_same() -> None:
    data = workbook("Kuntien nimenmuutokset", ("Kuntien …",), RENAMED, (284, "Koski Tl", date(2020, 11, 1), "Koski Tl"))
    (row,) = CHANGES.tables(data, "2022", "f").tables["crosswalk"].to_dict("records")
    assert (row["from_area"], row["to_area"], row["rule"], row["weight"], row["error"]) == ("284", "284", "same", 1, 0)


def municipal(year: str = "2026", name: str = "Keksitty") -> bytes:
    rows = [f'{int(code)},"{name}","Påhittad",{year}' for code in MUNICIPALITIES]
    return ("\n".join(["kunta,name_fi,name_sv,year", *rows]) + "\n").encode()


def test_a_key_of_municipalities_tells_areas() -> None:
    delivered = CHANGES.tables(municipal(), "2026", "f")
    assert findings(delivered.areas, "areas") == [] and set(delivered.areas["area_id"]) == set(MUNICIPALITIES)
    assert CHANGES.part(municipal()) == "key"


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (municipal("2025"), "release"),
        (municipal(name="=1+1"), "missing_name"),
        (municipal().replace(b"\n5,", b"\n9999,"), "not_an_area"),
        (municipal().replace(b"\n9,", b"\n5,"), "duplicate_area"),
        (b"kunta,name_fi,name_sv,year\n5,A,B,2026\n", "incomplete"),
        (b"kunta,name_fi,name_sv,year\n", "empty"),
        (abolished(), "empty"),
        (abolished(gone("532", date(2099, 1, 1), "398")), "release"),
        (abolished(gone("532", "eilen", "398")), "not_a_number"),
        (abolished(gone("53x", date(2016, 1, 1), "398")), "not_an_area"),
        (abolished(gone("532", date(2016, 1, 1), "")), "not_an_area"),
        (abolished(gone("532", date(2016, 1, 1), "398"), gone("532", date(2016, 1, 1), "398")), "duplicate_area"),
        (workbook("Muu", ("x",)), "missing_sheet"),
        (workbook("Lakkautetut kunnat", ("x",), ("y",), ("z",), ("1",)), "missing_column"),
        (abolished()[:300], "malformed"),
        (b"PK\x03\x04", "malformed"),
    ],
)
def test_a_wrong_list_is_refused(data: bytes, refusal: str) -> None:
    with pytest.raises(Refused) as refused:
        CHANGES.tables(data, "2026", "f")
    assert refused.value.refusal == refusal and refused.value.message("fi")

"""Which published figures are told no more, and what is a reason for it and what is not."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from seg_pipeline import catalogue, tables
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.snapshots.comparing.reasons import Known
from seg_pipeline.snapshots.comparing.sides import Side, about_to_be
from seg_pipeline.snapshots.comparing.withdrawn import facts, gone, unexplained
from seg_pipeline_tests.snapshots.test_publish import content

PAAVO = {("paavo", "2026"): "said"}


def side(**told: pd.DataFrame) -> Side:
    return about_to_be("2026.1", 2026, False, told, {})


def areas(*rows: tuple[str, int]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["area_id", "boundary_vintage"])
    named = table.assign(geography="postal_area", city="091", name_fi="Alue", name_sv=None)
    empty = {name: None for name in tables.CONTRACTS["areas"].columns if name not in named}
    return tables.conform(named.assign(**empty), "areas")


def crosswalk(rule: str) -> pd.DataFrame:
    row = {"source": "paavo", "release": "2027", "geography": "postal_area", "from_vintage": 2026,
           "from_area": "00100", "to_vintage": 2027, "to_area": "00120", "weight": 1.0, "rule": rule,
           "error": None}  # fmt: skip
    return tables.conform(pd.DataFrame([row]), "crosswalk")


def lost(name: str, known: Known, **after: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the facts where every row of a table of the usual content is gone."""
    figures = gone(side(**content()), side(**{name: tables.empty(name)} | after), lambda: known)
    return [fact for fact in facts(figures) if fact["table"] == name]


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (Known(withdrawn=PAAVO), "the delivery was withdrawn: said"),
        (Known(refused=PAAVO), "the delivery was refused: said"),
        (Known(revised=PAAVO), "the revised delivery no longer tells the figure (said)"),
        (Known(waived={("paavo", "counts", "income"): "said"}), "the figure is no longer waited for: said"),
        (Known(closed=frozenset({"paavo"})), "the source's counts are not yet protected and are not published"),
        (Known(codes={"source": frozenset({"sotkanet"})}), "paavo has left the catalogue"),
        (Known(codes={"dimension": frozenset({"tenure"})}), "income has left the catalogue"),
    ],
)
def test_what_became_of_a_delivery_is_a_reason_in_three_languages(known: Known, reason: str) -> None:
    (fact,) = lost("counts", known)
    assert fact["reason"]["en"] == reason and fact["rows"] == 8 and fact["cities"] == ["091"]
    assert len({fact["reason"][language] for language in LANGUAGES}) == 3


def test_what_became_of_another_delivery_is_none() -> None:
    other = {("paavo", "2018"): "said", ("helsinki", "2026"): "said"}
    known = Known(withdrawn=other, refused=other, revised=other, closed=frozenset({"helsinki"}))
    assert lost("counts", known) == []


def test_the_first_reason_goes_before_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Known(withdrawn=PAAVO, refused={("paavo", "2026"): "other"}, closed=frozenset({"paavo"}))
    assert lost("counts", known)[0]["reason"]["en"].endswith("withdrawn: said")
    row = {"table": "", "source": "paavo", "release": "", "city": "", "indicator": "", "dimension": "", "fi": "f",
           "sv": "s", "en": "e", "who": "w", "date": "d"}  # fmt: skip
    rows = catalogue.rows
    monkeypatch.setattr(catalogue, "rows", lambda name: (row,) if name == "withdrawals" else rows(name))
    assert lost("counts", known)[0]["reason"] == {"fi": "f", "sv": "s", "en": "e"}


def test_an_indicator_that_left_the_catalogue_and_one_that_stands_beside_it() -> None:
    known = Known(codes={"indicator": frozenset({"gini"})})
    figures = gone(
        side(**content()), side(indicators=tables.empty("indicators"), counts=content()["counts"]), lambda: known
    )
    silent = unexplained(figures)
    assert [(table, rows) for table, _, rows, _ in silent] == [("indicators", 1)] and "gini" in silent[0][3]


@pytest.mark.parametrize(("rule", "explained"), [("merged", True), ("split", True), ("same", False)])
def test_an_area_that_was_merged_or_split_is_explained_by_the_crosswalk(rule: str, explained: bool) -> None:
    before, after = side(areas=areas(("00100", 2026), ("00120", 2026))), areas(("00120", 2027))
    figures = gone(before, side(areas=after, crosswalk=crosswalk(rule)), Known)
    assert len(figures) == 1  # the other area is told by the later division
    assert [fact["reason"]["en"] for fact in facts(figures)] == (
        ["the division into areas changed: the area 00100 → 00120"] if explained else []
    )
    assert bool(unexplained(figures)) != explained


def test_an_area_goes_with_the_people_of_it_or_with_the_boundaries_of_its_year() -> None:
    table = areas(("00100", 2026), ("99999", 2018))
    before, left = side(areas=table, counts=content()["counts"]), side(areas=tables.empty("areas"))
    figures = gone(before, left, lambda: Known(withdrawn=PAAVO))
    told = {fact["table"]: (fact["source"], fact["rows"]) for fact in facts(figures)}
    assert told == {"areas": ("paavo", 1), "counts": ("paavo", 8)}
    drawn = Known(
        withdrawn=PAAVO | {("postal_boundaries", "2018"): "said"}, tell_areas=frozenset({"postal_boundaries"})
    )
    assert unexplained(gone(before, left, lambda: drawn)) == []


def test_a_table_that_is_not_there_at_all_has_lost_every_row() -> None:
    figures = gone(side(**content()), side(counts=content()["counts"]), Known)
    assert len(figures) == len(content()["indicators"]) and set(figures["table"]) == {"indicators"}
    assert gone(side(**content()), side(**content()), Known).empty

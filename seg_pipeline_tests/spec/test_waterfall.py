"""What moved a published figure: each cause alone makes its own term and no other, and the terms sum to the change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seg_pipeline import catalogue, tables
from seg_pipeline.classifications import CONTRASTS, DIMENSIONS, ORDERED, PARTITIONS
from seg_pipeline.indicators import INDICATORS, Contrast, compute
from seg_pipeline.indicators.change import change
from seg_pipeline.indicators.changes import SERIES
from seg_pipeline.indicators.compute import METHOD_VERSION
from seg_pipeline.indicators.waterfall import Side, waterfall
from seg_pipeline.quality import contracts
from seg_pipeline.sources import all_sources

TIGHT = 1e-10
AREAS = tuple(f"{number:05}" for number in range(100, 112))
GROUPS = ("low", "middle", "high")
Cells = npt.NDArray[np.float64]
Terms = dict[str, float]


def drawn(seed: int, areas: int = len(AREAS)) -> Cells:
    """People of the three groups (rows) in areas (columns), somebody of each group in each."""
    return np.random.default_rng(seed).integers(5, 400, (3, areas)).astype(np.float64)


def counts(
    cells: Cells, areas: Iterable[str] = AREAS, *, year: int = 2023, release: str = "2025", vintage: int = 2025,
    city: str = "091", dimension: str = "income",
) -> pd.DataFrame:  # fmt: skip
    """Return a table of counts; an area with NaN is hidden."""
    whole = np.concatenate([cells, cells.sum(0, keepdims=True)])
    told = pd.DataFrame(whole, index=[*GROUPS, "total"], columns=list(areas)).rename_axis("group")
    long = told.melt(ignore_index=False, var_name="area_id", value_name="count").reset_index()
    hidden = long["count"].isna()
    number = long["count"].astype("Int64")
    rows = long.assign(
        count=number, status=np.where(hidden, "suppressed", "observed"), lower=number.fillna(0),
        upper=number.fillna(29), city=city, geography="postal_area", dimension=dimension, source="paavo",
        reference_year=year, release=release, boundary_vintage=vintage,
    )  # fmt: skip
    return tables.conform(rows, "counts")


def places(areas: Iterable[str] = AREAS, *, vintage: int = 2025, city: str = "091", shift: int = 0) -> pd.DataFrame:
    """Return areas on an uneven line of squares, some hundred metres apart."""
    numbers = [int(area) for area in areas]
    x, y = ([380_000 + 37 * n * n % 4001 + shift for n in numbers], [6_670_000 + 300 * (n - 100) for n in numbers])
    return pd.DataFrame(
        {
            "area_id": list(areas), "city": city, "geography": "postal_area", "boundary_vintage": vintage,
            "centroid": [f"POINT ({east} {north})" for east, north in zip(x, y, strict=True)],
            "surface": [100_000 + 1_000 * (n * n % 97) for n in numbers],
        }
    )  # fmt: skip


def side(name: str, told: pd.DataFrame, areas: pd.DataFrame | None = None) -> Side:
    where = places() if areas is None else areas
    published = compute(told, where, contrasts=CONTRASTS, ordered=ORDERED, partitions=PARTITIONS)
    return Side(name, told, where, published)


def crosswalk(*rows: tuple[str, str, float], first: int = 2025, then: int = 2026) -> pd.DataFrame:
    columns = ["from_area", "to_area", "weight"]
    return pd.DataFrame(rows, columns=columns).assign(
        source="paavo", release=str(then), geography="postal_area", from_vintage=first, to_vintage=then
    )


NONE = crosswalk()


def moved(before: Side, after: Side, walk: pd.DataFrame = NONE, **more: Any) -> pd.DataFrame:
    """Return what moved, after seeing that it keeps its contract: the terms sum, and a row has no double."""
    found = tables.conform(waterfall(before, after, walk, ordered=ORDERED, **more), "moved")
    assert contracts.findings(found, "moved") == []
    return found


def terms(found: pd.DataFrame, indicator: str = "dissimilarity", **of: Any) -> Terms:
    """Return the terms of one figure, the total among them."""
    mine = found[(found["indicator"] == indicator) & found["scale"].isna()]
    for column, value in of.items():
        mine = mine[mine[column] == value]
    assert not mine["term"].duplicated().any()
    return dict(zip(mine["term"], mine["value"], strict=True))


def only(found: pd.DataFrame, *named: str) -> None:
    """All that moved are these terms, of every index."""
    assert len(found)
    assert set(found[found["value"].abs() > TIGHT]["term"]) == {"total", *named}


def traded(cells: Cells) -> Cells:
    """Return the city after four of the lowest and four of the highest have changed places in the last two areas."""
    moves = np.zeros_like(cells)
    moves[:, -2:] = 4 * np.array([[1, -1], [0, 0], [-1, 1]])
    return cells + moves


def dissimilarity(cells: Cells) -> float:
    """D of the lowest against the highest class, in exact fractions, of the areas where both are seen."""
    pairs = [(int(low), int(high)) for low, _, high in cells.T if not np.isnan(low)]
    x, y = (sum(pair[of] for pair in pairs) for of in (0, 1))
    return float(sum(abs(Fraction(low, x) - Fraction(high, y)) for low, high in pairs) / 2)


def test_where_nothing_moved_there_is_no_row() -> None:
    told = side("1", counts(drawn(1)))
    assert moved(told, Side("2", told.counts, told.areas, told.indicators)).empty


def test_a_revised_cell_is_the_sources_revision_and_moves_every_index() -> None:
    cells = drawn(1)
    revised = cells.copy()
    revised[0, 3] += 40
    found = moved(side("1", counts(cells)), side("2", counts(revised)))
    only(found, "source_revision")
    assert terms(found)["source_revision"] == pytest.approx(dissimilarity(revised) - dissimilarity(cells), abs=TIGHT)
    assert set(found["indicator"]) == set(INDICATORS)
    assert set(found["from_snapshot"]) == {"1"} and set(found["to_snapshot"]) == {"2"}
    assert (found["from_year"] == 2023).all() and (found["from_vintage"] == 2025).all()


@pytest.mark.parametrize("reference", ["middle", "rest", "total"])
def test_every_pair_of_groups_that_can_be_compared_can_be_explained(reference: str) -> None:
    sides = []
    for name, cells in (("1", drawn(1)), ("2", drawn(2))):
        told = counts(cells)
        published = compute(told, places(), contrasts=[Contrast("income", "low", reference)], partitions=())
        sides.append(Side(name, told, places(), published))
    only(moved(sides[0], sides[1]), "source_revision")


def test_another_method_is_a_change_of_method() -> None:
    after = side("2", counts(drawn(1)))
    published = after.indicators.assign(value=after.indicators["value"] - 0.01, method_version="0")
    found = moved(Side("1", after.counts, after.areas, published), after)
    only(found, "method_change")
    assert terms(found) == pytest.approx({"total": 0.01, "method_change": 0.01})
    assert set(found["from_method"]) == {"0"} and set(found["to_method"]) == {METHOD_VERSION}
    assert found["note"].isna().all()


def test_a_value_that_the_same_method_does_not_give_again_is_told() -> None:
    after = side("2", counts(drawn(1)))
    published = after.indicators.assign(value=after.indicators["value"] - 0.01)
    found = moved(Side("1", after.counts, after.areas, published), after)
    only(found, "method_change")
    assert set(found[found["term"] == "method_change"]["note"]) == {"not_reproduced"}


def test_the_last_decimal_of_a_published_value_is_no_change_of_method() -> None:
    after = side("2", counts(drawn(2)))
    published = after.indicators.assign(value=after.indicators["value"] - 1e-12)
    assert "method_change" not in set(moved(Side("1", after.counts, after.areas, published), after)["term"])


def test_twice_as_many_people_move_nothing() -> None:
    cells = drawn(1)
    found = moved(side("1", counts(cells)), side("2", counts(2 * cells, year=2024, release="2026")))
    assert (found["value"].abs() <= TIGHT).all()


def test_a_group_that_doubles_everywhere_is_composition_alone() -> None:
    cells = drawn(1)
    found = moved(side("1", counts(cells)), side("2", counts(cells * [[2], [1], [1]], year=2024, release="2026")))
    only(found, "composition")
    assert not [term for term, value in terms(found).items() if abs(value) > TIGHT]
    assert abs(terms(found, "isolation")["composition"]) > 0.01


def test_people_who_trade_places_are_structure_alone() -> None:
    cells = drawn(1)
    found = moved(side("1", counts(cells)), side("2", counts(traded(cells), year=2024, release="2026")))
    only(found, "structure")
    assert terms(found)["composition"] == pytest.approx(0, abs=TIGHT)


@pytest.mark.parametrize(("index", "name"), [("mutual_information", "M"), ("entropy", "H")])
def test_composition_and_structure_are_the_terms_of_change(index: Any, name: str) -> None:
    before, after = drawn(1), drawn(2)
    before[:, 0], after[:, 5] = 0, 0
    found = moved(side("1", counts(before)), side("2", counts(after, year=2024, release="2026")))
    expected = change(before, after, index).terms
    mine = terms(found, f"many_group_{index}")
    assert mine["structure"] == pytest.approx(expected["structural"], abs=1e-11), name
    assert mine["composition"] == pytest.approx(sum(expected.values()) - expected["structural"], abs=1e-11)


def test_an_area_hidden_in_one_year_is_left_out_of_both() -> None:
    before, after = drawn(1), drawn(2)
    after[:, 4] = np.nan
    found = moved(side("1", counts(before)), side("2", counts(after, year=2024, release="2026")))
    assert terms(found)["suppressed"] == pytest.approx(
        dissimilarity(np.delete(before, 4, axis=1)) - dissimilarity(before), abs=TIGHT
    )
    assert {"composition", "structure"} <= terms(found).keys()


@pytest.mark.parametrize("how", ["same year", "later year"])
def test_areas_of_unlike_composition_that_merge_are_a_change_of_boundary_alone(how: str) -> None:
    split = drawn(1)
    merged = np.concatenate([split[:, :1] + split[:, 1:2], split[:, 2:]], axis=1)
    areas = AREAS[1:]
    where = pd.concat([places(), places(areas, vintage=2026)], ignore_index=True)
    year = 2023 if how == "same year" else 2024
    later = counts(merged, areas, year=year, release="2026", vintage=2026)
    after = side("2", pd.concat([counts(split), later], ignore_index=True), where)
    walk = crosswalk((AREAS[0], AREAS[1], 1.0), *((area, area, 1.0) for area in areas))
    found = moved(side("1", counts(split)), after, walk)
    only(found, "boundary_change")
    assert terms(found)["boundary_change"] == pytest.approx(dissimilarity(merged) - dissimilarity(split), abs=TIGHT)


def test_areas_of_like_composition_that_merge_move_nothing_that_knows_no_place() -> None:
    split = drawn(1)
    split[:, 1] = 3 * split[:, 0]
    merged = traded(np.concatenate([split[:, :1] + split[:, 1:2], split[:, 2:]], axis=1))
    later = counts(merged, AREAS[1:], year=2024, release="2026", vintage=2026)
    walk = crosswalk((AREAS[0], AREAS[1], 1.0), *((area, area, 1.0) for area in AREAS[1:]))
    found = moved(side("1", counts(split)), side("2", later), walk)
    plain = found["indicator"].isin([name for name, of in INDICATORS.items() if of.needs in (("x", "y"), ("counts",))])
    only(found[plain], "structure")
    only(found[~plain], "structure", "boundary_change")  # where people live has moved, on paper


def test_new_codes_move_nothing() -> None:
    cells = drawn(1)
    codes = [f"9{area[1:]}" for area in AREAS]
    where = pd.concat([places(), places(vintage=2026).assign(area_id=codes)], ignore_index=True)
    after = side("2", counts(traded(cells), codes, year=2024, release="2026", vintage=2026), where)
    walk = crosswalk(*((area, code, 1.0) for area, code in zip(AREAS, codes, strict=True)))
    only(moved(side("1", counts(cells)), after, walk), "structure")


def test_places_that_are_drawn_anew_are_a_change_of_boundary_for_what_knows_of_places() -> None:
    cells = drawn(1)
    after = side("2", counts(cells), places().assign(surface=lambda table: table["surface"] + table.index * 5000))
    found = moved(side("1", counts(cells)), after)
    only(found, "boundary_change")
    assert "delta" in set(found["indicator"]) and "dissimilarity" not in set(found["indicator"])


def test_an_area_that_is_divided_carries_parts_of_its_people() -> None:
    whole, halves = drawn(1), np.concatenate([drawn(1)[:, :1] / 2, drawn(1)[:, :1] / 2, drawn(1)[:, 1:]], axis=1)
    areas = ("00099", *AREAS)
    later = np.rint(halves * 10)
    walk = crosswalk((AREAS[0], "00099", 0.5), (AREAS[0], AREAS[0], 0.5), *((area, area, 1.0) for area in AREAS[1:]))
    where = pd.concat([places(), places(areas, vintage=2026)], ignore_index=True)
    found = moved(side("1", counts(whole)), side("2", counts(later, areas, year=2024, vintage=2026), where), walk)
    assert not [term for term, value in terms(found).items() if abs(value) > TIGHT]
    only(found, "boundary_change")  # halves at two places


def test_an_area_made_of_a_hidden_one_is_hidden() -> None:
    before, after = drawn(1), drawn(2)
    before[:, 0] = np.nan
    merged = after[:, 1:]
    walk = crosswalk((AREAS[0], AREAS[1], 1.0), *((area, area, 1.0) for area in AREAS[1:]))
    later = counts(merged, AREAS[1:], year=2024, release="2026", vintage=2026)
    found = moved(side("1", counts(before)), side("2", later), walk)
    without = dissimilarity(before[:, 2:])
    assert terms(found)["boundary_change"] == pytest.approx(without - dissimilarity(before), abs=TIGHT)
    assert terms(found)["suppressed"] == pytest.approx(dissimilarity(merged) - dissimilarity(merged[:, 1:]), abs=TIGHT)


def test_an_area_that_comes_from_another_city_comes_with_its_people() -> None:
    here, there = drawn(1), drawn(2, 10)
    others = [f"{number:05}" for number in range(500, 510)]
    before = pd.concat([counts(here), counts(there, others, city="049")], ignore_index=True)
    came = np.concatenate([here, there[:, :1]], axis=1)
    after = pd.concat([
        counts(came, [*AREAS, others[0]], year=2024, release="2026", vintage=2026),
        counts(there[:, 1:], others[1:], year=2024, release="2026", vintage=2026, city="049"),
    ])  # fmt: skip
    walk = crosswalk(*((area, area, 1.0) for area in (*AREAS, *others)))
    where = places((*AREAS, *others)).assign(city=["091"] * 12 + ["049"] * 10)
    moves = pd.concat([where, where.assign(city=["091"] * 13 + ["049"] * 9, boundary_vintage=2026)])
    found = moved(side("1", before, where), side("2", after, moves), walk)
    only(found, "boundary_change")
    assert terms(found, city="091")["total"] == pytest.approx(dissimilarity(came) - dissimilarity(here), abs=TIGHT)
    assert terms(found, city="049")["total"] == pytest.approx(
        dissimilarity(there[:, 1:]) - dissimilarity(there), abs=TIGHT
    )


@pytest.mark.parametrize("walked", [True, False])
def test_a_new_code_is_another_division_where_a_crosswalk_tells_of_it_and_a_new_area_elsewhere(walked: bool) -> None:
    before, after = drawn(1)[:, 1:], drawn(1)
    areas = AREAS[1:]
    walk = crosswalk(*((area, area, 1.0) for area in areas)) if walked else NONE
    later = counts(after, year=2024, release="2026", vintage=2026)
    found = moved(side("1", counts(before, areas)), side("2", later, places(vintage=2026)), walk)
    only(found, "boundary_change" if walked else "composition")


@pytest.mark.parametrize("walked", [True, False])
def test_a_code_that_is_gone_is_another_division_where_a_crosswalk_does_not_lead_it_on(walked: bool) -> None:
    before = drawn(1)
    walk = crosswalk(*((area, area, 1.0) for area in AREAS[1:])) if walked else NONE
    later = counts(before[:, 1:], AREAS[1:], year=2024, release="2026", vintage=2026)
    found = moved(side("1", counts(before)), side("2", later, places(vintage=2026)), walk)
    only(found, "boundary_change" if walked else "composition")


def test_an_area_that_the_crosswalk_does_not_tell_stays_itself_where_both_have_its_code() -> None:
    cells = drawn(1)
    walk = crosswalk(*((area, area, 1.0) for area in AREAS[1:]))
    after = side("2", counts(traded(cells), year=2024, release="2026", vintage=2026), places(vintage=2026))
    only(moved(side("1", counts(cells)), after, walk), "structure")


@pytest.mark.parametrize("walk", [NONE, crosswalk(*((area, area, 1.0) for area in AREAS))])
def test_places_of_a_later_division_are_a_change_of_boundary_with_a_crosswalk_or_without(walk: pd.DataFrame) -> None:
    cells = drawn(1)
    later = places(vintage=2026).assign(surface=lambda table: table["surface"] + table.index * 5000)
    after = side("2", counts(cells, year=2024, release="2026", vintage=2026), pd.concat([places(), later]))
    found = moved(side("1", counts(cells)), after, walk)
    only(found, "boundary_change")
    assert "delta" in set(found["indicator"])


def test_what_is_not_defined_where_too_few_areas_are_seen_in_both_years_is_not_separated() -> None:
    """Nine areas, one hidden in each year: eight can be told of in space, the seven of both years cannot."""
    before, after, areas = drawn(1, 9), drawn(2, 9), AREAS[:9]
    before[:, 2], after[:, 5] = np.nan, np.nan
    found = moved(side("1", counts(before, areas)), side("2", counts(after, areas, year=2024, release="2026")))
    assert set(terms(found, "moran")) == {"total", "unseparated"}
    assert {"suppressed", "composition", "structure"} <= terms(found).keys()
    assert set(found[found["term"] == "unseparated"]["note"]) == {"no_fit"}


def test_a_scale_that_both_figures_have_is_told_at_every_step_between_them() -> None:
    """Pairs of near areas, two of which are parted in each year: on the way most areas have no other near them."""
    x, y = ([380_000 + 300 * (number % 2) for number in range(12)], [6_670_000 + 2500 * (n // 2) for n in range(12)])
    where = places().assign(centroid=[f"POINT ({east} {north})" for east, north in zip(x, y, strict=True)])
    before, after = drawn(1), drawn(2)
    before[:, [0, 2]], after[:, [4, 6]] = np.nan, np.nan
    found = moved(side("1", counts(before), where), side("2", counts(after, year=2024, release="2026"), where))
    near = found[(found["scale"] == 500) & (found["indicator"] == "spatial_entropy")]
    assert set(near["term"]) == {"total", "suppressed", "composition", "structure"}


NEW = ({"source": "paavo", "dimension": "income", "release": "2026"},)


def test_a_new_definition_that_no_year_tells_with_the_old_one_is_not_separated() -> None:
    before, after = side("1", counts(drawn(1))), side("2", counts(drawn(2), year=2024, release="2026"))
    found = moved(before, after, definitions=NEW)
    only(found, "unseparated")
    assert set(found[found["term"] == "unseparated"]["note"]) == {"one_definition"}
    others = [{"source": "helsinki", "dimension": "income", "release": "2026"}, {**NEW[0], "dimension": "education"}]
    assert "unseparated" not in set(moved(before, after, definitions=others)["term"])
    assert "unseparated" not in set(moved(before, after, definitions=[{**NEW[0], "release": "2027"}])["term"])


def test_a_year_told_anew_with_a_new_definition_is_a_change_of_definition() -> None:
    before, after = drawn(1), drawn(2)
    found = moved(side("1", counts(before)), side("2", counts(after, release="2026")), definitions=NEW)
    only(found, "definition_change")


@pytest.mark.parametrize("year", [2023, 2024, 2025])
def test_the_year_that_is_told_with_both_definitions_shows_the_new_one(year: int) -> None:
    """First, last, or in between: the rest of the way is within one definition."""
    old, new = {at: drawn(at) for at in (2023, year)}, {at: 10 + drawn(at + 7) for at in (year, 2025)}
    tables_of = [counts(cells, year=at) for at, cells in old.items()]
    tables_of += [counts(cells, year=at, release="2026") for at, cells in new.items()]
    found = moved(side("1", counts(old[2023])), side("2", pd.concat(tables_of)), definitions=NEW)
    found = found[found["to_year"] == 2025]
    assert terms(found)["definition_change"] == pytest.approx(
        dissimilarity(new[year]) - dissimilarity(old[year]), abs=TIGHT
    )
    assert "unseparated" not in set(found["term"])


def test_of_two_years_with_both_definitions_the_figures_own_is_taken() -> None:
    old, new = {at: drawn(at) for at in (2023, 2024, 2025)}, {at: drawn(at + 7) for at in (2024, 2025)}
    tables_of = [counts(cells, year=at) for at, cells in old.items()]
    tables_of += [counts(cells, year=at, release="2026") for at, cells in new.items()]
    found = moved(side("1", counts(old[2023])), side("2", pd.concat(tables_of)), definitions=NEW)
    assert terms(found)["definition_change"] == pytest.approx(
        dissimilarity(new[2025]) - dissimilarity(old[2025]), abs=TIGHT
    )


def test_a_year_that_a_later_release_tells_anew_is_revised_before_time_passes() -> None:
    first, again, last = drawn(1), drawn(2), drawn(3)
    after = pd.concat([counts(first), counts(again, release="2026"), counts(last, year=2024, release="2026")])
    found = moved(side("1", counts(first)), side("2", after))
    revision = dissimilarity(again) - dissimilarity(first)
    for year in (2023, 2024):
        assert terms(found, to_year=year)["source_revision"] == pytest.approx(revision, abs=TIGHT)
    assert terms(found, to_year=2024)["total"] == pytest.approx(dissimilarity(last) - dissimilarity(first), abs=TIGHT)


def test_a_year_that_is_no_longer_told_is_noted() -> None:
    before, after = side("1", counts(drawn(1))), side("2", counts(drawn(2), year=2024, release="2026"))
    found = moved(before, after)
    assert set(found[found["term"] == "total"]["note"]) == {"not_retold"}
    assert found[found["term"] != "total"]["note"].isna().all()


@pytest.mark.parametrize(
    ("change_of", "term"),
    [({}, "source_revision"), ({"release": "2026"}, "source_revision"), ({"method_version": "99"}, "unseparated"),
     ({"reference_year": 2024}, "unseparated")],
)  # fmt: skip
def test_where_counts_are_not_public_only_one_cause_can_be_told(change_of: Mapping[str, Any], term: str) -> None:
    before = side("1", counts(drawn(1)))
    none = before.counts.head(0)
    published = before.indicators.assign(value=before.indicators["value"] * 0.9, **change_of)
    found = moved(Side("1", none, before.areas, before.indicators), Side("2", none, before.areas, published))
    only(found, term)
    assert set(found[found["term"] == term]["note"].dropna()) == ({"not_public"} if term == "unseparated" else set())


def test_where_zeros_forbid_the_sizes_of_the_other_year_nothing_is_made_up() -> None:
    before, after = drawn(1), drawn(2)
    before[:, :6] *= [[1], [0], [0]]
    before[:, 6:] *= [[0], [1], [1]]  # the lowest live apart, in half of all areas: their share is held
    after[:, :6] *= 9
    found = moved(side("1", counts(before)), side("2", counts(after, year=2024, release="2026")))
    assert set(found[found["term"] == "unseparated"]["note"]) == {"no_fit"}
    assert not {"composition", "structure"} & terms(found).keys()


def test_an_index_that_is_no_longer_computed_is_not_reproduced() -> None:
    before, after = side("1", counts(drawn(1))), side("2", counts(drawn(2)))
    old = [
        of.assign(indicator=of["indicator"].replace("gini", "old_index"))
        for of in (before.indicators, after.indicators)
    ]
    found = moved(Side("1", before.counts, before.areas, old[0]), Side("2", after.counts, after.areas, old[1]))
    assert set(terms(found, "old_index")) == {"total", "unseparated"}
    assert set(found[found["note"].notna()]["note"]) == {"not_reproduced"}


def test_any_table_that_speaks_arrow_will_do() -> None:
    import polars as pl

    def plain(of: Side) -> Side:
        return Side(of.name, *(pl.from_pandas(table) for table in (of.counts, of.areas, of.indicators)))

    one, other = side("1", counts(drawn(1))), side("2", counts(drawn(2)))
    pd.testing.assert_frame_equal(moved(plain(one), plain(other)), moved(one, other))


few = st.sets(st.integers(0, 11), max_size=2)


@settings(max_examples=12)
@given(
    st.integers(0, 2**32 - 1), st.booleans(), few, few, st.lists(st.floats(0.1, 0.9), min_size=3, max_size=3),
    st.booleans(),
)  # fmt: skip
def test_the_terms_sum_whatever_happened(
    seed: int, sparse: bool, hidden: set[int], later: set[int], weights: list[float], told_again: bool
) -> None:
    """`moved` sees to the sum of every figure; all indices are there."""
    before, revised, after = (drawn(seed + at) for at in range(3))
    if sparse:
        before *= np.random.default_rng(seed).random(before.shape) < 0.8
    before[:, sorted(hidden)], after[:, sorted(later)] = np.nan, np.nan
    parts = [(area, to, weight) for area, at, weight in zip(AREAS, AREAS[1:], weights, strict=False)
             for to, weight in ((area, weight), (at, 1 - weight))]  # fmt: skip
    walk = crosswalk(*parts, *((area, area, 1.0) for area in AREAS[3:-1]))
    now = counts(after, year=2024, release="2026", vintage=2026)
    told = pd.concat([counts(revised), now]) if told_again else now
    where = pd.concat([places(), places(vintage=2026, shift=40)], ignore_index=True)
    found = moved(side("1", counts(before)), side("2", told, where), walk)
    totals = found[found["term"] == "total"].set_index([*SERIES, "from_year", "to_year"])["value"]
    summed = found[found["term"] != "total"].groupby([*SERIES, "from_year", "to_year"], dropna=False)["value"].sum()
    assert (totals - summed).abs().max() <= 1e-9
    assert set(found["indicator"]) >= {name for name, of in INDICATORS.items() if of.needs in (("x", "y"), ("counts",))}


def test_definitions_are_of_known_sources_and_dimensions() -> None:
    for row in catalogue.rows("definitions"):
        assert row["source"] in all_sources() and row["dimension"] in DIMENSIONS
    assert ("paavo", "education", "2024") in {
        (row["source"], row["dimension"], row["release"]) for row in catalogue.rows("definitions")
    }

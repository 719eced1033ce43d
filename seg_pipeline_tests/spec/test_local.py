"""Local scores: they sum to the city's, and what stands out by chance alone is held back."""

from __future__ import annotations

import csv
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seg_pipeline.geography import Neighbours
from seg_pipeline.indicators.clustering import moran
from seg_pipeline.indicators.local import (
    KINDS,
    benjamini_hochberg,
    information_of_areas,
    information_of_groups,
    local_moran,
    location_quotient,
)
from seg_pipeline.indicators.many import many_group_mutual_information
from seg_pipeline.indicators.registry import BadCounts, Counts, NotApplicable

TIGHT = 1e-12
Find = Callable[[str], Path]
FOLDER = "segregation_benchmarks"
SIDE = 12
ROW, COLUMN = np.divmod(np.arange(SIDE * SIDE), SIDE)
GRID = np.stack([ROW, COLUMN], -1) * 250.0
ROOK, QUEEN = (Neighbours(GRID, within=within) for within in (250, 375))

rows = st.lists(st.tuples(*[st.integers(0, 900)] * 3), min_size=1, max_size=40)


def city(listed: list[tuple[int, int, int]]) -> Counts:
    counts = np.array(listed, dtype=np.float64).T
    assume(counts.any(-1).all())
    return counts


@given(rows)
def test_weighted_by_people_location_quotients_have_the_mean_1(listed: list[tuple[int, int, int]]) -> None:
    counts = city(listed)
    t = counts.sum(0)
    assert (location_quotient(counts) * t).sum(-1) / t.sum() == pytest.approx(1, abs=TIGHT)


@given(rows)
def test_local_information_sums_to_that_of_the_city_by_area_and_by_group(listed: list[tuple[int, int, int]]) -> None:
    counts = city(listed)
    m, people = many_group_mutual_information(counts), counts.sum()
    by_area, by_group = information_of_areas(counts), information_of_groups(counts)
    assert by_area @ counts.sum(0) / people == pytest.approx(m, abs=TIGHT)
    assert by_group @ counts.sum(1) / people == pytest.approx(m, abs=TIGHT)
    assert (by_area >= -TIGHT).all() and (by_group >= -TIGHT).all()


def test_values_worked_by_hand() -> None:
    counts = np.array([[30.0, 10, 0], [10, 30, 0]])
    assert location_quotient(counts) == pytest.approx(np.array([[1.5, 0.5, 0], [0.5, 1.5, 0]]))
    score = 0.75 * np.log(1.5) + 0.25 * np.log(0.5)
    assert information_of_areas(counts) == pytest.approx([score, score, 0])
    assert information_of_groups(counts) == pytest.approx([score, score])
    assert information_of_groups(np.stack([counts, counts])).shape == (2, 2)


@pytest.mark.real
@pytest.mark.parametrize("year", ["00", "05"])
def test_local_scores_of_schools(shared: Find, year: str) -> None:
    with shared(f"{FOLDER}/r_segregation_values.csv").open(encoding="utf-8", newline="") as file:
        published = {row["key"]: float(row["value"]) for row in csv.DictReader(file)}
    with shared(f"{FOLDER}/schools{year}.csv").open(encoding="utf-8", newline="") as file:
        told = [(row["school"], row["race"], float(row["n"])) for row in csv.DictReader(file)]
    schools, races = ({name: at for at, name in enumerate(sorted({row[of] for row in told}))} for of in (0, 1))
    counts = np.zeros((len(races), len(schools)))
    for school, race, number in told:
        counts[races[race], schools[school]] += number
    scores = information_of_groups(counts)
    for race, at in races.items():
        assert scores[at] == pytest.approx(published[f"schools{year} local ls {race}"], abs=1e-9)
        assert counts[at].sum() / counts.sum() == pytest.approx(published[f"schools{year} local p {race}"], abs=1e-9)


def test_local_moran_has_the_mean_of_moran_and_finds_both_halves() -> None:
    x = np.where(COLUMN < SIDE / 2, 90.0, 10.0)
    found = local_moran(x, 100 - x, QUEEN)
    assert found.statistic.mean() == pytest.approx(moran(x, 100 - x, neighbours=QUEEN), abs=TIGHT)
    surrounded = (QUEEN(x) == 8 * x) & (QUEEN(np.ones(SIDE * SIDE)) == 8)
    assert surrounded.sum() == 8 * (SIDE - 2)
    assert (found.kind == np.where(COLUMN < SIDE / 2, "high-high", "low-low"))[surrounded].all()
    assert set(found.kind) <= set(KINDS)


def test_a_lone_area_among_others_is_of_the_mixed_kind() -> None:
    random = np.random.default_rng(0)
    p = np.where(COLUMN < SIDE / 2, 0.8, 0.2) + random.uniform(-0.05, 0.05, SIDE * SIDE)
    high, low = 5 * SIDE + 9, 5 * SIDE + 2
    p[[high, low]] = 0.9, 0.1
    found = local_moran(1000 * p, 1000 * (1 - p), ROOK, level=0.2)
    assert (found.kind[high], found.kind[low]) == ("high-low", "low-high")


def test_p_is_that_of_every_way_to_draw_the_neighbours() -> None:
    """Six areas in a row: the two neighbours of an inner area can be drawn in ten ways."""
    x = np.array([9.0, 8, 2, 6, 1, 5])
    line = Neighbours(np.arange(6)[:, None] * [100.0, 0], within=100)
    found = local_moran(x, 10 - x, line, permutations=200_000)
    for at in range(6):
        beside = [other for other in (at - 1, at + 1) if 0 <= other < 6]
        drawn = np.array([x[list(of)].sum() for of in combinations(sorted({*range(6)} - {at}), len(beside))])
        seen = x[beside].sum()
        exact = min(1, 2 * min((drawn >= seen).mean(), (drawn <= seen).mean()))
        assert found.p[at] == pytest.approx(exact, abs=0.01)


def test_where_the_group_lives_at_random_hardly_any_area_stands_out() -> None:
    random = np.random.default_rng(7)
    stood_out, small = [], []
    for _ in range(40):
        p = random.random(SIDE * SIDE)
        found = local_moran(p, 1 - p, ROOK, permutations=999)
        stood_out.append((found.kind != KINDS[-1]).any())
        small.append((found.p <= 0.05).mean())
    assert np.mean(small) == pytest.approx(0.05, abs=0.02)
    assert np.mean(stood_out) < 0.15


def test_p_is_never_0_and_the_same_for_the_same_seed() -> None:
    x = np.where(COLUMN < SIDE / 2, 100.0, 0.0)
    one, again, other = (local_moran(x, 100 - x, ROOK, permutations=99, seed=seed) for seed in (1, 1, 2))
    assert (one.p == again.p).all() and (one.p != other.p).any()
    assert one.p.min() >= 0.02 and one.p.max() <= 1
    assert (one.q >= one.p).all() and one.q.max() <= 1


def test_local_moran_does_not_mind_areas_where_nobody_lives_or_without_neighbours() -> None:
    random = np.random.default_rng(2)
    x, y = random.poisson(30.0, (2, SIDE * SIDE)).astype(np.float64)
    gone = COLUMN == SIDE - 2
    x[gone] = y[gone] = 0
    alone = (COLUMN == SIDE - 1) & (ROW > 0)
    x[alone] = y[alone] = 0
    found = local_moran(x, y, ROOK)
    aside = gone | (COLUMN == SIDE - 1)
    assert (found.statistic[aside] == 0).all() and (found.p[aside] == 1).all()
    assert (found.kind[aside] == KINDS[-1]).all()
    lived_in = x + y > 0
    kept = local_moran(x[lived_in], y[lived_in], Neighbours(GRID[lived_in], within=250))
    assert kept.p == pytest.approx(found.p[lived_in], abs=0)
    assert kept.statistic == pytest.approx(found.statistic[lived_in], abs=TIGHT)


@given(st.lists(st.floats(1e-9, 1), min_size=1, max_size=60))
def test_false_discovery_control_raises_p_and_keeps_its_order(listed: list[float]) -> None:
    p = np.array(listed)
    q = benjamini_hochberg(p)
    order = np.argsort(p)
    assert (q >= p * (1 - TIGHT)).all() and (q <= 1).all()
    assert (np.diff(q[order]) >= 0).all()
    assert q.max() == p.max()
    assert (benjamini_hochberg(p[::-1]) == q[::-1]).all()


def test_false_discovery_control_worked_by_hand() -> None:
    assert benjamini_hochberg([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.02, 0.04, 0.04, 0.02])


def test_what_has_no_answer_is_an_error_and_not_a_number() -> None:
    empty = np.array([[1.0, 2], [0, 0]])
    for score in (location_quotient, information_of_areas, information_of_groups):
        with pytest.raises(NotApplicable):
            score(empty)
        for wrong in ([1.0, 2], [[1.0, np.nan]], [[-1.0, 2]]):
            with pytest.raises(BadCounts):
                score(wrong)
    even = np.ones(SIDE * SIDE)
    with pytest.raises(NotApplicable):
        local_moran(even, 2 * even, ROOK)
    with pytest.raises(BadCounts):
        local_moran(even, even[:-1], ROOK)
    with pytest.raises(BadCounts, match="count once each"):
        local_moran(COLUMN.astype(float), even, lambda x: ROOK(x) / 3)

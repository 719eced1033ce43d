"""The formulas as identities: what has to hold for every city, and values worked by hand."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seg_pipeline import catalogue, indicators
from seg_pipeline.indicators import INDICATORS, BadCounts, NotApplicable
from seg_pipeline.indicators.exposure import exposures
from seg_pipeline.indicators.information import between_and_within, information_of
from seg_pipeline.indicators.registry import Counts, Indicator

TWO = [index for index in INDICATORS.values() if index.needs == ("x", "y")]
MANY = [index for index in INDICATORS.values() if index.needs == ("counts",)]
ORDINAL = [index for index in MANY if index.family == "ordinal"]
SHARES = [indicators.isolation, indicators.interaction]  # these hold the group's share, the others do not
TIGHT = 1e-12

areas = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 5000)), min_size=1, max_size=60)
mixes = st.integers(2, 5).flatmap(
    lambda groups: st.lists(st.lists(st.integers(0, 900), min_size=groups, max_size=groups), min_size=1, max_size=30)
)


def city(pairs: list[tuple[int, int]]) -> tuple[Counts, Counts]:
    x, y = (np.array(column, dtype=np.float64) for column in zip(*pairs, strict=True))
    assume(x.sum() > 0 and y.sum() > 0)
    return x, y


def mixed(rows: list[list[int]]) -> Counts:
    counts = np.array(rows, dtype=np.float64).T
    assume((counts.sum(1) > 0).all())
    return counts


def test_every_index_has_its_texts_and_every_text_its_index() -> None:
    assert set(INDICATORS) == set(catalogue.texts("indicators", "indicator"))


@pytest.mark.parametrize("index", INDICATORS.values(), ids=lambda index: index.name)
def test_every_index_says_what_it_is(index: Indicator) -> None:
    assert index.symbol and index.family and index.reference[-4:].isdigit() and index.low < index.high
    assert index.formula.__doc__ and index.__doc__ == index.formula.__doc__


@given(areas)
def test_an_index_stays_in_its_range(pairs: list[tuple[int, int]]) -> None:
    x, y = city(pairs)
    for index in TWO:
        assert index.low <= index(x, y) <= index.high
        assert index.low - TIGHT <= index.formula(x, y) <= index.high + TIGHT  # not only because it was cut
    assert indicators.isolation(x, y) >= x.sum() / (x.sum() + y.sum()) - TIGHT
    assert indicators.gini(x, y) >= indicators.dissimilarity(x, y) - TIGHT


@given(mixes)
def test_an_index_of_many_groups_stays_in_its_range(rows: list[list[int]]) -> None:
    counts = mixed(rows)
    for index in MANY:
        assert index.low - TIGHT <= index.formula(counts) <= index.high + TIGHT
    assert indicators.many_group_mutual_information(counts) <= np.log(len(counts)) + TIGHT


@given(st.lists(st.integers(1, 2000), min_size=1, max_size=40), st.integers(1, 9), st.integers(1, 9))
def test_an_even_city_is_not_segregated(sizes: list[int], a: int, b: int) -> None:
    size = np.array(sizes, dtype=np.float64)
    x, y = a * size, b * size
    for index in TWO:
        expected = {"isolation": a / (a + b), "interaction": b / (a + b)}.get(index.name, 0)
        assert index(x, y) == pytest.approx(expected, abs=TIGHT)
    for index in MANY:
        assert index(np.stack([x, y, 2 * x])) == pytest.approx(0, abs=TIGHT)


@given(st.lists(st.integers(1, 2000), min_size=1, max_size=20), st.lists(st.integers(1, 2000), min_size=1, max_size=20))
def test_groups_with_no_area_in_common_are_wholly_apart(ours: list[int], theirs: list[int]) -> None:
    x = np.array([*ours, *[0] * len(theirs)], dtype=np.float64)
    y = np.array([*[0] * len(ours), *theirs], dtype=np.float64)
    share = x.sum() / (x.sum() + y.sum())
    entropy = -share * np.log(share) - (1 - share) * np.log(1 - share)
    special = {"interaction": 0, "mutual_information": entropy, "many_group_mutual_information": entropy,
               "karmel_maclachlan": 2 * share * (1 - share)}  # fmt: skip
    for index in TWO:
        assert index(x, y) == pytest.approx(special.get(index.name, 1), abs=TIGHT)
    for index in MANY:
        assert index(np.stack([x, y])) == pytest.approx(special.get(index.name, 1), abs=TIGHT)


@given(areas, st.integers(2, 50))
def test_size_does_not_matter(pairs: list[tuple[int, int]], times: int) -> None:
    x, y = city(pairs)
    for index in TWO:
        assert index(times * x, times * y) == pytest.approx(index(x, y), abs=TIGHT)
    for index in MANY:
        assert index(times * np.stack([x, y])) == pytest.approx(index(np.stack([x, y])), abs=TIGHT)


@given(areas, st.randoms(use_true_random=False))
def test_the_order_of_areas_does_not_matter(pairs: list[tuple[int, int]], order: random.Random) -> None:
    x, y = city(pairs)
    shuffled = list(range(len(x)))
    order.shuffle(shuffled)
    for index in TWO:
        assert index(x[shuffled], y[shuffled]) == pytest.approx(index(x, y), abs=TIGHT)
    for index in MANY:
        assert index(np.stack([x, y])[:, shuffled]) == pytest.approx(index(np.stack([x, y])), abs=TIGHT)


@given(areas, st.integers(1, 5))
def test_splitting_an_area_into_equal_compositions_changes_nothing(pairs: list[tuple[int, int]], parts: int) -> None:
    x, y = city(pairs)
    split = [np.concatenate([np.repeat(of[0] / parts, parts), of[1:]]) for of in (x, y)]
    for index in TWO:
        assert index(*split) == pytest.approx(index(x, y), abs=TIGHT)
    for index in MANY:
        assert index(np.stack(split)) == pytest.approx(index(np.stack([x, y])), abs=TIGHT)


@given(areas, st.integers(1, 4))
def test_areas_where_nobody_lives_do_not_matter(pairs: list[tuple[int, int]], empty: int) -> None:
    x, y = city(pairs)
    more = [np.concatenate([of, np.zeros(empty)]) for of in (x, y)]
    for index in TWO:
        assert index(*more) == pytest.approx(index(x, y), abs=TIGHT)
    for index in MANY:
        assert index(np.stack(more)) == pytest.approx(index(np.stack([x, y])), abs=TIGHT)


@given(areas)
def test_evenness_looks_the_same_from_both_groups(pairs: list[tuple[int, int]]) -> None:
    x, y = city(pairs)
    for index in (indicators.dissimilarity, indicators.gini, indicators.entropy, indicators.mutual_information,
                  indicators.eta_squared, indicators.atkinson_05):  # fmt: skip
        assert index(x, y) == pytest.approx(index(y, x), abs=TIGHT)


@given(areas)
def test_an_index_of_many_groups_is_that_of_two_where_there_are_two(pairs: list[tuple[int, int]]) -> None:
    x, y = city(pairs)
    counts, share = np.stack([x, y]), x.sum() / (x + y).sum()
    for many, two in (
        (indicators.many_group_dissimilarity, indicators.dissimilarity),
        (indicators.many_group_gini, indicators.gini),
        (indicators.many_group_entropy, indicators.entropy),
        (indicators.many_group_mutual_information, indicators.mutual_information),
        (indicators.normalised_exposure, indicators.eta_squared),
        (indicators.ordinal_entropy, indicators.entropy),
        (indicators.ordinal_variance_ratio, indicators.eta_squared),
    ):
        assert many(counts) == pytest.approx(two(x, y), abs=TIGHT)
    moving = 2 * share * (1 - share) * indicators.dissimilarity(x, y)
    assert indicators.karmel_maclachlan(counts) == pytest.approx(moving, abs=TIGHT)


@given(mixes, st.randoms(use_true_random=False))
def test_the_order_of_groups_matters_to_ordinal_indices_only(rows: list[list[int]], order: random.Random) -> None:
    counts = mixed(rows)
    shuffled = list(range(len(counts)))
    order.shuffle(shuffled)
    for index in MANY:
        if index not in ORDINAL:
            assert index(counts[shuffled]) == pytest.approx(index(counts), abs=TIGHT)
    for index in ORDINAL:
        assert index(counts[::-1]) == pytest.approx(index(counts), abs=TIGHT)


@given(mixes)
def test_the_exposures_of_a_group_sum_to_one_and_balance(rows: list[list[int]]) -> None:
    counts = mixed(rows)
    found = exposures(counts)
    assert found.sum(1) == pytest.approx(np.ones(len(counts)), abs=TIGHT)
    meetings = found * counts.sum(1)[:, None]
    assert meetings == pytest.approx(meetings.T, abs=1e-9 * counts.sum())


@given(areas)
def test_isolation_and_interaction_sum_to_one(pairs: list[tuple[int, int]]) -> None:
    x, y = city(pairs)
    assert indicators.isolation(x, y) + indicators.interaction(x, y) == pytest.approx(1, abs=TIGHT)


@given(mixes, st.lists(st.integers(0, 3), min_size=30, max_size=30))
def test_between_and_within_sum_to_the_total(rows: list[list[int]], regions: list[int]) -> None:
    counts = mixed(rows)
    region = np.array(regions[: counts.shape[1]])
    between, within = between_and_within(counts, region)
    assert between + within == pytest.approx(information_of(counts), abs=TIGHT)
    assert between >= -TIGHT and within >= -TIGHT
    assert between_and_within(counts, np.arange(counts.shape[1]))[1] == pytest.approx(0, abs=TIGHT)


def test_replicates_and_cities_pass_through_as_axes() -> None:
    x, y = np.random.default_rng(1).integers(1, 90, (2, 4, 3, 20)).astype(float)
    for index in TWO:
        assert index(x, y)[2, 1] == pytest.approx(index(x[2, 1], y[2, 1]), abs=TIGHT)


def test_values_worked_by_hand() -> None:
    x, y = np.array([30.0, 10.0]), np.array([10.0, 30.0])
    assert indicators.dissimilarity(x, y) == pytest.approx(0.5)
    assert indicators.gini(x, y) == pytest.approx(0.5)
    assert indicators.isolation(x, y) == pytest.approx((0.75 * 30 + 0.25 * 10) / 40)
    assert indicators.eta_squared(x, y) == pytest.approx(0.25)
    within = -(0.75 * np.log2(0.75) + 0.25 * np.log2(0.25))
    assert indicators.entropy(x, y) == pytest.approx(1 - within)
    assert indicators.mutual_information(x, y) == pytest.approx((1 - within) * np.log(2))
    assert indicators.atkinson_05(x, y) == pytest.approx(1 - (2 * np.sqrt(0.75 * 0.25)) ** 2)
    three = np.array([[30.0, 0.0], [10.0, 10.0], [0.0, 30.0]])
    # the cut below the middle parts 30 of 40 people here and none of 40 there, the cut above it the mirror image
    spread = (0.75 * 0.25 + 0) / 2
    assert indicators.ordinal_variance_ratio(three) == pytest.approx(1 - 2 * spread / (2 * 0.375 * 0.625))


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([1, -1], [2, 2]), ([1, np.nan], [2, 2]), ([1, np.inf], [2, 2]), ([1, 2, 3], [1, 2]), ([], []), (3, 4),
        (["a", "b"], [1, 2]), ([None, 1], [1, 2]),
    ],
)  # fmt: skip
def test_what_are_no_counts_is_refused(x: Any, y: Any) -> None:
    for index in TWO:
        with pytest.raises(BadCounts):
            index(x, y)


@pytest.mark.parametrize(("x", "y"), [([0, 0], [1, 2]), ([0], [0]), ([3, 1], [0, 0])])
def test_a_group_without_members_has_no_index(x: list[int], y: list[int]) -> None:
    for index in TWO:
        if index in SHARES or index.name == "mutual_information":
            continue  # 0 and 1 are true where only one of the groups lives, and no information is in one group
        with pytest.raises(NotApplicable):
            index(x, y)

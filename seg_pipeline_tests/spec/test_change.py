"""What moved segregation, as identities: the terms sum to the change, and each moves for its own reason alone."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from seg_pipeline.indicators.change import (
    NO_FIT,
    NOBODY_SHARED,
    ONE_GROUP,
    Decomposition,
    Index,
    change,
    difference,
    fitted,
)
from seg_pipeline.indicators.information import diversity, information_of
from seg_pipeline.indicators.registry import BadCounts, Counts, NotApplicable

TIGHT = 1e-12
INDICES: list[Index] = ["mutual_information", "entropy"]
MARGINS = ["additions", "removals", "group_marginal", "area_marginal"]

index = pytest.mark.parametrize("index", INDICES)
seeds = st.integers(0, 2**32 - 1)
fewer = settings(max_examples=30)  # where zeros leave no fit it takes all steps to see it


def city(seed: int, groups: int = 3, areas: int = 6, fewest: int = 1) -> Counts:
    """A city drawn at random, where every group lives in every area unless `fewest` is 0."""
    return np.random.default_rng(seed).integers(fewest, 500, (groups, areas)).astype(np.float64)


def sparse(seed: int, groups: int = 3, areas: int = 6) -> Counts:
    """A city drawn at random, where many groups are absent from many areas."""
    random = np.random.default_rng(seed)
    counts = city(seed, groups, areas) * (random.random((groups, areas)) < random.uniform(0.3, 1))
    assume((counts.sum(1) > 0).sum() > 1)
    return counts


def assert_terms(found: Decomposition, **expected: float) -> None:
    assert found.reason == ""
    assert {name: found.terms[name] for name in expected} == pytest.approx(expected, abs=TIGHT)


@index
@fewer
@given(seeds)
def test_the_terms_sum_to_the_change(index: Index, seed: int) -> None:
    before, after = sparse(seed), sparse(seed + 1)
    for found in (change(before, after, index), difference(before, after[:, :4] + 1, index)):
        if found.reason:
            assert np.isnan(list(found.terms.values())).any()
        else:
            assert sum(found.terms.values()) == pytest.approx(found.after - found.before, abs=TIGHT)


@given(seeds)
def test_before_and_after_are_the_index_itself(seed: int) -> None:
    before, after = city(seed), city(seed + 1)
    assert change(before, after).before == information_of(before)
    assert change(before, after, "entropy").after == pytest.approx(information_of(after) / diversity(after), abs=TIGHT)


@index
@given(seeds, st.integers(1, 9))
def test_where_all_grow_alike_nothing_moved(index: Index, seed: int, times: int) -> None:
    counts = sparse(seed)
    for found in (change(counts, times * counts, index), difference(counts, times * counts, index)):
        assert_terms(found, **dict.fromkeys(found.terms, 0))


@index
@fewer
@given(
    seeds, st.lists(st.integers(1, 20), min_size=3, max_size=3), st.lists(st.integers(1, 20), min_size=6, max_size=6)
)
def test_growth_of_groups_and_of_areas_is_no_matter_of_structure(
    index: Index, seed: int, of_groups: list[int], of_areas: list[int]
) -> None:
    """A factor for each group and one for each area leave every odds ratio as it was."""
    before = sparse(seed)
    found = change(before, before * np.array(of_groups)[:, None] * of_areas, index)
    assert found.terms["structural"] == pytest.approx(0, abs=TIGHT)


@given(seeds, st.lists(st.integers(1, 20), min_size=6, max_size=6))
def test_in_an_even_city_growth_moves_nothing(seed: int, of_areas: list[int]) -> None:
    before = np.outer(city(seed, 3, 1)[:, 0], city(seed, 1, 6)[0])
    for found in (change(before, before * of_areas), change(before, before * np.array([[1], [5], [9]]))):
        assert_terms(found, **dict.fromkeys(found.terms, 0))


@index
@given(seeds)
def test_people_who_trade_places_move_structure_alone(index: Index, seed: int) -> None:
    before = city(seed)
    swapped = min(before[0, 0], before[1, 1])
    after = before + swapped * np.array([[-1, 1, 0, 0, 0, 0], [1, -1, 0, 0, 0, 0], [0] * 6])
    assert_terms(change(before, after, index), **dict.fromkeys(MARGINS, 0))


@index
@given(seeds)
def test_a_new_area_is_an_addition_and_an_emptied_one_a_removal(index: Index, seed: int) -> None:
    whole = city(seed)
    part = whole * [0, 1, 1, 1, 1, 1]
    gained = change(part, whole, index)
    step = gained.after - gained.before
    assert_terms(gained, **dict.fromkeys(gained.terms, 0) | {"additions": step})
    assert_terms(change(whole, part, index), **dict.fromkeys(gained.terms, 0) | {"removals": -step})


@index
@given(seeds)
def test_a_new_group_is_an_addition_between_times_and_a_matter_of_mix_between_cities(index: Index, seed: int) -> None:
    whole = city(seed)
    part = whole * [[0], [1], [1]]
    gained = change(part, whole, index)
    assert_terms(gained, **dict.fromkeys(gained.terms, 0) | {"additions": gained.after - gained.before})
    assert_terms(difference(part, whole, index), structural=0)


@index
@fewer
@given(seeds)
def test_turning_time_round_turns_the_signs(index: Index, seed: int) -> None:
    before, after = sparse(seed), sparse(seed + 1)
    there, back = change(before, after, index), change(after, before, index)
    assert there.reason == back.reason
    mirrored = {name: -term for name, term in back.terms.items()}
    mirrored["additions"], mirrored["removals"] = mirrored["removals"], mirrored["additions"]
    assert there.terms == pytest.approx(mirrored, abs=1e-10, nan_ok=True)
    cities = difference(before, after, index).terms, difference(after, before, index).terms
    assert cities[0] == pytest.approx({name: -term for name, term in cities[1].items()}, abs=1e-10, nan_ok=True)


@index
@fewer
@given(seeds, st.permutations(range(3)), st.permutations(range(6)))
def test_the_order_of_groups_and_areas_does_not_matter(
    index: Index, seed: int, groups: list[int], areas: list[int]
) -> None:
    before, after = sparse(seed), sparse(seed + 1)
    mixed = change(before[groups][:, areas], after[groups][:, areas], index)
    assert mixed.terms == pytest.approx(change(before, after, index).terms, abs=1e-10, nan_ok=True)
    mixed = difference(before[groups][:, areas], after[groups], index)
    assert mixed.terms == pytest.approx(difference(before, after, index).terms, abs=1e-10, nan_ok=True)


@given(seeds, st.integers(1, 20))
def test_cities_with_the_same_mix_differ_in_structure_alone(seed: int, times: int) -> None:
    one = city(seed)
    other = np.stack([np.random.default_rng(seed + n).multinomial(group.sum() * times, [0.1, 0.2, 0.3, 0.4])
                      for n, group in enumerate(one)]).astype(np.float64)  # fmt: skip
    assert_terms(difference(one, other), group_marginal=0)


def test_values_worked_by_hand() -> None:
    """Both margins are equal before; after, the odds ratio of 9 is 1, and the first group has doubled."""
    found = change([[30, 10], [10, 30]], [[40, 40], [20, 20]])
    apart = np.log(2) + (0.75 * np.log(0.75) + 0.25 * np.log(0.25))
    # with an odds ratio of 9, areas of 1/2 and groups of 2/3 and 1/3, the first cell a solves
    # a·(a - 1/6) / ((1/2 - a)·(2/3 - a)) = 9, or 8a² - (31/3)·a + 3 = 0
    a = (31 / 3 - np.sqrt((31 / 3) ** 2 - 96)) / 16
    fitted_to_after = float(information_of(np.array([[a, 2 / 3 - a], [1 / 2 - a, a - 1 / 6]])))
    assert found.before == pytest.approx(apart)
    assert_terms(found, area_marginal=0, group_marginal=(fitted_to_after - apart) / 2)
    assert_terms(found, structural=-(fitted_to_after + apart) / 2)


@fewer
@given(seeds, st.integers(2, 4), st.integers(1, 6))
def test_fitted_counts_have_the_margins_or_there_are_none_that_could(seed: int, groups: int, areas: int) -> None:
    """Hall's condition: no set of groups may be larger than the areas where one of them lives."""
    start, wanted = sparse(seed, groups, areas), sparse(seed + 1, groups, areas)
    assume(all(of.sum(axis).all() for of in (start, wanted) for axis in (0, 1)))
    of_groups, of_areas = wanted.sum(1) / wanted.sum(), start.sum(0) / start.sum()
    found = fitted(start, of_groups, of_areas)
    sets = [list(s) for size in range(1, groups) for s in itertools.combinations(range(groups), size)]
    room = [of_areas[(start[s] > 0).any(0)].sum() - of_groups[s].sum() for s in sets]
    if min(room) < -TIGHT:
        assert np.isnan(found).all()
    else:
        assert found.sum(1) == pytest.approx(of_groups, rel=TIGHT)
        assert found.sum(0) == pytest.approx(of_areas, rel=TIGHT)
        assert not found[start == 0].any()


@given(seeds)
def test_fitting_keeps_the_odds_ratios(seed: int) -> None:
    start, wanted = city(seed), city(seed + 1)
    factors = np.log(fitted(start, wanted.sum(1) / wanted.sum(), wanted.sum(0) / wanted.sum()) / start)
    assert factors - factors[:1] - factors[:, :1] + factors[0, 0] == pytest.approx(np.zeros((3, 6)), abs=1e-9)


def test_margins_that_only_just_can_be_reached() -> None:
    """The first group fills the first area exactly: the other's count there goes to 0, in the limit."""
    found = fitted(np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([0.5, 0.5]), np.array([0.5, 0.5]))
    assert found == pytest.approx(np.array([[0.5, 0.0], [0.0, 0.5]]), abs=TIGHT)


def test_where_zeros_leave_no_fit_the_terms_say_so() -> None:
    found = change([[10, 0], [0, 10]], [[30, 0], [0, 10]])
    assert found.reason == NO_FIT
    assert np.isnan([found.terms["group_marginal"], found.terms["area_marginal"]]).all()
    assert found.terms["additions"] == pytest.approx(0, abs=TIGHT)
    assert difference([[5, 0], [45, 50]], [[50, 40], [5, 5]]).reason == NO_FIT


def test_nobody_in_common() -> None:
    for found in (change([[1, 0], [2, 0]], [[0, 3], [0, 4]]), difference([[1, 2], [0, 0]], [[0], [5]])):
        assert found.reason == NOBODY_SHARED
        assert np.isnan(list(found.terms.values())).all()


def test_an_area_is_no_longer_shared_once_its_only_group_is_gone() -> None:
    """The third area has people at both times, yet at the second only of a group that is new."""
    found = change([[5, 1, 4], [2, 6, 3], [0, 0, 0]], [[5, 1, 0], [2, 6, 0], [0, 0, 9]])
    kept = float(information_of(np.array([[5.0, 1.0], [2.0, 6.0]])))
    assert_terms(found, additions=found.after - kept, removals=kept - found.before, structural=0)


def test_a_single_group_in_common_has_no_entropy() -> None:
    before, after = [[1, 2], [2, 1], [0, 0]], [[3, 1], [0, 0], [1, 2]]
    assert change(before, after, "entropy").reason == ONE_GROUP
    assert_terms(change(before, after), structural=0, group_marginal=0, area_marginal=0)


@pytest.mark.parametrize("compare", [change, difference])
def test_what_is_no_city_is_refused(compare: Callable[..., Decomposition]) -> None:
    for before, after in [([1, 2], [1, 2]), ([[1, 2]], [[1, 2], [3, 4]]), ([[1, -2]], [[1, 2]])]:
        with pytest.raises(BadCounts):
            compare(before, after)
    with pytest.raises(BadCounts):
        change([[1, 2], [3, 4]], [[1], [2]])
    with pytest.raises(NotApplicable, match="nobody"):
        compare([[0, 0]], [[1, 2]])
    with pytest.raises(NotApplicable, match="single group"):
        change([[1, 2]], [[3, 4]], "entropy")

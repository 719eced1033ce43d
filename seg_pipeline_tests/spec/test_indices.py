"""The formulas as identities: what has to hold for every city, and values worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seg_pipeline import catalogue
from seg_pipeline.indicators import compute  # noqa: F401  registers the indices
from seg_pipeline.indicators.evenness import dissimilarity
from seg_pipeline.indicators.exposure import isolation
from seg_pipeline.indicators.information import entropy
from seg_pipeline.indicators.registry import INDICATORS, Counts

INDICES = [indicator.index for indicator in INDICATORS.values()]
TIGHT = 1e-12

areas = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 5000)), min_size=1, max_size=60)


def city(pairs: list[tuple[int, int]]) -> tuple[Counts, Counts]:
    x, y = (np.array(column, dtype=np.float64) for column in zip(*pairs, strict=True))
    lived_in = x + y > 0
    assume(x.sum() > 0 and y.sum() > 0)
    return x[lived_in], y[lived_in]


def test_every_index_has_its_texts_and_every_text_its_index() -> None:
    assert set(INDICATORS) == set(catalogue.texts("indicators", "indicator"))
    assert all(text for row in catalogue.texts("indicators", "indicator").values() for text in row.values())


@given(areas)
def test_an_index_stays_in_its_range(pairs: list[tuple[int, int]]) -> None:
    x, y = city(pairs)
    assert all(-TIGHT <= index(x, y) <= 1 + TIGHT for index in INDICES)
    assert isolation(x, y) >= x.sum() / (x.sum() + y.sum()) - TIGHT


@given(st.lists(st.integers(1, 2000), min_size=1, max_size=40), st.integers(1, 9), st.integers(1, 9))
def test_an_even_city_is_not_segregated(sizes: list[int], a: int, b: int) -> None:
    size = np.array(sizes, dtype=np.float64)
    x, y = a * size, b * size
    assert dissimilarity(x, y) == pytest.approx(0, abs=TIGHT)
    assert entropy(x, y) == pytest.approx(0, abs=TIGHT)
    assert isolation(x, y) == pytest.approx(a / (a + b), abs=TIGHT)


@given(st.lists(st.integers(1, 2000), min_size=1, max_size=20), st.lists(st.integers(1, 2000), min_size=1, max_size=20))
def test_groups_with_no_area_in_common_are_wholly_apart(ours: list[int], theirs: list[int]) -> None:
    x = np.array([*ours, *[0] * len(theirs)], dtype=np.float64)
    y = np.array([*[0] * len(ours), *theirs], dtype=np.float64)
    assert [index(x, y) for index in INDICES] == pytest.approx([1] * len(INDICES), abs=TIGHT)


@given(areas, st.integers(2, 50))
def test_size_does_not_matter(pairs: list[tuple[int, int]], times: int) -> None:
    x, y = city(pairs)
    for index in INDICES:
        assert index(times * x, times * y) == pytest.approx(index(x, y), abs=TIGHT)


@given(areas, st.randoms(use_true_random=False))
def test_the_order_of_areas_does_not_matter(pairs: list[tuple[int, int]], random: np.random.Generator) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)
    for index in INDICES:
        assert index(*city(shuffled)) == pytest.approx(index(*city(pairs)), abs=TIGHT)


@given(areas, st.integers(1, 5))
def test_splitting_an_area_into_equal_compositions_changes_nothing(pairs: list[tuple[int, int]], parts: int) -> None:
    x, y = city(pairs)
    split_x = np.concatenate([np.repeat(x[0] / parts, parts), x[1:]])
    split_y = np.concatenate([np.repeat(y[0] / parts, parts), y[1:]])
    for index in INDICES:
        assert index(split_x, split_y) == pytest.approx(index(x, y), abs=TIGHT)


@given(areas)
def test_evenness_looks_the_same_from_both_groups(pairs: list[tuple[int, int]]) -> None:
    x, y = city(pairs)
    assert dissimilarity(x, y) == pytest.approx(dissimilarity(y, x), abs=TIGHT)
    assert entropy(x, y) == pytest.approx(entropy(y, x), abs=TIGHT)


@given(areas)
def test_a_member_meets_somebody_of_the_two_groups(pairs: list[tuple[int, int]]) -> None:
    """Isolation and interaction, the exposure to the other group, sum to one; interactions balance."""
    x, y = city(pairs)
    interaction = 1 - isolation(x, y)
    assert interaction * x.sum() == pytest.approx((1 - isolation(y, x)) * y.sum(), rel=1e-9, abs=1e-6)


def test_values_worked_by_hand() -> None:
    x, y = np.array([30.0, 10.0]), np.array([10.0, 30.0])
    assert dissimilarity(x, y) == pytest.approx(0.5)
    assert isolation(x, y) == pytest.approx((0.75 * 30 + 0.25 * 10) / 40)
    within = -(0.75 * np.log2(0.75) + 0.25 * np.log2(0.25))
    assert entropy(x, y) == pytest.approx(1 - within)

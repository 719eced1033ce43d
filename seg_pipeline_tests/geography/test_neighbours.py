"""Neighbours: who counts as one, on a grid and among areas of uneven size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from seg_pipeline.geography import BadCoordinates, Neighbours

GRID = np.stack(np.divmod(np.arange(25), 5), -1) * 250.0


def test_a_cell_has_the_four_beside_it_or_the_eight_round_it() -> None:
    for within, corner, middle in ((250, 2, 4), (375, 3, 8)):
        number = Neighbours(GRID, within=within)(np.ones(25))
        assert (number[0], number[12]) == (corner, middle)


def test_neighbours_within_a_distance_are_mutual_and_no_area_is_its_own() -> None:
    weights = Neighbours(GRID, within=600)(np.eye(25))
    assert (weights == weights.T).all() and not weights.diagonal().any()


def test_what_is_as_near_as_the_last_of_the_nearest_counts_too_whatever_the_order() -> None:
    order = np.random.default_rng(0).permutation(25)
    number = Neighbours(GRID, nearest=3)(np.ones(25))
    assert number[12] == 4 and number.min() >= 3
    assert (Neighbours(GRID[order], nearest=3)(np.ones(25)) == number[order]).all()


def test_leading_axes_pass_through() -> None:
    assert Neighbours(GRID, nearest=4)(np.ones((3, 2, 25))).shape == (3, 2, 25)


def test_areas_at_one_place_are_neighbours() -> None:
    assert Neighbours([[0, 0], [0, 0], [900, 0]], nearest=1)(np.array([1.0, 10, 100])).tolist() == [10, 1, 11]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"within": 500, "nearest": 3},
        {"within": 0},
        {"within": 1},
        {"nearest": 0},
        {"nearest": 25},
        {"xy": [[0, 0]], "nearest": 1},
        {"xy": [[0, 0]], "within": 1000},
    ],
)
def test_neighbours_that_cannot_be_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(BadCoordinates):
        Neighbours(**{"xy": GRID} | given)


def test_numbers_of_other_areas_are_refused() -> None:
    with pytest.raises(BadCoordinates, match="25 areas"):
        Neighbours(GRID, nearest=3)(np.ones(24))

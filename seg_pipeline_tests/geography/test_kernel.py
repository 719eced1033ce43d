"""What lies around an area: as a convolution, as a sparse matrix, and written out, it is the same."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seg_pipeline.geography import BadCoordinates, Kernel, distances
from seg_pipeline.geography.lattice import Convolution, Lattice, Numbers

ORIGIN = (320_125, 6_680_125)


def cells(side: int, step: float = 250, kept: int | None = None) -> Numbers:
    """Return the centres of a square of cells, or of some of them, in no order."""
    every = np.stack(np.divmod(np.arange(side * side), side), -1) * step + ORIGIN
    return np.random.default_rng(1).permutation(every)[:kept].astype(np.float64)


def people(areas: int, share: float = 0.1) -> Numbers:
    """Return two layers of counts, of which most are 0."""
    random = np.random.default_rng(2)
    return (random.poisson(50, (2, areas)) * (random.random((2, areas)) < share)).astype(np.float64)


def written_out(xy: Numbers, x: Numbers, bandwidth: float) -> Numbers:
    relative = distances(xy) / bandwidth
    return x @ np.where(relative < 1, (1 - relative**2) ** 2, 0)


@given(st.integers(1, 40), st.sampled_from([500, 1000, 1234.5, 2000, 4000, 9000]))
@settings(max_examples=40, deadline=None)
def test_the_biweight_is_what_its_formula_says(areas: int, bandwidth: float) -> None:
    xy, x = cells(12, kept=areas), people(areas, 0.5)
    assert Kernel(xy, bandwidth)(x) == pytest.approx(written_out(xy, x, bandwidth), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("scaled", [1.0, 0.37])
@pytest.mark.parametrize(
    ("bandwidth", "weight"),
    [(500, "biweight"), (2000, "biweight"), (4000, "biweight"), (3333.3, "biweight"), (1000, "exponential")],
)
def test_convolution_and_matrix_agree_and_where_nobody_is_there_is_nobody(
    bandwidth: float, weight: Literal["biweight", "exponential"], scaled: float
) -> None:
    xy = cells(40, kept=1000)
    kernel, x = Kernel(xy, bandwidth, weight), scaled * people(1000, 0.02)
    assert isinstance(kernel.sums, Convolution)
    by_transform, by_matrix = kernel.sums(x), kernel._matrix()(x)
    assert by_transform == pytest.approx(by_matrix, rel=1e-9, abs=0)
    assert (by_transform >= 0).all()
    assert ((by_transform == 0) == (by_matrix == 0)).all()


def test_whole_numbers_on_a_grid_are_summed_exactly() -> None:
    xy, x = cells(40, kept=1000), 1000 * people(1000)
    over, sums = np.rint(distances(xy) ** 2 / 250**2), Kernel(xy, 4000)(x)
    assert (sums * 16**4 == x @ np.maximum(16**2 - over, 0) ** 2).all()


def test_a_grid_is_found_and_points_that_are_none_are_not_transformed() -> None:
    lattice = Lattice.of(cells(9, 1000))
    assert lattice is not None and lattice.step == 1000
    assert Lattice.of(cells(9) + np.random.default_rng(0).random((81, 2))) is None
    scattered = np.random.default_rng(0).integers(0, 100_000, (300, 2)).astype(np.float64)
    assert not isinstance(Kernel(scattered, 4000).sums, Convolution)


def test_a_city_within_reach_does_not_meet_itself_round_the_edge() -> None:
    xy = cells(5)
    x = (xy[:, 0] == xy[:, 0].min()).astype(np.float64)
    for bandwidth in (500, 1000, 2000, 4000, 100_000):
        assert Kernel(xy, bandwidth)(x) == pytest.approx(written_out(xy, x, bandwidth), rel=1e-12)


def test_the_exponential_falls_per_kilometre_and_an_area_is_as_far_from_itself_as_its_land_is_wide() -> None:
    surface = np.array([1e6, 4e6, 0.0])
    found = Kernel([[0, 0], [3000, 4000], [0, 1000]], 1000, "exponential", surface)(np.eye(3))
    away = np.array([[np.sqrt(0.6), 5, 1], [5, np.sqrt(2.4), np.hypot(3, 3)], [1, np.hypot(3, 3), 0]])
    assert found == pytest.approx(np.exp(-away), rel=1e-12)
    assert (found == found.T).all()


@pytest.mark.parametrize("weight", ["biweight", "exponential"])
def test_the_unit_of_length_does_not_matter_if_all_are_in_it(weight: Literal["biweight", "exponential"]) -> None:
    xy, x = cells(12, kept=60), people(60, 0.5)
    surface = np.full(60, 250.0**2)
    in_metres, in_feet = (Kernel(xy * by, 1000 * by, weight, surface * by**2)(x) for by in (1, 3.28084))
    assert in_feet == pytest.approx(in_metres, rel=1e-9)


def test_leading_axes_pass_through() -> None:
    xy, x = cells(12, kept=60), np.random.default_rng(3).poisson(9.0, (3, 2, 60)).astype(np.float64)
    for kernel in (Kernel(xy, 1000), Kernel(xy + np.random.default_rng(4).random(xy.shape), 1000)):
        assert kernel(x).shape == (3, 2, 60)
        assert (kernel(x)[1, 0] == kernel(x[1, 0])).all()


def test_many_layers_are_taken_a_few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    xy, x = cells(12), people(144)
    together = Kernel(xy, 1000)(np.tile(x, (5, 1)))
    monkeypatch.setattr("seg_pipeline.geography.lattice.AT_ONCE", 1)
    assert (Kernel(xy, 1000)(np.tile(x, (5, 1))) == together).all()


def test_areas_that_share_a_place_are_in_full_around_each_other() -> None:
    kernel = Kernel([[0, 0], [0, 0], [500, 0]], 1000)
    assert kernel(np.array([1.0, 10, 100])) == pytest.approx([11 + 56.25, 11 + 56.25, 100 + 11 * 0.5625])


def test_one_area_has_itself_around() -> None:
    assert Kernel([[385_000, 6_671_000]], 1000)([7.0]).tolist() == [7]


@pytest.mark.parametrize(
    "given",
    [
        {"xy": [[np.nan, 0], [0, 1]]},
        {"xy": [0, 1]},
        {"xy": [["east", "north"]]},
        {"bandwidth": 0},
        {"bandwidth": np.nan},
        {"weight": "uniform"},
        {"weight": "exponential", "surface": [1.0]},
        {"weight": "exponential", "surface": [1.0, np.nan]},
    ],
)
def test_a_kernel_that_cannot_be_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(BadCoordinates):
        Kernel(**dict[str, Any](xy=[[0, 0], [0, 1]], bandwidth=1000) | given)


def test_numbers_that_are_no_counts_are_refused() -> None:
    kernel = Kernel([[0, 0], [0, 1000]], 1000)
    with pytest.raises(BadCoordinates, match="2 areas"):
        kernel([1.0, 2, 3])
    for wrong in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="0 or more"):
            kernel([1.0, wrong])

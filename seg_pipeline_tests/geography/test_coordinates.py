"""Coordinates: what is read, and what is refused before it can make a number."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from seg_pipeline.geography import BadCoordinates, distances, points
from seg_pipeline.settings import CLONE

HELSINKI, ESPOO = "POINT (385567 6671939)", "POINT (375000.5 6672000)"


def test_points_are_read_from_their_text() -> None:
    expected = [[385567, 6671939], [375000.5, 6672000]]
    assert points([HELSINKI, ESPOO]).tolist() == expected
    assert points(pd.Series([HELSINKI, " point(3.750005E5 6672000)"])).tolist() == expected


@pytest.mark.parametrize(
    ("centroid", "said"),
    [
        (None, "area 1: None is not a POINT"),
        (float("nan"), "area 1: nan is not a POINT"),
        ("POINT EMPTY", "area 1: 'POINT EMPTY' is not a POINT"),
        ("POINT (nan 6671939)", "is not a POINT"),
        ("POINT (385567)", "is not a POINT"),
        ("POINT (1e999 6671939)", "area 1 has no coordinates"),
        ("POINT (24.94 60.17)", "looks like degrees"),
        ("POINT (6671939 385567)", "outside the box"),
        ("POINT (25496000 6672000)", "outside the box"),
        (HELSINKI, "two areas have the same place"),
    ],
)
def test_a_place_that_cannot_be_is_refused_and_named(centroid: object, said: str) -> None:
    with pytest.raises(BadCoordinates, match=re.escape(said)):
        points([HELSINKI, centroid])


def test_another_countrys_metres_are_taken_when_asked_for_but_not_degrees() -> None:
    assert points(["POINT (2600000 1200000)", "POINT (100 200)"], within=None).tolist() == [[2.6e6, 1.2e6], [100, 200]]
    with pytest.raises(BadCoordinates, match="degrees"):
        points(["POINT (7.44 46.95)", "POINT (8.54 47.37)"], within=None)


def test_no_areas_have_no_points() -> None:
    with pytest.raises(BadCoordinates):
        points([])


def test_distances_are_in_metres() -> None:
    assert distances([[0, 0], [300, 400], [0, 1000]]).tolist() == [
        [0, 500, 1000],
        [500, 0, np.hypot(300, 600)],
        [1000, np.hypot(300, 600), 0],
    ]


def test_importing_geography_loads_numpy_only() -> None:
    code = "from seg_pipeline import geography; import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=CLONE)
    loaded = set(done.stdout.split())
    assert not {module for module in loaded if module.partition(".")[0] in {"scipy", "pandas"}}
    assert {module for module in loaded if module.startswith("seg_pipeline.")} == {
        f"seg_pipeline.geography{part}" for part in ("", ".coordinates", ".kernel", ".lattice", ".neighbours")
    }

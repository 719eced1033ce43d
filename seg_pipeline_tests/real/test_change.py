"""What moved segregation between two years in R's schools, and how soon that is known.

R's ``mutual_difference`` gives these terms when its fitting goes on to a precision of 1e-12. At the precision it uses
by itself the fitting stops early, and the structural term has the wrong sign.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from seg_pipeline.indicators.change import change, difference
from seg_pipeline.indicators.registry import Counts

pytestmark = pytest.mark.real
Find = Callable[[str], Path]
FOLDER = "segregation_benchmarks"
CONVERGED = {
    "additions": -0.0034127763,
    "removals": -0.0114050931,
    "group_marginal": 0.0162504232,
    "area_marginal": -0.0167399786,
    "structural": 0.0031535410,
}


@pytest.fixture(scope="module")
def schools(shared: Find) -> tuple[Counts, Counts]:
    """The races (rows) in the schools of either year (columns), in 2000 and in 2005."""
    years = []
    for year in ("00", "05"):
        with shared(f"{FOLDER}/schools{year}.csv").open(encoding="utf-8", newline="") as file:
            years.append({(row["race"], row["school"]): float(row["n"]) for row in csv.DictReader(file)})
    races, names = (sorted({key[part] for year in years for key in year}) for part in (0, 1))
    before, after = (np.array([[year.get((race, name), 0.0) for name in names] for race in races]) for year in years)
    return before, after


def test_the_terms_of_mutual_information(schools: tuple[Counts, Counts]) -> None:
    found = change(*schools)
    assert found.terms == pytest.approx(CONVERGED, abs=1e-9)
    assert found.after - found.before == pytest.approx(-0.0121538839, abs=1e-9)


def test_r_comes_to_the_same_terms_where_it_is_made_to_converge(shared: Find, schools: tuple[Counts, Counts]) -> None:
    with shared(f"{FOLDER}/r_segregation_values.csv").open(encoding="utf-8", newline="") as file:
        published = {row["key"]: float(row["value"]) for row in csv.DictReader(file)}
    terms = {
        name if name != "area_marginal" else "unit_marginal": term for name, term in change(*schools).terms.items()
    }
    at = "difference shapley precision={} seed=1 {}".format
    assert terms == pytest.approx({name: published[at("1e-12", name)] for name in terms}, abs=1e-9)
    assert published[at("0.001", "structural")] < 0 < terms["structural"]


def test_the_terms_of_entropy_sum_to_its_change(schools: tuple[Counts, Counts]) -> None:
    found = change(*schools, index="entropy")
    assert sum(found.terms.values()) == pytest.approx(0.389284843308532 - 0.418808314641945, abs=1e-9)


def test_two_cities_of_schools(schools: tuple[Counts, Counts]) -> None:
    found = difference(*schools)
    assert sum(found.terms.values()) == pytest.approx(found.after - found.before, abs=1e-12)


def test_two_thousand_schools_take_less_than_eighty_milliseconds(schools: tuple[Counts, Counts]) -> None:
    def seconds() -> float:
        began = time.perf_counter()
        change(*schools)
        return time.perf_counter() - began

    assert min(seconds() for _ in range(5)) < 0.08

"""What moved the real figures from release to release: every index of the eleven cities, and two of them by hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from seg_pipeline import catalogue, tables
from seg_pipeline.classifications import CITY_CODES, CONTRASTS, ORDERED, PARTITIONS
from seg_pipeline.geography.crosswalk import through_time
from seg_pipeline.indicators import INDICATORS, compute
from seg_pipeline.indicators.waterfall import Side, waterfall
from seg_pipeline.quality import contracts
from seg_pipeline_tests.conftest import PAAVO
from seg_pipeline_tests.real.test_releases import HIGH, LOW, delivered, plainly

pytestmark = pytest.mark.real
Find = Callable[[str], Path]
Moved = Callable[[str, str], tuple[pd.DataFrame, float]]
Pair = tuple[float, float]  # of the lowest and the highest class
PAIRS = [("2018", "2020"), ("2020", "2026"), ("2018", "2026")]
FIGURE = tables.key("moved")[:-1]


class Releases(NamedTuple):
    """Everything of the three national releases, and the crosswalk between their divisions."""

    counts: pd.DataFrame
    areas: pd.DataFrame
    indicators: pd.DataFrame
    crosswalk: pd.DataFrame

    def until(self, release: str) -> Side:
        """A snapshot that was published when this release was the newest."""
        told = [of[of["release"] <= release].reset_index(drop=True) for of in (self.counts, self.indicators)]
        return Side(release, told[0], self.areas[self.areas["boundary_vintage"] <= int(release)], told[1])


@pytest.fixture(scope="module")
def releases(shared: Find) -> Releases:
    told = [delivered(shared, release) for release in PAAVO]
    counts, areas = (
        pd.concat([of[of["city"].isin(CITY_CODES)] for of in every], ignore_index=True)
        for every in ([of.counts for of in told], [of.areas for of in told])
    )
    published = compute(counts, areas, contrasts=CONTRASTS, ordered=ORDERED, partitions=PARTITIONS)
    return Releases(counts, areas, published, pd.concat(through_time(areas, land="postal_boundaries", codes="paavo")))


@pytest.fixture(scope="module")
def moved(releases: Releases) -> Moved:
    """Return what gives what moved between two such snapshots, and in how many seconds that was known."""

    @cache
    def between(before: str, after: str) -> tuple[pd.DataFrame, float]:
        one, other = releases.until(before), releases.until(after)
        begun = time.perf_counter()
        found = waterfall(one, other, releases.crosswalk, ordered=ORDERED, definitions=catalogue.rows("definitions"))
        return tables.conform(found, "moved"), time.perf_counter() - begun

    return between


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_the_terms_of_every_figure_sum_to_its_change(moved: Moved, before: str, after: str) -> None:
    found, seconds = moved(before, after)
    assert contracts.findings(found, "moved") == []
    whole = found[found["term"] == "total"].set_index(FIGURE)
    terms = found[found["term"] != "total"].groupby(FIGURE, dropna=False)["value"].sum()
    exact = (whole["to_value"] - whole["from_value"]).astype("float64")
    deviation = (terms.reindex(exact.index).fillna(0) - exact).abs().max()
    unseparated = found[found["term"] == "unseparated"]["note"].value_counts().to_dict()
    print(f"{before} → {after}: {len(whole)} figures, {deviation:.1e} at most, {unseparated}, {seconds:.1f} s")  # noqa: T201
    assert deviation <= 1e-9
    assert set(whole.index.get_level_values("city")) == set(CITY_CODES)
    assert set(whole.index.get_level_values("indicator")) == set(INDICATORS)
    assert len(whole) > 1_700 and seconds < 20
    assert set(unseparated) == ({"one_definition"} if after == "2026" else set())


def test_education_is_not_separated_where_its_definition_changed_and_everything_else_is(moved: Moved) -> None:
    found, _ = moved("2020", "2026")
    unseparated = found[found["term"] == "unseparated"]
    assert set(unseparated["dimension"]) == {"education"}
    assert len(unseparated) == (found[found["term"] == "total"]["dimension"] == "education").sum()


def test_the_method_gives_every_published_value_again(moved: Moved) -> None:
    assert not [pair for pair in PAIRS if "method_change" in set(moved(*pair)[0]["term"])]


def people(shared: Find, release: str, city: str) -> dict[str, Pair | None]:
    """Return the people of the lowest and the highest class by area, read plainly; None where hidden."""
    found: dict[str, Pair | None] = {}
    for area, of, row in plainly(shared(PAAVO[release]), release):
        if of == city:
            low, high = row[LOW[release]], row[HIGH[release]]
            base = float(row.get("18 vuotta täyttäneet yhteensä (HR)", "30"))
            hidden = low in ("", "...") or 0 < base < 30
            found[area] = None if hidden else (float(low), float(high))
    return found


def apart(pairs: dict[str, Pair]) -> float:
    """Dissimilarity, in plain Python."""
    x, y = (sum(pair[at] for pair in pairs.values()) for at in (0, 1))
    return sum(abs(low / x - high / y) for low, high in pairs.values()) / 2


def in_sizes(seed: dict[str, Pair], of: dict[str, Pair]) -> dict[str, Pair]:
    """Return the odds of `seed` in the sizes of areas and groups of another year: one factor, found by halving."""
    size, wanted = {area: sum(pair) for area, pair in of.items()}, sum(low for low, _ in of.values())

    def lows(factor: float) -> dict[str, float]:
        return {
            area: size[area] * low * factor / (low * factor + high) if low else 0.0
            for area, (low, high) in seed.items()
        }

    least, most = 1e-6, 1e6
    for _ in range(200):
        middle = (least * most) ** 0.5
        least, most = (middle, most) if sum(lows(middle).values()) < wanted else (least, middle)
    return {area: (low, size[area] - low) for area, low in lows(least).items()}


@pytest.mark.parametrize("city", ["091", "398", "297"])
@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_dissimilarity_of_income_moved_as_a_calculation_by_hand_says(
    moved: Moved, shared: Find, city: str, before: str, after: str
) -> None:
    told, retold = people(shared, before, city), people(shared, after, city)
    first, last = ({area: of for area, of in side.items() if of} for side in (told, retold))
    stays = {area: of for area, of in first.items() if area in retold}  # codes are all that leads on
    came = {area: of for area, of in last.items() if area in told}
    hidden = {area for area in told.keys() & retold.keys() if not (told[area] and retold[area])}
    one, other = ({area: of for area, of in side.items() if area not in hidden} for side in (stays, came))
    kept = [area for area in one if sum(one[area]) and sum(other[area])]
    start, end = ({area: side[area] for area in kept} for side in (one, other))
    swapped, back = apart(in_sizes(end, start)), apart(in_sizes(start, end))
    structure = (swapped - apart(start) + apart(end) - back) / 2
    expected = {
        "total": apart(last) - apart(first),
        "boundary_change": apart(stays) - apart(first) + apart(last) - apart(came),
        "suppressed": apart(one) - apart(stays) + apart(came) - apart(other),
        "structure": structure,
        "composition": apart(other) - apart(one) - structure,
    }
    found, _ = moved(before, after)
    mine = found[(found["city"] == city) & (found["dimension"] == "income") & (found["indicator"] == "dissimilarity")]
    terms = dict(zip(mine["term"], mine["value"], strict=True))
    assert dict.fromkeys(expected, 0.0) | terms == pytest.approx(expected, abs=1e-10)

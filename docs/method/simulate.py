"""The simulation study behind `uncertainty.md`: cities whose truth is known, and what the engine says of them.

    .venv/bin/python docs/method/simulate.py [cities in each cell, default 1000]

Writes `bias.csv` (how far each correction is from the truth, on average) and `coverage.csv` (how often the published
intervals hold the truth, and how often one is published) beside this file.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from truths import PAAVO, SHARES, TRUTHS, Numbers, mixes, shares, sizes

from seg_pipeline import indicators
from seg_pipeline.geography import Kernel
from seg_pipeline.indicators import inference, mixture
from seg_pipeline.indicators.cells import Cells, pack, stacked
from seg_pipeline.indicators.registry import INDICATORS

HERE = Path(__file__).parent
TOGETHER = 20
BOOTSTRAPPED = 30
COMPARED = 200  # cities of a cell for which all candidates are computed
BIASED = ("dissimilarity", "entropy", "isolation", "gini")


def city(size: str, kind: str, strength: float, of_city: float, seed: list[int]) -> tuple[Cells, Cells]:
    """Return one draw of a city as cells, and its truth as cells."""
    random = np.random.default_rng(seed)
    t = sizes(size, random)
    p = shares(kind, strength, of_city, t, random)
    x = random.binomial(t.astype(int), p)
    return pack(x, t.astype(np.int64) - x), Cells(t * p, t * (1 - p), np.ones(len(t)))


def other_corrections(cells: Cells, random: Numbers) -> dict[tuple[str, str], Numbers]:
    """Return what other corrections make of D, H and isolation: the candidates that were not chosen."""
    x, y, n = cells
    t = x + y
    raw = inference.family(cells)
    d, h = raw["dissimilarity"], raw["entropy"]
    share = (n * x).sum(-1) / (n * t).sum(-1)
    city_entropy = -(share * np.log(share) + (1 - share) * np.log1p(-share))
    areas = n.sum(-1)
    unbiased = (n * x * (x - 1) / np.maximum(t - 1, 1) * (t > 1)).sum(-1) / (n * x * (t > 1)).sum(-1)
    stream = np.random.default_rng(1)
    again = []
    for of_city, people, times in zip(x, t, n, strict=True):
        size, areas_of = (np.repeat(of, times.astype(int)) for of in (people, of_city / np.maximum(people, 1)))
        drawn = stream.binomial(size.astype(int), areas_of, (BOOTSTRAPPED, len(size))).astype(np.float64)
        again.append(indicators.dissimilarity.over(drawn, size - drawn).mean())
    return {
        ("dissimilarity", "raw"): d, ("entropy", "raw"): h, ("isolation", "raw"): raw["isolation"],
        ("gini", "raw"): raw["gini"],
        ("dissimilarity", "Carrington–Troske"): (d - random) / (1 - random),
        ("dissimilarity", "bootstrap"): 2 * d - np.array(again),
        ("entropy", "Miller–Madow"): h - (areas - 1) / (2 * (n * t).sum(-1) * city_entropy),
        ("isolation", "unbiased"): unbiased,
    }  # fmt: skip


def two_groups(cities: int, cell: tuple[str, float, str]) -> list[dict[str, Any]]:
    """Return the rows of one cell: area size, the group's share, and kind of truth."""
    size, of_city, named = cell
    at = (SHARES.index(of_city), list(TRUTHS).index(named), size == "postal")
    errors: dict[tuple[str, str], list[float]] = {}
    held: dict[str, list[tuple[bool, bool, float]]] = {}
    for begun in range(0, cities, TOGETHER):
        draws = [city(size, *TRUTHS[named], of_city, [*map(int, at), one]) for one in range(begun, begun + TOGETHER)]
        seen = stacked([draw for draw, _ in draws])
        truth = {name: np.array([float(found) for found in (inference.family(of)[name] for _, of in draws)])
                 for name in inference.family(draws[0][1])}  # fmt: skip
        found = inference.estimate(seen)
        made = _candidates(seen, found["dissimilarity"].expected_if_random) if begun < COMPARED else {}
        for (name, how), values in made.items():
            errors.setdefault((name, how), []).extend(values - truth[name])
        for name, estimate in found.items():
            said = estimate.interval == "published"
            inside = (estimate.lower <= truth[name]) & (truth[name] <= estimate.upper)
            held.setdefault(name, []).extend(zip(said, inside, estimate.reliability, strict=True))
    case = {"areas": size, "share": of_city, "truth": named}
    rows = [case | {"index": name, "correction": how, "bias": np.mean(off), "error": np.sqrt(np.mean(np.square(off)))}
            for (name, how), off in errors.items()]  # fmt: skip
    return rows + [case | {"index": name} | _coverage(told) for name, told in held.items()]


def _candidates(cells: Cells, random: Numbers) -> dict[tuple[str, str], Numbers]:
    """Return what every candidate makes of the indices, published or not."""
    made = other_corrections(cells, random)
    for how, degree in (("mixture", mixture.DEGREE), ("logit-normal", 2)):
        kept, mixture.DEGREE = mixture.DEGREE, degree
        fitted = mixture.fit(cells.x, cells.x + cells.y, cells.n)
        mixture.DEGREE = kept
        x, y = fitted.people * fitted.p, fitted.people * (1 - fitted.p)
        made |= {(name, how): INDICATORS[name].over(x, y) for name in BIASED}
    return made


def _coverage(told: list[tuple[bool, bool, float]]) -> dict[str, Any]:
    said, inside, reliability = (np.array(of) for of in zip(*told, strict=True))
    return {
        "published": said.mean(), "coverage": inside[said].mean() if said.any() else "", "cities": len(said),
        "reliability": np.nanmean(reliability),
    }  # fmt: skip


def replicated(cities: int, cell: tuple[str, float, int]) -> list[dict[str, Any]]:
    """Return the rows of one cell of indices with replicates: area size, strength, number of groups."""
    size, strength, groups = cell
    held: dict[str, list[tuple[bool, bool, float]]] = {}
    for one in range(cities):
        random = np.random.default_rng([int(strength * 10), groups, size == "postal", one])
        t = sizes(size, random)
        side = int(np.ceil(np.sqrt(len(t))))
        grid = np.stack(np.divmod(np.arange(len(t)), side), axis=1) * 250.0
        xy = random.uniform(0, 20_000, (len(t), 2)) if size == "postal" else grid
        p = mixes(groups, strength, xy, random)
        counts = random.multinomial(t.astype(int), p.T).T.astype(np.float64)[None]
        around = Kernel(xy, 2000.0)
        indices = {name: index.over for name, index in INDICATORS.items() if index.needs == ("counts",)}
        indices["spatial_entropy@2000"] = lambda c, around=around: indicators.spatial_entropy.over(
            c[..., 0, :], c[..., 1:, :].sum(-2), around
        )
        indices["spatial_dissimilarity@2000"] = lambda c, around=around: indicators.spatial_dissimilarity.over(
            c[..., 0, :], c[..., 1:, :].sum(-2), around
        )
        indices["many_group_spatial_entropy@2000"] = lambda c, around=around: (
            indicators.many_group_spatial_entropy.over(c, around)
        )
        for name, estimate in inference.replicated(counts, indices).items():
            truth = float(indices[name]((p * t)[None])[0])
            inside = bool(estimate.lower[0] <= truth <= estimate.upper[0])
            held.setdefault(name, []).append((estimate.interval[0] == "published", inside, estimate.reliability[0]))
    case = {"areas": size, "share": f"{groups} groups", "truth": f"strength {strength}"}
    return [case | {"index": name} | _coverage(told) for name, told in held.items()]


def cells_of_study() -> Iterator[tuple[str, float, str]]:
    """Yield the cells of the two-group study."""
    for size in ("postal", "250 m"):
        for of_city in SHARES:
            yield from ((size, of_city, named) for named in TRUTHS if named != "Paavo, resampled" or PAAVO.exists())


def main(cities: int) -> None:
    """Run the study on two processors and write its tables."""
    with ProcessPoolExecutor(2) as pool:
        rows = [row for made in pool.map(partial(two_groups, cities), cells_of_study()) for row in made]
        more = [
            (size, strength, groups) for size in ("postal", "250 m") for strength in (0.3, 0.8) for groups in (3, 5)
        ]
        rows += [row for made in pool.map(partial(replicated, cities // 4), more) for row in made]
    for file, column in (("bias.csv", "bias"), ("coverage.csv", "coverage")):
        told = [{name: f"{value:.4f}" if isinstance(value, float) else value for name, value in row.items()}
                for row in rows if column in row]  # fmt: skip
        with (HERE / file).open("w", encoding="utf-8", newline="") as written:
            table = csv.DictWriter(written, list(told[0]), lineterminator="\n")
            table.writeheader()
            table.writerows(told)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)

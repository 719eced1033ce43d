"""One call from counts to indicators: every index with its uncertainty, for every city, geography, dimension and year.

A two-group index is taken over the areas where both groups are observed, a many-group index over those where all are.
What is left out lowers `coverage`; nothing is filled in.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from seg_pipeline.geography.coordinates import FINLAND, Box
from seg_pipeline.indicators import cells, comparison, inference
from seg_pipeline.indicators.inference import Estimate
from seg_pipeline.indicators.intake import CASE, Batch, batches, tidy
from seg_pipeline.indicators.places import Places
from seg_pipeline.indicators.registry import INDICATORS, Counts, Indicator

METHOD_VERSION = "3"
REST, ALL = "rest", "all"
ORDINAL = "ordinal"
DECIMALS = (12, 6, 6, 6, 6, 6, 6)  # of each number of an estimate: what no two machines' arithmetic disagrees about
COLUMNS = [
    *CASE, "boundary_vintage", "dimension", "group", "reference_group", "indicator", "scale", *Estimate._fields,
    "comparison_group", "areas", "population", "coverage", "status", "method_version",
]  # fmt: skip

THREADS = 2
Flags = npt.NDArray[np.bool_]
Rows = list[dict[str, Any]]


class Contrast(NamedTuple):
    """Two groups of a dimension that are compared; ``rest`` is everybody else."""

    dimension: str
    group: str
    reference_group: str = REST


def compute(
    counts: Any,
    areas: Any = None,
    *,
    contrasts: Iterable[Any] | None = None,
    ordered: Mapping[str, Mapping[str, int]] | None = None,
    partitions: Iterable[str] | None = None,
    within: Box | None = FINLAND,
    clock: dict[str, float] | None = None,
    threads: int | None = None,
) -> pd.DataFrame:
    """Return the indicators of a tidy table of `counts`: a row for each case, index, pair of groups and scale.

    `counts` is any table that speaks Arrow (`intake` says with which columns). `areas`, with ``area_id`` and any of
    ``centroid`` (WKT in metres) and ``surface`` (m²), adds the indices that need to know where areas are.

    `contrasts` are pairs of groups, each with ``dimension``, ``group`` and ``reference_group``; without them every
    group is compared with the rest. `partitions` names the dimensions whose groups are everybody, once each (without
    it, all): they have many-group indices. `ordered` gives the rank of each group of a dimension that has an order.
    `within` is the box in which centroids have to lie, in metres; None for another country's. `clock` is filled with
    the seconds of each step. The rows are the same with any number of `threads`.

    Raises BadCounts where the table is not one of counts, BadCoordinates where places are not in metres. A value that
    cannot be has a status: ``not_applicable`` (a group has no member), ``missing`` (no area is observed).
    """
    table, clock = tidy(counts), {} if clock is None else clock
    places = Places.of(areas, within)
    pairs = None if contrasts is None else [Contrast(c.dimension, c.group, c.reference_group) for c in contrasts]
    whole = None if partitions is None else set(partitions)
    tasks: list[Callable[[], Rows]] = []
    for batch in batches(table):
        for pair in pairs if pairs is not None else _each_group(batch):
            if pair.dimension == batch.dimension:
                tasks.append(partial(_two_groups, batch, pair, places, clock))
        if (whole is None or batch.dimension in whole) and len(batch.groups) > 1:
            tasks.append(partial(_many_groups, batch, (ordered or {}).get(batch.dimension, {}), places, clock))
    with ThreadPoolExecutor(threads or THREADS) as pool:
        rows = [row for made in pool.map(lambda task: task(), tasks) for row in made]
    with _timed(clock, "comparison of cities"):
        found = comparison.compared(pd.DataFrame(rows, columns=[c for c in COLUMNS if c != "comparison_group"]))
    return found[COLUMNS]


def _each_group(batch: Batch) -> list[Contrast]:
    pairs = [Contrast(batch.dimension, group) for group in batch.groups]
    return pairs[:1] if len(pairs) == 2 else pairs


def _two_groups(batch: Batch, pair: Contrast, places: Places, clock: dict[str, float]) -> Rows:
    x = batch.of(pair.group)
    y = batch.base - x if pair.reference_group == REST else batch.of(pair.reference_group)
    said = {"group": pair.group, "reference_group": pair.reference_group}
    seen: Flags = np.logical_not(np.isnan(x) | np.isnan(y))
    counts = np.where(seen[:, None], np.stack([x, y], axis=1), 0)
    with _timed(clock, "two groups"):
        cities = [cells.pack(*case) for case in counts.astype(np.int64)]
        rows = [*_rows(batch, said, inference.estimate(cells.stacked(cities)), seen, counts)]
    with _timed(clock, "two groups in space"):
        there = located(batch, counts, places, ("x", "y"))
        found_there = inference.replicated(counts, _all(there))
    for indices, known in there:
        rows += _rows(batch, said, {name: found_there[name] for name in indices}, known, counts, _any(known))
    return rows


def _many_groups(batch: Batch, rank: Mapping[str, int], places: Places, clock: dict[str, float]) -> Rows:
    said = {"group": ALL, "reference_group": ALL}
    seen: Flags = np.logical_not(np.isnan(batch.cells).any(axis=1))
    counts = np.where(seen[:, None], batch.cells, 0)
    plain = [index for index in INDICATORS.values() if index.needs == ("counts",)]
    unordered = {of.name: of.over for of in plain if of.family != ORDINAL}
    with _timed(clock, "many groups"):
        there = located(batch, counts, places, ("counts",))
        found = inference.replicated(counts, unordered | _all(there))
        of_ranks = _ordinal(counts, batch.groups, rank, plain) if rank else {}
    rows = [*_rows(batch, said, {name: found[name] for name in unordered} | of_ranks, seen, counts)]
    for indices, known in there:
        rows += _rows(batch, said, {name: found[name] for name in indices}, known, counts, _any(known))
    return rows


def _ordinal(
    counts: Counts, groups: tuple[str, ...], rank: Mapping[str, int], plain: list[Indicator]
) -> dict[str, Estimate]:
    """Return the ordinal indices; groups of the same rank are one class."""
    of_class = [[rank[group] == at for group in groups] for at in sorted(set(rank.values()))]
    classes = np.stack([counts[:, of].sum(1) for of in of_class], axis=1)
    return inference.replicated(classes, {of.name: of.over for of in plain if of.family == ORDINAL})


Located = list[tuple[dict[str, Callable[[Counts], Counts]], Flags]]


def located(batch: Batch, counts: Counts, places: Places, takes: tuple[str, ...], every_scale: bool = False) -> Located:
    """Return the indices that need places, as functions of counts, and the areas whose place is known.

    `takes` names the groups that the indices are of, and `every_scale` is as in ``Places.settings``.
    """
    found: Located = []
    lived_in = counts.sum(1) > 0
    for given, known in places.settings(batch, lived_in, every_scale):
        indices = {
            f"{index.name}@{given['scale']}": _with(index, takes, given, known, bool((known == lived_in).all()))
            for index in INDICATORS.values()
            if index.needs[: len(takes)] == takes and set(given) - {"scale"} == set(index.needs[len(takes) :])
        }
        if indices:
            found.append((indices, known))
    return found


def _all(located: Located) -> dict[str, Callable[[Counts], Counts]]:
    return {name: index for indices, _ in located for name, index in indices.items()}


def _with(
    index: Indicator, takes: tuple[str, ...], given: Mapping[str, Any], known: Flags, everywhere: bool
) -> Callable[[Counts], Counts]:
    """Return an index as a function of counts (cases, ..., groups, areas), with what else it needs."""

    def there(counts: Counts) -> Counts:
        def beside(of: Any) -> Any:
            return of.reshape(len(of), *[1] * (counts.ndim - 3), -1) if isinstance(of, np.ndarray) else of

        more = {name: beside(given[name]) for name in index.needs[len(takes) :]}
        if not everywhere:
            counts = counts * beside(known)[..., None, :]
        groups = (counts,) if takes == ("counts",) else (counts[..., 0, :], counts[..., 1, :])
        return index.over(*groups, **more)

    return there


def _rows(
    batch: Batch,
    said: dict[str, str],
    found: Mapping[str, Estimate],
    seen: Flags,
    counts: Counts,
    told: Flags | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield a row for each index of each case that is `told` of: all, where nothing else is said."""
    everyone: Counts = np.nan_to_num(batch.base).sum(axis=-1)
    covered: Counts = np.where(seen, np.nan_to_num(batch.base), 0).sum(axis=-1)
    areas: npt.NDArray[np.intp] = np.sum(seen & (counts.sum(axis=1) > 0), axis=-1)
    observed = _any(seen & (np.arange(seen.shape[-1]) < _lengths(batch)))
    for name, estimate in found.items():
        indicator, _, scale = name.partition("@")
        numbers = [np.round(of.astype(np.float64), digits) for of, digits in zip(estimate[:-1], DECIMALS, strict=True)]
        for case, fixed in enumerate(batch.fixed):
            if told is not None and not told[case]:
                continue
            defined = not np.isnan(estimate.value[case])
            yield (
                fixed
                | said
                | dict(zip(Estimate._fields, (of[case] for of in numbers), strict=False))
                | {
                    "boundary_vintage": max(batch.vintage[case]),
                    "indicator": indicator,
                    "scale": int(scale) if scale else None,
                    "interval": estimate.interval[case],
                    "areas": int(areas[case]),
                    "population": int(covered[case]),
                    "coverage": covered[case] / everyone[case] if everyone[case] else None,
                    "status": "observed" if defined else "not_applicable" if observed[case] else "missing",
                    "method_version": METHOD_VERSION,
                }
            )


def _any(known: Flags) -> Flags:
    some: Flags = np.any(known, axis=-1)
    return some


def _lengths(batch: Batch) -> npt.NDArray[np.intp]:
    return np.array([[len(area)] for area in batch.area_id])


@contextmanager
def _timed(clock: dict[str, float], step: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    clock[step] = clock.get(step, 0.0) + time.perf_counter() - begun

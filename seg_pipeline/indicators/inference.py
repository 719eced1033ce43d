"""Uncertainty as part of every number: expected if random, corrected for chance, interval, tests of difference.

The model: an area has a share of its own, and its count is one binomial draw. What an index *is* would be computed
from the shares; what is *seen* is computed from the counts, and small areas inflate it. `docs/method/uncertainty.md`
says how the methods here were chosen, by a simulation with known truth, and where none is good enough.

All work on several cities at once: the first axis of every array.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from seg_pipeline.indicators import mixture
from seg_pipeline.indicators.arithmetic import ratio
from seg_pipeline.indicators.cells import Cells
from seg_pipeline.indicators.registry import INDICATORS, Counts, Indicator

Z = 1.959963984540054  # of a two-sided 95 % interval
RELIABLE = 0.5  # part of the variance that is not chance, from which an interval of a packed index is published
RELIABLE_BY_NAME = {"gini": 0.95}  # needs more: it depends on the whole shape of the distribution
RELIABLE_REPLICATED = 0.6  # the same for an index whose interval comes from replicates
LEAST_AREAS = 5
REPLICATES, T = 30, 2.045229642132703  # T is Student's for 29 degrees of freedom, two-sided 95 %
SCATTERED = 10
SEED = 20270101
AT_ONCE = 1 << 22  # numbers in one array of replicates; bounds the memory
WINDOW, BINS = 4.5, 64  # standard deviations of a random share, and how many values stand for it
CURVE = 40  # nodes at which an index's derivative is taken
NUDGE = 1e-6

Many = Callable[[Counts], Counts]


class Estimate(NamedTuple):
    """An index of several cities with its uncertainty, each an array (cities,), NaN where there is none.

    `interval` is ``published``, or says why there is none: ``not_reliable`` (too much of what is seen is chance),
    ``few_areas``, ``not_estimated`` (the index itself is not defined).
    """

    value: Counts
    expected_if_random: Counts
    value_corrected: Counts
    lower: Counts
    upper: Counts
    standard_error: Counts
    reliability: Counts
    interval: npt.NDArray[np.object_]


def packed_indices() -> list[Indicator]:
    """Return the indices of two groups that depend on the areas' composition alone."""
    return [index for index in INDICATORS.values() if index.needs == ("x", "y")]


def family(cells: Cells, names: Iterable[str] | None = None) -> dict[str, Counts]:
    """Return the packed indices of two groups: all, or those named."""
    x, y = cells.n * cells.x, cells.n * cells.y
    return {index.name: index.over(x, y) for index in _named(names)}


def _named(names: Iterable[str] | None) -> list[Indicator]:
    return packed_indices() if names is None else [INDICATORS[name] for name in names]


def estimate(cells: Cells, names: Iterable[str] | None = None) -> dict[str, Estimate]:
    """Return the packed indices of two groups, all or those named, with their uncertainty.

    `cells` have shape (cities, pairs).

    The shares' distribution is estimated (`mixture`); an index corrected for chance is the index of it, and its
    variance follows from the index's derivative in it.
    """
    indices = _named(names)
    values = family(cells, [index.name for index in indices])
    both = ((cells.n * cells.x).sum(-1) > 0) & ((cells.n * cells.y).sum(-1) > 0)
    many = both & (cells.n.sum(-1) >= LEAST_AREAS)
    random = {name: np.full(len(both), np.nan) for name in values}
    found = {name: np.full((3, len(both)), np.nan) for name in values}  # corrected value, its error, reliability
    if both.any():
        scattered = _scattered(Cells(*(of[both] for of in cells)))
        for index in indices:
            random[index.name][both] = index.over(*scattered)
    if many.any():
        some = Cells(*(of[many] for of in cells))
        fitted = mixture.fit(some.x, some.x + some.y, some.n)
        corrected, influence = zip(*(_derivative(index, fitted) for index in indices), strict=True)
        errors = np.sqrt(fitted.variance(np.stack(influence, axis=-1)))
        for at, name in enumerate(values):
            found[name][:, many] = corrected[at], errors[:, at], fitted.reliability
    judged = {}
    for name, (centre, error, reliability) in found.items():
        least = RELIABLE_BY_NAME.get(name, RELIABLE)
        judged[name] = _judged(name, values[name], random[name], centre, error, reliability, least, many)
    return judged


def expected_if_random(cells: Cells, name: str) -> Counts:
    """Return the mean of a packed index if people were placed at random, for cells of shape (cities, pairs).

    It is the index of the distribution of shares that chance makes, exact for an index linear in it, such as D.
    """
    found: Counts = INDICATORS[name].over(*_scattered(cells))
    return found


def replicated(counts: Counts, indices: Mapping[str, Many]) -> dict[str, Estimate]:
    """Return indices of `counts`, (cities, groups, areas), with an uncertainty from replicates of the counts.

    An index is a function of (cities, ..., groups, areas). The replicates are drawn from shares whose variance is that
    of the areas without chance; how far their mean lies from the index of those shares is the correction. People
    placed without regard to area give `expected_if_random`.
    """
    t = counts.sum(-2, keepdims=True)
    city = ratio(counts.sum(-1, keepdims=True), t.sum(-1, keepdims=True))
    reliability, shares = _shrunk(counts, t, city)
    many = (t[:, 0] > 0).sum(-1) >= LEAST_AREAS
    values = {name: index(counts) for name, index in indices.items()}
    drawn = _replicates(shares, t, REPLICATES, indices)
    scattered = _replicates(np.broadcast_to(city, counts.shape), t, SCATTERED, indices)
    found = {}
    for name, index in indices.items():
        chance = drawn[name].mean(-1) - index(shares * t)
        error = drawn[name].std(-1, ddof=1) * T / Z
        found[name] = _judged(name.partition("@")[0], values[name], scattered[name].mean(-1), values[name] - chance,
                              error, reliability, RELIABLE_REPLICATED, many)  # fmt: skip
    return found


def p_values(difference: npt.ArrayLike, error: npt.ArrayLike) -> Counts:
    """Return the two-sided p-values of differences with these standard errors; never 0, and 1 where nothing varies."""
    from scipy.special import ndtr

    z = ratio(np.abs(np.asarray(difference, np.float64)), np.asarray(error, np.float64))
    return np.maximum(2 * ndtr(-z), np.finfo(float).tiny)


def letters(values: npt.ArrayLike, errors: npt.ArrayLike, level: float = 0.05) -> list[str]:
    """Return for each value the letters of its groups: two values with a letter in common cannot be told apart.

    Pairs are tested with Holm's correction, so that the chance of parting any two that are equal is at most `level`.
    `a` is the group with the highest values. Piepho 2004.
    """
    given = np.asarray(values, np.float64)
    order = np.argsort(-given, kind="stable")
    value, error = given[order], np.asarray(errors, np.float64)[order]
    one, other = np.triu_indices(len(value), 1)
    p = p_values(value[one] - value[other], np.hypot(error[one], error[other]))
    tested = np.argsort(p, kind="stable")
    apart = tested[np.minimum.accumulate(p[tested] <= level / (len(p) - np.arange(len(p))))]
    alike = np.ones((len(value), len(value)), dtype=bool)
    alike[one[apart], other[apart]] = alike[other[apart], one[apart]] = False
    members = sorted(_cliques([frozenset(np.flatnonzero(row).tolist()) - {at} for at, row in enumerate(alike)]))
    named = ["".join(_letter(at) for at, group in enumerate(members) if place in group) for place in range(len(value))]
    return [named[place] for place in np.argsort(order)]


def _cliques(alike: list[frozenset[int]]) -> Iterator[list[int]]:
    """Yield the largest groups of which all members are alike, each in order. Bron & Kerbosch 1973."""

    def grown(group: frozenset[int], may: frozenset[int], been: frozenset[int]) -> Iterator[list[int]]:
        if not may | been:
            yield sorted(group)
            return
        pivot = max(sorted(may | been), key=lambda at: len(may & alike[at]))
        for at in sorted(may - alike[pivot]):
            yield from grown(group | {at}, may & alike[at], been & alike[at])
            may, been = may - {at}, been | {at}

    yield from grown(frozenset(), frozenset(range(len(alike))), frozenset())


def _letter(at: int) -> str:
    return chr(ord("a") + at) if at < 26 else _letter(at // 26 - 1) + _letter(at % 26)


def _judged(
    name: str, value: Counts, random: Counts, centre: Counts, error: Counts, reliability: Counts, least: float,
    many: npt.NDArray[np.bool_],
) -> Estimate:  # fmt: skip
    """Return the estimate, without corrected value and interval where the study found them not good enough."""
    index = INDICATORS[name]
    defined = ~np.isnan(value) & ~np.isnan(random)
    with np.errstate(invalid="ignore"):
        good = defined & many & (reliability >= least) & ~np.isnan(centre)
    interval = np.select([~defined, ~many, ~good], ["not_estimated", "few_areas", "not_reliable"], "published")
    limits = (np.clip(of, index.low, index.high) for of in (centre, centre - Z * error, centre + Z * error))
    corrected, lower, upper, said = (np.where(good, of, np.nan) for of in (*limits, error))
    told = np.where(defined & many, reliability, np.nan)
    return Estimate(value, random, corrected, lower, upper, said, told, interval.astype(object))


def _derivative(index: Indicator, fitted: mixture.Mixture) -> tuple[Counts, Counts]:
    """Return the index of the shares' distribution, (cities,), and what a person more at each share does to it.

    The latter has shape (cities, nodes); it is taken at some nodes, also those beside the city's share, where D has a
    kink, and follows a straight line between them.
    """
    last, mean = (np.diff(fitted.p) > 0).sum(-1), (fitted.people * fitted.p).sum(-1, keepdims=True)
    even = np.linspace(0, last, CURVE, axis=-1).round().astype(int)  # of a city's own nodes, not of those filled up
    kink = (fitted.p < mean).sum(-1, keepdims=True) + np.array([-2, -1, 0, 1])
    at = np.sort(np.concatenate([even, np.clip(kink, 0, last[:, None])], axis=1), axis=1)
    moved = np.repeat(fitted.people[:, None] * (1 - NUDGE), at.shape[1] + 1, axis=1)
    cities, rows = np.indices(at.shape)
    moved[cities, rows, at] += NUDGE
    moved[:, -1] = fitted.people
    p = fitted.p[:, None]
    found = index.over(moved * p, moved * (1 - p))
    whole, slope = found[:, -1], (found[:, :-1] - found[:, -1:]) / NUDGE
    between = (np.interp(of, of[some], line) for of, some, line in zip(fitted.p, at, slope, strict=True))
    return whole, np.stack(list(between))


def _scattered(cells: Cells) -> tuple[Counts, Counts]:
    """Return cities as they would be on average if their people were placed at random: cells of two groups."""
    t = cells.x + cells.y
    p = (cells.n * cells.x).sum(-1, keepdims=True) / (cells.n * t).sum(-1, keepdims=True)
    size, weight = (t, cells.n) if len(t) > 1 else _sizes(t[0], cells.n[0])
    shares, chances = binomial_shares(size, p)
    people = (weight * size)[..., None] * chances
    return (people * shares).reshape(len(t), -1), (people * (1 - shares)).reshape(len(t), -1)


def _sizes(t: Counts, n: Counts) -> tuple[Counts, Counts]:
    """Return the distinct sizes of one city's areas, and how many areas have each."""
    size, of = np.unique(t, return_inverse=True)
    return size[None], np.bincount(of, weights=n).astype(np.float64)[None]


def binomial_shares(size: Counts, p: Counts) -> tuple[Counts, Counts]:
    """Return values of X/size and their weights for X ~ Binomial(size, p), with a last axis of BINS.

    Exact where the values that matter are at most BINS; else normal, in bins each at its own mean.
    """
    from scipy.special import gammaln, ndtr

    size, p = size[..., None], p[..., None]
    mean = size * p
    deviation = np.sqrt(mean * (1 - p))
    x = np.floor(np.maximum(mean - np.maximum(WINDOW * deviation, 3), 0)) + np.arange(BINS)
    ways = gammaln(size + 1) - gammaln(x + 1) - gammaln(np.maximum(size - x, 0) + 1)
    exact = np.where(x <= size, np.exp(ways + x * np.log(p) + (size - x) * np.log1p(-p)), 0)
    edges = np.linspace(-WINDOW, WINDOW, BINS + 1)
    normal, of_bins = np.diff(ndtr(edges)), -np.diff(np.exp(-(edges**2) / 2)) / np.sqrt(2 * np.pi)
    few = 2 * WINDOW * deviation < BINS - 2
    weights = np.where(few, exact, normal)
    shares = ratio(np.where(few, x, mean + deviation * of_bins / normal), size)
    return np.clip(shares, 0, 1), weights / weights.sum(-1, keepdims=True)


def _shrunk(counts: Counts, t: Counts, city: Counts) -> tuple[Counts, Counts]:
    """Return which part of the shares' variance is not chance, (cities,), and the shares without the part that is."""
    lived_in = t > 0
    shares = np.where(lived_in, ratio(counts, t), city)
    spread = (t * (shares - city) ** 2).sum((-2, -1))
    chance = (city * (1 - city)).sum((-2, -1)) * (lived_in.sum((-2, -1)) - 1)
    reliability = np.maximum(ratio(spread - chance, spread), 0)
    return reliability, city + np.sqrt(reliability)[:, None, None] * (shares - city)


def _replicates(shares: Counts, t: Counts, number: int, indices: Mapping[str, Many]) -> dict[str, Counts]:
    """Return each index of replicates of the counts, (cities, number); each area keeps its people.

    Every city has random numbers of its own, so that no city's result depends on which others there are.
    """
    streams = [np.random.default_rng(SEED) for _ in shares]
    together = max(1, AT_ONCE // shares.size)
    found: dict[str, list[Counts]] = {name: [] for name in indices}
    for begun in range(0, number, together):
        drawn = np.zeros((len(shares), min(together, number - begun), *shares.shape[1:]))
        for city, (stream, share, people) in enumerate(zip(streams, shares, t, strict=True)):
            there = people[0] > 0
            drawn[city][..., there] = stream.poisson((share * people)[:, there], (*drawn.shape[1:3], int(there.sum())))
        whole = drawn.sum(-2, keepdims=True)
        counts = np.where(whole > 0, drawn * ratio(t[:, None], whole), (shares * t)[:, None])
        for name, index in indices.items():
            found[name].append(index(counts))
    return {name: np.concatenate(parts, axis=1) for name, parts in found.items()}

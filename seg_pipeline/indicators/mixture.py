"""The areas' true shares behind their counts: an empirical Bayes deconvolution of the binomial (Efron 2016).

Each area has a share p of its own, and its count x of t people is one draw: x ~ Binomial(t, p). The distribution of p
over areas is estimated: log g(logit p) is a polynomial, its first two terms free (the logit-normal family) and the
higher ones held back by a ridge, on a grid as fine as the largest area needs. What follows from it for an area is
the posterior of its p; what follows for the city is the distribution of p over people.

All arrays have a first axis of cities, which are fitted side by side and do not touch each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.polynomial.hermite_e import hermevander

from seg_pipeline.indicators.arithmetic import ratio
from seg_pipeline.indicators.registry import Counts

DEGREE = 9  # of the polynomial; chosen by the simulation study in docs/method
RIDGE = 1.0  # prior precision of its third and higher coefficients, on features of unit variance
HARDLY = 1e-3  # the same of the first two: only that they exist
SPREAD = 3.5  # standard deviations within which a feature grows; outside it stays
NODES = (64, 220)  # least and most nodes of the grid
FARTHEST = 12.0  # of the grid, in logits: a share of 6 in a million
STEPS, TRIES = 60, 12
ENOUGH = 1e-4  # rise of the log-likelihood below which the climb ends
THINNED = 4000  # areas, evenly through all in order, that the climb looks at where there are more


@dataclass(frozen=True)
class Mixture:
    """The fitted distributions of shares of C cities, with N distinct pairs of counts, K nodes and d coefficients.

    `p` (C, K) are the nodes, ascending, and `prior` (C, K) their weights over areas; `likelihood` (C, N, K) is
    proportional to that of each pair; `features` (C, K, d) are the terms of log prior and `information` (C, d, d) is
    about their coefficients; `t` and `n` (C, N) are each pair's people and how many areas it stands for.
    """

    p: Counts
    prior: Counts
    likelihood: Counts
    features: Counts
    information: Counts
    t: Counts
    n: Counts

    @cached_property
    def people(self) -> Counts:
        """The distribution of p over people, (C, K): each area's posterior, weighted with its people."""
        weights: Counts = _over_nodes(self.likelihood, self.prior, self._share)
        return weights

    @cached_property
    def reliability(self) -> Counts:
        """The part of the shares' variance over people that is not chance, from 0 to 1, (C,)."""
        p, weights = self.p, self.people
        mean = (weights * p).sum(-1, keepdims=True)
        real = (weights * (p - mean) ** 2).sum(-1)
        chance = self.n.sum(-1) * (weights * p * (1 - p)).sum(-1) / (self.n * self.t).sum(-1)
        return ratio(real, real + chance)

    @property
    def _share(self) -> Counts:
        return self.n * self.t / (self.n * self.t).sum(-1, keepdims=True)

    def variance(self, influence: Counts) -> Counts:
        """Return the variance, (C, J), of indices with these influence functions, (C, K, J).

        It is that of the areas' shares given the prior, and that of the prior's coefficients.
        """
        every = influence.shape[-1]
        functions = np.concatenate([influence, influence**2, self.features], axis=-1)
        means = _posterior(self.likelihood, self.prior, functions)
        first, second, features = np.split(means, [every, 2 * every], axis=-1)
        of_shares = (self._share[..., None] ** 2 / np.maximum(self.n, 1)[..., None] * (second - first**2)).sum(-2)
        together = np.swapaxes(self.people[..., None] * influence, -1, -2) @ self.features
        slope = together - np.swapaxes(self._share[..., None] * first, -1, -2) @ features
        of_prior = (slope @ np.linalg.pinv(self.information, hermitian=True) * slope).sum(-1)
        return np.maximum(of_shares, 0) + np.maximum(of_prior, 0)


def fit(x: Counts, t: Counts, n: Counts) -> Mixture:
    """Return the distributions of shares behind `n` areas each with `x` of `t` people.

    All have shape (C, N); n is 0 where a city has fewer pairs than others. In each city 0 < ΣX < ΣT.
    """
    z, told = _grid(x, t, n)
    p = 1 / (1 + np.exp(-z))
    fewer = t - x
    log = x[..., None] * np.log(p)[:, None] + fewer[..., None] * np.log1p(-p)[:, None]
    likelihood = np.exp(log - log.max(-1, keepdims=True)) * told[:, None]
    mean, deviation = _moments(x, t, n)
    normal = (z - mean[:, None]) / deviation[:, None]
    nowhere = np.where(told, 0.0, -np.inf)
    some, of_some = _thinned(likelihood, n)
    start = np.tile([0.0, -1.0], (len(x), 1))
    line = np.stack([normal, normal**2 / 2], axis=-1)
    first = _climb(some, of_some, line, nowhere, start, np.full(2, HARDLY))
    features = _features(z, first)
    ridge = np.where(np.arange(DEGREE) < 2, HARDLY, RIDGE)
    prior = _climb(some, of_some, features, np.log(first) + nowhere, np.zeros((len(x), DEGREE)), ridge)
    return Mixture(p, prior, likelihood, features, _fisher(likelihood, n, features, prior, ridge), t, n)


def _grid(x: Counts, t: Counts, n: Counts) -> tuple[Counts, Counts]:
    """Return logits, (C, K), and where they are a city's own: cities with fewer nodes than others are filled up.

    They reach three deviations beyond every area, one node to a deviation of the most precise one.
    """
    there, p = n > 0, (x + 0.5) / (t + 1)
    z, deviation = np.log(p / (1 - p)), 1 / np.sqrt((t + 1) * p * (1 - p))
    low = np.maximum((z - 3 * deviation).min(-1, where=there, initial=np.inf), -FARTHEST)
    high = np.minimum((z + 3 * deviation).max(-1, where=there, initial=-np.inf), FARTHEST)
    finest = deviation.min(-1, where=there, initial=np.inf)
    nodes = np.clip((high - low) / finest, *NODES).astype(int)
    at = np.arange(nodes.max())
    step = ((high - low) / (nodes - 1))[:, None]
    return low[:, None] + step * np.minimum(at, nodes[:, None] - 1), (at < nodes[:, None]).astype(np.float64)


def _moments(x: Counts, t: Counts, n: Counts) -> tuple[Counts, Counts]:
    """Return mean and deviation of the logits, (C,), by unbiased moments: where the climb begins."""
    everyone = (n * t).sum(-1)
    p = (n * x).sum(-1) / everyone
    spread = (n * t * (ratio(x, t) - p[:, None]) ** 2).sum(-1) - p * (1 - p) * (n.sum(-1) - 1)
    variance = spread / np.maximum(everyone - (n * t * t).sum(-1) / everyone, 1)
    squared = np.log1p(np.maximum(variance, 1e-4 * p * (1 - p)) / (p * (1 - p)) ** 2)
    return np.log(p / (1 - p)) - squared * (0.5 - p), np.maximum(np.sqrt(squared), 0.3)


def _thinned(likelihood: Counts, n: Counts) -> tuple[Counts, Counts]:
    """Return the rows of a number of areas that lie evenly through all, and how many areas each stands for."""
    if n.shape[-1] <= THINNED:
        return likelihood, n
    areas = n.sum(-1, keepdims=True)
    wanted = (np.arange(THINNED) + 0.5) / THINNED * areas
    taken = np.stack([np.searchsorted(np.cumsum(of), at) for of, at in zip(n, wanted, strict=True)])
    some = np.take_along_axis(likelihood, taken[..., None], axis=1)
    return some, np.broadcast_to(areas / THINNED, taken.shape)


def _features(z: Counts, prior: Counts) -> Counts:
    """Return polynomials of z, (C, K, DEGREE), that are orthonormal under `prior`; one that cannot be told is 0."""
    mean = (prior * z).sum(-1, keepdims=True)
    deviation = np.sqrt(np.maximum((prior * (z - mean) ** 2).sum(-1, keepdims=True), 1e-6))
    powers = hermevander(np.clip((z - mean) / deviation, -SPREAD, SPREAD), DEGREE)
    triangle = np.linalg.qr(np.sqrt(prior)[..., None] * powers, mode="r")
    told = np.abs(np.diagonal(triangle, axis1=-2, axis2=-1)) > 1e-6
    lower = np.swapaxes(triangle, -1, -2) + np.eye(DEGREE + 1) * ~told[:, None]
    solved = np.swapaxes(np.linalg.solve(lower, np.swapaxes(powers, -1, -2)), -1, -2)
    features: Counts = (solved * told[:, None])[..., 1:]
    return features


def _climb(likelihood: Counts, n: Counts, features: Counts, base: Counts, at: Counts, ridge: Counts) -> Counts:
    """Return the priors that maximise the penalised likelihood of their coefficients, from those given by `at`.

    Newton's method, damped until each step climbs; where the surface is not concave, Fisher scoring.
    """

    def height(at: Counts) -> Counts:
        density = (likelihood @ _prior(base, features, at)[..., None])[..., 0]
        return (n * np.log(np.where(n > 0, density, 1))).sum(-1) - (ridge * at**2).sum(-1) / 2

    now, done = height(at), np.zeros(len(at), dtype=bool)
    damping = np.full((len(at), 1, 1), 1e-3)
    for _ in range(STEPS):
        gradient, curvature = _slope(likelihood, n, features, _prior(base, features, at), ridge)
        gradient = gradient - ridge * at
        diagonal = curvature * np.eye(curvature.shape[-1])
        for _ in range(TRIES):
            step = np.linalg.solve(curvature + damping * diagonal, gradient[..., None])[..., 0]
            then = height(at + step)
            climbs = then >= now
            if (climbs | done).all():
                break
            damping = np.where((climbs | done)[:, None, None], damping, damping * 8)
        taken = climbs & ~done
        done = done | ~climbs | (then - now < ENOUGH)
        at, now, damping = np.where(taken[:, None], at + step, at), np.where(taken, then, now), damping / 8
        if done.all():
            break
    return _prior(base, features, at)


def _prior(base: Counts, features: Counts, at: Counts) -> Counts:
    """Return the priors' weights: exp(base + features · at), summed to one."""
    log = base + (features @ at[..., None])[..., 0]
    weights = np.exp(log - log.max(-1, keepdims=True))
    return np.maximum(weights / weights.sum(-1, keepdims=True), 1e-300)


def _posterior(likelihood: Counts, prior: Counts, functions: Counts) -> Counts:
    """Return the posterior means of functions of p, (C, K, J), for each pair, (C, N, J)."""
    both = likelihood @ np.concatenate([prior[..., None], prior[..., None] * functions], axis=-1)
    means: Counts = both[..., 1:] / np.maximum(both[..., :1], 1e-300)
    return means


def _over_nodes(likelihood: Counts, prior: Counts, weights: Counts) -> Counts:
    """Return the sum of the pairs' posteriors, each with its weight, (C, K)."""
    density = np.maximum((likelihood @ prior[..., None])[..., 0], 1e-300)
    summed: Counts = ((weights / density)[:, None] @ likelihood)[:, 0] * prior
    return summed


def _slope(likelihood: Counts, n: Counts, features: Counts, prior: Counts, ridge: Counts) -> tuple[Counts, Counts]:
    """Return the log-likelihood's gradient in the coefficients, and the penalised one's negative curvature.

    Where the surface curves upwards Fisher's information stands in.
    """
    posterior = _posterior(likelihood, prior, features)
    mean, areas = (prior[:, None] @ features)[:, 0], n.sum(-1)[:, None, None]
    of_prior = _outer(features, prior) - mean[:, :, None] * mean[:, None]
    within = _outer(features, _over_nodes(likelihood, prior, n)) - _outer(posterior, n)
    curvature = areas * of_prior - within + np.diag(ridge)
    concave = np.linalg.eigvalsh(curvature)[:, 0] > 0
    if not concave.all():
        fisher = _fisher(likelihood, n, features, prior, ridge)
        curvature = np.where(concave[:, None, None], curvature, fisher)
    return (n[..., None] * (posterior - mean[:, None])).sum(-2), curvature


def _fisher(likelihood: Counts, n: Counts, features: Counts, prior: Counts, ridge: Counts) -> Counts:
    """Return the information on the coefficients as the sum of the areas' squared scores, and the ridge."""
    scores = _posterior(likelihood, prior, features) - prior[:, None] @ features
    return _outer(scores, n) + np.diag(ridge)


def _outer(of: Counts, weights: Counts) -> Counts:
    product: Counts = np.swapaxes(of * weights[..., None], -1, -2) @ of
    return product

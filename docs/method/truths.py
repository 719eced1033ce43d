"""Cities whose truth is known: sizes and shares of areas, with one or several groups, with and without a pattern."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
PAAVO = Path(__file__).parents[3] / "shared/data/paavo_pub2018_national/paavo_pub2018.csv"
SHARES = (0.01, 0.05, 0.17)
TRUTHS = {
    "even": ("even", 0.0), "logit-normal, weak": ("logit", 0.3), "logit-normal, medium": ("logit", 0.8),
    "logit-normal, strong": ("logit", 1.4), "two kinds, weak": ("two", 0.5), "two kinds, strong": ("two", 1.0),
    "skewed, weak": ("skew", 0.3), "skewed, strong": ("skew", 0.7), "beta, medium": ("beta", 0.5),
    "beta, strong": ("beta", 1.0), "grows with size": ("size", 0.8), "Paavo, resampled": ("paavo", 1.0),
}  # fmt: skip


def sizes(kind: str, random: np.random.Generator) -> Numbers:
    """Return people in each area: 90 postal areas of about 1,000, or 3,000 cells of 250 m with about 9."""
    if kind == "postal":
        return np.maximum(np.floor(random.lognormal(np.log(1000) - 0.32, 0.8, 90)), 30)
    return np.maximum(random.negative_binomial(1, 1 / 9, 3000), 1).astype(np.float64)


def shares(kind: str, strength: float, of_city: float, t: Numbers, random: np.random.Generator) -> Numbers:
    """Return each area's true share, with `of_city` as the share of all people."""
    z, middle = random.normal(size=len(t)), np.log(of_city / (1 - of_city))
    if kind == "even":
        return np.full(len(t), of_city)
    if kind == "beta":
        rho = min(strength**2 * of_city * (1 - of_city), 0.6)
        return random.beta(of_city * (1 / rho - 1), (1 - of_city) * (1 / rho - 1), len(t))
    if kind == "two":
        apart = np.where(random.random(len(t)) < 0.15, 1.5 * strength, -0.3 * strength) + 0.15 * z
    elif kind == "skew":
        apart = strength * (random.gamma(1, 1, len(t)) - 1)
    elif kind == "size":
        large = np.log(t)
        apart = strength * (0.5 * (large - large.mean()) / large.std() + np.sqrt(0.75) * z)
    elif kind == "paavo":
        apart = strength * random.choice(_paavo(), len(t))
    else:
        apart = strength * z
    logits = middle + apart
    for _ in range(8):
        p = 1 / (1 + np.exp(-logits))
        now = (t * p).sum() / t.sum()
        logits = logits + middle - np.log(now / (1 - now))
    return 1 / (1 + np.exp(-logits))


def _paavo() -> Numbers:
    """Return logits of the low incomes among low and high ones in Finland's larger postal areas, about their median."""
    with PAAVO.open(encoding="utf-8-sig", newline="") as file:
        pairs = [(float(row["hr_pi_tul"] or 0), float(row["hr_hy_tul"] or 0)) for row in csv.DictReader(file)]
    low, high = np.array([pair for pair in pairs if sum(pair) > 400]).T
    logits: Numbers = np.log((low + 0.5) / (high + 0.5))
    return logits - np.median(logits)


def field(xy: Numbers, random: np.random.Generator) -> Numbers:
    """Return a smooth random pattern over places, of variance about 1: waves of 2 to 20 km."""
    found = np.zeros(len(xy))
    for _ in range(60):
        length, angle, phase = random.uniform(2000, 20000), random.uniform(0, np.pi), random.uniform(0, 2 * np.pi)
        found += np.cos(2 * np.pi / length * (xy[:, 0] * np.cos(angle) + xy[:, 1] * np.sin(angle)) + phase)
    return found / np.sqrt(30)


def mixes(groups: int, strength: float, xy: Numbers, random: np.random.Generator) -> Numbers:
    """Return the true shares of several groups, (groups, areas): half in a pattern, half of its own."""
    middle = np.log(np.linspace(1, 4, groups) / np.linspace(1, 4, groups).sum())[:, None]
    own = random.normal(size=(groups, len(xy)))
    logits = middle + strength * np.sqrt(0.5) * (np.stack([field(xy, random) for _ in range(groups)]) + own)
    weights: Numbers = np.exp(logits)
    return weights / weights.sum(0)

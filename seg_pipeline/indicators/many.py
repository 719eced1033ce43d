"""Many groups at once: how unlike is the mix of groups from area to area?

`counts` has shape (..., groups, areas). With π_ig = x_ig/tᵢ and P_g = X_g/T.
"""

from __future__ import annotations

import numpy as np

from seg_pipeline.indicators.arithmetic import ratio, xlogx
from seg_pipeline.indicators.evenness import gini as two_group_gini
from seg_pipeline.indicators.information import information_of
from seg_pipeline.indicators.registry import Counts, indicator


def _shares(counts: Counts) -> tuple[Counts, Counts, Counts]:
    """Return tᵢ/T, π_ig and P_g, each with axes (..., groups, areas)."""
    t = counts.sum(-2, keepdims=True)
    everyone = t.sum(-1, keepdims=True)
    return t / everyone, ratio(counts, t), counts.sum(-1, keepdims=True) / everyone


@indicator(symbol="M", family="many groups", reference="Mora & Ruiz-Castillo 2011; Elbers 2021", high=np.inf)
def many_group_mutual_information(counts: Counts) -> Counts:
    """Return M = Σ p_ig log(p_ig/(p_i·p_g)) in nats, from 0 to the logarithm of the number of groups."""
    return information_of(counts)


@indicator(symbol="H", family="many groups", reference="Theil & Finizza 1971; Reardon & Firebaugh 2002")
def many_group_entropy(counts: Counts) -> Counts:
    """Return H = M/E with E = −Σ P_g·log P_g, from 0 (each area like the city) to 1 (each area of one group)."""
    size, mix, of_city = _shares(counts)
    return 1 - (size * xlogx(mix)).sum((-2, -1)) / xlogx(of_city).sum((-2, -1))


@indicator(symbol="D", family="many groups", reference="Morgan 1975; Sakoda 1981")
def many_group_dissimilarity(counts: Counts) -> Counts:
    """Return D = Σ (tᵢ/T)·|π_ig − P_g| / 2I with I = Σ P_g(1 − P_g), from 0 to 1."""
    size, mix, of_city = _shares(counts)
    return (size * np.abs(mix - of_city)).sum((-2, -1)) / (2 * (of_city * (1 - of_city)).sum((-2, -1)))


@indicator(symbol="G", family="many groups", reference="Reardon & Firebaugh 2002")
def many_group_gini(counts: Counts) -> Counts:
    """Return G = Σ_g Σᵢ Σⱼ (tᵢtⱼ/T²)·|π_ig − π_jg| / 2I, from 0 to 1: the mean G of each group against all others."""
    _, _, of_city = _shares(counts)
    weight = (of_city * (1 - of_city))[..., 0]
    rest = counts.sum(-2, keepdims=True) - counts
    return (weight * np.nan_to_num(two_group_gini.formula(counts, rest))).sum(-1) / weight.sum(-1)


@indicator(symbol="P*", family="many groups", reference="James 1986; Reardon & Firebaugh 2002")
def normalised_exposure(counts: Counts) -> Counts:
    """Return P* = Σ (tᵢ/T)·(π_ig − P_g)² / (1 − P_g), summed over areas and groups; 0 to 1."""
    size, mix, of_city = _shares(counts)
    return (size * ratio((mix - of_city) ** 2, 1 - of_city)).sum((-2, -1))


@indicator(symbol="KM", family="many groups", reference="Karmel & MacLachlan 1988; Silber 1992")
def karmel_maclachlan(counts: Counts) -> Counts:
    """Return KM = Σ |x_ig − tᵢ·P_g| / 2T, the share of people who would have to move; 0 to 1 (never reached)."""
    size, mix, of_city = _shares(counts)
    return (size * np.abs(mix - of_city)).sum((-2, -1)) / 2

"""Gaps: how far are the areas apart in a value, in the order of need or of socio-economic level?

Every array has the shape (areas,): ``value``, a rate or an amount for each person; ``people``, how many live there;
``rank_by``, what puts the areas in order. An area's rank is the part of all people whose areas come before it and half
of those whose areas come level with it, its own included: from 0 to 1, ½ on average. A gap runs from the low end of
`rank_by` to the high end. Areas where nobody lives count for nothing, and may lack a value and a rank.

The intervals are of 95 %. They take the areas and their ranks as given, and what sets a value apart from the line, or
from the mean, as chance. WHO 2013, Handbook on health inequality monitoring.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from seg_pipeline.indicators.registry import BadCounts, Counts, NotApplicable, checked

FEWEST = 3  # areas; through two a line passes exactly, whatever they are
SLIVER = 9  # decimals of the part of an area: what rounding leaves beyond them is nobody
FREE = 1e-9  # how free of an area's own value the line through it must at least be


class Gap(NamedTuple):
    """A gap and its 95 % interval; None where too few areas stand behind it for an interval."""

    value: float
    lower: float | None
    upper: float | None


class Ranked(NamedTuple):
    """The areas with people: value, part of all people, and which step of the order each stands on, from 0."""

    value: Counts
    part: Counts
    step: npt.NDArray[np.intp]

    @property
    def rank(self) -> Counts:
        """The middle of the people who rank alike, from 0 to 1."""
        below, up_to = _ends(self.part, self.step)
        return (below + up_to) / 2


class Line(NamedTuple):
    """The line through the areas: its height at rank ½, which is the mean, its slope, and what each area does to both.

    An area's effect is by how much the height, or the slope, would change without it, the other ranks as they are.
    """

    mean: float
    slope: float
    on_mean: Counts
    on_slope: Counts


def fifths(people: npt.ArrayLike, rank_by: npt.ArrayLike) -> tuple[Counts, Counts]:
    """Return how many people of each area belong to the lowest fifth of all people, and how many to the highest.

    An area on the border belongs in part; of areas that rank alike, each the same part. Raises as `slope_index`.
    """
    residents = checked(people)
    here = residents > 0
    below, up_to = _ends(*_ranked(residents, people, rank_by)[1:])
    low, high = residents.copy(), residents.copy()
    low[here] *= np.round(np.clip(0.2 - below, 0, up_to - below) / (up_to - below), SLIVER)
    high[here] *= np.round(np.clip(up_to - 0.8, 0, up_to - below) / (up_to - below), SLIVER)
    return low, high


def absolute_difference(value: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike) -> Gap:
    """Return the mean value of the group `high` less that of the group `low`, in the unit of `value`.

    A group is how many of its members live in each area, such as one of `fifths`. Raises BadCounts, and NotApplicable
    for a group without members.
    """
    bottom, of_bottom, some = _mean(value, low)
    top, of_top, others = _mean(value, high)
    return _gap(top - bottom, of_bottom + of_top, min(some, others) - 1)


def relative_difference(value: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike) -> Gap:
    """Return the mean value of the group `high` divided by that of the group `low`; 1 where they are equal.

    Raises as `absolute_difference`, and NotApplicable where one of the means is not above 0.
    """
    bottom, of_bottom, some = _mean(value, low)
    top, of_top, others = _mean(value, high)
    logarithm = _log_ratio(top, bottom)
    return _exp(_gap(logarithm, of_bottom / bottom**2 + of_top / top**2, min(some, others) - 1))


def slope_index(value: npt.ArrayLike, people: npt.ArrayLike, rank_by: npt.ArrayLike) -> Gap:
    """Return SII, by how much the line through the areas rises from rank 0 to rank 1, in the unit of `value`.

    Least squares on the rank, weighted by people. Raises BadCounts, and NotApplicable where fewer than three areas
    have people or all of them rank alike. Mackenbach & Kunst 1997.
    """
    areas = _ranked(value, people, rank_by)
    line = _line(areas)
    return _gap(line.slope, float((line.on_slope**2).sum()), len(areas.part) - 2)


def relative_index(value: npt.ArrayLike, people: npt.ArrayLike, rank_by: npt.ArrayLike) -> Gap:
    """Return RII, the height of the same line at rank 1 divided by its height at rank 0; 1 where it is level.

    Raises as `slope_index`, and NotApplicable where the line is not above 0 at both ends. Mackenbach & Kunst 1997.
    """
    areas = _ranked(value, people, rank_by)
    line = _line(areas)
    bottom, top = line.mean - line.slope / 2, line.mean + line.slope / 2
    logarithm = _log_ratio(top, bottom)
    effect = (line.on_mean + line.on_slope / 2) / top - (line.on_mean - line.on_slope / 2) / bottom
    return _exp(_gap(logarithm, float((effect**2).sum()), len(areas.part) - 2))


def concentration_index(value: npt.ArrayLike, people: npt.ArrayLike, rank_by: npt.ArrayLike) -> Gap:
    """Return C = 2·Σ fᵢ·vᵢ·rᵢ/μ − 1, with f the part of all people, r the rank and μ the mean value.

    From −1 (all of the value at the low end) over 0 (the same everywhere, or no order in it) to 1. Raises as
    `slope_index`, and NotApplicable where a value is below 0 or all are 0. Wagstaff, Paci & van Doorslaer 1991; the
    interval after Kakwani, Wagstaff & van Doorslaer 1997 for grouped data, the variance within areas not being known.
    """
    areas = _ranked(value, people, rank_by)
    if (areas.value < 0).any() or not areas.value.any():
        raise NotApplicable("a concentration index is of values of 0 or more, and not all of them 0")
    relative = areas.value / (areas.part * areas.value).sum()
    index = float((areas.part * relative * (2 * areas.rank - 1)).sum())
    # the concentration curve: which part of the value lies below either end of the area's rank
    below, up_to = _ends(areas.part * relative, areas.step)
    spread = relative * (2 * areas.rank - 1 - index) + 1 - below - up_to - index
    return _gap(index, float((areas.part * spread**2).sum()) / len(spread), len(spread) - 2)


def bounded_concentration_index(
    value: npt.ArrayLike, people: npt.ArrayLike, rank_by: npt.ArrayLike, low: float = 0.0, high: float = 1.0
) -> Gap:
    """Return E = 8·Σ fᵢ·vᵢ·(rᵢ − ½)/(high − low), for values from `low` to `high`, such as a share: −1 to 1.

    It says the same, with the other sign, of who has something and of who lacks it; the concentration index does not.
    Raises as `slope_index`, and BadCounts for a value out of bounds. Erreygers 2009.
    """
    areas = _ranked(value, people, rank_by)
    if not low < high or (areas.value < low).any() or (areas.value > high).any():
        raise BadCounts(f"the values are not from {low} to {high}")
    line = _line(areas)
    scale = 8 * float((areas.part * (areas.rank - 0.5) ** 2).sum()) / (high - low)
    return _gap(scale * line.slope, float(((scale * line.on_slope) ** 2).sum()), len(areas.part) - 2)


def _ranked(value: npt.ArrayLike, people: npt.ArrayLike, rank_by: npt.ArrayLike) -> Ranked:
    """Return the areas with people, in the order given. Raises BadCounts, NotApplicable."""
    residents = checked(people)
    here = residents > 0
    values, order = _of_areas(value, here), _of_areas(rank_by, here)
    if len(values) < FEWEST:
        raise NotApplicable(f"a gap is between {FEWEST} areas or more, and people live in {len(values)}")
    part = residents[here] / residents.sum()
    _, step = np.unique(order, return_inverse=True)
    if not step.any():
        raise NotApplicable("all areas rank alike")
    return Ranked(values, part, step)


def _ends(part: Counts, step: npt.NDArray[np.intp]) -> tuple[Counts, Counts]:
    """Return, for each area, the sum of the parts on the steps below its own, and up to its own."""
    sums = np.concatenate([[0.0], np.cumsum(np.bincount(step, weights=part))])
    return sums[step], sums[step + 1]


def _of_areas(given: npt.ArrayLike, here: npt.NDArray[np.bool_]) -> Counts:
    """Return what is given for the areas that are `here`. Raises BadCounts where it is not a number for each."""
    array = np.asarray(given, dtype=np.float64)
    if here.ndim != 1 or array.shape != here.shape:
        raise BadCounts(f"the arrays have different areas: {array.shape} and {here.shape}")
    if not np.isfinite(array[here]).all():
        raise BadCounts("an area with people has no value, or no rank")
    return array[here]


def _line(areas: Ranked) -> Line:
    """Return the line of least squares, each area weighted by its people.

    The effects give the variances that hold however the areas scatter (HC3, MacKinnon & White 1985). They are NaN
    where the line passes through an area whatever its value.
    """
    centred = areas.rank - 0.5
    of_rank = float((areas.part * centred**2).sum())
    mean = float((areas.part * areas.value).sum())
    slope = float((areas.part * centred * areas.value).sum()) / of_rank
    rest = areas.value - mean - slope * centred
    freedom = 1 - areas.part * (1 + centred**2 / of_rank)
    effect = areas.part * np.divide(rest, freedom, out=np.full_like(rest, np.nan), where=freedom > FREE)
    return Line(mean, slope, effect, effect * centred / of_rank)


def _mean(value: npt.ArrayLike, members: npt.ArrayLike) -> tuple[float, float, int]:
    """Return a group's mean value, its variance as a ratio from a sample of areas (Cochran 1977), and their number."""
    weight = checked(members)
    values, weight = _of_areas(value, weight > 0), weight[weight > 0]
    if not len(weight):
        raise NotApplicable("a group has no members")
    part, areas = weight / weight.sum(), len(weight)
    mean = float((part * values).sum())
    return mean, float((part**2 * (values - mean) ** 2).sum()) * areas / max(areas - 1, 1), areas


def _log_ratio(top: float, bottom: float) -> float:
    """Return the logarithm of top/bottom. Raises NotApplicable where either is not above 0."""
    if not (top > 0 and bottom > 0):
        raise NotApplicable("a ratio is between two values above 0")
    return float(np.log(top / bottom))


def _exp(gap: Gap) -> Gap:
    """Return the gap of which this is the logarithm; without its interval if that has no end among numbers."""
    with np.errstate(over="ignore"):
        value, lower, upper = (float(np.exp(np.nan if end is None else end)) for end in gap)
    return Gap(value, lower, upper) if np.isfinite(upper) else Gap(value, None, None)


def _gap(value: float, variance: float, freedom: int) -> Gap:
    """Return the value with the interval of Student's t."""
    if freedom < 1 or np.isnan(variance):
        return Gap(value, None, None)
    from scipy.special import stdtrit

    reach = float(stdtrit(freedom, 0.975)) * float(np.sqrt(variance))
    return Gap(value, value - reach, value + reach)

"""What an indicator is: a function of counts over areas, with its symbol, range, direction and reference.

A formula is written over the last axis, the areas; axes before it (replicates, cases) pass through. The names of
its parameters say what it needs:

- ``x``, ``y``: two groups, shape (..., areas); ``counts``: many groups, shape (..., groups, areas), in the order of
  the classes where the index is ordinal;
- ``surface``: land area of each area in m², shape (areas,);
- ``around``: smooths an array (..., areas) to the local environment of each area (``geography.Kernel``);
- ``distance``: metres between areas, shape (areas, areas).

A formula gives NaN where its index is not defined (a group without members); whoever calls the index by its name
gets ``NotApplicable`` instead, and ``compute`` a status.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.float64]
Formula = Callable[..., Any]
OVERSHOOT = 1e-9  # rounding may carry a value this far beyond its range; farther is a fault, and not hidden


class BadCounts(ValueError):
    """Numbers that are no counts over areas."""


class NotApplicable(BadCounts):
    """The index is not defined for these counts, such as for a group without members."""


@dataclass(frozen=True)
class Indicator:
    """An index. `name` is also its key in ``data/catalogue/indicators.csv``, where its texts are.

    `more` says whether a higher value means more segregation.
    """

    name: str
    symbol: str
    family: str
    reference: str
    low: float
    high: float
    more: bool
    formula: Formula
    needs: tuple[str, ...]

    def __call__(self, *counts: npt.ArrayLike, **given: Any) -> Any:
        """Return the index of `counts` (and what else the formula names). Raises BadCounts, NotApplicable."""
        arrays = [checked(of) for of in counts]
        try:
            np.broadcast_shapes(*(of.shape for of in arrays))
        except ValueError:
            raise BadCounts(f"the groups have different areas: {[of.shape for of in arrays]}") from None
        found = self.over(*arrays, **given)
        if np.isnan(found).any():
            raise NotApplicable(f"{self.name} is not defined here: a group has no members, or nothing varies")
        return found if np.ndim(found) else float(found)

    def over(self, *counts: Any, **given: Any) -> Any:
        """Return the index of arrays known to be counts, NaN where it is not defined."""
        with np.errstate(invalid="ignore", divide="ignore"):
            found = self.formula(*counts, **given)
        beyond = np.maximum(self.low - found, found - self.high)
        if (beyond > OVERSHOOT).any():
            raise AssertionError(f"{self.name} left its range by {np.nanmax(beyond)}")
        return np.minimum(np.maximum(found, self.low), self.high)


INDICATORS: dict[str, Indicator] = {}


def indicator(
    symbol: str, family: str, reference: str, low: float = 0.0, high: float = 1.0, more: bool = True
) -> Callable[[Formula], Indicator]:
    """Register a formula as an index under the name of its function."""

    def register(formula: Formula) -> Indicator:
        needs = tuple(name for name, p in inspect.signature(formula).parameters.items() if p.default is p.empty)
        made = Indicator(formula.__name__, symbol, family, reference, low, high, more, formula, needs)
        made.__dict__["__doc__"] = formula.__doc__
        return INDICATORS.setdefault(made.name, made)

    return register


def checked(counts: npt.ArrayLike) -> Counts:
    """Return `counts` as an array. Raises BadCounts where one is negative, infinite or not a number."""
    try:
        array = np.asarray(counts, dtype=np.float64)
    except (TypeError, ValueError):
        raise BadCounts("counts are numbers, one for each area") from None
    if array.ndim == 0 or array.shape[-1] == 0:
        raise BadCounts("there is no area")
    if not (array >= 0).all() or np.isinf(array.max()):
        raise BadCounts("a count is a number of 0 or more")
    return array

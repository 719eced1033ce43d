"""What an indicator is: a function of two groups' counts over areas, with its symbol, range and reference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.float64]
Index = Callable[[Counts, Counts], float]


@dataclass(frozen=True)
class Indicator:
    """An index of two groups. `name` is also its key in ``data/catalogue/indicators.csv``."""

    name: str
    symbol: str
    family: str
    reference: str
    index: Index


INDICATORS: dict[str, Indicator] = {}


def indicator(symbol: str, family: str, reference: str) -> Callable[[Index], Index]:
    """Register an index under the name of its function."""

    def register(index: Index) -> Index:
        name = index.__name__
        INDICATORS[name] = Indicator(name, symbol, family, reference, index)
        return index

    return register

"""A statistical cube as PX files and JSON-stat carry it: dimensions with codes and labels, one flat array of cells."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt
import pandas as pd

from seg_pipeline.sources.refusal import Refused, quoted


@dataclass(frozen=True)
class Dimension:
    """One axis of a cube: its code and label, and the code and label of each of its categories, in order."""

    code: str
    label: str
    codes: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Cube:
    """Cells in row-major order, the last dimension fastest.

    `values` is NaN where there is no number; `marks` then holds the source's own token (``.``, ``..``, ``...``), and
    is empty where there is one.
    """

    title: str
    dimensions: tuple[Dimension, ...]
    values: npt.NDArray[np.float64]
    marks: npt.NDArray[np.object_]

    def __post_init__(self) -> None:
        """Refuse a cube whose cells are not as many as its dimensions make."""
        expected = prod(len(dimension.codes) for dimension in self.dimensions)
        if not len(self.values) == len(self.marks) == expected:
            raise Refused("cells", found=f"{len(self.values):,}", expected=f"{expected:,}")

    def dimension(self, prefix: str) -> Dimension:
        """Return the dimension whose code or label begins with `prefix`, in any case of letters; refuse its lack."""
        wanted = prefix.casefold()
        for dimension in self.dimensions:
            if dimension.code.casefold().startswith(wanted) or dimension.label.casefold().startswith(wanted):
                return dimension
        found = ", ".join(dimension.code for dimension in self.dimensions)
        raise Refused("missing_dimension", found=quoted(found), expected=quoted(prefix))

    def frame(self) -> pd.DataFrame:
        """Return a row per cell: a column per dimension (its category codes, as str), ``value`` and ``mark``."""
        sizes = [len(dimension.codes) for dimension in self.dimensions]
        columns, inner = {}, prod(sizes)
        for dimension, size in zip(self.dimensions, sizes, strict=True):
            inner //= size or 1
            at = np.tile(np.repeat(np.arange(size), inner), len(self.values) // (size * inner) if size * inner else 0)
            columns[dimension.code] = pd.Series(pd.array(dimension.codes, "str").take(at))
        return pd.DataFrame(columns).assign(value=self.values, mark=self.marks)

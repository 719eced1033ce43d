"""Areas that are cells of a regular grid: sums over surrounding cells as convolutions, by fast Fourier transform.

A transform leaves noise of about 1e-16 of the largest sums in every cell. It is not cut off at a guessed threshold:

- counts and weights that are whole numbers have whole sums, so these are rounded, and exact, as long as the error
  bound of the transform is below a quarter;
- otherwise a second convolution, of who is where at all with what is within reach at all, has whole sums too. Where
  it finds nobody the sum is 0, and elsewhere at least the least weight times the least count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
AT_ONCE = 1 << 22  # cells transformed in one go; bounds the memory
ERROR = 12 * np.finfo(np.float64).eps  # of a convolution by transform, times log₂ of its cells and both norms


@dataclass(frozen=True)
class Lattice:
    """Areas as cells of a grid: metres from cell to cell, and row and column of each area."""

    step: float
    row: npt.NDArray[np.intp]
    column: npt.NDArray[np.intp]

    @classmethod
    def of(cls, xy: Numbers) -> Lattice | None:
        """Return the coarsest lattice of whole metres that the points (areas, 2) lie on, or None."""
        moved = np.stack([of - of.min() for of in xy.T])
        whole = moved.astype(np.intp)
        step = int(np.gcd.reduce(whole, axis=None))
        if step == 0 or not (whole == moved).all():
            return None
        column, row = whole // step
        return cls(float(step), row, column)

    def padded(self, reach: float) -> tuple[int, int]:
        """Return the shape of a transform in which cells within `reach` metres do not meet round the edge."""
        from scipy.fft import next_fast_len

        around, sizes = int(reach // self.step), (int(self.row.max()) + 1, int(self.column.max()) + 1)
        rows, columns = (int(next_fast_len(size + min(around, size - 1), real=True)) for size in sizes)
        return rows, columns

    def single(self) -> bool:
        """Say whether no two areas share a cell."""
        taken = np.zeros((int(self.row.max()) + 1, int(self.column.max()) + 1), dtype=bool)
        taken[self.row, self.column] = True
        return int(np.count_nonzero(taken)) == len(self.row)


class Convolution:
    """Sums over the other cells around each cell, weighted by distance; no two areas share a cell.

    `weight` takes squared metres and gives 0 beyond `reach`. `scale` times any weight is a whole number; it is None
    where there is no such number.
    """

    def __init__(
        self, lattice: Lattice, weight: Callable[[Numbers], Numbers], reach: float, scale: float | None
    ) -> None:
        """Lay the weights out round the first cell; they are transformed when first used."""
        self.shape = lattice.padded(reach)
        self.cell = lattice.row * self.shape[1] + lattice.column
        rows, columns = (np.minimum(np.arange(size), size - np.arange(size)) for size in self.shape)
        weights = weight(lattice.step**2 * np.add.outer(rows**2, columns**2))
        weights[0, 0] = 0
        self.scale = scale
        self.weights = weights if scale is None else np.rint(weights * scale)

    @cached_property
    def _transform(self) -> npt.NDArray[np.complex128]:
        return _rfft2(self.weights)

    @cached_property
    def _transform_of_reach(self) -> npt.NDArray[np.complex128]:
        return _rfft2((self.weights > 0).astype(np.float64))

    @cached_property
    def _error(self) -> float:
        return float(ERROR * np.log2(self.weights.size + 1) * np.sqrt((self.weights**2).sum()))

    def __call__(self, x: Numbers) -> Numbers:
        """Return the sums around each area, for x of shape (layers, areas) with numbers of 0 or more."""
        together = max(1, AT_ONCE // self.weights.size)
        return np.concatenate([self._sums(x[at : at + together]) for at in range(0, len(x), together)])

    def _sums(self, x: Numbers) -> Numbers:
        found = self._convolved(x, self._transform)
        exact = self.scale is not None and self._error * np.linalg.norm(x, axis=-1).max() < 0.25
        sums = np.rint(found) if exact and (x == np.rint(x)).all() else self._cleaned(found, x)
        return sums / (self.scale or 1)

    def _cleaned(self, found: Numbers, x: Numbers) -> Numbers:
        somebody = self._convolved((x > 0).astype(np.float64), self._transform_of_reach) > 0.5
        least = np.min(x, axis=-1, keepdims=True, where=x > 0, initial=np.inf)
        least_weight = self.weights.min(where=self.weights > 0, initial=np.inf)
        return np.where(somebody, np.maximum(found, least * least_weight), 0)

    def _convolved(self, x: Numbers, transform: npt.NDArray[np.complex128]) -> Numbers:
        from scipy.fft import irfft2

        cells = np.zeros((len(x), self.weights.size))
        cells[:, self.cell] = x
        found: Numbers = irfft2(_rfft2(cells.reshape(-1, *self.shape)) * transform, s=self.shape, overwrite_x=True)
        return found.reshape(cells.shape)[:, self.cell]


def _rfft2(of: Numbers) -> npt.NDArray[np.complex128]:
    from scipy.fft import rfft2

    transformed: npt.NDArray[np.complex128] = rfft2(of)
    return transformed

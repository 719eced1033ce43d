"""What lies around an area: sums over the areas within reach, nearer ones weighing more.

``Kernel`` is the smoother ``around`` of the spatial indices and the ``proximity`` of those of clustering.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt

from seg_pipeline.geography.coordinates import BadCoordinates, checked
from seg_pipeline.geography.lattice import Convolution, Lattice, Numbers

NEGLIGIBLE = 1e-12  # an exponential weight below this is 0
PAIR = 10.0  # cost of a pair of areas in a sparse matrix, built once and used once, a step of a transform being 1


class Kernel:
    """Weighted sums over the areas around each area, itself included.

    ``biweight``: (1 − (d/h)²)² within the bandwidth h, 1 at the area's own place.
    ``exponential``: exp(−d/h), 0 where that is below 1e-12; with h = 1000 it falls by e **per kilometre**. An area's
    distance to itself is √(0.6·aᵢ) with its `surface` aᵢ in m² (White 1983; Massey & Denton 1988), 0 without.

    `xy` and `bandwidth` are in metres. On a regular grid the sums are convolutions where that is quicker, otherwise
    a sparse matrix; the two agree. Areas that share a place are in full around each other.
    """

    def __init__(
        self,
        xy: npt.ArrayLike,
        bandwidth: float,
        weight: Literal["biweight", "exponential"] = "biweight",
        surface: npt.ArrayLike | None = None,
    ) -> None:
        """Raise BadCoordinates for coordinates, a bandwidth or a surface that cannot be."""
        self.xy = checked(xy)
        if not (np.isfinite(bandwidth) and bandwidth > 0):
            raise BadCoordinates(f"a bandwidth is a number of metres above 0, not {bandwidth}")
        if weight not in ("biweight", "exponential"):
            raise BadCoordinates(f"a kernel is biweight or exponential, not {weight}")
        self.bandwidth, self.kind = float(bandwidth), weight
        self.reach = self.bandwidth * (1 if weight == "biweight" else -np.log(NEGLIGIBLE))
        self.own = self._own(surface)
        self.sums: Callable[[Numbers], Numbers] = self._convolution() or self._matrix()

    def __call__(self, x: npt.ArrayLike) -> Numbers:
        """Return the sums of x around each area, both of shape (..., areas); x are numbers of 0 or more."""
        counts = np.asarray(x, dtype=np.float64)
        if counts.shape[-1:] != (len(self.xy),):
            raise BadCoordinates(f"the kernel stands on {len(self.xy)} areas, the numbers have shape {counts.shape}")
        if not (np.isfinite(counts) & (counts >= 0)).all():
            raise ValueError("a kernel sums numbers of 0 or more")
        layers = counts.reshape(-1, len(self.xy))
        return (self.sums(layers) + self.own * layers).reshape(counts.shape)

    def weight(self, squared: Numbers) -> Numbers:
        """Return the weight of another area at these squared metres."""
        relative = squared / self.bandwidth**2
        if self.kind == "biweight":
            return np.maximum(1 - relative, 0) ** 2
        decayed = np.exp(-np.sqrt(relative))
        return np.where(decayed < NEGLIGIBLE, 0, decayed)

    def _own(self, surface: npt.ArrayLike | None) -> Numbers:
        """Return the weight of each area at its own place."""
        if self.kind == "biweight" or surface is None:
            return np.ones(len(self.xy))
        land = np.asarray(surface, dtype=np.float64)
        if land.shape != (len(self.xy),) or not (np.isfinite(land) & (land >= 0)).all():
            raise BadCoordinates("a surface is a number of m², 0 or more, for each area")
        own: Numbers = np.exp(-np.sqrt(0.6 * land) / self.bandwidth)
        return own

    def _convolution(self) -> Convolution | None:
        """Return the sums as a convolution, None where the areas are no cells of a grid or are few in a wide one."""
        lattice = Lattice.of(self.xy)
        if lattice is None:
            return None
        cells, areas = float(np.prod(lattice.padded(self.reach))), len(self.xy)
        pairs = areas * min(areas, np.pi * (self.reach / lattice.step) ** 2)
        if cells * np.log2(cells + 1) > PAIR * pairs or not lattice.single():
            return None
        return Convolution(lattice, self.weight, self.reach, self._scale(lattice.step))

    def _scale(self, step: float) -> float | None:
        """Return what makes every weight on a grid a whole number: n⁴ where h/step = n/d, as (n² − d²r²)²/n⁴."""
        over = Fraction(self.bandwidth / step).limit_denominator(1000)
        exact = self.kind == "biweight" and float(over) == self.bandwidth / step and over.numerator**4 < 2**50
        return float(over.numerator**4) if exact else None

    def _matrix(self) -> Callable[[Numbers], Numbers]:
        """Return the sums as a product with the sparse matrix of the weights of all pairs within reach."""
        from scipy.sparse import csr_array
        from scipy.spatial import cKDTree

        tree = cKDTree(self.xy)
        pairs = tree.sparse_distance_matrix(tree, self.reach, output_type="ndarray")
        pairs = pairs[pairs["i"] != pairs["j"]]
        shape = (len(self.xy), len(self.xy))
        weights = csr_array((self.weight(pairs["v"] ** 2), (pairs["i"], pairs["j"])), shape=shape)
        return lambda x: (weights @ x.T).T

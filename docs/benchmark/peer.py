"""The peer's side of the benchmark: PySAL segregation, in its own environment, timed one task at a time.

Started by ``bench.py``. Reads lines ``task file.npz``, answers each with one line of JSON: seconds and value. The
frame that PySAL wants is made before the clock starts, and what numba compiles is compiled before it too.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
import time
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import shapely
from segregation.dynamics import compute_multiscalar_profile
from segregation.inference import SingleValueTest
from segregation.multigroup import MultiGini, MultiInfoTheory
from segregation.singlegroup import Dissim, DistanceDecayIsolation, Gini

TOLD = ("segregation", "libpysal", "numpy", "pandas", "geopandas", "numba")


def simulated(frame: pd.DataFrame, null: str, draws: int) -> np.ndarray:
    """Return D of each draw."""
    test = SingleValueTest(Dissim(frame, "x", "t"), iterations_under_null=draws, null_approach=null, n_jobs=1)
    return test.est_sim


TASKS = {
    "gini": lambda frame: Gini(frame, "x", "t").statistic,
    "interval": lambda frame: np.quantile(simulated(frame, "bootstrap", 1000), [0.025, 0.975]),
    "expected": lambda frame: simulated(frame, "evenness", 100).mean(),
    "spatial": lambda frame: compute_multiscalar_profile(
        frame, MultiInfoTheory, groups=["x", "y"], distances=[2000], function="bisquare"
    )[2000],
    "many_gini": lambda frame: MultiGini(frame, [name for name in frame if name.startswith("g")]).statistic,
    "decay": lambda frame: DistanceDecayIsolation(frame, "x", "t").statistic,
}


def frame_of(path: Path) -> pd.DataFrame:
    """Return the arrays of `path` as the frame that PySAL reads: with polygons where there are points."""
    with np.load(path) as arrays:
        columns = {name: arrays[name].astype(float) for name in arrays}
    if "counts" in columns:
        return pd.DataFrame({f"g{at}": group for at, group in enumerate(columns["counts"])})
    points, side = columns.pop("points", None), columns.pop("side", None)
    frame = pd.DataFrame(columns).assign(t=columns["x"] + columns["y"])
    if points is None:
        return frame
    east, north = points.T
    cells = shapely.box(east - side / 2, north - side / 2, east + side / 2, north + side / 2)
    return geopandas.GeoDataFrame(frame, geometry=cells, crs="EPSG:3067")


def say(told: dict[str, object]) -> None:
    """Write one line of JSON."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Answer line by line until there are no more."""
    Gini(pd.DataFrame({"x": [1.0, 2.0], "t": [3.0, 4.0]}), "x", "t")
    say({"versions": {name: importlib.metadata.version(name) for name in TOLD}})
    for line in sys.stdin:
        task, path = line.split(maxsplit=1)
        frame = frame_of(Path(path.strip()))
        begun = time.perf_counter()
        value = TASKS[task](frame)
        say({"seconds": time.perf_counter() - begun, "value": np.asarray(value, dtype=float).tolist()})


if __name__ == "__main__":
    main()

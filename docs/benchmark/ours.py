"""Our side of the benchmark: one small function for each thing measured, from input arrays to value.

A function imports what it measures when it is first called, which is before the clock starts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from inputs import Arrays

import seg_pipeline.indicators  # noqa: F401  registers every index

SCALES = (500.0, 1000.0, 2000.0, 4000.0)  # metres


def family(of: Arrays) -> Any:
    """Every index of two groups, packing included."""
    from seg_pipeline.indicators.cells import pack
    from seg_pipeline.indicators.inference import family as indices

    return indices(pack(of["x"], of["y"]))


def gini(of: Arrays) -> Any:
    """G of two groups."""
    from seg_pipeline.indicators import evenness

    return evenness.gini(of["x"], of["y"])


def interval(of: Arrays) -> Any:
    """D corrected for chance and its interval, packing included."""
    from seg_pipeline.indicators.cells import pack, stacked
    from seg_pipeline.indicators.inference import estimate

    found = estimate(stacked([pack(of["x"], of["y"])]), ["dissimilarity"])["dissimilarity"]
    return found.lower, found.upper


def expected(of: Arrays) -> Any:
    """D that is expected if people were placed at random."""
    from seg_pipeline.indicators.cells import pack, stacked
    from seg_pipeline.indicators.inference import expected_if_random

    return expected_if_random(stacked([pack(of["x"], of["y"])]), "dissimilarity")[0]


def many_gini(of: Arrays) -> Any:
    """G of many groups."""
    from seg_pipeline.indicators import many

    return many.many_group_gini(of["counts"])


def spatial(of: Arrays) -> Any:
    """Spatial H at one scale, the kernel made anew."""
    from seg_pipeline.geography import Kernel
    from seg_pipeline.indicators.spatial import spatial_entropy

    return spatial_entropy(of["x"], of["y"], around=Kernel(of["points"], 2000))


def profile(of: Arrays) -> Any:
    """Spatial H at 500 m, 1, 2 and 4 km, the kernels made anew."""
    from seg_pipeline.geography import Kernel
    from seg_pipeline.indicators.spatial import spatial_entropy

    return [spatial_entropy(of["x"], of["y"], around=Kernel(of["points"], scale)) for scale in SCALES]


def decay(of: Arrays) -> Any:
    """Distance-decay isolation, falling by e per kilometre, the kernel made anew."""
    from seg_pipeline.geography import Kernel
    from seg_pipeline.indicators.clustering import distance_decay_isolation

    surface = [of["side"] ** 2] * len(of["x"])
    return distance_decay_isolation(of["x"], of["y"], proximity=Kernel(of["points"], 1000, "exponential", surface))


def shapley(of: Arrays) -> Any:
    """What moved M from one year to another, term by term."""
    from seg_pipeline.indicators.change import change

    return change(of["first"], of["last"])


def everything(of: Any) -> Any:
    """The whole table of indicators as the pipeline makes it, from tables of counts and areas."""
    from seg_pipeline.classifications import CONTRASTS, ORDERED, PARTITIONS
    from seg_pipeline.indicators.compute import compute

    return compute(*of, contrasts=CONTRASTS, ordered=ORDERED, partitions=PARTITIONS)


OURS: dict[str, Callable[[Any], Any]] = {
    "family": family,
    "gini": gini,
    "interval": interval,
    "expected": expected,
    "many_gini": many_gini,
    "spatial": spatial,
    "profile": profile,
    "decay": decay,
    "shapley": shapley,
    "everything": everything,
}

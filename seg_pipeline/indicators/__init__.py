"""Counts in, indicators out: the whole family of segregation indices, each with its uncertainty.

``compute(counts)`` takes any tidy table and needs no catalogue, no settings and no Dagster. Each index can also be
called by its name: ``indicators.dissimilarity(x, y)``. Each is one function in its family's module, named in
`registry`.
"""

from seg_pipeline.indicators import local
from seg_pipeline.indicators.change import change, difference
from seg_pipeline.indicators.clustering import (
    absolute_clustering,
    distance_decay_interaction,
    distance_decay_isolation,
    moran,
    relative_clustering,
    spatial_proximity,
)
from seg_pipeline.indicators.compute import Contrast, compute
from seg_pipeline.indicators.concentration import absolute_concentration, delta, relative_concentration
from seg_pipeline.indicators.evenness import atkinson_01, atkinson_05, atkinson_09, dissimilarity, gini
from seg_pipeline.indicators.exposure import eta_squared, exposures, interaction, isolation
from seg_pipeline.indicators.inference import estimate
from seg_pipeline.indicators.information import between_and_within, diversity, entropy, mutual_information
from seg_pipeline.indicators.many import (
    karmel_maclachlan,
    many_group_dissimilarity,
    many_group_entropy,
    many_group_gini,
    many_group_mutual_information,
    normalised_exposure,
)
from seg_pipeline.indicators.ordinal import ordinal_entropy, ordinal_variance_ratio
from seg_pipeline.indicators.registry import INDICATORS, BadCounts, NotApplicable
from seg_pipeline.indicators.spatial import (
    macro_micro_ratio,
    many_group_spatial_dissimilarity,
    many_group_spatial_entropy,
    profile,
    spatial_dissimilarity,
    spatial_entropy,
    spatial_isolation,
)

__all__ = [
    "INDICATORS",
    "BadCounts",
    "Contrast",
    "NotApplicable",
    "absolute_clustering",
    "absolute_concentration",
    "atkinson_01",
    "atkinson_05",
    "atkinson_09",
    "between_and_within",
    "change",
    "compute",
    "delta",
    "difference",
    "dissimilarity",
    "distance_decay_interaction",
    "distance_decay_isolation",
    "diversity",
    "entropy",
    "estimate",
    "eta_squared",
    "exposures",
    "gini",
    "interaction",
    "isolation",
    "karmel_maclachlan",
    "local",
    "macro_micro_ratio",
    "many_group_dissimilarity",
    "many_group_entropy",
    "many_group_gini",
    "many_group_mutual_information",
    "many_group_spatial_dissimilarity",
    "many_group_spatial_entropy",
    "moran",
    "mutual_information",
    "normalised_exposure",
    "ordinal_entropy",
    "ordinal_variance_ratio",
    "profile",
    "relative_clustering",
    "relative_concentration",
    "spatial_dissimilarity",
    "spatial_entropy",
    "spatial_isolation",
    "spatial_proximity",
]

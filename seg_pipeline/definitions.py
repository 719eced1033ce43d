"""Dagster's door: everything that `defs` defines, and nothing else."""

import dagster as dg

from seg_pipeline.defs.books import BOOKS
from seg_pipeline.defs.picture import PICTURE_ASSETS
from seg_pipeline.defs.publication import PUBLICATION
from seg_pipeline.defs.refresh import refresh_job, yearly
from seg_pipeline.defs.resources import Editions, duckdb
from seg_pipeline.defs.situation import SITUATION
from seg_pipeline.defs.sources import SOURCES

defs = dg.Definitions(
    assets=[*SOURCES, *PICTURE_ASSETS, *BOOKS, *PUBLICATION, *SITUATION],
    jobs=[refresh_job],
    schedules=[yearly],
    resources={"editions": Editions(), "engine": duckdb()},
    executor=dg.in_process_executor,
)

"""Counts in, indicators out. Each index is one function in its family's module, named in `registry`."""

from seg_pipeline.indicators.compute import compute

__all__ = ["compute"]

"""From counts to indicators, as this catalogue asks for them; also the door by which another year's method is called.

``python -m seg_pipeline.defs.computing COUNTS.parquet AREAS.parquet OUT.parquet`` computes the table ``indicators``
of published tables, with the method of this code, and writes it to OUT; without words it prints the version of the
method. Every recipe has this door, and it stays as it is. Knows no Dagster. Exit status 2: it was not called like this.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from seg_pipeline import parquet, settings, tables
from seg_pipeline.classifications import CONTRASTS, ORDERED, PARTITIONS
from seg_pipeline.indicators.compute import METHOD_VERSION, compute


def indicators(counts: pd.DataFrame, areas: pd.DataFrame, clock: dict[str, float] | None = None) -> pd.DataFrame:
    """Return every index of each city, pair of groups and year, with its uncertainty."""
    return compute(
        small_areas(counts), areas, contrasts=CONTRASTS, ordered=ORDERED, partitions=PARTITIONS, clock=clock,
        threads=settings.current().threads,
    )  # fmt: skip


def small_areas(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the counts of areas within a city: a whole city is no place to be apart in."""
    return counts[counts["geography"] != "municipality"].reset_index(drop=True)


def main(words: list[str]) -> int:
    """Compute as the words say; return the exit status."""
    if not words:
        sys.stdout.write(f"{METHOD_VERSION}\n")
        return 0
    if len(words) != 3:
        sys.stderr.write("usage: python -m seg_pipeline.defs.computing [COUNTS.parquet AREAS.parquet OUT.parquet]\n")
        return 2
    counts, areas, out = map(Path, words)
    made = tables.conform(indicators(parquet.read(counts), parquet.read(areas)), "indicators")
    out.write_bytes(parquet.encode(made))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

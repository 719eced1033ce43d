"""Published snapshots, for analysts: ``snapshots.open("2026.1").table("indicators")``.

Importing this loads neither Dagster nor Great Expectations nor pandas. Publishing is in `publish`.
"""

from seg_pipeline.snapshots.store import MadeUpDataWarning, Snapshot, SnapshotError, as_of, open, versions  # noqa: A004

__all__ = ["MadeUpDataWarning", "Snapshot", "SnapshotError", "as_of", "open", "versions"]

"""What a snapshot says of the one before it: what moved each figure. Knows no Dagster."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from seg_pipeline import tables
from seg_pipeline.snapshots import Snapshot
from seg_pipeline.snapshots.publish import Beside


def since(content: Mapping[str, pd.DataFrame]) -> Callable[[Snapshot | None], Beside]:
    """Return what makes, from the snapshot before, the things that stand beside `content`."""

    def beside(before: Snapshot | None) -> Beside:
        first = before is None or not content
        return Beside(tables={"moved": tables.empty("moved")}, facts={"first": first})

    return beside

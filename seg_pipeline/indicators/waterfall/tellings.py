"""What the counts of one snapshot tell, case by case: one release's areas of one city, dimension and year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from seg_pipeline.geography.coordinates import Box
from seg_pipeline.indicators.compute import ALL, REST
from seg_pipeline.indicators.intake import TOTAL, as_pandas, batches, tidy
from seg_pipeline.indicators.places import Places
from seg_pipeline.indicators.registry import Counts

SUBJECT = ["source", "geography", "dimension"]


class Telling(NamedTuple):
    """`cells` (groups, areas) and `base` (areas,) of one city, NaN where hidden, and which areas these are."""

    groups: tuple[str, ...]
    cells: Counts
    base: Counts
    area_id: npt.NDArray[np.object_]
    vintage: npt.NDArray[np.object_]

    def table(self, group: str, reference: str, classes: tuple[tuple[str, ...], ...]) -> Counts:
        """Return what an index is of, (groups, areas), an area NaN where any of it is hidden.

        Two groups, or where `group` is ``all`` the `classes`, each the sum of its groups; a group not delivered is 0
        among all groups, and hidden as one of two.
        """
        if group == ALL:
            nobody = np.zeros_like(self.base)
            found = np.stack([sum((self._of(of, nobody) for of in one), nobody) for one in classes])
        else:
            x = self._of(group, np.full_like(self.base, np.nan))
            y = self.base - x if reference == REST else self._of(reference, np.full_like(self.base, np.nan))
            found = np.stack([x, y])
        return np.where(np.isnan(found).any(0), np.nan, found)

    def _of(self, group: str, otherwise: Counts) -> Counts:
        if group == TOTAL:
            return self.base
        return self.cells[self.groups.index(group)] if group in self.groups else otherwise


Case = tuple[str, str, str, Any, str]  # source, geography, dimension, year, release


@dataclass(frozen=True)
class Tellings:
    """Everything a snapshot tells of some subjects, by case and city, and where its areas are."""

    of: Mapping[Case, Mapping[str, Telling]]
    places: Places

    @classmethod
    def read(cls, counts: Any, areas: Any, subjects: pd.DataFrame, within: Box | None) -> Tellings:
        """Return what a snapshot's tables tell of `subjects`: source, geography and dimension."""
        table = as_pandas(counts)
        wanted = pd.MultiIndex.from_frame(table[SUBJECT]).isin(pd.MultiIndex.from_frame(subjects[SUBJECT]))
        told: dict[Case, dict[str, Telling]] = {}
        for batch in batches(tidy(table[wanted])):
            for at, (fixed, area_id) in enumerate(zip(batch.fixed, batch.area_id, strict=True)):
                part = slice(len(area_id))
                case = fixed["source"], fixed["geography"], batch.dimension, fixed["reference_year"], fixed["release"]
                told.setdefault(case, {})[fixed["city"]] = Telling(
                    batch.groups, batch.cells[at][:, part], batch.base[at][part], area_id, batch.vintage[at]
                )
        return cls(told, Places.of(areas, within))

    def releases(self, subject: tuple[str, str, str], city: str) -> dict[Any, list[str]]:
        """Return the releases, in order, that tell each year of a city."""
        found: dict[Any, list[str]] = {}
        for case in sorted(case for case, cities in self.of.items() if case[:3] == subject and city in cities):
            found.setdefault(case[3], []).append(case[4])
        return found

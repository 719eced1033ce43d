"""What every asset is made from, and which assets are out of date. Knows no Dagster, so that a look is cheap.

An asset is made from code, catalogue and lock, and from deliveries (a source's tables) or other tables. The
fingerprint of these is in the footer of its file; a file whose footer says something else is out of date.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from seg_pipeline import provenance
from seg_pipeline.defs.warehouse import Key, Warehouse, fingerprint
from seg_pipeline.snapshots import Snapshot
from seg_pipeline.snapshots.shelves.shelf import shelf
from seg_pipeline.sources import all_sources
from seg_pipeline.sources.archive import Archive, Receipt

COUNTS, AREAS, INDICATORS, SNAPSHOT = ("counts",), ("areas",), ("indicators",), ("snapshot",)
PROFILES, CHANGES = ("area_profiles",), ("changes",)
WELLBEING, FUNDING, CROSSWALK = ("wellbeing",), ("area_funding",), ("crosswalk",)
COVERAGE, REVISIONS, RECONCILIATION = ("coverage",), ("revisions",), ("reconciliation",)
BOOKS = ("deliveries", "revisions")  # the tables that every source has besides those it tells
GATHERED = (COUNTS, AREAS, WELLBEING, FUNDING, CROSSWALK, REVISIONS)  # what several sources tell, as one table


def _of_sources(table: str) -> list[Key]:
    return [(source.id, table) for source in all_sources().values() if table in (*source.tells, *BOOKS)]


FILES: dict[Key, list[Key]] = {  # the files of each asset
    **{(source.id,): [(source.id, table) for table in (*source.tells, *BOOKS)] for source in all_sources().values()},
    **{key: [key] for key in (*GATHERED, COVERAGE, RECONCILIATION, INDICATORS, PROFILES, CHANGES, SNAPSHOT)},
}
INPUTS: dict[Key, list[Key]] = {  # the files that an asset is made from; a source is made from its deliveries
    **{key: _of_sources(key[-1]) for key in GATHERED},
    CROSSWALK: [*_of_sources("crosswalk"), AREAS],
    COVERAGE: [file for source in all_sources() for file in FILES[source,] if file[-1] != "revisions"],
    RECONCILIATION: [COUNTS],
    INDICATORS: [COUNTS, AREAS],
    PROFILES: [COUNTS, AREAS],
    CHANGES: [COUNTS, INDICATORS],
    SNAPSHOT: [AREAS, COUNTS, WELLBEING, FUNDING, CROSSWALK, INDICATORS, PROFILES, CHANGES, COVERAGE, REVISIONS],
}


def upstream(key: Key) -> list[Key]:
    """Return the assets that an asset is made from."""
    return [of for of in FILES if any(file in INPUTS.get(key, []) for file in FILES[of])]


@dataclass(frozen=True)
class Edition:
    """One edition in one data folder: its deliveries and its tables."""

    year: int
    warehouse: Warehouse

    @cached_property
    def archive(self) -> Archive:
        """The archive that the edition reads."""
        return Archive(self.warehouse.settings.archive)

    def receipts(self) -> list[Receipt]:
        """Return the last revision of every delivery that counts for the edition, source by source."""
        return [receipt for source in all_sources() for receipt in self.archive.current(source, self.year)]

    def failures(self) -> dict[str, str]:
        """Return why a service did not answer, by source, where it did not when it was last asked."""
        tried = {source: self.archive.attempt(source, self.year) for source in all_sources()}
        return {
            source: f"the service did not answer on {last.when[:10]}: {last.why}"
            for source, last in tried.items()
            if last and last.outcome == "unavailable"
        }

    def made_from(self, key: Key) -> str:
        """Return the fingerprint of what an asset would be made from now."""
        if key not in INPUTS:
            counting = self.archive.counting(key[0], self.year)
            deliveries = [(r.source, r.release, r.part, r.revision, r.sha256) for part in counting for r in part]
            return fingerprint({"deliveries": deliveries, **provenance.all_digests()})
        inputs = {"/".join(of): self.warehouse.sha256(of, self.year) for of in INPUTS[key]}
        asked = {"failures": self.failures()} if key == COVERAGE else {}
        return fingerprint({"inputs": inputs, **asked, **provenance.all_digests()})

    def published(self) -> Snapshot | None:
        """Return the snapshot that the edition's tables became, if it is there.

        Raises SnapshotError when it is not as it was published.
        """
        if not self.warehouse.lineage(SNAPSHOT, self.year):
            return None
        version = str(self.warehouse.read(SNAPSHOT, self.year)["version"].iloc[0])
        place = shelf(self.warehouse.settings.snapshots)
        if version not in place.versions():
            return None
        found = Snapshot(version, place)
        found.require_sound()
        return found

    def stale(self) -> list[Key]:
        """Return the assets that are out of date, inputs before what is made from them."""
        found: list[Key] = []
        for key, files in FILES.items():
            made_from = self.made_from(key)
            behind = any(of in found for of in upstream(key))
            if behind or any(self.warehouse.lineage(file, self.year) != made_from for file in files):
                found.append(key)
        if SNAPSHOT not in found and not self.published():
            found.append(SNAPSHOT)
        return found

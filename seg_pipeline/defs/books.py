"""The books of an edition: what has arrived, what sources have revised, whether they agree."""

from collections.abc import Mapping

import pandas as pd

from seg_pipeline.classifications import CITIES
from seg_pipeline.defs.lineage import COUNTS, COVERAGE, INPUTS, RECONCILIATION, REVISIONS
from seg_pipeline.defs.making import OF_THE_CITIES, Making, picture
from seg_pipeline.defs.warehouse import Key
from seg_pipeline.quality import coverage as covering
from seg_pipeline.quality import reconciliation as reconciling
from seg_pipeline.sources import all_sources

SUBJECTS = {  # what a source's table says of each subject
    "counts": "SELECT filename, dimension AS subject, max(release) AS release, max(reference_year) AS year, "
    "count(*) AS rows FROM told GROUP BY ALL",
    "wellbeing": "SELECT filename, indicator AS subject, max(release) AS release, max(reference_year) AS year, "
    "count(*) AS rows FROM told GROUP BY ALL",
    "area_funding": "SELECT filename, funding AS subject, max(release) AS release, max(reference_year) AS year, "
    "count(*) AS rows FROM told GROUP BY ALL",
    "areas": "SELECT filename, geography AS subject, NULL::VARCHAR AS release, NULL::BIGINT AS year, "
    "count(*) AS rows FROM told GROUP BY ALL",
    "crosswalk": "SELECT filename, geography AS subject, max(release) AS release, NULL::BIGINT AS year, "
    "count(*) AS rows FROM told GROUP BY ALL",
}


@picture(REVISIONS)
def revisions(making: Making) -> pd.DataFrame:
    """Cells that a source has told twice, differently, of the eleven cities."""
    return making.gathered(REVISIONS, OF_THE_CITIES)


@picture(COVERAGE, "complete", covering.findings)
def coverage(making: Making) -> pd.DataFrame:
    """What has arrived for the edition: every source and subject, late, refused, waived or revised."""
    deliveries = {source: making.read((source, "deliveries")) for source in all_sources()}
    latest = {source: book.loc[book["outcome"] == "read", "release"].max() for source, book in deliveries.items()}
    told = {subject: said for table in SUBJECTS for subject, said in _told(making, table, latest).items()}
    cities = [city.id for city in CITIES]
    return covering.coverage(making.edition.year, cities, deliveries, told, making.edition.failures())


@picture(RECONCILIATION, reconciling.RULE, reconciling.findings)
def reconciliation(making: Making) -> pd.DataFrame:
    """Whether two sources agree on the people of a city."""
    return reconciling.reconcile(making.read(COUNTS))


def _told(making: Making, table: str, latest: Mapping[str, str]) -> dict[tuple[str, str, str], covering.Told]:
    """Return what every source's table of one name says of each subject; areas are of the `latest` release."""
    of: dict[str, Key] = {
        str(making.edition.warehouse.path(key, making.edition.year)): key
        for key in INPUTS[COVERAGE]
        if key[-1] == table
    }
    answer = making.ask(list(of.values()), SUBJECTS[table])
    rows = [] if answer is None else answer.to_dict("records")
    return {
        (of[row["filename"]][0], table, row["subject"]): covering.Told(
            row["release"] if pd.notna(row["release"]) else latest[of[row["filename"]][0]],
            None if pd.isna(row["year"]) else int(row["year"]),
            int(row["rows"]),
        )
        for row in rows
    }


BOOKS = [revisions, coverage, reconciliation]

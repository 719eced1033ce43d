"""What has arrived for an edition: every source, and every subject that it is expected to tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from seg_pipeline import catalogue, tables
from seg_pipeline.quality.finding import Finding

PARTS = {"counts": "counts", "areas": "areas", "schools": "counts", "wellbeing": "wellbeing", "funding": "area_funding"}
CITY_SUBJECTS = "cities"  # the source in the catalogue's table ``expected`` that stands for each city


class Told(NamedTuple):
    """What a source's tables hold on one subject."""

    release: str
    reference_year: int | None
    rows: int


def coverage(
    edition: int,
    cities: Sequence[str],
    deliveries: Mapping[str, pd.DataFrame],
    told: Mapping[tuple[str, str, str], Told],
    failed: Mapping[str, str],
) -> pd.DataFrame:
    """Return the table ``coverage``: a row per source, table and subject, with its status and why.

    `cities` are the sources that are cities, `deliveries` the table of that name of each source, `told` what the
    tables hold by source, table and subject, `failed` why a service did not answer when it was last asked.
    """
    waived = {
        (row["source"], row["table"], row["subject"]): row
        for row in catalogue.rows("waivers")
        if row["edition"] == str(edition)
    }
    rows: list[dict[str, Any]] = []
    subjects = set(told) | expected(deliveries, cities)
    silent = {source for source, book in deliveries.items() if len(book)} - {source for source, _, _ in subjects}
    for source, table, subject in sorted(subjects | {(source, "deliveries", "all") for source in silent}):
        found = told.get((source, table, subject))
        status, note = _status(edition, deliveries[source], table, found)
        row = {"edition": edition, "source": source, "table": table, "subject": subject, "status": status,
               "release": found and found.release, "reference_year": found and found.reference_year,
               "rows": found.rows if found else 0, "note": note, "who": None}  # fmt: skip
        if status not in ("arrived", "revised") and source in failed:
            row["note"] = "; ".join(filter(None, (note, failed[source])))
        waiver = waived.get((source, table, subject))
        if waiver and status not in ("arrived", "revised"):
            row |= {"status": "waived", "who": waiver["who"], "note": waiver["why"]}
        rows.append(row)
    columns = list(tables.CONTRACTS["coverage"].columns)
    return tables.conform(pd.DataFrame(rows, columns=columns), "coverage")


def findings(coverage: pd.DataFrame) -> list[Finding]:
    """Return a warning for each source that has not told all that it was expected to."""
    missing = coverage[coverage["status"].isin(["late", "refused", "absent"])]
    return [
        Finding("warn", str(source), str(status), _said(str(status), cases))
        for (source, status), cases in missing.groupby(["source", "status"], sort=True)
    ]


def _said(status: str, cases: pd.DataFrame) -> str:
    note = cases["note"].iloc[0]
    return f"{status}: {', '.join(cases['subject'])}" + (f"; {note}" if pd.notna(note) else "")


def expected(sources: Mapping[str, Any], cities: Sequence[str]) -> set[tuple[str, str, str]]:
    """Return the source, table and subject of everything that the catalogue waits for."""
    return {
        (source, row["table"], row["subject"])
        for row in catalogue.rows("expected")
        for source in (cities if row["source"] == CITY_SUBJECTS else [row["source"]])
        if source in sources
    }


def _status(edition: int, deliveries: pd.DataFrame, table: str, found: Told | None) -> tuple[str, str | None]:
    """Return the status of one subject, and what was wrong with a file of the edition, or is told no more."""
    own = deliveries[deliveries["release"].str[:4] == str(edition)]
    about = own[own["part"].map(lambda part: PARTS.get(part, table)) == table]
    refused = about.loc[about["outcome"] == "refused", "reason"]
    reason = str(refused.iloc[-1]) if len(refused) else None
    if found and found.release[:4] == str(edition):
        return ("revised" if (about["outcome"] == "replaced").any() else "arrived"), reason
    if reason:
        return "refused", reason
    lost = about.loc[(about["outcome"] == "replaced") & about["reason"].notna(), "reason"]
    return ("late" if found else "absent"), (str(lost.iloc[-1]) if len(lost) else None)

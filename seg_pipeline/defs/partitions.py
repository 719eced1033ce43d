"""The one partition axis: the edition, our yearly update. The edition of the running year is open at once."""

import dagster as dg

FIRST_EDITION = "2026"
EDITIONS = dg.TimeWindowPartitionsDefinition(
    start=FIRST_EDITION, fmt="%Y", cron_schedule="0 0 1 1 *", timezone="UTC", end_offset=1
)

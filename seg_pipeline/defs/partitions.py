"""The one partition axis: the edition, our yearly update. The edition of the running year is open at once."""

import dagster as dg

from seg_pipeline.settings import FIRST_EDITION

EDITIONS = dg.TimeWindowPartitionsDefinition(
    start=str(FIRST_EDITION), fmt="%Y", cron_schedule="0 0 1 1 *", timezone="UTC", end_offset=1
)

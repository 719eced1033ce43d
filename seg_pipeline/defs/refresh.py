"""The yearly refresh: the job, its schedule, and the same job run here and now with its progress told.

The job makes the report as well; `seg refresh` runs it for tables and snapshot alone, and `seg report make` follows.
"""

import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import dagster as dg

from seg_pipeline.defs.lineage import Edition
from seg_pipeline.defs.warehouse import Key
from seg_pipeline.settings import Settings

JOB = "refresh"
AFTER_RELEASES = "0 6 15 2 *"  # 15 February 06:00 UTC: Paavo comes in late January, cities by the end of it
FORESEEN = (  # errors whose message says what to do
    "DamagedError", "SnapshotError", "ArchiveError", "WithdrawnError", "DecisionError",
)  # fmt: skip
INSTANCE = """\
# Written by seg where there was none. Dagster sends no usage figures and shows no newsletter dialog.
telemetry:
  enabled: false
nux:
  enabled: false
"""

refresh_job = dg.define_asset_job(JOB, selection=dg.AssetSelection.all(), description="Everything, for one edition.")


@dg.schedule(
    cron_schedule=AFTER_RELEASES,
    job=refresh_job,
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Refresh the edition of the year, after the yearly releases.",
)
def yearly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Ask for the edition of the year in which the schedule ticks."""
    year = str(context.scheduled_execution_time.year)
    return dg.RunRequest(run_key=year, partition_key=year)


def make_home(settings: Settings) -> Path:
    """Return Dagster's home for these settings, made ready."""
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "dagster.yaml").exists():
        (home / "dagster.yaml").write_text(INSTANCE, encoding="utf-8")
    return home


def run(
    defs: dg.Definitions, edition: Edition, stale: list[Key], told: Callable[[str, int, int, float, bool], None]
) -> list[str]:
    """Run the job for the assets that are out of date, in this process; return what went wrong, one line each.

    `told` hears of every finished step: its name, how many are done, of how many, its seconds, and
    whether it failed.
    """
    begun: dict[str, float] = {}
    done: list[str] = []

    def hear(entry: dg.EventLogEntry) -> None:
        event, step = entry.dagster_event, entry.step_key or ""
        if event and event.event_type_value == "STEP_START":
            begun[step] = time.monotonic()
        elif event and event.event_type_value in ("STEP_SUCCESS", "STEP_FAILURE"):
            done.append(step)
            failed = event.event_type_value == "STEP_FAILURE"
            told(step, len(done), len(stale), time.monotonic() - begun.get(step, time.monotonic()), failed)

    with dg.DagsterInstance.from_config(str(make_home(edition.warehouse.settings))) as instance:
        run_id = str(uuid4())
        instance.add_event_listener(run_id, hear)
        result = defs.resolve_job_def(JOB).execute_in_process(
            partition_key=str(edition.year),
            instance=instance,
            asset_selection=[dg.AssetKey(list(key)) for key in stale],
            run_id=run_id,
            raise_on_error=False,
            run_config={
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                "resources": {"editions": {"config": {"profile": edition.warehouse.settings.profile}}},
            },
        )
    return [_said(event) for event in result.all_events if event.is_step_failure]


def _said(event: dg.DagsterEvent) -> str:
    """Return the message of a failed step: the refusal's own, or the error's where it was not foreseen."""
    failure = event.step_failure_data
    meant = failure.user_failure_data
    if meant and meant.description:
        return meant.description
    error = failure.error
    while error and error.cause:
        error = error.cause
    said = error.message.strip() if error else "no message"
    if error and error.cls_name in FORESEEN:
        return f"{event.step_key}: {said.partition(': ')[2]}"
    return f"{event.step_key}: a fault of the pipeline, not of a delivery: {said} (more in the run's log, `seg dev`)"

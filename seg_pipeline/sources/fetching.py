"""From a live service to the archive. A fetch is whole or nothing: a service that fails leaves what is archived."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from seg_pipeline.sources.archive import Archive, Attempt, Receipt
from seg_pipeline.sources.http import Client, Unavailable
from seg_pipeline.sources.refusal import Refused
from seg_pipeline.sources.source import Source

RECENT = timedelta(hours=6)  # after which a refresh asks a service again


def fetch(archive: Archive, source: Source, edition: int, client: Client) -> tuple[Attempt, list[Receipt]]:
    """Fetch the deliveries of an edition into the archive; return what came of it and the receipts that are new."""
    if source.fetch is None:
        raise ValueError(f"{source.id} is received as files")
    try:
        fetched = list(source.fetch(client, edition))
    except (Unavailable, Refused) as failed:
        return _noted(archive, source, edition, "unavailable", str(failed)), []
    except Exception as fault:  # noqa: BLE001  an answer that nobody foresaw must not stop the other sources
        why = f"an answer that the pipeline does not understand ({type(fault).__name__}); nothing was taken"
        return _noted(archive, source, edition, "unavailable", why), []
    new = []
    for one in fetched:
        receipt, is_new = archive.receive(
            source.id, one.release, source.part(one.data), one.file, one.data, one.licence or source.licence,
            made_up=False, url=one.url,
        )  # fmt: skip
        new += [receipt] if is_new else []
    return _noted(archive, source, edition, "fetched" if new else "unchanged"), new


def recently(archive: Archive, source: Source, edition: int) -> bool:
    """True when the service was asked for this edition a short while ago, whatever came of it."""
    last = archive.attempt(source.id, edition)
    return last is not None and datetime.now(UTC) - datetime.fromisoformat(last.when) < RECENT


def _noted(archive: Archive, source: Source, edition: int, outcome: str, why: str = "") -> Attempt:
    attempt = Attempt(source.id, edition, datetime.now(UTC).isoformat(timespec="seconds"), outcome, why)
    archive.note(attempt)
    return attempt

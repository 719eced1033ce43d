"""What a source is: a value with a name, a publisher, a licence, a cadence, and its own way to read and fetch bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from seg_pipeline.sources.refusal import Refused

if TYPE_CHECKING:
    from seg_pipeline.sources.http import Client


class Delivered(NamedTuple):
    """The tables that one delivery holds, by the names of their contracts, and what became of each of its rows.

    `rows` conserves: the number of data rows in the file is the sum of its entries.
    """

    tables: Mapping[str, pd.DataFrame]
    rows: Mapping[str, int]
    whole: bool = True  # the whole of its release, or an extract that stands beside it

    @property
    def counts(self) -> pd.DataFrame:
        """The table `counts`."""
        return self.tables["counts"]

    @property
    def areas(self) -> pd.DataFrame:
        """The table `areas`."""
        return self.tables["areas"]


class Fetched(NamedTuple):
    """One delivery as its service gave it: the bytes to archive, and the address that they came from."""

    release: str
    file: str
    data: bytes
    url: str
    licence: str = ""  # where the service itself states one


class Canary(NamedTuple):
    """What the weekly canary compared at a live service: what the catalogue expects, and what is there now."""

    what: str
    expected: str
    found: str

    @property
    def moved(self) -> bool:
        """True when the service is no longer what the catalogue says."""
        return self.expected != self.found


def _whole(_: bytes) -> str:
    return ""


@dataclass(frozen=True)
class Source:
    """One publisher's statistic, or one city's delivery.

    `read` turns the bytes of one delivery of a release into the tables that the source `tells`. `part` names what a
    file covers where a release comes in several files; two files of a release with different parts stand side by
    side. `open` says that the publisher itself has published these very cells; cells that are not open may hold raw
    small counts. `fetch` yields the deliveries of an edition from the live service, `probe` compares the service
    with the catalogue; a source that has none is received as files.
    """

    id: str
    name: str
    publisher: str
    licence: str
    cadence: str
    read: Callable[[bytes, str], Delivered] = field(repr=False)
    part: Callable[[bytes], str] = field(default=_whole, repr=False)
    url: str = ""
    city: str = ""
    open: bool = False
    tells: tuple[str, ...] = ("counts", "areas")
    fetch: Callable[[Client, int], Iterable[Fetched]] | None = field(default=None, repr=False)
    probe: Callable[[Client], Iterable[Canary]] | None = field(default=None, repr=False)

    def tables(self, data: bytes, release: str, file: str) -> Delivered:
        """Return the tables in `data`; a refusal names this source and the file."""
        try:
            return self.read(data, release)
        except Refused as refused:
            raise refused.in_file(self.id, file) from None
        except Exception as error:
            raise Refused("unreadable", found=type(error).__name__, source=self.id, file=file) from error


def release_year(release: str) -> int:
    """Return the year of a release: ``2026`` of ``2026-01``."""
    return int(release[:4])

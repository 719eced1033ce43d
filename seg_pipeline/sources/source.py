"""What a source is: a value with a name, a publisher, a licence, a cadence, and its own way to read bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from seg_pipeline.sources.refusal import Refused


class Delivered(NamedTuple):
    """The tables that one delivery holds, and what became of each of its rows.

    `rows` conserves: the number in the file is the sum of all the other entries.
    """

    counts: pd.DataFrame
    areas: pd.DataFrame
    rows: Mapping[str, int]
    whole: bool = True  # the whole of its release, or an extract that stands beside it


def _whole(_: bytes) -> str:
    return ""


@dataclass(frozen=True)
class Source:
    """One publisher's statistic, or one city's delivery.

    `read` turns the bytes of one delivery of a release into tables. `part` names what a file covers where a
    release comes in several files; two files of a release with different parts stand side by side. `open` says
    that the publisher itself has published these very cells; cells that are not open may hold raw small counts.
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

"""Where data lives and which deliveries are used, read from the environment. Nothing else belongs here.

``SEG_DATA``     the folder in which archive, tables, snapshots and reports are made (default: the clone's ``data/``)
``SEG_SNAPSHOTS``  where snapshots are published instead of ``SEG_DATA``/snapshots: a folder, or ``s3://bucket/prefix``
``SEG_THREADS``  how many threads the indicators and DuckDB take; the numbers are the same with any
``SEG_PROFILE``  ``demo`` (made-up deliveries), ``own`` (what has been received) or ``live`` (fetch, then ``own``)
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

CLONE = Path(__file__).resolve().parents[1]
CATALOGUE = CLONE / "data" / "catalogue"
DEMO = CLONE / "data" / "demo"
LOCK = CLONE / "requirements.lock"
KEYS = CLONE / "data" / "keys" / "trusted.csv"
PROFILES = ("demo", "own", "live")

# Both send usage figures home unless told not to. A statistical office's machine does not.
os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "yes")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")


FIRST_EDITION = 2026
REPORTS_OPEN_AT = "SEG_REPORTS_OPEN_AT"  # the address at which `seg dev` serves the reports; set by it


class Foreseen(ValueError):
    """Something that a user can put right: its message says what and how. The command line shows it as it is."""


class SettingsError(Foreseen):
    """The environment asks for something that does not exist."""


@dataclass(frozen=True)
class Settings:
    """One data folder seen through one profile. Made-up and real deliveries never share a folder."""

    data: Path
    profile: str = "own"

    def __post_init__(self) -> None:
        """Refuse a profile that does not exist."""
        if self.profile not in PROFILES:
            raise SettingsError(
                f"profile {self.profile!r} does not exist; choose one of {', '.join(PROFILES)} (SEG_PROFILE)"
            )

    @property
    def made_up(self) -> bool:
        """True when every number made under this profile comes from made-up deliveries."""
        return self.profile == "demo"

    @property
    def archive(self) -> Path:
        """Received bytes and their receipts."""
        return self.data / "archive" / self._stock

    @property
    def tables(self) -> Path:
        """Tables between steps, one Parquet file per asset and edition."""
        return self.data / "tables" / self._stock

    @property
    def snapshots(self) -> Path | str:
        """Published, immutable snapshots: a folder, or the address of a bucket."""
        return os.environ.get("SEG_SNAPSHOTS") or self.data / "snapshots"

    @property
    def reports(self) -> Path:
        """The situation pictures of snapshots, one folder each; here also where snapshots are in a bucket."""
        return self.data / "reports"

    @property
    def threads(self) -> int | None:
        """How many threads to take; None leaves it to each."""
        said = os.environ.get("SEG_THREADS")
        if said and not (said.isdecimal() and int(said)):
            raise SettingsError(f"SEG_THREADS is {said!r}; write a whole number from 1")
        return int(said) if said else None

    @property
    def dagster_home(self) -> Path:
        """Dagster's own run history."""
        return self.data / "dagster" / self._stock

    @property
    def _stock(self) -> str:
        return "demo" if self.made_up else "real"


def current(profile: str | None = None) -> Settings:
    """Return the settings that the environment asks for; `profile` overrides ``SEG_PROFILE``."""
    data = Path(os.environ.get("SEG_DATA") or CLONE / "data").expanduser().resolve()
    return Settings(data=data, profile=profile or os.environ.get("SEG_PROFILE") or "own")

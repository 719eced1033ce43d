"""Which tellings a chain of steps goes through, from a figure of one snapshot to a figure of the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from seg_pipeline.indicators.waterfall.steps import DEFINITION, SOURCE, TIME, UNSEPARATED
from seg_pipeline.indicators.waterfall.tellings import Tellings

NOT_PUBLIC, ONE_DEFINITION, NOT_RETOLD = "not_public", "one_definition", "not_retold"
NO_FIT, NOT_REPRODUCED = "no_fit", "not_reproduced"


class At(NamedTuple):
    """A year as one release of one of the two snapshots tells it."""

    after: bool
    year: Any
    release: str


class Route(NamedTuple):
    """The first telling, and each further one with what changes on the way; `note` says what could not be told."""

    first: At
    steps: list[tuple[str, At]]
    note: str = ""


class Definitions:
    """Which releases of a source have the same definition of a dimension."""

    def __init__(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Take rows with ``source``, ``dimension`` and the first ``release`` of each new definition."""
        self.rows = [(row["source"], row["dimension"], row["release"]) for row in rows]

    def number(self, subject: tuple[str, str, str], release: str) -> int:
        """Return how many definitions there were before that of this release."""
        return sum(release >= first for source, dimension, first in self.rows if (source, dimension) == subject[::2])


def route(
    before: Tellings, after: Tellings, subject: tuple[str, str, str], city: str, start: At, end: At,
    definitions: Definitions,
) -> Route:  # fmt: skip
    """Return the way from a figure's telling in `before` to one in `after`; `subject` is as in `tellings`."""
    told, theirs = before.releases(subject, city), after.releases(subject, city)

    def defined_as(at: At) -> dict[Any, list[str]]:
        return {year: [of for of in told if same(of, at.release)] for year, told in theirs.items()}

    def same(one: str, other: str) -> bool:
        return definitions.number(subject, one) == definitions.number(subject, other)

    how = TIME if start.year != end.year else SOURCE if same(start.release, end.release) else DEFINITION
    if start.release not in told.get(start.year, ()) or end.release not in theirs.get(end.year, ()):
        return Route(start, [(how, end)], NOT_PUBLIC)
    again = [(SOURCE, start._replace(after=True))] if start.release in theirs.get(start.year, ()) else []
    if how != TIME:
        return Route(start, [*again, (how, end)])
    old, new = defined_as(start), defined_as(end)
    if not same(start.release, end.release):
        return _over(start, end, again, old, new)
    later = [At(True, start.year, of) for of in old.get(start.year, ())[-1:] if of > start.release]
    note = "" if start.year in theirs else NOT_RETOLD
    return Route(start, [*again, *((SOURCE, of) for of in later), (TIME, end)], note)


def _over(
    start: At, end: At, again: list[tuple[str, At]], old: Mapping[Any, list[str]],
    new: Mapping[Any, list[str]],
) -> Route:  # fmt: skip
    """Return the way over a new definition: by a year that has both, at best that of one of the two figures."""
    if new.get(start.year):
        return Route(start, [*again, (DEFINITION, At(True, start.year, new[start.year][-1])), (TIME, end)])
    both = [year for year in sorted(new) if new[year] and old[year]]
    if not both:
        return Route(start, [(UNSEPARATED, end)], ONE_DEFINITION)
    year = end.year if end.year in both else both[0]
    way = [*again, (TIME, At(True, year, old[year][-1])), (DEFINITION, At(True, year, new[year][-1]))]
    return Route(start, way if year == end.year else [*way, (TIME, end)])

"""What has changed since another snapshot, in plain Finnish, Swedish and English: the file ``CHANGES.md``.

Every sentence comes from `wording`, every number from the difference and the table ``moved``. A figure "rose" or
"fell" only where the intervals of its two corrected values do not meet: a change that chance could have made has no
direction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from seg_pipeline import catalogue
from seg_pipeline.catalogue import LANGUAGES
from seg_pipeline.snapshots.comparing.diff import Difference, TableDifference
from seg_pipeline.snapshots.comparing.made_with import Changed
from seg_pipeline.snapshots.comparing.moves import HEADLINE, headline, largest_terms, terms_of
from seg_pipeline.snapshots.comparing.wording import date, decimal, decimals, named, plain, said, signed, whole

FILE = "CHANGES.md"
LARGEST = 10
FEW = 3  # cities that are named; of more the rows alone are told
Withdrawn = Sequence[Mapping[str, Any]]
"""Facts of a manifest: table, source, release, cities, rows, reason (fi, sv, en)."""


def changes(
    difference: Difference | None, moved: pd.DataFrame, withdrawn: Withdrawn, version: str, made_up: bool
) -> str:
    """Return what has changed, in three languages; without a difference this is the first snapshot."""
    parts = []
    for language in LANGUAGES:
        parts += [f"# {said('title', language, after=version)}", *_notice(made_up, language)]
        parts += changelog(difference, moved, withdrawn, language) if difference else [said("first", language)]
    return "\n\n".join(parts) + "\n"


def changelog(difference: Difference, moved: pd.DataFrame, withdrawn: Withdrawn, language: str) -> list[str]:
    """Return what has changed in one language, paragraph by paragraph, without the title."""
    before = difference.before
    compared = said("compared", language, before=before.version, date=date(before.published, language))
    sections = {
        "deliveries": _deliveries(difference, language),
        "figures": _figures(difference, language),
        "why": _why(moved, language),
        "headline": _headline(difference, moved, language),
        "withdrawn": _withdrawn(withdrawn, language),
        "schema": _schema(difference, language),
        "tables_said": _tables(difference, language),
    }
    heads = {"headline": said("headline", language, indicator=_indicator(language))}
    told = [
        part
        for key, lines in sections.items()
        if lines
        for part in (f"## {heads.get(key) or said(key, language)}", *lines)
    ]
    return [compared, *([said("no_change", language)] if difference.same else []), *told]


def _notice(made_up: bool, language: str) -> list[str]:
    return [f"**{catalogue.texts('texts', 'text')['made_up'][language]}**"] if made_up else []


def _deliveries(difference: Difference, language: str) -> list[str]:
    lines = [
        said(
            f"delivery_{one.what}", language,
            source=named("source_names", "source", one.source, language, "name_"), release=one.release,
            file=plain(receipt["file"]), date=date(receipt["received"], language), revision=str(receipt["revision"]),
        )
        for one in difference.deliveries
        for receipt in [one.after or one.before]
    ]  # fmt: skip
    return _list(lines) or [said("deliveries_same", language)]


def _figures(difference: Difference, language: str) -> list[str]:
    of = difference.tables.get("indicators")
    if of is None:
        return []
    moved = of.cells.get("value", 0)
    numbers = {
        "all": of.after or 0,
        "new": of.added,
        "moved": moved,
        "gone": of.removed,
        "interval": of.changed - moved,
    }
    summary = said("figures_said", language, **{name: whole(number, language) for name, number in numbers.items()})
    flags = [
        said("flags_said", language, table=table.name, before=str(one), after=str(other), rows=whole(rows, language))
        for table in difference.tables.values()
        for (one, other), rows in table.flags.items()
        if table.name != "coverage"
    ]
    return [summary, *_list(flags)]


def _why(moved: pd.DataFrame, language: str) -> list[str]:
    terms = catalogue.texts("terms", "term")
    lines = [
        said("why_term", language, term=terms[term][language], figures=whole(figures, language))
        for term, figures in largest_terms(moved).items()
    ]
    return [said("why_said", language), *_list(lines)] if lines else []


def _headline(difference: Difference, moved: pd.DataFrame, language: str) -> list[str]:
    rows = headline(difference, moved)
    lines = [_one(row, moved, language) for row in rows.head(LARGEST).to_dict("records")]
    more = len(rows) - len(lines)
    rest = [said("headline_more", language, more=whole(more, language))] if more else []
    return [*_list(lines), *rest] or [said("headline_none", language)]


def _one(row: Mapping[Any, Any], moved: pd.DataFrame, language: str) -> str:
    places, terms = decimals(row["value"]), catalogue.texts("terms", "term")
    line = said(
        "headline_one", language,
        city=named("cities", "city", row["city"], language, "name_"),
        dimension=named("dimensions", "dimension", row["dimension"], language),
        before=decimal(row["from_value"], language, places), after=decimal(row["to_value"], language, places),
        from_year=str(row["from_year"]), to_year=str(row["to_year"]), change=signed(row["value"], language, places),
        direction=said(row["direction"], language),
    )  # fmt: skip
    shares = [
        said("term_share", language, term=terms[term][language], value=signed(value, language, places))
        for term, value in terms_of(moved, row)
        if round(abs(value), places)
    ]
    return "\n".join([line, *(f"  - {share}" for share in shares)])


def _withdrawn(withdrawn: Withdrawn, language: str) -> list[str]:
    """Return a line for each delivery and reason: which tables lose how many rows."""
    lost: dict[tuple[str, ...], list[str]] = {}
    for one in withdrawn:
        name = named("source_names", "source", one["source"], language, "name_")
        cities = [named("cities", "city", city, language, "name_") for city in one["cities"]]
        few = f" ({', '.join(cities)})" if len(cities) <= FEW else ""
        rows = said("withdrawn_rows", language, table=one["table"], rows=whole(one["rows"], language)) + few
        lost.setdefault((" ".join(filter(None, (name, one["release"]))), one["reason"][language]), []).append(rows)
    lines = [
        ": ".join(filter(None, (what, said("withdrawn_one", language, rows=", ".join(rows), reason=plain(reason)))))
        for (what, reason), rows in lost.items()
    ]
    return _list(lines) or [said("withdrawn_none", language)]


def _schema(difference: Difference, language: str) -> list[str]:
    lines = [
        said(f"schema_{_kind(change)}", language, table=table.name, what=_what(change, language))
        for table in difference.tables.values()
        for change in table.schema
    ]
    lines += [
        said("method", language, table=change.what.removeprefix("method of "), before=change.before, after=change.after)
        for change in difference.method
        if change.what.startswith("method of ")
    ]
    made_with = [change.what for change in difference.method if not change.what.startswith("method of ")]
    lines += [said("code", language, what=", ".join(made_with))] if made_with else []
    return _list(lines) or [said("schema_same", language)]


def _kind(change: Changed) -> str:
    return "added" if not change.before else "removed" if not change.after else "changed"


def _what(change: Changed, language: str) -> str:
    for start, key in (("column ", "column"), ("meaning of ", "meaning")):
        if change.what.startswith(start):
            return said(key, language, name=f"`{change.what.removeprefix(start)}`")
    return said(change.what.partition(" ")[0], language)


def _tables(difference: Difference, language: str) -> list[str]:
    rows = [_row(table, lambda count: whole(count, language)) for table in difference.tables.values() if not table.same]
    return ["\n".join([said("tables_head", language), "| --- | ---: | ---: | ---: | ---: |", *rows])] if rows else []


def _row(table: TableDifference, written: Callable[[int], str]) -> str:
    numbers = (table.after or 0, table.added, table.removed, table.changed)
    return f"| {table.name} | {' | '.join(map(written, numbers))} |"


def _list(lines: Iterable[str]) -> list[str]:
    joined = "\n".join(f"- {line}" for line in lines)
    return [joined] if joined else []


def _indicator(language: str) -> str:
    return named("indicators", "indicator", HEADLINE["indicator"], language)

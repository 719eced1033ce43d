"""What the command line prints of two snapshots: tables, flags, schema, deliveries, and what moved, term by term."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from seg_pipeline.cli import printed

if TYPE_CHECKING:
    import pandas as pd

    from seg_pipeline.snapshots.comparing.diff import Difference
    from seg_pipeline.snapshots.comparing.made_with import Changed, Delivery

SHOWN = 20  # lines of a list in the terminal; the rest is counted
HASH = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{28,}\b")


def say_difference(difference: Difference, names: list[str]) -> None:
    """Print what differs, table by table, and then in what the snapshots were made from."""
    tables = [difference.tables[name] for name in names]
    rows = [
        [one.name, _count(one.before), _count(one.after), f"+{one.added:,}", f"-{one.removed:,}", f"~{one.changed:,}",
         ", ".join(f"{column} {cells:,}" for column, cells in one.cells.items())]
        for one in tables
        if not one.same
    ]  # fmt: skip
    if rows:
        click.echo()
        printed.table(["table", "before", "after", "new", "gone", "changed", "cells that changed"], rows)
    same = [one.name for one in tables if one.same]
    if same:
        click.echo(f"the same: {', '.join(same)}")
    flags = [f"{one.name}: {old} → {new}: {rows:,} rows" for one in tables for (old, new), rows in one.flags.items()]
    schema = [f"{one.name}: {_change(change)}" for one in tables for change in one.schema]
    _list("flags", flags)
    _list("schema", schema)
    if len(tables) == len(difference.tables):
        _list("made with", [_change(change) for change in difference.method])
        _list("deliveries", [_delivery(one) for one in difference.deliveries])
        _list("findings", [_change(one).removeprefix("finding: ") for one in difference.findings])


def say_rows(difference: Difference, names: list[str]) -> None:
    """Print the first rows of each table that differ, both sides of their cells."""
    for name in names:
        found = difference.rows(name)
        if len(found):
            click.echo(f"\nrows of {name} that differ")
            head = [str(column) for column in found]
            printed.table(head, [[cell(row[column]) for column in head] for row in records(found.head(SHOWN))])
            _say_rest(len(found))


def say_moved(moved: pd.DataFrame, language: str) -> None:
    """Print the figures that moved by indicator and city, those that moved most first, each with its terms."""
    from seg_pipeline import catalogue
    from seg_pipeline.snapshots.comparing.moves import largest, terms_of

    figures = largest(moved)
    if figures.empty:
        click.echo("\nno figure that both snapshots tell has moved")
        return
    words = catalogue.texts("terms", "term")
    click.echo("\nwhat moved, largest first; the terms sum to the change")
    for row in records(figures.head(SHOWN)):
        click.echo(_moved_line(row, language))
        for term, value in terms_of(moved, row):
            click.echo(f"    {value:+.6f}  {words[term][language]}")
    _say_rest(len(figures))


def _moved_line(row: Mapping[str, Any], language: str) -> str:
    from seg_pipeline.snapshots.comparing.wording import named

    city = named("cities", "city", row["city"], language, "name_")
    of = f"{row['group']}" if row["group"] == "all" else f"{row['group']}–{row['reference_group']}"
    near = "" if cell(row["scale"]) == "–" else f" within {row['scale']} m"
    what = f"{city}, {row['indicator']}{near}, {row['geography']}, {row['dimension']} {of}"
    values = f"{row['from_value']:.6f} ({row['from_year']}) → {row['to_value']:.6f} ({row['to_year']})"
    return f"  {what}: {values}: {row['value']:+.6f}"


def say_withdrawn(withdrawn: list[dict[str, Any]], language: str) -> None:
    """Print what was withdrawn between the two, and why."""
    _list("withdrawn", [
        f"{one['table']} {one['source']} {one['release']}: {one['rows']:,} rows: {one['reason'][language]}"
        for one in withdrawn
    ])  # fmt: skip


def _list(head: str, lines: list[str]) -> None:
    if lines:
        click.echo(f"\n{head}")
        for line in lines[:SHOWN]:
            click.echo(f"  {line}")
        _say_rest(len(lines))


def _say_rest(lines: int) -> None:
    if lines > SHOWN:
        click.echo(f"  and {lines - SHOWN:,} more; --to FOLDER writes them all")


def _change(change: Changed) -> str:
    if not change.before or not change.after:
        return f"{change.what}: {'new' if not change.before else 'gone'}: {change.after or change.before}"
    return HASH.sub(r"\1…", f"{change.what}: {change.before} → {change.after}")


def _delivery(one: Delivery) -> str:
    receipt = one.after or one.before
    return (
        f"{one.what}: {one.source} {one.release} ({one.part}), revision {receipt['revision']}: {receipt['file']}, "
        f"sha256 {receipt['sha256'][:12]}"
    )


def _count(rows: int | None) -> str:
    return "no table" if rows is None else f"{rows:,}"


def cell(value: Any) -> str:
    """Return a cell as it is printed: decimals with six digits, a dash where there is nothing."""
    import pandas as pd

    if value is None or pd.isna(value):
        return "–"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]

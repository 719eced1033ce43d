"""``seg check`` and ``seg template``: what a city's steward uses before a file is sent. Offline; nothing is kept."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seg_pipeline import catalogue, settings
from seg_pipeline.cli import asked
from seg_pipeline.cli.printed import Failed

if TYPE_CHECKING:
    import pandas as pd

    from seg_pipeline.classifications import City
    from seg_pipeline.quality.report import Problem, Report
    from seg_pipeline.sources.refusal import Refused
    from seg_pipeline.sources.source import Source

LOOKS: dict[str, dict[str, bool | str]] = {
    "title": {"bold": True}, "good": {"fg": "green"}, "bad": {"fg": "red"}, "odd": {"fg": "yellow"}, "": {},
}  # fmt: skip
LANGUAGE = click.option(
    "--language", type=click.Choice(catalogue.LANGUAGES), default="fi", show_default=True,
    help="Language of the report: Finnish, Swedish or English.",
)  # fmt: skip
FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@click.option("--city", default=None, help="The city, such as helsinki. Default: told by the file's name or its codes.")
@click.option(
    "--release", default=None, help="The year of the delivery. Default: told by the file's name, or this year."
)
@LANGUAGE
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), default=None, help="Write the report here too."
)
@click.option("--against", type=FILE, default=None, help="Last year's file: say what has changed unusually.")
def check(
    file: Path, city: str | None, release: str | None, language: str, html: Path | None, against: Path | None
) -> None:
    """Check FILE, a city's delivery, before it is sent. Nothing is kept and nothing leaves this computer.

    Exit status: 0 when the file can be sent, 1 when something has to be put right.
    """
    from seg_pipeline.quality import rendering
    from seg_pipeline.sources.archive import check_release

    year = release or _year(file.name)
    check_release(year)
    found = _report(file, city, year, language, against)
    for line, look in rendering.lines(found):
        click.secho(line, **LOOKS[look])  # type: ignore[arg-type]
    if html:
        html.write_text(rendering.html(found), encoding="utf-8")
        click.echo("\n" + found.say("report_written", html))
    if found.problems:
        sys.exit(1)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--city", default="helsinki", show_default=True, help="The city whose codes the examples show.")
@LANGUAGE
def template(file: Path, city: str, language: str) -> None:
    """Write the XLSX template of a delivery to FILE, which must not be there yet."""
    from seg_pipeline.sources.cities.template import template as made

    data = made(language, _named(city))
    try:
        with file.open("xb") as sink:
            sink.write(data)
    except FileExistsError:
        raise Failed(f"{file} is there already; choose another name") from None
    click.echo(_say("template_written", language, file))


def _report(file: Path, named: str | None, release: str, language: str, against: Path | None) -> Report:
    from seg_pipeline.quality.report import Report
    from seg_pipeline.sources import all_sources
    from seg_pipeline.sources.cities import delivery, guess

    city = _named(named) if named else guess.by_name(file.name)
    sources = [one for one in all_sources().values() if one.city and (city is None or one.id == city.id)]
    opened = delivery.opened(
        asked.file_bytes(file, language),
        [layout for one in sources if isinstance(one, delivery.CitySource) for layout in one.layouts],
    )
    city = city or guess.by_codes(opened.pages.known.values())
    if city is None and opened.refused is None:
        raise Failed(f"{file.name}: {_say('city_unknown', language, 'helsinki')}")
    source = all_sources()[city.id] if city else sources[0]
    seen = delivery.inspect(opened, release, source)
    report = Report(
        language, _shown(file.name), getattr(city, f"name_{language}") if city else "–", release,
        sheets={_shown(one.title): one.size for one in opened.pages.known.values()},
        unread=[_shown(name) for name in opened.pages.unread],
        problems=[_problem(one, language) for one in (seen.refused.problems if seen.refused else ())],
        tables=seen.delivered.tables if seen.delivered else {},
    )  # fmt: skip
    return _compared(report, source, against) if seen.delivered else report


def _problem(one: Refused, language: str) -> Problem:
    from seg_pipeline.quality.report import Problem
    from seg_pipeline.sources.refusal import say

    found, expected = (_shown(say(text, language)) for text in (one.found, one.expected))
    wrong, remedy = map(_shown, one.sentences(language))
    return Problem(
        one.refusal,
        _shown(one.sheet),
        one.line,
        _shown(one.column),
        one.cell,
        found,
        expected,
        wrong,
        remedy,
        one.alike,
    )


def _shown(text: str) -> str:
    """Return a piece of a delivery without what a terminal would obey."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def _compared(report: Report, source: Source, against: Path | None) -> Report:
    """Return the report with what is unusual compared with last year's file, or with what is archived of it."""
    from dataclasses import replace

    from seg_pipeline.quality.report import Oddity
    from seg_pipeline.sources.refusal import Refused

    try:
        earlier, name = _earlier(source, report.release, against)
    except Refused as refused:
        why = " ".join(refused.sentences(report.language))
        return replace(report, against=against.name if against else refused.file, unreadable=why)
    if not earlier:
        return report
    from seg_pipeline.quality import expectations

    found = expectations.odd(report.tables, earlier)
    told = [Oddity(one.rule, one.where, one.before, one.now) for one in found]
    return replace(report, oddities=told, against=name)


def _earlier(source: Source, release: str, against: Path | None) -> tuple[Mapping[str, pd.DataFrame], str]:
    """Return the tables of the delivery to compare with and its name; no table where there is none."""
    from seg_pipeline.sources.archive import Archive

    if against:
        return source.tables(asked.file_bytes(against), release, against.name).tables, against.name
    archive = Archive(settings.current("own").archive)
    received = archive.current(source.id, int(release[:4]) - 1)
    last = [one for one in received if one.release == received[-1].release] if received else []
    tables: dict[str, pd.DataFrame] = {}
    for one in last:
        for name, table in source.tables(archive.read(one), one.release, one.file).tables.items():
            tables[name] = table if name not in tables or tables[name].empty else tables[name]
    return tables, ", ".join(one.file for one in last)


def _named(name: str) -> City:
    from seg_pipeline.classifications import CITIES

    found = next((one for one in CITIES if name.casefold() in _names(one)), None)
    if found is None:
        known = ", ".join(one.id for one in CITIES)
        raise click.BadParameter(f"{name!r} is not one of the cities: {known}", param_hint="--city")
    return found


def _names(city: City) -> set[str]:
    return {name.casefold() for name in (city.id, city.city, city.name_fi, city.name_sv, city.name_en)}


def _year(file: str) -> str:
    """Return the year that stands in the name of a file, or this year."""
    found = re.findall(r"(?<![0-9])(20[0-9]{2})(?![0-9])", file)
    return found[-1] if found else str(datetime.now(UTC).year)


def _say(key: str, language: str, *values: object) -> str:
    return catalogue.texts("check_texts", "text")[key][language].format(*values)

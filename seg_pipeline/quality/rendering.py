"""The report of a check as lines for a terminal, and as one HTML file that loads nothing and runs nothing."""

from __future__ import annotations

from collections.abc import Iterator

from seg_pipeline.quality.report import Problem, Report

SHOWN = 5  # problems of one kind and column that the terminal shows
SHOWN_ODD = 25


def lines(report: Report) -> Iterator[tuple[str, str]]:
    """Yield the lines of a report for a terminal, each with its look: title, good, bad, odd, or nothing."""
    yield report.say("title", report.file), "title"
    yield report.say("checked", report.file, report.city, report.release), ""
    yield report.verdict, "bad" if report.problems else "good"
    yield "", ""
    if report.fine:
        yield report.say("fine"), "title"
        for sentence in report.fine:
            yield f"  {sentence}", ""
        yield "", ""
    yield f"{report.say('must')}: {report.number(report.count)}", "title"
    yield from _problems(report)
    yield "", ""
    yield report.say("odd"), "title"
    yield from _oddities(report)


def _problems(report: Report) -> Iterator[tuple[str, str]]:
    kinds: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in report.problems:
        kinds.setdefault((problem.kind, problem.sheet, problem.column), []).append(problem)
    for alike in kinds.values():
        for problem in alike[:SHOWN]:
            yield f"  {place(report, problem)}", "bad"
            yield f"    {problem.wrong} {problem.remedy}", ""
        rest = sum(1 + problem.alike for problem in alike) - len(alike[:SHOWN])
        if rest:
            yield f"    {report.say('and_alike', report.number(rest))}", ""
    if not report.problems:
        yield f"  {report.say('nothing_fix')}", "good"


def place(report: Report, problem: Problem) -> str:
    """Return where a problem is, as a person looks it up."""
    parts = (
        f'"{problem.sheet}"' if problem.sheet else "",
        f"{report.say('col_row').lower()} {problem.row}" if problem.row else "",
        f'{report.say("col_column").lower()} "{problem.column}"' if problem.column else "",
    )
    where = ", ".join(part for part in parts if part) or report.file
    return f"{where} ({problem.cell})" if problem.cell else where


def _oddities(report: Report) -> Iterator[tuple[str, str]]:
    if report.unreadable:
        yield f"  {report.say('against_unread', report.against, report.unreadable)}", "odd"
    elif report.oddities is None:
        yield f"  {report.say(report.why_not_compared)}", ""
    elif not report.oddities:
        yield f"  {report.say('nothing_odd', report.against)}", "good"
    else:
        yield f"  {report.say('compared', report.against)}", ""
        for one in report.odd[:SHOWN_ODD]:
            step = " → ".join(part for part in (one["before"], one["now"]) if part)
            yield f"  {one['what']}: {one['where']}: {step}" + (f" ({one['usual']})" if one["usual"] else ""), "odd"
        if len(report.oddities) > SHOWN_ODD:
            yield f"  {report.say('and_more', report.number(len(report.oddities) - SHOWN_ODD))}", ""


def html(report: Report) -> str:
    """Return the report as one HTML file that needs nothing else; every text of the delivery is escaped."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("seg_pipeline.quality", "templates"), autoescape=True,
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("report.html").render(report=report, say=report.say, totals=report.totals)

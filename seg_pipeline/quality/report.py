"""What a check of a delivery found, in the reader's language: all of it in words.

Pure: it is told what was found, and reads nothing but the catalogue. `rendering` prints it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from seg_pipeline import catalogue
from seg_pipeline.quality.totals import Totals, totals

RATIOS = ("share", "distribution", "hidden")  # rules whose numbers are shares


@dataclass(frozen=True)
class Problem:
    """One problem that has to be put right; `alike` stands for so many more of the same kind and column."""

    kind: str
    sheet: str
    row: int | None
    column: str
    cell: str
    found: str
    expected: str
    wrong: str
    remedy: str
    alike: int = 0


@dataclass(frozen=True)
class Oddity:
    """One thing that is unusual: what, where, and the numbers, as codes by column of the tables."""

    rule: str
    where: Mapping[str, Any]
    before: float | str
    now: float | str


@dataclass(frozen=True)
class Report:
    """What is known of one delivery. `oddities` is None where there was nothing to compare with."""

    language: str
    file: str
    city: str
    release: str
    sheets: Mapping[str, int]
    unread: Sequence[str] = ()
    problems: Sequence[Problem] = ()
    oddities: Sequence[Oddity] | None = None
    against: str = ""
    unreadable: str = ""  # why the earlier delivery could not be read
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def say(self, key: str, *values: object) -> str:
        """Return a text of the catalogue in the report's language."""
        return catalogue.texts("check_texts", "text")[key][self.language].format(*values)

    def number(self, value: int) -> str:
        """Return a whole number with thousands apart."""
        return f"{value:,}" if self.language == "en" else f"{value:,}".replace(",", "\u00a0")

    @property
    def count(self) -> int:
        """How many problems there are, listed or not."""
        return sum(1 + problem.alike for problem in self.problems)

    @property
    def why_not_compared(self) -> str:
        """The text that says why there was no comparison: the file has to be right first, or there was no other."""
        return "compared_later" if self.problems else "not_compared"

    @property
    def verdict(self) -> str:
        """The outcome in one sentence."""
        if self.problems:
            return self.say("verdict_fix", self.number(self.count))
        return self.say("verdict_odd" if self.oddities else "verdict_fine")

    @property
    def fine(self) -> list[str]:
        """What is in order, one sentence each."""
        wrong = {problem.sheet for problem in self.problems}
        sentences = [
            self.say("read_sheet", f'"{name}"' if name else self.file, self.number(rows))
            for name, rows in self.sheets.items()
            if name not in wrong
        ]
        sentences += [self.say("not_read", f'"{name}"') for name in self.unread]
        return sentences + ([self.say("rules_kept"), *self._told()] if self.tables else [])

    def _told(self) -> Iterator[str]:
        counts = self.tables["counts"]
        if len(counts):
            years = ", ".join(map(str, sorted(set(counts["reference_year"]))))
            yield self.say(
                "areas_told", self.number(counts[["geography", "area_id"]].drop_duplicates().shape[0]), years
            )
            status = counts["status"].value_counts()
            hidden = [self.number(int(status.get(name, 0))) for name in ("suppressed", "missing")]
            yield self.say("hidden_told", *hidden)

    @property
    def odd(self) -> list[dict[str, str]]:
        """What is unusual, in words: what, where, before, now, usual."""
        texts = catalogue.texts("expectations", "rule")
        usual = {row["rule"]: row for row in catalogue.rows("expectations")}
        return [
            {
                "what": texts[one.rule][self.language],
                "where": self._where(one),
                "before": self._value(one.rule, one.before),
                "now": self._value(one.rule, one.now),
                "usual": _usual(usual[one.rule], one.rule),
            }
            for one in self.oddities or ()
        ]

    def _where(self, one: Oddity) -> str:
        named = {str(code): str(name) for code, name in self._area_names().items()}
        dimension = str(one.where.get("dimension", ""))
        told = []
        for column, code in one.where.items():
            if column == "geography":
                told += [self.say(f"geography_{code}")] if code == "school" else []
            elif column == "area_id":
                told.append(f"{code} {named.get(str(code), '')}".strip())
            else:
                told.append(name_of(column, str(code), self.language, dimension))
        return ", ".join(told) or self.say("whole_city")

    def _area_names(self) -> dict[str, str]:
        areas = self.tables.get("areas")
        name = "name_sv" if self.language == "sv" else "name_fi"
        return {} if areas is None else dict(zip(areas["area_id"], areas[name].fillna(areas["name_fi"]), strict=True))

    def _value(self, rule: str, value: float | str) -> str:
        if isinstance(value, str):
            return self.say(value) if value in ("new", "gone") else value
        if rule in RATIOS:
            return self._decimal(f"{100 * value:.1f}") + " %"
        if rule in ("newest_year", "closed_year"):
            return str(int(value)) if value else ""
        return self.number(int(value)) if float(value).is_integer() else self._decimal(f"{value:.1f}")

    def _decimal(self, written: str) -> str:
        return written if self.language == "en" else written.replace(".", ",")

    @property
    def totals(self) -> Totals:
        """The totals of the delivery, to be looked at."""
        return totals(self.tables, self.language, self.number, self._decimal)


def name_of(column: str, code: str, language: str, dimension: str = "") -> str:
    """Return what a code of a column is called in a language, or the code."""
    key = {"dimension": ("dimensions", "dimension"), "indicator": ("wellbeing", "indicator"),
           "funding": ("area_funding", "funding"), "period": ("periods", "period")}.get(column)  # fmt: skip
    if key:
        return catalogue.texts(*key).get(code, {}).get(language, code)
    if column == "group":
        rows = catalogue.rows("groups") if dimension else catalogue.rows("wellbeing_groups")
        return next((r[language] for r in rows if r["group"] == code and r.get("dimension", "") == dimension), code)
    return code


def _usual(row: Mapping[str, str], rule: str) -> str:
    if not row["most"] or rule in ("closed_year", "newest_year"):
        return ""
    return f"± {100 * float(row['most']):g} %" if float(row["least"]) else f"≤ {100 * float(row['most']):g} %"

"""Why a delivery was not taken, said so that its sender can put it right: source, file, line, column, remedy.

The words are in ``data/catalogue/refusals.csv``, in Finnish, Swedish and English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache

from seg_pipeline import catalogue

OF_STRUCTURE = frozenset({  # refusals that repeat lengths, encodings, kinds of file, hashes, and names of ours alone
    "encoding", "fields", "missing_column", "too_large", "too_many", "too_many_rows", "too_wide", "too_long",
    "file_kind", "hidden", "damaged", "unreadable", "no_municipality",
})  # fmt: skip
GRID_COLUMNS = ("xyind", "kunta")  # of the closed grid, besides those that the catalogue lists
CATALOGUE_FILE = re.compile(r"data/catalogue/[a-z_/]+\.csv")
GAP = "\x1f"
SHOWN = 60  # longest piece of a delivery that a message repeats


@dataclass(eq=False)
class Refused(Exception):
    """A delivery was refused whole. `refusal` is a key of the catalogue's table ``refusals``.

    `found` and `expected` may be keys of the tables ``texts`` or ``check_texts``, with what fills their gaps (see
    `told`); they are then said in the reader's language. Where a file has several problems, `others` are those after
    the first one that are listed, and `alike` is how many more of the same kind and column each stands for.
    """

    refusal: str
    found: str = ""
    expected: str = ""
    line: int | None = None
    column: str = ""
    sheet: str = ""
    source: str = ""
    file: str = ""
    cell: str = ""  # as a spreadsheet calls it, such as G17
    alike: int = 0
    others: tuple[Refused, ...] = field(default=(), repr=False)

    def in_file(self, source: str, file: str) -> Refused:
        """Return the same refusal, naming the source and the file that it is about."""
        return replace(self, source=source, file=file, others=tuple(one.in_file(source, file) for one in self.others))

    @property
    def problems(self) -> tuple[Refused, ...]:
        """Every problem that is listed, this one first."""
        return (replace(self, others=()), *self.others)

    @property
    def count(self) -> int:
        """How many problems there are, listed or not."""
        return sum(1 + one.alike for one in self.problems)

    def message(self, language: str = "en", discreet: bool = False) -> str:
        """Return the refusal as one sentence of what is wrong, where, and one of what to do; every letter printable.

        A discreet message repeats nothing that stood in the delivery: it may go where raw counts may not, such as logs.
        """
        texts = _texts()
        sheet, column = ("" if discreet and not _is_ours(one) else one for one in (self.sheet, self.column))
        place = ", ".join(
            part
            for part in (
                self.file,
                f"{texts['sheet'][language]} {sheet}" if sheet else "",
                f"{texts['line'][language]} {self.line}" if self.line else "",
                f"{texts['column'][language]} {_quoted(column)}" if column else "",
            )
            if part
        )
        sentence = " ".join(self.sentences(language, discreet))
        more = texts["more_problems"][language].format(count=f"{self.count - 1:,}") if self.count > 1 else ""
        return printable(": ".join(part for part in (self.source, place, f"{sentence} {more}".rstrip()) if part))

    def sentences(self, language: str = "en", discreet: bool = False) -> tuple[str, str]:
        """Return what is wrong, and what to do."""
        shut = discreet and self.refusal not in OF_STRUCTURE
        said = {
            name: printable(_veiled(value, language) if shut else say(value, language))
            for name, value in (("found", self.found), ("expected", self.expected))
        }
        what, end, remedy = catalogue.texts("refusals", "refusal")[self.refusal][language].partition(". ")
        return (what + end.rstrip()).format(**said), remedy.format(**said)

    def __str__(self) -> str:
        """Return the English message."""
        return self.message()


def told(key: str, *values: object) -> str:
    """Return a text of the catalogue with what fills its gaps, for `Refused` to say in the reader's language."""
    return GAP.join((key, *map(str, values)))


def say(value: str, language: str) -> str:
    """Return what `told` or a key of the catalogue's texts means in a language; any other text as it is."""
    key, *values = value.split(GAP)
    texts = _texts()
    try:
        return texts[key][language].format(*values) if key in texts else value
    except (IndexError, KeyError):  # a cell that happens to read like a key
        return value


def _veiled(value: str, language: str) -> str:
    """Return a value without what the delivery held: the catalogue's texts and the project's own names stay."""
    key, *values = value.split(GAP)
    if key in _texts():
        return say(told(key, *("…" for _ in values)), language)
    return value if not value or _is_ours(value) else "…"


def _is_ours(value: str) -> bool:
    """True for names of the delivery format, of the grids' columns and of the catalogue's files, and nothing else."""
    parts = [part.strip().casefold() for part in re.split(", | / |; ", value.strip('"'))]
    return all(part in _names_of_ours() or CATALOGUE_FILE.fullmatch(part) for part in parts)


@cache
def _names_of_ours() -> frozenset[str]:
    from seg_pipeline.tables.delivery import SHEETS

    named = {name for sheet in SHEETS for one in (sheet, *sheet.columns) for name in one.languages}
    grids = {
        name
        for row in catalogue.rows("grids/columns")
        for name in (row["column"], f"{row['column']} ({row['dimension']})")
    }
    return frozenset(named | {name.casefold() for name in (*grids, *GRID_COLUMNS)})


def _texts() -> dict[str, dict[str, str]]:
    return catalogue.texts("texts", "text") | catalogue.texts("check_texts", "text")


def quoted(text: str) -> str:
    """Return a piece of a delivery as a message shows it: quoted, printable, and not too long."""
    return _quoted(text if len(text) <= SHOWN else text[: SHOWN - 1] + "…")


def printable(text: str) -> str:
    """Return a text whose every letter can be shown: none can steer a terminal or turn the line around."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def _quoted(text: str) -> str:
    return '"' + printable(text) + '"'

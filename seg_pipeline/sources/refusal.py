"""Why a delivery was not taken, said so that its sender can put it right: source, file, line, column, remedy.

The words are in ``data/catalogue/refusals.csv``, in Finnish, Swedish and English.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from seg_pipeline import catalogue

OF_NUMBERS = (  # refusals that repeat what stood in a cell, where a raw count may stand by mistake
    "not_a_number", "total", "part_too_large", "share", "numerator", "unknown_group", "not_an_area", "release",
    "unknown_area", "lost_zeros", "another_name", "duplicate_area", "truncated", "layout", "unknown_column",
    "duplicate_column", "city_total", "out_of_range",
)  # fmt: skip
OF_HEADERS = ("unknown_column", "duplicate_column")  # of a file without a header, the column is a cell
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
        """Return the refusal as one sentence of what is wrong, where, and one of what to do.

        A discreet message repeats no number of the delivery: it may go where raw counts may not, such as logs.
        """
        texts = _texts()
        named = self.column and not (discreet and self.refusal in OF_HEADERS)
        place = ", ".join(
            part
            for part in (
                self.file,
                f"{texts['sheet'][language]} {self.sheet}" if self.sheet else "",
                f"{texts['line'][language]} {self.line}" if self.line else "",
                f"{texts['column'][language]} {_quoted(self.column)}" if named else "",
            )
            if part
        )
        sentence = " ".join(self.sentences(language, discreet))
        more = texts["more_problems"][language].format(count=f"{self.count - 1:,}") if self.count > 1 else ""
        return ": ".join(part for part in (self.source, place, f"{sentence} {more}".rstrip()) if part)

    def sentences(self, language: str = "en", discreet: bool = False) -> tuple[str, str]:
        """Return what is wrong, and what to do."""
        said = {
            name: "…" if discreet and self.refusal in OF_NUMBERS else say(value, language)
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
    return texts[key][language].format(*values) if key in texts else value


def _texts() -> dict[str, dict[str, str]]:
    return catalogue.texts("texts", "text") | catalogue.texts("check_texts", "text")


def quoted(text: str) -> str:
    """Return a piece of a delivery as a message shows it: quoted, printable, and not too long."""
    return _quoted(text if len(text) <= SHOWN else text[: SHOWN - 1] + "…")


def _quoted(text: str) -> str:
    return '"' + "".join(letter if letter.isprintable() else "�" for letter in text) + '"'

"""Why a delivery was not taken, said so that its sender can put it right: source, file, line, column, remedy.

The words are in ``data/catalogue/refusals.csv``, in Finnish, Swedish and English.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from seg_pipeline import catalogue

OF_NUMBERS = ("not_a_number", "total", "part_too_large")  # refusals that repeat what stood in a cell
SHOWN = 60  # longest piece of a delivery that a message repeats


@dataclass(eq=False)
class Refused(Exception):
    """A delivery was refused whole. `refusal` is a key of the catalogue's table ``refusals``.

    `found` and `expected` may be keys of the table ``texts``; they are then said in the reader's language.
    """

    refusal: str
    found: str = ""
    expected: str = ""
    line: int | None = None
    column: str = ""
    sheet: str = ""
    source: str = ""
    file: str = ""

    def in_file(self, source: str, file: str) -> Refused:
        """Return the same refusal, naming the source and the file that it is about."""
        return replace(self, source=source, file=file)

    def message(self, language: str = "en", discreet: bool = False) -> str:
        """Return the refusal as one sentence of what is wrong, where, and one of what to do.

        A discreet message repeats no number of the delivery: it may go where raw counts may not, such as logs.
        """
        texts = catalogue.texts("texts", "text")
        place = ", ".join(
            part
            for part in (
                self.file,
                f"{texts['sheet'][language]} {self.sheet}" if self.sheet else "",
                f"{texts['line'][language]} {self.line}" if self.line else "",
                f"{texts['column'][language]} {_quoted(self.column)}" if self.column else "",
            )
            if part
        )
        said = {
            name: "…" if discreet and self.refusal in OF_NUMBERS else texts.get(value, {}).get(language, value)
            for name, value in (("found", self.found), ("expected", self.expected))
        }
        sentence = catalogue.texts("refusals", "refusal")[self.refusal][language].format(**said)
        return ": ".join(part for part in (self.source, place, sentence) if part)

    def __str__(self) -> str:
        """Return the English message."""
        return self.message()


def quoted(text: str) -> str:
    """Return a piece of a delivery as a message shows it: quoted, printable, and not too long."""
    return _quoted(text if len(text) <= SHOWN else text[: SHOWN - 1] + "…")


def _quoted(text: str) -> str:
    return '"' + "".join(letter if letter.isprintable() else "�" for letter in text) + '"'

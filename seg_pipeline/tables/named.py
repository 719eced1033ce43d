"""What the delivery format is written with: sheets and columns that have a code, and a name in each language."""

from __future__ import annotations

from dataclasses import dataclass

from seg_pipeline import catalogue

CODES = "code"  # the language of a file whose headers are the codes themselves


def plain(name: str) -> str:
    """Return a name as names are compared: in any case of letters, with single blanks."""
    return " ".join(name.split()).casefold()


@dataclass(frozen=True)
class Named:
    """A code, and what it is called in Finnish, Swedish and English."""

    name: str
    fi: str
    sv: str
    en: str

    def called(self, language: str) -> str:
        """Return the name in a language, or the code."""
        return self.name if language == CODES else str(getattr(self, language))

    @property
    def languages(self) -> dict[str, str]:
        """What a file may write: each accepted name, and the language that it is in; the code goes first."""
        return {plain(self.called(language)): language for language in ("en", "sv", "fi", CODES)}


@dataclass(frozen=True)
class Column(Named):
    """A column of a sheet. `kind` says what its cells hold; `about` explains it, `example` shows one cell."""

    kind: str
    about: tuple[str, str, str]  # fi, sv, en
    example: str
    required: bool = True

    def explained(self, language: str) -> str:
        """Return the explanation in a language."""
        return self.about[catalogue.LANGUAGES.index(language)]


@dataclass(frozen=True)
class Sheet(Named):
    """A sheet of a delivery. `key` are the columns that no two rows may share."""

    about: tuple[str, str, str]
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def explained(self, language: str) -> str:
        """Return the explanation in a language."""
        return self.about[catalogue.LANGUAGES.index(language)]

    def column(self, header: str) -> Column | None:
        """Return the column that a header means, in any accepted language, or None."""
        return next((column for column in self.columns if plain(header) in column.languages), None)

    @property
    def required(self) -> tuple[Column, ...]:
        """The columns without which the sheet says nothing."""
        return tuple(column for column in self.columns if column.required)

"""How a city's own file differs from the delivery format: a value, so that a city's own layout needs no code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from seg_pipeline.sources.cities.faces.raw import Raw

Columns = Mapping[str, str]


@dataclass(frozen=True)
class Layout:
    """A city's own file as a sheet of the delivery format.

    `columns` are the city's headers and the columns that they mean; `ignored` are headers that are left out.
    `groups` are headers of columns that each hold the numbers of one group: a row of the file then becomes one row for
    each. `codes` translate the cells of a column, `constants` fill the columns that the file does not have, `prefix`
    goes before each code of an area. Lines that begin with `comment` hold no data.
    """

    name: str
    sheet: str
    columns: Columns
    encoding: str = "utf-8-sig"
    separator: str = ";"
    title: str = ""  # name of the sheet in a workbook
    comment: str = ""
    ignored: tuple[str, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Columns] = field(default_factory=dict)
    constants: Columns = field(default_factory=dict)
    prefix: str = ""

    @property
    def headers(self) -> set[str]:
        """The headers that a file of this layout has."""
        return {*self.columns, *self.groups, *self.ignored}

    def fits(self, header: list[str]) -> bool:
        """True for the header of a file in this layout: all of its columns, and no other."""
        return set(header) == self.headers

    def translate(self, raw: Raw) -> tuple[Raw, dict[str, str]]:
        """Return a page of this layout as the delivery format has it, and the city's header of each column."""
        kept = {at: self.columns[header] for at, header in enumerate(raw.header) if header in self.columns}
        spread = {at: self.groups[header] for at, header in enumerate(raw.header) if header in self.groups}
        names = [*kept.values(), *self.constants, *(["group", "count"] if spread else [])]
        rows, lines = [], []
        for row, line in zip(raw.rows, raw.lines, strict=True):
            told = [self._cell(name, row[at]) for at, name in kept.items()] + list(self.constants.values())
            for more in [[group, self._cell("count", row[at])] for at, group in spread.items()] if spread else [[]]:
                rows.append(told + more)
                lines.append(line)
        named = {column: header for header, column in self.columns.items()}
        return Raw(raw.title, names, raw.header_line, rows, lines), named

    def _cell(self, column: str, cell: str) -> str:
        cell = self.codes.get(column, {}).get(cell, cell)
        return self.prefix + cell if column == "area_id" and cell else cell

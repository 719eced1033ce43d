"""The workbook that a steward fills in, made from the delivery format: headers, lists to choose from, instructions."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from seg_pipeline.sources.cities.examples import CHOSEN, Row, examples, word, worded
from seg_pipeline.sources.refusal import say
from seg_pipeline.tables import delivery
from seg_pipeline.tables.named import Column, Sheet

if TYPE_CHECKING:
    from seg_pipeline.classifications import City

LAST = 20_000  # the last row that offers lists
MADE = datetime(2026, 1, 1, tzinfo=UTC)  # not the clock: the same template is the same bytes
WIDTHS = {"name": 30, "dimension": 34, "group": 44, "pupils": 40, "people": 34, "indicator": 60, "funding": 44,
          "period": 30, "geometry": 40}  # fmt: skip
DARK, LIGHT, PALE = "#1F3864", "#D9E2F3", "#F2F2F2"
HOW = range(1, 7)


def template(
    language: str, city: City, rows: Mapping[str, Sequence[Row]] | None = None, notice: Sequence[str] = ()
) -> bytes:
    """Return the XLSX template in Finnish, Swedish or English, its examples with the codes of `city`.

    `rows` fill its sheets, by their names and in codes; `notice` are lines of a sheet before all others.
    """
    import xlsxwriter

    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True}) as book:
        if notice:
            book.add_worksheet("README").write_column(0, 0, notice)
        Template(book, language, city).write(rows or {})
    return sink.getvalue()


class Template:
    """One template while it is being written."""

    def __init__(self, book: Any, language: str, city: City) -> None:
        """Prepare the styles."""
        self.book, self.language, self.city = book, language, city
        book.set_properties({"title": self.text("template_title"), "created": MADE})
        look = {"text_wrap": True, "valign": "top"}
        self.title = book.add_format({"bold": True, "font_size": 16, "font_color": DARK})
        self.head = book.add_format({"bold": True, "font_size": 12, "font_color": DARK})
        self.plain = book.add_format(look)
        self.coded = book.add_format({"num_format": "@"})
        self.required = book.add_format(look | {"bold": True, "bg_color": DARK, "font_color": "#FFFFFF", "border": 1})
        self.optional = book.add_format(look | {"bold": True, "bg_color": LIGHT, "font_color": DARK, "border": 1})
        self.note = book.add_format({"italic": True, "bg_color": PALE})
        self.lists: dict[str, str] = {}

    def text(self, key: str) -> str:
        """Return a text of the catalogue."""
        return say(key, self.language)

    def write(self, rows: Mapping[str, Sequence[Row]]) -> None:
        """Write every sheet: instructions, the data sheets, examples and lists."""
        told = {key: self.text(f"sheet_{key}") for key in delivery.BESIDE}
        first = self.book.add_worksheet(told["instructions"])
        sheets = [(sheet, self.book.add_worksheet(sheet.called(self.language))) for sheet in delivery.SHEETS]
        example, lists = (self.book.add_worksheet(told[key]) for key in ("example", "lists"))
        self.write_lists(lists, told["lists"])
        self.instruct(first)
        for sheet, page in sheets:
            self.prepare(sheet, page)
            for at, row in enumerate(worded(sheet, rows.get(sheet.name, ()), self.language), 1):
                self.write_row(page, at, sheet, row)
        self.exemplify(example)

    def instruct(self, page: Any) -> None:
        """Write how to fill the template in, and what each column is."""
        page.hide_gridlines(2)
        page.set_column(0, 0, 30)
        page.set_column(1, 1, 90)
        page.set_column(2, 3, 24)
        page.write(0, 0, self.text("template_title"), self.title)
        page.write(2, 0, self.text("how_title"), self.head)
        for at in HOW:
            page.merge_range(2 + at, 0, 2 + at, 3, f"{at}. {self.text(f'how_{at}')}", self.plain)
        row = 4 + len(HOW)
        for sheet in delivery.SHEETS:
            page.write(row, 0, sheet.called(self.language), self.head)
            page.write(row, 1, sheet.explained(self.language), self.plain)
            for column in sheet.columns:
                row += 1
                wanted = self.text("required" if column.required else "optional")
                cells = (column.called(self.language), column.explained(self.language), wanted, self.example(column))
                page.write_row(row, 0, cells, self.plain)
            row += 2

    def example(self, column: Column) -> str:
        """Return the example of a column, in the language of the template."""
        return word(column, column.example.format(city=self.city.city), self.language, "language")

    def prepare(self, sheet: Sheet, page: Any) -> None:
        """Write a data sheet's header with its notes, and what may be chosen below it."""
        page.freeze_panes(1, 0)
        page.set_row(0, 32)
        for at, column in enumerate(sheet.columns):
            page.set_column(
                at, at, WIDTHS.get(column.kind, 18), self.coded if column.kind in ("area", "geometry") else None
            )
            page.write(0, at, column.called(self.language), self.required if column.required else self.optional)
            wanted = self.text("required" if column.required else "optional")
            note = (
                f"{column.explained(self.language)}\n({wanted}; {self.text('example').lower()}: {self.example(column)})"
            )
            page.write_comment(0, at, note, {"x_scale": 2.2, "y_scale": 1.4, "author": ""})
            rule = self.rule(sheet, column)
            if rule:
                page.data_validation(1, at, LAST, at, rule)

    def rule(self, sheet: Sheet, column: Column) -> dict[str, Any] | None:
        """Return what a spreadsheet checks of a column while it is filled in."""
        if column.kind == "year":
            return {"validate": "integer", "criteria": "between", "minimum": 1990, "maximum": 2099,
                    "error_message": self.text("year_wanted")}  # fmt: skip
        said = {"validate": "list", "error_type": "warning", "error_message": self.text("not_in_list")}
        if column.kind == "group":
            names = [one.name for one in sheet.columns]
            place = f"${chr(ord('A') + names.index('dimension'))}2"
            first, whole = self.lists["of"], self.lists["of"].replace("$1", "$1:{}").format(self.lists["of_last"])
            source = f"=OFFSET({first},MATCH({place},{whole},0)-1,1,COUNTIF({whole},{place}),1)"
            return said | {"source": source}
        return said | {"source": f"={self.lists[column.kind]}"} if column.kind in (*CHOSEN, "pupils") else None

    def write_lists(self, page: Any, title: str) -> None:
        """Write every list with its names and codes; the groups stand beside their dimension."""
        kinds = {kind: delivery.choices(kind) for kind in ("indicator", "people", "period", "funding")}
        kinds["pupils"] = delivery.groups(delivery.SCHOOL_DIMENSION)
        dimensions = {code: delivery.choices("dimension")[code] for code in delivery.AREA_DIMENSIONS}
        of = [(names[self.language], group[self.language], code, key) for code, names in dimensions.items()
              for key, group in delivery.groups(code).items()]  # fmt: skip
        for at, cells in enumerate(of):
            page.write_row(at, 0, cells)
        place = f"'{title}'!" if not title.isascii() else f"{title}!"
        self.lists |= {"of": f"{place}$A$1", "of_last": f"$A${len(of)}"}
        for nth, (kind, offered) in enumerate(({"dimension": dimensions} | kinds).items()):
            at, name = 5 + 3 * nth, chr(ord("A") + 5 + 3 * nth)
            for row, (code, names) in enumerate(offered.items()):
                page.write_row(row, at, (names[self.language], code))
            self.lists[kind] = f"{place}${name}$1:${name}${len(offered)}"
        page.set_column(0, 24, 24)

    def exemplify(self, page: Any) -> None:
        """Write the example rows of every sheet."""
        page.write(0, 0, self.text("example_note"), self.note)
        page.set_column(0, 8, 26)
        row = 2
        for sheet in delivery.SHEETS:
            page.write(row, 0, sheet.called(self.language), self.head)
            for at, column in enumerate(sheet.columns):
                page.write(row + 1, at, column.called(self.language), self.optional)
            told = worded(sheet, examples(self.city)[sheet.name], self.language)
            for nth, cells in enumerate(told):
                self.write_row(page, row + 2 + nth, sheet, cells)
            row += len(told) + 4

    def write_row(self, page: Any, at: int, sheet: Sheet, row: Row) -> None:
        """Write one row of a data sheet: codes as text, numbers as numbers."""
        for place, column in enumerate(sheet.columns):
            cell = row[column.name]
            if column.kind in ("year", "count", "amount", "euros") and cell.replace(",", "", 1).isdigit():
                page.write_number(at, place, float(cell.replace(",", ".")))
            elif cell:
                page.write_string(at, place, cell, self.coded if column.kind in ("area", "geometry") else None)

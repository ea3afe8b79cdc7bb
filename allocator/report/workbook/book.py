"""A workbook being written: cells with their formats, tables with their names, paper."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from allocator.errors import UsageError
from allocator.instance.sheets import LONGEST_CELL, on_paper

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

HEADING: Final = 2  # row of the headings, counted from 0; a title and a note stand above
MOST_ROWS: Final = 1_048_576 - HEADING - 2  # under the headings of a sheet, one left for a total
LINE: Final = 15.5  # points of a line of text
_WIDEST: Final = 60.0  # characters of a column
_NARROWEST: Final = 9.0
_PAGE: Final = 240.0  # characters side by side that can still be read on paper
_MOST_KEYS: Final = 2  # columns that stand on every page of those side by side
_HALF_A_PENNY: Final = 0.005  # £
_MOST_PRINTED: Final = 100  # rows of a table that is there to be looked up
_LONGEST_FOOTER: Final = 120
_LONGEST_HEADER: Final = 255

MONEY: Final = "#,##0;[Red]-#,##0;0"
PRICE: Final = "#,##0.00;[Red]-#,##0.00;0.00"
COUNT: Final = "#,##0.0"
RATIO: Final = "0.0000"
WHOLE: Final = "0"
TEXT: Final = ""


@dataclass(frozen=True)
class Formula:
    """A formula, and what it comes to for a reader that does not calculate."""

    text: str
    value: float | int | str | bool


@dataclass(frozen=True)
class Shaped:
    """A cell with a number format of its own."""

    value: object
    shape: str

    @property
    def style(self) -> dict[str, Any]:
        """Properties of its format; a long text is wrapped."""
        if isinstance(self.value, str):
            return {"text_wrap": True} if len(self.value) > _WIDEST else {}
        return {"num_format": self.shape} if self.shape else {}

    @property
    def length(self) -> int:
        """Characters that it takes, about."""
        value = self.value.value if isinstance(self.value, Formula) else self.value
        if value is None:
            return 0
        if not isinstance(value, (float, int)):
            return max(map(len, str(value).split("\n")))
        decimals = len(self.shape.partition(";")[0].partition(".")[2])
        return len(self.shape) if "E" in self.shape else len(f"{value:,.{decimals}f}")


@dataclass(frozen=True)
class Heading:
    """A column: its key in names, its heading, the unit under it, its number format."""

    key: str
    label: str
    unit: str = ""
    shape: str = TEXT

    @property
    def text(self) -> str:
        """As it stands at the head of the column."""
        return f"{self.label}\n{self.unit}" if self.unit else self.label


@dataclass(frozen=True)
class Extent:
    """Where a table stands: its sheet, its first and last row, and its columns by key."""

    sheet: str
    first: int
    last: int
    columns: Mapping[str, int]

    def cell(self, key: str, row: int, *, absolute: bool = False) -> str:
        """``D5``, or ``D$5``."""
        return str(xl_rowcol_to_cell(row, self.columns[key], row_abs=absolute))

    def range(self, key: str) -> list[Any]:
        """A column as charts want it: sheet, and its first and last row and column."""
        column = self.columns[key]
        return [self.sheet, self.first, column, self.last, column]


class Book:
    """The sheets of a report.  Text is never taken for a formula, a number or an address."""

    def __init__(self, workbook: Workbook, footer: str) -> None:
        self.workbook = workbook
        self.footer = " ".join(footer.split())[:_LONGEST_FOOTER].replace("&", "&&")
        self._styles: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._titles: dict[str, tuple[str, str]] = {}  # by sheet
        self._beside: set[str] = set()  # sheets printed on pages side by side

    def style(self, **properties: Any) -> Format:
        """A format, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._styles:
            self._styles[key] = self.workbook.add_format({"valign": "top", **properties})
        return self._styles[key]

    def sheet(self, name: str, colour: str = "#0072B2") -> Worksheet:
        """A sheet set up for A4 paper on its side."""
        sheet = self.workbook.add_worksheet(name)
        sheet.set_tab_color(colour)
        self.paper(sheet)
        return sheet

    def paper(self, sheet: Worksheet) -> None:
        """A4 on its side, as wide as the page, numbered; a blank ends the size of the letters."""
        on_paper(sheet)
        sheet.set_footer(f"&L&8 {self.footer}: &A&R&8 page &P of &N")

    def title(self, sheet: Worksheet, title: str, note: str) -> None:
        """The first two rows of a sheet."""
        self._titles[sheet.name] = title, note
        self.put(sheet, 0, 0, title, bold=True, font_size=14)
        self.put(sheet, 1, 0, note, italic=True, font_color="#595959")

    def put(self, sheet: Worksheet, row: int, column: int, value: object, **style: Any) -> None:
        """One cell: a number as one, a formula as one, everything else as text; None is blank."""
        form = self.style(**style)
        if isinstance(value, Formula):
            sheet.write_formula(row, column, value.text, form, value.value)
        elif isinstance(value, bool):
            sheet.write_string(row, column, "yes" if value else "no", form)
        elif isinstance(value, (float, int)):
            if _is_nought(float(value), style.get("num_format", "")):
                form = self.style(**style | {"num_format": "0.00;0.00"})
            self._put_number(sheet, row, column, float(value), form)
        elif value is not None and str(value):
            if len(str(value)) > LONGEST_CELL:
                where = xl_rowcol_to_cell(row, column)
                raise UsageError(f"{sheet.name}, {where}: the text is too long for a cell")
            sheet.write_string(row, column, str(value), form)

    def _put_number(
        self, sheet: Worksheet, row: int, column: int, value: float, form: Format
    ) -> None:
        """A number that is missing is a blank cell, one without end is said to be so.

        Nought has no sign.
        """
        if math.isfinite(value):
            sheet.write_number(row, column, value + 0.0, form)
        elif not math.isnan(value):
            sheet.write_string(row, column, "no limit" if value > 0 else "no least", form)

    def table(
        self,
        sheet: Worksheet,
        prefix: str,
        headings: Sequence[Heading],
        rows: Iterable[Sequence[object]],
        *,
        keys: int = 1,
        filtered: bool = True,
        pages: int = 1,
        looked_up: bool = False,
    ) -> Extent:
        """A table under the title of a sheet, each column named ``prefix_key``.

        The headings and the first ``keys`` columns stay in view, and the headings stand on
        every printed page; no fewer than so many ``pages`` are printed side by side.  Of a table
        that is ``looked_up`` only the first rows are printed.
        """
        columns = {heading.key: n for n, heading in enumerate(headings)}
        widths = [_width(heading) for heading in headings]
        apart = _apart(headings)
        last = HEADING
        for last, row in enumerate(rows, HEADING + 1):
            lines = 1
            for n, (heading, value) in enumerate(zip(headings, row, strict=True)):
                cell = value if isinstance(value, Shaped) else Shaped(value, heading.shape)
                self.put(sheet, last, n, cell.value, **cell.style, **apart[n])
                widths[n] = max(widths[n], min(_WIDEST, cell.length + 2.0))
                if cell.length + 2.0 > _WIDEST:
                    lines = max(lines, math.ceil(cell.length / (0.9 * _WIDEST)))
            if lines > 1:
                sheet.set_row(last, LINE * lines)
        block = Extent(sheet.name, HEADING + 1, max(last, HEADING + 1), columns)
        self._head(sheet, headings, widths, apart)
        if (pages := max(pages, math.ceil(sum(widths) / _PAGE))) > 1:
            self._side_by_side(sheet, block, pages, min(keys, _MOST_KEYS))
        if looked_up:
            self.print_first(sheet, HEADING, block.last - HEADING, len(headings))
        sheet.freeze_panes(HEADING + 1, keys)
        sheet.repeat_rows(HEADING)
        if filtered:
            sheet.autofilter(HEADING, 0, block.last, len(headings) - 1)
        for key in columns:
            self.name(f"{prefix}_{key}", block, key)
        return block

    def _head(
        self,
        sheet: Worksheet,
        headings: Sequence[Heading],
        widths: Sequence[float],
        apart: Sequence[Mapping[str, Any]],
    ) -> None:
        """The headings, in a row as high as the longest of them."""
        for n, (heading, width) in enumerate(zip(headings, widths, strict=True)):
            side = "left" if heading.shape == TEXT else "right"
            self.put(
                sheet,
                HEADING,
                n,
                heading.text,
                bold=True,
                text_wrap=True,
                bottom=1,
                bg_color="#E8EEF4",
                **{"align": side, **apart[n]},
            )
            sheet.set_column(n, n, width)
        lines = max(map(_lines, headings, widths))
        sheet.set_row(HEADING, LINE * lines + 4)

    def _side_by_side(self, sheet: Worksheet, block: Extent, pages: int, keys: int) -> None:
        """A table that is printed on pages side by side: its keys and its title stand on each.

        The title in the margin, since its own cell would end where the keys do; a total's row is
        printed with the table.
        """
        self._beside.add(sheet.name)
        sheet.fit_to_pages(pages, 0)
        sheet.repeat_columns(0, keys - 1)
        if sheet.name in self._titles:
            title, note = (said.replace("&", "&&") for said in self._titles[sheet.name])
            sheet.set_header(_cut(f'&L&"-,Bold"&12 {title}\n&"-,Italic"&8 {note}'))
            sheet.print_area(HEADING, 0, block.last + 1, len(block.columns) - 1)

    def print_first(self, sheet: Worksheet, heading: int, rows: int, columns: int) -> None:
        """Where there are many rows, only the first are on paper, which says so."""
        if rows <= _MOST_PRINTED:
            return
        beside = sheet.name in self._beside
        sheet.print_area(heading if beside else 0, 0, heading + _MOST_PRINTED, columns - 1)
        told = f"&R&8 On paper the first {_MOST_PRINTED} of {rows:,} rows; all are on the sheet"
        sheet.set_header(_cut(sheet.header, len(told)) + told)

    def name(self, name: str, block: Extent, key: str) -> None:
        """Name a column of a table."""
        column = block.columns[key]
        where = xl_range_abs(block.first, column, block.last, column)
        self.workbook.define_name(name, f"='{block.sheet}'!{where}")


def _is_nought(value: float, shape: str) -> bool:
    """Whether money owed is so little that it would be shown as a nought, red and with a minus."""
    return "[Red]" in shape and -_HALF_A_PENNY < value < 0


def _cut(header: str, besides: int = 0) -> str:
    """A header as long as there is room ``besides`` what follows; no half of a mark at its end."""
    most = _LONGEST_HEADER - besides
    return header if len(header) <= most else header[:most].rstrip("&")


def _width(heading: Heading) -> float:
    """Characters for a heading: its longest word, for it is wrapped; some for the filter."""
    return max(_NARROWEST, max(map(len, heading.text.split()), default=0) + 2.0)


def _apart(headings: Sequence[Heading]) -> list[dict[str, Any]]:
    """For each column, the indent that keeps text off the number to its left.

    To the left by name: LibreOffice knows no indent else.
    """
    numbers = [False, *(heading.shape != TEXT for heading in headings)]
    return [
        {"indent": 1, "align": "left"} if before and heading.shape == TEXT else {}
        for before, heading in zip(numbers, headings, strict=False)
    ]


def _lines(heading: Heading, width: float) -> int:
    """Lines that a heading takes in a column so wide, bold letters being wider."""
    return sum(len(textwrap.wrap(part, int(width) - 2)) for part in heading.text.split("\n"))

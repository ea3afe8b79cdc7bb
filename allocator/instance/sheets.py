"""An instance as the sheets of a workbook: cells to read back, and what helps whoever fills them.

Every heading has a note with its column's meaning, unit and default; cells that name something,
or are one of a few words, offer what there is; numbers have a format; each sheet prints one page
wide with its headings on every page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from allocator.errors import UsageError
from allocator.instance import guide
from allocator.instance.columns import Column, InputTable, Kind
from allocator.instance.dropdowns import DropDowns
from allocator.instance.instance import Instance
from allocator.instance.lines import SCHEMA, cell_text, columns_of, lines_of, settings_of
from allocator.instance.raw import SETTINGS_SHEET
from allocator.instance.schema import TABLES
from allocator.instance.settings import SETTINGS

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

LONGEST_CELL: Final = 32_767  # characters, in a workbook
IN_MEMORY: Final = {"in_memory": True}  # not by a temporary file for each part of a workbook
LINE: Final = 45  # characters of a line of a long text
_CLOSE_LINES: Final = (45, 36, 28)  # the same on a sheet that is set close
_WIDE: Final = 200  # characters side by side; a sheet that is wider is set close, for paper
_BESIDE: Final = 3  # characters of a column beside its text
_UPRIGHT: Final = 7.5  # points of a letter of a heading that stands upright
_LONGEST_TITLE: Final = 255  # characters of a document's title
_A4: Final = 9
_HEIGHT: Final = 15.0  # points of a line
_TALLEST: Final = 27  # lines of a row; a workbook's rows end at 409 points
_NUMBERS: Final = (Kind.NUMBER, Kind.WHOLE, Kind.YEAR)
_NOTE: Final = {"x_scale": 2.0, "author": "allocator"}
_EMPTY: Final = "#A6A6A6"  # of the tab of a table without rows


class _Styles:
    """Formats of cells, made once for each workbook."""

    def __init__(self, workbook: Workbook) -> None:
        head = {"bold": True, "bottom": 1, "bg_color": "#E8EEF4"}
        self._heading = workbook.add_format({**head, "indent": 1})
        self._heading_of_numbers = workbook.add_format({**head, "align": "right"})
        self._upright = workbook.add_format({**head, "align": "center", "rotation": 90})
        text = {
            "align": "left",
            "indent": 1,
            "valign": "top",
        }  # clear of a number in the column before
        self._text = workbook.add_format(text)
        self._long = workbook.add_format({**text, "text_wrap": True})
        self._numbers = {
            shape: workbook.add_format({"num_format": shape, "valign": "top"})
            for shape in ("General", "#,##0", "#,##0.00")
        }

    def heading(self, column: Column | None, *, close: bool = False) -> Format:
        """The format of a heading; of a sheet that is set close, upright over numbers."""
        if not _of_numbers(column):
            return self._heading
        return self._upright if close else self._heading_of_numbers

    def cell(self, column: Column | None, value: object, line: int) -> Format:
        """The format of a cell; a text longer than a line is wrapped."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return self._long if len(cell_text(value)) > line else self._text
        if column is None:
            return self._numbers["General"]
        if column.unit.startswith(("£", "children", "cases")) and abs(value) >= 1000:
            return self._numbers["#,##0" if value == int(value) else "#,##0.00"]
        return self._numbers["General"]


def write_workbook(
    instance: Instance, file: Path, *, shows: Sequence[str] = (), empty: bool = False
) -> None:
    """Write a workbook: a guide, with ``shows`` as what it says of this instance, and the sheets.

    ``empty`` is that of ``add_sheets``.
    """
    import xlsxwriter

    with xlsxwriter.Workbook(str(file), IN_MEMORY) as workbook:
        workbook.set_properties({"title": (instance.title or instance.name)[:_LONGEST_TITLE]})
        first = workbook.add_worksheet(guide.SHEET)
        on_paper(first)
        sheets = add_sheets(workbook, instance, empty=empty)
        guide.fill(workbook, first, instance, shows, [each.get_name() for each in sheets[:-1]])


def add_sheets(workbook: Workbook, instance: Instance, *, empty: bool = False) -> list[Worksheet]:
    """Add the sheets of an instance: its settings, each table that has rows, and drop-downs.

    With ``empty`` the other tables have a sheet too, of headings alone, with a grey tab.
    """
    styles, offered = _Styles(workbook), DropDowns(instance)
    sheets = [workbook.add_worksheet(SETTINGS_SHEET)]
    lines = list(_settings_lines(instance))
    _fill(sheets[0], lines, [None, None, None], styles)
    offered.of_settings(sheets[0], [str(key) for key, *_ in lines])
    for name, rows in instance.tables.items():
        if rows or empty:
            sheet = workbook.add_worksheet(name)
            _table(sheet, instance, TABLES[name], styles)
            offered.of_table(sheet, TABLES[name])
            if not rows:
                sheet.set_tab_color(_EMPTY)
            sheets.append(sheet)
    sheets.append(offered.write(workbook))
    for sheet in sheets:
        on_paper(sheet)
        sheet.repeat_rows(0)
    return sheets


def on_paper(sheet: Worksheet) -> None:
    """A4 on its side, as wide as the page."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.fit_to_pages(1, 0)


def _table(sheet: Worksheet, instance: Instance, table: InputTable, styles: _Styles) -> None:
    names = columns_of(instance, table.name)
    columns = [table.column(name) for name in names]
    _, *rows = lines_of(instance, table.name)
    _fill(sheet, [names, *rows], columns, styles)
    for n, column in enumerate(columns):
        sheet.write_comment(0, n, _said(column, instance.price_base), _NOTE)


def _said(column: Column, base: str) -> str:
    """What a column means, its unit, and what a blank cell is."""
    lines = [column.meaning]
    if column.unit:
        lines.append(f"Unit: {column.unit}{f', prices of {base}' if '£' in column.unit else ''}")
    if not column.required:
        lines.append(f"Blank: {column.default_text}")
    return "\n".join(lines)


def _settings_lines(instance: Instance) -> Iterator[list[Any]]:
    """Key, value and, for the reader, what the key means."""
    yield ["key", "value", "meaning"]
    yield ["schema", SCHEMA, SETTINGS[""][0].meaning]
    for section, values in settings_of(instance):
        for column in SETTINGS[section]:
            if column.name in values:
                unit = f" ({column.unit})" if column.unit else ""
                key = f"{section}.{column.name}"
                yield [key, values[column.name], f"{column.meaning}{unit}"]


def _fill(
    sheet: Worksheet,
    lines: Iterable[list[Any]],
    columns: Sequence[Column | None],
    styles: _Styles,
) -> None:
    """Headings and rows, each column as wide as its text; closer where that is wide for paper."""
    heading, *rows = lines
    line, widths = LINE, _widths([heading, *rows], LINE)
    if close := sum(widths) > _WIDE:
        line, widths = _closer([_lying(heading, columns), *rows])
        longest = max(len(str(name)) for name in heading)
        sheet.set_row(0, max(_HEIGHT, _UPRIGHT * longest))
    for at, (value, column) in enumerate(zip(heading, columns, strict=True)):
        _put(sheet, 0, at, value, styles.heading(column, close=close))
    for number, row in enumerate(rows, 1):
        for at, (value, column) in enumerate(zip(row, columns, strict=True)):
            _put(sheet, number, at, value, styles.cell(column, value, line))
        tallest = max((-(-len(cell_text(value)) // line) for value in row), default=1)
        if tallest > 1:
            sheet.set_row(number, _HEIGHT * min(tallest, _TALLEST))
    sheet.freeze_panes(1, 0)
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)


def _of_numbers(column: Column | None) -> bool:
    return column is not None and column.kind in _NUMBERS


def _lying(heading: Sequence[Any], columns: Sequence[Column | None]) -> list[Any]:
    """The headings that take a column's width: those over numbers stand upright."""
    return ["" if _of_numbers(c) else name for name, c in zip(heading, columns, strict=True)]


def _closer(lines: Sequence[Sequence[Any]]) -> tuple[int, list[int]]:
    """The longest line at which a sheet is narrow enough, else the shortest; and its widths."""
    tried = ((line, _widths(lines, line)) for line in _CLOSE_LINES)
    narrow = (each for each in tried if sum(each[1]) <= _WIDE)
    return next(narrow, (_CLOSE_LINES[-1], _widths(lines, _CLOSE_LINES[-1])))


def _widths(lines: Iterable[Sequence[Any]], line: int) -> list[int]:
    """Characters of each column, none wider than a line."""
    lengths = ([min(len(cell_text(value)), line) for value in each] for each in lines)
    return [max(each) + _BESIDE for each in zip(*lengths, strict=True)]


def _put(sheet: Worksheet, row: int, column: int, value: object, style: Format) -> None:
    """A number as a number, unless a workbook's 16 digits would round it; the rest as text."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if number and float(f"{value:.16G}") == value:
        sheet.write_number(row, column, value, style)
        return
    text = cell_text(value)
    if len(text) > LONGEST_CELL:
        raise UsageError(f"{sheet.name}, row {row + 1}: the text is too long for a workbook's cell")
    if text:
        sheet.write_string(row, column, text, style)

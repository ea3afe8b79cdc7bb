"""The instance in the sheets that ``read`` takes, with notes on its headings."""

from __future__ import annotations

from typing import Final

from allocator.instance import Instance
from allocator.instance.columns import Column
from allocator.instance.schema import TABLES
from allocator.instance.writing import add_sheets, lines_of
from allocator.report.workbook.book import Book

_GREEN: Final = "#009E73"  # of their tabs
_NOTE: Final = {"x_scale": 2.0, "author": "allocator"}


def write_inputs(book: Book, instance: Instance) -> None:
    """Add the sheets.  A note says what a column means, its unit, and what a blank cell is."""
    for sheet in add_sheets(book.workbook, instance):
        sheet.set_tab_color(_GREEN)
        book.paper(sheet)
        sheet.repeat_rows(0)
        table = TABLES.get(sheet.get_name())
        if table is not None:
            for n, name in enumerate(next(lines_of(instance, table.name))):
                note = _said(table.column(name), instance.price_base)
                sheet.write_comment(0, n, note, _NOTE)


def _said(column: Column, base: str) -> str:
    lines = [column.meaning]
    if column.unit:
        lines.append(f"Unit: {column.unit}{f', prices of {base}' if '£' in column.unit else ''}")
    if not column.required:
        lines.append(f"Blank: {column.default_text}")
    return "\n".join(lines)

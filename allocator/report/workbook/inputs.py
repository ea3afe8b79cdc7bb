"""The instance in the sheets that ``read`` takes, among those of a report."""

from __future__ import annotations

from typing import Final

from allocator.instance import Instance
from allocator.instance.sheets import add_sheets
from allocator.report.workbook.book import Book

_GREEN: Final = "#009E73"  # of their tabs


def write_inputs(book: Book, instance: Instance) -> None:
    """Add the sheets, with the report's foot on every page; of a long one the start is printed."""
    for sheet in add_sheets(book.workbook, instance):
        sheet.set_tab_color(_GREEN)
        book.paper(sheet)
        rows = len(instance.tables.get(sheet.get_name(), ()))
        book.print_first(sheet, 0, rows, sheet.dim_colmax + 1)

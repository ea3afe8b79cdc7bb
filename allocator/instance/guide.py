"""The first sheet of an instance's workbook: how to fill it in, and what each sheet holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from allocator.instance.instance import Instance
from allocator.instance.lines import settings_of
from allocator.instance.raw import SETTINGS_SHEET
from allocator.instance.schema import TABLES
from allocator.instance.settings import SETTINGS

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

SHEET: Final = "Guide"
_WIDTHS: Final = (24, 74, 9)  # characters
_REMARKS: Final = ("source", "note")  # which every section may carry
_HOW: Final = Path(__file__).with_suffix(".txt")  # a paragraph in each line
_COMMANDS: Final = (
    ("check", "every problem found, with sheet, row, column and what to do"),
    ("solve", "the cheapest plan, and the double-investment period it needs"),
    ("explain", "what stands in the way, and what each limit is worth"),
)


def fill(
    workbook: Workbook,
    sheet: Worksheet,
    instance: Instance,
    shows: Sequence[str],
    sheets: Sequence[str],
) -> None:
    """Write the guide; ``shows`` are paragraphs of this instance, ``sheets`` those there are."""
    title = workbook.add_format({"bold": True, "font_size": 14})
    heading = workbook.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EEF4"})
    text = workbook.add_format({"text_wrap": True, "valign": "top"})
    link = workbook.add_format({"font_color": "#004F7C", "underline": 1, "valign": "top"})
    for n, width in enumerate(_WIDTHS):
        sheet.set_column(n, n, width)
    sheet.write_string(0, 0, instance.title or instance.name, title)
    row = 2
    for said in (*shows, *_HOW.read_text(encoding="utf-8").splitlines()):
        sheet.merge_range(row, 0, row, 2, said, text)
        sheet.set_row(row, 15.5 * -(-len(said) // 100))
        row += 1
    row = _block(sheet, row + 1, ("Command", "says", ""), heading)
    for verb, said in _COMMANDS:
        sheet.write_string(row, 0, f"allocator {verb}")
        sheet.write_string(row, 1, f"with this file's name after it: {said}", text)
        row += 1
    row = _block(sheet, row + 1, ("Sheet", "holds", "rows"), heading)
    for name in sheets:
        rows = len(instance.tables.get(name, ()))
        sheet.write_url(row, 0, f"internal:'{name}'!A1", link, name)
        sheet.write_string(row, 1, _held(name), text)
        if name != SETTINGS_SHEET:
            sheet.write_number(row, 2, rows)
        row += 1
    more = list(_unset(instance))
    if more:
        row = _block(sheet, row + 1, ("More settings", "for the sheet instance", ""), heading)
        for key, meaning in more:
            sheet.merge_range(row, 1, row, 2, meaning, text)
            sheet.write_string(row, 0, key, text)
            row += 1


def _block(sheet: Worksheet, row: int, words: Sequence[str], heading: Format) -> int:
    for n, word in enumerate(words):
        sheet.write_string(row, n, word, heading)
    return row + 1


def _held(name: str) -> str:
    if name == SETTINGS_SHEET:
        return "settings: years, discount rate, double investment, reinvestment"
    return f"one row for each {TABLES[name].one_row_per}"


def _unset(instance: Instance) -> Iterator[tuple[str, str]]:
    """Settings that the instance does not have, and what each means."""
    given = {(section, key) for section, values in settings_of(instance) for key in values}
    for section, columns in SETTINGS.items():
        for column in columns:
            if section and (section, column.name) not in given and column.name not in _REMARKS:
                unit = f" ({column.unit})" if column.unit else ""
                yield f"{section}.{column.name}", f"{column.meaning}{unit}"

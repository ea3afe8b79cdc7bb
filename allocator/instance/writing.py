"""Writing an instance to a folder or a workbook, so that reading it gives it back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from allocator.errors import UsageError
from allocator.files import FolderKind, place_file, place_folder
from allocator.instance.cells import shown
from allocator.instance.instance import Instance, Uncertainty
from allocator.instance.raw import SETTINGS_FILE, SETTINGS_SHEET
from allocator.instance.schema import ALL, PERIOD, TABLES, TIERS
from allocator.instance.settings import SETTINGS
from allocator.spreadsheet import guarded

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

SCHEMA = 1
WORKBOOK = ".xlsx"
LONGEST_CELL = 32_767  # characters, in a workbook
INSTANCE: Final = FolderKind(
    "an instance", SETTINGS_FILE, {SETTINGS_FILE, *(f"{t}.csv" for t in TABLES)}.__contains__
)
_NOT_FOLDERS = (".xls", ".xlsm", ".ods", ".csv", ".toml", ".json", ".zip")


def write(
    instance: Instance,
    path: str | Path,
    *,
    force: bool = False,
    beside: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write an instance to a folder, or to a workbook if ``path`` ends in .xlsx.

    ``beside`` is text of files that go with the tables of a folder, by name.

    Numbers are written with every digit that tells them apart, so that reading gives the
    same instance: the same hash, labels, sources and notes.  Nothing is half-written.
    Raises UsageError if something is there already and ``force`` is false, or if what is
    there is not an instance.
    """
    path = Path(path)
    check_place(path)
    if path.suffix.lower() == WORKBOOK:
        place_file(path, partial(_write_workbook, instance), force=force)
    else:
        make = partial(_write_folder, instance, beside)
        place_folder(path, make, kind=INSTANCE, force=force)


def check_place(path: Path) -> None:
    """Raise UsageError for a path that ends as no folder does."""
    if path.suffix.lower() in _NOT_FOLDERS:
        raise UsageError(f"{path}: an instance is written to a folder, or to an .xlsx workbook")


def settings_of(instance: Instance) -> Iterator[tuple[str, dict[str, Any]]]:
    """Sections of the settings with the values that are set, in the order of the schema."""
    window = instance.double_investment
    values: dict[str, dict[str, Any]] = {
        "instance": {c.name: getattr(instance, c.name, None) for c in SETTINGS["instance"]}
        | {"timing": None if instance.timing == PERIOD else instance.timing},
        "double_investment": {
            c.name: getattr(window, c.name, None) for c in SETTINGS["double_investment"]
        },
        "reinvestment": {"share": instance.reinvestment_share or None},
        "wider_benefits": {"weight": instance.benefit_weight or None},
        "shortfall": {
            c.name: getattr(instance.shortfall, c.name, None) for c in SETTINGS["shortfall"]
        },
        "uncertainty": {}
        if instance.uncertainty == Uncertainty()
        else {c.name: getattr(instance.uncertainty, c.name, None) for c in SETTINGS["uncertainty"]},
    }
    for place, text in instance.remarks.items():
        section, _, key = place.partition(".")
        values[section][key] = text
    for section, cells in values.items():
        given = {key: value for key, value in cells.items() if value is not None and value != ""}
        if given:
            yield section, given


def lines_of(instance: Instance, table: str) -> Iterator[list[Any]]:
    """Heading and rows of a table, with the columns in use; a blank cell is None."""
    rows = instance.tables[table]
    used = {name for row in rows for name in row.values}
    names = [c.name for c in TABLES[table].columns if c.required or c.name in used]
    yield names
    for row in rows:
        yield [row.values.get(name) for name in names]


def cell_text(value: object) -> str:
    """A value as a cell spells it: floats with all their digits, flags as yes and no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value == TIERS:
        return ALL
    return re.sub(r"\r\n?", "\n", shown(value))


def _write_folder(instance: Instance, beside: Mapping[str, str], folder: Path) -> None:
    _write_text(folder / SETTINGS_FILE, _toml(instance))
    for name, text in beside.items():
        _write_text(folder / name, text)
    for table, rows in instance.tables.items():
        if rows:
            sheet = io.StringIO()
            lines = (map(_in_csv, line) for line in lines_of(instance, table))
            csv.writer(sheet, lineterminator="\n").writerows(lines)
            _write_text(folder / f"{table}.csv", sheet.getvalue())


def _in_csv(value: object) -> str:
    return guarded(value) if isinstance(value, str) else cell_text(value)


def _write_text(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")


def _toml(instance: Instance) -> str:
    lines = [f"schema = {SCHEMA}"]
    for section, values in settings_of(instance):
        lines += ["", f"[{section}]"]
        lines += [f"{key} = {_toml_value(value)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"


def _toml_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml_value, value))}]"
    return _toml_string(value) if isinstance(value, str) else repr(value)


def _toml_string(text: str) -> str:
    """A basic string: quotes, backslashes and control characters escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda c: f"\\u{ord(c[0]):04x}", escaped) + '"'


def _write_workbook(instance: Instance, file: Path) -> None:
    import xlsxwriter  # only a workbook needs it

    with xlsxwriter.Workbook(str(file)) as workbook:
        add_sheets(workbook, instance)


def add_sheets(workbook: Workbook, instance: Instance) -> list[Worksheet]:
    """Add the sheets of an instance to a workbook: its settings, and each table that has rows."""
    heading = workbook.add_format({"bold": True, "bottom": 1})
    sheets = [workbook.add_worksheet(SETTINGS_SHEET)]
    _fill(sheets[0], _settings_lines(instance), heading)
    for table, rows in instance.tables.items():
        if rows:
            sheets.append(workbook.add_worksheet(table))
            _fill(sheets[-1], lines_of(instance, table), heading)
    return sheets


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


def _fill(sheet: Worksheet, lines: Iterable[list[Any]], heading: Format) -> None:
    for number, line in enumerate(lines):
        for column, value in enumerate(line):
            _put(sheet, number, column, value, heading if number == 0 else None)
    sheet.freeze_panes(1, 0)
    sheet.autofit(400)


def _put(sheet: Worksheet, row: int, column: int, value: object, style: Format | None) -> None:
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

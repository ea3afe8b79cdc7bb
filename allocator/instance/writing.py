"""Writing an instance to a folder or a workbook, so that reading it gives it back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from allocator.errors import UsageError
from allocator.files import FolderKind, place_file, place_folder
from allocator.instance.instance import Instance
from allocator.instance.lines import SCHEMA, cell_text, lines_of, settings_of
from allocator.instance.raw import SETTINGS_FILE
from allocator.instance.schema import TABLES
from allocator.spreadsheet import guarded

WORKBOOK = ".xlsx"
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
        from allocator.instance.sheets import write_workbook  # only a workbook needs it

        place_file(path, partial(write_workbook, instance), force=force)
    else:
        make = partial(_write_folder, instance, beside)
        place_folder(path, make, kind=INSTANCE, force=force)


def check_place(path: Path) -> None:
    """Raise UsageError for a path that ends as no folder does."""
    if path.suffix.lower() in _NOT_FOLDERS:
        raise UsageError(f"{path}: an instance is written to a folder, or to an .xlsx workbook")


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

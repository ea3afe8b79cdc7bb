"""Writing an instance to a folder or a workbook, so that reading it gives it back.

Nothing is half-written: the files are made beside their place and moved there whole.
"""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocator.errors import UsageError
from allocator.instance.cells import shown
from allocator.instance.grid import SETTINGS_FILE, SETTINGS_SHEET
from allocator.instance.instance import Instance
from allocator.instance.schema import ALL, SETTINGS, TABLES, TIERS, Column, Kind

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

SCHEMA = 1
WORKBOOK = ".xlsx"
_NOT_FOLDERS = (".xls", ".xlsm", ".ods", ".csv", ".toml", ".json", ".zip")


def write(instance: Instance, path: str | Path, *, force: bool = False) -> Path:
    """Write an instance to a folder, or to a workbook if ``path`` ends in .xlsx.

    Numbers are written with every digit that tells them apart, so that reading gives the
    same instance: the same hash, labels, sources and notes.  Returns the path.  Raises
    UsageError if something is there already and ``force`` is false, or if what is there is
    not an instance.
    """
    path = Path(path)
    if path.suffix.lower() in _NOT_FOLDERS:
        raise UsageError(f"{path}: an instance is written to a folder, or to an .xlsx workbook")
    if path.suffix.lower() == WORKBOOK:
        return place_file(path, lambda new: _write_workbook(instance, new), force=force)
    return place_folder(path, lambda new: _write_folder(instance, new), force=force)


def place_file(path: Path, make: Callable[[Path], None], *, force: bool = False) -> Path:
    """Have ``make`` write a file beside ``path``, then move it there."""
    if path.is_dir() or (path.exists() and not force):
        raise UsageError(f"{path}: exists already; choose another path, or say to replace it")
    new = _beside(path, "new")
    try:
        make(new)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    return path


def place_folder(path: Path, make: Callable[[Path], None], *, force: bool = False) -> Path:
    """Have ``make`` fill a folder beside ``path``, then move it there.

    An instance that was there gives way whole; files beside its tables are kept.
    """
    taken = path.exists() and not (path.is_dir() and not any(path.iterdir()))
    if taken and not force:
        raise UsageError(f"{path}: exists already; choose another path, or say to replace it")
    if taken and not (path / SETTINGS_FILE).is_file():
        raise UsageError(f"{path}: is not an instance, and is not replaced by one")
    new, old = _beside(path, "new"), _beside(path, "old")
    try:
        new.mkdir()
        make(new)
        if path.exists():
            path.rename(old)
        new.rename(path)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        if old.exists():
            old.rename(path)
        raise
    if old.exists():
        _keep_the_rest(old, path)
    return path


def _beside(path: Path, what: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.parent / f".{path.name}.{os.getpid()}.{what}"


def _keep_the_rest(old: Path, path: Path) -> None:
    """Move what is neither settings nor table from the old folder, then remove it."""
    for file in old.iterdir():
        ours = file.name == SETTINGS_FILE or (file.suffix == ".csv" and file.stem in TABLES)
        if not ours and not (path / file.name).exists():
            file.rename(path / file.name)
    shutil.rmtree(old)


def settings_of(instance: Instance) -> Iterator[tuple[str, dict[str, Any]]]:
    """Sections of the settings with the values that are set, in the order of the schema."""
    window = instance.double_investment
    values: dict[str, dict[str, Any]] = {
        "instance": {c.name: getattr(instance, c.name, None) for c in SETTINGS["instance"]},
        "double_investment": {
            c.name: getattr(window, c.name, None) for c in SETTINGS["double_investment"]
        },
        "reinvestment": {"share": instance.reinvestment_share or None},
    }
    for place, text in instance.remarks.items():
        section, _, key = place.partition(".")
        values[section][key] = text
    for section, found in values.items():
        named = {key: value for key, value in found.items() if value not in (None, "")}
        if named:
            yield section, named


def columns_in_use(instance: Instance, table: str) -> list[Column]:
    """Columns that some row fills in, and those that every table must have."""
    used = {name for row in instance.tables[table] for name in row.values}
    return [c for c in TABLES[table].columns if c.required or c.name in used]


def cell_text(value: object) -> str:
    """A value as a cell reads it: floats with all their digits, flags as yes and no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ALL if value == TIERS else shown(value)
    return shown(value)


def _write_folder(instance: Instance, folder: Path) -> None:
    (folder / SETTINGS_FILE).write_text(_toml(instance), encoding="utf-8", newline="\n")
    for table, rows in instance.tables.items():
        if rows:
            names = [column.name for column in columns_in_use(instance, table)]
            lines = [names, *([cell_text(row.values.get(n)) for n in names] for row in rows)]
            text = "".join(map(_csv_line, lines))
            (folder / f"{table}.csv").write_text(text, encoding="utf-8", newline="\n")


def _csv_line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


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
    import openpyxl  # only a workbook needs it

    workbook = openpyxl.Workbook(write_only=True)
    _fill(workbook.create_sheet(SETTINGS_SHEET), _settings_rows(instance))
    for table, rows in instance.tables.items():
        if rows:
            names = [column.name for column in columns_in_use(instance, table)]
            lines = ([row.values.get(name) for name in names] for row in rows)
            _fill(workbook.create_sheet(table), [names, *lines])
    workbook.save(file)


def _settings_rows(instance: Instance) -> Iterator[list[Any]]:
    """Key, value and, for the reader, what the key means."""
    yield ["key", "value", "meaning"]
    yield ["schema", SCHEMA, SETTINGS[""][0].meaning]
    for section, values in settings_of(instance):
        meaning = {column.name: _explained(column) for column in SETTINGS[section]}
        for key, value in values.items():
            yield [f"{section}.{key}", value, meaning[key]]


def _explained(column: Column) -> str:
    return f"{column.meaning} ({column.unit})" if column.unit else column.meaning

"""Reading an .xlsx workbook: a sheet for each table, and one of key/value rows."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocator.errors import UsageError
from allocator.instance.cells import shown
from allocator.instance.raw import SETTINGS_SHEET, NumberedRows, RawInstance, is_table, read_table
from allocator.instance.settings import SETTINGS

UNPACKED = 500_000_000  # bytes of a workbook's parts that are read

if TYPE_CHECKING:
    from openpyxl import Workbook


def read_workbook(path: Path) -> RawInstance:
    """Cells of an instance in a workbook.  Raises UsageError if it is damaged or too large."""
    _check_size(path)
    raw = RawInstance(f"{path.name}: {SETTINGS_SHEET}")
    values = _open(path, values_only=True)
    formulas = _open(path, values_only=False) if _has_formulas(path) else None
    try:
        names = [sheet.title for sheet in values.worksheets]
        if SETTINGS_SHEET not in names:
            raw.report(
                path.name,
                f"has no sheet {SETTINGS_SHEET!r}",
                "add it, with a key and a value in each row",
            )
        for name in names:
            file = f"{path.name}: {name}"
            if name == SETTINGS_SHEET:
                _read_settings_sheet(raw, _rows(path, name, values, formulas))
            elif is_table(raw, name, file, "sheet", partial(_heading, path, values, name)):
                read_table(raw, name, file, _rows(path, name, values, formulas))
    finally:
        values.close()
        if formulas is not None:
            formulas.close()
    return raw


@contextmanager
def _damage_told(path: Path, what: str) -> Iterator[None]:
    """UsageError for whatever zipfile, the parser and openpyxl raise, which is of any kind."""
    try:
        yield
    except (UsageError, MemoryError):
        raise
    except Exception as error:
        said = str(error) or type(error).__name__
        raise UsageError(
            f"{path}: {what}: {said}; open it in a spreadsheet, look at it and save it again"
        ) from error


def _check_size(path: Path) -> None:
    with _damage_told(path, "cannot be opened as a workbook"), zipfile.ZipFile(path) as parts:
        size = sum(part.file_size for part in parts.infolist())
    if size > UNPACKED:
        raise UsageError(
            f"{path}: unpacks to {size / 1e6:,.0f} MB; no more than {UNPACKED / 1e6:,.0f} MB are "
            "read: keep the sheets and rows that are needed"
        )


def _open(path: Path, *, values_only: bool) -> Workbook:
    import openpyxl  # only a workbook needs it

    with _damage_told(path, "cannot be opened as a workbook"):
        data = io.BytesIO(path.read_bytes())  # openpyxl leaves a file open that it gives up
        return openpyxl.load_workbook(data, read_only=True, data_only=values_only)


def _has_formulas(path: Path) -> bool:
    with _damage_told(path, "is damaged"), zipfile.ZipFile(path) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
        return any(b"<f>" in data or b"<f " in data for data in map(parts.read, sheets))


def _rows(path: Path, name: str, values: Workbook, formulas: Workbook | None) -> NumberedRows:
    """Rows of a sheet, read as they are asked for; UsageError where it is damaged."""
    with _damage_told(path, f"the sheet {name!r} is damaged"):
        yield from _sheet_rows(name, values, formulas)


def _sheet_rows(name: str, values: Workbook, formulas: Workbook | None) -> NumberedRows:
    """A formula that was never calculated stands as its own text."""
    rows: Iterator[tuple[Any, ...]] = values[name].iter_rows(values_only=True)
    if formulas is None:
        yield from enumerate(map(list, rows), 1)
        return
    written = formulas[name].iter_rows(values_only=True)
    for number, (cells, texts) in enumerate(zip(rows, written, strict=False), 1):
        both = zip(cells, texts, strict=False)
        yield number, [text if cell is None else cell for cell, text in both]


def _heading(path: Path, values: Workbook, name: str) -> list[Any]:
    return next((cells for _, cells in _rows(path, name, values, None)), [])


def _read_settings_sheet(raw: RawInstance, rows: NumberedRows) -> None:
    """Key/value rows; keys of other sections carry the section's name and a dot."""
    for number, cells in rows:
        first, value, *_ = [*cells, None, None]
        key = shown(first).strip()
        if not key or (number == 1 and key == "key"):
            continue
        section, _, name = key.rpartition(".")
        if not section and name in SETTINGS:  # a section with defaults only
            raw.sections.add(name)
            continue
        if not section and name != "schema":
            section = "instance"
        if (section, name) in raw.settings:
            raw.report(raw.settings_file, "stands twice", "keep one", row=number, column=key)
        raw.sections.add(section)
        raw.settings[section, name] = (value, number)

"""Cells as they stand in a folder of CSV files or a workbook, before any typing.

Damage done to whole files (encodings, separators, ragged rows) is found here, where it
shows; what single cells hold is for ``parse``.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from allocator.errors import UsageError
from allocator.instance.cells import Cell, is_blank, shown
from allocator.instance.problems import Problem, Severity, did_you_mean
from allocator.instance.schema import SETTINGS, TABLES

SETTINGS_FILE = "instance.toml"
SETTINGS_SHEET = "instance"


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row: its place and its cells by column name."""

    file: str
    number: int
    cells: dict[str, Cell]


@dataclass(slots=True)
class Raw:
    """All cells of an instance, and the problems met on the way.

    ``settings`` maps (section, key) to the value and the row it stands in; ``sections``
    are those present, even if empty.
    """

    settings_file: str
    settings: dict[tuple[str, str], tuple[Any, int | None]] = field(default_factory=dict)
    sections: set[str] = field(default_factory=set)
    tables: dict[str, list[RawRow]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def report(  # noqa: PLR0913
        self, file: str, rule: str, remedy: str, *,
        row: int | None = None, column: str = "", value: object = None,
        severity: Severity = Severity.ERROR,
    ) -> None:  # fmt: skip
        """Note a problem and go on."""
        self.problems.append(Problem(file, row, column, shown(value), rule, remedy, severity))


def read_raw(path: Path) -> Raw:
    """Cells of the instance at ``path``: a folder, its instance.toml, or an .xlsx workbook.

    Raises UsageError where there is nothing that could be an instance.
    """
    if path.name == SETTINGS_FILE and path.is_file():
        path = path.parent
    if path.is_dir():
        return _read_folder(path)
    if not path.exists():
        raise UsageError(f"{path}: there is no such file or folder")
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return _read_workbook(path)
    raise UsageError(
        f"{path}: an instance is a folder with {SETTINGS_FILE} in it, or an .xlsx workbook"
    )


def _read_folder(folder: Path) -> Raw:
    raw = Raw(SETTINGS_FILE)
    _read_toml(raw, folder / SETTINGS_FILE)
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() == ".csv":
            if _known_table(raw, file.stem, file.name, "file"):
                _read_table(raw, file.stem, file.name, _csv_rows(raw, file))
        elif file.suffix.lower() in (".xlsx", ".xls", ".ods", ".tsv"):
            raw.report(
                file.name, "is not read: the tables of a folder are CSV files",
                "save each sheet as CSV UTF-8, or give the workbook itself as the instance",
                severity=Severity.WARNING,
            )  # fmt: skip
    return raw


def _read_toml(raw: Raw, file: Path) -> None:
    if not file.is_file():
        raw.report(SETTINGS_FILE, "is missing", "write it; `allocator new` makes an example")
        return
    try:
        settings = tomllib.loads(_decoded(raw, file))
    except tomllib.TOMLDecodeError as error:
        raw.report(SETTINGS_FILE, f"is not valid TOML: {error}", "mend that line")
        return
    for key, value in settings.items():
        if isinstance(value, dict):
            raw.sections.add(key)
            raw.settings.update({(key, inner): (cell, None) for inner, cell in value.items()})
        else:
            raw.settings["", key] = (value, None)


def _known_table(raw: Raw, name: str, file: str, what: str) -> bool:
    if name in TABLES:
        return True
    raw.report(
        file, f"is not a table of an instance, so this {what} means nothing",
        f"{did_you_mean(name, TABLES)} (or move the {what} elsewhere)",
    )  # fmt: skip
    return False


def _decoded(raw: Raw, file: Path) -> str:
    data = file.read_bytes()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raw.report(file.name, "is encoded as UTF-16", "save it again as CSV UTF-8")
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        bad = data[error.start : error.start + 1]
        raw.report(
            file.name, "is not UTF-8 (a spreadsheet saved it in an older encoding)",
            "save it again as CSV UTF-8", row=row, value=bad.decode("cp1252", errors="replace"),
        )  # fmt: skip
        return data.decode("cp1252", errors="replace")


def _csv_rows(raw: Raw, file: Path) -> Iterator[tuple[int, list[Cell]]]:
    text = _decoded(raw, file)
    if "\0" in text:
        raw.report(file.name, "holds zero bytes: it is not a text file", "save it as CSV UTF-8")
        return
    reader = csv.reader(io.StringIO(text, newline=""))
    before = 0
    try:
        for cells in reader:
            yield before + 1, list(cells)
            before = reader.line_num
    except csv.Error as error:
        raw.report(
            file.name, f"is not valid CSV: {error}", "mend that row", row=reader.line_num
        )


def _read_table(raw: Raw, table: str, file: str, rows: Iterator[tuple[int, list[Cell]]]) -> None:
    """Rows under the first one that is not blank, which is the header."""
    raw.tables.setdefault(table, [])
    header: list[str] | None = None
    for number, cells in rows:
        if all(is_blank(cell) for cell in cells):
            continue
        if header is None:
            header = _read_header(raw, table, file, number, cells)
            continue
        if any(not is_blank(cell) for cell in cells[len(header) :]):
            raw.report(
                file, f"has {len(cells)} cells under {len(header)} headings",
                "put quotes round a cell that holds a comma, or remove the extra cells",
                row=number,
            )  # fmt: skip
        named = {name: cell for name, cell in zip(header, cells, strict=False) if name}
        raw.tables[table].append(RawRow(file, number, named))
    if header is None:
        raw.report(
            file, "is empty: it has no heading row",
            f"write the headings ({', '.join(TABLES[table].names)}) or delete the table",
        )  # fmt: skip


def _read_header(raw: Raw, table: str, file: str, row: int, cells: list[Cell]) -> list[str]:
    header = [shown(cell).strip() for cell in cells]
    if len(header) == 1 and ";" in header[0]:
        raw.report(
            file, "is separated by semicolons", "save it with commas between the cells", row=row
        )
        header = header[0].split(";")
    known = TABLES[table].names
    for index, name in enumerate(header):
        if name and name in header[:index]:
            raw.report(file, "stands twice in the headings", "keep one", row=row, column=name)
        elif name and name not in known:
            raw.report(
                file, "is not a column of this table", did_you_mean(name, known),
                row=row, column=name, value=name,
            )  # fmt: skip
    for column in TABLES[table].columns:
        if column.required and column.name not in header:
            raw.report(
                file, "is missing from the headings", f"add the column: {column.meaning}",
                row=row, column=column.name,
            )  # fmt: skip
    return [name if name in known else "" for name in header]


def _read_workbook(path: Path) -> Raw:
    import openpyxl  # noqa: PLC0415  (only a workbook needs it)

    raw = Raw(f"{path.name}: {SETTINGS_SHEET}")
    try:
        workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl lets through whatever zipfile and its parser raise
        raise UsageError(f"{path}: cannot be opened as a workbook: {error}") from error
    try:
        names = [sheet.title for sheet in workbook.worksheets]
        if SETTINGS_SHEET not in names:
            raw.report(
                path.name, f"has no sheet {SETTINGS_SHEET!r}",
                "add it, with a key and a value in each row",
            )  # fmt: skip
        for sheet in workbook.worksheets:
            rows = ((n, list(c)) for n, c in enumerate(sheet.iter_rows(values_only=True), 1))
            if sheet.title == SETTINGS_SHEET:
                _read_settings_sheet(raw, rows)
            elif _known_table(raw, sheet.title, f"{path.name}: {sheet.title}", "sheet"):
                _read_table(raw, sheet.title, f"{path.name}: {sheet.title}", rows)
    finally:
        workbook.close()
    return raw


def _read_settings_sheet(raw: Raw, rows: Iterator[tuple[int, list[Cell]]]) -> None:
    """Key/value rows; keys of other sections carry the section's name and a dot."""
    for number, cells in rows:
        key, value = (shown(cell).strip() if n == 0 else cell for n, cell in enumerate([*cells, None, None][:2]))
        if not key or (number == 1 and key == "key"):
            continue
        section, _, name = str(key).rpartition(".")
        if not section and name in SETTINGS:  # a section with defaults only
            raw.sections.add(name)
            continue
        if not section and name != "schema":
            section = "instance"
        if (section, name) in raw.settings:
            raw.report(raw.settings_file, "stands twice", "keep one", row=number, column=str(key))
        raw.sections.add(section)
        raw.settings[section, name] = (value, number)

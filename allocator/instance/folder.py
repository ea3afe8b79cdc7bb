"""Reading a folder of instance.toml and CSV files, and the damage that files come with.

Encodings, separators and zero bytes are found here, where they show; what single cells
hold is for ``parse``.
"""

from __future__ import annotations

import csv
import io
import tomllib
from functools import partial
from pathlib import Path

from allocator.instance.cells import Cell
from allocator.instance.grid import SETTINGS_FILE, NumberedRows, Raw, is_table, read_table
from allocator.instance.problems import Severity

_OTHER_FORMATS = (".xlsx", ".xlsm", ".xls", ".ods", ".tsv")
_SEPARATORS = {";": "semicolons", "\t": "tabs"}


def read_folder(folder: Path) -> Raw:
    """Cells of an instance in a folder."""
    raw = Raw(SETTINGS_FILE)
    _read_toml(raw, folder / SETTINGS_FILE)
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() == ".csv":
            if is_table(raw, file.stem, file.name, "file", partial(_heading, file)):
                read_table(raw, file.stem, file.name, _csv_rows(raw, file))
        elif file.suffix.lower() in _OTHER_FORMATS:
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


def _decoded(raw: Raw, file: Path) -> str:
    data = file.read_bytes()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raw.report(file.name, "is encoded as UTF-16", "save it again as UTF-8")
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        bad = data[error.start : error.start + 1]
        raw.report(
            file.name, "is not UTF-8 (a spreadsheet saved it in an older encoding)",
            "save it again as UTF-8", row=row, value=bad.decode("cp1252", errors="replace"),
        )  # fmt: skip
        return data.decode("cp1252", errors="replace")


def _csv_rows(raw: Raw, file: Path) -> NumberedRows:
    text = _decoded(raw, file)
    if "\0" in text:
        raw.report(file.name, "holds zero bytes: it is not a text file", "save it as CSV UTF-8")
        return
    separator = _separator(raw, file.name, text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    before = 0
    try:
        for cells in reader:
            yield before + 1, list(cells)
            before = reader.line_num
    except csv.Error as error:
        raw.report(file.name, f"is not valid CSV: {error}", "mend that row", row=before + 1)


def _heading(file: Path) -> list[Cell]:
    """The first row, whatever state the file is in."""
    return next((cells for _, cells in _csv_rows(Raw(file.name), file)), [])


def _separator(raw: Raw, file: str, text: str) -> str:
    """A comma; another one is reported and then used, so that the cells can be read."""
    heading = text.lstrip("\r\n").partition("\n")[0]
    for separator, name in _SEPARATORS.items():
        if separator in heading and "," not in heading:
            raw.report(file, f"is separated by {name}", "save it with commas between the cells",
                       row=1)  # fmt: skip
            return separator
    return ","

"""Reading a folder of instance.toml and CSV files, and the damage that files come with.

Encodings, separators and zero bytes are found here, where they show; what single cells
hold is for ``parse``.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from functools import partial
from pathlib import Path

from allocator.instance.cells import CellValue
from allocator.instance.problems import Severity
from allocator.instance.raw import SETTINGS_FILE, NumberedRows, RawInstance, is_table, read_table
from allocator.spreadsheet import unguarded

LARGEST = 200_000_000  # bytes of a file that is read
_HEADING = 65_536  # bytes in which the headings of a table stand
_DEEPEST = 50  # brackets within brackets in the settings; it takes two
_OTHER_FORMATS = (".xlsx", ".xlsm", ".xls", ".ods", ".tsv")
_SEPARATORS = {";": "semicolons", "\t": "tabs"}


def read_folder(folder: Path) -> RawInstance:
    """Cells of an instance in a folder."""
    raw = RawInstance(SETTINGS_FILE)
    _read_toml(raw, folder / SETTINGS_FILE)
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() == ".csv":
            if is_table(raw, file.stem, file.name, "file", partial(_heading, file)):
                read_table(raw, file.stem, file.name, _csv_rows(raw, file))
        elif file.suffix.lower() in _OTHER_FORMATS:
            raw.report(
                file.name,
                "is not read: the tables of a folder are CSV files",
                "save each sheet as CSV UTF-8, or give the workbook itself as the instance",
                severity=Severity.WARNING,
            )
    return raw


def _read_toml(raw: RawInstance, file: Path) -> None:
    if not file.exists():
        raw.report(SETTINGS_FILE, "is missing", "write it; `allocator new` makes an example")
        return
    if not _readable(raw, file):
        return
    text = _decoded(raw, file)
    if _is_overgrown(raw, text):
        return
    try:
        settings = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a date that is none is a ValueError
        raw.report(SETTINGS_FILE, f"is not valid TOML: {error}", "mend that line")
        return
    for key, value in settings.items():
        if isinstance(value, dict):
            raw.sections.add(key)
            raw.settings.update({(key, inner): (cell, None) for inner, cell in value.items()})
        else:
            raw.settings["", key] = (value, None)


def _is_overgrown(raw: RawInstance, text: str) -> bool:
    """Whether settings hold a number or a nest of brackets larger than can be read; reported."""
    depth = 0
    for row, line in enumerate(text.splitlines(), 1):
        depth = max(0, depth + sum(line.count(c) for c in "[{") - sum(map(line.count, "]}")))
        if max(depth, line.count("["), line.count("{")) > _DEEPEST:
            rule, remedy = "nests brackets too deep", "write a plain list"
        elif re.search(r"[0-9a-fA-F_]{1000}", line):
            rule, remedy = "holds a number with more digits than can be read", "shorten it"
        else:
            continue
        raw.report(SETTINGS_FILE, rule, remedy, row=row)
        return True
    return False


def _readable(raw: RawInstance, file: Path) -> bool:
    """Whether a path is a file, and not too large; else reported.  A pipe would never end."""
    if not file.is_file():
        raw.report(
            file.name,
            "is not a file (a folder, a pipe, a device, or a link to one or to nothing)",
            "put the table itself there, or move it elsewhere",
        )
        return False
    size = file.stat().st_size
    if size > LARGEST:
        raw.report(
            file.name,
            f"is {size / 1e6:,.0f} MB; no more than {LARGEST / 1e6:,.0f} MB are read",
            "keep the rows that are needed",
        )
    return size <= LARGEST


def _decoded(raw: RawInstance, file: Path, most: int = -1) -> str:
    with file.open("rb") as opened:
        data = opened.read(most)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raw.report(file.name, "is encoded as UTF-16", "save it again as UTF-8")
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        bad = data[error.start : error.start + 1]
        raw.report(
            file.name,
            "is not UTF-8 (a spreadsheet saved it in an older encoding)",
            "save it again as UTF-8",
            row=row,
            value=bad.decode("cp1252", errors="replace"),
        )
        return data.decode("cp1252", errors="replace")


def _csv_rows(raw: RawInstance, file: Path, most: int = -1) -> NumberedRows:
    if most < 0 and not _readable(raw, file):
        return
    text = _decoded(raw, file, most)
    if "\0" in text:
        raw.unread.add(file.stem)
        raw.report(file.name, "holds zero bytes: it is not a text file", "save it as CSV UTF-8")
        return
    separator = _separator(raw, file.name, text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    before = 0
    try:
        for cells in reader:
            yield before + 1, [unguarded(cell) for cell in cells]
            before = reader.line_num
    except csv.Error as error:
        raw.unread.add(file.stem)
        raw.report(file.name, f"is not valid CSV: {error}", "mend that row", row=before + 1)


def _heading(file: Path) -> list[CellValue]:
    """The first row, whatever state the file is in, without the rest of it."""
    if not file.is_file():
        return []
    return next((cells for _, cells in _csv_rows(RawInstance(file.name), file, _HEADING)), [])


def _separator(raw: RawInstance, file: str, text: str) -> str:
    """A comma; another one is reported and then used, so that the cells can be read."""
    heading = text.lstrip("\r\n").partition("\n")[0]
    for separator, name in _SEPARATORS.items():
        if separator in heading and "," not in heading:
            raw.report(
                file, f"is separated by {name}", "save it with commas between the cells", row=1
            )
            return separator
    return ","

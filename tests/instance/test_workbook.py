"""Workbooks typed by hand, and the damage they come with."""

from __future__ import annotations

import datetime
import tomllib
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from allocator.errors import InstanceError
from allocator.instance import inspect, read
from tests.instance.drafts import Draft, draft


def said(path: Path) -> list[str]:
    return [str(problem) for problem in inspect(path)[1]]


def workbook(made: Draft, path: Path, cells: dict[tuple[str, str], Any]) -> Path:
    """The draft as a workbook typed by hand, with the cells put in at their places."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "instance"
    sheet.append(["schema", 1])
    for section, values in tomllib.loads(made.settings).items():
        for key, value in values.items() if isinstance(values, dict) else ():
            text = ";".join(map(str, value)) if isinstance(value, list) else value
            sheet.append([key if section == "instance" else f"{section}.{key}", text])
    for name, rows in made.tables.items():
        table = book.create_sheet(name)
        for line in rows:
            table.append([_typed(cell) for cell in line])
    for (name, place), value in cells.items():
        book[name][place] = value
    book.save(path)
    return path


def _typed(cell: str) -> str | float | None:
    try:
        return float(cell) if cell else None
    except ValueError:
        return cell


def test_a_workbook_says_what_a_folder_says(tmp_path: Path) -> None:
    folder = read(draft().write(tmp_path / "folder"))
    book = read(workbook(draft(), tmp_path / "base.xlsx", {}))
    assert book.hash == folder.hash


DAMAGED_CELLS: list[tuple[str, str, Any, str]] = [
    ("states", "E2", datetime.datetime(2020, 1, 5),
     "row 2, column opening: '2020-01-05 00:00:00' is a date, made by a spreadsheet"),
    ("states", "E2", "#DIV/0!", "row 2, column opening: '#DIV/0!' is a spreadsheet's error value"),
    ("states", "F2", "=40*125", "row 2, column unit_cost: '=40*125' is a formula that was never "
     "calculated"),
    ("states", "E2", "400 children", "row 2, column opening: '400 children' is not a number"),
    ("states", "E2", True, "row 2, column opening: 'True' is not a number"),
    ("transitions", "E3", "30%", "row 3, column avoidable_share: '30%' is not a plain number"),
    ("arrivals", "C2", "2020-22", "row 2, column year: '2020-22' is not a financial year"),
    ("arrivals", "C2", datetime.date(2020, 4, 1), "row 2, column year: '2020-04-01 00:00:00' is a "
     "date"),
    ("instance", "B4", "four", "row 4, column instance.years: 'four' is not a number"),
    ("instance", "A5", "name", "row 5, column name: stands twice"),
]  # fmt: skip


@pytest.mark.parametrize(("sheet", "place", "value", "rule"), DAMAGED_CELLS)
def test_a_damaged_workbook_is_told_from_a_slip(
    sheet: str, place: str, value: object, rule: str, tmp_path: Path
) -> None:
    lines = said(workbook(draft(), tmp_path / "base.xlsx", {(sheet, place): value}))
    assert [line[: len(sheet) + len(rule) + 20] for line in lines] == [
        f"error: base.xlsx: {sheet}, {rule}"
    ]


def test_a_workbook_needs_its_settings(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "empty.xlsx")
    with pytest.raises(InstanceError, match=r"empty\.xlsx: has no sheet 'instance'; add it"):
        read(tmp_path / "empty.xlsx")

"""The starter as a workbook: what whoever fills it in is told, offered and stopped at."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from allocator.instance import read
from allocator.instance.change import apply_changes
from allocator.instance.columns import Column, Kind
from allocator.instance.dropdowns import SPARE
from allocator.instance.schema import ALL, TABLES, TIERS
from allocator.instance.settings import SETTINGS
from allocator.instance.starter import TEMPLATE, write_starter
from allocator.instance.writing import write
from tests.plans import instance_of

NUMBERS = (Kind.NUMBER, Kind.WHOLE, Kind.YEAR)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    path = tmp_path_factory.mktemp("starter") / "mine.xlsx"
    write_starter(path)
    return openpyxl.load_workbook(path)


def headings(book: openpyxl.Workbook) -> list[tuple[str, Column, Any]]:
    """Every column that a sheet has: its table, what it is, and the cell of its heading."""
    known = {(name, column.name): column for name, t in TABLES.items() for column in t.columns}
    there = [(name, known[name, cell.value], cell) for name in TABLES for cell in book[name][1]]
    assert len(there) > 100
    return there


def test_the_guide_comes_first_and_leads_to_each_sheet(book: openpyxl.Workbook) -> None:
    guide, instance = book["Guide"], read(TEMPLATE)
    assert book.active is guide
    rows = {str(row[0].value): row for row in guide.iter_rows() if row[0].value}
    for name, table in TABLES.items():
        name_cell, held, count = rows[name]
        assert name_cell.hyperlink.location == f"'{name}'!A1"
        assert held.value == f"one row for each {table.one_row_per}"
        assert count.value == len(instance.tables[name])
    assert rows["instance"][1].value.startswith("settings: ")
    for verb in ("check", "solve", "explain"):
        assert rows[f"allocator {verb}"][1].value.startswith("with this file's name after it: ")


def test_the_guide_says_how_to_fill_it_in_and_which_settings_there_are_more(
    book: openpyxl.Workbook,
) -> None:
    guide = book["Guide"]
    how = (Path(read.__code__.co_filename).parent / "guide.txt").read_text(encoding="utf-8")
    said = {str(row[0].value): row for row in guide.iter_rows() if row[0].value}
    assert all(line in said for line in how.splitlines()) and len(how.splitlines()) > 2
    for section, columns in SETTINGS.items():
        for column in columns:
            key = f"{section}.{column.name}"
            if key in said:
                assert str(said[key][1].value).startswith(column.meaning)
    for line in how.splitlines():
        [cell] = [row[0] for name, row in said.items() if name == line]
        assert cell.alignment.wrap_text
        assert guide.row_dimensions[cell.row].height >= 15 * -(-len(line) // 100)


def test_a_headings_note_has_meaning_unit_prices_and_what_a_blank_is(
    book: openpyxl.Workbook,
) -> None:
    for table, column, cell in headings(book):
        told = cell.comment.text.split("\n")
        assert told[0] == column.meaning, (table, column.name)
        unit = [line for line in told if line.startswith("Unit: ")]
        base = ", prices of 2026-27" if "£" in column.unit else ""
        assert unit == ([f"Unit: {column.unit}{base}"] if column.unit else []), (table, column.name)
        blank = [line for line in told if line.startswith("Blank: ")]
        assert blank == ([] if column.required else [f"Blank: {column.default_text}"]), column.name


def test_a_cell_takes_what_its_column_may_hold(book: openpyxl.Workbook) -> None:
    for table, column, cell in headings(book):
        at = cell.column_letter
        found = [
            asked
            for asked in book[table].data_validations.dataValidation
            if f"{at}2" in asked.sqref
        ]
        assert offered(column, found), (table, column.name)
        last = len(read(TEMPLATE).tables[table]) + 1 + SPARE
        for asked in found:
            assert f"{at}{last}" in asked.sqref, (table, column.name)
            assert f"{at}{last + 1}" not in asked.sqref, (table, column.name)
    assert SPARE >= 100


def offered(column: Column, found: list[Any]) -> bool:
    """Whether what a column's cells are held to is what the column may hold."""
    lists: dict[Kind, list[str]] = {
        Kind.FLAG: ["yes", "no"],
        Kind.TIER: [*TIERS],
        Kind.TIERS: [ALL, *TIERS],
        Kind.CHOICE: [*column.choices],
    }
    if column.refers:
        return [each.errorStyle for each in found] in ([], ["information"])
    if lists.get(column.kind):
        [asked] = found
        style = "warning" if column.kind is Kind.TIERS else None
        words = f'"{",".join(map(str, lists[column.kind]))}"'
        return (asked.formula1, asked.errorStyle) == (words, style)
    if column.kind in (Kind.NUMBER, Kind.WHOLE) and column.low is not None:
        [asked] = found
        ends = [float(each) for each in (asked.formula1, asked.formula2) if each is not None]
        return (
            (asked.type, asked.errorStyle) == ("decimal", "warning")
            and ends == [each for each in (column.low, column.high) if each is not None]
            and asked.error.startswith(f"A number of {column.low:g} ")
        )
    return found == []


def test_large_numbers_have_their_thousands_apart_and_years_have_not(
    book: openpyxl.Workbook,
) -> None:
    seen = set()
    for table, column, cell in headings(book):
        for row in book[table].iter_rows(min_row=2):
            value = row[cell.column - 1]
            if not isinstance(value.value, int | float):
                continue
            counted = column.unit.startswith(("£", "children", "cases"))
            shape = "General"
            if column.kind is not Kind.YEAR and counted and value.value >= 1000:
                shape = "#,##0" if value.value == int(value.value) else "#,##0.00"
            assert value.number_format == shape, (table, column.name, value.value)
            seen.add((shape, column.unit[:1], column.kind is Kind.YEAR))
    assert {shape for shape, *_ in seen} >= {"General", "#,##0"}
    assert {("#,##0", "£", False), ("#,##0", "c", False)} <= seen
    assert any(year for *_, year in seen)


def test_notes_are_wide_enough_to_be_read(tmp_path: Path) -> None:
    write_starter(tmp_path / "mine.xlsx")
    with zipfile.ZipFile(tmp_path / "mine.xlsx") as parts:
        drawn = [parts.read(each) for each in parts.namelist() if each.endswith(".vml")]
    widths = [float(w) for each in drawn for w in re.findall(rb";width:([\d.]+)pt", each)]
    assert len(widths) > 100 and min(widths) > 150


def test_a_large_number_with_pence_shows_them(tmp_path: Path) -> None:
    instance = apply_changes(read(TEMPLATE), ("services.family_hub.unit_cost=1234.56",))
    write(instance, tmp_path / "mine.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "mine.xlsx")["services"]
    [cell] = [cell for row in sheet.iter_rows() for cell in row if cell.value == 1234.56]
    assert cell.number_format == "#,##0.00"


def test_of_several_areas_each_name_is_offered_once(tmp_path: Path) -> None:
    write(instance_of("two-areas"), tmp_path / "two.xlsx")
    book = openpyxl.load_workbook(tmp_path / "two.xlsx")
    column = next(cell.column_letter for cell in book["services"][1] if cell.value == "from")
    [asked] = [
        each
        for each in book["services"].data_validations.dataValidation
        if f"{column}2" in each.sqref
    ]
    sheet, place = asked.formula1.split("!")
    names = [cell.value for row in book[sheet.strip("'")][place] for cell in row]
    assert sheet == "'Drop-downs'" and names
    assert len(set(names)) == len(names) < book["states"].max_row - 1


def test_a_long_text_is_wrapped_in_a_row_high_enough(book: openpyxl.Workbook) -> None:
    long = 0
    for sheet in (book[name] for name in TABLES):
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                if isinstance(cell.value, str) and len(cell.value) > 45:
                    assert cell.alignment.wrap_text
                    lines = len(cell.value) / 45
                    assert sheet.row_dimensions[cell.row].height >= 15 * lines
                    long += 1
    assert long > 10


def test_every_setting_says_what_it_means_beside_its_value(book: openpyxl.Workbook) -> None:
    rows = {str(row[0].value): row for row in book["instance"].iter_rows(min_row=3)}
    for section, columns in SETTINGS.items():
        for column in columns:
            if (key := f"{section}.{column.name}") in rows:
                assert str(rows.pop(key)[2].value).startswith(column.meaning)
    assert not rows or list(rows) == ["None"]


def test_columns_are_as_wide_as_their_words(book: openpyxl.Workbook) -> None:
    for name in ("instance", *TABLES):
        sheet = book[name]
        widths = {
            n: each.width
            for each in sheet.column_dimensions.values()
            for n in range(each.min, each.max + 1)
        }
        for column in sheet.iter_cols():
            lying = [c for c in column if c.alignment.textRotation != 90 and c.value is not None]
            longest = max((len(str(cell.value)) for cell in lying), default=0)
            assert widths[column[0].column] > min(longest, 28), (name, column[0].value)


def test_a_sheet_without_rows_has_a_grey_tab_and_all_are_for_a4(book: openpyxl.Workbook) -> None:
    for name in TABLES:
        sheet = book[name]
        colour = sheet.sheet_properties.tabColor
        assert (colour is not None) is (sheet.max_row == 1)
        assert sheet.page_setup.paperSize == 9
    assert {book[name].max_row == 1 for name in TABLES} == {True, False}

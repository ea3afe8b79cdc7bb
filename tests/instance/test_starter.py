"""The starter instance: good as it stands, explained, and worth looking at."""

from __future__ import annotations

import tomllib
from pathlib import Path

import openpyxl
import pytest

from allocator.errors import UsageError
from allocator.instance import inspect, read
from allocator.instance.change import apply_changes
from allocator.instance.columns import Kind
from allocator.instance.schema import FUTURES, TABLES
from allocator.instance.settings import SETTINGS
from allocator.instance.starter import TEMPLATE, what_it_shows, write_starter
from allocator.solving.solve import solve


@pytest.mark.parametrize("name", ["mine", "mine.xlsx"])
def test_it_is_good_in_a_folder_and_in_a_workbook(name: str, tmp_path: Path) -> None:
    write_starter(tmp_path / name)
    assert inspect(tmp_path / name)[1] == []
    assert read(tmp_path / name).hash == read(TEMPLATE).hash


def test_every_figure_is_called_an_assumption() -> None:
    instance = read(TEMPLATE)
    for rows in instance.tables.values():
        for row in rows:
            assert row["source"] == "assumption", row
    assert instance.remarks["instance.source"] == "assumption"


def test_every_setting_is_there_with_a_comment() -> None:
    text = (TEMPLATE / "instance.toml").read_text(encoding="utf-8")
    given = tomllib.loads(text)
    lines = text.splitlines()
    for section in ("instance", "double_investment", "reinvestment"):
        for column in SETTINGS[section]:
            if column.name not in ("source", "note"):
                assert column.name in given[section]
                line = next(line for line in lines if line.startswith(f"{column.name} ="))
                assert " # " in line, line


def test_every_table_has_a_note_or_stands_in_the_readme() -> None:
    more = more_tables()
    for name, rows in read(TEMPLATE).tables.items():
        assert name in {"areas", *FUTURES} or name in more or any(row["note"] for row in rows), name


def more_tables() -> dict[str, str]:
    """Tables that README.txt shows, commented out: name and text."""
    found, name = dict[str, list[str]](), ""
    for line in (TEMPLATE / "README.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# ") and line.endswith(".csv"):
            name = line[2:-4]
        elif line.startswith("# ") and name:
            found.setdefault(name, []).append(line[2:])
        else:
            name = ""
    return {name: "\n".join(lines) + "\n" for name, lines in found.items()}


def test_tables_that_are_commented_out_are_good_ones(tmp_path: Path) -> None:
    write_starter(tmp_path / "mine")
    assert more_tables()
    for name, text in more_tables().items():
        (tmp_path / "mine" / f"{name}.csv").write_text(text, encoding="utf-8")
    instance, problems = inspect(tmp_path / "mine")
    assert problems == []
    assert instance is not None
    for name in more_tables():
        assert all(row["source"] for row in instance.tables[name]), name


def test_it_needs_a_double_investment() -> None:
    plan = solve(read(TEMPLATE))
    none, *others = plan.windows
    assert plan.status == "optimal"
    assert none.window is None
    assert none.status == "infeasible"
    assert any(outcome.status == "infeasible" for outcome in others)
    assert plan.window == (2026, 3)
    assert plan.to_dict()["payback_year"] == 2028  # its README.txt says: within three years


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    write_starter(tmp_path / "mine")
    with pytest.raises(UsageError, match="exists already"):
        write_starter(tmp_path / "mine")
    with pytest.raises(UsageError, match=r"to a folder, or to an \.xlsx workbook"):
        write_starter(tmp_path / "mine.csv")


def test_the_starters_notes_say_what_its_cells_say() -> None:
    row = read(TEMPLATE).tables["effects"][0]
    assert f"averts {row['effect']:g} moves" in row["note"]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    path = tmp_path_factory.mktemp("starter") / "mine.xlsx"
    write_starter(path)
    return openpyxl.load_workbook(path)


def test_the_workbook_begins_with_its_guide(book: openpyxl.Workbook) -> None:
    guide = book.worksheets[0]
    cells = [str(cell.value) for row in guide.iter_rows() for cell in row if cell.value]
    assert guide.title == "Guide"
    assert len(what_it_shows()) == 2
    assert set(what_it_shows()) <= set(cells)
    assert {"instance", *TABLES} <= set(cells)
    assert "shortfall.excess_price" in cells
    assert "instance.years" not in cells


def test_every_table_has_a_sheet_that_explains_its_headings(book: openpyxl.Workbook) -> None:
    for name, table in TABLES.items():
        sheet = book[name]
        for cell in sheet[1]:
            assert table.column(cell.value).meaning in cell.comment.text
        assert sheet.freeze_panes == "A2"
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToWidth in (None, 1)  # None: the default, 1
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.sheet_properties.pageSetUpPr.fitToPage


_ACROSS = 146  # characters that a page on its side holds as they are


@pytest.mark.parametrize("name", TABLES)
def test_a_wide_sheet_is_set_close_enough_to_be_read_on_paper(
    book: openpyxl.Workbook, name: str
) -> None:
    """One page wide, its letters of 11 points come to 6.5 or more; then some headings are upright.

    Of ``services`` the headings over numbers, which are longer than the numbers.
    """
    sheet = book[name]
    across = sum((d.max - d.min + 1) * d.width for d in sheet.column_dimensions.values())
    assert 11 * _ACROSS / across >= 6.5
    upright = {cell.value for cell in sheet[1] if cell.alignment.textRotation == 90}
    numbers = {Kind.NUMBER, Kind.WHOLE, Kind.YEAR}
    over = {c.value for c in sheet[1] if TABLES[name].column(c.value).kind in numbers}
    assert upright == (over if name == "services" else set())
    if upright:
        assert sheet.row_dimensions[1].height >= 7 * max(map(len, upright))


def offers(book: openpyxl.Workbook, table: str, column: str) -> str:
    """What the cells below a heading offer."""
    sheet = book[table]
    [place] = [cell.coordinate for cell in sheet[1] if cell.value == column]
    found = [
        each.formula1
        for each in sheet.data_validations.dataValidation
        if each.type == "list" and f"{place[:-1]}2" in each.sqref
    ]
    return str(found[0]) if found else ""


def test_cells_offer_names_and_words(book: openpyxl.Workbook) -> None:
    assert offers(book, "states", "tier") == '"early_help,edge_of_care,statutory"'
    assert offers(book, "states", "in_care") == '"yes,no"'
    assert offers(book, "services", "from").startswith("states!$A$2:$A$")
    assert offers(book, "roles", "unit_cost") == ""
    names = offers(book, "transitions", "to")
    assert names.startswith("'Drop-downs'!")
    assert book["Drop-downs"].sheet_state == "hidden"
    listed = [cell.value for row in book["Drop-downs"][names.split("!")[1]] for cell in row]
    assert listed == ["need", "plan", "foster", "home", "exit"]
    keys = {row[0].value: row[1].coordinate for row in book["instance"].iter_rows()}
    at = {
        str(each.sqref): each.formula1 for each in book["instance"].data_validations.dataValidation
    }
    assert at[keys["instance.timing"]] == '"period,continuous"'
    assert at[keys["instance.periods_per_year"]] == '"1,2,4,12"'


def test_what_readme_says_early_help_does_is_so() -> None:
    """With the share it ends above where it began; with none at the floor of the limits."""
    instance = read(TEMPLATE)
    [floor] = [row["minimum"] for row in instance.tables["limits"]]
    today = 300.0
    kept, none = (
        solve(
            apply_changes(instance, ("instance.periods_per_year=1", f"reinvestment.share={share}"))
        )
        for share in (0.25, 0)
    )
    last = instance.last_year
    assert kept.levels()["family_hub"][last] > today > none.levels()["family_hub"][last]
    assert none.years()["early_help"][last] == pytest.approx(floor)
    assert kept.years()["early_help"][last] > floor

"""Files as people and spreadsheets really leave them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from allocator.errors import InstanceError, UsageError
from allocator.instance import inspect, read
from tests.instance.drafts import draft

STATES = "state,label,in_care,opening,unit_cost\n"
NEED = "need,In need,,400,5000\n"
FOSTER = "foster,Enfants placés,yes,100,40000\n"
GOOD = STATES + NEED + FOSTER


def said(path: Path) -> list[str]:
    return [str(problem) for problem in inspect(path)[1]]


def with_states(folder: Path, data: bytes) -> Path:
    draft().write(folder)
    (folder / "states.csv").write_bytes(data)
    return folder


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    folder = with_states(tmp_path, GOOD.replace("\n", "\r\n").encode("utf-8-sig"))
    assert said(folder) == []
    assert read(folder).label("states", "foster") == "Enfants placés"


def test_blank_lines_and_columns_do_no_harm(tmp_path: Path) -> None:
    folder = with_states(tmp_path, ("\n,,\n" + GOOD.replace("\n", ",,\n\n")).encode())
    assert said(folder) == []
    assert [row.number for row in read(folder).tables["states"]] == [5, 7]


DAMAGED_FILES = {
    "an older encoding": (
        GOOD.encode("cp1252"),
        ["error: states.csv, row 3: 'é' is not UTF-8 (a spreadsheet saved it in an older encoding)"
         "; save it again as UTF-8"],
    ),
    "UTF-16": (
        GOOD.encode("utf-16"),
        ["error: states.csv: is encoded as UTF-16; save it again as UTF-8"],
    ),
    "semicolons": (
        GOOD.replace(",", ";").encode(),
        ["error: states.csv, row 1: is separated by semicolons; "
         "save it with commas between the cells"],
    ),
    "tabs": (
        GOOD.replace(",", "\t").encode(),
        ["error: states.csv, row 1: is separated by tabs; save it with commas between the cells"],
    ),
    "an unquoted comma": (
        (STATES + NEED.replace("In need", "In need, open") + FOSTER).encode(),
        ["error: states.csv, row 2: has 6 cells under 5 headings; "
         "put quotes round a cell that holds a comma, or remove the extra cells",
         "error: states.csv, row 2, column in_care: ' open' is neither yes nor no; write yes or no",
         "error: states.csv, row 2, column opening: is blank, and has no default; "
         "fill it in: Children at the start."],
    ),
    "a row cut short": (
        (STATES + "need\n" + FOSTER).encode(),
        ["error: states.csv, row 2, column opening: is blank, and has no default; "
         "fill it in: Children at the start."],
    ),
    "an open quote": (
        (GOOD + 'home,"Home,,1,1\n').encode(),
        ["error: states.csv, row 4: is not valid CSV: unexpected end of data; mend that row"],
    ),
    "an unknown column": (
        GOOD.replace("unit_cost", "unitcost").encode(),
        ["error: states.csv, row 1, column unitcost: 'unitcost' is not a column of this table; "
         "did you mean 'unit_cost'?"],
    ),
    "a column twice": (
        GOOD.replace("label", "opening").encode(),
        ["error: states.csv, row 1, column opening: stands twice in the headings; keep one"],
    ),
    "a column missing": (
        b"state,in_care\nneed,\nfoster,yes\n",
        ["error: states.csv, row 1, column opening: is missing from the headings; "
         "add the column: Children at the start."],
    ),
    "zero bytes": (
        b"state\0,in_care\n",
        ["error: states.csv: holds zero bytes: it is not a text file; save it as CSV UTF-8"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGED_FILES)
def test_a_damaged_file_is_told_from_a_slip(damage: str, tmp_path: Path) -> None:
    data, expected = DAMAGED_FILES[damage]
    about_states = [line for line in said(with_states(tmp_path, data)) if "states.csv" in line]
    assert about_states[: len(expected)] == expected
    if damage not in ("zero bytes", "a column twice"):  # after which hardly a cell is left
        assert len(about_states) == len(expected)


def test_a_table_under_another_name_is_found(tmp_path: Path) -> None:
    draft().write(tmp_path)
    (tmp_path / "target.csv").write_text("year,children\n")
    (tmp_path / "caps.csv").write_text("item,year,maximum\n")
    (tmp_path / "published.csv").write_text("measure,value\nchildren,5\n")
    (tmp_path / "costs.xlsx").write_bytes(b"")
    assert said(tmp_path) == [
        "error: caps.csv: is not a table of an instance, though it looks like one; "
        "did you mean 'limits'? (or move the file elsewhere)",
        "warning: costs.xlsx: is not read: the tables of a folder are CSV files; "
        "save each sheet as CSV UTF-8, or give the workbook itself as the instance",
        "error: target.csv: is not a table of an instance, though it looks like one; "
        "did you mean 'targets'? (or move the file elsewhere)",
    ]


SETTINGS = {
    'name = "base"': ("", "column instance.name: is missing; give it: Name of the instance."),
    "first_year = 2020": (
        "first_year = 2020-04-01",
        "column instance.first_year: '2020-04-01' is a date, made by a spreadsheet from something "
        "else; format the column as text or number and enter the value again",
    ),
    "years = 4": (
        "years = 4\ndiscount = 0.03",
        "column instance.discount: '0.03' is not a setting; did you mean 'discount_rate'?",
    ),
    "periods_per_year = 2": (
        "discount_rate = 3.5",
        "column instance.discount_rate: '3.5' is a share above 1; give a number from 0 to 1",
    ),
    "schema = 1": (
        "schema = 2", "column schema: '2' is not 1, which is all there is; write 1",
    ),
    "[double_investment]": (
        "[double_investments]",
        "column double_investments: is not a table of the settings; "
        "did you mean 'double_investment'?",
    ),
    "longest = 2": (
        "longest = 0", "column double_investment.longest: '0' is below 1; "
        "give a number from 1",
    ),
    "[instance]": ("[instance", "is not valid TOML: "),
}  # fmt: skip


@pytest.mark.parametrize("old", SETTINGS)
def test_a_bad_setting_is_named(old: str, tmp_path: Path) -> None:
    new, expected = SETTINGS[old]
    made = draft()
    assert old in made.settings
    made.settings = made.settings.replace(old, new)
    lines = [line for line in said(made.write(tmp_path)) if line.startswith("error: instance.toml")]
    assert len(lines) == 1
    assert expected in lines[0]


def test_what_is_no_instance_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file or folder"):
        read(tmp_path / "nowhere")
    with pytest.raises(InstanceError, match=r"instance\.toml: is missing; write it"):
        read(tmp_path)
    text = tmp_path / "plan.docx"
    text.write_text("")
    with pytest.raises(UsageError, match=r"an instance is a folder with instance\.toml in it"):
        read(text)
    (tmp_path / "book.xlsx").write_text("not a workbook")
    with pytest.raises(UsageError, match="cannot be opened as a workbook"):
        read(tmp_path / "book.xlsx")


def test_a_csv_file_is_read_as_python_writes_it(tmp_path: Path) -> None:
    label = 'A "home", far\nfrom home'
    folder = draft().write(tmp_path)
    with (folder / "states.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [["state", "label", "in_care", "opening"], ["need", label, "", 400],
             ["foster", "", "yes", 100]]
        )  # fmt: skip
    assert read(folder).tables["states"][0]["label"] == label

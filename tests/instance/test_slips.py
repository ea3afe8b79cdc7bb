"""What people do: give a plan for an instance, write headings in capitals, years with a dash."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from allocator.errors import UsageError
from allocator.instance import inspect, read
from allocator.instance.problems import Severity, errors
from tests.instance.drafts import cell, draft
from tests.plans import CASES


def copy_of_hand(folder: Path) -> Path:
    return Path(shutil.copytree(CASES / "hand", folder / "hand"))


@pytest.mark.parametrize(
    ("move", "misspelt"),
    [
        ("need,plan,", "need,plann,"),
        ("need,foster,", "nedd,foster,"),
        ("foster,foster,", "foster,fostr,"),
        ("home,exit,", "hom,exit,"),
    ],
)
def test_a_misspelt_state_of_a_move_is_one_fault(tmp_path: Path, move: str, misspelt: str) -> None:
    """Not another for each effect on the move, nor a warning that there is nothing to avert."""
    folder = Path(shutil.copytree(CASES / "window", tmp_path / "window"))
    sound = inspect(folder)[1]
    transitions = folder / "transitions.csv"
    transitions.write_text(transitions.read_text().replace(f"\n{move}", f"\n{misspelt}", 1))
    (fault,) = (each for each in inspect(folder)[1] if each not in sound)
    assert fault.file == "transitions.csv"
    assert "did you mean" in str(fault)


@pytest.mark.parametrize("what", ["", "plan.json"])
def test_a_saved_plan_is_told_from_an_instance(tmp_path: Path, what: str) -> None:
    (tmp_path / "plan.json").write_text("{}")
    (tmp_path / "states.csv").write_text("area,state,year,children\n")
    with pytest.raises(UsageError) as caught:
        inspect(tmp_path / what)
    assert f"this is a saved plan; its instance is in {tmp_path / 'instance'}" in str(caught.value)
    assert "`allocator report A B`" in str(caught.value)


def test_an_instance_with_a_plan_beside_its_tables_is_read(tmp_path: Path) -> None:
    folder = copy_of_hand(tmp_path)
    (folder / "plan.json").write_text("{}")
    assert read(folder).name == read(CASES / "hand").name


def test_headings_may_be_in_capitals(tmp_path: Path) -> None:
    folder = copy_of_hand(tmp_path)
    for table in folder.glob("*.csv"):
        heading, rows = table.read_text().split("\n", 1)
        table.write_text(f"{heading.upper()}\n{rows}")
    assert read(folder).tables["states"] == read(CASES / "hand").tables["states"]


def test_two_headings_that_differ_in_case_alone_are_one_too_many(tmp_path: Path) -> None:
    folder = copy_of_hand(tmp_path)
    states = folder / "states.csv"
    states.write_text(states.read_text().replace("state,tier", "state,State,tier"))
    assert any("stands twice in the headings" in str(each) for each in inspect(folder)[1])


@pytest.mark.parametrize("year", ["2022-23", "2022/23", "2022–23", "2022-2023", "2022"])
def test_a_financial_year_is_read_as_every_page_prints_it(tmp_path: Path, year: str) -> None:
    instance, problems = inspect(draft(cell("targets", 2, "year", year)).write(tmp_path))
    assert instance is not None and not errors(problems)
    assert instance.tables["targets"][0]["year"] == 2022


@pytest.mark.parametrize("year", ["2022-22", "2022-25", "2022/2024"])
def test_two_years_that_do_not_follow_are_none(tmp_path: Path, year: str) -> None:
    _, problems = inspect(draft(cell("targets", 2, "year", year)).write(tmp_path))
    assert [each.rule for each in errors(problems)] == ["is not a financial year"]


@pytest.mark.parametrize("table", ["states", "services", "funds", "areas"])
@pytest.mark.parametrize("damage", ["empty", "no key", "bad CSV", "zero bytes"])
def test_a_table_that_cannot_be_read_is_the_only_one_blamed(
    tmp_path: Path, table: str, damage: str
) -> None:
    file = draft().write(tmp_path) / f"{table}.csv"
    text = file.read_text()
    heading, rows = text.split("\n", 1)
    file.write_text({
        "empty": "", "no key": f"{heading.replace(table[:-1], 'name', 1)}\n{rows}",
        "bad CSV": f'{heading}\n"never ended\n{rows}', "zero bytes": f"{text}\0",
    }[damage])  # fmt: skip
    _, problems = inspect(tmp_path)
    assert errors(problems)
    assert {each.file for each in errors(problems)} == {f"{table}.csv"}


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (("states", 2, "unit_cost", "40"), "is far from what a child is known to cost in a year"),
        (("states", 3, "unit_cost", "90000000"), "£29,900 to £499,616"),
        (("budgets", 2, "amount", "1"), "adds up to"),
        (("budgets", 2, "amount", "9e12"), "adds up to"),
    ],
)
def test_money_of_another_size_is_a_warning(
    tmp_path: Path, edit: tuple[str, int, str, str], said: str
) -> None:
    edits = [cell(*edit)]
    if edit[0] == "budgets":
        rows = len((draft().write(tmp_path / "all") / "budgets.csv").read_text().splitlines())
        edits += [cell("budgets", n, "amount", edit[3]) for n in range(3, rows + 1)]
    instance, problems = inspect(draft(*edits).write(tmp_path / "one"))
    assert instance is not None and not errors(problems)
    found = [each for each in problems if said in each.rule]
    assert found and all(each.severity is Severity.WARNING for each in found)

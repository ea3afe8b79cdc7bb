"""A saved plan changed by hand: its seal tells; with the seal renewed, what can be derived."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pandas as pd
import pytest

from allocator.clock import Overrun
from allocator.errors import AllocatorError, UsageError
from allocator.plan.columns import TABLES, WINDOWS, shaped
from allocator.plan.saving import recheck, save
from allocator.plan.saving.layout import SEALED
from allocator.plan.saving.loading import open_facts
from allocator.plan.saving.seal import SEAL, broken
from allocator.plan.saving.writing import owns
from allocator.report.saved_plan import open_saved_plan
from allocator.solving import again
from allocator.solving.again import audit_saved
from tests.plans import plan_of, resealed

WINDOW, SMALL = "window", "annual-returns-limits"  # the latter without windows, and with bands
PLAN = plan_of(WINDOW)
COLUMNS = [
    (name, column)
    for name, columns in [*((n, c) for n, (_, c) in TABLES.items()), ("windows", WINDOWS[1])]
    for column in columns
    if name == "windows" or len(plan_of(SMALL).tables.get(name, ()))
]


@pytest.fixture
def saved(tmp_path) -> Path:
    return shutil.copytree(kept(WINDOW), tmp_path / "plan")


@cache
def solved_again(case: str):
    return again._solved(plan_of(case), lambda *step: None, every_window=False, overrun=Overrun())


@pytest.fixture
def solved():
    return solved_again(WINDOW)


@cache
def kept(case: str) -> Path:
    """Where a plan is saved for all tests, which take copies."""
    folder = Path(mkdtemp(prefix="tampering-")) / "plan"
    save(plan_of(case), folder)
    return folder


def unsealed(folder: Path) -> None:
    folder, facts = open_facts(folder)
    del facts["saved"][SEAL]
    (folder / "plan.json").write_text(json.dumps(facts), encoding="utf-8")


def changed(folder: Path, name: str, column: str) -> None:
    """One cell of a CSV file: the number that is largest made larger by a half, a name another."""
    frame = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
    numbers = pd.to_numeric(frame[column], errors="coerce").abs()
    if numbers.notna().any() and column not in shaped("name"):
        at = numbers.idxmax()
        value = float(frame.loc[at, column])
        frame.loc[at, column] = str(
            int(value) + 1 if column in shaped("whole") else 1.5 * value + 1
        )
    else:
        frame.loc[len(frame) // 2, column] += "x"
    frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def stands(folder: Path) -> bool:
    """Whether the audit passes; what it refuses to read does not."""
    try:
        return audit_saved(folder).passed
    except AllocatorError:
        return False


def test_what_was_saved_stands(saved):
    (saved / "answers").mkdir()
    (saved / "answers" / "mine.txt").write_text("not the plan's")
    found = audit_saved(saved, every_window=True)
    assert found.disagreements == ()
    assert found.notes == ()
    assert found.passed
    assert open_saved_plan(saved).plan.objective == PLAN.objective


@pytest.mark.parametrize(("name", "column"), COLUMNS)
def test_every_column_is_under_the_seal_and_derived(tmp_path, monkeypatch, name, column):
    case = WINDOW if name == "windows" else SMALL
    saved = shutil.copytree(kept(case), tmp_path / "plan")
    changed(saved, name, column)
    assert broken(*open_facts(saved), owns) == [f"{name}.csv"]
    with pytest.raises(UsageError, match=rf"its seal is broken: {name}\.csv"):
        open_saved_plan(saved)
    resealed(saved)
    solved = solved_again(case)
    monkeypatch.setattr(again, "_solved", lambda plan, tell, *, every_window, overrun: solved)
    sealed_alone = name != "windows" and column in SEALED.get(name, ())
    assert stands(saved) == sealed_alone


def another(value: Any) -> Any:
    """A value like it that it is not."""
    if isinstance(value, dict):
        first = next(iter(value))
        return {**value, first: another(value[first])}
    if isinstance(value, list):
        return [another(value[0]), *value[1:]]
    if isinstance(value, str):
        return f"{value}x"
    return 1 if value is None else not value if isinstance(value, bool) else 1.5 * value + 1


@pytest.mark.parametrize("fact", [*PLAN.to_dict(), "saved"])
def test_every_fact_is_under_the_seal_and_derived(saved, monkeypatch, solved, fact):
    facts = json.loads((saved / "plan.json").read_text(encoding="utf-8"))
    facts[fact] = another(facts[fact])
    (saved / "plan.json").write_text(json.dumps(facts), encoding="utf-8")
    if fact not in ("formulation", "saved"):  # which are refused as they are read
        assert broken(*open_facts(saved), owns) == ["plan.json"]
        with pytest.raises(UsageError, match=r"its seal is broken: plan\.json"):
            open_saved_plan(saved)
        resealed(saved)
    monkeypatch.setattr(again, "_solved", lambda plan, tell, *, every_window, overrun: solved)
    assert not stands(saved)


@pytest.mark.parametrize("file", ["instance/states.csv", "README.txt", "solver.log"])
def test_other_files_are_under_the_seal(saved, file):
    with (saved / file).open("a", encoding="utf-8") as added:
        added.write("\n")
    found = recheck(saved)
    assert found.disagreements[0] == f"{file}: is not as it was saved; the seal is broken"
    assert not found.passed


def test_a_file_lost_or_added_breaks_the_seal(saved):
    (saved / "solver.log").unlink()
    shutil.copy(saved / "spend.csv", saved / "excess.csv")
    assert broken(*open_facts(saved), owns) == ["excess.csv", "solver.log"]


def test_a_plan_without_a_seal_is_told_so_and_audited(saved):
    unsealed(saved)
    found = audit_saved(saved)
    assert found.passed
    assert "has no seal" in found.notes[0]
    with pytest.raises(UsageError, match="has no seal"):
        open_saved_plan(saved)
    changed(saved, "funds", "amount")
    assert not recheck(saved).passed


def older(folder: Path) -> None:
    """The plan as an allocator wrote it that knew neither seals nor balances brought forward."""
    unsealed(folder)
    facts = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    del facts["funds"], facts["double_running_years"]
    (folder / "plan.json").write_text(json.dumps(facts), encoding="utf-8")
    funds = pd.read_csv(folder / "funds.csv", dtype=str)
    funds.drop(columns=["brought_forward", "lapsed"]).to_csv(folder / "funds.csv", index=False)


def test_an_older_plan_is_audited_as_far_as_can_be(saved):
    older(saved)
    found = recheck(saved)
    assert found.passed
    assert [note.partition(",")[0].partition(":")[0] for note in found.notes[1:]] == [
        "plan.json", "funds.csv",
    ]  # fmt: skip
    assert "has no brought_forward, lapsed" in found.notes[2]
    balance = ["fund", "year", "brought_forward", "lapsed"]
    assert found.plan.tables["funds"][balance].equals(PLAN.tables["funds"][balance])
    changed(saved, "funds", "amount")
    assert "column amount" in recheck(saved).disagreements[0]


@pytest.mark.parametrize("column", ["fund", "unspent"])
def test_an_older_plan_may_lack_nothing_that_is_decided(saved, column):
    older(saved)
    funds = pd.read_csv(saved / "funds.csv", dtype=str)
    funds.drop(columns=column).to_csv(saved / "funds.csv", index=False)
    with pytest.raises(UsageError, match=f"its headings are not those of funds: .*{column}"):
        recheck(saved)


def saved_otherwise(folder: Path, **changes: Any) -> Path:
    """The plan with other facts, saved anew: plan.json, tables and seal all agree."""
    save(replace(PLAN, **changes), folder / "other")
    return folder / "other"


def test_other_windows_costs_are_solved_again(tmp_path):
    dear = tuple(
        each if each.window == PLAN.window else replace(each, objective=9.9e9)
        for each in PLAN.windows
    )
    folder = saved_otherwise(tmp_path, windows=dear)
    assert audit_saved(folder).passed
    said = audit_saved(folder, every_window=True).disagreements
    assert len(said) == len(PLAN.windows) - 1
    assert said[-1].startswith("windows, no window: plan.json says £9,900,000,000; solved again")


def test_a_window_cheaper_than_the_plan_is_told(tmp_path):
    cheap = (replace(PLAN.windows[0], objective=1e9), *PLAN.windows[1:])
    said = recheck(saved_otherwise(tmp_path, windows=cheap)).disagreements
    assert said == ("windows, no window: is cheaper than the plan, which is not the cheapest then",)


def test_another_solver_is_told(tmp_path):
    said = recheck(saved_otherwise(tmp_path, solver="Gurobi 99")).disagreements
    assert said == ("solver: 'Gurobi 99' is none that allocator solves with",)


def test_another_formulation_is_solved_and_not_found(tmp_path):
    """One that promises no targets would let a plan off its targets."""
    said = audit_saved(saved_otherwise(tmp_path, formulation="largest_reduction")).disagreements
    assert said[0].startswith("objective: the least cost by largest_reduction")


@pytest.mark.parametrize(("times", "rows"), [(1.02, 1), (0.0, 1), (1.001, None)])
def test_prices_are_held_to_strong_duality(tmp_path, monkeypatch, solved, times, rows):
    prices = PLAN.tables["prices"].copy()
    dearest = (prices["price"] * prices["limit"]).abs().nlargest(rows or len(prices)).index
    prices.loc[dearest, "price"] *= times
    folder = saved_otherwise(tmp_path, tables={**PLAN.tables, "prices": prices})
    assert recheck(folder).passed
    monkeypatch.setattr(again, "_solved", lambda plan, tell, *, every_window, overrun: solved)
    assert "strong duality" in audit_saved(folder).disagreements[0]


@pytest.mark.parametrize("column", ["benefit", "baseline_benefit", "low", "high"])
def test_benefits_are_worked_out_again(tmp_path, column):
    save(plan_of("benefits-period"), tmp_path / "plan")
    assert recheck(tmp_path / "plan").passed
    changed(tmp_path / "plan", "benefits", column)
    resealed(tmp_path / "plan")
    assert not recheck(tmp_path / "plan").passed

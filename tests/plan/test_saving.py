"""Plans in folders: what is written is read again, whole or not at all, and damage is told."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import allocator.plan.saving.writing
from allocator.errors import AllocatorError, InstanceError, UsageError
from allocator.instance import Shortfall, read
from allocator.instance.change import apply_changes
from allocator.plan.columns import TABLES
from allocator.plan.saving import check_place, load, recheck, save
from allocator.report import summary
from allocator.solving.solve import solve
from tests.plans import NAMES, contents, failing, instance_of, plan_of


@pytest.fixture
def saved(tmp_path) -> Path:
    folder = tmp_path / "plan"
    save(plan_of("window"), folder)
    return folder


def edited(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("formulation", ["least_cost", "largest_reduction"])
@pytest.mark.parametrize("case", NAMES)
def test_a_plan_is_loaded_as_it_was_saved(tmp_path, case, formulation):
    plan = plan_of(case, formulation=formulation)
    save(plan, tmp_path / "plan")
    again = load(tmp_path / "plan")
    assert again.to_dict() == plan.to_dict()
    assert summary(again) == summary(plan)
    assert again.certificate == plan.certificate
    assert again.audit == plan.audit
    assert again.log == plan.log
    assert set(again.tables) == set(plan.tables)
    for name, table in plan.tables.items():
        pd.testing.assert_frame_equal(
            again.tables[name], table, check_exact=True, check_dtype=False
        )


def test_saving_twice_gives_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        save(plan_of("window"), tmp_path / name)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_the_instance_is_copied(saved):
    assert read(saved / "instance").hash == plan_of("window").instance.hash


def test_readme_says_what_every_file_and_column_is(saved):
    told = (saved / "README.txt").read_text(encoding="utf-8")
    assert "2020-21 prices" in told
    for file in saved.iterdir():
        if file.name != "README.txt":
            assert file.name in told
    for file in saved.glob("*.csv"):
        section = told.split(f"\n{file.name}\n")[1].split("\n\n")[0]
        heading = file.read_text(encoding="utf-8").splitlines()[0].split(",")
        assert [line.split()[0] for line in section.splitlines()[1:]] == heading


def test_the_layout_is_that_of_the_tables():
    plan = plan_of("two-areas")
    assert {"excess", "overspent"}.isdisjoint(plan.tables)
    prices = Shortfall(excess_price=1e5, overspend_price=0.5)
    tables = solve(replace(plan.instance, shortfall=prices)).tables
    tables = {**tables, "demand": plan_of("drivers-period").tables["demand"]}
    tables["cash"] = solve(apply_changes(plan.instance, ["+inflation.2020.index=1.1"])).tables[
        "cash"
    ]
    tables |= {"benefits": plan_of("benefits-period").tables["benefits"]}
    tables |= {name: plan_of("staff-part-training").tables[name] for name in ("staff", "practices")}
    tables["tightest"] = solve(instance_of("window"), ask_tightest=True).tables["tightest"]
    assert {name: tuple(table.columns) for name, table in tables.items()} == {
        name: tuple(columns) for name, (_, columns) in TABLES.items()
    }


def test_a_plan_is_not_replaced_unasked(saved):
    before = contents(saved)
    with pytest.raises(UsageError, match="exists already"):
        save(plan_of("hand"), saved)
    assert contents(saved) == before


def test_force_replaces_a_plan_and_keeps_what_is_not_its_own(saved):
    (saved / "minutes.txt").write_text("of the meeting")
    save(plan_of("hand-infeasible"), saved, force=True)
    assert load(saved).instance.name == "hand-infeasible"
    assert (saved / "minutes.txt").read_text() == "of the meeting"
    assert not (saved / "services.csv").exists()


def test_force_replaces_nothing_but_a_plan(tmp_path):
    (tmp_path / "photographs").mkdir()
    (tmp_path / "photographs" / "one.jpg").write_bytes(b"1")
    with pytest.raises(UsageError, match="is not a plan"):
        save(plan_of("hand"), tmp_path / "photographs", force=True)
    with pytest.raises(UsageError, match="is not a plan"):
        save(plan_of("hand"), tmp_path / "photographs" / "one.jpg", force=True)
    assert contents(tmp_path) == {"photographs/one.jpg": b"1"}


def test_a_place_that_cannot_be_written_is_told_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UsageError, match="cannot be written to"):
        check_place(tmp_path / "plan")


def test_a_full_disk_is_told_of_the_plan(tmp_path, monkeypatch):
    full = OSError(28, "No space left on device")
    monkeypatch.setattr(allocator.plan.saving.writing, "readme", failing(full))
    with pytest.raises(UsageError, match=r"plan: cannot be written: no space left on device"):
        save(plan_of("hand"), tmp_path / "plan")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_is_filled(tmp_path):
    save(plan_of("hand"), tmp_path)
    assert load(tmp_path).found


@pytest.mark.parametrize("step", ["write", "_write_csv", "_saved", "readme"])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("stop")])
def test_stopped_midway_leaves_what_was_there(tmp_path, monkeypatch, step, error):
    folder = tmp_path / "plan"
    save(plan_of("hand"), folder)
    before = contents(tmp_path)
    monkeypatch.setattr(allocator.plan.saving.writing, step, failing(error))
    for force, place in ((True, folder), (False, tmp_path / "other")):
        with pytest.raises(type(error)):
            save(plan_of("window"), place, force=force)
    assert contents(tmp_path) == before
    assert list(tmp_path.iterdir()) == [folder]


def test_recheck_passes_what_was_saved(saved):
    found = recheck(saved)
    assert found.passed
    assert found.audit == plan_of("window").audit


@pytest.mark.parametrize("formulation", ["least_cost", "largest_reduction"])
def test_recheck_of_areas(tmp_path, formulation):
    save(plan_of("two-areas", formulation=formulation), tmp_path / "plan")
    assert recheck(tmp_path / "plan" / "plan.json").passed


def test_an_infeasible_instance_has_nothing_to_audit(tmp_path):
    save(plan_of("hand-infeasible"), tmp_path)
    with pytest.raises(UsageError, match="its status is infeasible"):
        recheck(tmp_path)


@pytest.mark.parametrize(
    ("table", "column", "rule"),
    [("states", "children", "children balance"), ("states", "places", "places"),
     ("services", "level", "level follows"), ("spend", "spend", "spend of a tier"),
     ("diverted", "diverted", "children balance"), ("funds", "unspent", "fund balance"),
     ("drawn", "drawn", "spend is funded")],
)  # fmt: skip
def test_an_edited_number_fails_a_rule(saved, table, column, rule):
    """The middle row's number, made smaller by a tenth and two."""
    frame = pd.read_csv(saved / f"{table}.csv")
    middle = frame.index[len(frame) // 2]
    frame[column] = frame[column].astype(float)
    frame.loc[middle, column] = 0.9 * frame.loc[middle, column] - 2
    frame.to_csv(saved / f"{table}.csv", index=False)
    found = recheck(saved)
    assert not found.audit.passed
    assert rule in found.audit.failure()


def test_a_lost_row_fails(saved):
    lines = (saved / "services.csv").read_text().splitlines()
    (saved / "services.csv").write_text("\n".join(lines[:-1]) + "\n")
    found = recheck(saved)
    assert "a number is missing" in found.audit.failure()
    json.dumps(found.to_dict())


@pytest.mark.parametrize("fact", ["payback_year", "double_running_cost", "npv"])
def test_a_fact_that_the_tables_contradict_fails(saved, fact):
    facts = json.loads((saved / "plan.json").read_text(encoding="utf-8"))
    facts[fact] += 1
    (saved / "plan.json").write_text(json.dumps(facts), encoding="utf-8")
    found = recheck(saved)
    assert not found.passed
    assert found.audit.passed
    assert [said.partition(":")[0] for said in found.disagreements] == ["plan.json", fact]


def test_an_objective_that_is_not_the_cost_fails(saved):
    facts = json.loads((saved / "plan.json").read_text(encoding="utf-8"))
    facts["objective"] *= 1.01
    (saved / "plan.json").write_text(json.dumps(facts), encoding="utf-8")
    assert "objective" in recheck(saved).audit.failure()


def test_another_instance_is_told(saved):
    edited(saved / "instance" / "instance.toml", "discount_rate = 0.035", "discount_rate = 0.04")
    found = recheck(saved)
    assert not found.passed
    assert found.disagreements[0].startswith("instance/instance.toml: is not as it was saved")
    assert "is not the one that was solved" in found.disagreements[1]


DAMAGE = [
    ("services.csv", "area,service", "area,servce", "its headings are not those of services"),
    ("states.csv", "window,need,0,2020,4511.0", "window,need,0,2020,many",
     "row 2, column children: 'many' is not a number"),
    ("states.csv", "window,need,0,", "window,need,0.5,", "column period: '0.5' is not a whole"),
    ("states.csv", "window,need,0,", "window,need,,", "column period: '' is not a whole number"),
    ("states.csv", "window,need,0,", "window,want,0,", "'want' is not a state of the instance"),
    ("states.csv", "window,need,1,", "window,need,0,", "row 3: stands twice"),
    ("states.csv", "window,need,0,", "need,0,", "row 2: has 5 cells under 6 headings"),
    ("drawn.csv", "core,all", "cork,all", "'cork' is not a fund of the instance"),
    ("plan.json", '"status"', "status", "is not a saved plan"),
    ("plan.json", '"formulation"', '"formulaton"', "lacks or garbles 'formulation'"),
    ("plan.json", '"first_year": 2020', '"first_year": "abc"', "whose first_year is 'abc'"),
    ("plan.json", '"objective": 1', '"objective": "many", "was": 1', "could not convert string"),
    ("plan.json", '"schema": 1', '"schema": 7', "is not a plan saved by"),
    ("instance/states.csv", "need", "nede", "nede"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "told"), DAMAGE)
def test_damage_is_told_by_file_and_row(saved, file, old, new, told):
    edited(saved / file, old, new)
    with pytest.raises(AllocatorError) as caught:
        recheck(saved)
    assert told in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("file", ["states.csv", "plan.json", "instance/instance.toml"])
@pytest.mark.parametrize("damage", ["gone", "empty", "binary"])
def test_a_file_lost_emptied_or_overwritten(saved, file, damage):
    if damage == "gone":
        (saved / file).unlink()
    else:
        (saved / file).write_bytes(b"" if damage == "empty" else b"\xff\xfe\x00\x80PK")
    with pytest.raises((UsageError, InstanceError), match=r"."):
        recheck(saved)

"""A saved hedge: loaded as it was, audited, and damaged in every way that can be told."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import allocator
from allocator.errors import AllocatorError, UsageError
from allocator.hedge.saving import audit_hedge, load_hedge, open_hedge, recheck, save_hedge
from allocator.hedge.saving.layout import owns
from allocator.plan.saving.layout import HEDGE_FILE
from allocator.plan.saving.loading import load
from allocator.plan.saving.seal import SEAL, seal_of
from allocator.report.pages.hedge import answered, worth_lines
from allocator.report.pages.hedge_benefits import benefits_told
from allocator.report.pages.hedge_items import benefits_figures, hedge_paper
from allocator.report.saved_hedge import open_saved_hedge
from allocator.wording import pounds
from tests.hedge.hedges import hedge_of, instance_of

HEDGED = "cvar"


@pytest.fixture(scope="module")
def original(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("hedges") / "hedge"
    save_hedge(hedge_of(HEDGED), folder)
    return folder


@pytest.fixture
def saved(original, tmp_path) -> Path:
    return shutil.copytree(original, tmp_path / "hedge")


@pytest.fixture
def without_solving(monkeypatch):
    """What the tables and facts alone tell: nothing is solved again."""
    monkeypatch.setattr(recheck, "_window_again", lambda found: [])


def resealed(folder: Path) -> None:
    _, facts = open_hedge(folder)
    facts["saved"][SEAL] = seal_of(folder, facts, owns, HEDGE_FILE)
    (folder / HEDGE_FILE).write_text(json.dumps(facts), encoding="utf-8")


def stated(folder: Path, **facts) -> None:
    """Facts said otherwise, the seal made anew."""
    _, was = open_hedge(folder)
    (folder / HEDGE_FILE).write_text(json.dumps({**was, **facts}), encoding="utf-8")
    resealed(folder)


def cell(folder: Path, table: str, column: str, change, **where) -> None:
    """One cell of a table changed, the seal made anew."""
    file = folder / f"{table}.csv"
    frame = pd.read_csv(file, keep_default_na=False)
    rows = frame
    for name, value in where.items():
        rows = rows[rows[name] == value]
    frame.loc[rows.index[-1], column] = change(rows[column].iloc[-1])
    frame.to_csv(file, index=False, lineterminator="\n")
    resealed(folder)


def told(folder: Path) -> str:
    found = audit_hedge(folder, instance_of(HEDGED))  # which is read, and its scenarios, once
    assert not found.passed
    return "\n".join((found.audit.failure(), *found.disagreements))


def test_what_was_saved_is_loaded_and_stands(original):
    found, was = load_hedge(original), hedge_of(HEDGED)
    assert json.loads(found.to_json())["scenarios"] == json.loads(was.to_json())["scenarios"]
    assert found.settled == was.settled
    assert found.wait_and_see == was.wait_and_see
    checked = audit_hedge(original)
    assert checked.disagreements == ()
    assert checked.passed
    rules = {each.rule for each in checked.audit.findings}
    assert rules >= {
        "levels are the same until scenarios part",
        "objective over the scenarios",
        "probabilities add up to 1",
        "objective",
    }
    assert allocator.load(original).objective == was.objective


def test_what_is_found_again_is_what_was_said(original, monkeypatch):
    was = hedge_of(HEDGED)
    monkeypatch.setattr(recheck, "hedge", lambda instance: was)
    assert list(recheck._again(was)) == []
    dearer = replace(was.windows[1], objective=1.1 * was.objective)
    other = replace(was, windows=(was.windows[0], dearer, *was.windows[2:]), following=0.0)
    assert [said.partition(":")[0] for said in recheck._again(other)] == [
        f"windows, {dearer.window}", "value_of_stochastic_solution",
    ]  # fmt: skip


def test_other_verbs_of_plans_say_what_it_is(original):
    with pytest.raises(UsageError, match="a plan over several futures"):
        load(original)


def test_what_is_changed_breaks_the_seal(saved):
    file = saved / "known.csv"
    file.write_text(file.read_text().replace("0.", "1.", 1))
    assert "known.csv: is not as it was saved; the seal is broken" in told(saved)


def more(number: float) -> float:
    return float(number) + 1e6


@pytest.mark.usefixtures("without_solving")
@pytest.mark.parametrize(
    "cells",
    [
        {
            ("services", "level"): "levels are the same until scenarios part",
            ("futures", "spend"): "futures.csv: is not what",
        },
        {
            ("services", "served"): "served cases are funded",
            ("windows", "objective"): "windows.csv: is not what",
        },
        {
            ("states", "children"): "children balance",
            ("drawn", "drawn"): "drawn",
            ("known", "level"): "known",
        },
        {("diverted", "diverted"): "moves averted by cases"},
        {("spend", "spend"): "spend"},
        {
            ("years", "total"): "years.csv",
            ("moves", "moves"): "moves.csv",
            ("levels", "served"): "levels.csv: is not what",
        },
    ],
    ids=str,
)
def test_tables_changed_under_a_new_seal_are_told(saved, cells):
    """Of a settled year, where levels are concerned; what is decided is held to the simulator."""
    for table, column in cells:
        first = {"year": 2020} if table == "services" else {}
        where = {} if table == "windows" else {"scenario": "weak", **first}
        cell(saved, table, column, more, **where)
    text = told(saved)
    assert [said for said in cells.values() if said not in text] == [], text


@pytest.fixture(scope="module")
def loaded(original):
    found = load_hedge(original)
    audits = {each.scenario.name: recheck.audit_of(each.plan) for each in found.futures}
    return found, open_hedge(original)[1], audits


@pytest.mark.parametrize(
    "fact",
    ["objective", "expected_cost", "cvar", "wait_and_see", "value_of_stochastic_solution",
     "target_met_probability", "funds_suffice_probability", "value_of_perfect_information"],
)  # fmt: skip
def test_a_number_said_otherwise_is_told(loaded, fact):
    found, facts, audits = loaded
    assert list(recheck._stated(found, facts, audits)) == []
    other = {**facts, fact: 0.9 * facts[fact] + 0.01}
    assert [fact in line for line in recheck._stated(found, other, audits)] == [True]


def test_values_that_cannot_be_are_told(loaded):
    found, facts, audits = loaded
    cheap = replace(found, following=0.9 * found.objective)
    dear = replace(found, alone=replace(found.alone, cost=1.1 * found.expected_cost))
    for other, said in ((cheap, "less than the best"), (dear, "costs more than not knowing")):
        assert said in "\n".join(recheck._stated(other, facts, audits))


@pytest.mark.usefixtures("without_solving")
@pytest.mark.parametrize(
    ("fact", "change", "said"),
    [
        ("window", lambda window: {"first_year": 2021, "years": 1}, "windows|window"),
        ("windows", lambda windows: windows[:-1], "windows"),
        ("solver", lambda solver: "an oracle", "is none that allocator solves with"),
        ("settled", lambda levels: {service: {} for service in levels}, "settled"),
        ("no_regret", lambda levels: {service: [1] for service in levels}, "no_regret"),
        ("instance_hash", lambda told: told[::-1], "is not the one that was hedged"),
        ("scenarios", lambda told: {n: {**s, "probability": 0.2} for n, s in told.items()}, "prob"),
    ],
)
def test_what_is_said_of_it_is_held_to_the_tables(saved, fact, change, said):
    _, facts = open_hedge(saved)
    stated(saved, **{fact: change(facts[fact])})
    text = told(saved)
    assert any(word in text for word in said.split("|")), text


def test_a_dearer_plan_is_told_by_solving_again(saved, monkeypatch):
    monkeypatch.setattr(recheck, "least", lambda solved: 0.99 * solved.value(0) * 1e6)
    assert "objective: solved again" in told(saved)


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "services.csv").unlink(),
        lambda folder: (folder / "services.csv").write_text("scenario,area\n"),
        lambda folder: cell(folder, "states", "scenario", lambda name: "nobody"),
        lambda folder: cell(folder, "states", "state", lambda name: "nowhere"),
        lambda folder: (folder / HEDGE_FILE).write_text("{}"),
        lambda folder: (folder / HEDGE_FILE).write_text("hedge"),
        lambda folder: stated(folder, scenarios={}),
        lambda folder: (folder / "instance" / "scenarios.csv").unlink(),
    ],
    ids=["lost", "headings", "scenario", "state", "facts", "text", "costs", "instance"],
)
def test_what_cannot_be_read_is_refused(saved, damage):
    damage(saved)
    with pytest.raises(AllocatorError) as refused:
        audit_hedge(saved)
    assert ".csv" in str(refused.value) or HEDGE_FILE in str(refused.value)


@pytest.mark.usefixtures("without_solving")
def test_an_audit_from_the_command_line(run, saved):
    stated(saved, cvar=1.0)
    result = run("audit", saved)
    assert result.exit_code == 4
    assert "FAILS cvar: hedge.json says 1" in result.stdout


def test_a_saved_hedge_gives_way_to_another_alone(run, saved, tmp_path):
    with pytest.raises(UsageError, match="exists already"):
        save_hedge(hedge_of(HEDGED), saved)
    (saved / "mine.txt").write_text("kept")
    save_hedge(hedge_of(HEDGED), saved, force=True)
    assert (saved / "mine.txt").is_file()
    assert audit_hedge(saved).passed


@pytest.fixture(scope="module")
def for_others(tmp_path_factory) -> Path:
    """A hedge in which half of the good that a service does to others counts, and is cost too."""
    changes = ("+benefits.hubs.nhs.0.fiscal.amount=500", "wider_benefits.weight=0.5")
    folder = tmp_path_factory.mktemp("hedges") / "for-others"
    save_hedge(hedge_of("two-stage", *changes), folder)
    return folder


def test_the_good_done_to_others_is_told_of_every_future(for_others, run, tmp_path):
    found = load_hedge(for_others)
    shown = {each.scenario.name: each.plan.wider_benefits()["nhs"] for each in found.futures}
    chances = {each.scenario.name: each.scenario.probability for each in found.futures}
    expected = sum(shown[name] * chances[name] for name in shown)
    said = json.loads((for_others / HEDGE_FILE).read_text())["scenarios"]
    assert {name: each["wider_benefits"]["nhs"] for name, each in said.items()} == shown
    head, (row,) = benefits_told(found)
    assert head[2:] == ["Expected", "Least, in", "Most, in"]
    labels = {each.scenario.name: each.scenario.label for each in found.futures}
    least, most = min(shown, key=shown.get), max(shown, key=shown.get)
    assert row == [
        "nhs",
        "fiscal",
        pounds(expected),
        *(f"{pounds(shown[end])}, {labels[end]}" for end in (least, most)),
    ]
    assert answered(found).startswith("Counting 50% of the good done to others as if it were the")
    own = sum(each.plan.cost * each.scenario.probability for each in found.futures)
    assert ("Of the council's own money", pounds(own)) in worth_lines(found)
    assert own > found.expected_cost - sum(sum(each.overspent.values()) for each in found.futures)
    assert benefits_figures(found)[0] in list(hedge_paper(open_saved_hedge(for_others)))
    page, book = (tmp_path / f"hedge.{ext}" for ext in ("html", "xlsx"))
    assert run("report", for_others, "--html", page, "--xlsx", book).exit_code == 0
    assert "Good done to others over the futures" in page.read_text()
    assert "Plan benefits" in openpyxl.load_workbook(book, read_only=True).sheetnames


def test_a_good_that_was_not_done_is_told(for_others, tmp_path, monkeypatch):
    monkeypatch.setattr(recheck, "_window_again", lambda found: [])
    folder = shutil.copytree(for_others, tmp_path / "hedge")
    scenarios = json.loads((folder / HEDGE_FILE).read_text())["scenarios"]
    scenarios["weak"]["wider_benefits"]["nhs"] *= 2
    stated(folder, scenarios=scenarios)
    (said,) = audit_hedge(folder).disagreements
    assert "scenarios.weak.wider_benefits.nhs" in said

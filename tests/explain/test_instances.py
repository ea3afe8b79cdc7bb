"""The seven instances that come with the tool, explained; six with a target too low.

Each is explained once.  What is said is checked from the instance: a cell that is priced is changed
and the plan's window solved again; a conflict has no plan, and has one with any one of its members
dropped; the first way out is taken.  Twelve areas without a plan take too long for a test.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from allocator.explain.explanation import explain
from allocator.explain.infeasible.changes import cell_changed
from allocator.explain.shadow_prices import binding, limits, ranging, services
from allocator.instance import read
from allocator.instance.change import apply_changes
from allocator.report.pages.explanation import text
from allocator.solvers.catalogue import find_solver
from allocator.solvers.highs import HighsModel
from allocator.solvers.solution import Status
from allocator.solving.session import at_window, build, build_window
from tests.explain.test_conflict import shown_irreducible
from tests.explain.test_limits import NUMBERS, alike, cost_of
from tests.plans import CASES, INSTANCES, LARGER, LARGEST, standing, yearly

ONE_AREA = standing(*LARGER, but=LARGEST)
CELLS = 3  # of an instance, changed and solved again


@cache
def instance_of(name, *changes):
    """By years; the largest as they stand."""
    if name in LARGER:
        return apply_changes(read(INSTANCES / name), changes)
    return yearly(name, *changes)


def cells_hold(answer, cost, most=CELLS):
    """Change the weightiest cells a little, as far as their price is said to hold."""
    instance, plan, seen = answer.instance, answer.plan, 0
    for row in answer.tables["limits"].to_dict("records"):
        if seen == most or row["constraint"] not in NUMBERS or row["file"] == "funds.csv":
            continue
        if not np.isfinite(row["holds"]) or row["saves"] <= 0:
            continue
        seen += 1
        up = "fewer" not in row["relief"] and "less" not in row["relief"]
        units = 0.9 * row["holds"] * (1 if up else -1)
        changed = cell_changed(instance, row["key"], row["value"] + units)
        saved = plan.objective - cost(changed, plan.window)
        assert alike(saved, abs(units) * row["saves"], plan.objective), row["words"]
    return seen


@pytest.mark.parametrize("name", ONE_AREA)
def test_what_a_cell_is_worth_is_what_changing_it_does(monkeypatch, name):
    """Of as many rows as are needed: each that is priced is solved."""
    monkeypatch.setattr(limits, "MOST_PRICED", 15)
    answer = explain(instance_of(name))
    assert answer.found
    assert cells_hold(answer, cost_of) >= 2
    assert "Why the double investment lies where it does" in text(answer)


def test_of_a_large_program_the_weightiest_alone_are_priced(monkeypatch):
    """As of twelve areas, where each solve takes long: few rows and cells, no service is asked."""
    monkeypatch.setattr(ranging, "LARGE", 10)
    monkeypatch.setattr(binding, "MOST_SETTLED_OF_LARGE", 6)
    monkeypatch.setattr(limits, "MOST_PRICED", 5)
    monkeypatch.setattr(services, "MOST_ASKED_OF_LARGE", 0)
    answer = explain(read(CASES / "two-areas"))
    model = None

    def cost(instance, window):
        nonlocal model
        program = build_window(instance, window)
        model = model or HighsModel(program, find_solver("highs"))
        return model.solve(program).objective * 1e6

    assert cells_hold(answer, cost, 2) >= 1
    told = " ".join(text(answer).split())
    assert "the 5 weightiest are priced" in told
    assert "are unsettled" in told
    assert set(answer.tables["services"]["asked"]) <= {"no", "no need"}


@pytest.mark.parametrize("name", standing(*LARGER, but=LARGEST))
def test_a_target_too_low_is_explained(name):
    instance = instance_of(name, "targets.*.children=*0.7")
    answer = explain(instance, every_window=False)
    assert not answer.found
    found = shown_irreducible(instance, answer.conflict.window)
    assert "target_met" in {each.constraint for each in found.members}
    first = next(way for way in answer.ways if way.possible)
    assert has_plan(first.change(instance), first.window)
    told = text(answer)
    assert f"{answer.conflict.short[1:]}." in " ".join(told.split())
    assert len(told.split("\n\n")[2]) < 700  # the answer; the list comes after it


def has_plan(instance, window):
    program = at_window(build(instance), instance, window)
    return HighsModel(program, find_solver("highs")).solve(program).status is Status.OPTIMAL

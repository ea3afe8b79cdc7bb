"""Scenarios solved one by one: the whole's optimum and proofs, which the extensive form gives."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from allocator.hedge import hedge
from allocator.instance import read
from allocator.instance.change import apply_changes
from allocator.instance.scenarios import scenarios
from allocator.program.proofs import refutes
from allocator.solving.benders import decomposition, part
from allocator.solving.benders.decomposition import BendersDecomposition, one_by_one
from allocator.solving.benders.part import change_of_levels
from allocator.solving.benders.steady import steadied
from allocator.solving.futures import ExtensiveForm, extensive_form
from allocator.solving.session import Session
from allocator.vocabulary import LEVEL

CASES = Path(__file__).parent / "cases"


@cache
def form_of(name: str, *changes: str) -> ExtensiveForm:
    instance = apply_changes(read(CASES / name), changes)
    return extensive_form(scenarios(instance), instance.uncertainty)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("two-stage", ()),
        ("tree", ()),
        ("strong", ()),
        ("windows", ()),
        ("cvar", ("instance.periods_per_year=2", "double_investment.longest=1")),
        ("worst", ()),
        ("worst", ("uncertainty.risk_level=0.6",)),
        ("worst", ("uncertainty.risk_weight=0.5",)),
        ("two-stage", ("uncertainty.decide=6",)),
    ],
)
def test_one_by_one_is_the_whole_in_every_window(name, changes):
    form = form_of(name, *changes)
    scenario_by_scenario, session = BendersDecomposition(form), Session()
    instance = form.blocks[0].scenario.instance
    for window in (None, *instance.windows):
        found = scenario_by_scenario.solve(window)
        whole = session.solve_window(window, form.at(window))
        assert found is not None
        assert found.proved
        assert found.optimal == whole.optimal
        if whole.optimal:
            assert found.certificate.passed
            for stage in range(len(form.program.objectives)):
                assert found.value(stage) == pytest.approx(whole.value(stage), rel=1e-8)
            steady = (
                steadied(found, scenario_by_scenario, None),
                steadied(whole, scenario_by_scenario, session),
            )
            _is_steady(form, (found, whole), steady)
        else:
            assert refutes(form.at(window), found.solution.ray)


def test_a_basis_that_stays_the_best_answers_as_solving_again_does():
    tree = BendersDecomposition(form_of("tree"))
    window = tree.held(None)
    began = tree._start(window)
    assert tree.solve(None).proved
    best = tree.last.point
    assert np.abs(best - began).max() > 1
    tree.evaluate(began, window)
    followed = 0
    for each in tree.parts:
        for share in (0.0, 0.01, 0.5, 1.0):
            point = began + share * (best - began)
            same, again = each.followed(point, window), each.solve(point, window, None)
            if same is not None:
                followed += 1
                assert same.objective == pytest.approx(again.objective, rel=1e-9)
                assert same.primal[each.shared] == pytest.approx(point[each.at])
        assert each.followed(best, window + 1) is None
    assert followed > len(tree.parts)


def _is_steady(form, before, after) -> None:
    """As proved and as cheap, levels that change less, and as little by either way."""
    for was, now in zip(before, after, strict=True):
        assert now.certificate.passed
        assert now.value(-1) == pytest.approx(was.value(-1), rel=1e-7)
        assert _change(form, now) <= _change(form, was) + 1e-4
    one, other = (_change(form, each) for each in after)
    assert one == pytest.approx(other, rel=1e-3, abs=1e-2)


def _change(form, solved) -> float:
    """Rises and falls of the levels that scenarios share, cases per year."""
    shared = {
        int(position)
        for block in form.blocks
        for position in block.columns[np.flatnonzero(change_of_levels(block.program))]
    }
    counts = np.bincount(np.concatenate([block.columns for block in form.blocks]))
    return sum(solved.solution.primal[n] for n in shared if counts[n] > 1)


def test_a_hedge_over_many_scenarios_is_that_of_the_whole(monkeypatch):
    monkeypatch.setattr(decomposition, "MANY", 2)
    told = json.loads((CASES / "tree" / "expected.json").read_text())
    found = hedge(read(CASES / "tree"))
    for name in ("objective", "expected_cost", "wait_and_see"):
        assert getattr(found, name) == pytest.approx(told[name], rel=1e-6)
    assert all(each.plan.audit.passed for each in found.futures)
    assert "one by one" in found.solver


@pytest.mark.parametrize("many", [2, 8])
def test_where_levels_tie_none_changes(monkeypatch, many):
    """A service that costs nothing and does nothing stays as it is, whichever way it is solved."""
    monkeypatch.setattr(decomposition, "MANY", many)
    free = ("services.intensive.unit_cost=0", "effects.intensive.*.effect=0")
    found = hedge(apply_changes(read(CASES / "two-stage"), free))
    for future in found.futures:
        services = future.plan.tables["services"]
        own = services[services["service"] == "intensive"]
        assert own[["expansion", "contraction"]].to_numpy().max() == pytest.approx(0, abs=1e-6)


def test_following_todays_plan_costs_the_same_one_by_one(monkeypatch):
    monkeypatch.setattr(decomposition, "MANY", 2)
    found, told = (
        hedge(read(CASES / "cvar")),
        json.loads((CASES / "cvar/expected.json").read_text()),
    )
    about = 1e-6 * told["objective"]
    worth = told["value_of_stochastic_solution"]
    assert found.value_of_stochastic_solution == pytest.approx(worth, abs=about)


def test_where_a_future_has_no_plan_even_alone_nothing_else_is_solved(monkeypatch):
    changes = ("shortfall.excess_price=", "shortfall.overspend_price=", "targets.*.children=*0.01")
    form = form_of("two-stage", *changes)
    own = BendersDecomposition(form)
    monkeypatch.setattr(own, "evaluate", pytest.fail)
    found = own.solve(None)
    assert found.proved
    assert not found.optimal
    assert refutes(form.at(None), found.solution.ray)


def test_a_future_is_not_refused_for_what_rounding_in_the_master_leaves():
    """How levels follow from changes is the master's to hold; nothing else could mend it."""
    tree = BendersDecomposition(form_of("tree"))
    window, solved = tree.held(None), tree.solve(None)
    levels = form_of("tree").settled
    at = {int(position): n for n, position in enumerate(tree.shared)}
    point = tree.last.point.copy()
    for (family, _), position in levels.items():
        point[at[position]] += 1e-6 * (family == LEVEL)
    costs = tree.evaluate(point, window).costs
    assert tree.scales.chances @ costs == pytest.approx(solved.value(0), rel=1e-6)


def test_of_many_areas_the_first_future_is_solved_area_by_area(monkeypatch):
    form, asked = form_of("staff-areas"), []

    class Watched(part.AreaLadder):
        def solve(self, program, *stage, **doing):
            asked.append(super().solve(program, *stage, **doing))
            return asked[-1]

    monkeypatch.setattr(part, "by_areas", lambda *_: True)
    monkeypatch.setattr(part, "AreaLadder", Watched)
    own = BendersDecomposition(form)
    found = own.solve(None)
    assert found.proved
    assert len(asked) == 1
    assert own.parts[0].alone(own.held(None)).objective == pytest.approx(asked[0].objective)
    assert found.value(0) == pytest.approx(Session().solve_window(None, form.at(None)).value(0))


@pytest.mark.parametrize(("many", "large"), [(2, 10**9), (100, 10)])
def test_many_futures_or_a_large_whole_are_solved_one_by_one(monkeypatch, many, large):
    form = form_of("two-stage")
    assert not one_by_one(form)
    monkeypatch.setattr(decomposition, "MANY", many)
    monkeypatch.setattr(decomposition, "LARGE", large)
    assert one_by_one(form)

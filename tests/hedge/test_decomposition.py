"""Scenarios solved one by one: the whole's optimum and proofs, which the extensive form gives."""

from __future__ import annotations

import importlib
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
from allocator.solving.benders.decomposition import BendersDecomposition
from allocator.solving.benders.part import change_of_levels
from allocator.solving.benders.steady import steadied
from allocator.solving.futures import ExtensiveForm, extensive_form
from allocator.solving.session import Session

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
        ("cvar", ()),
        ("worst", ()),
        ("worst", ("uncertainty.risk_level=0.6",)),
        ("worst", ("uncertainty.risk_weight=0.5",)),
        ("two-stage", ("uncertainty.decide=6",)),
    ],
)
def test_one_by_one_is_the_whole_in_every_window(name, changes):
    form = form_of(name, *changes)
    decomposition, session = BendersDecomposition(form), Session()
    instance = form.blocks[0].scenario.instance
    for window in (None, *instance.windows):
        found = decomposition.solve(window)
        whole = session.solve_window(window, form.at(window))
        assert found is not None
        assert found.proved
        assert found.optimal == whole.optimal
        if whole.optimal:
            assert found.certificate.passed
            for stage in range(len(form.program.objectives)):
                assert found.value(stage) == pytest.approx(whole.value(stage), rel=1e-8)
            steady = steadied(found, decomposition, None), steadied(whole, decomposition, session)
            _is_steady(form, (found, whole), steady)
        else:
            assert refutes(form.at(window), found.solution.ray)


def test_a_basis_that_stays_the_best_answers_as_solving_again_does():
    decomposition = BendersDecomposition(form_of("tree"))
    window = decomposition.held(None)
    began = decomposition._start(window)
    assert decomposition.solve(None).proved
    best = decomposition.last.point
    assert np.abs(best - began).max() > 1
    decomposition.evaluate(began, window)
    followed = 0
    for part in decomposition.parts:
        for share in (0.0, 0.01, 0.5, 1.0):
            point = began + share * (best - began)
            same, again = part.followed(point, window), part.solve(point, window, None)
            if same is not None:
                followed += 1
                assert same.objective == pytest.approx(again.objective, rel=1e-9)
                assert same.primal[part.shared] == pytest.approx(point[part.at])
        assert part.followed(best, window + 1) is None
    assert followed > len(decomposition.parts)


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
    module = importlib.import_module("allocator.hedge.hedge")
    monkeypatch.setattr(module, "MANY", 2)
    told = json.loads((CASES / "tree" / "expected.json").read_text())
    found = hedge(read(CASES / "tree"))
    for name in ("objective", "expected_cost", "wait_and_see"):
        assert getattr(found, name) == pytest.approx(told[name], rel=1e-6)
    assert all(each.plan.audit.passed for each in found.futures)
    assert "one by one" in found.solver


@pytest.mark.parametrize("many", [2, 8])
def test_where_levels_tie_none_changes(monkeypatch, many):
    """A service that costs nothing and does nothing stays as it is, whichever way it is solved."""
    monkeypatch.setattr(importlib.import_module("allocator.hedge.hedge"), "MANY", many)
    free = ("services.intensive.unit_cost=0", "effects.intensive.*.effect=0")
    found = hedge(apply_changes(read(CASES / "two-stage"), free))
    for future in found.futures:
        services = future.plan.tables["services"]
        own = services[services["service"] == "intensive"]
        assert own[["expansion", "contraction"]].to_numpy().max() == pytest.approx(0, abs=1e-6)


def test_following_todays_plan_costs_the_same_one_by_one(monkeypatch):
    monkeypatch.setattr(importlib.import_module("allocator.hedge.hedge"), "MANY", 2)
    found, told = (
        hedge(read(CASES / "cvar")),
        json.loads((CASES / "cvar/expected.json").read_text()),
    )
    about = 1e-6 * told["objective"]
    worth = told["value_of_stochastic_solution"]
    assert found.value_of_stochastic_solution == pytest.approx(worth, abs=about)

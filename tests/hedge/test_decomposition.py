"""Scenarios solved one by one: the whole's optimum and proofs, which the extensive form gives."""

from __future__ import annotations

import importlib
import json
from functools import cache
from pathlib import Path

import pytest

from allocator.hedge import hedge
from allocator.instance import read
from allocator.instance.change import apply_changes
from allocator.instance.scenarios import scenarios
from allocator.program.proofs import refutes
from allocator.solving.benders.decomposition import BendersDecomposition
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
            assert found.value(-1) == pytest.approx(whole.value(-1), rel=1e-8)
        else:
            assert refutes(form.at(window), found.solution.ray)


def test_objectives_one_after_the_other_are_left_to_the_whole():
    form = form_of("worst")
    assert len(form.program.objectives) == 2
    assert BendersDecomposition(form).solve(None) is None


def test_a_hedge_over_many_scenarios_is_that_of_the_whole(monkeypatch):
    module = importlib.import_module("allocator.hedge.hedge")
    monkeypatch.setattr(module, "MANY", 2)
    told = json.loads((CASES / "tree" / "expected.json").read_text())
    found = hedge(read(CASES / "tree"))
    for name in ("objective", "expected_cost", "wait_and_see"):
        assert getattr(found, name) == pytest.approx(told[name], rel=1e-6)
    assert all(each.plan.audit.passed for each in found.futures)
    assert "one by one" in found.solver

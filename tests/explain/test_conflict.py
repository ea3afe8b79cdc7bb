"""What is in conflict has no plan, and has one as soon as any one member is dropped."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.explain.infeasible.conflict import Limit, conflict, in_proof, limits_of, only
from allocator.explain.infeasible.elastic import program_at
from allocator.program.proofs import refutes
from allocator.progress import silent
from allocator.solvers.catalogue import find_solver
from allocator.solvers.highs import HighsModel
from allocator.solvers.solution import Status
from allocator.solving.session import build, build_window
from tests.explain.broken import BROKEN, broken
from tests.model.random_cases import random_case
from tests.plans import instance_of


def solved(program):
    """From no basis, by a model of its own, with its own objective."""
    return HighsModel(program, find_solver("highs")).solve(program)


def shown_irreducible(instance, window):
    """Check every claim of a conflict and give it back."""
    program = build_window(instance, window)
    found = conflict(instance, program, window, silent)
    groups = limits_of(instance, program)
    if not {each.constraint for each in found.members} <= {g.constraint for g in groups}:
        groups = limits_of(instance, program, tuple(program.rows))
    kept = [Limit(each.constraint, each.used) for each in found.members]
    whole = only(program, groups, kept)
    solution = solved(whole)
    assert solution.status is Status.INFEASIBLE
    assert found.proved
    assert refutes(whole, solution.ray)
    for dropped in kept:
        left = [each for each in kept if each is not dropped]
        assert solved(only(program, groups, left)).status is Status.OPTIMAL, dropped
    return found


@pytest.mark.parametrize("name", BROKEN)
def test_it_is_infeasible_and_irreducible(name):
    instance = broken(name)
    for window in (None, *instance.windows[-1:]):
        found = shown_irreducible(instance, window)
        assert found.sentence.endswith(("hold", "paid"))
        assert all(each.cited.cells for each in found.members)


def test_so_it_is_of_random_instances():
    """Of those that have no plan without a double investment, as many as turn up."""
    broken_ones = 0
    for seed in range(16):
        instance = random_case(seed).instance()
        program = build_window(instance, None)
        if solved(program).status is Status.INFEASIBLE:
            broken_ones += 1
            shown_irreducible(instance, None)
    assert broken_ones >= 3


@pytest.mark.parametrize("name", BROKEN)
def test_what_a_proof_uses_cannot_all_hold(name):
    """Nothing is left out to try, so that what is needed may be less."""
    instance = broken(name)
    program = build_window(instance, None)
    groups, ray = limits_of(instance, program), solved(program).ray
    used = in_proof(instance, program, None, ray)
    kept = [Limit(each.constraint, each.used) for each in used.members]
    assert solved(only(program, groups, kept)).status is Status.INFEASIBLE
    assert used.proved
    assert all(each.cited.cells for each in used.members)


def test_the_words_are_the_councils():
    instance = broken("as it is")
    found = shown_irreducible(instance, None)
    assert found.sentence == (
        "the target of 20 children in care by the end of 2021-22 (targets.csv, row 2) and the "
        "avoidable share of staying in care in 2020-21 and 2021-22 (transitions.csv, row 3) "
        "can't both hold"
    )


def test_money_is_named_only_where_it_is_needed():
    """A target that no money reaches is in conflict with what services can do alone."""
    found = shown_irreducible(broken("target"), None)
    assert "fund_balance" not in {each.constraint for each in found.members}
    found = shown_irreducible(broken("money"), None)
    assert {each.constraint for each in found.members} == {"fund_balance"}


def test_a_tier_that_no_fund_may_pay_for():
    """What is given is in conflict by itself: the need to pay is named."""
    instance = instance_of("hand", "funds.core.tiers=edge_of_care")
    found = shown_irreducible(instance, None)
    assert "the need to fund statutory work in 2020-21" in found.sentence


def test_every_limit_is_of_the_horizon():
    instance = broken("target")
    program = build_window(instance, None)
    held = [each for each in limits_of(instance, program) if each.constraint == "level_held"]
    family = program.rows["level_held"]
    inside = [family.indices[row - family.start][-1] for each in held for row in each.rows]
    assert inside
    assert min(inside) >= 1
    assert max(inside) <= instance.number_of_periods
    assert not np.isnan(program.row_upper).any()


@pytest.mark.parametrize("name", [n for n in BROKEN if "money" in n])
def test_in_a_windows_own_years_the_rule_of_its_funds_is_never_what_conflicts(name):
    """There it says no more than the balance, which is what conflicts."""
    instance = broken(name)
    base = build(instance).relaxed()
    for window in instance.windows:
        found = conflict(instance, program_at(base, instance, window), window, silent)
        blamed = [each for each in found.members if each.constraint == "window_only"]
        years = {base.row_family(row).indices[row - base.row_family(row).start][-1]
                 for each in blamed for row in each.used}  # fmt: skip
        assert not years & set(range(window[0], sum(window)))

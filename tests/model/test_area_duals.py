"""Duals that are kept say of every program of their matrix what their terms add up to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from allocator.program.proofs import lower_bound
from allocator.solvers.solution import Status
from allocator.solving.areas.duals import KeptDuals, without_costs
from allocator.solving.proved import Ladder
from allocator.solving.session import at_window, build
from tests.model.many_areas import many_areas


@pytest.mark.parametrize("seed", [2, 16, 21])
def test_a_dual_proves_of_another_window_what_all_its_terms_do(seed):
    """By the columns that differ alone, and by all of them where rows or costs are others."""
    instance = many_areas(seed)
    program, duals, told = build(instance), KeptDuals(), []
    windows = [at_window(program, instance, window) for window in (None, *instance.windows)]
    dearer = tuple(replace(each, costs=2 * each.costs) for each in program.objectives)
    fewer = replace(windows[0], row_upper=0.9 * windows[0].row_upper)
    for n, own in enumerate(windows):
        solved = Ladder().solve(own, doing="solving the whole")
        empty = solved.status is Status.INFEASIBLE
        weights, stage = (solved.ray, None) if empty else (solved.dual, 0)
        made = duals.add(own, weights, None, bytes([n]), stage)
        assert empty or [made.is_of(each) for each in windows] == [e is own for e in windows]
        for each in (*windows, fewer, replace(windows[0], objectives=dearer)):
            asked = without_costs(each) if empty else each
            told.append(lower_bound(asked, made.weights))
            assert made.proves(asked) == pytest.approx(told[-1], rel=1e-7, abs=1e-7)
    assert np.isfinite(told).sum() > len(told) / 2

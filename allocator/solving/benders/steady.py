"""Of plans that cost the same, one that changes levels least.

Levels tie often: a service may be taken up a year earlier or later for the same cost.  What is
settled comes first: the objective is held, and the rises and falls of the levels that scenarios
share are made least; then, with those as they are, each scenario's own at its own cost.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from allocator.program.certificate import certify
from allocator.program.matrix import Floats
from allocator.program.program import Objective
from allocator.solving.benders.decomposition import BendersDecomposition
from allocator.solving.benders.goals import Goal, HeldGoal
from allocator.solving.benders.master import InfeasibleMasterError, NoEndError
from allocator.solving.benders.part import TIED, change_of_levels
from allocator.solving.benders.whole import Tried
from allocator.solving.session import Session
from allocator.solving.windows import WindowSolved

_NEAR: Final = 1e-6  # relative, of the least change of levels
_ROUNDS: Final = 30  # of cuts for the settled levels, after which they stay as they are
_UNIT: Final = "cases per year"


def steadied(
    solved: WindowSolved, parts: BendersDecomposition, session: Session | None
) -> WindowSolved:
    """The same optimum where levels change least, as far as that is proved; else as it was.

    The settled levels by the ``session`` that solved the whole, or where that is None scenario
    by scenario, from where the decomposition ended.
    """
    assert solved.solution is not None
    if solved.certificate is None or not solved.certificate.passed:
        return solved
    try:
        tried = _by_parts(solved, parts) if session is None else _whole(solved, parts, session)
    except (NoEndError, InfeasibleMasterError):
        return solved
    window, points = parts.held(solved.window), []
    for part, cost, own in zip(parts.parts, tried.costs, tried.points, strict=True):
        better = part.steadied(tried.point, window, float(cost))
        points.append(own if better is None else better)
    primal = parts.whole.primal(solved.program, replace(tried, points=points))
    certificate = certify(solved.program, primal, solved.solution.dual)
    if not certificate.passed:
        return solved
    solution = replace(solved.solution, primal=primal)
    return replace(solved, solution=solution, certificate=certificate)


def _shared_change(parts: BendersDecomposition) -> Floats:
    """One for every rise or fall of a level that scenarios share, by shared column."""
    costs = np.zeros(len(parts.shared))
    for part in parts.parts:
        costs[part.at] = change_of_levels(part.program)[part.shared]
    return costs


def _by_parts(solved: WindowSolved, parts: BendersDecomposition) -> Tried:
    window, start = parts.held(solved.window), _tried(solved, parts)
    parts.master.at(parts.cuts, window)
    kept = []
    for goal in parts.scales.goals:
        best = parts.scales.value(goal, start.point, start.costs)
        kept.append(HeldGoal(goal, best + TIED * max(1.0, abs(best))))
    goal = Goal(shared=_shared_change(parts))
    try:
        return parts.descend(goal, kept, window, start, gap=_NEAR, rounds=_ROUNDS)[0]
    except NoEndError:
        return start


def _whole(solved: WindowSolved, parts: BendersDecomposition, session: Session) -> Tried:
    assert solved.certificate is not None
    last, costs = solved.program.objectives[-1], np.zeros(solved.program.shape[1])
    costs[parts.shared] = _shared_change(parts)
    change = Objective("change_of_settled_levels", costs, 0.0, _UNIT)
    aims = replace(solved.program, objectives=(last, change)).with_priorities()
    best, proved = solved.certificate.primal_objective, solved.certificate.primal.relative
    most = best - last.constant + max(TIED, proved) * max(1.0, abs(best))
    aims = aims.capped(f"{last.name}_kept", most)
    answer = session.ladder.solve(aims, doing="taking the least change of levels")
    return _tried(replace(solved, solution=answer), parts)


def _tried(solved: WindowSolved, parts: BendersDecomposition) -> Tried:
    """A point of the whole as a decomposition has it."""
    assert solved.solution is not None
    primal = solved.solution.primal
    costs = np.array([block.cost(primal) for block in parts.form.blocks])
    point = np.clip(primal[parts.shared], parts.lower, parts.upper)
    return Tried(point, costs, [primal[block.columns] for block in parts.form.blocks])

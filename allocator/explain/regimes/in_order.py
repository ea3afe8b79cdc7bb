"""Objectives in order over several windows: one objective of all windows after the other.

A window that is not among the best by one objective is not asked for the next, and one that the
prices of another prove not to be among them is not solved at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from allocator.instance import Window
from allocator.program.program import LinearProgram
from allocator.solvers.solution import Status
from allocator.solving.areas.ladder import AreaLadder
from allocator.solving.proved import ProvedSolution
from allocator.solving.session import WindowSolved, saying
from allocator.solving.windows import ALIKE, HELD, Trace, most_kept, not_kept

DEAR: Final = (1e3, 1e5, 100.0)  # of each objective, in units of the next: where a search begins


@dataclass(frozen=True)
class _Found:
    """A window's program as it was solved last, and the answer."""

    program: LinearProgram
    solution: ProvedSolution

    def value(self, stage: int) -> float:
        """An objective's."""
        return float(self.program.objectives[stage].costs @ self.solution.primal)

    def settled(self, stage: int) -> bool:
        """Whether an objective is as little as the bounds of its columns let it be."""
        return self.value(stage) <= _at_bounds(self.program, stage)

    def kept(self, stage: int) -> LinearProgram:
        """The program with an objective held to what was reached."""
        assert self.solution.certificate is not None
        name = self.program.objectives[stage].name
        return self.program.capped(f"{name}_kept", most_kept(self.solution.certificate))


def in_order(
    ladder: AreaLadder, programs: Mapping[Window | None, LinearProgram], settled: int
) -> list[WindowSolved]:
    """The windows that are best by the objectives in order, with their plans; none without any.

    The first ``settled`` objectives are held to as little as the bounds of their columns let them
    be, and are minimised where that leaves no plan.  Raises as ``Ladder.solve`` does.
    """
    held = {window: _held(program, settled) for window, program in programs.items()}
    answers = _in_order(ladder, held, settled)
    if settled and not answers:
        answers = _in_order(ladder, programs, 0)
    if answers:
        ladder.go_back(next(iter(programs.values())), min(settled, 1))
    return [
        WindowSolved(window, each.program, each.solution, each.solution.certificate, True)
        for window, each in answers.items()
    ]


def _held(program: LinearProgram, stages: int) -> LinearProgram:
    for stage in range(stages):
        name = program.objectives[stage].name
        program = program.capped(f"{name}_kept", _at_bounds(program, stage))
    return program


def _at_bounds(program: LinearProgram, stage: int) -> float:
    """The least that the bounds of columns let an objective be, none of whose costs is negative."""
    costs = program.objectives[stage].costs
    there = np.flatnonzero(costs)
    least = float(costs[there] @ program.lower[there])
    return least + HELD * max(1.0, abs(least))


def _in_order(
    ladder: AreaLadder, programs: Mapping[Window | None, LinearProgram], first: int
) -> dict[Window | None, _Found]:
    """By window, the last answer of those that are best from an objective on."""
    left, answers = dict(programs), dict[Window | None, _Found]()
    stages = len(next(iter(programs.values())).objectives)
    for stage in range(first, stages):
        answers = dict(_answers(ladder, left, stage))
        if stage > first and not answers:
            raise not_kept(next(iter(left.values())), stage, saying(next(iter(left))))
        best = min((each.value(stage) for each in answers.values()), default=0.0)
        answers = {w: each for w, each in answers.items() if each.value(stage) <= _alike(best)}
        if stage < stages - 1:
            left = {window: each.kept(stage) for window, each in answers.items()}
            if not all(each.settled(stage) for each in answers.values()):
                ladder.hold(next(iter(left.values())), stage, DEAR[stage])
    return answers


def _answers(
    ladder: AreaLadder, programs: Mapping[Window | None, LinearProgram], stage: int
) -> Iterator[tuple[Window | None, _Found]]:
    """By window, but for those that the prices of others prove not to be the best."""
    traces, best = list[Trace](), np.inf
    for window, program in programs.items():
        alone = replace(program, objectives=program.objectives[stage : stage + 1])
        if max((trace.bound(alone) for trace in traces), default=-np.inf) > _alike(best):
            continue
        solution = ladder.solve(program, stage, doing=saying(window))
        if solution.status is Status.OPTIMAL:
            traces.append(Trace(solution, program.matrix))
            best = min(best, solution.objective)
            yield window, _Found(program, solution)


def _alike(value: float) -> float:
    return value + ALIKE * max(1.0, abs(value))

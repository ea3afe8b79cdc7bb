"""The least by which limits must give way for there to be a plan: elastic programs.

A limit is given a column that moves it, and the columns' weighted sum is minimised; so the answer
is the least there is, proved by the dual, or a proof that no amount is enough.  Chinneck,
*Feasibility and Infeasibility in Optimization*, 2008, chapter 6.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from allocator.explain.infeasible.rays import Rays
from allocator.instance import Instance, Window
from allocator.program.implied import share_bounds
from allocator.program.program import LinearProgram, Objective
from allocator.solvers.solution import Floats, Solution, Status
from allocator.solving.proved import Ladder
from allocator.solving.session import any_window, at_window, build
from allocator.vocabulary import WINDOW_FUNDS

NOTHING: Final = 1e-7  # a move smaller than this, in the program's units, is rounding
SCALE: Final = 1e3  # of the weights: solvers' tolerances of duals are absolute
TIE: Final = 1e-7  # relative: totals nearer than this are the same


@dataclass(frozen=True)
class Loosening:
    """Right-hand sides that give way together: by ``steps`` for a unit, which costs ``weight``."""

    rows: Sequence[int]
    steps: Sequence[float]
    weight: float = 1.0


@dataclass(frozen=True)
class Least:
    """The window that needs least, the units of each move there, and their weighted sum."""

    window: Window | None
    amounts: Floats
    total: float


def program_at(base: LinearProgram, instance: Instance, window: Window | None) -> LinearProgram:
    """An instance's program of a window, funds that pay in it alone held by their balance alone.

    In a year of the window ``window_only`` says no more than the balance does, in terms of what
    they hold, which is what may change: so the rule is never what is in conflict there.
    """
    program = at_window(base, instance, window)
    family = program.rows.get(WINDOW_FUNDS)
    if family is None or window is None:
        return program
    row_upper = program.row_upper.copy()
    for n, index in enumerate(family.indices):
        if window[0] <= index[-1] < sum(window):
            row_upper[family.start + n] = np.inf
    return replace(program, row_upper=row_upper)


def _at_any_window(base: LinearProgram) -> LinearProgram:
    """A program that is nowhere tighter than that of any window."""
    program, row_upper = any_window(base), base.row_upper.copy()
    family = program.rows.get(WINDOW_FUNDS)
    if family is not None:
        row_upper[family.start : family.stop] = np.inf
    return replace(program, row_upper=row_upper)


class Elastic:
    """The windows of an instance, asked how little must give way.

    ``windows`` are those that are looked at, all of them unless they are given; ``known`` are
    rays that prove of some of them that they have no plan.
    """

    def __init__(
        self,
        instance: Instance,
        formulation: str,
        windows: Sequence[Window | None] | None = None,
        known: Iterable[Floats] = (),
    ) -> None:
        self.instance = instance
        self.base = build(instance, formulation).relaxed()
        self.windows = (None, *instance.windows) if windows is None else tuple(windows)
        self._rays = Rays(known)
        self._ladder = Ladder()

    def program(self, window: Window | None) -> LinearProgram:
        """The program of a window."""
        return program_at(self.base, self.instance, window)

    def least(self, moves: Sequence[Loosening], freed: Sequence[int] = ()) -> Least | None:
        """The least over the windows; None where no amount is enough in any, which is proved.

        ``freed`` are rows to leave out.  Raises what ``Ladder.solve`` does.
        """
        best: Least | None = None
        wide = self._wide(moves, freed)
        for window in self.windows:
            least = self._least_in(window, wide)
            if least is None:
                continue
            if best is None or least.total < best.total - TIE * max(1.0, abs(best.total)):
                best = least
        return best

    def least_at(
        self, window: Window | None, moves: Sequence[Loosening], freed: Sequence[int] = ()
    ) -> Least | None:
        """The same in one window."""
        return self._least_in(window, self._wide(moves, freed))

    def _wide(self, moves: Sequence[Loosening], freed: Sequence[int]) -> LinearProgram:
        """The program with what may move, of any window: what its rows imply is found once."""
        program = self.base
        if freed:
            row_lower, row_upper = program.row_lower.copy(), program.row_upper.copy()
            row_lower[list(freed)], row_upper[list(freed)] = -np.inf, np.inf
            program = replace(program, row_lower=row_lower, row_upper=row_upper)
        wide = _elastic(program, moves)
        share_bounds(_at_any_window(wide))
        return wide

    def _least_in(self, window: Window | None, wide: LinearProgram) -> Least | None:
        aim = program_at(wide, self.instance, window)
        solution = self._solve(aim)
        if solution.status is Status.INFEASIBLE:
            return None
        amounts = solution.primal[self.base.shape[1] :]
        return Least(window, np.where(amounts > NOTHING, amounts, 0.0), solution.objective / SCALE)

    def _solve(self, aim: LinearProgram) -> Solution:
        """By a proof that is known already, else by the ladder, which raises as it does."""
        refuted = self._rays.refute(aim)
        if refuted is not None:
            return refuted
        solution = self._ladder.solve(aim, doing="looking for the least that must give way")
        self._rays.learn(aim, solution)
        return solution


def _elastic(program: LinearProgram, moves: Sequence[Loosening]) -> LinearProgram:
    entries = [
        (row, n, -step)
        for n, move in enumerate(moves)
        for row, step in zip(move.rows, move.steps, strict=True)
    ]
    rows, columns, values = (
        (list(part) for part in zip(*entries, strict=True)) if entries else ([], [], [])
    )
    wide = program.with_columns("moved", "", len(moves), rows=rows, columns=columns, values=values)
    costs = np.zeros(wide.shape[1])
    costs[program.shape[1] :] = [SCALE * move.weight for move in moves]
    return replace(wide, objectives=(Objective("moved", costs, 0.0, ""),))

"""Which fund pays: the draws of a plan in the order of MODEL.md 3.8.

Draws cost nothing in the program, so the optimum leaves them open: one-off money may be taken
while a grant lapses.  A small program after the first, on the plan's own spend and on the
program's own rows, settles them one aim after the other.  Since no cost changes, the plan stays
an optimum, with the same prices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from allocator.clock import finishing
from allocator.instance import Instance
from allocator.program.matrix import Floats
from allocator.program.program import Flags, LinearProgram, Objective
from allocator.solvers.catalogue import PRIMAL
from allocator.solvers.solution import Solution, Status
from allocator.solving.proved import Ladder, why_not

DRAWS: Final = ("drawn", "unspent")  # the families of columns that say which fund pays
_EXACT: Final = 1e-10  # £m: how far a row's ends may lie apart that must be met exactly
_ROUNDING: Final = 1e-7  # of a price: every aim's coefficients are between 0 and 1


def in_order(instance: Instance, program: LinearProgram, primal: Floats) -> Floats:
    """The same point with its draws by the order of 3.8; by column, £m.

    ``primal`` meets the rows of ``program``; so does what is returned, as closely.  Each aim is
    held not by its value but by its optimal face: columns and rows that have a price stay at
    their bounds (complementary slackness), which rounding cannot add up in.

    Raises what ``Ladder.solve`` does, which a program that has a point gives no reason for.
    """
    free = np.zeros(program.shape[1], dtype=bool)
    for name in DRAWS:
        family = program.columns[name]
        free[family.start : family.stop] = True
    best = np.clip(primal, program.lower, program.upper)[free]
    part = _without_choice(_part(program, primal, free), best)
    ladder, doing = Ladder(PRIMAL), "settling which fund pays"
    for aim in _aims(instance, program):
        open_ = part.upper > part.lower
        if not np.any(open_ & (aim[free] != 0)):
            continue
        part = replace(part, objectives=(Objective("draws", aim[free], 0.0, "£m"),))
        with finishing():
            solution = ladder.solve(part, doing=doing)
        if solution.status is not Status.OPTIMAL:
            raise why_not(solution, doing)
        best = np.clip(solution.primal, part.lower, part.upper)
        part = _without_choice(_on_face(part, solution), best)
    settled = primal.copy()
    settled[free] = best + 0.0  # no minus before a nought
    return settled


def _part(program: LinearProgram, primal: Floats, free: Flags) -> LinearProgram:
    """The program of the free columns alone, the others held at the point's values.

    Bounds that the point itself misses by rounding give way to it, so that it is feasible.
    """
    matrix, inside = program.matrix, free[program.matrix.columns]
    touched = np.zeros(program.shape[0], dtype=bool)
    touched[matrix.rows[inside]] = True
    held = matrix.times(np.where(free, 0.0, primal))
    activity = matrix.times(primal)
    return replace(
        program.only(touched, free).relaxed(),
        row_lower=(np.minimum(program.row_lower, activity) - held)[touched],
        row_upper=(np.maximum(program.row_upper, activity) - held)[touched],
        lower=np.minimum(program.lower, primal)[free],
        upper=np.maximum(program.upper, primal)[free],
        objectives=(Objective("draws", np.zeros(int(free.sum())), 0.0, "£m"),),
    )


def _without_choice(part: LinearProgram, at: Floats) -> LinearProgram:
    """With what the rows leave no choice held where it is.

    A column is, where it is alone in a row that must be met exactly, all else in it being held.
    """
    matrix, open_ = part.matrix, part.upper > part.lower
    entries = (part.row_upper - part.row_lower <= _EXACT)[matrix.rows] & (matrix.values != 0)
    while True:
        entries &= open_[matrix.columns]
        alone = np.bincount(matrix.rows[entries], minlength=part.shape[0]) == 1
        held = matrix.columns[entries & alone[matrix.rows]]
        if not len(held):
            break
        open_[held] = False
    return replace(
        part, lower=np.where(open_, part.lower, at), upper=np.where(open_, part.upper, at)
    )


def _aims(instance: Instance, program: LinearProgram) -> Iterator[Floats]:
    """What is minimised, one after the other: coefficients by column of the whole program.

    Nothing is asked of the last fund alone: in every year it pays what is left.
    """
    drawn, unspent = (program.columns[name] for name in DRAWS)
    funds = instance.resolved.accounts
    nothing = np.zeros(program.shape[1])
    by_fund: dict[str, dict[int, list[int]]] = {name: {} for name, _ in funds}
    one_off, lapsing = nothing.copy(), nothing.copy()
    for (f, o, _, _, y), position in drawn.positions.items():
        by_fund[f].setdefault(y, []).append(position)
        one_off[position] = float(funds[f, o].window_only)
    for (f, o, y), position in unspent.positions.items():
        if y in instance.horizon:
            lapsing[position] = 1 - funds[f, o].carry_forward
    yield one_off
    yield lapsing
    before_the_last = [*by_fund.values()][:-1]
    for years in before_the_last:
        yield _most(nothing, [at for positions in years.values() for at in positions])
    for years in before_the_last:
        for _, positions in sorted(years.items()):
            yield _most(nothing, positions)


def _most(nothing: Floats, positions: list[int]) -> Floats:
    aim = nothing.copy()
    aim[positions] = -1.0
    return aim


def _on_face(part: LinearProgram, solution: Solution) -> LinearProgram:
    """With what has a price held where it is: every point left is as good."""
    reduced = part.objectives[-1].costs - part.matrix.transposed_times(solution.dual)
    at = np.clip(solution.primal, part.lower, part.upper)
    fixed = np.abs(reduced) > _ROUNDING
    firm = np.abs(solution.dual) > _ROUNDING
    level = np.where(solution.dual > 0, part.row_lower, part.row_upper)
    level = np.where(np.isfinite(level), level, part.matrix.times(at))
    return replace(
        part,
        lower=np.where(fixed, at, part.lower),
        upper=np.where(fixed, at, part.upper),
        row_lower=np.where(firm, level, part.row_lower),
        row_upper=np.where(firm, level, part.row_upper),
    )

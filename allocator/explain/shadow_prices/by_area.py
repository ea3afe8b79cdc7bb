"""What limits are worth in a program of many areas, without solving all of it for each of them.

An area's own limit is moved in its block alone, the other areas held where they are; a tying row's
in the master alone, over the points that the areas have given.  Both cost no less than the whole
would, and the prices of the whole say what it costs at the least (weak duality): where the two
agree that is the price, and it holds at least as far.  Of a limit of several areas so do the sums,
since cost is convex: ``k`` limits moved together cost no more than the mean of each moved ``k``
times as far.  Where they do not agree, the whole is solved; if that takes long, for the weightiest
few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from allocator.explain.shadow_prices.ranging import AT_LIMIT, Rows, Side, Trial, limit_of
from allocator.program.matrix import Floats
from allocator.program.program import Flags, LinearProgram
from allocator.solvers.catalogue import find_solver
from allocator.solvers.solution import Solution, Status
from allocator.solving.areas.ladder import AreaLadder
from allocator.solving.areas.split import AreaBlock, Split, split
from allocator.solving.proved import Ladder

MOST_WHOLE_OF_LARGE: Final = 4  # limits for which the whole is solved, of those asked in a row
_AGREE: Final = 1e-6  # relative: prices nearer than this are the same
_TIES: Final = -1  # in place of an area's number
_NOBODY: Final = -2


class AreaTrial(Trial):
    """A program of many areas and its optimum; ``ladder`` has last solved it."""

    def __init__(
        self,
        program: LinearProgram,
        solution: Solution,
        ladder: AreaLadder,
        areas: Sequence[str],
    ) -> None:
        super().__init__(program, solution, ladder)
        self._split, self._points = split(program, areas), ladder.points(program)
        self._owner = np.full(program.shape[0], _TIES)
        for n, block in enumerate(self._split.areas):
            self._owner[block.rows] = n
        self._parts: dict[int, AreaPart] = {}
        self._alone = self._points.least(program)
        self._whole, self.left = False, self._most_whole()

    def begin(self) -> None:
        """The same: the whole may be solved for as many of them again."""
        self.left = self._most_whole()

    def _most_whole(self) -> int:
        return MOST_WHOLE_OF_LARGE if self.large else self.program.shape[0]

    def side(self, rows: Rows, steps: Floats) -> Side:
        """The same, by parts where the prices of the whole agree with them."""
        least = float(self.solution.dual[rows] @ steps)
        if all(self._agrees(rows[mine], steps[mine]) for mine in self._owned(rows, steps)):
            return Side(least)
        if self.left <= 0:
            return Side(least, exact=False, settled=False)
        self.left -= 1
        self._whole = True
        try:
            return super().side(rows, steps)
        finally:
            self._whole = False

    def reach(
        self,
        rows: Rows,
        steps: Floats,
        slope: float,
        most: float,
        *,
        first: float | None = None,
        short: float = 2.0,
    ) -> float:
        """How many units a slope holds for at least; NaN where it is not that of the prices."""
        if not _alike(slope, float(self.solution.dual[rows] @ steps)):
            return np.nan
        parts = self._owned(rows, steps)
        count = len(parts)
        far = [
            super(AreaTrial, self).reach(
                rows[mine],
                steps[mine],
                float(self.solution.dual[rows[mine]] @ steps[mine]),
                count * most,
                first=None if first is None else count * first,
                short=short,
            )
            for mine in parts
        ]
        return float(np.min(far)) / count if far else np.nan

    def tried(self, rows: Rows, steps: Floats, units: float) -> tuple[float, float] | None:
        """Cost and its rise with limits moved: of one area, of the master, or of the whole."""
        if self._whole:
            return super().tried(rows, steps, units)
        moved, owner = self.moved(rows, units * steps), int(self._owner[rows[0]])
        if owner == _TIES:
            return self._over_points(moved, rows, steps)
        answer = self._part(owner).moved(moved)
        if answer is None:
            return None
        return self.solution.objective + answer[0], float(answer[1][rows] @ steps)

    def _owned(self, rows: Rows, steps: Floats) -> list[Flags]:
        """Which of the rows are each area's, and which tie; but for those that do not move."""
        owners = np.where(steps != 0, self._owner[rows], _NOBODY)
        return [owners == owner for owner in np.unique(owners) if owner != _NOBODY]

    def _agrees(self, rows: Rows, steps: Floats) -> bool:
        """Whether a part of a limit, moved alone, costs what the prices of the whole say."""
        owner, least = int(self._owner[rows[0]]), float(self.solution.dual[rows] @ steps)
        if owner != _TIES:
            limits = [limit_of(self.program, self.solution, row) for row in rows.tolist()]
            price = self._part(owner).price(rows, steps, np.array(limits))
            if price is not None:
                return _alike(price, least)
        side = super().side(rows, steps)
        return side.exact and _alike(side.price, least)

    def _part(self, owner: int) -> AreaPart:
        if owner not in self._parts:
            block = self._split.areas[owner]
            self._parts[owner] = AreaPart(self.program, self.solution, block, self._split)
        return self._parts[owner]

    def _over_points(
        self, moved: LinearProgram, rows: Rows, steps: Floats
    ) -> tuple[float, float] | None:
        """By the master alone, tying rows moved."""
        least = self._points.least(moved)
        if least is None or self._alone is None:
            return None
        return self.solution.objective + least[0] - self._alone[0], float(least[1][rows] @ steps)


class AreaPart:
    """An area's block at an optimum of the whole, the other areas held where they are."""

    def __init__(
        self, program: LinearProgram, solution: Solution, block: AreaBlock, whole: Split
    ) -> None:
        self._rows = np.zeros(program.shape[0], dtype=bool)
        self._rows[block.rows] = self._rows[whole.ties] = True
        own = np.zeros(program.shape[1], dtype=bool)
        own[block.columns] = own[whole.shared] = True
        self._others = program.matrix.times(np.where(own, 0.0, solution.primal))
        self._ladder, self._height = Ladder(find_solver("simplex")), program.shape[0]
        self._program = program.only(self._rows, own).relaxed()
        self._usual = self._solve(program)
        self._ranging, self._place = self._ladder.ranging(), np.cumsum(self._rows) - 1

    def price(self, rows: Rows, steps: Floats, limits: Floats) -> float | None:
        """By how much its cost rises along ``steps``, from the ``limits`` that rows stand at.

        None where its basis alone does not say so.  One that stays when each of the rows moves a
        little, alone, stays when all of them do.
        """
        if self._ranging is None:
            return None
        places = self._place[rows]
        dual, upper = self._usual.dual[places], self._ranging.upper[places]
        ends = np.where(steps > 0, upper, self._ranging.lower[places])
        room = (ends + self._others[rows] - limits) * np.sign(steps)
        stays = (dual != 0) & (room > AT_LIMIT * np.maximum(1.0, np.abs(limits)))
        return float(dual @ steps) if stays.all() else None

    def moved(self, program: LinearProgram) -> tuple[float, Floats] | None:
        """By how much its cost rises with limits moved, and its prices by row of the whole.

        None where it has no point so.
        """
        answer = self._solve(program)
        if answer.status is Status.INFEASIBLE:
            return None
        prices = np.zeros(self._height)
        prices[self._rows] = answer.dual
        return answer.objective - self._usual.objective, prices

    def _solve(self, program: LinearProgram) -> Solution:
        """With the bounds of its rows in a variant of the whole."""
        part = replace(
            self._program,
            row_lower=(program.row_lower - self._others)[self._rows],
            row_upper=(program.row_upper - self._others)[self._rows],
        )
        return self._ladder.solve(part, doing="solving an area again with a limit moved")


def _alike(one: float, other: float) -> bool:
    return np.isfinite(one) and abs(one - other) <= _AGREE * max(abs(one), abs(other), 1e-9)

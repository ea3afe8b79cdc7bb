"""One scenario of many: held at shared columns and a window, and what it answers as a cut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allocator.clock import Clock
from allocator.program.matrix import Floats
from allocator.program.program import LinearProgram, Objective
from allocator.solvers.catalogue import DEFAULT, FROM_A_BASIS, find_solver
from allocator.solvers.highs import HighsModel
from allocator.solvers.solution import Solution, Status
from allocator.solving.areas.ladder import AreaLadder, by_areas
from allocator.solving.futures import Block
from allocator.solving.proved import PATIENCE
from allocator.solving.start import basis_to_begin_at
from allocator.vocabulary import AFTER_WINDOW, IN_WINDOW

Positions = NDArray[np.int64]

TIED: Final = 1e-10  # relative: costs that differ by less are the same
_ROUNDING: Final = 1e-8  # of a bound, as HiGHS has it
CHANGES: Final = ("expansion", "contraction")  # families of columns, cases per year


@dataclass(frozen=True)
class BendersCut:
    """A scenario's cost (or 0) is at least a constant and slopes times the columns held."""

    part: int
    constant: float
    shared: Floats
    window: Floats
    prices: Floats  # by row of the scenario's program
    of_cost: bool


def change_of_levels(program: LinearProgram) -> Floats:
    """One for every column that is a rise or a fall of a level, by column."""
    costs = np.zeros(program.shape[1])
    for name in CHANGES:
        family = program.columns[name]
        costs[family.start : family.stop] = 1.0
    return costs


def _within(values: Floats, lower: Floats, upper: Floats) -> bool:
    return bool(np.all(values >= lower - _ROUNDING) and np.all(values <= upper + _ROUNDING))


class ScenarioPart:
    """A scenario whose shared and window columns are held where they are told to be."""

    def __init__(self, block: Block, place: Positions) -> None:
        self.block, program = block, block.program
        own = place[block.columns]
        self.shared = np.flatnonzero(own >= 0)
        self.at = own[self.shared]  # where they are in the master
        families = [program.columns[name] for name in (IN_WINDOW, AFTER_WINDOW)]
        spans = [np.arange(family.start, family.stop) for family in families]
        self.window = np.concatenate(spans).astype(np.int64)
        free = np.ones(program.shape[1], dtype=bool)
        free[self.shared] = free[self.window] = False
        self.free = np.flatnonzero(free)
        self.program = program
        self.model: HighsModel | None = None
        self.longest = 0.0  # seconds, of its solves
        self.last: Solution | None = None  # of the model, where it is an optimum
        self.last_window = np.zeros(0)
        self.of_shared = self._of_shared()
        self.of_master = self._of_master(free)
        self._own_lower = np.where(self.of_master, -np.inf, program.row_lower)
        self._own_upper = np.where(self.of_master, np.inf, program.row_upper)

    def _of_master(self, free: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Rows of shared columns, and of others that a row of their own holds at a number."""
        matrix, (rows, columns) = self.program.matrix, self.program.shape
        per_row = np.bincount(matrix.rows, minlength=rows)
        single = (per_row[matrix.rows] == 1) & (
            self.program.row_lower[matrix.rows] == self.program.row_upper[matrix.rows]
        )
        self.held = np.full(columns, np.nan)
        at, by = matrix.columns[single], matrix.rows[single]
        self.holding = (at, by, matrix.values[single])
        self.held[at] = self.program.row_lower[by] / matrix.values[single]
        shared = np.zeros(columns, dtype=bool)
        shared[self.shared] = True
        self.held[shared] = np.nan
        inside = shared | np.isfinite(self.held)
        known = np.bincount(matrix.rows[inside[matrix.columns]], minlength=rows) == per_row
        some = np.bincount(matrix.rows[shared[matrix.columns]], minlength=rows) > 0
        of_master: NDArray[np.bool_] = known & some
        return of_master

    def _of_shared(self) -> tuple[Positions, Positions, Floats]:
        """Coefficients of the shared columns: their rows, which of the columns, and values."""
        matrix = self.program.matrix
        which = np.full(self.program.shape[1], -1, dtype=np.int64)
        which[self.shared] = np.arange(len(self.shared))
        there = which[matrix.columns] >= 0
        rows = matrix.rows[there].astype(np.int64)
        return rows, which[matrix.columns[there]], matrix.values[there]

    def held_at(self, point: Floats, window: Floats) -> LinearProgram:
        """Its program with shared and window columns held; the master's rows bind there alone.

        The master keeps them but for rounding, which nothing here could make up.
        """
        lower, upper = self.program.lower.copy(), self.program.upper.copy()
        lower[self.shared] = upper[self.shared] = point[self.at]
        lower[self.window] = upper[self.window] = window
        return replace(
            self.program,
            lower=lower,
            upper=upper,
            row_lower=self._own_lower,
            row_upper=self._own_upper,
        )

    def forget(self) -> None:
        """Begin anew: where a window had no plan its last basis leads nowhere in the next."""
        self.model = self.last = None

    def alone(self, window: Floats) -> Solution:
        """Its optimum with a window's columns held and nothing shared; it goes on from there.

        Where it has many areas these are solved first, and HiGHS goes on from what they find.
        """
        lower, upper = self.program.lower.copy(), self.program.upper.copy()
        lower[self.window] = upper[self.window] = window
        program = replace(self.program, lower=lower, upper=upper)
        areas = self.block.scenario.instance.areas
        self.model = model = HighsModel(program, find_solver(DEFAULT))
        if by_areas(None, areas, program, model.solver):
            solution = AreaLadder(areas).solve(program, doing="solving the first future alone")
            if solution.status is not Status.OPTIMAL:
                return solution
            model.begin_near(solution.primal, solution.dual)
        elif (basis := basis_to_begin_at(program)) is not None:
            model.begin_at(*basis)
        return self._timed(model.solve(program, seconds=Clock().left()))

    def solve(self, point: Floats, window: Floats, like: ScenarioPart | None) -> Solution:
        """Its optimum with shared and window columns held, from the last basis or another's."""
        program = self.held_at(point, window)
        if self.model is None and like is not None:
            self._begin(program, like)
        answer = self._solved(program)
        self.last, self.last_window = answer if answer.status is Status.OPTIMAL else None, window
        return answer

    def _begin(self, program: LinearProgram, like: ScenarioPart) -> None:
        """With another's basis, where it has one and its program the same shape."""
        if like.model is not None and like.model.takes(program):
            self.model = HighsModel(program, FROM_A_BASIS)
            self.model.begin(like.model)
            self.longest = like.longest

    def _solved(self, program: LinearProgram) -> Solution:
        """From the basis at hand; from nothing where there is none, or no end from there."""
        clock = Clock()
        if self.model is not None:
            most = min(clock.left(), PATIENCE * (1.0 + self.longest))
            answer = self._timed(self.model.solve(program, seconds=most))
            if answer.status in (Status.OPTIMAL, Status.INFEASIBLE) or clock.left() <= 0:
                return answer
        self.model = HighsModel(program, find_solver(DEFAULT))
        return self._timed(self.model.solve(program, seconds=clock.left()))

    def _timed(self, answer: Solution) -> Solution:
        self.longest = max(self.longest, answer.seconds)
        return answer

    def followed(self, point: Floats, window: Floats) -> Solution | None:
        """Its optimum there by the last basis, where that stays the best: its cut says all.

        The basis keeps its prices, so that it is best as long as it has a point within the bounds.
        """
        if self.model is None or self.last is None or not np.array_equal(window, self.last_window):
            return None
        program, last = self.held_at(point, window), self.last.primal
        (rows, columns, values), height = self.of_shared, program.shape[0]
        moved = point[self.at] - last[self.shared]
        by_row = np.bincount(rows, values * moved[columns], height).astype(float)
        change = self.model.making_up(by_row)
        if change is None:
            return None
        primal = last.copy()
        primal[self.shared] = point[self.at]
        primal[self.free] += change[self.free]
        if not (
            _within(primal, program.lower, program.upper)
            and _within(program.matrix.times(primal), program.row_lower, program.row_upper)
        ):
            return None
        objective = program.objectives[-1]
        cost = float(objective.costs @ primal) + objective.constant
        return replace(self.last, primal=primal, objective=cost, iterations=0)

    def steadied(self, point: Floats, window: Floats, cost: float) -> Floats | None:
        """Of the points that cost no more, £m, one that changes its own levels least.

        None where HiGHS does not find one.
        """
        program = self.held_at(point, window)
        last = program.objectives[-1]
        change = Objective("change_of_levels", change_of_levels(program), 0.0, "cases per year")
        aims = replace(program, objectives=(last, change)).with_priorities()
        most = cost - last.constant + TIED * max(1.0, abs(cost))
        aims = aims.capped(f"{last.name}_kept", most)
        model = HighsModel(aims, find_solver(DEFAULT))
        if self.model is not None:
            model.begin(self.model)
        answer = model.solve(aims, seconds=Clock().left())
        return answer.primal if answer.status is Status.OPTIMAL else None

    def cut(self, number: int, dual: Floats, *, of_cost: bool) -> BendersCut:
        """What row duals, or a ray, prove of its cost, whatever the shared columns are."""
        program = self.program
        there = np.where(dual > 0, np.isfinite(program.row_lower), np.isfinite(program.row_upper))
        prices = np.where(there, dual, 0.0)
        bound = np.where(prices > 0, program.row_lower, program.row_upper)
        constant = float(prices @ np.where(prices != 0, bound, 0.0))
        objective = program.objectives[-1]
        costs = objective.costs if of_cost else np.zeros_like(objective.costs)
        reduced = costs - program.matrix.transposed_times(prices)
        left = reduced[self.free]
        ends = np.where(left > 0, program.lower[self.free], program.upper[self.free])
        some = np.isfinite(ends) & (left != 0)
        constant += float(left @ np.where(some, ends, 0.0))
        constant += objective.constant if of_cost else 0.0
        return BendersCut(
            number, constant, reduced[self.shared], reduced[self.window], prices, of_cost
        )

    def own_rows(self) -> Iterator[tuple[int, NDArray[np.int32], Floats, float, float]]:
        """Rows of the master: their number there, columns, values and bounds, less what is held."""
        program, matrix = self.program, self.program.matrix
        place = np.full(program.shape[1], -1, dtype=np.int64)
        place[self.shared] = self.at
        chosen = self.of_master[matrix.rows]
        rows, columns, values = matrix.rows[chosen], matrix.columns[chosen], matrix.values[chosen]
        order = np.argsort(rows, kind="stable")
        for entries in np.split(order, np.flatnonzero(np.diff(rows[order])) + 1):
            if not len(entries):
                continue
            row, at = int(rows[entries[0]]), columns[entries]
            mine = place[at] >= 0
            fixed = float(np.sum(values[entries][~mine] * self.held[at[~mine]]))
            to = place[at[mine]].astype(np.int32)
            yield (
                row,
                to,
                values[entries][mine],
                float(program.row_lower[row]) - fixed,
                float(program.row_upper[row]) - fixed,
            )

"""An area solved at prices of what it shares with others, each time from its last basis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from allocator.errors import SolverError
from allocator.program.matrix import Floats
from allocator.program.program import LinearProgram
from allocator.solvers.pricing import AreaModel
from allocator.solvers.solution import Status
from allocator.solving.areas.split import AreaBlock

WORTH: Final = 1e-10  # relative to its cost: less than this a column does not improve
STRAY: Final = 1e-7  # beyond a bound, or of a reduced cost's wrong side: more is found anew
_UNKNOWN: Final = -1  # in place of a stage: costs that the model does not have yet
FAR: Final = 100.0  # times the largest bound of an area's: what has no bound is held there


@dataclass(frozen=True, eq=False)
class AreaProgram:
    """A block with its numbers: bounds of its rows and columns, and costs, a row for each stage.

    Bounds of rows are for fixed shared columns at nought.
    """

    block: AreaBlock
    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats
    costs: Floats

    @classmethod
    def of(cls, block: AreaBlock, program: LinearProgram, upper: Floats) -> AreaProgram:
        """A block's part of a program; ``upper`` is by column of the whole."""
        return cls(
            block,
            program.row_lower[block.rows],
            program.row_upper[block.rows],
            program.lower[block.columns],
            upper[block.columns],
            np.array([each.costs[block.columns] for each in program.objectives]),
        )

    def same(self, other: AreaProgram) -> bool:
        """Whether the numbers are the same, of the same block."""
        return self.alike(other) and np.array_equal(self.costs, other.costs)

    def alike(self, other: AreaProgram) -> bool:
        """Whether the points are the same, of the same block, whatever they cost."""
        return self.block is other.block and all(
            np.array_equal(getattr(self, name), getattr(other, name))
            for name in ("row_lower", "row_upper", "lower", "upper")
        )

    def moved(self, window: Floats) -> tuple[Floats, Floats]:
        """Bounds of the moved rows with fixed shared columns at these values."""
        rows, shift = self.block.moved, self.block.moving @ window
        return self.row_lower[rows] - shift, self.row_upper[rows] - shift


@dataclass(frozen=True, eq=False)
class AreaPoint:
    """A point of an area, as the master sees it.

    ``number`` finds it again with whoever solved the area; ``costs`` are by stage; ``ties`` is what
    it adds to each tying row, ``moved`` to each row that a window moves.
    """

    area: int
    number: int
    costs: Floats
    ties: Floats
    moved: Floats


@dataclass(frozen=True, eq=False)
class Asked:
    """What areas are to be solved at.

    Attributes:
        window: values of the fixed shared columns.
        prices: by tying row.
        stage: the objective; None for none, where only the prices count.
        least: by area of the split, what a column must do better than to be of use.
    """

    window: Floats
    prices: Floats
    stage: int | None
    least: Floats

    def same(self, other: Asked) -> bool:
        """Whether areas have the same answers, though other columns may be of use."""
        return (
            self.stage == other.stage
            and np.array_equal(self.window, other.window)
            and np.array_equal(self.prices, other.prices)
        )


@dataclass(frozen=True, eq=False)
class Priced:
    """An area's answer: its least value at the prices, and the point, if it is of use."""

    value: float
    ties: Floats
    column: AreaPoint | None


class AreaFailed(SolverError):
    """An area has no answer at the prices, for all that was tried."""

    def __init__(self, area: int, status: Status) -> None:
        super().__init__(f"area {area} is {status.value}")
        self.area, self._ended = area, status

    def __reduce__(self) -> tuple[type[AreaFailed], tuple[int, Status]]:
        """So that it comes back from another process."""
        return AreaFailed, (self.area, self._ended)


class Area:
    """One area in HiGHS."""

    def __init__(self, number: int, program: AreaProgram, ties: int) -> None:
        self.number, self.program, self.ties = number, program, ties
        self.points: dict[int, Floats] = {}
        self._count = 0
        self._stage: int | None = 0
        self._window: Floats | None = None
        self._costs = program.costs[0].copy()  # as the model has them
        self.model = AreaModel(
            program.block.matrix,
            program.costs[0],
            (program.lower, program.upper),
            (program.row_lower, program.row_upper),
        )

    def begin(self, basis: Any) -> None:
        """Go on from a basis, if there is one."""
        if basis is not None:
            self.model.basis = basis

    def cost(self, program: AreaProgram) -> dict[int, Floats]:
        """Take other costs, of a program whose points are the same: what each point now costs."""
        self.program, self._stage = program, _UNKNOWN
        return {number: program.costs @ point for number, point in self.points.items()}

    def price(self, asked: Asked) -> Priced:
        """The answer at prices."""
        self._load(asked)
        status = self._run()
        if status is not Status.OPTIMAL:
            raise AreaFailed(self.number, status)
        primal = self.model.primal()
        ties, costs = self._ties_of(primal), self.program.costs @ primal
        cost = 0.0 if asked.stage is None else float(costs[asked.stage])
        gain = cost - float(asked.prices @ ties) - float(asked.least[self.number])
        if gain >= -WORTH * max(1.0, abs(cost)):
            return Priced(self.model.value, ties, None)
        primal, activity = self._within_bounds(primal)
        ties, costs = self._ties_of(primal), self.program.costs @ primal
        self._count += 1
        self.points[self._count] = primal
        moved = activity[self.program.block.moved]
        column = AreaPoint(self.number, self._count, costs, ties, moved)
        return Priced(self.model.value, ties, column)

    def _ties_of(self, primal: Floats) -> Floats:
        """What a point adds to each tying row."""
        block, ties = self.program.block, np.zeros(self.ties)
        ties[block.ties] = block.coefficients @ primal[block.tied]
        return ties

    def _within_bounds(self, primal: Floats) -> tuple[Floats, Floats]:
        """The last answer by column and by row, found anew where rounding has grown in it."""
        for renew in (self.model.refactor, self.model.begin_again):
            activity = self.program.block.matrix.times(primal)
            if self._outside(primal, activity) <= STRAY:
                return primal, activity
            renew()
            primal = self.model.primal()
        return primal, self.program.block.matrix.times(primal)

    def _outside(self, primal: Floats, activity: Floats) -> float:
        """How far a point is outside a bound, in the unit of its row or column, at most."""
        program, moved = self.program, self.program.block.moved
        assert self._window is not None
        row_lower, row_upper = program.row_lower.copy(), program.row_upper.copy()
        row_lower[moved], row_upper[moved] = program.moved(self._window)
        rows = np.maximum(row_lower - activity, activity - row_upper)
        columns = np.maximum(program.lower - primal, primal - program.upper)
        return float(max(np.max(rows, initial=0.0), np.max(columns, initial=0.0)))

    def _run(self) -> Status:
        """Solve; what would go on for ever is held far away, which the whole will judge."""
        status = self.model.run()
        if status in (Status.UNBOUNDED, Status.FAILED):
            ends = np.concatenate(
                [
                    self.program.row_lower,
                    self.program.row_upper,
                    self.program.lower,
                    self.program.upper,
                ]
            )
            largest = np.max(np.abs(ends), where=np.isfinite(ends), initial=1.0)
            self.model.hold(FAR * float(largest))
            status = self.model.run()
        return status

    def _load(self, asked: Asked) -> None:
        """Hand over the window, the stage and the prices."""
        block, stage = self.program.block, asked.stage
        if self._window is None or not np.array_equal(self._window, asked.window):
            self._window = asked.window
            self.model.bound(block.moved, *self.program.moved(asked.window))
        own = np.zeros(len(block.columns)) if stage is None else self.program.costs[stage]
        if stage != self._stage:
            self.model.price(np.arange(len(own), dtype=np.int32), own)
            self._stage = stage
        by_price = block.coefficients.T @ asked.prices[block.ties]
        self._costs = own.copy()
        self._costs[block.tied] -= by_price
        self.model.price(block.tied, self._costs[block.tied])

    def dual(self) -> Floats:
        """Of its rows, in the last answer; found anew where rounding has grown in it."""
        for renew in (self.model.refactor, self.model.begin_again):
            dual = self.model.dual()
            if self._stray(dual) <= STRAY:
                return dual
            renew()
        return self.model.dual()

    def _stray(self, dual: Floats) -> float:
        """The largest reduced cost that needs a bound which its column has not."""
        reduced = self._costs - self.program.block.matrix.transposed_times(dual)
        unbacked = np.isinf(np.where(reduced > 0, self.program.lower, self.program.upper))
        return float(np.max(np.abs(reduced), where=unbacked, initial=0.0))

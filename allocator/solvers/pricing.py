"""Two models in HiGHS that a decomposition keeps alive: an area's program, and the master.

Leaner than ``HighsModel``, since each is solved thousands of times and little of it changes: of an
area's the prices, of the master the columns and what giving way costs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from allocator.errors import SolverError
from allocator.program.matrix import Floats, Matrix
from allocator.solvers.loading import STATUS, basis_of, floats, highspy
from allocator.solvers.solution import Status

Places = NDArray[np.int32]

TIGHT: Final = 1e-9  # of rows and of reduced costs
PRIMAL: Final = 4  # HiGHS's number of the primal simplex method
DUAL: Final = 1
DEVEX: Final = 1  # of its edge weights: steepest edge would first work them out for a basis at hand
_STATUS: Final = {**STATUS, highspy.HighsModelStatus.kUnboundedOrInfeasible: Status.INFEASIBLE}


class _Kept:
    """A model in HiGHS, at tight tolerances.

    As costs change and columns come the last point stays feasible (primal simplex).  It keeps to
    one thread; to ask for one would fail where HiGHS already has more.
    """

    def __init__(
        self,
        matrix: Matrix,
        costs: Floats,
        columns: tuple[Floats, Floats],
        rows: tuple[Floats, Floats],
    ) -> None:
        self._highs = highspy.Highs()
        self.iterations = 0
        for name, value in (
            ("output_flag", False),
            ("simplex_dual_edge_weight_strategy", DEVEX),
            ("primal_feasibility_tolerance", TIGHT),
            ("dual_feasibility_tolerance", TIGHT),
            ("simplex_strategy", PRIMAL),
        ):
            self._highs.setOptionValue(name, value)
        height, width = matrix.shape
        told = self._highs.passModel(
            width,
            height,
            matrix.entries,
            int(highspy.MatrixFormat.kColwise),
            int(highspy.ObjSense.kMinimize),
            0.0,
            costs,
            *columns,
            *rows,
            matrix.starts,
            matrix.rows,
            matrix.values,
            np.zeros(width, dtype=np.int32),
        )
        if told == highspy.HighsStatus.kError:
            raise SolverError("HiGHS refused a part of the program")

    def price(self, columns: Places, costs: Floats) -> None:
        """Set costs of some columns."""
        if len(columns):
            self._highs.changeColsCost(len(columns), columns, costs)

    def bound(self, rows: Places, lower: Floats, upper: Floats) -> None:
        """Set bounds of some rows."""
        if len(rows):
            self._highs.changeRowsBounds(  # type: ignore[attr-defined]  # the stubs lack it
                len(rows), rows, lower, upper
            )

    def run(self) -> Status:
        """Solve from the last basis; where that fails, from nothing by the dual simplex."""
        if self._highs.getBasis().valid:
            self._highs.run()
            self._count()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            self._begin_again()
        return _STATUS.get(self._highs.getModelStatus(), Status.FAILED)

    def _begin_again(self) -> None:
        """Dual simplex without a basis."""
        _, strategy = self._highs.getOptionValue("simplex_strategy")
        self._highs.clearSolver()
        self._highs.setOptionValue("simplex_strategy", DUAL)
        self._highs.run()
        self._highs.setOptionValue("simplex_strategy", strategy)
        self._count()

    def _count(self) -> None:
        self.iterations += max(self._highs.getInfo().simplex_iteration_count, 0)

    @property
    def version(self) -> str:
        """Version of HiGHS."""
        return str(self._highs.version())

    @property
    def value(self) -> float:
        """The objective that the last run reached."""
        return float(self._highs.getInfo().objective_function_value)

    def primal(self) -> Floats:
        """By column."""
        return floats(self._highs.getSolution().col_value)

    def dual(self) -> Floats:
        """By row."""
        return floats(self._highs.getSolution().row_dual)


class AreaModel(_Kept):
    """An area's program at prices.

    Arrays are as ``LinearProgram`` has them.
    """

    def __init__(
        self,
        matrix: Matrix,
        costs: Floats,
        columns: tuple[Floats, Floats],
        rows: tuple[Floats, Floats],
    ) -> None:
        super().__init__(matrix, costs, columns, rows)
        self.shape = matrix.shape
        self._lower, self._upper = columns
        self._highs.setOptionValue("simplex_scale_strategy", 0)  # a seventh of the time

    @property
    def basis(self) -> Any:
        """To go back to, in this model or another of the shape; None before the first solve."""
        return basis_of(self._highs)

    @basis.setter
    def basis(self, basis: Any) -> None:
        self._highs.setBasis(basis)

    def bound(self, rows: Places, lower: Floats, upper: Floats) -> None:
        """Set bounds of some rows: the basis stays optimal but for these (dual simplex)."""
        super().bound(rows, lower, upper)
        if self.basis is not None:
            self._highs.setOptionValue("simplex_strategy", DUAL)

    def run(self) -> Status:
        """Solve from the last basis; where that fails, from nothing by the dual simplex."""
        status = super().run()
        self._highs.setOptionValue("simplex_strategy", PRIMAL)
        return status

    def refactor(self) -> None:
        """Solve again at the last basis, factored anew: updates add rounding to its prices."""
        self.basis = self.basis
        self.run()

    def begin_again(self) -> None:
        """Solve again from nothing."""
        self._begin_again()

    def hold(self, far: float) -> None:
        """Hold columns without an upper bound to one that is far away."""
        free = np.flatnonzero(np.isinf(self._upper)).astype(np.int32)
        self._highs.changeColsBounds(len(free), free, self._lower[free], np.full(len(free), far))


class MasterModel(_Kept):
    """A program that columns are added to."""

    def ended(self) -> tuple[Sequence[Any], Sequence[Any]] | None:
        """How columns and rows stood where the last run ended; None where it left no basis."""
        basis = basis_of(self._highs)
        return None if basis is None else (basis.col_status, basis.row_status)

    def begin_at(self, columns: Iterable[Any], rows: Iterable[Any]) -> None:
        """Go on from how some of them ended elsewhere; at a bound where it is None.

        HiGHS makes a basis of it, whatever lacks.
        """
        basis, lower = highspy.HighsBasis(), highspy.HighsBasisStatus.kLower
        basis.col_status, basis.row_status = (
            [lower if each is None else each for each in part] for part in (columns, rows)
        )
        basis.valid = basis.alien = True
        self._highs.setBasis(basis)

    def add(self, costs: Floats, matrix: Matrix) -> None:
        """Columns that are not negative, at the end."""
        count = len(costs)
        self._highs.addCols(
            count,
            costs,
            np.zeros(count),
            np.full(count, np.inf),
            matrix.entries,
            matrix.starts[:-1],
            matrix.rows,
            matrix.values,
        )

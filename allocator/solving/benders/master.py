"""The master: columns that scenarios share, a bound on each one's cost, and the risk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from allocator.program.matrix import Floats
from allocator.solvers.loading import highspy
from allocator.solving.benders.goals import Goal, HeldGoal, Scales
from allocator.solving.benders.part import BendersCut, ScenarioPart
from allocator.solving.futures import RISK, ExtensiveForm

_EXACT: Final = 1e-9  # feasibility of the master
_TRIED: Final = 1e-7  # the same about a point that was tried, which the scenarios know to 1e-8
_LEAST: Final = -1e6  # £m that a scenario costs at the least, before there is a cut


class NoEndError(Exception):
    """Neither an optimum nor a proof came of it: the whole is solved instead."""


class InfeasibleMasterError(Exception):
    """The master has no point; ``ray`` is by its rows."""

    def __init__(self, ray: Floats) -> None:
        self.ray = ray
        super().__init__("no plan")


class BendersMaster:
    """Shared columns, a bound on each scenario's cost, and the risk, in HiGHS."""

    def __init__(
        self,
        form: ExtensiveForm,
        parts: Sequence[ScenarioPart],
        lower: Floats,
        upper: Floats,
        scales: Scales,
    ) -> None:
        self.form, self.parts = form, parts
        self.lower, self.upper = lower, upper
        self.count, self.scenarios = len(lower), len(parts)
        self._highs = highspy.Highs()
        for name, value in (
            ("output_flag", False),
            ("presolve", "off"),  # so that there is a ray where there is no point
        ):
            self._highs.setOptionValue(name, value)
        self._tolerate(_EXACT)
        self.scales = scales
        self.risky = form.uncertainty.risk_weight > 0
        self.rows_of_whole = np.array([], dtype=np.int64)
        self._columns()
        self._rows()
        self.first_kept = self._highs.getNumRow()
        for goal in self.scales.goals:
            self._keep_row(goal)
        self.first_cut = self._highs.getNumRow()

    def _tolerate(self, most: float) -> None:
        """By how much rows and reduced costs may fail."""
        for kind in ("primal", "dual"):
            self._highs.setOptionValue(f"{kind}_feasibility_tolerance", most)

    def _columns(self) -> None:
        for low, high in zip(self.lower, self.upper, strict=True):
            self._highs.addCol(0.0, low, high, 0, [], [])
        for _ in range(self.scenarios):
            self._highs.addCol(0.0, _LEAST, np.inf, 0, [], [])
        if self.risky:
            self._highs.addCol(0.0, -np.inf, np.inf, 0, [], [])
            for _ in range(self.scenarios if self.form.uncertainty.risk_level < 1 else 0):
                self._highs.addCol(0.0, 0.0, np.inf, 0, [], [])

    def _costs(self, goal: Goal) -> Floats:
        """A goal as costs of the master's columns."""
        level, width = self.form.uncertainty.risk_level, self.count + self.scenarios
        costs = np.zeros(self._highs.getNumCol())
        if goal.shared is not None:
            costs[: self.count] = goal.shared
        costs[self.count : width] = goal.expected * self.scales.chances
        if goal.risk:
            costs[width] = goal.risk
            if level < 1:
                costs[width + 1 :] = goal.risk * self.scales.chances / (1 - level)
        return costs

    def _keep_row(self, goal: Goal) -> None:
        """A row that may hold a goal at what it reached; where it has one, that of the whole."""
        costs = self._costs(goal)
        there = np.flatnonzero(costs).astype(np.int32)
        self._highs.addRow(-np.inf, np.inf, len(there), there, costs[there])
        if goal is not self.scales.goals[-1]:
            row = self.form.program.rows[f"{RISK}_kept"].start
            self.rows_of_whole = np.append(self.rows_of_whole, row)

    def aim(self, goal: Goal, kept: Sequence[HeldGoal] = ()) -> None:
        """Minimise a goal from now on, those that are kept held at no more than they reached."""
        costs = self._costs(goal)
        self._highs.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
        held = {id(each.goal): each.most for each in kept}
        for n, each in enumerate(self.scales.goals, self.first_kept):
            self._highs.changeRowBounds(n, -np.inf, held.get(id(each), np.inf))

    def _rows(self) -> None:
        """Rows of shared columns alone, each once, and those of the risk."""
        seen, places = set[Any](), []
        for part in self.parts:
            for row, columns, values, low, high in part.own_rows():
                key = (tuple(columns.tolist()), tuple(values.tolist()), low, high)
                if key not in seen:
                    seen.add(key)
                    self._highs.addRow(low, high, len(columns), columns, values)
                    places.append(int(part.block.rows[row]))
        if self.risky:
            first = self.form.program.rows["cost_beyond_threshold"].start
            threshold = self.count + self.scenarios
            tails = self._highs.getNumCol() > threshold + 1
            for n in range(self.scenarios):
                named = [self.count + n, threshold, *([threshold + 1 + n] if tails else [])]
                at = np.array(named, dtype=np.int32)
                signs = np.array([-1.0, 1.0, 1.0][: len(named)])
                self._highs.addRow(0.0, np.inf, len(at), at, signs)
                places.append(first + n)
        self.rows_of_whole = np.array(places, dtype=np.int64)

    def add(self, cut: BendersCut, window: Floats) -> None:
        """One more row."""
        slopes = np.zeros(self.count)
        np.add.at(slopes, self.parts[cut.part].at, cut.shared)
        there = np.flatnonzero(slopes)
        columns, values = there.astype(np.int32), -slopes[there]
        if cut.of_cost:
            columns = np.append(columns, np.int32(self.count + cut.part))
            values = np.append(values, 1.0)
        self._highs.addRow(
            cut.constant + float(cut.window @ window), np.inf, len(columns), columns, values
        )

    def at(self, cuts: Sequence[BendersCut], window: Floats) -> None:
        """Every cut as it is for a window."""
        for n, cut in enumerate(cuts, self.first_cut):
            self._highs.changeRowBounds(n, cut.constant + float(cut.window @ window), np.inf)

    def allows(self, point: Floats) -> bool:
        """Whether shared columns keep the rows, and the cuts, that are theirs alone."""
        try:
            self.solve(point, point, has_point=True)
        except (InfeasibleMasterError, NoEndError):
            return False
        return True

    def solve(
        self, lower: Floats, upper: Floats, *, has_point: bool = False
    ) -> tuple[float, Floats, Floats]:
        """Value, columns and row duals, the shared columns within these bounds.

        ``has_point``: one within them has been tried; a cut against it by rounding gives way.
        """
        columns = np.arange(self.count, dtype=np.int32)
        self._highs.changeColsBounds(self.count, columns, lower, upper)
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            self._highs.clearSolver()
            self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal and has_point:
            self._tolerate(_TRIED)
            self._highs.run()
            self._tolerate(_EXACT)
        if self._highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            status, there, ray = self._highs.getDualRay()  # type: ignore[attr-defined]
            if status == highspy.HighsStatus.kOk and there:
                raise InfeasibleMasterError(np.array(ray))
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise NoEndError
        solution, value = self._highs.getSolution(), self._highs.getInfo().objective_function_value
        return float(value), np.array(solution.col_value), np.array(solution.row_dual)

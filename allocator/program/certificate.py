"""Proof of an optimum from the arrays alone, whichever solver answered.

Given a program, a primal and a dual, everything is computed afresh: how far rows and
columns are outside their bounds, how far reduced costs have the wrong sign, complementary
slackness, and the gap between the primal objective and the bound that the dual proves.
See Boyd and Vandenberghe, *Convex Optimization*, 5.5; what else arrays prove is in ``proofs``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.program.program import LinearProgram

Floats = NDArray[np.float64]

TOLERANCE = 1e-6  # of residuals, relative to the sum of the terms they are residuals of
GAP_TOLERANCE = 1e-7  # relative


@dataclass(frozen=True)
class Residual:
    """The worst violation of one kind: relative, absolute, and where."""

    relative: float
    absolute: float
    name: str
    unit: str


@dataclass(frozen=True)
class Certificate:
    """What the arrays say of a claimed optimum.  Objectives are in the program's money."""

    primal: Residual
    dual: Residual
    complementarity: float
    primal_objective: float
    dual_objective: float

    @property
    def gap(self) -> float:
        """Difference of the objectives, relative to their size (at least 1)."""
        difference = abs(self.primal_objective - self.dual_objective)
        return difference / max(1.0, abs(self.primal_objective))

    @property
    def passed(self) -> bool:
        """Whether the optimum is proved to tolerance."""
        return (
            self.primal.relative <= TOLERANCE
            and self.dual.relative <= TOLERANCE
            and self.complementarity <= TOLERANCE
            and self.gap <= GAP_TOLERANCE
        )

    def to_dict(self) -> dict[str, float | bool | str]:
        """As ``solve --json`` shows it."""
        return {
            "passed": self.passed,
            "primal_residual": self.primal.relative,
            "primal_worst": self.primal.name,
            "dual_residual": self.dual.relative,
            "dual_worst": self.dual.name,
            "complementarity": self.complementarity,
            "gap": self.gap,
        }

    def failure(self) -> str:
        """What fails, where and by how much; blank if nothing does.  A missing number fails."""
        told = []
        if not self.primal.relative <= TOLERANCE:
            amount = f"{self.primal.absolute:.3g} {self.primal.unit}".strip()
            told.append(f"{self.primal.name} is violated by {amount}")
        if not self.dual.relative <= TOLERANCE:
            told.append(
                f"the reduced cost of {self.dual.name} has the wrong sign by "
                f"{self.dual.absolute:.3g}"
            )
        if not self.complementarity <= TOLERANCE:
            told.append(f"complementary slackness fails by {self.complementarity:.3g} (relative)")
        if not self.gap <= GAP_TOLERANCE:
            told.append(f"the duality gap is {self.gap:.3g} (relative)")
        return "; ".join(told)


def certify(program: LinearProgram, primal: Floats, dual: Floats, stage: int = -1) -> Certificate:
    """Certificate of a primal by column and a dual by row for one objective of the program.

    ``dual`` is ∂ minimised objective / ∂ right-hand side: not negative where a row is held
    from below, not positive where it is held from above.
    """
    objective = program.objectives[stage]
    activity, size_of_terms = program.matrix.times_and_sizes(primal)
    reduced = objective.costs - program.matrix.transposed_times(dual)
    value = float(objective.costs @ primal) + objective.constant
    row_value, row_wrong, row_slack = _bound_value(
        dual, activity, program.row_lower, program.row_upper
    )
    col_value, col_wrong, col_slack = _bound_value(reduced, primal, program.lower, program.upper)
    size = max(1.0, abs(value))
    return Certificate(
        primal=_primal_residual(program, primal, activity, size_of_terms),
        dual=_dual_residual(program, objective.costs, row_wrong, col_wrong),
        complementarity=max(row_slack, col_slack) / size,
        primal_objective=value,
        dual_objective=row_value + col_value + objective.constant,
    )


def _bound_value(
    price: Floats, value: Floats, lower: Floats, upper: Floats
) -> tuple[float, Floats, float]:
    """Prices times the bounds they belong to, the prices that belong to none, worst slack."""
    bound = np.where(price > 0, lower, upper)
    there = np.isfinite(bound)
    wrong = np.where(there, 0.0, np.abs(price))
    held = np.where(there & (price != 0), bound, value)
    slack = np.abs(price * (value - held))
    worst = float(np.max(slack, initial=0.0))
    return float(np.sum(np.where(there & (price != 0), price * held, 0.0))), wrong, worst


def _primal_residual(
    program: LinearProgram, primal: Floats, activity: Floats, size: Floats
) -> Residual:
    row, row_relative, row_by = _worst_outside(activity, program.row_lower, program.row_upper, size)
    col, col_relative, col_by = _worst_outside(primal, program.lower, program.upper, np.abs(primal))
    if len(activity) and (row_relative >= col_relative or not len(primal)):
        return Residual(row_relative, row_by, program.row_name(row), program.row_family(row).unit)
    if not len(primal):
        return Residual(0.0, 0.0, "", "")
    return Residual(col_relative, col_by, program.column_name(col), program.column_family(col).unit)


def _worst_outside(
    value: Floats, lower: Floats, upper: Floats, size: Floats
) -> tuple[int, float, float]:
    """Where, and by how much, a value is furthest outside its bounds for the terms it adds up."""
    outside = np.maximum(np.maximum(lower - value, value - upper), 0.0)
    relative = outside / np.maximum(1.0, size)
    if not len(value):
        return 0, 0.0, 0.0
    worst = int(np.argmax(relative))
    return worst, float(relative[worst]), float(outside[worst])


def _dual_residual(
    program: LinearProgram, costs: Floats, row_wrong: Floats, col_wrong: Floats
) -> Residual:
    size = max(1.0, float(np.max(np.abs(costs), initial=0.0)))
    row = int(np.argmax(row_wrong)) if len(row_wrong) else 0
    col = int(np.argmax(col_wrong)) if len(col_wrong) else 0
    row_by, col_by = (float(np.max(w, initial=0.0)) for w in (row_wrong, col_wrong))
    if row_by > col_by:
        return Residual(row_by / size, row_by, program.row_name(row), "")
    name = program.column_name(col) if len(col_wrong) else ""
    return Residual(col_by / size, col_by, name, "")

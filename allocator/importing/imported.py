"""A solution from elsewhere, and what its certificate, its audit and our own optimum say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from allocator.errors import UsageError
from allocator.importing.solution_file import SolutionFile
from allocator.plan.plan import Plan
from allocator.program.certificate import TOLERANCE, Certificate
from allocator.program.program import MONEY, POUNDS, LinearProgram
from allocator.solvers.solution import Floats


@dataclass(frozen=True)
class Imported:
    """A solution from elsewhere and what was found of it.

    ``certificate`` is of the arrays; its dual side means nothing where ``has_duals`` is false.
    ``objective``, ``stated`` and ``own`` are the program's objective in its unit: at the
    solution's values, as the file states it, and at our own proved optimum (None: no plan).
    ``optima`` are our own of every objective in order, each with those before it held.
    ``tolerance`` is of residuals and ``gap_tolerance`` of the gap, relative.
    """

    file: SolutionFile
    program: LinearProgram
    primal: Floats
    certificate: Certificate
    has_duals: bool
    optima: tuple[float, ...] | None
    plan: Plan
    tolerance: float
    gap_tolerance: float

    @property
    def money_tolerance(self) -> float:
        """How far money may be off in the audit, £m: a unit of the last digit of the largest sum.

        Differences of large sums are small, so that digits left out of a file show there.
        """
        sums = [
            float(np.max(np.abs(self.primal[f.start : f.stop]), initial=0.0))
            for f in self.program.columns.values()
            if f.unit == MONEY
        ]
        return max(self.tolerance, 10.0 ** (1 - self.file.digits) * max(sums))

    @property
    def objective(self) -> float:
        """At the solution's values."""
        return self.certificate.primal_objective

    @property
    def stated(self) -> float | None:
        """As the file states it."""
        return self.file.objective

    @property
    def own(self) -> float | None:
        """Our own optimum of the objective that the file's program minimises: the first."""
        return None if self.optima is None else self.optima[0]

    @property
    def last(self) -> tuple[float, float] | None:
        """The last of several objectives: the solution's and the least with those before it held.

        Another solver is only given the first, so that it need not be the least; None where there
        is one objective, or no plan.
        """
        if self.optima is None or len(self.optima) < 2:
            return None
        objective = self.program.objectives[-1]
        return float(objective.costs @ self.primal) + objective.constant, self.optima[-1]

    @property
    def difference(self) -> float | None:
        """How much more than our own optimum, relative."""
        if self.own is None:
            return None
        return (self.objective - self.own) / max(1.0, abs(self.own))

    @property
    def proved(self) -> bool:
        """Whether its own duals prove it optimal."""
        return self.has_duals and not self.failures

    @property
    def failures(self) -> list[str]:
        """What does not hold; empty if the solution stands."""
        return [*self._feasibility(), *self._optimality(), *self._auditing()]

    def _feasibility(self) -> list[str]:
        primal, told = self.certificate.primal, []
        if primal.relative > self.tolerance:
            told.append(f"{primal.name} is violated by {primal.absolute:.3g} {primal.unit}".strip())
        if self.stated is not None:
            off = abs(self.stated - self.objective)
            if off > self.tolerance * max(1.0, abs(self.objective)):
                told.append(
                    f"the file states an objective of {self.stated:.9g}, its values have "
                    f"{self.objective:.9g}"
                )
        return told

    def _optimality(self) -> list[str]:
        c = self.certificate
        if not self.has_duals:
            return []
        told = []
        if c.dual.relative > self.tolerance:
            told.append(
                f"the reduced cost of {c.dual.name} has the wrong sign by {c.dual.absolute:.3g}"
            )
        if c.complementarity > self.tolerance:
            told.append(f"complementary slackness fails by {c.complementarity:.3g} (relative)")
        if c.gap > self.gap_tolerance:
            told.append(f"the duality gap is {c.gap:.3g} (relative)")
        return told

    def _auditing(self) -> list[str]:
        audit = self.plan.audit
        assert audit is not None
        failing = [
            each
            for each in audit.findings
            if not each.relative <= (self.money_tolerance if each.unit == "£" else self.tolerance)
        ]
        return [f"audit: {each}" for each in failing]

    def plan_to_keep(self) -> Plan:
        """The plan, to be saved; UsageError where it is not shown to be optimal, every digit."""
        audit = self.plan.audit
        if self.file.digits < 15 or audit is None or not audit.passed:
            raise UsageError("the file keeps too few digits for a plan to be saved from it")
        shown = self.proved or (self.difference is not None and self.difference <= TOLERANCE)
        if self.failures or not shown:
            raise UsageError("the solution is not shown to be optimal, so no plan is saved")
        if self.last is not None and self.last[0] - self.last[1] > TOLERANCE * abs(self.last[1]):
            raise UsageError(
                f"the solution's cost, £{self.last[0]:,.6f}m, is not the least with that many "
                f"children in care, £{self.last[1]:,.6f}m, so no plan is saved"
            )
        return self.plan

    def to_dict(self) -> dict[str, Any]:
        """As ``import-solution --json`` prints it."""
        c, audit = self.certificate, self.plan.audit
        assert audit is not None
        return {
            "passed": not self.failures,
            "proved_optimal": self.proved,
            "failures": self.failures,
            "format": self.file.form,
            "solver_says": self.file.claims,
            "formulation": self.plan.formulation,
            "unit": self.program.objectives[0].unit,
            "objective": self.objective,
            "stated_objective": self.stated,
            "own_objective": self.own,
            "difference": self.difference,
            "last_objective": self.last
            and {
                "name": self.program.objectives[-1].name,
                "unit": self.program.objectives[-1].unit,
                "value": self.last[0],
                "least": self.last[1],
            },
            "primal_residual": c.primal.relative,
            "dual_residual": c.dual.relative if self.has_duals else None,
            "complementarity": c.complementarity if self.has_duals else None,
            "gap": c.gap if self.has_duals else None,
            "audit_worst": audit.worst.relative,
            "tolerance": self.tolerance,
            "money_tolerance": self.money_tolerance * POUNDS,
            "gap_tolerance": self.gap_tolerance,
            "plan": self.plan.to_dict(),
        }

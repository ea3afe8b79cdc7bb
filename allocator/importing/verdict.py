"""What an imported solution is worth: its certificate, its audit, and our own optimum beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from allocator.certificate import GAP_TOLERANCE, TOLERANCE, Certificate, certify
from allocator.errors import UsageError
from allocator.importing.found import Found
from allocator.importing.matching import Sidecar, dual_of, primal_of, read_sidecar
from allocator.importing.own import own_optimum, own_over_windows
from allocator.importing.reading import read_solution
from allocator.instance import Instance, Window
from allocator.plan import Plan
from allocator.program import MONEY, POUNDS, LinearProgram
from allocator.session import Solved, WindowSolved, at_window, build, saying
from allocator.solve import laid_out
from allocator.solvers.solution import Floats, Solution, Status

# How far residuals and the gap may be off: a file of six digits cannot show more than that.
_ALLOWED: Final = {15: (TOLERANCE, GAP_TOLERANCE), 8: (TOLERANCE, GAP_TOLERANCE), 6: (5e-5, 1e-5)}


@dataclass(frozen=True)
class Imported:
    """A solution from elsewhere and what was found of it.

    ``certificate`` is of the arrays; its dual side means nothing where ``has_duals`` is false.
    ``objective``, ``stated`` and ``own`` are the program's objective in its unit: at the
    solution's values, as the file states it, and at our own proved optimum (None: no plan).
    ``tolerance`` is of residuals and ``gap_tolerance`` of the gap, relative.
    """

    found: Found
    program: LinearProgram
    primal: Floats
    certificate: Certificate
    has_duals: bool
    own: float | None
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
            for f in self.program.columns.values() if f.unit == MONEY
        ]  # fmt: skip
        return max(self.tolerance, 10.0 ** (1 - self.found.digits) * max(sums))

    @property
    def objective(self) -> float:
        """At the solution's values."""
        return self.certificate.primal_objective

    @property
    def stated(self) -> float | None:
        """As the file states it."""
        return self.found.objective

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
            each for each in audit.findings
            if not each.relative <= (self.money_tolerance if each.unit == "£" else self.tolerance)
        ]  # fmt: skip
        return [f"audit: {each}" for each in failing]

    def plan_to_keep(self) -> Plan:
        """The plan, to be saved; UsageError where it is not shown to be optimal, every digit."""
        audit = self.plan.audit
        if self.found.digits < 15 or audit is None or not audit.passed:
            raise UsageError("the file keeps too few digits for a plan to be saved from it")
        shown = self.proved or (self.difference is not None and self.difference <= TOLERANCE)
        if self.failures or not shown or len(self.program.objectives) > 1:
            raise UsageError("the solution is not shown to be optimal, so no plan is saved")
        return self.plan

    def to_dict(self) -> dict[str, Any]:
        """As ``import-solution --json`` prints it."""
        c, audit = self.certificate, self.plan.audit
        assert audit is not None
        return {
            "passed": not self.failures,
            "proved_optimal": self.proved,
            "failures": self.failures,
            "format": self.found.form,
            "solver_says": self.found.claims,
            "formulation": self.plan.formulation,
            "unit": self.program.objectives[0].unit,
            "objective": self.objective,
            "stated_objective": self.stated,
            "own_objective": self.own,
            "difference": self.difference,
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


def import_solution(
    instance: Instance,
    path: Path,
    *,
    formulation: str | None = None,
    window: Window | None = None,
    names: Path | None = None,
) -> Imported:
    """Certify and audit the solution in a file of HiGHS, GLPK, CBC or SCIP.

    ``names`` is the sidecar of the program that was solved; without it names are made anew
    from the instance.  The window is the one whose years the solution has, ``formulation``
    the sidecar's, or ``least_cost``.  Raises UsageError where the file is not understood or
    belongs to another instance, formulation or window.
    """
    found = read_solution(path)
    sidecar = None if names is None else read_sidecar(names, instance)
    formulation = _agreed(formulation, sidecar)
    whole = build(instance, formulation)
    given = window or (sidecar.window if sidecar else None)
    primal = primal_of(
        at_window(whole, instance, given) if given else whole, found, sidecar
    )  # fmt: skip
    taken = _window_of(instance, whole, primal)
    if (given and taken != given) or (sidecar and not sidecar.chosen and taken != sidecar.window):
        raise UsageError(f"{path}: is not of that window; it was {_solved(taken)}")
    program = at_window(whole, instance, taken)
    primal = primal_of(program, found, sidecar)  # what it leaves out is as the window has it
    chooses = whole.integer is not None and given is None
    dual = None if chooses else dual_of(program, found, sidecar)
    certificate = certify(program, primal, np.zeros(program.shape[0]) if dual is None else dual, 0)
    tolerance, gap_tolerance = _ALLOWED[found.digits]
    return Imported(
        found, program, primal, certificate, dual is not None,
        own_over_windows(whole) if chooses else own_optimum(program),
        _plan(instance, program, taken, primal, dual, certificate, formulation, found),
        tolerance, gap_tolerance,
    )  # fmt: skip


def _agreed(formulation: str | None, sidecar: Sidecar | None) -> str:
    if sidecar is not None and formulation not in (None, sidecar.formulation):
        raise UsageError(f"the program that was solved is of {sidecar.formulation}")
    return formulation or (sidecar.formulation if sidecar else "least_cost")


def _window_of(instance: Instance, program: LinearProgram, primal: Floats) -> Window | None:
    """The window whose years the solution has; UsageError where the instance allows none such."""
    family = program.columns["in_window"]
    inside = [y for (y,) in family.indices if primal[family.positions[y,]] > 0.5]
    if not inside:
        return None
    window = (min(inside), len(inside))
    if window not in instance.windows or max(inside) - min(inside) >= len(inside):
        raise UsageError(f"the solution's years of double investment {inside} are not allowed")
    return window


def _solved(window: Window | None) -> str:
    return saying(window).replace("solving", "solved")


def _plan(
    instance: Instance, program: LinearProgram, window: Window | None, primal: Floats,
    dual: Floats | None, certificate: Certificate, formulation: str, found: Found,
) -> Plan:  # fmt: skip
    prices = np.zeros(program.shape[0]) if dual is None else dual
    value = certificate.primal_objective
    solution = Solution(Status.OPTIMAL, primal, prices, value, 0, 0.0)
    proof = None if dual is None else certificate
    best = WindowSolved(window, program, solution, proof, dual is not None)
    solver = f"a solution read from a file ({found.form})"
    return laid_out(instance, Solved((best,), best, None), formulation, solver)

"""A hedge by mpi-sppy: its bounds and the levels of its first stage, which our program certifies.

What it settles at the root is held in the extensive form, whose optimum is then the cost of
settling that, shown from the arrays.  Where its prices are a proof for the whole, without anything
held, it is the plan to settle now; where not, mpi-sppy's own bound says how much less there may be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from importlib.util import find_spec
from typing import Final

import numpy as np

from allocator.errors import SolverError, UsageError
from allocator.hedge.mpi_sppy.bounds import Bounds
from allocator.instance import Window
from allocator.instance.scenarios import Scenario
from allocator.program.certificate import certify
from allocator.program.program import LinearProgram
from allocator.solving.futures import ExtensiveForm
from allocator.solving.session import Session
from allocator.solving.windows import WindowSolved

NAME: Final = "mpi-sppy"
ROUNDS: Final = 100
_NEAR: Final = 1e-6  # of a level, or of a case: to that what is settled is held
_AGREE: Final = 1e-6  # relative: a bound that is passed by more is wrong


class MpiSppy:
    """Solves an extensive form for one window after the other; ``bounds`` are what it said of each.

    ``ranks`` of 1 is its own extensive form, in this process; a multiple of three its hub and
    spokes, of so many ``rounds`` at most.  UsageError for other ranks, without the extra, where
    nothing is settled in the first year, and at a risk weight of 1, which is two objectives.
    """

    def __init__(
        self, form: ExtensiveForm, futures: Sequence[Scenario], ranks: int, rounds: int = ROUNDS
    ) -> None:
        if find_spec("mpisppy") is None:
            raise UsageError("the engine mpi-sppy is not here: pip install 'allocator[mpi-sppy]'")
        from allocator.hedge.mpi_sppy.parallel import CYLINDERS

        if ranks != 1 and ranks % CYLINDERS:
            raise UsageError(
                f"{ranks} ranks: give 1, or a multiple of {CYLINDERS}, which the hub and its "
                "spokes share"
            )
        if form.uncertainty.risk_weight >= 1:
            raise UsageError(
                "mpi-sppy minimises one objective, and a risk weight of 1 is two, one after the "
                "other: set uncertainty.risk_weight below 1, or leave --engine out"
            )
        self.form, self.futures, self.ranks, self.rounds = form, futures, ranks, rounds
        self.bounds: dict[Window | None, Bounds] = {}
        self.session = Session()

    name: Final = NAME

    @property
    def solver(self) -> str:
        """Who solves, and how."""
        how = "extensive form" if self.ranks == 1 else f"hub and spokes on {self.ranks} ranks"
        return f"{NAME} {version('mpi-sppy')}, {how}, certified by {self.session.solver}"

    def solve(self, window: Window | None) -> WindowSolved | None:
        """The whole for a window, with what mpi-sppy settles; None where it settles nothing.

        SolverError where its bounds cannot be right, or what it settles leaves no plan.
        """
        bounds = self.bounds[window] = self._bounds(window)
        if not bounds.settled:
            return None
        program = self.form.at(window)
        solved = self.session.solve_window(window, self._held(program, bounds))
        if solved.solution is None or not solved.optimal:
            raise SolverError(f"what {NAME} settles leaves no plan")
        self._check(bounds, solved.value(0))
        certificate = certify(program, solved.solution.primal, solved.solution.dual)
        return replace(solved, program=program, certificate=certificate, proved=certificate.passed)

    def _bounds(self, window: Window | None) -> Bounds:
        from allocator.hedge.mpi_sppy.extensive import extensive
        from allocator.hedge.mpi_sppy.models import Models
        from allocator.hedge.mpi_sppy.parallel import spin

        models = Models(self.futures, self.form.uncertainty, window)
        return extensive(models) if self.ranks == 1 else spin(models, self.ranks, self.rounds)

    def _held(self, program: LinearProgram, bounds: Bounds) -> LinearProgram:
        """With what is settled held, to rounding."""
        lower, upper = program.lower.copy(), program.upper.copy()
        for key, value in bounds.settled.items():
            at, near = self.form.settled[key], _NEAR * max(1.0, abs(value))
            lower[at], upper[at] = np.clip([value - near, value + near], lower[at], upper[at])
        return replace(program, lower=lower, upper=upper)

    def _check(self, bounds: Bounds, cost: float) -> None:
        about = _AGREE * max(1.0, abs(cost))
        if bounds.outer > cost + about:
            raise SolverError(
                f"{NAME} says that no plan costs less than £{bounds.outer:,.6f}m, and what it "
                f"settles costs £{cost:,.6f}m"
            )

"""What is known of double-investment windows, and which of them need not be solved.

Windows differ in the bounds of a few columns, so the duals of one, or its own for another
instance, prove a bound on every other: weak duality.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from allocator.errors import CertificateError, TimeLimitError
from allocator.instance import Window
from allocator.program.certificate import Certificate
from allocator.program.matrix import Matrix
from allocator.program.program import POUNDS, LinearProgram
from allocator.program.proofs import lower_bound, refutes
from allocator.solvers.solution import Floats, Solution, Status

TIE: Final = 1e-8  # objectives closer than this, relative, are the same: the shorter window wins
HELD: Final = 1e-9  # slack, relative, with which an objective's best is held for the next one
ALIKE: Final = 2e-7  # relative: windows whose first objectives differ by less are as good in them


def most_kept(certificate: Certificate) -> float:
    """The most that a proved objective may be while the next is minimised.

    It is held no more finely than it is proved, or its own point would be ruled out.
    """
    best = certificate.primal_objective
    proved = certificate.gap + certificate.primal.relative
    return best + max(HELD, proved) * max(1.0, abs(best))


@dataclass(frozen=True)
class WindowSolved:
    """A window's program and what is known of it.

    ``solution`` is the last stage's, None where the window was not solved: then ``at_least``
    is a bound on its objective (program's money), infinite where it is shown to have no plan.
    """

    window: Window | None
    program: LinearProgram
    solution: Solution | None
    certificate: Certificate | None
    proved: bool
    at_least: float | None = None

    @property
    def optimal(self) -> bool:
        """Whether it was solved to an optimum."""
        return self.solution is not None and self.solution.status is Status.OPTIMAL

    def value(self, stage: int) -> float:
        """An objective at the solution."""
        assert self.solution is not None
        objective = self.program.objectives[stage]
        return float(objective.costs @ self.solution.primal) + objective.constant


@dataclass(frozen=True)
class Trace:
    """What the last solve of a window left: prices or a proof, and the matrix they belong to."""

    solution: Solution
    matrix: Matrix

    @cached_property
    def combined(self) -> Floats:
        """The matrix, transposed, times the prices."""
        return self.matrix.transposed_times(self.solution.dual)

    def bound(self, program: LinearProgram) -> float:
        """What the prices say that another program of the shape costs at least."""
        same = self.matrix is program.matrix
        return lower_bound(program, self.solution.dual, self.combined if same else None)


def ruled_out(
    window: Window | None,
    program: LinearProgram,
    traces: Mapping[Window | None, Trace],
    solved: Mapping[Window | None, WindowSolved],
    preferred: Sequence[Window | None],
) -> WindowSolved | None:
    """What is known of a window, if that is enough to leave it unsolved; else None.

    ``traces`` may hold one of the window itself, left by another instance; ``found`` is what
    is known for this one; ``preferred`` is every window in the order in which ties go.  Only
    with one objective: a second is minimised in a program that the first one changes.
    """
    if len(program.objectives) > 1:
        return None
    own = [traces[window]] if window in traces else []
    others = [traces[each] for each, known in solved.items() if known.solution is not None]
    rays = [trace.solution.ray for trace in (*own, *others)]
    if any(ray is not None and refutes(program, ray) for ray in rays):
        return WindowSolved(window, program, None, None, True, np.inf)
    best = cheapest([solved[each] for each in preferred if each in solved])
    if best is None:
        return None
    # Only a cheaper one beats a window that is preferred; any other wins if it is as cheap.
    later = preferred.index(window) > preferred.index(best.window)
    needed = best.value(-1) + (-0.2 if later else 2.0) * TIE * max(1.0, abs(best.value(-1)))
    bound = _highest(own, program)
    if bound <= needed:
        bound = _highest(others, program)
    return WindowSolved(window, program, None, None, True, bound) if bound > needed else None


def _highest(traces: Iterable[Trace], program: LinearProgram) -> float:
    """The best of the bounds that some windows' prices prove."""
    priced = (trace for trace in traces if trace.solution.status is Status.OPTIMAL)
    return max((trace.bound(program) for trace in priced), default=-np.inf)


def not_kept(program: LinearProgram, stage: int, doing: str) -> CertificateError:
    """Where no point keeps what an objective reached: no proof that there is no plan."""
    name = program.objectives[stage - 1].name
    return CertificateError(
        f"{doing}: no point keeps the {name} that was reached, so it was not proved closely enough"
    )


def cheapest(solved: Sequence[WindowSolved]) -> WindowSolved | None:
    """Best by the objectives in order; among equals the shorter window, then the earlier."""
    left = [each for each in solved if each.optimal]
    stages = len(left[0].program.objectives) if left else 0
    for stage in range(stages):
        values = [each.value(stage) for each in left]
        slack = TIE if stage == stages - 1 else ALIKE
        most = min(values) + slack * max(1.0, abs(min(values)))
        left = [each for each, value in zip(left, values, strict=True) if value <= most]
    return left[0] if left else None


@contextmanager
def told_so_far(solved: Mapping[Window | None, WindowSolved], count: int) -> Iterator[None]:
    """Where the time ends inside, the error says which of ``count`` windows are known by then."""
    try:
        yield
    except TimeLimitError as error:
        known = [solved[window] for window in sorted(solved, key=lambda window: window or (0, 0))]
        best = cheapest(known)
        told = "no plan so far"
        if best is not None:
            window = saying(best.window).removeprefix("solving ")
            told = f"the best so far, {window}, costs £{best.value(-1) * POUNDS:,.0f}"
        windows = "1 window is" if count == 1 else f"{count} windows are"
        raise TimeLimitError(f"{error}; {len(known)} of {windows} known: {told}") from None


def saying(window: Window | None) -> str:
    """What is being done, for progress and errors."""
    if window is None:
        return "solving without a double investment"
    years = "year" if window[1] == 1 else "years"
    return f"solving with {window[1]} {years} of double investment from {window[0]}"

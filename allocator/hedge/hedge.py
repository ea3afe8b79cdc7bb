"""What to settle now over the scenarios of an instance, and what each of them then does."""

from __future__ import annotations

from allocator.errors import AuditError
from allocator.hedge.answer import Future, Hedge, futures_of
from allocator.hedge.tables import tables_of
from allocator.hedge.values import following_today, wait_and_see
from allocator.instance import Instance, Window
from allocator.instance.scenarios import scenarios
from allocator.plan.plan import WindowOutcome
from allocator.program.program import POUNDS
from allocator.solving.benders.decomposition import MANY, BendersDecomposition
from allocator.solving.futures import ExtensiveForm, extensive_form, plans_of
from allocator.solving.session import Progress, Session, saying
from allocator.solving.windows import WindowSolved, cheapest
from formulations import LEAST_COST


def hedge(
    instance: Instance, *, time_limit: float | None = None, progress: Progress | None = None
) -> Hedge:
    """The plan to settle now over the scenarios of an instance that has passed its checks.

    Solved as one program, or where there are many scenarios one by one (``solving.benders``), for
    no window and for every admissible one; the best wins, ties to the shorter, then the earlier.
    A hedge without a plan is an answer.  ``time_limit`` is seconds for each window.  Raises
    UsageError where there are no scenarios, InstanceError where one is not sound, SolverError and
    CertificateError as ``solve`` does, AuditError where a scenario's plan does not stand up to its
    audit.
    """
    tell: Progress = progress or (lambda what, done, steps: None)
    futures = scenarios(instance)
    steps = len(instance.windows) + 4
    tell("building the program of every scenario", 0, steps)
    form = extensive_form(futures, instance.uncertainty)
    solver, solved = FuturesSolver(form), []
    for n, window in enumerate((None, *instance.windows)):
        tell(saying(window), n + 1, steps)
        solved.append(solver.solve(window))
    best, outcomes = cheapest(solved), tuple(map(outcome, solved))
    if best is None:
        return Hedge(
            instance, LEAST_COST, solver.names[None], {}, None, None, outcomes, (), None, None, None
        )  # fmt: skip
    tell("what knowing the future, and what following today's plan, would cost", steps - 2, steps)
    name = solver.names[best.window]
    found, alone = _audited(form, best, name), wait_and_see(futures)
    hedged = Hedge(
        instance,
        LEAST_COST,
        name,
        tables_of(found, alone),
        least(best),
        best.window,
        outcomes,
        found,
        alone,
        following_today(instance, form),
        best.certificate,
    )
    tell("done", steps, steps)
    return hedged


class FuturesSolver:
    """Solves a form window by window: one by one where there are many scenarios, else as a whole.

    ``names`` says of each window who solved it.
    """

    def __init__(self, form: ExtensiveForm) -> None:
        self.form, self.names = form, dict[Window | None, str]()
        self._whole = Session()
        self._one_by_one = BendersDecomposition(form) if len(form.blocks) >= MANY else None

    def solve(self, window: Window | None) -> WindowSolved:
        """The whole for a window; infeasible is an answer.  Raises as ``Session`` does."""
        answer = self._one_by_one.solve(window) if self._one_by_one else None
        if self._one_by_one is not None and answer is not None:
            self.names[window] = self._one_by_one.solver
            return answer
        solved = self._whole.solve_window(window, self.form.at(window))
        self.names[window] = self._whole.solver
        return solved


def least(solved: WindowSolved) -> float:
    """What 3.15 minimises, £: the first of the objectives."""
    return solved.value(0) * POUNDS


def outcome(solved: WindowSolved) -> WindowOutcome:
    """A window as it is told."""
    if not solved.optimal or solved.solution is None:
        return WindowOutcome(solved.window, "infeasible", None, None, solved.proved)
    return WindowOutcome(solved.window, "optimal", least(solved), None, solved.proved)


def _audited(form: ExtensiveForm, best: WindowSolved, solver: str) -> tuple[Future, ...]:
    plans = plans_of(form, best, solver)
    for block, plan in zip(form.blocks, plans, strict=True):
        if plan.audit is not None and not plan.audit.passed:
            raise AuditError(
                f"the plan of scenario {block.scenario.name} does not stand up to its audit: "
                f"{plan.audit.failure()}"
            )
    named = [(block.scenario, plan) for block, plan in zip(form.blocks, plans, strict=True)]
    return futures_of(named, form.uncertainty)

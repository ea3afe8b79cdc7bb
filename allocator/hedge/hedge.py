"""What to settle now over the scenarios of an instance, and what each of them then does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from allocator.clock import Overrun, limited, out_of_time
from allocator.errors import AuditError, UsageError
from allocator.hedge.answer import Future, Hedge, futures_of, tail_weights
from allocator.hedge.average import AverageFuture, SettledValues, average_future
from allocator.hedge.tables import tables_of
from allocator.hedge.values import (
    WaitAndSee,
    following_today,
    learned_earlier,
    wait_and_see,
    worth,
)
from allocator.instance import Instance, Window
from allocator.instance.scenarios import Scenario, scenarios
from allocator.plan.windows import WindowOutcome
from allocator.program.program import POUNDS
from allocator.progress import Progress, silent
from allocator.solving.benders.decomposition import BendersDecomposition, one_by_one
from allocator.solving.benders.steady import steadied
from allocator.solving.futures import ExtensiveForm, dual_weights, extensive_form, plans_of
from allocator.solving.session import Session, saying
from allocator.solving.windows import WindowSolved, cheapest, told_so_far
from formulations import LEAST_COST

if TYPE_CHECKING:
    from allocator.hedge.mpi_sppy.engine import MpiSppy

ENGINES: Final = ("mpi-sppy",)
_KNOWING_MORE: Final = "what knowing more, and what following today's plan, would cost"


def hedge(
    instance: Instance,
    *,
    engine: str | None = None,
    ranks: int = 1,
    learn_earlier: Sequence[str] = (),
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Hedge:
    """The plan to settle now over the scenarios of an instance that has passed its checks.

    Solved as one program, or where there are many scenarios one by one (``solving.benders``), for
    no window and for every admissible one; the best wins, ties to the shorter, then the earlier.
    A hedge without a plan is an answer.  ``engine`` "mpi-sppy" leaves what is settled to mpi-sppy,
    on so many ``ranks`` of MPI (``hedge.mpi_sppy``), and certifies that.  For each scenario of
    ``learn_earlier``, every one for ``all``, it is solved again as though that were told apart a
    year earlier.  ``time_limit`` is seconds for all of it; where it ends once the plan is proved,
    what is left out of what knowing more would cost is said (``unfinished``).

    Raises UsageError where there are no scenarios, none of a name, or for what the engine does not
    do, InstanceError where one is not sound, SolverError and CertificateError as ``solve`` does,
    AuditError where a scenario's plan does not stand up to its audit, TimeLimitError where the
    time is over before a plan is proved the best.
    """
    with limited(time_limit):
        return _hedged(instance, engine, ranks, learn_earlier, progress)


def _hedged(
    instance: Instance,
    engine: str | None,
    ranks: int,
    learn_earlier: Sequence[str],
    progress: Progress | None,
) -> Hedge:
    tell = progress or silent
    futures = scenarios(instance)
    steps = len(instance.windows) + 4
    earlier = learned_earlier(futures, learn_earlier)
    tell("building the program of every scenario", 0, steps)
    form = extensive_form(futures, instance.uncertainty)
    other = None if engine is None else _engine(engine, form, futures, ranks)
    solver = FuturesSolver(form) if other is None else EngineSolver(form, other)
    solved = list[WindowSolved]()
    for n, window in enumerate((None, *instance.windows)):
        tell(saying(window), n + 1, steps)
        with told_so_far({each.window: each for each in solved}, len(instance.windows) + 1):
            solved.append(solver.solve(window))
    best, outcomes = cheapest(solved), tuple(map(outcome, solved))
    if best is None:
        return Hedge(
            instance, LEAST_COST, solver.names[None], {}, None, None, outcomes, (), None, None, None
        )
    tell(_KNOWING_MORE, steps - 2, steps)
    name = solver.names[best.window]
    steadying = Overrun()
    with steadying.kept():
        best = solver.steadied(best)
    audited = _audited(form, best, name)
    known = _known(instance, form, best, earlier)
    tell("done", steps, steps)
    return Hedge(
        instance,
        LEAST_COST,
        name,
        tables_of(audited, known.alone),
        least(best),
        best.window,
        outcomes,
        audited,
        known.alone,
        known.following,
        best.certificate,
        {} if other is None else {other.name: other.bounds[best.window]},
        known.earlier,
        average=known.average,
        unfinished=known.unfinished or steadying.said,
    )


@dataclass
class _WorthOfKnowing:
    """What knowing more would cost, as far as there was time to find out."""

    average: AverageFuture | None = None
    following: float | None = None
    alone: WaitAndSee | None = None
    earlier: dict[str, float] = field(default_factory=dict)
    unfinished: str = ""


def _known(
    instance: Instance,
    form: ExtensiveForm,
    best: WindowSolved,
    earlier: Mapping[str, Sequence[Scenario]],
) -> _WorthOfKnowing:
    """The quickest first, so that a time limit leaves out the least."""
    futures, known, overrun = (
        [block.scenario for block in form.blocks],
        _WorthOfKnowing(),
        Overrun(),
    )
    with overrun.kept():
        known.average = average_future(futures, best.window, _settled(form, best))
        known.following = following_today(
            instance, form, lambda held, window: FuturesSolver(held).solve(window)
        )
        known.alone = wait_and_see(futures)
        for name, told in earlier.items():
            known.earlier[name] = worth(least(best), _cost(told, instance))
    if overrun:
        known.unfinished = str(out_of_time(f"working out {_KNOWING_MORE}"))
    return known


class FuturesSolver:
    """Solves a form window by window: one by one where that is the way for it, else as a whole.

    ``names`` says of each window who solved it.
    """

    def __init__(self, form: ExtensiveForm) -> None:
        self.form, self.names = form, dict[Window | None, str]()
        self._whole, self._one_by_one = Session(), BendersDecomposition(form)
        self._many = one_by_one(form)

    def solve(self, window: Window | None) -> WindowSolved:
        """The whole for a window; infeasible is an answer.  Raises as ``Session`` does."""
        answer = self._one_by_one.solve(window) if self._many else None
        if answer is not None:
            self.names[window] = self._one_by_one.solver
            return answer
        solved = self._whole.solve_window(window, self.form.at(window))
        self.names[window] = self._whole.solver
        return solved

    def steadied(self, solved: WindowSolved) -> WindowSolved:
        """Of the optima of its window one that changes levels least.  Raises as ``Session``."""
        one_by_one = self._many and self.names[solved.window] == self._one_by_one.solver
        return steadied(solved, self._one_by_one, None if one_by_one else self._whole)


class EngineSolver(FuturesSolver):
    """Leaves it to another engine what is settled; where that settles nothing, solves it here."""

    def __init__(self, form: ExtensiveForm, engine: MpiSppy) -> None:
        super().__init__(form)
        self.engine = engine

    def solve(self, window: Window | None) -> WindowSolved:
        """The whole for a window, with what the engine settles."""
        answer = self.engine.solve(window)
        if answer is None:
            return super().solve(window)
        self.names[window] = self.engine.solver
        return answer

    def steadied(self, solved: WindowSolved) -> WindowSolved:
        """What the engine settles stays as it is."""
        if self.names[solved.window] == self.engine.solver:
            return solved
        return super().steadied(solved)


def _settled(form: ExtensiveForm, best: WindowSolved) -> SettledValues:
    """What is settled before any scenario is told apart, by column."""
    assert best.solution is not None
    return {key: float(best.solution.primal[at]) for key, at in form.settled.items()}


def _engine(name: str, form: ExtensiveForm, futures: Sequence[Scenario], ranks: int) -> MpiSppy:
    """The engine of that name.  UsageError where there is none, or it is not installed."""
    if name not in ENGINES:
        raise UsageError(f"there is no engine {name!r}; there is {', '.join(ENGINES)}")
    from allocator.hedge.mpi_sppy.engine import MpiSppy

    return MpiSppy(form, futures, ranks)


def _cost(futures: Sequence[Scenario], instance: Instance) -> float | None:
    """What 3.15 minimises over these scenarios in the best window, £; None without a plan."""
    solver = FuturesSolver(extensive_form(futures, instance.uncertainty))
    best = cheapest([solver.solve(window) for window in (None, *instance.windows)])
    return None if best is None else least(best)


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
    weights = dual_weights(form, best)
    if weights is None:
        costs = [float(plan.objective or 0.0) for plan in plans]
        weights = tail_weights(costs, form.chances.tolist(), form.uncertainty)
    return futures_of(named, weights)

"""``allocator explain``: what a plan is worth and why it is as it is, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pandas as pd

from allocator.clock import Clock, Overrun, out_of_time
from allocator.errors import TimeLimitError
from allocator.explain import nearest
from allocator.explain.answers import Answer
from allocator.explain.infeasible.conflict import (
    Conflict,
    Feasibility,
    Limit,
    conflict,
    limits_of,
    only,
)
from allocator.explain.infeasible.elastic import program_at
from allocator.explain.infeasible.way import Way
from allocator.explain.infeasible.ways import ways_out
from allocator.explain.shadow_prices import (
    binding,
    falling_short,
    limits,
    paying,
    services,
    windows,
)
from allocator.explain.shadow_prices.by_area import AreaTrial
from allocator.explain.shadow_prices.ranging import Trial
from allocator.explain.weighing import keeping_weights
from allocator.instance import Instance, Window
from allocator.instance.instance import window_facts
from allocator.plan.columns import ANSWERS, AnswerColumns
from allocator.plan.plan import Plan
from allocator.program.program import LinearProgram
from allocator.progress import Progress, silent
from allocator.solvers.catalogue import find_solver
from allocator.solving.areas.ladder import AreaLadder
from allocator.solving.proved import Ladder
from allocator.solving.session import Session, Solved, build, build_window
from allocator.solving.solve import plan_of, with_tightest
from allocator.solving.start import SMALL
from formulations import FORMULATIONS, USUAL


@dataclass(frozen=True)
class Explanation(Answer):
    """The answer: tables of a plan, or of what is in conflict and the ways out.

    ``everywhere`` says whether the conflict is one in every window; ``nearest`` is the plan that
    comes nearest, at a price for what it falls short by, where it may fall short.  ``page_alone``
    says whether ``limits`` are those alone that a page shows.
    """

    NAME: ClassVar[str] = "explain"
    COLUMNS: ClassVar[AnswerColumns] = ANSWERS[NAME]

    plan: Plan | None
    conflict: Conflict | None = None
    everywhere: bool = False
    ways: tuple[Way, ...] = ()
    nearest: Plan | None = None
    page_alone: bool = False

    @property
    def found(self) -> bool:
        """Whether there is a plan."""
        return self.plan is not None

    def facts(self) -> dict[str, Any]:
        """Status, and the plan's cost or the conflict in a sentence."""
        if self.plan is not None:
            asked = "tightest" in self.plan.tables
            return {
                "status": "optimal",
                "objective": self.plan.objective,
                "window": window_facts(self.plan.window),
                **({"tightest": list(self.plan.table("tightest").records())} if asked else {}),
            }
        assert self.conflict is not None
        return {
            "status": "infeasible",
            "window": window_facts(self.conflict.window),
            "conflict_sentence": self.conflict.sentence,
            "conflict_proved": self.conflict.proved,
            "in_every_window": self.everywhere,
            "nearest_plan": self._nearest(),
            "weights": "extra money counts by its present value at the discount rate; every "
            "other way changes one number, or several by one factor",
        }

    def _nearest(self) -> dict[str, Any] | None:
        """Prices, cost and window of the plan that comes nearest."""
        if self.nearest is None:
            return None
        prices = self.nearest.instance.shortfall
        return {
            "excess_price": prices.excess_price,
            "overspend_price": prices.overspend_price,
            "cost": self.nearest.cost,
            "window": window_facts(self.nearest.window),
        }


def explain(
    instance: Instance,
    *,
    formulation: str = USUAL,
    every_window: bool = True,
    progress: Progress | None = None,
    ask_tightest: bool = False,
    page_alone: bool = False,
) -> Explanation:
    """Explain the plan of an instance that has passed its checks, or why there is none.

    Without ``every_window``, ways out are looked for without a double investment and with the
    longest windows alone.  ``ask_tightest`` adds which inputs, a little worse, leave no plan, to
    the plan's tables.  With ``page_alone``, no more is worked out than the page shows: in all but
    small programs the limits of most worth, exactly as else; of the rest, what the plan's own
    prices say.  Raises UsageError for an unknown formulation, SolverError where the
    solver fails, CertificateError or AuditError where an answer does not hold.
    """
    tell = progress or silent
    session = Session(formulation)
    program = build(instance, formulation)
    # One window's proof that there is no plan often serves the others: so that is asked first.
    # By areas it is no quicker, and what each window costs is asked anyway.
    if not session.goes_by_areas(instance, program):
        quick = session.solve(instance, program=program, every_window=False, progress=progress)
        if quick.best is None:
            return _no_plan(instance, formulation, session.solver, every_window, tell)
    solved = session.solve(instance, program=program, ranges=True, progress=progress)
    if solved.best is None:
        return _no_plan(instance, formulation, session.solver, every_window, tell)
    explanation = _of_plan(instance, formulation, session, solved, tell, page_alone=page_alone)
    if ask_tightest and explanation.plan is not None:
        doing, said = "asking which inputs are tightest", explanation.unfinished
        tell(doing, 0, 1)
        plan = with_tightest(explanation.plan)
        late = "" if Clock().left() > 0 else str(out_of_time(doing))
        return replace(explanation, plan=plan, unfinished=said or late)
    return explanation


def _of_plan(
    instance: Instance,
    formulation: str,
    session: Session,
    solved: Solved,
    tell: Progress,
    *,
    page_alone: bool,
) -> Explanation:
    plan, best = plan_of(instance, solved, formulation, session.solver), solved.best
    assert best is not None
    assert best.solution is not None
    trial: Trial
    if isinstance(session.ladder, AreaLadder):
        trial = AreaTrial(best.program, best.solution, session.ladder, instance.areas)
    else:
        trial = Trial(best.program, best.solution, session.ladder)
    before = _before_cost(plan) if FORMULATIONS[formulation].held else None
    shown = None
    if page_alone and before is None and best.program.shape[0] > SMALL:
        shown = limits.MOST_SHOWN
    rows = binding.binding(plan, trial, solved.ranging, tell, settle=shown is None)
    cells = limits.limits(plan, trial, rows, tell, before, shown)
    tables = {
        "limits": cells,
        "binding": rows[list(Explanation.COLUMNS["binding"])],
        "services": services.services(plan, cells, tell, large=trial.large, overrun=trial.overrun),
        "windows": windows.windows(
            plan, solved, tell, trial.overrun, large=isinstance(session.ladder, AreaLadder)
        ),
        "paying": paying.paying(plan),
    }
    short = falling_short.falling_short(trial)
    if len(short):
        tables["short"] = short
    with trial.overrun.kept():
        weights = keeping_weights(plan, session)
        if len(weights):
            tables["keeping_weights"] = weights.frame
    return Explanation(
        instance,
        formulation,
        session.solver,
        tables,
        plan,
        page_alone=shown is not None,
        unfinished=trial.overrun.said,
    )


def _before_cost(plan: Plan) -> Trial:
    """The program of the plan's window with what comes before the cost alone."""
    program = build_window(plan.instance, plan.window, plan.formulation)
    program = replace(program, objectives=program.objectives[:1])
    ladder = Ladder(find_solver("simplex"))
    return Trial(program, ladder.solve(program, doing="asking what comes before the cost"), ladder)


def _no_plan(
    instance: Instance, formulation: str, solver: str, every_window: bool, tell: Progress
) -> Explanation:
    base, overrun = build(instance, formulation).relaxed(), Overrun()
    first = (None, *instance.windows)[-1]
    try:
        clash = conflict(instance, program_at(base, instance, first), first, tell)
    except TimeLimitError as error:
        raise TimeLimitError(f"there is no plan, and that is proved; {error}") from None
    rays, asked = [] if clash.ray is None else [clash.ray], None
    if not every_window:
        asked = _longest(instance)
    ways = ways_out(instance, formulation, asked, tell, overrun, rays)
    window, everywhere = _nearest(ways), False
    with overrun.kept():
        if window != clash.window:
            clash = conflict(instance, program_at(base, instance, window), window, tell)
        everywhere = _everywhere(instance, base, clash)
    tables = {
        "conflict": _conflict_table(clash),
        "ways": _ways_table(ways),
        "money": _money_table(instance, ways),
    }
    near = None
    with overrun.kept():
        near = nearest.nearest_plan(instance, formulation, tell)
    if near is not None:
        tables["nearest"] = nearest.nearest_table(near)
    return Explanation(
        instance,
        formulation,
        solver,
        tables,
        None,
        clash,
        everywhere,
        tuple(ways),
        near,
        unfinished=overrun.said,
    )


def _longest(instance: Instance) -> list[Window | None]:
    most = max((length for _, length in instance.windows), default=0)
    return [None, *(window for window in instance.windows if window[1] == most)]


def _nearest(ways: Sequence[Way]) -> Window | None:
    """The window that needs the least money, else the nearest target, for there to be a plan."""
    for kind in ("money", "targets", "target"):
        possible = [way for way in ways if way.kind == kind and way.possible]
        if possible:
            return min(possible, key=lambda way: way.amount or 0.0).window
    return None


def _everywhere(instance: Instance, base: LinearProgram, clash: Conflict) -> bool:
    """Whether the same limits are in conflict in every window."""
    groups = limits_of(instance, base)
    asked = Feasibility(base, [] if clash.ray is None else [clash.ray])
    kept = [Limit(each.constraint, each.used) for each in clash.members]
    others = (each for each in (None, *instance.windows) if each != clash.window)
    return not any(
        asked.possible(only(program_at(base, instance, each), groups, kept)) for each in others
    )


def _conflict_table(clash: Conflict) -> pd.DataFrame:
    rows = [
        (each.constraint, each.cited.words, c.file, c.row, c.key, c.value, c.source)
        for each in clash.members
        for c in each.cited.cells
    ]
    return Explanation.table_of("conflict", rows)


def _ways_table(ways: Sequence[Way]) -> pd.DataFrame:
    rows = []
    for way in ways:
        cell, (start, length) = way.cell, way.window or (None, None)
        place = (None, None, None) if cell is None else (cell.file, cell.row, cell.key)
        rows.append(
            (
                way.kind,
                way.words,
                way.possible,
                way.unit,
                way.before,
                way.after,
                way.amount,
                *place,
                start,
                length,
            )
        )
    return Explanation.table_of("ways", rows)


def _money_table(instance: Instance, ways: Sequence[Way]) -> pd.DataFrame:
    budgets = instance.resolved.budgets
    rows = [
        (way.kind, way.words, fund, owner, year, budgets[fund, owner, year], extra)
        for way in ways
        for (fund, owner, year), extra in way.money.items()
    ]
    return Explanation.table_of("money", rows)

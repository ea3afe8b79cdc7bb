"""From an instance to a plan: solved, proved, laid out in tables, audited.

What a plan does for each of several areas is told by pandas, which takes a third of a second to
import.  It is left until it is asked for; where workers do the work, it loads while they do.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import closing, suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Final

from allocator.audit import audit, left_behind
from allocator.clock import Clock
from allocator.errors import AuditError, TimeLimitError, UsageError
from allocator.executors import give_way
from allocator.instance import Instance, Window
from allocator.moves import move_table
from allocator.plan.plan import Plan
from allocator.plan.windows import WindowOutcome
from allocator.program.certificate import certify
from allocator.program.program import MONEY, POUNDS
from allocator.progress import Progress, silent
from allocator.simulate import baseline
from allocator.solvers.catalogue import DEFAULT
from allocator.solving.areas.ladder import By
from allocator.solving.areas.spread import prepare
from allocator.solving.choice import SolvedByChoice, WindowChoice
from allocator.solving.draws import in_order
from allocator.solving.session import (
    Session,
    Solved,
    WindowSolved,
    build,
    build_window,
    check_formulation,
)
from allocator.table import Tables
from allocator.vocabulary import CHILDREN
from formulations import FORMULATIONS, USUAL

__all__ = ["Progress", "build", "build_window", "laid_out", "plan_of", "solve", "with_tightest"]

MOST_ROWS_ASKED: Final = 200_000  # of a program that is solved again for each service it cuts
_TOLD_BY: Final = "pandas"


def solve(
    instance: Instance,
    *,
    formulation: str = USUAL,
    solver: str = DEFAULT,
    every_window: bool = True,
    time_limit: float | None = None,
    by: By | None = None,
    progress: Progress | None = None,
    ask_tightest: bool = False,
    workers: Sequence[Executor] = (),
) -> Plan:
    """The plan of an instance that has passed its checks (``read`` sees to that).

    Solved for no double-investment window and for every admissible one; the cheapest wins,
    ties to the shorter, then the earlier.  Without ``every_window``, windows that the prices
    of the others rule out are bounded, not solved.  A formulation that chooses the window finds
    the best in one mixed-integer program (see ``choice``).  ``time_limit`` is seconds for all of
    it.  ``by`` says whether a program of several areas is solved as a whole or area by area, which
    without it its size does.  ``workers`` are executors of one worker each (``executors.lanes``),
    on which areas are solved side by side.  ``ask_tightest`` adds the table ``tightest``: which
    inputs, a little worse, leave no plan; about three times the work.
    A plan whose status is ``infeasible`` is an answer, with the baseline filled in.

    Raises UsageError for an unknown formulation or solver, SolverError where the solver
    fails or runs out of time, CertificateError or AuditError where its answer does not hold.
    """
    check_formulation(formulation)
    tell = progress or silent
    if workers:
        _check_shared(instance, formulation, by)
        prepare(workers)
        tell = _beside(tell, instance)
    steps, clock = len(instance.windows) + 3, Clock(time_limit)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "solver.log"
        kind = WindowChoice if FORMULATIONS[formulation].chooses_window else Session
        with closing(kind(formulation, solver, log, by, workers)) as session:
            solved = session.solve(
                instance,
                every_window=every_window,
                ranges=True,
                time_limit=clock.left(),
                progress=tell,
            )
            tell("auditing the plan", steps - 1, steps)
            name, best = session.solver, solved.best
            ask_keeping = best is not None and best.program.shape[0] <= MOST_ROWS_ASKED
            if not ask_keeping:
                session.close()  # the tables want its memory
            plan = plan_of(instance, solved, formulation, name)
            if best is not None and ask_keeping:
                again = Session(formulation, solver, log) if kind is WindowChoice else session
                plan = _with_keeping(plan, again, best, clock)
        if ask_tightest:
            tell("asking which inputs are tightest", steps - 1, steps)
            plan = with_tightest(plan, clock)
        del session  # closes the log
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    tell("done", steps, steps)
    return replace(plan, branch_and_bound=_whole(solved), log=text)


def _beside(tell: Progress, instance: Instance) -> Progress:
    """The same, which has what is told of any plan worked out while workers solve the windows.

    Before the first one is begun, this process is the busy one.
    """
    working = Thread(target=_work_out, args=(instance,))

    def told(what: str, done: int, steps: int) -> None:
        if done > 0 and working.ident is None:
            working.start()
        tell(what, done, steps)

    return told


def _work_out(instance: Instance) -> None:
    """What an instance comes to if nothing changes, and what tells of areas: pandas.

    What cannot be had, for want of memory say, is told where it is asked for.
    """
    give_way()
    with suppress(Exception):
        _ = baseline(instance), instance.hash
        import_module(_TOLD_BY)


def _check_shared(instance: Instance, formulation: str, by: By | None) -> None:
    """UsageError where there is nothing for several workers to share."""
    if len(instance.areas) == 1:
        raise UsageError(
            "areas are solved side by side, and the instance has one: leave out --jobs"
        )
    if by == "whole":
        raise UsageError("a whole program has one worker: leave out --method whole, or --jobs")
    if FORMULATIONS[formulation].chooses_window:
        raise UsageError(f"{formulation} is solved as a whole, by one worker: leave out --jobs")


def _with_keeping(plan: Plan, session: Session, best: WindowSolved, clock: Clock) -> Plan:
    """The plan with what keeping the services that it cuts would cost, where time allows."""
    from allocator.solving.keeping import keeping

    try:
        kept = keeping(session, plan, best, clock)
    except TimeLimitError:
        return plan
    return replace(plan, tables=Tables(plan.tables, kept=kept))


def with_tightest(plan: Plan, clock: Clock | None = None) -> Plan:
    """The plan with the inputs that put its targets out of reach soonest, where time allows.

    Where it has none to have, ``untold`` says why.  Raises as ``Ladder.solve`` does.
    """
    from allocator.solving.reach import tightest

    if "tightest" in plan.tables:
        return plan
    try:
        table, why = tightest(plan, clock or Clock(None))
    except TimeLimitError:
        return replace(plan, untold="late")
    if not len(table):
        return replace(plan, untold=why)
    return replace(plan, tables=Tables(plan.tables, tightest=table))


def plan_of(instance: Instance, solved: Solved, formulation: str, solver: str) -> Plan:
    """What a session found, laid out and audited; AuditError where the audit fails."""
    plan = laid_out(instance, solved, formulation, solver)
    if plan.audit is not None and not plan.audit.passed:
        raise AuditError(f"the plan does not stand up to its audit: {plan.audit.failure()}")
    return plan


def terminal_value(
    instance: Instance, tables: Tables, window: Window | None, objective: float
) -> float:
    """What a plan leaves behind of its objective, £ at present value (3.11).

    The objective less what is spent and charged in the years; where it is less the good done to
    others too, what the simulator makes of the plan's tables.
    """
    from allocator.plan.tables import charges, present_value

    if not instance.terminal_value:
        return 0.0
    if instance.resolved.benefits and instance.benefit_weight:
        return left_behind(instance, tables, window)
    return objective - present_value(instance, tables.table("spend")) - charges(instance, tables)


def laid_out(instance: Instance, solved: Solved, formulation: str, solver: str) -> Plan:
    """The plan with its tables and its audit, whatever the audit says."""
    from allocator.plan.benefits import benefit_table
    from allocator.plan.cash_prices import CASH, cash_table
    from allocator.plan.prices import price_table
    from allocator.plan.staff import staff_table
    from allocator.plan.tables import decision_tables, demand_table, year_table

    unchanged, best = baseline(instance), solved.best
    outcomes = tuple(_outcome(instance, each) for each in solved.windows)
    years = year_table(instance, unchanged)
    if best is None:
        return Plan(
            instance,
            formulation,
            solver,
            "infeasible",
            None,
            None,
            unchanged.terminal_value,
            None,
            outcomes,
            Tables(years=years),
            None,
            None,
        )
    program, solution = best.program, best.solution
    assert solution is not None
    primal, dual = in_order(instance, program, solution.primal), solution.dual
    tables = decision_tables(instance, program, primal)
    costs = program.objectives[-1].costs
    prices = price_table(instance, program, primal, dual, costs, solved.ranging)
    objective = float(costs @ primal) * POUNDS
    left = terminal_value(instance, tables, best.window, objective)
    more = {"moves": move_table(instance, unchanged, tables)}
    if instance.resolved.demand:
        more["demand"] = demand_table(instance)
    if instance.resolved.roles:
        more["staff"] = staff_table(instance, tables)
    if instance.resolved.benefits:
        more["benefits"] = benefit_table(instance, unchanged, tables)
    more["years"] = year_table(instance, unchanged, tables)
    if instance.resolved.inflation:
        more[CASH] = cash_table(instance, more["years"])
    tables = Tables(tables, **more, prices=prices)
    checked = audit(
        instance,
        tables,
        best.window,
        objective=objective,
        terminal_value=left,
        targets=FORMULATIONS[formulation].aims_at_targets,
    )
    return Plan(
        instance,
        formulation,
        solver,
        "optimal",
        objective,
        left,
        unchanged.terminal_value,
        best.window,
        outcomes,
        tables,
        certify(program, primal, dual, -1),
        checked,
    )


def _whole(solved: Solved) -> dict[str, float] | None:
    """How branch and bound chose the window: objective and bound in £; None where it did not."""
    if not isinstance(solved, SolvedByChoice) or solved.best is None or solved.whole is None:
        return None
    whole = solved.whole
    return {
        "objective": whole.objective * POUNDS,
        "bound": whole.bound * POUNDS,
        "gap": whole.gap,
        "nodes": whole.nodes,
    }


def _outcome(instance: Instance, solved: WindowSolved) -> WindowOutcome:
    if not solved.optimal or solved.solution is None:
        if solved.at_least is None or solved.at_least == float("inf"):
            return WindowOutcome(solved.window, "infeasible", None, None, solved.proved)
        bound = solved.at_least * POUNDS
        return WindowOutcome(solved.window, "bounded", None, None, True, bound)
    program, primal = solved.program, solved.solution.primal
    assert program.objectives[-1].unit == MONEY
    family, last = program.columns[CHILDREN], instance.number_of_periods
    in_care = sum(
        float(primal[family.positions[area, state, last]])
        for (area, state), rules in instance.resolved.states.items()
        if rules.in_care
    )
    cost = solved.value(-1) * POUNDS
    return WindowOutcome(solved.window, "optimal", cost, in_care, solved.proved)

"""A saved plan audited, and its program solved again: what its tables alone cannot show."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from allocator.clock import Clock, Overrun
from allocator.instance import Instance, Window
from allocator.plan.plan import Plan
from allocator.plan.saving.derived import named, same
from allocator.plan.saving.recheck import Recheck, recheck
from allocator.plan.windows import WindowOutcome
from allocator.program.program import POUNDS
from allocator.progress import Progress, silent
from allocator.solving.keeping import keeping
from allocator.solving.priced import check_prices
from allocator.solving.session import Session, WindowSolved, at_window, build, saying


def audit_saved(
    path: str | Path,
    instance: Instance | None = None,
    *,
    every_window: bool = False,
    progress: Progress | None = None,
) -> Recheck:
    """Audit a saved plan, and solve its window again; with ``every_window``, all of them.

    Against the instance's copy beside it, or another instance, for which nothing is solved.
    Raises UsageError where there is no plan, it is damaged, or it was found infeasible, and
    SolverError where the solver fails.
    """
    tell = progress or silent
    tell("running the plan forward again", 0, 1)
    rechecked = recheck(path, instance)
    plan = rechecked.plan
    if not rechecked.same_instance or plan.window not in (None, *plan.instance.windows):
        return rechecked
    said, overrun = list(rechecked.disagreements), Overrun()
    with overrun.kept():
        again = _solved(plan, tell, every_window=every_window, overrun=overrun)
        said.extend(_against(plan, again))
    if overrun:
        said.append(f"not solved again: {overrun.said}")
    return replace(rechecked, disagreements=tuple(said))


def _solved(
    plan: Plan, tell: Progress, *, every_window: bool, overrun: Overrun
) -> dict[Window | None, WindowSolved]:
    """Windows solved afresh: the plan's first, and alone unless every one is asked for.

    As many as there is time for; TimeLimitError where there is none for the plan's own.
    """
    instance, session = plan.instance, Session(plan.formulation)
    program = build(instance, plan.formulation).relaxed()

    others = [w for w in (*reversed(instance.windows), None) if every_window and w != plan.window]
    by_window = dict[Window | None, WindowSolved]()

    def solve(window: Window | None) -> None:
        tell(f"{saying(window)} again", len(by_window) + 1, len(others) + 3)
        by_window[window] = session.solve_window(
            window, at_window(program, instance, window), areas=instance.areas
        )

    solve(plan.window)
    with overrun.kept():
        for window in others:
            solve(window)
    tell("comparing prices, and what keeping services costs", len(others) + 2, len(others) + 3)
    return by_window


def _against(plan: Plan, solved: dict[Window | None, WindowSolved]) -> Iterator[str]:
    """Where a plan says otherwise than what was solved afresh."""
    own = solved[plan.window]
    if not own.optimal:
        yield f"status: solved again with {named(plan.window)}, there is no plan"
        return
    if not same(own.value(-1) * POUNDS, plan.objective):
        yield (
            f"objective: the least cost by {plan.formulation} with {named(plan.window)} is "
            f"£{own.value(-1) * POUNDS:,.0f}, the plan says £{plan.objective:,.0f}"
        )
        return
    stated = {each.window: each for each in plan.windows}
    for window, again in solved.items():
        if window in stated:
            yield from _outcome(stated[window], again, plan.objective or 0.0)
    yield from check_prices(plan, own.program, own.value(-1))
    yield from _kept(plan, own)


def _kept(plan: Plan, own: WindowSolved) -> Iterator[str]:
    """Where kept.csv says otherwise than what keeping each service is found to cost."""
    stated = plan.tables.get("kept")
    if stated is None:  # there was no time for it
        return
    kept = keeping(Session(plan.formulation), plan, own, Clock(None))
    if list(stated["service"]) != list(kept["service"]):
        yield "kept.csv: its rows are not the services that the plan cuts or holds at their floor"
        return
    for row, (was, now) in enumerate(zip(stated["keeping"], kept["keeping"], strict=True), 2):
        costs = [None if math.isnan(cost) else float(cost) for cost in (was, now)]
        if not same(*costs):
            told = "no plan keeps it" if costs[1] is None else f"it is £{costs[1]:,.0f}"
            yield f"kept.csv, row {row}, column keeping: {was:,.6g}; solved again {told}"


def _outcome(stated: WindowOutcome, again: WindowSolved, chosen: float) -> Iterator[str]:
    name = f"windows, {named(stated.window)}"
    cost = again.value(-1) * POUNDS if again.optimal else math.inf
    told = f"£{cost:,.0f}" if again.optimal else "no plan"
    if stated.status == "optimal" and not same(stated.objective, cost):
        yield f"{name}: plan.json says £{stated.objective or 0:,.0f}; solved again it is {told}"
    if stated.status == "infeasible" and again.optimal:
        yield f"{name}: plan.json says there is no plan; solved again it is {told}"
    if stated.status == "bounded":
        least = stated.at_least
        if least is None or (least > cost and not same(least, cost)):
            yield f"{name}: plan.json says it costs at least £{least or 0:,.0f}; it is {told}"
    if cost < chosen and not same(cost, chosen):
        yield f"{name}: solved again it is {told}, less than the plan"

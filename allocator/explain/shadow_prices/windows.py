"""Why the double investment lies where it does: what every other window costs, and what stops it.

A window that has no plan is stopped by a conflict, which is named; one that is dearer, by limits
that bind there and are worth more than where the plan is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pandas as pd

from allocator.clock import Overrun
from allocator.explain.answers import records
from allocator.explain.citing import Citer, merged
from allocator.explain.infeasible.conflict import conflict, in_proof
from allocator.explain.shadow_prices.priced_limits import PricedLimit, priced_limits
from allocator.instance import Window
from allocator.plan.columns import table_of
from allocator.plan.columns.explained import EXPLAIN
from allocator.plan.plan import Plan
from allocator.plan.prices import price_table
from allocator.program.program import POUNDS
from allocator.progress import Progress
from allocator.solving.proved import refuted
from allocator.solving.session import Solved, WindowSolved
from allocator.solving.windows import TIE
from allocator.wording import listed, window_words

MOST_CONFLICTS: Final = 1  # windows without a plan of which it is said what stops them
MOST_LIMITS: Final = 2  # limits that are named where a window is dearer


def windows(
    plan: Plan, solved: Solved, tell: Progress, overrun: Overrun, *, large: bool = False
) -> pd.DataFrame:
    """The table: the plan's window first, then by cost, then those that have no plan.

    What stops one is left out where there is no time for it, which ``overrun`` then says; of a
    ``large`` program it is what the proof at hand uses, and what of it is needed is not asked.
    """
    assert solved.best is not None
    best, first = solved.best.value(-1), _ranks(solved.best)[0]
    feasible = [each for each in solved.windows if each.optimal]
    feasible.sort(key=lambda each: (each.window != plan.window, _ranks(each)))
    lost = sorted(
        (each for each in solved.windows if not each.optimal),
        key=lambda each: _apart(plan.window, each.window),
    )
    rows, said = [], False
    for n, each in enumerate(feasible):
        more = each.value(-1) - best
        same = len(_ranks(each)) == 1 and abs(more) <= TIE * max(1.0, abs(best))
        status = "chosen" if n == 0 else "same" if same else "dearer"
        why = ""
        behind = _ranks(each)[0] - first if len(_ranks(each)) > 1 else None
        if status == "dearer" and not said and behind is None:
            why, said = _what_binds(plan, solved.best, each), True
        rows.append(_row(each.window, status, each.value(-1) * POUNDS, more * POUNDS, behind, why))
    for n, each in enumerate(lost):
        why = ""
        if n < MOST_CONFLICTS and not overrun:
            with overrun.kept():
                why = (
                    _in_its_proof(plan, solved, each)
                    if large
                    else conflict(plan.instance, each.program, each.window, tell).sentence
                )
        rows.append(_row(each.window, "infeasible", None, None, None, why))
    return table_of(EXPLAIN["windows"], rows)


def _in_its_proof(plan: Plan, solved: Solved, lost: WindowSolved) -> str:
    """What the proof that a window has no plan uses, be it its own or another window's."""
    own = [lost, *(each for each in solved.windows if each is not lost)]
    for each in own:
        ray = None if each.solution is None else each.solution.ray
        if ray is not None and refuted(lost.program, ray):
            used = in_proof(plan.instance, lost.program, lost.window, ray)
            told = used.sentence if used.few else f"{used.counts} can't all hold"
            return f"{told} (which of them must give way is not asked of so large a program)"
    return ""


def _ranks(each: WindowSolved) -> tuple[float, ...]:
    return tuple(each.value(stage) for stage in range(len(each.program.objectives)))


def _row(window: Window | None, status: str, *figures: float | str | None) -> tuple[object, ...]:
    start, length = window or (None, None)
    return start, length, window_words(window), status, *figures


def _apart(chosen: Window | None, other: Window | None) -> int:
    """Years that are in one of two windows and not in the other."""
    years = [set(range(w[0], sum(w))) if w else set() for w in (chosen, other)]
    return len(years[0] ^ years[1])


def _what_binds(plan: Plan, best: WindowSolved, other: WindowSolved) -> str:
    """The limits whose worth rises most from the plan's window to another."""
    here = {each.noun: each.weight for each in _priced(plan, _prices(plan, best))}
    prices = _prices(plan, other)
    there = _priced(plan, prices)
    rises = sorted(there, key=lambda each: here.get(each.noun, 0.0) - each.weight)
    told = [each for each in rises if each.weight > 1.001 * here.get(each.noun, 0.0)]
    if not told:
        return "no limit is worth more there; it costs more by itself"
    said = [f"{_words(plan, prices, each)} ({each.worth})" for each in told[:MOST_LIMITS]]
    return f"{listed(said)} {'binds' if len(said) == 1 else 'bind'} harder there"


def _words(plan: Plan, prices: pd.DataFrame, each: PricedLimit) -> str:
    """What a council would call it: ``the 2016-17 to 2020-21 core budget``."""
    citer, rows = Citer(plan.instance), records(prices.loc[list(each.rows)])
    return listed([c.words for c in merged(citer.keyed(row["constraint"], row) for row in rows)])


def _prices(plan: Plan, each: WindowSolved) -> pd.DataFrame:
    assert each.solution is not None
    costs = each.program.objectives[-1].costs
    return price_table(
        plan.instance, each.program, each.solution.primal, each.solution.dual, costs, None
    ).frame


def _priced(plan: Plan, prices: pd.DataFrame) -> list[PricedLimit]:
    return priced_limits(replace(plan, tables={**plan.tables, "prices": prices}))

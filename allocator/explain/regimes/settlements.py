"""Planning with less than all budgets known: year by year, and with what is short made good.

Each year's plan is made with the budgets known so far, the later ones taken to be as large as the
last known, fund by fund.  The year's decisions are kept, and the next year's plan begins from
them: levels, moves averted, places, what each fund has left, the years of double investment that
have been.  Where the money, known or assumed, does not reach, the plan that is made is the one
with, in this order, the least money short in years whose budgets are known, the least short in
the others, the fewest children above the targets, added up over the years, and the least cost.
What is short is paid from a fund of its own, ``SHORT``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from allocator.errors import NoPlanError, SolverError
from allocator.explain.auditing import Auditor
from allocator.explain.regimes.in_order import in_order
from allocator.explain.regimes.past import fixed, same_past
from allocator.instance import Instance, Window
from allocator.instance.cell_changes import with_only
from allocator.instance.schema import ALL
from allocator.program.matrix import Floats
from allocator.program.program import MONEY, POUNDS, LinearProgram, Objective
from allocator.progress import Progress, silent
from allocator.simulate import baseline
from allocator.solving.areas.ladder import AreaLadder
from allocator.solving.session import Session, WindowSolved, at_window, build
from allocator.solving.windows import cheapest
from allocator.vocabulary import DRAWN, EXCESS, OVERSPENT, TARGET

SHORT: Final = "short_of_money"
LEAST: Final = 1e-6  # £m and children: less is not short


@dataclass(frozen=True)
class Settlement:
    """One year's plan: what was known and what was expected when it was made.

    Money in £; ``short`` by year; ``above`` is children above the target by owner and year.
    ``overspent`` and ``excess`` are what the instance has a price for, added up.
    """

    year: int
    window: Window | None
    cost: float
    short: dict[int, float]
    above: dict[tuple[str, int], float]
    overspent: float = 0.0
    excess: float = 0.0


@dataclass(frozen=True)
class Rolled:
    """The plans made, and the tables of what was done in the end, audited."""

    settlements: tuple[Settlement, ...]
    tables: Mapping[str, pd.DataFrame]

    @property
    def last(self) -> Settlement:
        """The last plan: all that was done."""
        return self.settlements[-1]

    @property
    def whole(self) -> bool:
        """Whether money sufficed and every target was met."""
        return not self.last.short and not self.last.above


def roll(
    instance: Instance,
    *,
    certain: bool,
    progress: Progress | None = None,
    settled: list[Settlement] | None = None,
) -> Rolled:
    """Plan every year anew as its budget becomes known, or once, ``certain`` of all of them.

    ``settled`` is filled with each year's plan as it is made.
    NoPlanError where neither money nor the targets are what stands in the way, SolverError where
    a later year has no plan in any window that is still open, or a solve fails;
    AuditError where the simulator does not confirm what was done.
    """
    tell = progress or silent
    years = [instance.last_year] if certain else list(instance.horizon)
    session, past = Session(), None
    settlements = list[Settlement]() if settled is None else settled
    for n, known in enumerate(years):
        tell(
            "the multi-year settlement" if certain else f"the settlement of {known}", n, len(years)
        )
        begin, own = instance.first_year if certain else known, as_known(instance, known)
        solved = _best(session, own, begin, known, past)
        settlements.append(_told(own, known, solved))
        past = solved
    tell("done", len(years), len(years))
    assert past is not None and past.solution is not None
    made = as_known(instance, instance.last_year)
    costs = past.program.objectives[-1].costs
    auditor = Auditor(made, past.window, past.program, costs, targets=not settlements[-1].above)
    tables = auditor.audited(past.solution.primal)
    return Rolled(tuple(settlements), tables)


def as_known(instance: Instance, known: int) -> Instance:
    """The instance with budgets after a year as large as that year's, and the fund for the rest."""
    data = instance.resolved
    budgets = [
        {"fund": fund, "year": year, "amount": data.budgets[fund, owner, min(year, known)]}
        | ({} if owner == ALL else {"area": owner})
        for fund, owner, year in data.budgets
    ]
    spend: Floats = sum(baseline(instance).spend.values(), np.zeros(instance.years))
    enough = 2 * float(spend.max())
    budgets += [{"fund": SHORT, "year": year, "amount": enough} for year in instance.horizon]
    changed = with_only(instance, "budgets", budgets)
    return changed.with_rows("funds", [{"fund": SHORT, "tiers": ALL}])


def _best(
    session: Session, settled: Instance, begin: int, known: int, past: WindowSolved | None
) -> WindowSolved:
    """The best plan over the windows that what has been leaves open."""
    program = _elastic(build(settled), known)
    if past is not None:
        program = fixed(settled, program, past, begin)
    programs = {
        window: at_window(program, settled, window)
        for window in (*reversed(settled.windows), None)
        if past is None or same_past(window, past.window, settled.first_year, begin)
    }
    plans = {each.window: each for each in _solved(session, settled, programs, past)}
    preferred = (window for window in (None, *settled.windows) if window in plans)
    best = cheapest([plans[window] for window in preferred])
    if best is None and past is None:
        raise NoPlanError("there is no plan, however much money there is and whatever the targets")
    if best is None:
        raise SolverError(f"in {begin} what was decided before leaves no plan")
    return best


def _solved(
    session: Session,
    settled: Instance,
    programs: Mapping[Window | None, LinearProgram],
    past: WindowSolved | None,
) -> list[WindowSolved]:
    """Every window's plan, or where areas are solved one by one the best alone."""
    ladder = session.choose(settled.areas, next(iter(programs.values())))
    if isinstance(ladder, AreaLadder):
        return in_order(ladder, programs, _settled_before(past))
    return [
        session.solve_window(window, program, settled.areas) for window, program in programs.items()
    ]


def _settled_before(past: WindowSolved | None) -> int:
    """How many of the first objectives were nought in the last plan, as they are likely to be."""
    if past is None:
        return 0
    stages = range(len(past.program.objectives) - 1)
    return next((stage for stage in stages if past.value(stage) > LEAST), len(stages))


def _elastic(program: LinearProgram, known: int) -> LinearProgram:
    """The program with children above the targets allowed, and the four objectives in order."""
    targets = program.rows.get(TARGET)
    count = targets.count if targets else 0
    start = targets.start if targets else 0
    width = program.shape[1]
    program = program.with_columns(
        "above",
        "children",
        count,
        rows=range(start, start + count),
        columns=range(count),
        values=[-1.0] * count,
    )
    now, later, above = (np.zeros(program.shape[1]) for _ in range(3))
    for index, at in program.columns[DRAWN].positions.items():
        if index[0] == SHORT:
            (now if index[-1] <= known else later)[at] = 1.0
    above[width:] = 1.0
    priorities = (
        Objective("short_of_money", now, 0.0, "£m"),
        Objective("short_of_money_later", later, 0.0, "£m"),
        Objective("children_above_target", above, 0.0, "children"),
    )
    return replace(program, objectives=(*priorities, *program.objectives)).with_priorities()


def _told(settled: Instance, known: int, solved: WindowSolved) -> Settlement:
    assert solved.solution is not None
    primal = solved.solution.primal
    above = dict(_above(solved.program, primal))
    short = short_by_year(settled, solved.program, primal)
    return Settlement(
        known,
        solved.window,
        solved.value(-1) * POUNDS,
        {y: s for y, s in short.items() if s > 0},
        above,
        *(_priced(solved.program, primal, name) for name in (OVERSPENT, EXCESS)),
    )


def _priced(program: LinearProgram, primal: Floats, name: str) -> float:
    """What falls short at a price: £ or children, added up."""
    family = program.columns[name]
    values = primal[family.start : family.stop]
    scale = POUNDS if family.unit == MONEY else 1.0
    return float(values[values > LEAST].sum()) * scale


def short_by_year(settled: Instance, program: LinearProgram, primal: Floats) -> dict[int, float]:
    """£ drawn in each year from the fund for what is short."""
    drawn = dict.fromkeys(settled.horizon, 0.0)
    for index, at in program.columns[DRAWN].positions.items():
        if index[0] == SHORT:
            drawn[index[-1]] += float(primal[at])
    return {year: amount * POUNDS if amount > LEAST else 0.0 for year, amount in drawn.items()}


def _above(program: LinearProgram, primal: Floats) -> Iterator[tuple[Any, float]]:
    family = program.columns["above"]
    indices = program.rows[TARGET].indices if family.count else ()
    for index, value in zip(indices, primal[family.start : family.stop], strict=True):
        if value > LEAST * max(1.0, abs(value)):
            yield index, float(value)

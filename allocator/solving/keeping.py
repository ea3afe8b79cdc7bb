"""What keeping a service at today's level would cost, and at what price or effect it would pay.

Where a plan cuts a service, or holds it at its floor, the least cost is found once more for each
of them, over every window: with today's level as the least; or, where the instance itself demands
today's level, with nothing demanded.  The price and the effect at which the next case would pay
come from the plan's own prices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from allocator.clock import Clock
from allocator.instance import Instance
from allocator.plan.columns import TABLES
from allocator.plan.plan import Plan
from allocator.plan.services import NONE, service_changes
from allocator.program.program import MONEY, POUNDS, LinearProgram
from allocator.solvers.solution import Floats
from allocator.solving.session import Session, WindowSolved
from allocator.table import Table
from allocator.vocabulary import CONTRACTION, EXPANSION, FLOOR, LEVEL, RELEASE

Levels = Mapping[tuple[str, str], Floats]  # area and service -> cases a year, period 1 the first


def keeping(session: Session, plan: Plan, best: WindowSolved, clock: Clock) -> Table:
    """A row for each service that the plan cuts, ends or holds at its floor.

    ``keeping`` is £ at present value by which the least cost with today's level as the least is
    above the plan's (where the instance demands today's level: by which the plan is above the
    least cost without that demand); NaN where no plan keeps it.  ``pays_at_cost`` and
    ``pays_at_effect`` are factors of the unit cost and of the effects at which the next case a
    year would pay for itself; NaN where none does.

    ``best`` is the plan's window as ``session``, or another of its formulation, has solved it.
    Raises as ``Session.solve`` does.
    """
    instance, levels, rows = plan.instance, _levels(plan.instance, best), []
    for change in (each for each in service_changes(plan) if each.is_lost):
        variant = (
            _kept(instance, best.program, change.service)
            if change.below_today
            else without_floor(best.program, change.service)
        )
        other = session.solve(
            instance, program=variant, every_window=False, time_limit=clock.left()
        ).best
        more = np.nan
        if other is not None:
            sign = POUNDS if change.below_today else -POUNDS
            more = max(0.0, (other.value(-1) - best.value(-1)) * sign)
        rows.append((change.service, more, *_pays(instance, best, change.service, levels)))
    return Table.of_rows(list(TABLES["kept"].columns), rows)


def _levels(instance: Instance, best: WindowSolved) -> Levels:
    assert best.solution is not None
    positions, point = best.program.columns[LEVEL].positions, best.solution.primal
    periods = range(1, instance.number_of_periods + 1)
    return {
        key: np.array([point[positions[*key, t]] for t in periods])
        for key in instance.resolved.services
    }


def _kept(instance: Instance, program: LinearProgram, service: str) -> LinearProgram:
    """The program with today's level as the least."""
    lower, positions = program.lower.copy(), program.columns[LEVEL].positions
    for (area, name), each in instance.resolved.services.items():
        if name == service:
            for t in _running(instance, each.first_year):
                lower[positions[area, name, t]] = min(each.baseline, each.maximum)
    return replace(program, lower=lower)


def without_floor(program: LinearProgram, service: str) -> LinearProgram:
    """The program with nothing demanded of a service."""
    row_lower = program.row_lower.copy()
    for (_, name, _), position in program.rows[FLOOR].positions.items():
        if name == service:
            row_lower[position] = 0.0
    return replace(program, row_lower=row_lower)


def _running(instance: Instance, first_year: int) -> range:
    """Periods in which a service may differ from its baseline."""
    before = max(0, first_year - instance.first_year) * instance.periods_per_year
    return range(before + 1, instance.number_of_periods + 1)


def _pays(
    instance: Instance, best: WindowSolved, service: str, levels: Levels
) -> tuple[float, float]:
    """Factors of unit cost and of effect at which the next case a year would pay.

    The case runs from the period in which the service has come down to its last level to the end,
    or throughout where it comes down to the end.  What it costs by its unit cost is priced in the
    rows of money; all else that it does is the rest of its reduced cost, apart from the prices of
    the floor and of the limit on how fast a service is given up: more of it obeys both.
    """
    program, services = best.program, instance.resolved.services
    direction = np.zeros(program.shape[1])
    own = [key for key in services if key[1] == service]
    of_levels = np.zeros(program.shape[1])
    today = sum(services[key].baseline for key in own)
    for key in own:
        _extend(
            instance,
            program,
            key,
            levels[key],
            services[key].baseline / today,
            direction,
            of_levels,
        )
    assert best.solution is not None
    prices = best.solution.dual.copy()
    for family in (program.rows[name] for name in (FLOOR, RELEASE)):
        prices[family.start : family.stop] = 0.0
    money = np.zeros_like(prices)
    for family in program.rows.values():
        if family.unit == MONEY:
            money[family.start : family.stop] = prices[family.start : family.stop]
    costs = program.objectives[-1].costs
    net = float((costs - program.matrix.transposed_times(prices)) @ direction)
    cost = float(-program.matrix.transposed_times(money) @ of_levels)
    good = cost - net
    if cost <= 0 or good <= 0:
        return np.nan, np.nan
    return min(1.0, good / cost), max(1.0, cost / good)


def _extend(
    instance: Instance,
    program: LinearProgram,
    key: tuple[str, str],
    level: Floats,
    share: float,
    direction: Floats,
    of_levels: Floats,
) -> None:
    """Add to ``direction`` a share of a case a year more, for good, and its change of level."""
    settled = np.flatnonzero(np.abs(level - level[-1]) > NONE * max(1.0, float(level.max())))
    running = _running(instance, instance.resolved.services[key].first_year)
    first = max(running.start, int(settled[-1]) + 2 if len(settled) else 1)
    if first > instance.number_of_periods - instance.periods_per_year:
        first = running.start
    positions = program.columns[LEVEL].positions
    for t in range(first, instance.number_of_periods + 1):
        direction[positions[*key, t]] += share
        of_levels[positions[*key, t]] += share
    if first > instance.number_of_periods:
        return
    before = level[first - 2] if first > 1 else instance.resolved.services[key].baseline
    shrinks = before > level[first - 1]
    change = CONTRACTION if shrinks else EXPANSION
    direction[program.columns[change].positions[*key, first]] += -share if shrinks else share

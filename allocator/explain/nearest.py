"""Where there is no plan: the one that comes nearest, with what it falls short by at a price."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import pandas as pd

from allocator.instance import Instance, Shortfall
from allocator.plan.columns import table_of
from allocator.plan.columns.explained import EXPLAIN
from allocator.plan.plan import Plan
from allocator.plan.tables import SHORTFALL
from allocator.progress import Progress
from allocator.solving.session import Session
from allocator.solving.solve import plan_of
from formulations import FORMULATIONS, LEAST_COST

OVERSPEND_PRICE: Final = 1.0  # £ on top of each pound: no plan overspends that need not


def nearest_plan(instance: Instance, formulation: str, tell: Progress) -> Plan | None:
    """The plan of the instance with prices for what it may not fall short by now.

    None where that gives no plan either, or the formulation holds targets and funds whatever the
    prices.  Proved and audited as any plan.
    """
    if not FORMULATIONS[formulation].aims_at_targets:
        return None
    tell("the plan that comes nearest", 0, 1)
    eased = replace(instance, shortfall=prices_for(instance))
    session = Session(LEAST_COST)
    solved = session.solve(eased, every_window=False)
    return None if solved.best is None else plan_of(eased, solved, LEAST_COST, session.solver)


def prices_for(instance: Instance) -> Shortfall:
    """The instance's own prices, and ones high enough to come near where it has none.

    A child above a target is charged what the dearest place costs over the whole plan, rounded up
    to two figures: no plan leaves one whom a service could have kept out for less.
    """
    own = instance.shortfall
    excess, overspend = own.excess_price, own.overspend_price
    if excess is None:
        places = [s.unit_cost for s in instance.resolved.states.values() if s.in_care]
        excess = _rounded_up(max([1.0, *places]) * instance.years)
    return Shortfall(excess, OVERSPEND_PRICE if overspend is None else overspend)


def nearest_table(plan: Plan) -> pd.DataFrame:
    """By year: children in care, above the targets, and £ beyond the funds."""
    short, in_care = plan.shortfall() or {}, plan.years()["children_in_care"]
    rows = [
        (y, float(in_care[y]), *(short.get(name, {}).get(y, 0.0) for name in SHORTFALL))
        for y in plan.instance.horizon
    ]
    return table_of(EXPLAIN["nearest"], rows)


def _rounded_up(amount: float) -> float:
    """To two figures."""
    unit = 10.0 ** (math.floor(math.log10(amount)) - 1)
    return math.ceil(amount / unit) * unit

"""What the instances that are solved on paper share: the usual one, and how a plan is read.

One care state of 100 children, 20 arrivals a year and a rate of leaving of 0.2, so that a share
``S`` = exp(-0.2) stays for a year, and cost 50,000 a year each.  Two years, no discounting and no
terminal value unless a test says so.  A child averted in the first period then saves half a year
of 2020, half of 2021, and half of what is left of it at the end of 2021:
``SAVED`` = 25,000 (2 + S).
"""

from __future__ import annotations

from math import exp
from typing import Any

import pytest

from allocator.plan.plan import Plan
from tests.model.cases import Case, case

S = exp(-0.2)


SAVED = 25_000 * (2 + S)


PER_MOVE = 40_000  # a case costs 10,000 and averts a quarter of a move


CARE = """
[states]
state  tier       in_care  opening  unit_cost
care   statutory  yes      100      50000

[transitions]
from  to    rate  avoidable_share
care  exit  0.2   .
care  care  .     0.5

[arrivals]
state  year  children
care   2020  20

[services]
service  tier          from  unit_cost  baseline
reunify  edge_of_care  care  10000      0

[effects]
service  from  to    instead  effect
reunify  care  care  exit     0.25

[funds]
fund  tiers
core  all

[budgets]
fund  year  amount
core  2020  6000000
core  2021  6000000
"""


def care(**settings: Any) -> Case:
    return case(CARE, **settings)


def price(plan: Plan, constraint: str, **key: Any) -> float:
    """What a constraint is worth; 0 where the table does not list it."""
    prices = plan.tables["prices"]
    chosen = prices["constraint"] == constraint
    for column, value in key.items():
        chosen &= prices[column] == value
    found = prices[chosen]["price"]
    assert len(found) <= 1, "the key names more than one constraint"
    return float(found.iloc[0]) if len(found) else 0.0


def by_period(plan: Plan, table: str, column: str, **key: Any) -> list[float]:
    """A column of a table in the order of its periods, for one key."""
    frame = plan.tables[table]
    for name, value in key.items():
        frame = frame[frame[name] == value]
    return [float(v) for v in frame.sort_values("period")[column]]


def spend(plan: Plan, tier: str) -> list[float]:
    return [float(v) for v in plan.years()[tier]]


def near(*values: float) -> Any:
    return pytest.approx(list(values), rel=1e-9, abs=1e-6)


def same(value: float) -> Any:
    return pytest.approx(value, rel=1e-8, abs=1e-5)


TWO = """
[areas]
area
east
west

[states]
area  state  tier       in_care  opening  unit_cost
.     care   statutory  yes      100      50000
west  care   statutory  yes      60       70000

[arrivals]
area  state  year  children
.     care   2020  20
west  care   2020  0

[funds]
area  fund   tiers         carry_forward
.     core   statutory     .
.     grant  edge_of_care  .

[budgets]
area  fund   year  amount
east  core   2020  9000000
east  core   2021  9000000
west  core   2020  9000000
west  core   2021  9000000
.     grant  2020  1200000
"""

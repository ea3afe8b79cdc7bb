"""Figures that no council has: money in thousands, the cost of a week for that of a year.

They are warnings, since an instance may be made up.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from allocator.instance.check.candidate import Candidate, Check, figure, warn
from allocator.instance.problems import Problem, Severity

WEEKS: Final = 52
# £ a week in England, 2016-17 to 2024-25, the least and the most that DfE's LAIT knows: of any kind
# of placement (councils' P10 to P90), and of social work for a child in need.
CARE: Final = (575.0, 9_608.0)
NEED: Final = (115.0, 245.0)
# By how much a year's cost may be outside: averages hide cheap placements, and states that hardly
# cost.  A year in care costs more than a week of any: a year at the least is 29,900.
FAR: Final = 20.0
A_WEEK: Final = 12_000.0
FUNDS_APART: Final = 10.0  # first year's funds against what the children there now cost


def unit_costs_are_those_of_a_year(candidate: Candidate) -> Iterator[Problem]:
    """A child's cost for a year is not that of a week, nor far from what England's is."""
    for row in candidate.rows("states"):
        least, most = (WEEKS * week for week in (CARE if row["in_care"] else NEED))
        low = A_WEEK if row["in_care"] else least / FAR
        if 0 < row["unit_cost"] < low or row["unit_cost"] > most * FAR:
            known = f"in a year: £{figure(least)} to £{figure(most)}"
            yield warn(
                row,
                "unit_cost",
                f"is far from what a child is known to cost {known}",
                "give pounds per child-year: a week's cost times 52",
            )


def funds_are_of_the_size_of_spend(candidate: Candidate) -> Iterator[Problem]:
    """The first year's funds are within ten times of what the children there now cost."""
    if any(unit_costs_are_those_of_a_year(candidate)):  # which says it already
        return
    year = candidate.instance.first_year
    rows = [row for row in candidate.rows("budgets") if row["year"] == year]
    funds = sum(row["amount"] for row in rows)
    spend = sum(each.opening * each.unit_cost for each in candidate.resolved.states.values())
    if (
        math.isfinite(funds)
        and spend > 0
        and rows
        and not spend / FUNDS_APART <= funds <= spend * FUNDS_APART
    ):
        yield Problem(
            candidate.file("budgets"),
            None,
            "amount",
            "",
            f"adds up to £{figure(funds)} in {year}, and the children there now cost "
            f"£{figure(spend)} a year",
            "give pounds, not thousands, in budgets and unit costs alike",
            Severity.WARNING,
        )


CHECKS: tuple[Check, ...] = (unit_costs_are_those_of_a_year, funds_are_of_the_size_of_spend)

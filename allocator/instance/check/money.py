"""Money: funds that have some, limits that can be kept, prices that are indices."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

from allocator.instance.check.candidate import Candidate, Check, at, figure, warn
from allocator.instance.instance import Row
from allocator.instance.problems import Problem, Severity
from allocator.instance.schema import ALL, TIERS

HIGH_INDEX = 10.0
Bound = tuple[float, Row]


def funds_have_a_budget(candidate: Candidate) -> Iterator[Problem]:
    """A fund has money in some year."""
    funded = {row["fund"] for row in candidate.instance.tables["budgets"]}
    for row in candidate.rows("funds"):
        if row["fund"] not in funded:
            yield at(row, "fund", "has no budget", "add its money to budgets, or remove the fund")


def shared_funds_have_one_rule(candidate: Candidate) -> Iterator[Problem]:
    """A fund whose budget is shared by all areas has the same rules in each."""
    shared = {row["fund"] for row in candidate.rows("budgets") if row["area"] is None}
    rules: dict[str, Row] = {}
    for row, areas in candidate.in_force("funds"):
        first = rules.setdefault(row["fund"], row) if areas and row["fund"] in shared else row
        for column in ("window_only", "carry_forward"):
            if first[column] < row[column] or first[column] > row[column]:
                yield at(
                    row,
                    column,
                    f"differs from row {first.number}, but all areas share the "
                    f"budget of {row['fund']}",
                    "give the same rule in every area, or a budget to each area",
                )


def window_funds_have_a_window(candidate: Candidate) -> Iterator[Problem]:
    """A fund kept for the double-investment period has a period to pay in."""
    windows = candidate.instance.windows
    payable = {year for start, length in windows for year in range(start, start + length)}
    for row in candidate.rows("funds"):
        if not row["window_only"]:
            continue
        if candidate.instance.double_investment is None:
            yield warn(
                row,
                "window_only",
                "keeps the fund for a double-investment period, and the settings allow none",
                "add [double_investment] to the settings",
            )
            continue
        for budget in candidate.rows("budgets"):
            late = budget["fund"] == row["fund"] and budget["year"] not in payable
            if late and windows and budget["year"] > max(payable):
                yield warn(
                    budget,
                    "year",
                    f"is after every double-investment period that is allowed, "
                    f"and {row['fund']} pays only in one",
                    "move the money, or let the period start later or last longer",
                )


def every_tier_is_paid_for(candidate: Candidate) -> Iterator[Problem]:
    """In every year some fund has money for each tier that costs something now."""
    resolved = candidate.resolved
    costly = {s.tier for s in resolved.states.values() if s.opening * s.unit_cost > 0}
    costly |= {s.tier for s in resolved.services.values() if s.baseline * s.unit_cost > 0}
    costly |= {r.tier for r in resolved.roles.values() if r.opening * r.unit_cost > 0}
    paid: dict[int, set[str]] = defaultdict(set)
    for (fund, owner, year), amount in resolved.budgets.items():
        rules = resolved.accounts[fund, owner]
        if amount > 0 or rules.carry_forward > 0:
            paid[year] |= {tier for tiers in rules.tiers.values() for tier in tiers}
    if not candidate.instance.tables["budgets"]:
        return
    for tier in TIERS:
        dry = [y for y in candidate.instance.horizon if tier in costly and tier not in paid[y]]
        if dry:
            yield Problem(
                candidate.file("budgets"),
                None,
                "year",
                str(dry[0]),
                f"is a year in which no fund has money for {tier}, which costs something now",
                f"add a budget for {', '.join(map(str, dry))}: a year not listed is 0",
                Severity.WARNING,
            )


def limits_bound_something(candidate: Candidate) -> Iterator[Problem]:
    """A limit has a minimum or a maximum."""
    for row in candidate.rows("limits"):
        if row["minimum"] is None and row["maximum"] is None:
            yield warn(row, "item", "has neither minimum nor maximum", "give one, or remove it")


def limits_can_be_kept(candidate: Candidate) -> Iterator[Problem]:
    """The least spend on an item is at most the most, whichever rows say so."""
    floors: dict[tuple[str, str, int], Bound] = {}
    ceilings: dict[tuple[str, str, int], Bound] = {}
    for row in candidate.rows("limits"):
        for year in candidate.instance.horizon if row["year"] is None else (row["year"],):
            key = (row["area"] or ALL, row["item"], year)
            if row["minimum"] is not None:
                floors[key] = max(floors.get(key, (0.0, row)), (row["minimum"], row), key=_amount)
            if row["maximum"] is not None:
                most = (row["maximum"], row)
                ceilings[key] = min(ceilings.get(key, most), most, key=_amount)
    told: set[tuple[int, int]] = set()
    for key, (least, row) in floors.items():
        most_spend, other = ceilings.get(key, (math.inf, row))
        if least > most_spend and (id(row), id(other)) not in told:
            told.add((id(row), id(other)))
            yield at(
                row,
                "minimum",
                f"is above the maximum of row {other.number}, {figure(most_spend)}",
                "lower the minimum, or raise the maximum",
            )


def _amount(bound: Bound) -> float:
    return bound[0]


def prices_are_indices(candidate: Candidate) -> Iterator[Problem]:
    """A price index is a ratio to the price base: 1.02 for two per cent more."""
    for row in candidate.rows("prices"):
        if row["index"] > HIGH_INDEX:
            yield warn(
                row,
                "index",
                "is more than ten times the price base",
                "write 102 as 1.02: an index of 1 is the price base",
            )
        elif row["index"] == 0:
            yield warn(row, "index", "makes everything free", "an index of 1 is the price base")


CHECKS: tuple[Check, ...] = (
    funds_have_a_budget,
    shared_funds_have_one_rule,
    window_funds_have_a_window,
    every_tier_is_paid_for,
    limits_bound_something,
    limits_can_be_kept,
    prices_are_indices,
)

"""Money by owner and year: balances, budgets, limits on spend, price indices; and targets.

Parts of :class:`allocator.instance.resolved.Resolved`, every default filled in.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from allocator.instance.records import Fund, FundOwner
from allocator.instance.rows import area_rows, held, target_children
from allocator.instance.schema import ALL, TIERS
from allocator.instance.year_rows import YearRows

if TYPE_CHECKING:
    from allocator.instance.instance import Instance


def accounts_of(instance: Instance) -> dict[FundOwner, Fund]:
    """A balance for each fund and owner that its budget names."""
    in_force = area_rows(instance, "funds")
    owners: dict[str, set[str]] = defaultdict(set)
    for row in instance.tables["budgets"]:
        owners[row["fund"]].add(row["area"] or ALL)
    accounts = {}
    for fund, named in owners.items():
        rules = {
            area: row for area, rows in in_force.items() for row in rows if row["fund"] == fund
        }
        for owner in [*(area for area in instance.areas if area in named), *({ALL} & named)]:
            users = {a: row for a, row in rules.items() if owner in (ALL, a)}
            if users:
                first = next(iter(users.values()))
                tiers = {
                    area: TIERS if row["tiers"] == ALL else row["tiers"]
                    for area, row in users.items()
                }
                accounts[fund, owner] = Fund(tiers, first["window_only"], first["carry_forward"])
    return accounts


def budgets_of(
    instance: Instance, accounts: Mapping[FundOwner, Fund]
) -> dict[tuple[str, str, int], float]:
    """£ of each fund by owner and year; nothing in a year that its budget does not list."""
    listed = {
        (row["fund"], row["area"] or ALL, row["year"]): row["amount"]
        for row in instance.tables["budgets"]
    }
    return {
        (fund, owner, year): listed.get((fund, owner, year), 0.0)
        for fund, owner in accounts
        for year in instance.horizon
    }


def limits_of(instance: Instance) -> tuple[dict[Any, float], dict[Any, float]]:
    """Floors and ceilings by owner, item and year; where two rows meet, both hold."""
    floors: dict[tuple[str, str, int], float] = {}
    ceilings: dict[tuple[str, str, int], float] = {}
    for row in instance.tables["limits"]:
        years = instance.horizon if row["year"] is None else (row["year"],)
        for year in years:
            key = (row["area"] or ALL, row["item"], year)
            if row["minimum"] is not None:
                floors[key] = max(row["minimum"], floors.get(key, 0.0))
            if row["maximum"] is not None:
                ceilings[key] = min(row["maximum"], ceilings.get(key, math.inf))
    return floors, ceilings


def targets_of(instance: Instance) -> dict[tuple[str, int], float]:
    """Most children in care at a year's end, by owner and year that a target holds."""
    listed: dict[str, dict[int, float]] = defaultdict(dict)
    for row in instance.tables["targets"]:
        listed[row["area"] or ALL][row["year"]] = target_children(instance, row)
    return {
        (owner, year): value
        for owner, by_year in listed.items()
        for year, value in held(by_year, instance.horizon, math.inf).items()
        if value < math.inf
    }


def prices_of(instance: Instance, items: Iterable[tuple[str, str]]) -> YearRows:
    """Price index by area, item and year; an item's own rows take the place of those of `all`."""
    listed: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for area, rows in area_rows(instance, "prices").items():
        for row in rows:
            listed[area, row["item"]][row["year"]] = row["index"]
    filled = {}
    for area, item in items:
        own = listed.get((area, item)) or listed.get((area, ALL), {})
        filled[area, item] = [*held(own, instance.horizon, 1.0).values()]
    return YearRows(instance.horizon, filled)


def inflation_of(instance: Instance) -> dict[tuple[str, int], float]:
    """£ in cash for one at the price base, by area and year; empty where no series is given."""
    if not instance.tables["inflation"]:
        return {}
    cash: dict[tuple[str, int], float] = {}
    for area, rows in area_rows(instance, "inflation").items():
        listed = {row["year"]: row["index"] for row in rows}
        years = range(min([*listed, instance.first_year]), instance.last_year + 1)
        index = held(listed, years, 1.0)
        cash |= {(area, year): index[year] for year in instance.horizon}
    return cash

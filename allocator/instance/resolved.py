"""An instance's tables by area and year, every default filled in.

Plain dictionaries keyed by tuples, in the units of the instance (pounds, children,
cases per year, per year).  The linear program and the simulator both start from
these, and share nothing after them.  Section 2 of the specification is the source.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocator.instance.demand import Demand, arriving, demand_factors, following
from allocator.instance.records import (
    Account,
    Amount,
    AreaRole,
    AreaService,
    AreaState,
    Benefit,
    Effect,
    Fund,
    Practice,
    Role,
    Service,
    State,
    Support,
    Workload,
)
from allocator.instance.schema import ALL, EXIT, TABLES, TIERS

if TYPE_CHECKING:
    from allocator.instance.instance import Instance, Row

PER = 10_000  # children, of whom councils quote so many in care


@dataclass(frozen=True)
class Resolved:
    """See the module.  Years in the keys run over the horizon; ``exit`` may stand for ``to``."""

    states: Mapping[AreaState, State]
    rates: Mapping[tuple[str, str, str, int], float]  # area, from, to, year -> per child-year
    avoidable: Mapping[tuple[str, str, str, int], float]  # the same with from = to for staying
    arrivals: Mapping[tuple[str, str, int], float]  # area, state, year -> children per year
    services: Mapping[AreaService, Service]
    effects: Mapping[Effect, Mapping[int, float]]  # -> lag in years -> moves averted per case
    bands: Mapping[
        AreaService, tuple[tuple[float, float], ...]
    ]  # widths (of coverage), multipliers
    accounts: Mapping[Account, Fund]
    budgets: Mapping[tuple[str, str, int], float]  # fund, owner, year -> £
    floors: Mapping[tuple[str, str, int], float]  # owner, item, year -> £
    ceilings: Mapping[tuple[str, str, int], float]
    targets: Mapping[tuple[str, int], float]  # owner, year -> children
    prices: Mapping[tuple[str, str, int], float]  # area, state, service or role, year -> index
    roles: Mapping[AreaRole, Role]
    workloads: Mapping[Workload, float]  # -> children, or cases per year, that one FTE carries
    practices: Mapping[Practice, Support]
    benefits: Mapping[Benefit, Amount]
    optimism: Mapping[tuple[str, str], float]  # area, grade of evidence -> share taken off
    demand: Demand  # area, driver, from, to -> year -> factor, in the rates already

    @classmethod
    def of(cls, instance: Instance) -> Resolved:
        """Resolve an instance that has passed its checks."""
        states = _states(instance)
        services = _services(instance)
        roles = _roles(instance)
        floors, ceilings = _limits(instance)
        accounts = _accounts(instance)
        rates = _by_year(instance, "transitions", "rate", states, lambda r: r["from"] != r["to"])
        arrivals = _arrivals(instance, states)
        demand = demand_factors(instance, lambda table: area_rows(instance, table))
        return cls(
            states=states,
            rates=following(rates, demand),
            avoidable=_by_year(instance, "transitions", "avoidable_share", states),
            arrivals=arriving(arrivals, demand),
            services=services,
            effects=_effects(instance, services),
            bands=_bands(instance, services),
            accounts=accounts,
            budgets=_budgets(instance, accounts),
            floors=floors,
            ceilings=ceilings,
            targets=_targets(instance),
            prices=_prices(instance, [*states, *services, *roles]),
            roles=roles,
            workloads=_workloads(instance, roles, {*states, *services}),
            practices=_practices(instance, roles),
            benefits=_benefits(instance, {*states, *services}),
            optimism={
                (area, row["evidence"]): row["share"]
                for area, rows in area_rows(instance, "optimism").items()
                for row in rows
            },
            demand=demand,
        )


def area_rows(instance: Instance, table: str) -> dict[str, list[Row]]:
    """Rows in force in each area: its own in place of the blank rows with the same key."""
    key = [name for name in TABLES[table].key if name != "area"]
    owned: dict[str | None, dict[tuple[Any, ...], Row]] = defaultdict(dict)
    for row in instance.tables[table]:
        named = tuple(key_value(instance, row, name) for name in key) or (row.number,)
        owned[row["area"]][named] = row
    shared = owned[None]
    return {area: [*(shared | owned.get(area, {})).values()] for area in instance.areas}


def key_value(instance: Instance, row: Row, column: str) -> Any:
    """A key cell with its default: a blank year is the first, a blank `instead` is `from`."""
    if row[column] is None and column == "year" and row.table == "transitions":
        return instance.first_year
    if row[column] is None and column == "instead":
        return row["from"]
    return row[column]


def held(listed: Mapping[int, float], years: Iterable[int], before: float) -> dict[int, float]:
    """A value for every year: the last listed year's, or ``before`` where none is listed yet."""
    value, filled = before, {}
    for year in years:
        value = listed.get(year, value)
        filled[year] = value
    return filled


def _states(instance: Instance) -> dict[AreaState, State]:
    return {
        (area, row["state"]): State(
            row["tier"],
            row["in_care"],
            row["opening"],
            row["unit_cost"],
            row["cashable_share"],
            row["release_per_year"],
        )
        for area, rows in area_rows(instance, "states").items()
        for row in rows
    }


def _services(instance: Instance) -> dict[AreaService, Service]:
    return {
        (area, row["service"]): Service(
            row["tier"],
            row["from"],
            row["unit_cost"],
            row["baseline"],
            _unlimited(row["coverage"]),
            _unlimited(row["growth_per_year"]),
            row["release_per_year"],
            row["setup_cost"],
            row["exit_cost"],
            row["minimum"],
            _unlimited(row["maximum"]),
            row["first_year"] or instance.first_year,
        )
        for area, rows in area_rows(instance, "services").items()
        for row in rows
    }


def _unlimited(value: float | None) -> float:
    return math.inf if value is None else value


def _roles(instance: Instance) -> dict[AreaRole, Role]:
    return {
        (area, row["role"]): Role(
            row["tier"],
            row["opening"],
            row["unit_cost"],
            row["leaving_rate"],
            _unlimited(row["hires_per_year"]),
            row["hire_cost"],
            row["exit_cost"],
            row["training_years"],
            row["agency_cost"],
            row["agency_share"],
            row["agency_opening"],
        )
        for area, rows in area_rows(instance, "roles").items()
        for row in rows
    }


def _workloads(
    instance: Instance, roles: Container[AreaRole], items: Container[tuple[str, str]]
) -> dict[Workload, float]:
    return {
        (area, row["role"], row["item"]): row["caseload"]
        for area, rows in area_rows(instance, "workloads").items()
        for row in rows
        if (area, row["role"]) in roles and (area, row["item"]) in items
    }


def _practices(instance: Instance, roles: Container[AreaRole]) -> dict[Practice, Support]:
    return {
        (area, row["practice"], row["role"]): Support(
            row["unit_cost"], row["time"], row["share"], _unlimited(row["growth_per_year"])
        )
        for area, rows in area_rows(instance, "practices").items()
        for row in rows
        if (area, row["role"]) in roles
    }


def _by_year(
    instance: Instance,
    table: str,
    column: str,
    states: Mapping[AreaState, State],
    wanted: Callable[[Row], bool] = lambda row: True,
) -> dict[tuple[str, str, str, int], float]:
    """A column of ``transitions`` for every year, for moves between states that the area has."""
    filled = {}
    for area, rows in area_rows(instance, table).items():
        listed: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
        for row in filter(wanted, rows):
            move = (row["from"], row["to"])
            if all(end == EXIT or (area, end) in states for end in move):
                listed[move][key_value(instance, row, "year")] = row[column]
        for (i, j), by_year in listed.items():
            for year, value in held(by_year, instance.horizon, 0.0).items():
                filled[area, i, j, year] = value
    return filled


def _arrivals(
    instance: Instance, states: Mapping[AreaState, State]
) -> dict[tuple[str, str, int], float]:
    filled = {}
    for area, rows in area_rows(instance, "arrivals").items():
        listed: dict[str, dict[int, float]] = defaultdict(dict)
        for row in rows:
            if (area, row["state"]) in states:
                listed[row["state"]][row["year"]] = row["children"]
        for state, by_year in listed.items():
            for year, value in held(by_year, instance.horizon, 0.0).items():
                filled[area, state, year] = value
    return filled


def _effects(
    instance: Instance, services: Mapping[AreaService, Service]
) -> dict[Effect, dict[int, float]]:
    effects: dict[Effect, dict[int, float]] = defaultdict(dict)
    for area, rows in area_rows(instance, "effects").items():
        for row in rows:
            if (area, row["service"]) in services:
                instead = key_value(instance, row, "instead")
                effect = (area, row["service"], row["from"], row["to"], instead)
                effects[effect][row["lag_years"]] = row["effect"]
    return dict(effects)


def _bands(
    instance: Instance, services: Mapping[AreaService, Service]
) -> dict[AreaService, tuple[tuple[float, float], ...]]:
    bands: dict[AreaService, tuple[tuple[float, float], ...]] = {}
    for (area, service), rows in band_rows(instance).items():
        if (area, service) in services:
            points = sorted((row["up_to"], row["multiplier"]) for row in rows)
            starts = [0.0, *(up_to for up_to, _ in points)]
            bands[area, service] = tuple(
                (up_to - start, multiplier)
                for start, (up_to, multiplier) in zip(starts, points, strict=False)
            )
    return bands


def band_rows(instance: Instance) -> dict[AreaService, list[Row]]:
    """Rows of ``returns`` by area and service.

    The bands of a service are one curve: an area's own bands take the place of all the
    blank-area bands of that service, since half of one curve and half of another is neither.
    """
    curves: dict[tuple[str | None, str], list[Row]] = defaultdict(list)
    for row in instance.tables["returns"]:
        curves[row["area"], row["service"]].append(row)
    named = dict.fromkeys(service for _, service in curves)
    return {
        (area, service): curves.get((area, service)) or curves[None, service]
        for area in instance.areas
        for service in named
        if (area, service) in curves or (None, service) in curves
    }


def _accounts(instance: Instance) -> dict[Account, Fund]:
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


def _budgets(
    instance: Instance, accounts: Mapping[Account, Fund]
) -> dict[tuple[str, str, int], float]:
    listed = {
        (row["fund"], row["area"] or ALL, row["year"]): row["amount"]
        for row in instance.tables["budgets"]
    }
    return {
        (fund, owner, year): listed.get((fund, owner, year), 0.0)
        for fund, owner in accounts
        for year in instance.horizon
    }


def _limits(instance: Instance) -> tuple[dict[Any, float], dict[Any, float]]:
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


def _targets(instance: Instance) -> dict[tuple[str, int], float]:
    listed: dict[str, dict[int, float]] = defaultdict(dict)
    for row in instance.tables["targets"]:
        listed[row["area"] or ALL][row["year"]] = target_children(instance, row)
    return {
        (owner, year): value
        for owner, by_year in listed.items()
        for year, value in held(by_year, instance.horizon, math.inf).items()
        if value < math.inf
    }


def table_of(instance: Instance, item: str) -> str:
    """The table that defines an item of prices, limits, workloads or benefits."""
    kinds = {"states": "state", "roles": "role"}
    for table, kind in kinds.items():
        if any(row[kind] == item for row in instance.tables[table]):
            return table
    return "services"


def target_children(instance: Instance, row: Row) -> float:
    """Most children in care that a row of ``targets`` allows; NaN where it does not say."""
    if row["children"] is not None:
        return float(row["children"])
    there = population(instance, row["area"] or ALL)
    rate = row["per_10000"]
    return math.nan if rate is None or there is None else float(rate) * there / PER


def population(instance: Instance, owner: str) -> float | None:
    """Children aged 0-17 of an owner's areas; None where the table ``areas`` lacks one."""
    listed = [row["children"] for row in instance.tables["areas"] if owner in (ALL, row["area"])]
    known = [children for children in listed if children is not None]
    return sum(known) if known and len(known) == len(listed) else None


def _benefits(instance: Instance, items: Container[tuple[str, str]]) -> dict[Benefit, Amount]:
    return {
        (area, row["item"], row["to_whom"], row["kind"], row["lag_years"]): Amount(
            row["amount"],
            row["amount"] if row["low"] is None else row["low"],
            row["amount"] if row["high"] is None else row["high"],
            row["evidence"] or "",
        )
        for area, rows in area_rows(instance, "benefits").items()
        for row in rows
        if (area, row["item"]) in items
    }


def _prices(
    instance: Instance, items: Iterable[tuple[str, str]]
) -> dict[tuple[str, str, int], float]:
    listed: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for area, rows in area_rows(instance, "prices").items():
        for row in rows:
            listed[area, row["item"]][row["year"]] = row["index"]
    filled = {}
    for area, item in items:
        own = listed.get((area, item)) or listed.get((area, ALL), {})
        for year, value in held(own, instance.horizon, 1.0).items():
            filled[area, item, year] = value
    return filled

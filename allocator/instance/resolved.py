"""An instance's tables by area and year, every default filled in.

Plain dictionaries keyed by tuples, in the units of the instance (pounds, children,
cases per year, per year).  The linear program and the simulator both start from
these, and share nothing after them.  Section 2 of the specification is the source.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocator.instance.demand import Demand, arriving, demand_factors, following
from allocator.instance.records import (
    Amount,
    AreaRole,
    AreaService,
    AreaState,
    Benefit,
    Effect,
    Fund,
    FundOwner,
    Practice,
    Role,
    Service,
    State,
    Support,
    Workload,
)
from allocator.instance.resolved_money import (
    accounts_of,
    budgets_of,
    inflation_of,
    limits_of,
    prices_of,
    targets_of,
)
from allocator.instance.rows import area_rows, band_rows, held, key_value
from allocator.instance.schema import EXIT
from allocator.instance.year_rows import YearRows

if TYPE_CHECKING:
    from allocator.instance.instance import Instance, Row


@dataclass(frozen=True)
class Resolved:
    """See the module.  Years in the keys run over the horizon; ``exit`` may stand for ``to``."""

    states: Mapping[AreaState, State]
    rates: YearRows  # area, from, to, year -> per child-year
    avoidable: YearRows  # the same with from = to for staying
    arrivals: YearRows  # area, state, year -> children per year
    services: Mapping[AreaService, Service]
    effects: Mapping[Effect, Mapping[int, float]]  # -> lag in years -> moves averted per case
    bands: Mapping[
        AreaService, tuple[tuple[float, float], ...]
    ]  # widths (of coverage), multipliers
    accounts: Mapping[FundOwner, Fund]
    budgets: Mapping[tuple[str, str, int], float]  # fund, owner, year -> £
    floors: Mapping[tuple[str, str, int], float]  # owner, item, year -> £
    ceilings: Mapping[tuple[str, str, int], float]
    targets: Mapping[tuple[str, int], float]  # owner, year -> children
    prices: YearRows  # area, state, service or role, year -> index
    roles: Mapping[AreaRole, Role]
    workloads: Mapping[Workload, float]  # -> children, or cases per year, that one FTE carries
    practices: Mapping[Practice, Support]
    benefits: Mapping[Benefit, Amount]
    inflation: Mapping[tuple[str, int], float]  # area, year -> £ of cash for one of the base
    optimism: Mapping[tuple[str, str], float]  # area, grade of evidence -> share taken off
    demand: Demand  # area, driver, from, to -> year -> factor, in the rates already

    @classmethod
    def of(cls, instance: Instance) -> Resolved:
        """Resolve an instance that has passed its checks."""
        states = _states(instance)
        services = _services(instance)
        roles = _roles(instance)
        floors, ceilings = limits_of(instance)
        accounts = accounts_of(instance)
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
            budgets=budgets_of(instance, accounts),
            floors=floors,
            ceilings=ceilings,
            targets=targets_of(instance),
            prices=prices_of(instance, [*states, *services, *roles]),
            roles=roles,
            workloads=_workloads(instance, roles, {*states, *services}),
            practices=_practices(instance, roles),
            benefits=_benefits(instance, {*states, *services}),
            inflation=inflation_of(instance),
            optimism={
                (area, row["evidence"]): row["share"]
                for area, rows in area_rows(instance, "optimism").items()
                for row in rows
            },
            demand=demand,
        )


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
) -> YearRows:
    """A column of ``transitions`` for every year, for moves between states that the area has."""
    filled = {}
    for area, rows in area_rows(instance, table).items():
        listed: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
        for row in filter(wanted, rows):
            move = (row["from"], row["to"])
            if all(end == EXIT or (area, end) in states for end in move):
                listed[move][key_value(instance, row, "year")] = row[column]
        for (i, j), by_year in listed.items():
            filled[area, i, j] = [*held(by_year, instance.horizon, 0.0).values()]
    return YearRows(instance.horizon, filled)


def _arrivals(instance: Instance, states: Mapping[AreaState, State]) -> YearRows:
    filled = {}
    for area, rows in area_rows(instance, "arrivals").items():
        listed: dict[str, dict[int, float]] = defaultdict(dict)
        for row in rows:
            if (area, row["state"]) in states:
                listed[row["state"]][row["year"]] = row["children"]
        for state, by_year in listed.items():
            filled[area, state] = [*held(by_year, instance.horizon, 0.0).values()]
    return YearRows(instance.horizon, filled)


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

"""Spend as functions of a program's columns, and today's spend beside it."""

from __future__ import annotations

import numpy as np

from allocator.instance import Instance
from allocator.instance.schema import TIERS
from allocator.program.matrix import Floats
from allocator.program.program import POUNDS, LinearProgram
from allocator.simulate import Simulator, baseline
from allocator.vocabulary import LEVEL, SPEND


def service_names(instance: Instance) -> list[str]:
    """Services in order, each once however many areas have it."""
    return list(dict.fromkeys(service for _, service in instance.resolved.services))


def service_weights(
    instance: Instance, program: LinearProgram, service: str, year: int | None
) -> Floats:
    """Coefficients, by column, of a service's spend (£m) in a year or in all, areas together."""
    weights, data = np.zeros(program.shape[1]), instance.resolved
    length = 1 / instance.periods_per_year
    for (area, name), rules in data.services.items():
        for period in _periods(instance, year) if name == service else ():
            index = data.prices[area, name, _year(instance, period)] / POUNDS
            for family, cost in (
                ("level", rules.unit_cost * length),
                ("expansion", rules.setup_cost),
                ("contraction", rules.exit_cost),
            ):
                weights[program.columns[family].positions[area, name, period]] = cost * index
    return weights


def case_weights(instance: Instance, program: LinearProgram, service: str) -> Floats:
    """Coefficients of a service's cases in all years, areas together."""
    weights, length = np.zeros(program.shape[1]), 1 / instance.periods_per_year
    for (_, name, period), at in program.columns[LEVEL].positions.items():
        if name == service and 1 <= period <= instance.number_of_periods:
            weights[at] = length
    return weights


def tier_weights(program: LinearProgram, tier: str | None, year: int | None) -> Floats:
    """Coefficients of a tier's spend (£m), or of all, in a year or in all, areas together."""
    weights = np.zeros(program.shape[1])
    for (_, of, when), at in program.columns[SPEND].positions.items():
        if tier in (None, of) and year in (None, when):
            weights[at] = 1.0
    return weights


def today(instance: Instance) -> dict[tuple[str, int], float]:
    """Baseline spend (£) by service and year and by tier and year, at each year's prices."""
    run = Simulator(instance)
    still = np.tile(run.service_values("baseline"), (instance.number_of_periods, 1))
    services = run.service_spend(still, still * 0.0, still * 0.0)
    unchanged = baseline(instance).spend
    spend: dict[tuple[str, int], float] = {}
    for n, year in enumerate(instance.horizon):
        for column, (_, service) in enumerate(run.services):
            spend[service, year] = spend.get((service, year), 0.0) + float(services[n, column])
        for tier in TIERS:
            spend[tier, year] = sum(float(unchanged[area, tier][n]) for area in instance.areas)
    return spend


def _periods(instance: Instance, year: int | None) -> range:
    each = instance.periods_per_year
    if year is None:
        return range(1, instance.number_of_periods + 1)
    before = (year - instance.first_year) * each
    return range(before + 1, before + each + 1)


def _year(instance: Instance, period: int) -> int:
    return instance.first_year + (period - 1) // instance.periods_per_year

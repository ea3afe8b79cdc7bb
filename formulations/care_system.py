"""All that every question has in common: children, services, places and money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from formulations import (
    benefits,
    double_investment,
    effects,
    horizon,
    money,
    objective,
    places,
    population,
    rates,
    services,
    shortfall,
    staff,
    target,
)
from formulations.modelling import pyo

if TYPE_CHECKING:
    from allocator.instance import Instance


def care_system(
    instance: Instance, *, may_miss: bool = True, served_apart: bool = False
) -> pyo.AbstractModel:
    """Sets, parameters, variables and the constraints of MODEL.md 3.1 to 3.9, 3.12; no objective.

    Without ``may_miss`` funds hold, whatever the instance charges for a shortfall.
    """
    m = pyo.AbstractModel(name=instance.name)
    for topic in (
        horizon,
        rates,
        population,
        services,
        effects,
        places,
        money,
        staff,
        double_investment,
        target,
        benefits,
        objective,
    ):
        topic.declare(m, instance)
    shortfall.declare(m, instance, allowed=may_miss)
    if served_apart:
        services.declare_served(m)

    m.children_opening = pyo.Constraint(m.STATES, rule=population.children_opening, doc="children")
    m.children_balance = pyo.Constraint(
        m.STATES, m.PERIODS, rule=population.children_balance, doc="children"
    )

    m.diverted_by_service = pyo.Constraint(
        m.HELPFUL_DIVERSIONS, rule=effects.diverted_by_service, doc="children"
    )
    m.harm_by_service = pyo.Constraint(
        m.HARMFUL_DIVERSIONS, rule=effects.harm_by_service, doc="children"
    )
    m.avoidable_limited = pyo.Constraint(
        m.AVOIDABLE_MOVES, m.PERIODS, rule=effects.avoidable_limited, doc="children"
    )
    m.avoidable_limited_late = pyo.Constraint(
        m.LATE_MOVES, rule=effects.avoidable_limited_late, doc="children"
    )
    m.harm_limited_late = pyo.Constraint(
        m.LATE_HARMS, rule=effects.harm_limited_late, doc="children"
    )
    m.level_held = pyo.Constraint(m.HELD_LEVELS, rule=services.level_held, doc="cases per year")
    m.level_at_least = pyo.Constraint(
        m.LEAST_LEVELS, rule=services.level_at_least, doc="cases per year"
    )
    m.level_at_most = pyo.Constraint(
        m.MOST_LEVELS, rule=services.level_at_most, doc="cases per year"
    )
    m.level_change = pyo.Constraint(
        m.SERVICES, m.PERIODS, rule=services.level_change, doc="cases per year"
    )
    m.growth_limited = pyo.Constraint(
        m.GROWING_SERVICES, m.PERIODS, rule=services.growth_limited, doc="cases per year"
    )
    m.release_limited = pyo.Constraint(
        m.SERVICES, m.PERIODS, rule=services.release_limited, doc="cases per year"
    )
    m.coverage_limited = pyo.Constraint(
        m.COVERED_SERVICES, m.PERIODS, rule=services.coverage_limited, doc="cases per year"
    )
    m.bands_filled = pyo.Constraint(
        m.BANDED_SERVICES, m.PERIODS, rule=services.bands_filled, doc="cases per year"
    )
    m.bands_held = pyo.Constraint(
        m.BANDS, m.PERIODS_AROUND, rule=services.bands_held, doc="cases per year"
    )
    m.band_limited = pyo.Constraint(
        m.BANDS, m.PERIODS, rule=services.band_limited, doc="cases per year"
    )

    m.places_opening = pyo.Constraint(m.STATES, rule=places.places_opening, doc="children")
    m.places_needed = pyo.Constraint(m.STATES, m.PERIODS, rule=places.places_needed, doc="children")
    m.places_kept = pyo.Constraint(
        m.HELD_STATES, m.PERIODS, rule=places.places_kept, doc="children"
    )

    m.staff_in_post_at_start = pyo.Constraint(m.ROLES, rule=staff.staff_in_post_at_start, doc="FTE")
    m.staff_change = pyo.Constraint(m.ROLES, m.PERIODS, rule=staff.staff_change, doc="FTE")
    m.hiring_limited = pyo.Constraint(
        m.CAPPED_ROLES, m.PERIODS, rule=staff.hiring_limited, doc="FTE"
    )
    m.agency_limited = pyo.Constraint(
        m.AGENCY_ROLES, m.PERIODS, rule=staff.agency_limited, doc="FTE"
    )
    m.support_at_start = pyo.Constraint(m.PRACTICES, rule=staff.support_at_start, doc="FTE")
    m.support_limited = pyo.Constraint(
        m.PRACTICES, m.PERIODS, rule=staff.support_limited, doc="FTE"
    )
    m.support_growth_limited = pyo.Constraint(
        m.GROWING_PRACTICES, m.PERIODS, rule=staff.support_growth_limited, doc="FTE"
    )
    m.work_fits = pyo.Constraint(m.WORKING_ROLES, m.PERIODS, rule=staff.work_fits, doc="FTE")

    m.tier_spend = pyo.Constraint(m.AREAS, m.TIERS, m.YEARS, rule=money.tier_spend, doc="£m")
    m.spend_funded = pyo.Constraint(m.AREAS, m.TIERS, m.YEARS, rule=money.spend_funded, doc="£m")
    m.fund_opening = pyo.Constraint(m.ACCOUNTS, m.YEAR_BEFORE, rule=money.fund_opening, doc="£m")
    m.fund_balance = pyo.Constraint(m.ACCOUNTS, m.YEARS, rule=money.fund_balance, doc="£m")
    m.spend_floor = pyo.Constraint(m.FLOORS, rule=money.spend_floor, doc="£m")
    m.spend_ceiling = pyo.Constraint(m.CEILINGS, rule=money.spend_ceiling, doc="£m")

    m.window_only = pyo.Constraint(
        m.WINDOW_DRAWS, m.YEARS, rule=double_investment.window_only, doc="£m"
    )
    m.statutory_protected = pyo.Constraint(
        m.PROTECTED_YEARS, rule=double_investment.statutory_protected, doc="£m"
    )
    m.prevention_uplifted = pyo.Constraint(
        m.UPLIFTED_YEARS, rule=double_investment.prevention_uplifted, doc="£m"
    )
    m.savings_reinvested = pyo.Constraint(
        m.REINVESTING_YEARS, rule=double_investment.savings_reinvested, doc="£m"
    )
    return m

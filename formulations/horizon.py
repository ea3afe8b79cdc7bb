"""Periods and years.  MODEL.md 3, sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from formulations.modelling import pyo

if TYPE_CHECKING:
    from allocator.instance import Instance


def declare(m: pyo.AbstractModel, instance: Instance) -> None:
    """Sets ``YEARS``, ``PERIODS`` (1..H), ``PERIODS_OF`` a year, ``AREAS``; 0 is the opening."""
    per_year, last = instance.periods_per_year, instance.number_of_periods
    m.YEARS = pyo.Set(initialize=list(instance.horizon))
    m.PERIODS = pyo.Set(initialize=range(1, last + 1))
    m.PERIODS_AND_OPENING = pyo.Set(initialize=range(last + 1))
    m.PERIODS_OF = pyo.Set(
        m.YEARS,
        initialize={
            y: range(n * per_year + 1, (n + 1) * per_year + 1)
            for n, y in enumerate(instance.horizon)
        },
        dimen=1,
    )
    m.END = pyo.Set(initialize=[last])
    m.AREAS = pyo.Set(initialize=list(instance.areas))
    m.period_length = pyo.Param(initialize=1 / per_year, doc="years")
    m.year_of = pyo.Param(
        m.PERIODS,
        initialize={t: year_of(instance, t) for t in range(1, last + 1)},
        doc="year of the period",
    )
    m.last_period_of = pyo.Param(
        m.YEARS,
        initialize={y: (n + 1) * per_year for n, y in enumerate(instance.horizon)},
        doc="period",
    )


def year_of(instance: Instance, t: int) -> int:
    """Year of period t; the closing year for periods after the horizon."""
    return min(instance.first_year + (t - 1) // instance.periods_per_year, instance.last_year)

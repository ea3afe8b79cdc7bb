"""What an instance's tables come to, one record a thing, and the keys by which each is found.

In the units of the instance: pounds, children, cases per year, per year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

AreaState = tuple[str, str]
AreaService = tuple[str, str]
Effect = tuple[str, str, str, str, str]  # area, service, from, to, instead

AreaRole = tuple[str, str]
Practice = tuple[str, str, str]  # area, practice, role
Workload = tuple[str, str, str]  # area, role, state or service
Benefit = tuple[str, str, str, str, int]  # area, state or service, to whom, kind, lag in years
FundOwner = tuple[str, str]  # fund and owner: an area, or `all` for a balance shared by all


@dataclass(frozen=True, slots=True)
class State:
    """A group of children in an area."""

    tier: str
    in_care: bool
    opening: float
    unit_cost: float
    cashable_share: float
    release_per_year: float


@dataclass(frozen=True, slots=True)
class Service:
    """A service in an area; limits that are not given are infinite."""

    tier: str
    serves: str
    unit_cost: float
    baseline: float
    coverage: float
    growth_per_year: float
    release_per_year: float
    setup_cost: float
    exit_cost: float
    minimum: float
    maximum: float
    first_year: int


@dataclass(frozen=True, slots=True)
class Role:
    """A kind of staff in an area; ``agency_cost`` is None where there is no agency."""

    tier: str
    opening: float
    unit_cost: float
    leaving_rate: float
    hires_per_year: float
    hire_cost: float
    exit_cost: float
    training_years: float
    agency_cost: float | None
    agency_share: float
    agency_opening: float


@dataclass(frozen=True, slots=True)
class Support:
    """A practice that buys time for a role in an area."""

    unit_cost: float
    time: float
    share: float
    growth_per_year: float


@dataclass(frozen=True, slots=True)
class Fund:
    """A fund's rules for one of its accounts."""

    tiers: Mapping[str, tuple[str, ...]]  # area -> tiers it may pay for there
    window_only: bool
    carry_forward: float


@dataclass(frozen=True, slots=True)
class Amount:
    """£ of good done to others by a case or a child-year, its range, and the evidence's grade."""

    value: float
    low: float
    high: float
    evidence: str

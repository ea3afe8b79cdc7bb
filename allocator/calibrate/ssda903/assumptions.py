"""What returns do not tell, as assumptions to be edited: costs, children in need, services.

Figures that are published carry their source; the word ``assumption`` marks the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from allocator.calibrate.ssda903.settings import Category

WEEKS: Final = 365.25 / 7  # in a year
PRICE_BASE: Final = "2024-25"
_LAIT: Final = "DfE LAIT, weekly unit costs 2024-25, England"
_EDIT: Final = "assumption: put your own in its place"


@dataclass(frozen=True)
class Cost:
    """What a placement costs: £ a week, and how much of it can be saved how fast."""

    week: float
    cashable: float
    release: float
    source: str


# By the first placement code of a category and whether it is bought from others.
_FOSTERING: Final = Cost(765, 0.8, 0.3, f"{_LAIT}: fostering")
_COSTS: Final = {
    "own": Cost(580, 0.5, 0.15, f"{_LAIT}; assumption: the split of 2018-19, £456 in-house and "
                "£710 agency a week, raised as all fostering was"),
    "bought": Cost(905, 0.9, 0.5, f"{_LAIT}; assumption: the split of 2018-19, £456 in-house and "
                   "£710 agency a week, raised as all fostering was"),
    "U": _FOSTERING,
    "K": Cost(7385, 0.85, 0.2, f"{_LAIT}: residential"),
    "R": Cost(7385, 0.85, 0.2, f"{_LAIT}: residential"),
    "S": Cost(7385, 0.85, 0.2, f"{_LAIT}: residential"),
    "H": Cost(1200, 0.8, 0.4, "assumption: £1,200 a week"),
    "P": Cost(250, 0.5, 0.3, "assumption: £250 a week, of which £170 social work (DfE LAIT)"),
    "": Cost(765, 0.6, 0.3, f"{_LAIT}: fostering, taken for these (assumption)"),
}  # fmt: skip


def cost_of(category: Category) -> Cost:
    """The cost of a category: the configuration's, else an assumption by its placements."""
    providers = set(category.providers)
    kind = category.places[0][0] if category.places else ""
    if kind == "U" and providers:
        kind = "own" if "PR1" in providers else "bought"
    usual = _COSTS.get(kind, _COSTS[""])
    given = category.unit_cost is not None
    return Cost(
        (category.unit_cost or 0.0) / WEEKS if given else usual.week,
        usual.cashable if category.cashable_share is None else category.cashable_share,
        usual.release if category.release_per_year is None else category.release_per_year,
        (category.source or "the configuration") if given else f"{usual.source}; {_EDIT}",
    )


# Children in need.  England, year ending March 2025: 402,400 in need, 81,770 of them in care;
# 32,270 entered care.
NEED_PER_ENTRY: Final = (402_400 - 81_770) / 32_270
NEED_SOURCE: Final = (
    "assumption: England's children in need outside care per entry, year ending March 2025 "
    "(DfE: 402,400 in need, 81,770 in care, 32,270 entered)"
)
NEED_WEEK: Final = 170.0  # £
NEED_COST: Final = f"{_LAIT}: social work per child in need"
NEED_LEAVING: Final = 1.0  # per child-year
AVOIDABLE: Final = 0.39
AVOIDABLE_SOURCE: Final = "avoidable share: County Councils Network and Newton 2021, up to 39%"
RETURNABLE: Final = 0.02  # of children who stay, in a period


@dataclass(frozen=True)
class Service:
    """A programme for children in need, or (``home``) one that helps children home from care.

    ``unit_cost``, ``setup`` and ``ending`` are £ a case; ``running``, ``coverage`` and ``growth``
    are cases a year per child that it may serve; effects are moves averted a case.
    """

    name: str
    label: str
    tier: str
    home: bool
    unit_cost: float
    running: float
    coverage: float
    growth: float
    setup: float
    ending: float
    lag: int
    effect: float
    low: float
    high: float
    grade: str
    source: str
    cost_source: str


SERVICES: Final = (
    Service("family_support", "Targeted family support", "early_help", False, 2300, 0.25, 0.6,
            0.05, 300, 150, 1, 0.0026, 0.0, 0.008, "weak: matched comparison, no interval",
            "Supporting Families evaluation 2019, matched comparison: 32% fewer looked after",
            "about £2.3k grant a family under Supporting Families"),
    Service("family_group_conference", "Family group conference", "edge_of_care", False, 1500,
            0.01, 0.06, 0.02, 600, 100, 0, 0.086, 0.038, 0.134, "strong: randomised trial",
            "Foundations and Coram 2023, randomised trial: 44.8% to 36.2% in care at 12 months; "
            "interval from the size of the trial with a design effect of 1.6 (assumption)",
            "assumption: no published cost"),
    Service("intensive_family_work", "Intensive family work", "edge_of_care", False, 8200,
            0.01, 0.05, 0.02, 2500, 1500, 0, 0.0965, 0.0, 0.125,
            "moderate: meta-analysis, mostly American; English trial found no benefit",
            "Bezeczky et al 2020, relative risk 0.60 (0.48-0.76) at 12 months, on entry of 24% of "
            "those at the edge of care (assumption)",
            "Essex social impact bond: £3.1m for 380 young people"),
    Service("reunification", "Supported return home", "edge_of_care", True, 7857, 0.03, 0.12,
            0.03, 1500, 700, 0, 0.136, 0.0, 0.272, "none: assumption",
            "assumption: half of 34% (returns not explored, County Councils Network and Newton "
            "2021) x 80% (returns that hold for a year, NSPCC and Sussex 2024)",
            "NSPCC and University of Sussex 2024, per family"),
)  # fmt: skip


def shares(weights: Sequence[float]) -> list[float]:
    """The weights as shares of their sum; all 0 if that is 0."""
    total = sum(weights)
    return [weight / total if total else 0.0 for weight in weights]

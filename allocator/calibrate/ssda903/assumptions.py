"""What returns do not tell, as assumptions to be edited: costs, children in need, services.

Figures that are published carry their source; the word ``assumption`` marks the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from allocator.calibrate.published.evidence import STARTER, read_evidence
from allocator.calibrate.published.services import SERVICES
from allocator.calibrate.ssda903.settings import Category

WEEKS: Final = 365.25 / 7  # in a year
PRICE_BASE: Final = "2024-25"
_LAIT: Final = "DfE LAIT, weekly unit costs 2024-25, England"
_EDIT: Final = "assumption: put your own in its place"


@dataclass(frozen=True)
class PlacementCost:
    """What a placement costs: £ a week, and how much of it can be saved how fast."""

    week: float
    cashable: float
    release: float
    source: str


# By the first placement code of a category and whether it is bought from others.
_FOSTERING: Final = PlacementCost(765, 0.8, 0.3, f"{_LAIT}: fostering")
_COSTS: Final = {
    "own": PlacementCost(580, 0.5, 0.15, f"{_LAIT}; assumption: the split of 2018-19, "
        "£456 in-house and £710 agency a week, raised as all fostering was"),
    "bought": PlacementCost(905, 0.9, 0.5, f"{_LAIT}; assumption: the split of 2018-19, "
        "£456 in-house and £710 agency a week, raised as all fostering was"),
    "U": _FOSTERING,
    "K": PlacementCost(7385, 0.85, 0.2, f"{_LAIT}: residential"),
    "R": PlacementCost(7385, 0.85, 0.2, f"{_LAIT}: residential"),
    "S": PlacementCost(7385, 0.85, 0.2, f"{_LAIT}: residential"),
    "H": PlacementCost(1200, 0.8, 0.4, "assumption: £1,200 a week"),
    "P": PlacementCost(250, 0.5, 0.3,
        "assumption: £250 a week, of which £170 social work (DfE LAIT)"),
    "": PlacementCost(765, 0.6, 0.3, f"{_LAIT}: fostering, taken for these (assumption)"),
}  # fmt: skip


def cost_of(category: Category) -> PlacementCost:
    """The cost of a category: the configuration's, else an assumption by its placements."""
    providers = set(category.providers)
    kind = category.places[0][0] if category.places else ""
    if kind == "U" and providers:
        kind = "own" if "PR1" in providers else "bought"
    usual = _COSTS.get(kind, _COSTS[""])
    given = category.unit_cost is not None
    return PlacementCost(
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
RETURNABLE: Final = 0.08  # of the children there, in a year


@dataclass(frozen=True)
class ServiceScale:
    """How much of a service runs and may run: cases a year per child that it may serve.

    ``risk`` is what an effect given as a share of a case's own risk of entering care is of.
    """

    running: float
    coverage: float
    growth: float  # a year
    risk: float = 1.0
    basis: str = ""


LEVELS: Final = {
    "family_support": ServiceScale(0.25, 0.6, 0.05, 0.0083, "of a risk of 0.83% (assumption)"),
    "family_group_conference": ServiceScale(0.01, 0.06, 0.02),
    "intensive_family_work": ServiceScale(0.01, 0.05, 0.02, 0.241, "of a risk of 24% (assumption)"),
    "reunification": ServiceScale(0.03, 0.12, 0.03),
}
HOME: Final = "reunification"  # the service for children in care


def evidence() -> dict[str, dict[str, Any]]:
    """Effect, low, high, grade and source of each service, a case, from the evidence table."""
    rows = {
        row["service"]: row
        for row in read_evidence(
            STARTER, {name: service.serves for name, service in SERVICES.items()}
        )
        if row["basis"] != "elasticity"
    }
    return {
        name: rows[name] | {k: rows[name][k] * level.risk for k in ("effect", "low", "high")}
        for name, level in LEVELS.items()
    }


def shares(weights: Sequence[float]) -> list[float]:
    """The weights as shares of their sum; all 0 if that is 0."""
    total = sum(weights)
    return [weight / total if total else 0.0 for weight in weights]

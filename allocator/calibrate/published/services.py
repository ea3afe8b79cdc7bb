"""The services a council is taken to run: what they cost, at what level, how they may grow.

Levels come from Section 251 lines.  Nobody publishes unit costs of most of them, nor coverage,
growth, set-up or exit costs: they are assumptions, to be edited.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final

from allocator.calibrate.published import england as e
from allocator.calibrate.published.account import PublishedAccount


@dataclass(frozen=True)
class Programme:
    """What holds of a service everywhere."""

    label: str
    tier: str
    serves: str
    unit_cost: float  # £ a case
    release: float
    setup: float
    exit: float
    source: str
    note: str


_OUTTURN: Final = "DfE S251 outturn"
SERVICES: Final = {
    "family_hubs": Programme(
        "Family hubs, early years and youth work", "early_help", e.NEED, 1500, 0.2, 300, 150,
        f"{_OUTTURN} {{year}}; assumption for unit cost, coverage, growth, release, setup and "
        "exit cost and minimum",
        "a case is a child helped for a spell; baseline = Sure Start and early years + young "
        "people lines divided by the unit cost; minimum = baseline, because the plan may not pay "
        "for itself by closing universal help whose other benefits it does not count",
    ),
    "family_support": Programme(
        "Targeted family support", "early_help", e.NEED, 3500, 0.2, 500, 300,
        f"{_OUTTURN} {{year}}; assumption for unit cost, coverage, growth, release, setup and "
        "exit cost and minimum",
        "a case is a child; baseline = 84% of the family support line divided by the unit cost; "
        "minimum = baseline, much of the line being short breaks and direct payments owed to "
        "disabled children",
    ),
    "family_group_conference": Programme(
        "Family group conference before proceedings", "edge_of_care", e.PLAN, 1500, 0.5, 600, 100,
        "LAIT care applications per 10,000, {year}; Foundations and Coram 2023, randomised trial; "
        "assumption for unit cost, baseline, growth, release, setup and exit cost",
        "a case is a child; coverage = children in care applications / 72% issued in the trial's "
        "control group, per child on a plan; baseline a fifth of that; no cost is published",
    ),
    "intensive_family_work": Programme(
        "Intensive family work at the edge of care", "edge_of_care", e.PLAN, 8200, 0.3, 2500, 1500,
        "Essex social impact bond, £3.1m for 380 young people (unit cost); "
        f"{_OUTTURN} {{year}}; assumption for coverage, growth, release, setup and exit cost",
        "baseline = 16% of the family support line, less conferences and reunification, divided "
        "by the unit cost",
    ),
    "reunification": Programme(
        "Supported return home", "edge_of_care", e.FOSTER, 7857, 0.4, 1500, 700,
        "NSPCC and University of Sussex 2024 (unit cost per family); assumption for baseline, "
        "coverage, growth, release, setup and exit cost",
        "baseline 3 cases a year per 100 foster children; coverage 12 per 100",
    ),
}  # fmt: skip
BANDS: Final = {  # up to which share of coverage: multiplier
    "family_group_conference": ((0.6, 1.0), (0.85, 0.7), (1.0, 0.4)),
    "intensive_family_work": ((0.5, 1.0), (0.8, 0.7), (1.0, 0.4)),
    "reunification": ((0.4, 1.0), (0.7, 0.7), (1.0, 0.4)),
}
_ISSUED: Final = 0.72  # care applications per child before proceedings, in the trial


@dataclass(frozen=True)
class CouncilService:
    """A council's own numbers of a service."""

    baseline: float  # cases a year
    coverage: float | None  # cases a year per child in ``from``
    growth: float  # cases a year, a year
    minimum: float | None


def levels(account: PublishedAccount) -> dict[str, CouncilService]:
    """Levels that the Section 251 lines pay for, by service."""
    f, need, plan = account.figures, account.stock[e.NEED], account.stock[e.PLAN]
    foster = account.stock[e.FOSTER]
    hubs = (f["s251_surestart_early_years"] + f["s251_young_people"]) / _cost("family_hubs")
    support = (1 - e.EDGE_OF_CARE) * f["s251_family_support"] / _cost("family_support")
    before = f["care_applications_per10k"] * account.children / 1e4 / _ISSUED
    conferences, returns = before / 5, 0.03 * foster
    edge = e.EDGE_OF_CARE * f["s251_family_support"]
    spent = conferences * _cost("family_group_conference") + returns * _cost("reunification")
    if spent > edge > 0:
        conferences, returns = conferences * edge / spent, returns * edge / spent
        spent = edge
    intensive = max(edge - spent, 0.0) / _cost("intensive_family_work")
    return {
        "family_hubs": CouncilService(hubs, _per(1.4 * hubs, need), 0.05 * hubs, hubs),
        "family_support": CouncilService(
            support, _per(1.5 * support, need), 0.12 * support, support
        ),
        "family_group_conference": CouncilService(
            conferences, _per(max(before, conferences), plan), 0.3 * before, None
        ),
        "intensive_family_work": CouncilService(
            intensive, max(0.6, _per(1.2 * intensive, plan)), 0.15 * plan, None
        ),
        "reunification": CouncilService(returns, 0.12, 0.025 * foster, None),
    }


def service_rows(account: PublishedAccount, year: str) -> Iterator[dict[str, Any]]:
    """Rows of ``services`` for a council."""
    for name, level in levels(account).items():
        what = SERVICES[name]
        filled = account.note(*_LINES[name])
        yield {
            "service": name,
            "label": what.label,
            "tier": what.tier,
            "from": what.serves,
            "unit_cost": what.unit_cost,
            "baseline": round(level.baseline, 1),
            "coverage": None if level.coverage is None else _up(level.coverage),
            "growth_per_year": round(level.growth, 1),
            "release_per_year": what.release,
            "setup_cost": what.setup,
            "exit_cost": what.exit,
            "minimum": None if level.minimum is None else round(level.minimum, 1),
            "source": what.source.format(year=year),
            "note": "; ".join(part for part in (what.note, filled) if part),
        }


def return_rows(services: Collection[str]) -> Iterator[dict[str, Any]]:
    """Rows of ``returns``: diminishing returns, the same everywhere, of the services there are."""
    for name, bands in BANDS.items():
        for up_to, multiplier in bands if name in services else ():
            yield {
                "service": name,
                "up_to": up_to,
                "multiplier": multiplier,
                "source": "assumption",
                "note": "families most likely to gain are reached first; no source gives "
                "diminishing returns",
            }


_LINES: Final = {
    "family_hubs": ("s251_surestart_early_years", "s251_young_people"),
    "family_support": ("s251_family_support",),
    "family_group_conference": ("care_applications_per10k",),
    "intensive_family_work": ("s251_family_support",),
    "reunification": ("foster",),
}


def _cost(service: str) -> float:
    return SERVICES[service].unit_cost


def _per(cases: float, children: float) -> float:
    return cases / children if children > 0 else 0.0


def _up(coverage: float) -> float:
    """Rounded up to a hundredth, so that the opening level stays within it."""
    return -(-coverage * 100 // 1) / 100

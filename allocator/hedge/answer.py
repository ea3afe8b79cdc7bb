"""A hedge: what is settled now, each scenario's own plan after it, and what it is all worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Final

from allocator.audit import Audit
from allocator.explain.answers import Answer
from allocator.hedge.average import AverageFuture
from allocator.hedge.mpi_sppy.bounds import Bounds
from allocator.hedge.origin import Origin, origin_facts
from allocator.hedge.values import WaitAndSee
from allocator.instance import Uncertainty, Window
from allocator.instance.instance import window_facts
from allocator.instance.scenarios import Scenario
from allocator.plan.columns import ANSWERS, AnswerColumns
from allocator.plan.plan import SHORT, Plan
from allocator.plan.ties import AS_GOOD, near_in_cost
from allocator.plan.windows import WindowOutcome
from allocator.program.certificate import Certificate
from allocator.program.program import POUNDS
from allocator.solving.futures import cvar

NO_REGRET: Final = 0.01  # of a level: less than that apart, plans agree on it
MISSED: Final = 1e-4  # children above a target, or £m beyond the funds, from which it is missed
_OF_STAFF: Final = ("hired", "let_go", "supported")  # what is settled of a role


@dataclass(frozen=True)
class Future:
    """What one scenario does: its plan, what it costs with its charges, how short it falls.

    ``cost`` is £ at present value.  ``weight`` is the share of the objective that a pound of its
    cost has: its probability, shifted to the dearest scenarios by the risk weight.  Where several
    are as dear, by as much as the duals of the optimum say.
    """

    scenario: Scenario
    plan: Plan
    cost: float
    weight: float

    @cached_property
    def _short(self) -> dict[str, dict[int, float]]:
        return self.plan.shortfall() or {}

    def _by_year(self, name: str) -> dict[int, float]:
        return self._short.get(name, dict.fromkeys(self.plan.instance.horizon, 0.0))

    @property
    def excess(self) -> dict[int, float]:
        """Children above the targets, by year."""
        return self._by_year("excess")

    @property
    def overspent(self) -> dict[int, float]:
        """£ of statutory spend beyond the funds, without the charge, by year."""
        return self._by_year("overspent")

    @property
    def meets_targets(self) -> bool:
        """Whether no child is above a target."""
        return all(children <= MISSED for children in self.excess.values())

    @property
    def funds_suffice(self) -> bool:
        """Whether nothing is spent beyond the funds."""
        return all(amount <= MISSED * POUNDS for amount in self.overspent.values())

    def to_dict(self) -> dict[str, Any]:
        """As ``hedge --json`` shows it."""
        years = self.plan.years()
        short = {
            name: {str(year): amount for year, amount in self._by_year(name).items()}
            for name in SHORT
        }
        facts = {
            "probability": self.scenario.probability,
            "label": self.scenario.label,
            "cost": self.cost,
            "weight": self.weight,
            "children_in_care": {str(y): float(n) for y, n in years["children_in_care"].items()},
            **short,
        }
        good = self.plan.wider_benefits()
        return facts if good is None else facts | {"wider_benefits": good}


def futures_of(
    plans: Sequence[tuple[Scenario, Plan]], weights: Sequence[float]
) -> tuple[Future, ...]:
    """Scenarios with their plans, each at the weight that its cost has in the objective."""
    return tuple(
        Future(scenario, plan, float(plan.objective or 0.0), weight)
        for (scenario, plan), weight in zip(plans, weights, strict=True)
    )


def tail_weights(
    costs: Sequence[float], chances: Sequence[float], risk: Uncertainty
) -> list[float]:
    """Weights of the scenarios where the dearest fill the tail, of those as dear the first."""
    weight, shares = risk.risk_weight, _tail(costs, chances, risk.risk_level)
    return [(1 - weight) * p + weight * s for p, s in zip(chances, shares, strict=True)]


def _tail(costs: Sequence[float], chances: Sequence[float], level: float) -> list[float]:
    """The share of the CVaR that each scenario is: the dearest fill the tail."""
    left, shares = 1 - level, [0.0] * len(costs)
    order = sorted(range(len(costs)), key=lambda n: -costs[n])
    if level >= 1:
        shares[order[0]] = 1.0
        return shares
    for n in order:
        taken = min(chances[n], left)
        shares[n], left = taken / (1 - level), left - taken
    return shares


@dataclass(frozen=True)
class Hedge(Answer):
    """The plan to settle now.  Costs are in £ at present value, charges for a shortfall included.

    ``objective`` is what MODEL.md 3.15 minimises; ``alone`` is each scenario known from the start;
    ``following`` is the objective of settling what the plan without scenarios settles, None where
    that leaves no plan.  ``bounds`` is what another engine says of the objective, by its name;
    ``earlier`` how much less it would be were a scenario told apart a year earlier, by scenario.
    ``origin`` is where the scenarios come from where they are not the instance's own; ``average``
    what the average of the futures costs, None where it has no plan.  Where the time was over first
    (``unfinished``) None may be what was not worked out.
    """

    NAME: ClassVar[str] = "hedge"
    COLUMNS: ClassVar[AnswerColumns] = ANSWERS[NAME]

    objective: float | None
    window: Window | None
    windows: tuple[WindowOutcome, ...]
    futures: tuple[Future, ...]
    alone: WaitAndSee | None
    following: float | None
    certificate: Certificate | None
    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    earlier: Mapping[str, float] = field(default_factory=dict)
    origin: Origin | None = None
    average: AverageFuture | None = None

    @property
    def is_feasible(self) -> bool:
        """Whether there is a plan."""
        return self.objective is not None

    @property
    def is_proved(self) -> bool:
        """Whether no plan is better, which an engine of another's may leave open."""
        return self.certificate is None or self.certificate.passed

    @property
    def status(self) -> str:
        """``optimal``, ``feasible`` or ``infeasible``."""
        if not self.is_feasible:
            return "infeasible"
        return "optimal" if self.is_proved else "feasible"

    @cached_property
    def settled_years(self) -> tuple[int, ...]:
        """Years before the first scenario is told apart."""
        parts = min((each.scenario.branches for each in self.futures), default=0)
        return tuple(year for year in self.instance.horizon if year < parts)

    @cached_property
    def settled(self) -> dict[str, dict[int, float]]:
        """Cases per year of each service at each settled year's end, areas added up."""
        levels = self.futures[0].plan.levels() if self.futures else {}
        return {
            service: {year: by_year[year] for year in self.settled_years}
            for service, by_year in levels.items()
        }

    @cached_property
    def settled_staff(self) -> dict[str, dict[int, dict[str, float]]]:
        """FTE hired and let go in each settled year, and supported at its end, by role."""
        staff = (self.futures[0].plan.staff() if self.futures else None) or {}
        return {
            role: {
                year: {name: by_year[str(year)][name] for name in _OF_STAFF}
                for year in self.settled_years
            }
            for role, by_year in staff.items()
        }

    @cached_property
    def expected_cost(self) -> float | None:
        """The scenarios' costs by their probabilities, £."""
        return self._mean([each.cost for each in self.futures]) if self.futures else None

    @cached_property
    def expected_own_cost(self) -> float:
        """The same without charges for a shortfall and without good done to others, £."""
        return self._mean([each.plan.cost or 0.0 for each in self.futures])

    @cached_property
    def npv(self) -> float:
        """What it saves by doing it, £ at present value: the futures' plans by their chances."""
        return self._mean([each.plan.npv for each in self.futures])

    @cached_property
    def as_good(self) -> tuple[WindowOutcome, ...]:
        """Windows that differ in cost by less than the answer is sure of: 1% of what it saves."""
        chosen = next((each for each in self.windows if each.window == self.window), None)
        if chosen is None or not self.futures:
            return ()
        return near_in_cost(self.windows, chosen, AS_GOOD * abs(self.npv))

    @property
    def counts_benefits(self) -> bool:
        """Whether costs are less a share of the good done to others."""
        return any(each.plan.instance.benefit_weight for each in self.futures) and any(
            each.plan.wider_benefits() is not None for each in self.futures
        )

    @cached_property
    def cvar(self) -> float | None:
        """The mean cost of the worst scenarios, £."""
        if not self.futures:
            return None
        chances = [each.scenario.probability for each in self.futures]
        level = self.instance.uncertainty.risk_level
        return cvar([each.cost for each in self.futures], chances, level)

    @property
    def wait_and_see(self) -> float | None:
        """Expected cost of knowing the scenario from the start, £."""
        return None if self.alone is None else self.alone.cost

    def without_regret(self, service: str, year: int) -> bool:
        """Whether the best plans of all scenarios agree on a settled level.

        To one case, or ``NO_REGRET`` of it.
        """
        near = max(1.0, NO_REGRET * self.settled[service][year])
        return self.alone is not None and self.alone.spread(service, year) <= near

    @property
    def value_of_perfect_information(self) -> float | None:
        """Expected cost less that of waiting to see, £."""
        if self.expected_cost is None or self.wait_and_see is None:
            return None
        return self.expected_cost - self.wait_and_see

    @property
    def value_of_stochastic_solution(self) -> float | None:
        """What following the plan without scenarios would cost more, £."""
        if self.objective is None or self.following is None:
            return None
        return self.following - self.objective

    @property
    def cost_of_hedging(self) -> float | None:
        """What being ready for every future costs more than the best plan, should the mean come."""
        return None if self.average is None else self.average.cost_of_hedging

    @property
    def target_met(self) -> float:
        """Probability that no child is above a target."""
        return self._mean([float(each.meets_targets) for each in self.futures])

    @property
    def funds_suffice(self) -> float:
        """Probability that nothing is spent beyond the funds."""
        return self._mean([float(each.funds_suffice) for each in self.futures])

    def _mean(self, values: Sequence[float]) -> float:
        pairs = zip(self.futures, values, strict=True)
        return sum(each.scenario.probability * value for each, value in pairs)

    @property
    def audit(self) -> Audit | None:
        """Of the scenario whose plan is furthest from holding."""
        audits = [each.plan.audit for each in self.futures if each.plan.audit is not None]
        return max(audits, key=lambda audit: audit.worst.relative, default=None)

    def facts(self) -> dict[str, Any]:
        """The facts that ``hedge --json`` has beside its tables."""
        feasible = self.is_feasible
        facts = {
            "status": self.status,
            "objective": self.objective,
            "expected_cost": self.expected_cost,
            "cvar": self.cvar,
            "window": window_facts(self.window),
            "windows": [each.to_dict() for each in self.windows],
            "scenarios": {each.scenario.name: each.to_dict() for each in self.futures},
            "settled": _by_text(self.settled),
            "no_regret": {
                service: [year for year in levels if self.without_regret(service, year)]
                for service, levels in self.settled.items()
            },
            "wait_and_see": self.wait_and_see,
            "value_of_perfect_information": self.value_of_perfect_information,
            "value_of_stochastic_solution": self.value_of_stochastic_solution,
            "target_met_probability": self.target_met if feasible else None,
            "funds_suffice_probability": self.funds_suffice if feasible else None,
            "certificate": None if self.certificate is None else self.certificate.to_dict(),
            "audit": None if self.audit is None else self.audit.to_dict(),
        }
        if self.average is not None:
            facts["average_future"] = self.average.to_dict()
        if self.earlier:
            facts["learned_a_year_earlier"] = dict(self.earlier)
        if self.bounds:
            facts["engine"] = {name: each.to_dict() for name, each in self.bounds.items()}
        if self.origin is not None:
            facts["origin"] = origin_facts(self.origin)
        if self.instance.resolved.roles:
            facts["settled_staff"] = _by_text(self.settled_staff)
        return facts


def _by_text(by_year: Mapping[str, Mapping[int, Any]]) -> dict[str, dict[str, Any]]:
    """Years as JSON's keys."""
    return {
        name: {str(year): value for year, value in values.items()}
        for name, values in by_year.items()
    }

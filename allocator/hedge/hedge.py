"""What to settle now over the scenarios of an instance, and what each of them then does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final

import pandas as pd

from allocator.errors import AuditError
from allocator.explain.answers import Answer
from allocator.hedge.values import WaitAndSee, following_today, wait_and_see
from allocator.instance import Instance, Window
from allocator.instance.scenarios import Scenario, scenarios
from allocator.plan.plan import Plan, WindowOutcome
from allocator.program.certificate import Certificate
from allocator.program.program import POUNDS
from allocator.solving.benders.decomposition import MANY, BendersDecomposition
from allocator.solving.futures import ExtensiveForm, cvar, extensive_form, plans_of
from allocator.solving.session import Progress, Session, saying
from allocator.solving.windows import WindowSolved, cheapest
from formulations import LEAST_COST

NO_REGRET: Final = 0.01  # of a level: less than that apart, plans agree on it
MISSED: Final = 1e-4  # children above a target, or £m beyond the funds, from which it is missed

_COLUMNS: Final = {
    "levels": {
        "scenario": "the scenario",
        "area": "the area",
        "service": "the service",
        "year": "financial year, named by the year in which it begins",
        "level": "cases per year that are funded, at the year's end",
        "served": "cases per year that are served, at the year's end",
        "settled": "whether it is settled before it shows which scenario comes",
    },
    "futures": {
        "scenario": "the scenario",
        "year": "financial year",
        "children_in_care": "children in care at the end of the year",
        "baseline_children_in_care": "the same if nothing changes",
        "spend": "£ spent in all",
        "baseline_spend": "the same if nothing changes",
        "overspent": "£ of statutory spend beyond the funds, without the charge",
        "excess": "children above the targets at the end of the year",
    },
}


@dataclass(frozen=True)
class Future:
    """What one scenario does: its plan, what it costs with its charges, how short it falls.

    ``cost`` is £ at present value.  ``weight`` is the share of the objective that a pound of its
    cost has: its probability, shifted to the dearest scenarios by the risk weight.
    """

    scenario: Scenario
    plan: Plan
    cost: float
    weight: float
    excess: Mapping[int, float]  # children above the targets, by year
    overspent: Mapping[int, float]  # £ by year

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
        return {
            "probability": self.scenario.probability,
            "label": self.scenario.label,
            "cost": self.cost,
            "weight": self.weight,
            "children_in_care": {str(y): float(n) for y, n in years["children_in_care"].items()},
            "overspent": {str(year): amount for year, amount in self.overspent.items()},
            "excess": {str(year): children for year, children in self.excess.items()},
        }


@dataclass(frozen=True)
class Hedge(Answer):
    """The plan to settle now.  Costs are in £ at present value, charges for a shortfall included.

    ``objective`` is what MODEL.md 3.15 minimises; ``alone`` is each scenario known from the start;
    ``following`` is the objective of settling what the plan without scenarios settles, None where
    that leaves no plan.
    """

    NAME: ClassVar[str] = "hedge"
    COLUMNS: ClassVar[Mapping[str, Mapping[str, str]]] = _COLUMNS

    objective: float | None
    window: Window | None
    windows: tuple[WindowOutcome, ...]
    futures: tuple[Future, ...]
    settled: Mapping[str, Mapping[int, float]]
    alone: WaitAndSee | None
    following: float | None
    certificate: Certificate | None

    @property
    def is_feasible(self) -> bool:
        """Whether there is a plan."""
        return self.objective is not None

    @cached_property
    def expected_cost(self) -> float | None:
        """The scenarios' costs by their probabilities, £."""
        return self._mean([each.cost for each in self.futures]) if self.futures else None

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

    def chance(self, holds: Sequence[bool]) -> float:
        """The probability of the scenarios for which something holds."""
        return self._mean([float(each) for each in holds])

    def _mean(self, values: Sequence[float]) -> float:
        pairs = zip(self.futures, values, strict=True)
        return sum(each.scenario.probability * value for each, value in pairs)

    def facts(self) -> dict[str, Any]:
        """The facts that ``hedge --json`` has beside its tables."""
        start, length = self.window or (None, None)
        found = self.is_feasible
        audits = [each.plan.audit for each in self.futures if each.plan.audit is not None]
        worst = max(audits, key=lambda audit: audit.worst.relative, default=None)
        return {
            "status": "optimal" if found else "infeasible",
            "objective": self.objective,
            "expected_cost": self.expected_cost,
            "cvar": self.cvar,
            "window": None if start is None else {"first_year": start, "years": length},
            "windows": [each.to_dict() for each in self.windows],
            "scenarios": {each.scenario.name: each.to_dict() for each in self.futures},
            "settled": {
                service: {str(year): level for year, level in levels.items()}
                for service, levels in self.settled.items()
            },
            "no_regret": {
                service: [year for year in levels if self.without_regret(service, year)]
                for service, levels in self.settled.items()
            },
            "wait_and_see": self.wait_and_see,
            "value_of_perfect_information": self.value_of_perfect_information,
            "value_of_stochastic_solution": self.value_of_stochastic_solution,
            "target_met_probability": self.chance([f.meets_targets for f in self.futures])
            if found
            else None,
            "funds_suffice_probability": self.chance([f.funds_suffice for f in self.futures])
            if found
            else None,
            "certificate": None if self.certificate is None else self.certificate.to_dict(),
            "audit": None if worst is None else worst.to_dict(),
        }


def hedge(
    instance: Instance, *, time_limit: float | None = None, progress: Progress | None = None
) -> Hedge:
    """The plan to settle now over the scenarios of an instance that has passed its checks.

    Solved as one program, or where there are many scenarios one by one (``solving.benders``), for
    no window and for every admissible one; the best wins, ties to the shorter, then the earlier.
    A hedge without a plan is an answer.  ``time_limit`` is seconds for each window.  Raises
    UsageError where there are no scenarios, InstanceError where one is not sound, SolverError and
    CertificateError as ``solve`` does, AuditError where a scenario's plan does not stand up to its
    audit.
    """
    tell: Progress = progress or (lambda what, done, steps: None)
    futures = scenarios(instance)
    steps = len(instance.windows) + 4
    tell("building the program of every scenario", 0, steps)
    form, session = extensive_form(futures, instance.uncertainty), Session()
    one_by_one = BendersDecomposition(form) if len(futures) >= MANY else None
    solved, solvers = [], dict[Window | None, str]()
    for n, window in enumerate((None, *instance.windows)):
        tell(saying(window), n + 1, steps)
        answer = one_by_one.solve(window) if one_by_one else None
        solved.append(answer or session.solve_window(window, form.at(window)))
        solvers[window] = one_by_one.solver if one_by_one and answer else session.solver
    best = cheapest(solved)
    outcomes = tuple(_outcome(form, each) for each in solved)
    if best is None or best.solution is None:
        return Hedge(
            instance,
            LEAST_COST,
            solvers[None],
            {},
            None,
            None,
            outcomes,
            (),
            {},
            None,
            None,
            None,
        )
    tell("what knowing the future, and what following today's plan, would cost", steps - 2, steps)
    solver = solvers[best.window]
    found = _futures(form, best, solver)
    hedged = Hedge(
        instance,
        LEAST_COST,
        solver,
        _tables(found),
        _objective(best),
        best.window,
        outcomes,
        found,
        _settled(form, found),
        wait_and_see(futures),
        following_today(instance, form),
        best.certificate,
    )
    tell("done", steps, steps)
    return hedged


def _objective(solved: WindowSolved) -> float:
    """What 3.15 minimises, £: the first of the objectives."""
    return solved.value(0) * POUNDS


def _outcome(form: ExtensiveForm, solved: WindowSolved) -> WindowOutcome:
    if not solved.optimal or solved.solution is None:
        return WindowOutcome(solved.window, "infeasible", None, None, solved.proved)
    return WindowOutcome(solved.window, "optimal", _objective(solved), None, solved.proved)


def _futures(form: ExtensiveForm, best: WindowSolved, solver: str) -> tuple[Future, ...]:
    assert best.solution is not None
    primal, uncertainty = best.solution.primal, form.uncertainty
    costs = [block.cost(primal) for block in form.blocks]
    shares = _tail(
        costs, [block.scenario.probability for block in form.blocks], uncertainty.risk_level
    )
    found = []
    for block, plan, cost, share in zip(
        form.blocks, plans_of(form, best, solver), costs, shares, strict=True
    ):
        if plan.audit is not None and not plan.audit.passed:
            raise AuditError(
                f"the plan of scenario {block.scenario.name} does not stand up to its audit: "
                f"{plan.audit.failure()}"
            )
        risk = uncertainty.risk_weight
        weight = (1 - risk) * block.scenario.probability + risk * share
        own = primal[block.columns]
        found.append(
            Future(
                block.scenario,
                plan,
                cost * POUNDS,
                weight,
                block.by_year("excess", own),
                {y: v * POUNDS for y, v in block.by_year("overspent", own).items()},
            )
        )
    return tuple(found)


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


def _settled(form: ExtensiveForm, found: Sequence[Future]) -> dict[str, dict[int, float]]:
    """Cases per year of each service at each settled year's end, areas added up."""
    return {
        service: {year: level for year, level in levels.items() if year < form.parts}
        for service, levels in found[0].plan.levels().items()
    }


def _tables(found: Sequence[Future]) -> dict[str, pd.DataFrame]:
    levels, years = [], []
    for each in found:
        plan, name = each.plan, each.scenario.name
        services = plan.tables["services"]
        ends = services[services["period"] % plan.instance.periods_per_year == 0]
        levels.append(
            ends[["area", "service", "year", "level", "served"]].assign(
                scenario=name, settled=ends["year"] < min(f.scenario.branches for f in found)
            )
        )
        table = plan.years().reset_index()
        years.append(
            pd.DataFrame(
                {
                    "scenario": name,
                    "year": table["year"],
                    "children_in_care": table["children_in_care"],
                    "baseline_children_in_care": table["baseline_children_in_care"],
                    "spend": table["total"],
                    "baseline_spend": table["baseline_total"],
                    "overspent": [each.overspent.get(int(y), 0.0) for y in table["year"]],
                    "excess": [each.excess.get(int(y), 0.0) for y in table["year"]],
                }
            )
        )
    return {
        "levels": pd.concat(levels, ignore_index=True)[list(_COLUMNS["levels"])],
        "futures": pd.concat(years, ignore_index=True)[list(_COLUMNS["futures"])],
    }

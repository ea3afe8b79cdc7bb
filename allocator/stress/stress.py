"""How a plan fares where its numbers turn out otherwise: bands, chances, and what they hang on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from allocator.clock import Overrun
from allocator.errors import UsageError
from allocator.explain.answers import Answer
from allocator.forecast.doubt import ENGLAND, Doubt
from allocator.instance import Window
from allocator.instance.instance import window_facts
from allocator.instance.scenarios import Scenario
from allocator.plan.columns import ANSWERS, AnswerColumns
from allocator.plan.columns.futures import BANDED
from allocator.plan.plan import Plan
from allocator.progress import Progress, silent
from allocator.stress import tables
from allocator.stress.drawn import Drawn
from allocator.stress.followed import Followed
from allocator.stress.held import Held
from allocator.stress.money import Funds
from allocator.stress.outcomes import Outcomes, banded
from allocator.stress.paths import driver_paths
from allocator.stress.replanned import Replanned
from allocator.stress.running import Runner
from allocator.stress.spreads import Spread, default_spreads
from allocator.stress.tables import InScenario
from allocator.stress.uncertain import DRIVERS, Uncertain

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from allocator.hedge.answer import Hedge

Positions = NDArray[np.int64]

DRAWS: Final = 10_000
SEED: Final = 1
_CHUNK: Final = 4096  # draws at a time: more of them no longer fit the cache


@dataclass(frozen=True)
class Stress(Answer):
    """See the module.  Money is £; ``outcomes`` are of the draws, ``futures`` of the scenarios.

    ``followed`` is of a hedge the share of the draws that take each scenario's levels.
    """

    NAME: ClassVar[str] = "stress"
    COLUMNS: ClassVar[AnswerColumns] = ANSWERS[NAME]

    plan: Plan
    draws: int
    seed: int
    doubt: Doubt
    outcomes: Outcomes
    futures: tuple[InScenario, ...]
    replanned: Replanned | None = None
    planned_cost: float = 0.0
    followed: Mapping[str, float] = field(default_factory=dict)

    @property
    def window(self) -> Window | None:
        """The plan's."""
        return self.plan.window

    @property
    def targets_met(self) -> float:
        """Share of the draws that meet every target."""
        return float(self.outcomes.meets_targets.mean())

    @property
    def funds_suffice(self) -> float:
        """Share of the draws in which the funds pay for everything."""
        return float(self.outcomes.funds_suffice.mean())

    @property
    def staff_suffice(self) -> float:
        """Share of the draws in which those in post and the agency do all of the work."""
        return float(self.outcomes.staff_suffice.mean())

    @property
    def payback(self) -> dict[int, float]:
        """Share of the draws that have paid back by each year."""
        shares = self.outcomes.paid_back.mean(axis=1)
        return dict(zip(self.instance.horizon, map(float, shares), strict=True))

    @property
    def expected_shortfall(self) -> dict[str, float]:
        """Children above targets and £ beyond the funds, all years, in the mean of the draws."""
        outcomes = self.outcomes
        totals = {"excess": outcomes.excess, "overspent": outcomes.overspent}
        return {name: float(by_year.sum(axis=0).mean()) for name, by_year in totals.items()}

    def bands(self, quantity: str) -> dict[int, dict[str, float]]:
        """Mean and percentiles of a quantity of the table of that name, by year."""
        own = self.tables["bands"]
        rows = own[own["quantity"] == quantity].to_dict("records")
        return {int(row["year"]): {name: float(row[name]) for name in BANDED} for row in rows}

    def facts(self) -> dict[str, Any]:
        """The facts that ``stress --json`` has beside its tables."""

        def by_year(quantity: str) -> dict[str, dict[str, float]]:
            return {str(year): band for year, band in self.bands(quantity).items()}

        return {
            "draws": self.draws,
            "seed": self.seed,
            "window": window_facts(self.window),
            "rates_from": self.doubt.told,
            "planned_cost": self.planned_cost,
            **({"followed": dict(self.followed)} if self.followed else {}),
            "cost": banded(self.outcomes.cost),
            **{name: by_year(name) for name in tables.quantities(self.outcomes)},
            "target_met_probability": self.targets_met,
            "funds_suffice_probability": self.funds_suffice,
            **self._staff(),
            "payback_probability": {str(y): share for y, share in self.payback.items()},
            "expected_shortfall": self.expected_shortfall,
            **self._replanned(),
            "scenarios": {s.name: self._future(s, outcomes) for s, outcomes in self.futures},
        }

    def _replanned(self) -> dict[str, Any]:
        """Where draws were planned anew: what that comes to, and what holding the plan does."""
        if self.replanned is None:
            return {}
        with_plan = self.replanned.found
        held = self.outcomes.objective[: len(with_plan)][with_plan]
        return {
            "replanned": {
                "draws": len(with_plan),
                "plan_probability": self.replanned.chance,
                "cost": banded(self.replanned.objective[with_plan]) if with_plan.any() else None,
                "held_cost": banded(held) if with_plan.any() else None,
            }
        }

    def _staff(self) -> dict[str, Any]:
        """With roles, whether the staff held and the agency do the work."""
        if not self.instance.resolved.roles:
            return {}
        short = float(self.outcomes.unfilled.sum(axis=0).mean())
        return {"staff_suffice_probability": self.staff_suffice, "expected_unfilled": short}

    def _future(self, scenario: Scenario, outcomes: Outcomes) -> dict[str, Any]:
        def by_year(values: NDArray[np.float64]) -> dict[str, float]:
            return dict(zip(map(str, self.instance.horizon), values[:, 0].tolist(), strict=True))

        return {
            "probability": scenario.probability,
            "label": scenario.label,
            "cost": float(outcomes.objective[0]),
            "children_in_care": by_year(outcomes.care),
            "overspent": by_year(outcomes.overspent),
            "excess": by_year(outcomes.excess),
        }


def stress(
    plan: Plan | Hedge,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    doubt: Doubt = ENGLAND,
    spreads: Mapping[str, Spread] | None = None,
    replans: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Stress:
    """A plan's levels held in each scenario of its instance and in draws of what is uncertain.

    Of a hedge what is settled is held, and after that the levels of the scenario nearest to the
    draw (``followed``); in a scenario its own.
    ``doubt`` is that of the rates (``forecast.read_doubt``), ``spreads`` those of unit costs, by
    default :func:`default_spreads`.  The same seed makes the same draws.  The first ``replans`` of
    them are planned anew as well, from where the settled years leave them; ``executor`` works on
    those side by side.  Raises NoPlanError where there is no plan, UsageError for no draws,
    AuditError where the plan's tables do not come to its cost, SolverError as ``solve`` does.
    """
    if draws < 1:
        raise UsageError(f"{draws} draws are none; ask for one or more")
    tell = progress or silent
    tell("holding the plan's levels", 0, 4)
    followed = Followed.of(plan)
    planned, held_plan = followed.planned(), followed.plan
    listed = default_spreads(held_plan.instance) if spreads is None else spreads
    uncertain = Uncertain(held_plan.instance, doubt, listed, driver_paths(held_plan.instance))
    tell("running the scenarios", 1, 4)
    futures = followed.futures()
    tell(f"running {draws:,} draws", 2, 4)
    drawn = Drawn.at(uncertain, uncertain.points(draws, seed), draws)
    outcomes, nearest = followed.run(
        np.arange(draws),
        lambda held, some: run_draws(held_plan, held, drawn.part(some, drawn.of)),
    )
    again, overrun = None, Overrun()
    if replans:
        tell(f"planning {min(replans, draws)} of them anew", 3, 4)
        with overrun.kept():
            again = _planned_anew(held_plan, drawn, min(replans, draws), executor)
    of = held_plan.instance
    made = {
        "bands": tables.bands(of, planned, outcomes),
        "chances": tables.chances(of, outcomes),
        "futures": tables.futures(of, futures),
        "inputs": tables.inputs(drawn, outcomes),
        "effects": tables.effects(drawn),
        "spreads": tables.spreads(listed),
    }
    if again is not None:
        made["replanned"] = tables.replanned(again, outcomes)
    tell("done", 4, 4)
    return Stress(
        held_plan.instance,
        held_plan.formulation,
        held_plan.solver,
        made,
        held_plan,
        draws,
        seed,
        doubt,
        outcomes,
        futures,
        again,
        float(planned.cost[0]),
        _shares(followed, nearest),
        unfinished=overrun.said,
    )


def _shares(followed: Followed, nearest: Positions) -> dict[str, float]:
    """Of a hedge the share of the draws that take each scenario's levels."""
    if not followed.is_hedge:
        return {}
    return {each.name: float(np.mean(nearest == n)) for n, each in enumerate(followed.scenarios)}


def run_draws(plan: Plan, held: Held, drawn: Drawn) -> Outcomes:
    """Every draw, some at a time, each with its drivers' path."""
    parts, order = [], []
    for (_, instance), mine in zip(drawn.of.paths, draws_by_path(drawn), strict=True):
        own = replace(drawn.of, instance=instance)
        runner, funds = Runner(instance, held), Funds(instance, plan.window)
        for first in range(0, len(mine), _CHUNK):
            some = mine[first : first + _CHUNK]
            course = runner.course(drawn.part(some, own))
            parts.append(Outcomes.of(runner, funds, course))
            order.append(some)
    return Outcomes.together(parts, np.argsort(np.concatenate(order)))


def _planned_anew(plan: Plan, drawn: Drawn, count: int, executor: Executor | None) -> Replanned:
    """The first draws, each planned anew; a solver is loaded for these alone."""
    from allocator.stress.replan import replan

    some = drawn.part(np.arange(count), drawn.of)
    return replan(plan, some, draws_by_path(some), executor)


def draws_by_path(drawn: Drawn) -> list[Positions]:
    """Numbers of the draws of each path of the drivers."""
    everyone = np.arange(drawn.count)
    if (DRIVERS,) not in drawn.quantiles:
        return [everyone]
    ends = np.cumsum([chance for chance, _ in drawn.of.paths])[:-1]
    path = np.searchsorted(ends, drawn.quantiles[DRIVERS,], side="right")
    return [everyone[path == n] for n in range(len(drawn.of.paths))]

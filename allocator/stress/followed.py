"""What is held in a draw: a plan's levels, or of a hedge those of the scenario that is nearest.

A hedge settles the same levels in every scenario, and after them goes on by the one that comes.  A
draw is none of them.  It takes the levels of the scenario that is nearest to it: with the plan of
the likeliest scenario held in both, the one whose children in care and whose spend, by year, are
the least apart from the draw's, as the sum of the squares of their relative differences.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from allocator.errors import AuditError, NoPlanError
from allocator.instance.scenarios import Scenario, scenarios
from allocator.plan.plan import Plan
from allocator.stress.held import Held, held_of
from allocator.stress.money import Funds
from allocator.stress.outcomes import Outcomes
from allocator.stress.population import Certain
from allocator.stress.running import Runner

if TYPE_CHECKING:  # a plan is held without a solver
    from allocator.hedge.answer import Hedge

Positions = NDArray[np.int64]

_SAME: Final = 1e-6  # of the plan's cost: its tables run forward come to it


@dataclass(frozen=True)
class Followed:
    """Plans that are held: one, or of a hedge one for each scenario in turn.

    ``plan`` is that of the likeliest scenario, with the instance that draws are of.
    """

    plan: Plan
    plans: tuple[Plan, ...]
    held: tuple[Held, ...]
    scenarios: tuple[Scenario, ...]

    @classmethod
    def of(cls, made: Plan | Hedge) -> Followed:
        """Of a plan or a hedge.

        Raises NoPlanError where there is none, AuditError where its tables do not come to its cost.
        """
        if not (made.found if isinstance(made, Plan) else made.is_feasible):
            raise NoPlanError(f"{made.instance.name} has no plan, so there is nothing to hold")
        if not isinstance(made, Plan):
            plans = tuple(each.plan for each in made.futures)
            listed = tuple(each.scenario for each in made.futures)
            likeliest = max(range(len(listed)), key=lambda n: listed[n].probability)
            plan = replace(plans[likeliest], instance=made.instance)
        else:
            plans, plan = (made,), made
            listed = scenarios(made.instance) if made.instance.tables["scenarios"] else ()
        followed = cls(plan, plans, tuple(map(held_of, plans)), listed)
        followed.check()
        return followed

    @property
    def is_hedge(self) -> bool:
        """Whether each scenario has a plan of its own."""
        return len(self.plans) > 1

    @property
    def likeliest(self) -> Held:
        """What the plan of the likeliest scenario holds."""
        chances = [each.probability for each in self.scenarios]
        return self.held[int(np.argmax(chances))] if self.is_hedge else self.held[0]

    def check(self) -> None:
        """AuditError where a plan's levels do not lead to what the plan says."""
        for plan, held in zip(self.plans, self.held, strict=True):
            said, reached = float(plan.cost or 0.0), float(held_in(plan, held).cost[0])
            if not abs(reached - said) <= _SAME * max(1.0, abs(said)):
                raise AuditError(
                    f"the plan's levels come to £{reached:,.0f} at present value, not the "
                    f"£{said:,.0f} it says; `allocator audit` tells what is wrong with it"
                )

    def planned(self) -> Outcomes:
        """What is planned: of a hedge the mean of the scenarios, by their probabilities."""
        if not self.is_hedge:
            return held_in(self.plan, self.held[0])
        return _mean([each for _, each in self.futures()], self.scenarios)

    def futures(self) -> tuple[tuple[Scenario, Outcomes], ...]:
        """Each scenario, with what is held there run through it."""
        own = self.held if self.is_hedge else self.held * len(self.scenarios)
        return tuple(
            (each, held_in(replace(self.plan, instance=each.instance), held))
            for each, held in zip(self.scenarios, own, strict=True)
        )

    def run(
        self, every: Positions, run: Callable[[Held, Positions], Outcomes]
    ) -> tuple[Outcomes, Positions]:
        """Draws with what is held in each, and the number of the plan that each of them takes.

        ``run`` gives the outcomes of some of the draws, by their numbers.
        """
        outcomes = run(self.likeliest, every)
        if not self.is_hedge:
            return outcomes, np.zeros(len(every), dtype=np.int64)
        nearest = self._nearest(outcomes)
        mine = [np.flatnonzero(nearest == n) for n in range(len(self.plans))]
        parts = [run(held, some) for held, some in zip(self.held, mine, strict=True) if len(some)]
        return Outcomes.together(parts, np.argsort(np.concatenate(mine))), nearest

    def _nearest(self, drawn: Outcomes) -> Positions:
        distances = list[NDArray[np.float64]]()
        for each in self.scenarios:
            there = held_in(replace(self.plan, instance=each.instance), self.likeliest)
            pairs = ((drawn.care, there.care), (drawn.spend, there.spend))
            apart = [((own - its) / np.maximum(1.0, np.abs(its))) ** 2 for own, its in pairs]
            distances.append(apart[0].sum(axis=0) + apart[1].sum(axis=0))
        nearest: Positions = np.argmin(np.array(distances), axis=0)
        return nearest


def held_in(plan: Plan, held: Held) -> Outcomes:
    """Levels held in a plan's own instance, without spread."""
    runner = Runner(plan.instance, held)
    return Outcomes.of(runner, Funds(plan.instance, plan.window), runner.course(Certain()))


def _mean(outcomes: Sequence[Outcomes], of: Sequence[Scenario]) -> Outcomes:
    chances = [each.probability for each in of]
    values = {
        field.name: np.tensordot(chances, [getattr(each, field.name) for each in outcomes], axes=1)
        for field in fields(Outcomes)
    }
    return Outcomes(**values)

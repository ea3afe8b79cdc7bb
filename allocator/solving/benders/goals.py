"""What a master minimises, one goal after the other, and what it keeps meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from allocator.instance import Uncertainty
from allocator.program.matrix import Floats
from allocator.solving.futures import cvar


@dataclass(frozen=True)
class Goal:
    """Weights of the expected cost, of the CVaR and of each shared column."""

    expected: float = 0.0
    risk: float = 0.0
    shared: Floats | None = None


@dataclass(frozen=True)
class HeldGoal:
    """A goal that may be no more than this while another is minimised."""

    goal: Goal
    most: float


@dataclass(frozen=True)
class Scales:
    """How costs of scenarios, £m, are weighed: by probability, and by how much risk counts."""

    uncertainty: Uncertainty
    chances: Floats

    @cached_property
    def goals(self) -> tuple[Goal, ...]:
        """What MODEL.md 3.15 minimises: at a risk weight of 1 the CVaR, then the expected cost."""
        weight = self.uncertainty.risk_weight
        if weight == 1:
            return (Goal(risk=1.0), Goal(expected=1.0))
        return (Goal(expected=1 - weight, risk=weight),)

    def value(self, goal: Goal, point: Floats, costs: Floats) -> float:
        """A goal at a point of the shared columns, where scenarios cost so much."""
        if not np.all(np.isfinite(costs)):
            return np.inf
        total = goal.expected * float(self.chances @ costs) if goal.expected else 0.0
        if goal.risk:
            level = self.uncertainty.risk_level
            total += goal.risk * cvar(costs.tolist(), self.chances.tolist(), level)
        return total + (0.0 if goal.shared is None else float(goal.shared @ point))

    def holds(self, kept: Sequence[HeldGoal], point: Floats, costs: Floats, slack: float) -> bool:
        """Whether every goal that is kept is, to a relative slack."""
        return all(
            self.value(each.goal, point, costs) <= each.most + slack * max(1.0, abs(each.most))
            for each in kept
        )

"""Kinds of countries to solve: how hard each is made to be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """How hard an instance is: the target as a share of the baseline's children in care.

    Core budgets are shares of what the baseline costs, from the first year's to the last's.
    """

    about: str
    target: float
    core: tuple[float, float] = (1.005, 1.005)


KINDS = {
    "slack": Kind("a target that nothing has to be done for", 0.97),
    "reached": Kind("a target that every window reaches", 0.95),
    "edge": Kind("a target at the edge of what can be reached", 0.94),
    "funds": Kind("shared funds decide the window", 0.95, (1.0, 0.99)),
    "mixed": Kind("core budgets below what the baseline costs", 0.95, (0.995, 0.985)),
    "none": Kind("core budgets far below what the baseline costs", 0.97, (0.99, 0.97)),
}

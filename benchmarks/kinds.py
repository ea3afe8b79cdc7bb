"""Kinds of countries to solve: how hard each is made to be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Hardness:
    """The target as a share of the baseline's children in care, and what core budgets are.

    Shares of what the baseline costs, from the first year's to the last's.
    """

    target: float
    core: tuple[float, float] = (1.005, 1.005)


@dataclass(frozen=True)
class Kind:
    """What an instance is like, and what makes it so with each timing of rates."""

    about: str
    period: Hardness
    continuous: Hardness

    @property
    def hardness(self) -> dict[str, Hardness]:
        """By timing."""
        return {"period": self.period, "continuous": self.continuous}


KINDS = {
    "slack": Kind("a target that nothing has to be done for", Hardness(0.97), Hardness(0.97)),
    "reached": Kind("a target that every window reaches", Hardness(0.95), Hardness(0.95)),
    "edge": Kind("a target at the edge of what can be reached", Hardness(0.94), Hardness(0.94107)),
    "funds": Kind(
        "shared funds decide the window",
        Hardness(0.95, (1.002, 0.992)),
        Hardness(0.951, (1.0026, 0.9926)),
    ),
    "mixed": Kind(
        "core budgets below what the baseline costs",
        Hardness(0.95, (0.9968, 0.9868)),
        Hardness(0.95, (0.9972, 0.9872)),
    ),
    "none": Kind(
        "core budgets far below what the baseline costs",
        Hardness(0.97, (0.99, 0.97)),
        Hardness(0.97, (0.98, 0.96)),
    ),
}

# Aims, seconds of CPU for 151 areas by quarters over ten years, whichever the timing.
SECONDS = {"reached": 60.0, "edge": 70.0, "funds": 140.0, "mixed": 150.0, "none": 100.0}

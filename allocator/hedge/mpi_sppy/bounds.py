"""What mpi-sppy says of a program over several scenarios."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from allocator.program.program import POUNDS

SettledKey = tuple[str, tuple[Any, ...]]  # a variable and its index


@dataclass(frozen=True)
class Bounds:
    """Of what MODEL.md 3.15 minimises, £m: no less than ``outer``, and ``inner`` can be had.

    ``settled`` is what is settled at the root where it is had.  Infinite, and nothing, where
    mpi-sppy comes to no such bound.
    """

    outer: float = -math.inf
    inner: float = math.inf
    settled: Mapping[SettledKey, float] = field(default_factory=dict)

    @classmethod
    def of(cls, facts: Mapping[str, float | None]) -> Bounds:
        """What ``to_dict`` told, without what is settled."""
        low, high = facts["at_least"], facts["at_most"]
        return cls(
            -math.inf if low is None else low / POUNDS, math.inf if high is None else high / POUNDS
        )

    def to_dict(self) -> dict[str, float | None]:
        """In £, as ``hedge --json`` shows it."""
        ends = {"at_least": self.outer, "at_most": self.inner}
        return {k: v * POUNDS if math.isfinite(v) else None for k, v in ends.items()}


def settled_of(variables: Iterable[Any]) -> dict[SettledKey, float]:
    """Values of these variables; the threshold of a CVaR, which has no index, is left out."""
    return {
        (var.parent_component().local_name, tuple(var.index())): float(var.value)
        for var in variables
        if var.index() is not None
    }

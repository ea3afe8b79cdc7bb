"""What a plan comes to under other inputs: what it chooses, whether it pays back, whether it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from allocator.instance import Window

CHOSEN: Final = 0.01  # of the baseline, or of one case a year: a level nearer than this is at it

CHOICE, PAYBACK, REACH = "choice", "payback", "reach"
EVENTS: Final = (CHOICE, PAYBACK, REACH)


@dataclass(frozen=True)
class Outcome:
    """The cheapest plan in short; no ``cost`` (£, present value) where there is none.

    ``services`` are those whose level differs from its baseline anywhere, in any area.
    """

    cost: float | None
    services: frozenset[str] = frozenset()
    window: Window | None = None
    pays_back: bool = False

    def differs(self, event: str, usual: Outcome) -> bool:
        """Whether an event has happened to it that has not to the usual plan.

        Without a plan there is no choice that could have changed, and nothing to pay back.
        """
        if event == REACH:
            return self.cost is None and usual.cost is not None
        if self.cost is None:
            return False
        if event == PAYBACK:
            return usual.pays_back and not self.pays_back
        return (self.services, self.window) != (usual.services, usual.window)

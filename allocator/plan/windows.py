"""What each double-investment window costs, in every plan beside the one that was chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allocator.instance import Window


@dataclass(frozen=True)
class WindowOutcome:
    """What a double-investment window costs; ``window`` is None for no window at all.

    ``objective`` is £, present value, None where no plan exists; ``children_in_care`` is at the
    end of the horizon.  ``proved`` says that the optimum, or that there is none, was
    confirmed from the arrays of the program.  A window that was not solved, since others' prices
    rule it out, has the status ``bounded`` and costs ``at_least`` so much.
    """

    window: Window | None
    status: str
    objective: float | None
    children_in_care: float | None
    proved: bool
    at_least: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """As ``solve --json`` shows it."""
        start, length = self.window or (None, None)
        return {
            "first_year": start,
            "years": length,
            "objective": self.objective,
            "status": self.status,
            "children_in_care_at_end": self.children_in_care,
            "proved": self.proved,
            "at_least": self.at_least,
        }

"""The position against the baseline: what is saved, how deep a plan goes, when it pays back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class CashPosition:
    """Spend against the baseline over the years, £, undiscounted."""

    net: Mapping[int, float]  # saving (+) or extra cost (-) by year
    baseline: float  # what all the years cost without the plan

    @property
    def tolerance(self) -> float:
        """A shortfall below this is rounding."""
        return 0.01 + 1e-9 * self.baseline

    @cached_property
    def cumulative(self) -> dict[int, float]:
        """Net cumulative position by year."""
        total, run = 0.0, {}
        for year, net in self.net.items():
            total += net
            run[year] = total
        return run

    @property
    def payback_year(self) -> int | None:
        """First year whose cumulative position is not negative; None if there is none."""
        return next((y for y, c in self.cumulative.items() if c >= -self.tolerance), None)

    @property
    def lasting_payback_year(self) -> int | None:
        """First year from which the cumulative position is never negative again."""
        negative = [y for y, c in self.cumulative.items() if c < -self.tolerance]
        first_after = (max(negative) + 1) if negative else min(self.cumulative)
        return first_after if first_after in self.cumulative else None

    @property
    def peak_deficit(self) -> float:
        """Deepest cumulative position below the baseline, as a positive number."""
        return max(0.0, -min(self.cumulative.values()))

    @property
    def peak_deficit_year(self) -> int | None:
        """Year in which the peak deficit is reached; None where there is none."""
        if self.peak_deficit <= self.tolerance:
            return None
        return min(self.cumulative, key=lambda year: self.cumulative[year])

    @property
    def double_running_cost(self) -> float:
        """Sum of the yearly deficits before payback."""
        before = self.payback_year or max(self.net) + 1
        return sum(-net for y, net in self.net.items() if y < before and net < 0)

    @cached_property
    def double_running_years(self) -> list[int]:
        """Years that cost more than the baseline, before the payback that lasts; all if none does.

        Not the window, in which one-off money may be spent.  MODEL.md 4
        """
        before = self.lasting_payback_year or max(self.net) + 1
        return [y for y, net in self.net.items() if y < before and net < -self.tolerance]

    @property
    def double_running_in_all(self) -> float:
        """£, the deficits of all those years; ``double_running_cost`` ends at first payback."""
        return sum(-self.net[year] for year in self.double_running_years)

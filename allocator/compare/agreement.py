"""Whether the certified answers to one program are the same answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from allocator.compare.judge import Result, Standing

TOLERANCE: Final = 1e-6  # difference of objectives, relative to the best (at least 1)


@dataclass(frozen=True)
class Agreement:
    """Of the certified answers to a program.

    ``best`` is the certified objective with the smallest residuals and gap, ``spread`` how far
    any two are apart at most, relative to it (at least 1); None where none is certified.
    """

    certified: int
    best: float | None
    spread: float | None
    infeasible: int

    @property
    def agrees(self) -> bool:
        """Whether no two certified answers differ by more than the tolerance."""
        both = self.best is not None and self.infeasible > 0
        return not both and (self.spread is None or self.spread <= TOLERANCE)


def agreement(results: Sequence[Result]) -> Agreement:
    """Of the results that are certified."""
    certified = [each for each in results if each.standing is Standing.CERTIFIED]
    optima = [each for each in certified if each.objective is not None]
    values = [each.objective for each in optima if each.objective is not None]
    none = len(certified) - len(values)
    if not values:
        return Agreement(len(certified), None, None, none)
    best = min(optima, key=_error).objective
    assert best is not None
    spread = (max(values) - min(values)) / max(1.0, abs(best))
    return Agreement(len(certified), best, spread, none)


def _error(result: Result) -> float:
    """How far from exact a certificate is."""
    found = result.certificate
    return (
        max(found.primal.relative, found.dual.relative, found.complementarity, found.gap)
        if found
        else float("inf")
    )


def difference(result: Result, agreed: Agreement) -> float | None:
    """How far an objective is above the best certified one, relative to it; signed."""
    if result.objective is None or agreed.best is None:
        return None
    return (result.objective - agreed.best) / max(1.0, abs(agreed.best))

"""Whether the certified answers to one program are the same answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from allocator.compare.judge import Result

TOLERANCE: Final = 1e-6  # difference of objectives, relative to the best (at least 1)


@dataclass(frozen=True)
class Agreement:
    """Of the answers to a program that stand: that are certified, as far as arrays can.

    ``best`` is the certified objective with the smallest residuals and gap, ``spread`` how far
    any two are apart at most, relative to it (at least 1); None where none is certified.
    ``infeasible`` and ``unbounded`` count the proofs that there is no optimum.  Of a program with
    whole columns ``best`` is the least objective and ``bound`` the highest that any code claims:
    above a point that the arrays certify, it is wrong.
    """

    certified: int
    best: float | None
    spread: float | None
    infeasible: int
    unbounded: int = 0
    bound: float | None = None

    @property
    def agrees(self) -> bool:
        """Whether no two certified answers differ by more than the tolerance."""
        if sum([self.best is not None, self.infeasible > 0, self.unbounded > 0]) > 1:
            return False
        if self.best is None or self.spread is None:
            return True
        if self.bound is not None:
            return self.bound <= self.best + TOLERANCE * max(1.0, abs(self.best))
        return self.spread <= TOLERANCE


def agreement(results: Sequence[Result]) -> Agreement:
    """Of the results that are certified."""
    certified = [each for each in results if each.stands]
    optima = [each for each in certified if each.objective is not None]
    values = [each.objective for each in optima if each.objective is not None]
    none = sum(each.status == "infeasible" for each in certified)
    endless = len(certified) - len(values) - none
    if not values:
        return Agreement(len(certified), None, None, none, endless)
    bounds = [each.whole.bound for each in optima if each.whole is not None]
    best = min(values) if bounds else min(optima, key=_error).objective
    assert best is not None
    spread = (max(values) - min(values)) / max(1.0, abs(best))
    bound = max(bounds) if bounds else None
    return Agreement(len(certified), best, spread, none, endless, bound)


def _error(result: Result) -> float:
    """How far from exact a certificate is."""
    proof = result.certificate
    return (
        max(proof.primal.relative, proof.dual.relative, proof.complementarity, proof.gap)
        if proof
        else float("inf")
    )


def difference(result: Result, agreed: Agreement) -> float | None:
    """How far an objective is above the best certified one, relative to it; signed."""
    if result.objective is None or agreed.best is None:
        return None
    return (result.objective - agreed.best) / max(1.0, abs(agreed.best))

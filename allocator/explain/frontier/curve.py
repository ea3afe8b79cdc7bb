"""A frontier: what is asked against what it costs, the whole curve, breakpoint by breakpoint.

What moves along each is in a file of its own: a target, a budget, a reduction that all share, the
good done to others.  All are exact, but those of large programs, which are close (``within``).
Between two breakpoints the price is one number; at each of them another plan, or another
double-investment window, takes over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from allocator.explain.answers import Answer
from allocator.explain.frontier.envelope import Piece
from allocator.explain.frontier.walk import Walked
from allocator.program.program import POUNDS
from allocator.solving.windows import TIE


@dataclass(frozen=True)
class Frontier(Answer):
    """The curve, and where the instance's own number lies on it.

    ``moved`` is what moves: an owner and a year of a target, a fund, or the frontier's own word.
    ``now`` is the target in children, 0 for the budgets as they are.
    """

    moved: tuple[str, int] | str
    now: float
    walked: Walked

    @property
    def reach(self) -> float | None:
        """The least target, or the least change of the budget, that has a plan."""
        return self.walked.pieces[0].start if self.walked.pieces else None

    @property
    def table(self) -> pd.DataFrame:
        """The breakpoints, in order."""
        return self.tables[self.NAME]

    @property
    def end(self) -> float | None:
        """The number from which on nothing changes any more."""
        rows = list(rows_of(self.walked))
        return rows[-1][0] if rows else None

    def facts(self) -> dict[str, Any]:
        """Where the curve begins, and what holds at the instance's own number."""
        here = self.walked.at(self.now)
        return {
            "status": "optimal" if here is not None else "infeasible",
            "reach": self.reach,
            "now": self.now,
            "value_now": None if here is None else self._scaled(here.line(self.now)),
            "price_now": None if here is None else -self._scaled(here.slope),
            "breakpoints": len(self.table),
            "solves": self.walked.solves,
            "within": self.within,
        }

    @property
    def within(self) -> float:
        """How far the best may be from the curve: nought where every breakpoint is known."""
        return self._scaled(self.walked.within)

    def _scaled(self, value: float) -> float:
        """A value of the curve in pounds."""
        return float(value) * POUNDS


def rows_of(walked: Walked) -> Iterator[tuple[float, float, float, dict[str, Any]]]:
    """Number, value, price and the rest of each row: where pieces begin, and where they jump.

    The last row is where the curve has become flat.
    """
    if not walked.pieces:
        return
    flat = walked.pieces[-1].value
    size = TIE * max(1.0, abs(flat))
    last: Piece | None = None
    for piece in walked.pieces:
        if last is not None and last.line(last.end) - piece.value > size:
            yield last.end, last.line(last.end), -last.slope, _rest(last, "jump")
        ended = piece.value - flat <= size
        yield piece.start, piece.value, 0.0 if ended else -piece.slope, _rest(piece, "optimal")
        if ended:
            return
        last = piece


def _rest(piece: Piece, status: str) -> dict[str, Any]:
    first, years = piece.window or (None, None)
    return {"window_first_year": first, "window_years": years, "status": status}

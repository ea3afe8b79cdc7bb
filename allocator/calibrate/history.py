"""Children in care by council and year: what a projection starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from allocator.errors import UsageError

if TYPE_CHECKING:
    from allocator.calibrate.panel import Panel

Floats = NDArray[np.float64]

_RATE: Final = 0.0065  # children in care per child, England; only where no council's is known


@dataclass(frozen=True)
class History:
    """Councils' figures up to the base year and nothing later; arrays are (councils, years).

    ``years`` end in March and run to the base.  ``stock`` is children in care at the year's end,
    ``started`` and ``ceased`` children who entered and left care in the year, ``unaccompanied``
    asylum-seeking children among the stock, nan where unknown; ``children`` (councils) is those
    aged 0-17 at the base.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    regions: tuple[str, ...]
    years: tuple[int, ...]
    stock: Floats
    started: Floats
    ceased: Floats
    unaccompanied: Floats
    children: Floats

    @property
    def base(self) -> int:
        """The last year of the history."""
        return self.years[-1]

    @property
    def opening(self) -> Floats:
        """Children in care at the base."""
        return self.stock[:, -1]

    def until(self, year: int) -> History:
        """The same councils seen from an earlier base: those that had children in care then."""
        keep = self.years.index(year) + 1
        there = np.flatnonzero(self.stock[:, keep - 1] > 0)

        def picked(words: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(words[row] for row in there)

        def cut(matrix: Floats) -> Floats:
            return matrix[there, :keep]

        return History(
            picked(self.codes),
            picked(self.names),
            picked(self.regions),
            self.years[:keep],
            cut(self.stock),
            cut(self.started),
            cut(self.ceased),
            cut(self.unaccompanied),
            self.children[there],
        )


def history(panel: Panel, base: int) -> History:
    """The councils with children in care at the base, from the panel as it stood then.

    Where the base year is published for fewer than half of the councils of the year before, the
    others are there too, their stock moved on by the nation's growth (else that of those that are
    published): to be estimated from, not to be forecast.  Raises UsageError where the panel has
    no council's number for that year.
    """
    seen = panel.until(base)
    years = tuple(range(min(seen.years("cla_31mar") or (base,)), base + 1))
    codes, carried = _there(seen, base)
    if not codes:
        known = ", ".join(map(str, panel.years("cla_31mar"))) or "no year"
        raise UsageError(
            f"the panel has no council's children in care at 31 March {base}; it has {known}"
        )
    stock, started, ceased, unaccompanied = (
        seen.matrix(name, codes, years)
        for name in ("cla_31mar", "cla_started", "cla_ceased", "uasc_31mar")
    )
    published = np.isfinite(stock[:, -1:])
    stock = np.hstack([stock[:, :-1], np.where(published, stock[:, -1:], carried[:, None])])
    return History(
        tuple(codes),
        tuple(seen.names[code] for code in codes),
        tuple(seen.regions.get(code, "") for code in codes),
        years,
        stock,
        started,
        ceased,
        unaccompanied,
        _children(seen, codes, years, stock[:, -1]),
    )


def _there(panel: Panel, base: int) -> tuple[list[str], Floats]:
    """Codes of the councils to estimate from, and their stock moved on from the year before."""
    before, now = panel.matrix("cla_31mar", panel.councils, [base - 1, base]).T
    if not (now > 0).any():
        return [], np.zeros(0)
    few = (now > 0).sum() < (before > 0).sum() / 2
    there = (now > 0) | ((before > 0) if few else False)
    both = (before > 0) & (now > 0)
    growth = float(now[both].sum() / before[both].sum()) if both.any() else 1.0
    nation = [panel.value("cla_31mar", panel.nation, year) for year in (base - 1, base)]
    if nation[0] and nation[1]:
        growth = nation[1] / nation[0]
    codes = [code for code, here in zip(panel.councils, there, strict=True) if here]
    return codes, (before * growth)[there]


def _children(panel: Panel, codes: Sequence[str], years: Sequence[int], stock: Floats) -> Floats:
    """Children aged 0-17: published, else from the rate per 10,000, else at everybody's rate."""
    counted = _latest(panel.matrix("child_pop_0_17", codes, years))
    rate = panel.matrix("cla_rate_per10k", codes, years)[:, -1]
    implied = np.divide(stock, rate / 1e4, where=rate > 0, out=np.full(len(stock), np.nan))
    children = np.where(np.isfinite(counted), counted, implied)
    known = np.isfinite(children)
    pooled = stock[known].sum() / children[known].sum() if known.any() else _RATE
    return np.where(known, children, stock / pooled)


def _latest(matrix: Floats) -> Floats:
    """The last number of each row, nan where there is none."""
    known = np.isfinite(matrix)
    last = matrix.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
    latest: Floats = np.where(known.any(axis=1), matrix[np.arange(len(matrix)), last], np.nan)
    return latest

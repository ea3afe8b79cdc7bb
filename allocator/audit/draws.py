"""Which fund pays: the order of section 3.8, by a small program of the audit's own.

Draws are settled by an order of aims, not by cost.  Whether they keep to it is asked of scipy, from
the plan's tables and the instance alone: the least of each aim, those before it being kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from allocator.errors import AuditError
from allocator.instance import Instance, Window
from allocator.instance.instance import financial_year
from allocator.table import Table, Tables

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
DrawKey = tuple[str, ...]

_MILLION: Final = 1e6
_SAME: Final = 1e-9  # of what the plan draws, by which an aim may be missed, beside a pound
_KEPT: Final = 1e-3  # of that, by which an aim may be missed while the next is asked for


def misdrawn(
    instance: Instance, tables: Mapping[str, pd.DataFrame], window: Window | None
) -> Iterator[str]:
    """The first aim of 3.8 that the plan's draws, in ``tables``, miss, in words; else nothing.

    For tables that pass the audit's rules, which see to balances and to who may pay for what.
    Raises AuditError where scipy finds no answer.
    """
    paid = _Paid(instance, tables, window)
    about = 1.0 / _MILLION + _SAME * float(paid.values[: paid.draws].sum())
    kept: list[Floats] = []
    for told, aim in paid.aims():
        if not np.any(aim[paid.open]):
            continue
        said = float(aim @ paid.values)
        least = said + paid.change(aim, kept, _KEPT * about)
        if said > least + about:
            yield told.format(said=abs(said) * _MILLION, best=abs(least) * _MILLION)
            return
        kept.append(aim)


@dataclass(frozen=True)
class _Purse:
    """A fund's balance: whose it is, and what the order asks of it."""

    name: str
    owner: str
    window_only: bool
    lapses: float  # share of what is left


class _Paid:
    """A plan's draws and balances, £m, and every other way to pay the same."""

    def __init__(
        self, instance: Instance, tables: Mapping[str, pd.DataFrame], window: Window | None
    ) -> None:
        self.instance = instance
        drawn, funds = (Tables.of(tables).table(name) for name in ("drawn", "funds"))
        self.draws = len(drawn)
        self.keys: list[DrawKey] = [
            (fund, owner, str(year))
            for table in (drawn, funds)
            for fund, owner, year in table.keys(["fund", "owner", "year"])
        ]
        self.values: Floats = (
            np.concatenate([drawn.numbers("drawn"), funds.numbers("unspent")]) / _MILLION
        )
        self.accounts = {
            key: _Purse(*key, fund.window_only, 1 - fund.carry_forward)
            for key, fund in instance.resolved.accounts.items()
        }
        start, length = window or (instance.first_year, 0)
        self._shut = [
            n < self.draws
            and self.accounts[fund, owner].window_only
            and not start <= int(year) < start + length
            for n, (fund, owner, year) in enumerate(self.keys)
        ]
        self._equal = self._equations(drawn)
        self.open = self._chosen()

    def _equations(self, drawn: Table) -> csr_array:
        """What each tier of an area is paid in a year, and each balance, stay what they are."""
        from scipy.sparse import csr_array

        rows, columns, values = [], [], []
        named: dict[DrawKey, int] = {}
        for n, (area, tier, year) in enumerate(drawn.keys(["area", "tier", "year"])):
            rows.append(named.setdefault(("paid", area, tier, str(year)), len(named)))
            columns.append(n)
            values.append(1.0)
        for n, (fund, owner, year) in enumerate(self.keys):
            left = n >= self.draws
            rows.append(named.setdefault((fund, owner, year), len(named)))
            columns.append(n)
            values.append(1.0)
            after = str(int(year) + 1)
            if left and int(year) < self.instance.last_year:
                rows.append(named.setdefault((fund, owner, after), len(named)))
                columns.append(n)
                values.append(self.accounts[fund, owner].lapses - 1)
        return csr_array((values, (rows, columns)), shape=(len(named), len(self.keys)))

    def _chosen(self) -> NDArray[np.bool_]:
        """Which draws and balances could be other than they are.

        None that may not be drawn on, or is alone in an equation, all else in it being known.
        """
        is_open = ~np.array(self._shut, dtype=bool)
        counts = abs(self._equal.sign())
        while True:
            alone = counts @ is_open == 1
            known = is_open & (counts.T @ alone > 0)
            if not np.any(known):
                return is_open
            is_open &= ~known

    def aims(self) -> Iterator[tuple[str, Floats]]:
        """What is least, one aim after the other, with what is said of a plan that misses it.

        None is of the last fund alone: in every year it pays what is left.
        """
        is_draw = np.arange(len(self.keys)) < self.draws
        whose = [self.accounts[fund, owner] for fund, owner, _ in self.keys]
        one_off = np.array([each.window_only for each in whose])
        lapses = np.array([each.lapses for each in whose])
        funds, years = (np.array(part) for part in ([k[0] for k in self.keys], self.years))
        yield "£{said:,.0f} of one-off money is drawn; £{best:,.0f} is enough", is_draw * one_off
        yield "£{said:,.0f} lapses; it need be no more than £{best:,.0f}", ~is_draw * lapses
        order = list(dict.fromkeys(fund for fund, _ in self.accounts))[:-1]
        for fund in order:
            told = f"of {fund} £{{said:,.0f}} is drawn; before later funds £{{best:,.0f}} could be"
            yield told, -1.0 * (is_draw & (funds == fund))
        for fund in order:
            for year in self.instance.horizon:
                told = (
                    f"of {fund} £{{said:,.0f}} is drawn in {financial_year(year)}; before later "
                    "years £{best:,.0f} could be"
                )
                yield told, -1.0 * (is_draw & (funds == fund) & (years == year))

    @property
    def years(self) -> list[int]:
        """Year of each draw and balance."""
        return [int(year) for _, _, year in self.keys]

    def change(self, aim: Floats, kept: list[Floats], slack: float) -> float:
        """By how much an aim could be less, £m, with the aims before it kept; not above nought.

        Asked of the changes to what is drawn and left, so that a fund beyond all need rounds off
        nothing.  Aims before it are kept to within ``slack``, and what that wins is taken off
        again by its price: a pound that lapses in the first year rather than in the last may be
        worth a thousand.
        """
        from scipy.optimize import linprog

        optimum = linprog(  # type: ignore[call-overload] # its stubs know no sparse arrays
            aim,
            A_eq=self._equal,
            b_eq=np.zeros(self._equal.shape[0]),
            A_ub=np.array(kept) if kept else None,
            b_ub=np.full(len(kept), slack) if kept else None,
            bounds=[
                (0.0, 0.0) if shut else (-max(value, 0.0), None)
                for shut, value in zip(self._shut, self.values.tolist(), strict=True)
            ],
            options={"primal_feasibility_tolerance": 1e-9},
        )
        if optimum.status != 0:
            raise AuditError(f"which fund pays could not be checked: {optimum.message}")
        return float(optimum.fun - slack * optimum.ineqlin.marginals.sum())

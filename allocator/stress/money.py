"""What the funds do not pay for, in each draw.

Levels are held, so spend is what it is, and what is asked of MODEL.md 3.8 is how much of it lies
beyond the funds.  The least is found by a greedy order where there is one: money pays as soon as
it can, since a pound kept is worth no more than a pound (``carry_forward`` is a share), and of two
funds that can pay, the one that is of less use elsewhere and later pays first.  Where two funds
share something to pay for and neither is of less use than the other, a small linear program
decides, for the draws that the greedy order leaves short.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from allocator.errors import SolverError
from allocator.instance import Instance, Window

Floats = NDArray[np.float64]
AreaTier = tuple[str, str]

_SHORT: Final = 0.01  # £: less than that beyond the funds is rounding
_TOGETHER: Final = 200  # draws in one linear program


@dataclass(frozen=True)
class Account:
    """A fund's balance: what it may pay for, by year what it is given and whether it may pay."""

    pays: frozenset[AreaTier]
    carry: float
    window_only: bool
    given: Floats
    open: NDArray[np.bool_]

    def gives_way_to(self, other: Account) -> bool:
        """Whether it is of no more use than the other, elsewhere and later."""
        opens = self.carry == 0 or self.window_only or not other.window_only
        return self.pays <= other.pays and self.carry <= other.carry and opens


class Funds:
    """The accounts of an instance with a window, in the order in which they pay."""

    def __init__(self, instance: Instance, window: Window | None) -> None:
        self.instance, data = instance, instance.resolved
        start, length = window or (instance.first_year, 0)
        years = np.array(instance.horizon)
        inside = (years >= start) & (years < start + length)
        accounts = [
            Account(
                frozenset((area, tier) for area, tiers in rules.tiers.items() for tier in tiers),
                rules.carry_forward,
                rules.window_only,
                np.array([data.budgets[fund, owner, year] for year in instance.horizon]),
                inside if rules.window_only else np.ones(len(years), dtype=bool),
            )
            for (fund, owner), rules in data.accounts.items()
        ]
        self.accounts = sorted(accounts, key=lambda a: (len(a.pays), a.carry, not a.window_only))

    @cached_property
    def is_greedy(self) -> bool:
        """Whether the order leaves the least unpaid."""
        return all(
            one.gives_way_to(other)
            for n, one in enumerate(self.accounts)
            for other in self.accounts[n + 1 :]
            if one.pays & other.pays
        )

    def beyond(self, spend: Mapping[AreaTier, Floats]) -> Floats:
        """£ that no fund pays, (years, draws), of spend by (area, tier)."""
        short = self._greedily(spend)
        if self.is_greedy:
            return short
        left = np.flatnonzero((short > _SHORT).any(axis=0))
        for first in range(0, len(left), _TOGETHER):
            some = left[first : first + _TOGETHER]
            short[:, some] = self._by_program({k: v[:, some] for k, v in spend.items()})
        return short

    def _greedily(self, spend: Mapping[AreaTier, Floats]) -> Floats:
        need = {key: amounts.copy() for key, amounts in spend.items()}
        draws = next(iter(spend.values())).shape[1]
        left = [np.zeros(draws) for _ in self.accounts]
        for year in range(self.instance.years):
            for n, account in enumerate(self.accounts):
                balance = left[n] + account.given[year]
                if account.open[year]:
                    for key in (key for key in need if key in account.pays):
                        paid = np.minimum(balance, need[key][year])
                        need[key][year] -= paid
                        balance = balance - paid
                left[n] = account.carry * balance
        return np.asarray(sum(need.values()))

    def _by_program(self, spend: Mapping[AreaTier, Floats]) -> Floats:
        """The same by a linear program of all these draws, block by block."""
        from scipy.optimize import linprog
        from scipy.sparse import block_diag

        keys = list(spend)
        matrix, costs, short = self._block(keys)
        draws = next(iter(spend.values())).shape[1]
        right = np.concatenate(
            [
                np.concatenate(
                    [*(spend[key][:, d] for key in keys), *(a.given for a in self.accounts)]
                )
                for d in range(draws)
            ]
        )
        blocks: Any = block_diag([matrix] * draws, format="csc")
        answer = linprog(np.tile(costs, draws), A_eq=blocks, b_eq=right / 1e6, method="highs")
        if answer.x is None:
            raise SolverError(f"what the funds pay for was not settled: {answer.message}")
        by_draw = answer.x.reshape(draws, len(costs))[:, short].reshape(draws, len(keys), -1)
        return np.asarray(by_draw.sum(axis=1).T * 1e6)

    def _block(self, keys: list[AreaTier]) -> tuple[Floats, Floats, slice]:
        """One draw's rows: each need paid or short, each balance given, kept or drawn; its costs.

        Columns are what is short by need and year, what is unspent by account and year, what is
        drawn; the slice is of the first.
        """
        years, needs = self.instance.years, len(keys) * self.instance.years
        kept = len(self.accounts) * years
        drawn = [
            (n, at, year)
            for n, account in enumerate(self.accounts)
            for at, key in enumerate(keys)
            for year in range(years)
            if key in account.pays and account.open[year]
        ]
        matrix = np.zeros((needs + kept, needs + kept + len(drawn)))
        matrix[:needs, :needs] = np.eye(needs)
        for n, account in enumerate(self.accounts):
            for year in range(years):
                row = needs + n * years + year
                matrix[row, row] = 1.0
                if year:
                    matrix[row, row - 1] = -account.carry
        for column, (n, at, year) in enumerate(drawn, needs + kept):
            matrix[at * years + year, column] = matrix[needs + n * years + year, column] = 1.0
        costs = np.zeros(matrix.shape[1])
        rate = self.instance.discount_rate
        costs[:needs] = np.tile((1 + rate) ** -np.arange(years, dtype=float), len(keys))
        return matrix, costs, slice(0, needs)

"""In which order funds pay for what a plan spends, and why.  MODEL.md 3.8.

Any fund that may pay would do: the cost is the same.  So the order is advice, of three aims: the
least one-off money, then the least that lapses, then the funds as the instance lists them.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from allocator.explain.sources import Sources
from allocator.instance.records import FundOwner
from allocator.plan.columns import table_of
from allocator.plan.columns.explained import EXPLAIN
from allocator.plan.plan import Plan

_LEAST: Final = 0.5  # £: less is rounding


def paying(plan: Plan) -> pd.DataFrame:
    """A row for each kind of fund, in the order of the aims; balances of one kind added up."""
    kinds: dict[tuple[bool, float, str], list[FundOwner]] = {}
    for account, fund in plan.instance.resolved.accounts.items():
        kinds.setdefault((fund.window_only, fund.carry_forward, account[0]), []).append(account)
    sources = Sources(plan.instance)
    order = sorted(kinds, key=lambda kind: kind[:2])  # stable: then as they are listed
    rows = [_row(plan, sources, kind, kinds[kind]) for kind in order]
    return table_of(EXPLAIN["paying"], rows)


def _row(
    plan: Plan, sources: Sources, kind: tuple[bool, float, str], accounts: list[FundOwner]
) -> tuple[object, ...]:
    window_only, carried, name = kind
    owner = accounts[0][1]
    area = owner if owner in plan.instance.areas else plan.instance.areas[0]
    (row,) = sources.named("funds", area, fund=name)[:1]
    funds = plan.tables["funds"]
    own = funds[[key in accounts for key in zip(funds["fund"], funds["owner"], strict=True)]]
    by_year = own.groupby("year")["drawn"].sum()
    years = by_year[by_year > _LEAST].index
    first, last = (int(years.min()), int(years.max())) if len(years) else (None, None)
    totals = (float(own[column].sum()) for column in ("amount", "drawn", "lapsed"))
    said = "yes" if window_only else "no"
    return name, row.file, row.number, said, carried, *totals, first, last

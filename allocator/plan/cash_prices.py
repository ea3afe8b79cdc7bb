"""A plan's money in cash: at the prices of each year, as budget papers have it.

The plan is worked out in real terms, at the price base; the table ``inflation`` of its instance,
for reports alone, says what a pound of the base is in the cash of each year.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from allocator.instance import Instance
from allocator.instance.schema import TIERS
from allocator.plan.columns import TABLES
from allocator.table import Table

if TYPE_CHECKING:
    from allocator.plan.plan import Plan

CASH: Final = "cash"  # the table, of plans whose instance has a series of inflation
_MONEY: Final = (*TIERS, "total", "baseline_total")  # of the table of years


def cash_table(instance: Instance, years: Table) -> Table:
    """By area and year: the index, and the plan's and the baseline's spend in cash, £."""
    index = instance.resolved.inflation
    factor = np.array([index[key] for key in years.keys(["area", "year"])], dtype=float)
    columns = {
        "area": years["area"],
        "year": years["year"],
        "cash_index": factor,
        **{f"cash_{name}": years.numbers(name) * factor for name in _MONEY},
    }
    return Table(columns).select(list(TABLES[CASH].columns))


def in_cash(plan: Plan) -> dict[str, dict[int, float]]:
    """£ in cash by column of the table of years, and year, areas together; empty without a series.

    With ``net``, ``cumulative`` and ``one_off``, drawn from the funds of a window alone.  A
    cumulative position adds up the cash of different years, as accounts do.
    """
    if CASH not in plan.tables:
        return {}
    table = plan.table(CASH)
    summed = table.sums(["year"], *(f"cash_{name}" for name in _MONEY))
    years = sorted(int(year) for (year,) in summed)
    columns = {name: {y: summed[(y,)][n] for y in years} for n, name in enumerate(_MONEY)}
    net = {y: columns["baseline_total"][y] - columns["total"][y] for y in years}
    drawn = drawn_in_cash(plan)
    one_off = {fund for (fund, _), f in plan.instance.resolved.accounts.items() if f.window_only}
    return columns | {
        "net": net,
        "cumulative": dict(zip(years, accumulate(net.values()), strict=True)),
        "one_off": {y: sum(drawn[fund][y] for fund in one_off) for y in years},
    }


def drawn_in_cash(plan: Plan) -> dict[str, dict[int, float]]:
    """£ in cash drawn by fund and year, areas together."""
    index = plan.instance.resolved.inflation
    funds = dict.fromkeys(fund for fund, _ in plan.instance.resolved.accounts)
    drawn = {fund: dict.fromkeys(plan.instance.horizon, 0.0) for fund in funds}
    for fund, area, year, amount in plan.table("drawn").keys(["fund", "area", "year", "drawn"]):
        drawn[fund][int(year)] += float(amount) * index[area, int(year)]
    return drawn


def cash_facts(plan: Plan) -> dict[str, Any]:
    """As ``solve --json`` shows it: by column and year, and what each fund gives; £ in cash."""
    by_fund = drawn_in_cash(plan)
    return {
        **{name: _by_year(years) for name, years in in_cash(plan).items()},
        "drawn": {fund: _by_year(years) for fund, years in by_fund.items()},
    }


def _by_year(amounts: dict[int, float]) -> dict[str, float]:
    return {str(year): amount for year, amount in amounts.items()}

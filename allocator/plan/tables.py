"""From the columns of a solved program to tidy tables in the units of the instance.

One row per observation, money in pounds, the keys first.  The same tables are printed,
saved, audited and reported; nothing else of the program leaves the solve.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from allocator.instance import Instance
from allocator.instance.schema import TIERS
from allocator.plan.columns import TABLES
from allocator.program.program import MONEY, POUNDS, Family, LinearProgram
from allocator.simulate import Baseline, Simulator
from allocator.table import Table, Tables, of_codes

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

SHORTFALL: Final = ("excess", "overspent")


def decision_tables(instance: Instance, program: LinearProgram, primal: Floats) -> Tables:
    """``states``, ``services``, ``bands``, ``diverted``, ``spend``, ``drawn`` and ``funds``.

    And ``excess`` over the targets and ``overspent``, where the program may fall short so, and
    ``staff`` and ``practices``, where it has them.

    Periods run from 0 (the opening) or 1 to the last; those of ``diverted`` go on after the
    horizon while cases already served still avert moves.
    """

    def take(family: str) -> Table:
        return _table(program.columns[family], primal, instance)

    def beside(table: Table, by: list[str], *families: str) -> Table:
        """With the columns of families for the same rows; 0 where they have none."""
        for family in families:
            if family in program.columns:
                values = table.looked_up(by, take(family), family, missing=0.0)
                table = table.assign(**{family: values})
        return table

    def within(family: str) -> Table:
        table = take(family)
        period = table.numbers("period")
        return table.where((period >= 1) & (period <= instance.number_of_periods))

    drawn, cases = take("drawn"), ("expansion", "contraction", "served")
    tables = {
        "states": beside(take("children"), ["area", "state", "period"], "places"),
        "services": beside(within("level"), ["area", "service", "period"], *cases),
        "bands": within("in_band"),
        "diverted": take("diverted"),
        "spend": take("spend"),
        "drawn": drawn,
        "funds": fund_table(instance, drawn, take("unspent")),
        **{name: take(name) for name in SHORTFALL if program.columns[name].count},
    }
    posts, practices = within("in_post"), within("supported")
    if len(posts):
        tables["staff"] = beside(posts, ["area", "role", "period"], "hired", "let_go", "agency")
    if len(practices):
        tables["practices"] = practices
    return Tables(tables)


def fund_table(instance: Instance, drawn: Table, unspent: Table) -> Table:
    """By balance and year, £: given, brought forward, drawn, left, and what of that lapses."""
    keys = ["fund", "owner", "year"]
    rows = [(*key, amount) for key, amount in instance.resolved.budgets.items()]
    funds = Table.of_rows([*keys, "amount"], rows)
    spent = drawn.sums(keys, "drawn")
    paid = [spent.get(key, [0.0])[0] for key in funds.keys(keys)]
    left = funds.looked_up(keys, unspent, "unspent")
    return carried(instance, funds.assign(drawn=np.array(paid, dtype=float), unspent=left))


def carried(instance: Instance, funds: Table) -> Table:
    """Balances by year, with what was brought forward and what lapses of what is left, £."""
    keys, accounts = funds.keys(["fund", "owner", "year"]), instance.resolved.accounts
    share = np.array([accounts[fund, owner].carry_forward for fund, owner, _ in keys], dtype=float)
    kept = funds.numbers("unspent") * share
    after = {(f, o, y + 1): amount for (f, o, y), amount in zip(keys, kept, strict=True)}
    before = np.array([after.get(key, 0.0) for key in keys], dtype=float)
    funds = funds.assign(brought_forward=before, lapsed=funds.numbers("unspent") - kept)
    return funds.select(list(TABLES["funds"].columns))


def _table(family: Family, values: Floats, instance: Instance) -> Table:
    columns = {key: of_codes(*family.coded(key)) for key in family.keys}
    if "period" in columns:
        columns["year"] = years_of(columns["period"], instance)
    scale = POUNDS if family.unit == MONEY else 1.0
    return Table({**columns, family.name: values[family.start : family.stop] * scale})


def years_of(periods: Any, instance: Instance) -> Any:
    """Year of each period; the opening (period 0) belongs to the year that it opens."""
    within = np.maximum(np.asarray(periods, dtype=int), 1) - 1
    return instance.first_year + within // instance.periods_per_year


def demand_table(instance: Instance) -> Table:
    """By area, driver, move and year: what the driver multiplies the rate by (3.13)."""
    rows = [
        (*response, year, factor)
        for response, factors in instance.resolved.demand.items()
        for year, factor in factors.items()
    ]
    return Table.of_rows(list(TABLES["demand"].columns), rows)


def present_value(instance: Instance, table: Table, column: str = "spend") -> float:
    """Present value of a column by year, £ where it holds pounds."""
    factor = (1 + instance.discount_rate) ** -(table.numbers("year") - instance.first_year)
    return float(np.sum(table.numbers(column) * factor))


def charges(instance: Instance, tables: Mapping[str, pd.DataFrame]) -> float:
    """Present value of what a plan is charged for falling short, £."""
    prices = (instance.shortfall.excess_price, instance.shortfall.overspend_price)
    return sum(
        (price or 0.0) * present_value(instance, Tables.of(tables).table(name), name)
        for name, price in zip(SHORTFALL, prices, strict=True)
        if name in tables
    )


def year_table(
    instance: Instance, unchanged: Baseline, tables: Mapping[str, pd.DataFrame] | None = None
) -> Table:
    """By area and year: children in care at its end and spend by tier, planned and baseline."""
    areas, horizon = instance.areas, list(instance.horizon)
    columns: dict[str, Any] = {
        "area": [area for area in areas for _ in horizon],
        "year": np.array(horizon * len(areas)),
        "baseline_children_in_care": np.concatenate([unchanged.children_in_care[a] for a in areas]),
        **{
            f"baseline_{tier}": np.concatenate([unchanged.spend[area, tier] for area in areas])
            for tier in TIERS
        },
    }
    columns["baseline_total"] = sum(columns[f"baseline_{tier}"] for tier in TIERS)
    if tables is None:
        return Table(columns)
    given, keys = Tables.of(tables), Table(columns).keys(["area", "year"])
    states, care = given.table("states"), _care_states(instance)
    periods = states.numbers("period")
    at_end = (periods > 0) & (periods % instance.periods_per_year == 0)
    inside = [key in care for key in states.keys(["area", "state"])]
    in_care = states.where(at_end & np.array(inside, dtype=bool)).sums(["area", "year"], "children")
    columns["children_in_care"] = np.array([in_care.get(key, [np.nan])[0] for key in keys])
    spend = given.table("spend").sums(["area", "year", "tier"], "spend")
    for tier in TIERS:
        columns[tier] = np.array([spend.get((*key, tier), [np.nan])[0] for key in keys])
    columns["total"] = np.nansum([columns[tier] for tier in TIERS], axis=0)
    return Table(columns)


def _care_states(instance: Instance) -> set[tuple[str, str]]:
    run = Simulator(instance)
    return {key for key, inside in zip(run.states, run.in_care(), strict=True) if inside}

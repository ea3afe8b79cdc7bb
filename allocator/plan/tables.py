"""From the columns of a solved program to tidy tables in the units of the instance.

One row per observation, money in pounds, the keys first.  The same tables are printed,
saved, audited and reported; nothing else of the program leaves the solve.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from allocator.instance import Instance
from allocator.instance.schema import TIERS
from allocator.plan.columns import TABLES
from allocator.program.program import MONEY, POUNDS, Family, LinearProgram
from allocator.simulate import Baseline, Simulator
from allocator.solvers.solution import Ranging
from allocator.table import Table, Tables, as_column
from allocator.vocabulary import AFTER_WINDOW, CONSTRAINTS, IN_WINDOW

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
    columns = dict(Table.of_rows(family.keys, family.indices).columns)
    if "period" in columns:
        columns["year"] = years_of(columns["period"], instance)
    scale = POUNDS if family.unit == MONEY else 1.0
    return Table({**columns, family.name: values[family.start : family.stop] * scale})


def years_of(periods: Any, instance: Instance) -> Any:
    """Year of each period; the opening (period 0) belongs to the year that it opens."""
    within = np.maximum(np.asarray(periods, dtype=int), 1) - 1
    return instance.first_year + within // instance.periods_per_year


def price_table(
    instance: Instance,
    program: LinearProgram,
    primal: Floats,
    dual: Floats,
    costs: Floats,
    ranging: Ranging | None,
) -> Table:
    """What each constraint that binds is worth: ∂ objective / ∂ right-hand side.

    ``price`` is £ at present value per unit of ``limit`` (per child, per case per year, per
    pound); ``holds_from`` and ``holds_to`` are limits between which it stays so, where
    the solver gives them: its basis may end before the price does.  A limit that the window sets
    (spend that is protected, say) is what it sets, not the 0 that the row has beside the
    window's column.
    """
    activity, given = program.matrix.times(primal), window_terms(program)
    least = 1e-9 * float(np.max(np.abs(costs), initial=0.0))
    by_family = (
        [
            price_row(program, family, int(n), dual[n], activity[n], given[n], ranging)
            for n in family.start + np.flatnonzero(np.abs(dual[family.start : family.stop]) > least)
            if not outside(family, int(n), instance)
        ]
        for family in program.rows.values()
        if family.name in CONSTRAINTS
    )
    columns = _columns(by_family, TABLES["prices"].columns)
    columns["year"] = [
        year if period is None else int(years_of(period, instance))
        for year, period in zip(columns["year"], columns["period"], strict=True)
    ]
    return Table(columns, partial(_whole_numbers, columns))


def _columns(
    parts: Iterable[Sequence[Mapping[str, object]]], names: Iterable[str]
) -> dict[str, Any]:
    """Columns of rows, of which those of a part have the same names; None where one is absent."""
    columns: dict[str, list[object]] = {name: [] for name in names}
    for rows in filter(None, parts):
        cells = zip(*(row.values() for row in rows), strict=True)
        there = dict(zip(rows[0], cells, strict=True))
        for name, column in columns.items():
            column.extend(there.get(name) or repeat(None, len(rows)))
    return {name: as_column(column) for name, column in columns.items()}


def price_frame(instance: Instance, rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Rows of ``price_row`` as a table, each with its year."""
    import pandas as pd

    table = pd.DataFrame(list(rows), columns=list(TABLES["prices"].columns))
    table["year"] = table["year"].where(
        table["period"].isna(), years_of(table["period"].fillna(0).astype(int), instance)
    )
    return _whole_numbers(table)


def _whole_numbers(columns: Mapping[str, Any] | pd.DataFrame) -> pd.DataFrame:
    """A table of prices with whole numbers, of which some are missing."""
    import pandas as pd

    return pd.DataFrame(columns).astype({"year": "Int64", "period": "Int64", "band": "Int64"})


def window_terms(program: LinearProgram) -> Floats:
    """What columns that say which years the window has add to each row: in money, its limit.

    A row such as ``spend - protected * in_window >= 0`` limits spend to what the window asks.
    """
    values = np.zeros(program.shape[1])
    for name in (IN_WINDOW, AFTER_WINDOW):
        if name in program.columns:
            family = slice(program.columns[name].start, program.columns[name].stop)
            values[family] = program.lower[family]
    return program.matrix.times(values)


def outside(family: Family, position: int, instance: Instance) -> bool:
    """Whether a row is about a period before the start or after the end of the horizon."""
    if "period" not in family.keys:
        return False
    return not 1 <= family.indices[position - family.start][-1] <= instance.number_of_periods


def price_row(
    program: LinearProgram,
    family: Family,
    position: int,
    dual: float,
    activity: float,
    given: float,
    ranging: Ranging | None,
) -> Mapping[str, object]:
    """A row of ``price_table`` but for its year: ``given`` is the row's part of window_terms."""
    money = family.unit == MONEY
    scale = POUNDS if money else 1.0
    low, high = (
        (np.nan, np.nan)
        if ranging is None
        else (
            float(ranging.lower[position] - given) * scale,
            float(ranging.upper[position] - given) * scale,
        )
    )
    lower, upper = program.row_lower[position], program.row_upper[position]
    bound = lower if dual > 0 or not np.isfinite(upper) else upper
    keys = dict(zip(family.keys, family.indices[position - family.start], strict=True))
    return {
        "constraint": family.name,
        **keys,
        "price": float(dual) if money else float(dual) * POUNDS,
        "unit": "£" if money else family.unit,
        "activity": float(activity - given) * scale,
        "limit": float(bound - given) * scale,
        "holds_from": low,
        "holds_to": high,
    }


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

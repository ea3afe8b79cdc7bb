"""From the columns of a solved program to tidy tables in the units of the instance.

One row per observation, money in pounds, the keys first.  The same tables are printed,
saved, audited and reported; nothing else of the program leaves the solve.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.instance import Instance
from allocator.instance.schema import TIERS
from allocator.program.program import MONEY, POUNDS, Family, LinearProgram
from allocator.simulate import Baseline, Simulator
from allocator.solvers.solution import Ranging
from allocator.vocabulary import AFTER_WINDOW, CONSTRAINTS, IN_WINDOW
from formulations.names import KEYS

Floats = NDArray[np.float64]

SHORTFALL: Final = ("excess", "overspent")
PRICE_COLUMNS: Final = (
    "constraint", *KEYS, "price", "unit", "activity", "limit", "holds_from", "holds_to",
)  # fmt: skip


def decision_tables(
    instance: Instance, program: LinearProgram, primal: Floats
) -> dict[str, pd.DataFrame]:
    """``states``, ``services``, ``bands``, ``diverted``, ``spend``, ``drawn`` and ``funds``.

    And ``excess`` over the targets and ``overspent``, where the program may fall short so, and
    ``staff`` and ``practices``, where it has them.

    Periods run from 0 (the opening) or 1 to the last; those of ``diverted`` go on after the
    horizon while cases already served still avert moves.
    """
    last = instance.number_of_periods

    def take(family: str) -> pd.DataFrame:
        return _frame(program.columns[family], primal, instance)

    def within(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["period"].between(1, last)]

    states = take("children").merge(take("places"), on=["area", "state", "period", "year"])
    services = within(take("level"))
    for family in [f for f in ("expansion", "contraction", "served") if f in program.columns]:
        services = services.merge(take(family), on=["area", "service", "period", "year"])
    drawn = take("drawn")
    return {
        "states": states,
        "services": services.reset_index(drop=True),
        "bands": within(take("in_band")).reset_index(drop=True),
        "diverted": take("diverted"),
        "spend": take("spend"),
        "drawn": drawn,
        "funds": fund_table(instance, drawn, take("unspent")),
        **{name: take(name) for name in SHORTFALL if program.columns[name].count},
        **staff_tables(take, last),
    }


def staff_tables(take: Callable[[str], pd.DataFrame], last: int) -> dict[str, pd.DataFrame]:
    """What was decided of ``staff`` and ``practices``, FTE; neither where there are no roles."""
    posts, practices = (
        frame[frame["period"].between(1, last)] for frame in (take("in_post"), take("supported"))
    )
    found = {}
    if len(posts):
        for family in ("hired", "let_go", "agency"):
            posts = posts.merge(take(family), how="left", on=["area", "role", "period", "year"])
        found["staff"] = posts.fillna({"agency": 0.0})
    if len(practices):
        found["practices"] = practices.reset_index(drop=True)
    return found


def fund_table(instance: Instance, drawn: pd.DataFrame, unspent: pd.DataFrame) -> pd.DataFrame:
    """By balance and year, £: given, brought forward, drawn, left, and what of that lapses."""
    keys = ["fund", "owner", "year"]
    amounts = pd.DataFrame(
        [(*key, amount) for key, amount in instance.resolved.budgets.items()],
        columns=[*keys, "amount"],
    )
    spent = drawn.groupby(keys, as_index=False)["drawn"].sum()
    funds = amounts.merge(spent, how="left").fillna({"drawn": 0.0}).merge(unspent, how="left")
    return carried(instance, funds)


def carried(instance: Instance, funds: pd.DataFrame) -> pd.DataFrame:
    """Balances by year, with what was brought forward and what lapses of what is left, £."""
    keys = ["fund", "owner", "year"]
    kept = funds["unspent"] * [
        instance.resolved.accounts[key].carry_forward
        for key in zip(funds["fund"], funds["owner"], strict=True)
    ]
    before = pd.DataFrame(funds[keys]).assign(brought_forward=kept, year=funds["year"] + 1)
    funds = (
        funds.assign(lapsed=funds["unspent"] - kept)
        .merge(before, how="left", on=keys)
        .fillna({"brought_forward": 0.0})
    )
    return funds[[*keys, "amount", "brought_forward", "drawn", "unspent", "lapsed"]]


def _frame(family: Family, values: Floats, instance: Instance) -> pd.DataFrame:
    frame = pd.DataFrame(list(family.indices), columns=list(family.keys))
    if "period" in family.keys:
        frame["year"] = years_of(frame["period"], instance)
    scale = POUNDS if family.unit == MONEY else 1.0
    frame[family.name] = values[family.start : family.stop] * scale
    return frame


def years_of(periods: pd.Series[int], instance: Instance) -> pd.Series[int]:
    """Year of each period; the opening (period 0) belongs to the year that it opens."""
    return instance.first_year + (periods.clip(lower=1) - 1) // instance.periods_per_year


def price_table(
    instance: Instance,
    program: LinearProgram,
    primal: Floats,
    dual: Floats,
    costs: Floats,
    ranging: Ranging | None,
) -> pd.DataFrame:
    """What each constraint that binds is worth: ∂ objective / ∂ right-hand side.

    ``price`` is £ at present value per unit of ``limit`` (per child, per case per year, per
    pound); ``holds_from`` and ``holds_to`` are the limits between which it stays so, where
    the solver gives them.  A limit that the window sets (spend that is protected, say) is what it
    sets, not the 0 that the row has beside the window's column.
    """
    activity, given = program.matrix.times(primal), window_terms(program)
    least = 1e-9 * float(np.max(np.abs(costs), initial=0.0))
    rows = [
        price_row(program, family, int(n), dual[n], activity[n], given[n], ranging)
        for family in program.rows.values()
        if family.name in CONSTRAINTS
        for n in family.start + np.flatnonzero(np.abs(dual[family.start : family.stop]) > least)
        if not outside(family, int(n), instance)
    ]
    return price_frame(instance, rows)


def price_frame(instance: Instance, rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Rows of ``price_row`` as a table, each with its year."""
    table = pd.DataFrame(list(rows), columns=list(PRICE_COLUMNS))
    table["year"] = table["year"].where(
        table["period"].isna(), years_of(table["period"].fillna(0).astype(int), instance)
    )
    return table.astype({"year": "Int64", "period": "Int64", "band": "Int64"})


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


def demand_table(instance: Instance) -> pd.DataFrame:
    """By area, driver, move and year: what the driver multiplies the rate by (3.13)."""
    rows = [
        (*response, year, factor)
        for response, factors in instance.resolved.demand.items()
        for year, factor in factors.items()
    ]
    return pd.DataFrame(rows, columns=["area", "driver", "from", "to", "year", "factor"])


def present_value(instance: Instance, table: pd.DataFrame, column: str = "spend") -> float:
    """Present value of a column by year, £ where it holds pounds."""
    factor = (1 + instance.discount_rate) ** -(table["year"] - instance.first_year).astype(float)
    return float((table[column] * factor).sum())


def charges(instance: Instance, tables: Mapping[str, pd.DataFrame]) -> float:
    """Present value of what a plan is charged for falling short, £."""
    prices = (instance.shortfall.excess_price, instance.shortfall.overspend_price)
    return sum(
        (price or 0.0) * present_value(instance, tables[name], name)
        for name, price in zip(SHORTFALL, prices, strict=True)
        if name in tables
    )


def year_table(
    instance: Instance, unchanged: Baseline, tables: dict[str, pd.DataFrame] | None = None
) -> pd.DataFrame:
    """By area and year: children in care at its end and spend by tier, planned and baseline."""
    horizon = list(instance.horizon)
    frames = []
    for area in instance.areas:
        frame = pd.DataFrame({"area": area, "year": horizon})
        frame["baseline_children_in_care"] = unchanged.children_in_care[area]
        for tier in TIERS:
            frame[f"baseline_{tier}"] = unchanged.spend[area, tier]
        frame["baseline_total"] = frame[[f"baseline_{tier}" for tier in TIERS]].sum(axis=1)
        frames.append(frame)
    years = pd.concat(frames, ignore_index=True)
    if tables is None:
        return years
    run, states = Simulator(instance), tables["states"]
    care = {key for key, inside in zip(run.states, run.in_care(), strict=True) if inside}
    at_ends = states[
        (states["period"] > 0)
        & (states["period"] % instance.periods_per_year == 0)
        & np.array([key in care for key in zip(states["area"], states["state"], strict=True)])
    ]
    in_care = at_ends.groupby(["area", "year"])["children"].sum().rename("children_in_care")
    spend = tables["spend"].pivot(index=["area", "year"], columns="tier", values="spend")
    spend = spend[list(TIERS)]
    spend["total"] = spend.sum(axis=1)
    spend.columns.name = None
    return years.join(in_care, on=["area", "year"]).join(spend, on=["area", "year"])

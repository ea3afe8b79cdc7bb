"""What the rules by which money comes cost: by the year, all at once, or known a year at a time.

Three regimes of the same instance and the same cash::

    fixed         budgets by the year, all of them known from the start: the instance as it stands
    free          each balance of a fund gets the cash of all years in the first one, and carries
                      forward whatever is left: the same total, free over the years
    year_by_year  budgets by the year, each known only when its year begins (settlements)

Fixed against free is what inflexible annual budgets cost; year by year against fixed is what
certainty is worth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import pandas as pd

from allocator.clock import Overrun
from allocator.errors import NoPlanError
from allocator.explain.answers import Answer
from allocator.explain.regimes.settlements import LEAST, Rolled, Settlement, roll
from allocator.instance import Instance
from allocator.instance.cell_changes import with_cells, with_only
from allocator.instance.schema import ALL
from allocator.plan.cash import CashPosition
from allocator.plan.columns import ANSWERS, AnswerColumns
from allocator.plan.tables import year_table
from allocator.program.program import POUNDS
from allocator.progress import Progress
from allocator.simulate import baseline
from allocator.solving.session import Session
from allocator.solving.solve import plan_of
from formulations import LEAST_COST

FIXED, FREE, YEARLY = "fixed", "free", "year_by_year"
MADE_GOOD: Final = "short"  # the status of a plan whose money or targets do not suffice


@dataclass(frozen=True)
class Regimes(Answer):
    """The same instance under the three regimes."""

    NAME: ClassVar[str] = "regimes"
    COLUMNS: ClassVar[AnswerColumns] = ANSWERS[NAME]

    def row(self, regime: str) -> dict[Any, Any]:
        """The facts of a regime."""
        table = self.tables["regimes"]
        return dict(table[table["regime"] == regime].iloc[0])

    def facts(self) -> dict[str, Any]:
        """Whether the instance as it stands has a plan."""
        statuses = self.tables["regimes"]["status"]
        stands = len(statuses) > 0 and statuses.iloc[0] == "optimal"
        return {"status": "optimal" if stands else "infeasible"}


@dataclass(frozen=True)
class _Ran:
    """What was done under a regime, and at what cost (£, present value)."""

    regime: str
    done: Settlement
    tables: Mapping[str, pd.DataFrame]

    @property
    def short(self) -> dict[int, float]:
        """£ beyond the budgets by year, what the instance has a price for included."""
        return _added(self.done.short, self.tables, "overspent", LEAST * POUNDS)

    @property
    def above(self) -> dict[int, float]:
        """Children above targets by year, what the instance has a price for included."""
        by_year = dict[int, float]()
        for (_, year), children in self.done.above.items():
            by_year[year] = by_year.get(year, 0.0) + children
        return _added(by_year, self.tables, "excess", LEAST)


def _added(
    own: Mapping[int, float], tables: Mapping[str, pd.DataFrame], name: str, least: float
) -> dict[int, float]:
    """Amounts by year with those of a table, where there is one and they are more than rounding."""
    amounts = dict(own)
    for year, amount in tables[name].groupby("year")[name].sum().items() if name in tables else ():
        if amount > least:
            amounts[int(str(year))] = amounts.get(int(str(year)), 0.0) + float(amount)
    return amounts


def free_over_years(instance: Instance) -> Instance:
    """The instance with each balance's cash of all years in the first, and all carried forward."""
    totals: dict[tuple[str, str], float] = {}
    for (fund, owner, _), amount in instance.resolved.budgets.items():
        totals[fund, owner] = totals.get((fund, owner), 0.0) + amount
    rows = [
        {"fund": fund, "year": instance.first_year, "amount": amount}
        | ({} if owner == ALL else {"area": owner})
        for (fund, owner), amount in totals.items()
    ]
    carried = with_cells(instance, "funds", lambda row: {"carry_forward": 1.0})
    return with_only(carried, "budgets", rows)


def regimes(instance: Instance, progress: Progress | None = None) -> Regimes:
    """Plan the instance under each regime; every plan proved and audited.

    ``tables``: a row a regime (£ at present value), a row for each regime and year (children, £),
    and a row a year of what was planned before its settlement was known.  As far as there is time
    for them, but for the instance as it stands: TimeLimitError without it.  No rows where there is
    no plan however much money there is and whatever the targets.
    SolverError where a solve fails or a year's settlement leaves no plan, AuditError where the
    simulator does not confirm a plan.
    """
    session = Session()
    ran, settled, overrun = list[_Ran](), list[Settlement](), Overrun()
    try:
        ran.append(_certain(FIXED, instance, session))
    except NoPlanError:
        return Regimes(instance, LEAST_COST, session.solver, _tables(instance, ran, settled))
    with overrun.kept():
        ran.append(_certain(FREE, free_over_years(instance), session))
        yearly = roll(instance, certain=False, progress=progress, settled=settled)
        ran.append(_rolled(YEARLY, yearly))
    tables = _tables(instance, ran, settled)
    return Regimes(instance, LEAST_COST, session.solver, tables, unfinished=overrun.said)


def _tables(
    instance: Instance, ran: Sequence[_Ran], settled: Sequence[Settlement]
) -> dict[str, pd.DataFrame]:
    rows = [_row(instance, each, ran[0]) for each in ran]
    years = [row for each in ran for row in _years(instance, each).to_dict("records")]
    return {
        "regimes": Regimes.table_of("regimes", rows),
        "regimes_years": Regimes.table_of("regimes_years", years),
        "settlements": _settlements(settled),
    }


def _certain(regime: str, instance: Instance, session: Session) -> _Ran:
    """The least cost; where there is no plan, the one that comes nearest."""
    solved = session.solve(instance, every_window=False)
    if solved.best is None:
        return _rolled(regime, roll(instance, certain=True))
    plan = plan_of(instance, solved, LEAST_COST, session.solver)
    done = Settlement(instance.last_year, plan.window, plan.objective or 0.0, {}, {})
    return _Ran(regime, done, plan.tables)


def _rolled(regime: str, rolled: Rolled) -> _Ran:
    return _Ran(regime, rolled.last, rolled.tables)


def _row(instance: Instance, ran: _Ran, usual: _Ran) -> dict[str, Any]:
    years, done = _totals(instance, ran), ran.done
    first, length = done.window or (None, None)
    saved = (years["baseline_total"] - years["total"]).to_numpy()
    net = dict(zip(instance.horizon, saved.tolist(), strict=True))
    cash = CashPosition(net, float(years["baseline_total"].sum()))
    return {
        "regime": ran.regime,
        "status": MADE_GOOD if done.short or done.above else "optimal",
        "cost": done.cost,
        "extra_cost": done.cost - usual.done.cost,
        "money_short": sum(ran.short.values()),
        "children_above": sum(ran.above.values()),
        "children_in_care": float(years["children_in_care"].iloc[-1]),
        "double_running_cost": cash.double_running_cost,
        "payback_year": cash.payback_year,
        "window_first_year": first,
        "window_years": length,
    }


def _totals(instance: Instance, ran: _Ran) -> pd.DataFrame:
    table = year_table(instance, baseline(instance), ran.tables).frame
    return table.drop(columns=["area"]).groupby("year").sum()


def _years(instance: Instance, ran: _Ran) -> pd.DataFrame:
    years = _totals(instance, ran).reset_index()
    return pd.DataFrame(
        {
            "regime": ran.regime,
            "year": years["year"],
            "children_in_care": years["children_in_care"],
            "spend": years["total"],
            "prevention": years["early_help"] + years["edge_of_care"],
            "money_short": [ran.short.get(int(year), 0.0) for year in years["year"]],
        }
    )


def _settlements(settled: Sequence[Settlement]) -> pd.DataFrame:
    rows = [
        {
            "year": each.year,
            "window_first_year": each.window[0] if each.window else None,
            "window_years": each.window[1] if each.window else None,
            "expected_cost": each.cost,
            "expected_short": sum(each.short.values()) + each.overspent,
            "expected_above": sum(each.above.values()) + each.excess,
        }
        for each in settled
    ]
    return Regimes.table_of("settlements", rows)

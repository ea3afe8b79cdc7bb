"""The figures that people quote, as formulas: each has a name, a unit and what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from allocator.instance.instance import financial_year
from allocator.plan.cash_prices import in_cash
from allocator.plan.plan import Plan
from allocator.report.workbook.book import COUNT, MONEY, RATIO, WHOLE, Formula
from allocator.report.workbook.tables import Frames
from allocator.wording import years_said

NEVER: Final = "not in the plan"


@dataclass(frozen=True)
class Fact:
    """A figure of the front sheet, named ``plan_<key>``.

    ``own`` is the same figure as the plan gives it, None where nothing was calculated.
    """

    key: str
    label: str
    value: Formula | float | int
    meaning: str
    shape: str = MONEY
    own: float | None = None


def facts_of(plan: Plan, frames: Frames) -> list[Fact]:
    """What was put in, then what was found; of an infeasible instance the baseline's."""
    first, last = plan.instance.first_year, plan.instance.last_year
    given = [
        Fact("first_year", "First year", first, financial_year(first), WHOLE),
        Fact("last_year", "Last year", last, financial_year(last), WHOLE),
        Fact(
            "discount_rate", "Discount rate", plan.instance.discount_rate, "real, per year", RATIO
        ),
        Fact(
            "baseline_terminal_value",
            "Baseline after the last year",
            plan.baseline_terminal_value,
            "£ at present value",
        ),
    ]
    if not plan.found:
        return [*_children(plan, frames), *given]
    return [
        *_children(plan, frames),
        *_needed(plan),
        *_cash(plan),
        *_present(plan),
        *_in_cash(plan),
        *given,
        Fact(
            "terminal_value",
            "Plan after the last year",
            plan.terminal_value or 0.0,
            "£ at present value: the children still there, valued at the closing year's costs",
        ),
        Fact(
            "rounding",
            "Rounding",
            plan.cash().tolerance,
            "£: a shortfall below this counts as paid back",
            "0.00",
        ),
    ]


def _children(plan: Plan, frames: Frames) -> list[Fact]:
    years, end = plan.years(), financial_year(plan.instance.last_year)
    rows = [
        (f"{which}children_in_care", label)
        for which, label in (("", "Children in care"), ("baseline_", "Baseline in care"))
        if f"{which}children_in_care" in years
    ]
    facts = [
        Fact(
            f"closing_{key}",
            f"{label}, {end}",
            _of(float(years[key].iloc[-1]), f"=INDEX(by_year_{key},ROWS(by_year_{key}))"),
            "children at the end of the last year",
            COUNT,
            float(years[key].iloc[-1]),
        )
        for key, label in rows
    ]
    if "states" not in frames:
        return facts
    opening = sum(s.opening for s in plan.instance.resolved.states.values() if s.in_care)
    formula = '=SUMIFS(plan_states_children,plan_states_period,0,plan_states_in_care,"yes")'
    fact = Fact(
        "opening_children_in_care",
        "Children in care, opening",
        _of(opening, formula),
        "children at the start",
        COUNT,
        opening,
    )
    return [fact, *facts]


def _needed(plan: Plan) -> list[Fact]:
    """The one-off money that the plan needs, and by what it falls short."""
    base, facts = f"£, prices of {plan.instance.price_base}, undiscounted", list[Fact]()
    if any(fund.window_only for fund in plan.instance.resolved.accounts.values()):
        needed = float(sum(plan.one_off.values()))
        drawn = '=SUMIFS(plan_funds_drawn,plan_funds_one_off,"yes")'
        facts.append(
            Fact(
                "one_off_money",
                "One-off money needed",
                _of(needed, drawn),
                f"{base}: the figure that a bid has to name",
                own=needed,
            )
        )
    short = plan.shortfall() or {}
    if "excess" in plan.tables:
        most = max(short["excess"].values())
        facts.append(
            Fact(
                "excess",
                "Above the targets, at most",
                _of(most, "=MAX(by_year_excess)"),
                "children at a year's end",
                COUNT,
                own=most,
            )
        )
    if "overspent" in plan.tables:
        beyond = float(sum(short["overspent"].values()))
        facts.append(
            Fact(
                "overspent",
                "Overspent",
                _of(beyond, "=SUM(by_year_overspent)"),
                f"{base}: statutory spend beyond the funds",
                own=beyond,
            )
        )
    return facts


def _cash(plan: Plan) -> list[Fact]:
    """The position against the baseline, undiscounted."""
    cash = plan.cash()
    base = f"£, prices of {plan.instance.price_base}, undiscounted"
    saved = float(sum(cash.net.values()))
    return [
        Fact(
            "saving",
            "Saving against the baseline",
            _of(saved, "=SUM(by_year_net)"),
            f"{base}; negative: it costs more",
            own=saved,
        ),
        Fact(
            "peak_deficit",
            "Peak deficit",
            _of(cash.peak_deficit, "=MAX(0,-MIN(by_year_cumulative))"),
            f"{base}: deepest cumulative position",
            own=cash.peak_deficit,
        ),
        Fact(
            "peak_deficit_year",
            "Peak deficit reached",
            _year(
                cash.peak_deficit_year,
                "none",
                "=IF(plan_peak_deficit>plan_rounding,INDEX(by_year_year,MATCH("
                'MIN(by_year_cumulative),by_year_cumulative,0)),"none")',
            ),
            "financial year, by the year it begins",
            WHOLE,
            cash.peak_deficit_year or 0,
        ),
        Fact(
            "payback_year",
            "Payback",
            _year(
                cash.payback_year,
                NEVER,
                f'=IFERROR(INDEX(by_year_year,MATCH(1,by_year_paid_back,0)),"{NEVER}")',
            ),
            "first year whose cumulative position is not negative",
            WHOLE,
            cash.payback_year or 0,
        ),
        Fact(
            "lasting_payback_year",
            "Payback for good",
            _year(
                cash.lasting_payback_year,
                NEVER,
                "=IF(COUNTIF(by_year_paid_back,0)=0,plan_first_year,"
                f'IF(INDEX(by_year_paid_back,ROWS(by_year_paid_back))=0,"{NEVER}",'
                "SUMPRODUCT(MAX((by_year_paid_back=0)*by_year_year))+1))",
            ),
            "first year from which it never turns negative again",
            WHOLE,
            cash.lasting_payback_year or 0,
        ),
        Fact(
            "double_running_cost",
            "Double-running cost",
            _of(
                cash.double_running_cost,
                "=SUMPRODUCT((by_year_net<0)*(by_year_year<IF(ISNUMBER(plan_payback_year),"
                "plan_payback_year,plan_last_year+1))*(0-by_year_net))",
            ),
            f"{base}: the yearly deficits before payback",
            own=cash.double_running_cost,
        ),
        Fact(
            "double_running_years",
            "Years of double running",
            _of(
                len(cash.double_running_years),
                "=SUMPRODUCT((by_year_net<-plan_rounding)*(by_year_year<IF(ISNUMBER("
                "plan_lasting_payback_year),plan_lasting_payback_year,plan_last_year+1)))",
            ),
            "dearer than doing nothing new, before payback for good: "
            f"{years_said(cash.double_running_years) or 'none'}; not the window",
            WHOLE,
            len(cash.double_running_years),
        ),
    ]


def _present(plan: Plan) -> list[Fact]:
    base = f"£ at present value, prices of {plan.instance.price_base}"
    cost = plan.cost or 0.0
    return [
        Fact(
            "npv_in_horizon",
            "Net present value, years of the plan",
            _of(plan.npv_in_horizon, "=SUM(by_year_present_net)"),
            base,
            own=plan.npv_in_horizon,
        ),
        Fact(
            "npv",
            "Net present value, with what comes after",
            _of(plan.npv, "=plan_npv_in_horizon+plan_baseline_terminal_value-plan_terminal_value"),
            base,
            own=plan.npv,
        ),
        Fact(
            "cost",
            "Cost of the plan",
            _of(cost, "=SUM(by_year_present_spend)+plan_terminal_value"),
            f"{base}, with what comes after",
            own=cost,
        ),
    ]


def _in_cash(plan: Plan) -> list[Fact]:
    """What the plan spends and saves in cash, where the instance has a series of inflation."""
    cash = in_cash(plan)
    if not cash:
        return []
    spent, unchanged = (float(sum(cash[name].values())) for name in ("total", "baseline_total"))
    total, before = "SUM(plan_cash_cash_total)", "SUM(plan_cash_cash_baseline_total)"
    base = "£ in cash, at the prices of each year, undiscounted"
    return [
        Fact("cash_spend", "Spend in cash", _of(spent, f"={total}"), base, own=spent),
        Fact(
            "cash_saving",
            "Saving in cash",
            _of(unchanged - spent, f"={before}-{total}"),
            f"{base}; negative: it costs more",
            own=unchanged - spent,
        ),
    ]


def _of(value: float, text: str) -> Formula:
    return Formula(text, float(value))


def _year(year: int | None, never: str, text: str) -> Formula:
    return Formula(text, never if year is None else year)

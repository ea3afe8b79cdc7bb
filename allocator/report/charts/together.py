"""Several plans in one chart: children in care, spend and position, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from allocator.instance.instance import financial_year
from allocator.plan.plan import Plan
from allocator.report.charts.palette import MANY
from allocator.report.charts.shapes import MILLION, Pane, Panels, Series
from allocator.report.figures import Figures, Form, Header


def together(named: Sequence[tuple[str, Plan]]) -> list[Panels]:
    """Children in care, total spend and cumulative position of each plan over all their years."""
    charts = [
        _chart(
            "care-together",
            "Children in care at the end of the year",
            "Children",
            "children",
            1.0,
            named,
            lambda plan: _column(plan, "children_in_care"),
            from_zero=False,
        ),
        _chart(
            "spend-together",
            "Spend in all tiers",
            "£m",
            "millions",
            MILLION,
            named,
            lambda plan: _column(plan, "total"),
            from_zero=False,
        ),
    ]
    if any(plan.found for _, plan in named):
        charts.append(
            _chart(
                "position-together",
                "Cumulative position against doing nothing new",
                "£m",
                "millions",
                MILLION,
                named,
                _cumulative,
                from_zero=True,
            )
        )
    return charts


def _column(plan: Plan, column: str) -> dict[int, float]:
    """By year; the baseline's where there is no plan."""
    years = plan.years()
    name = column if plan.found else f"baseline_{column}"
    return {int(str(year)): float(value) for year, value in years[name].items()}


def _cumulative(plan: Plan) -> dict[int, float]:
    return plan.cash().cumulative if plan.found else {}


def _chart(
    name: str,
    title: str,
    unit: str,
    form: Form,
    scale: float,
    named: Sequence[tuple[str, Plan]],
    take: Callable[[Plan], dict[int, float]],
    *,
    from_zero: bool,
) -> Panels:
    years = sorted({year for _, plan in named for year in plan.instance.horizon})
    series = tuple(
        Series(label, tuple(take(plan).get(year) for year in years), MANY[n % len(MANY)])
        for n, (label, plan) in enumerate(named)
    )
    columns = (Header("Year", "year"), *(Header(each.name, form) for each in series))
    rows = tuple(zip(years, *(each.values for each in series), strict=True))
    without = [label for label, plan in named if not plan.found]
    about = (
        f"{', '.join(without)}: no plan exists; what happens if nothing changes." if without else ""
    )
    return Panels(
        name,
        title,
        about or "One line for each plan.",
        Figures(f"{title}, {unit}", columns, rows, "years.csv of each plan"),
        tuple(map(financial_year, years)),
        "",
        (Pane("", unit, series, scale, from_zero),),
    )

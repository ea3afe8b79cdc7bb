"""The first screen: the question, the answer, its key figures, and the two charts that show it."""

from __future__ import annotations

from allocator.instance.instance import financial_year
from allocator.plan.plan import Plan
from allocator.report.charts.children import care, targets
from allocator.report.charts.money import available, spend
from allocator.report.html.blocks import HtmlChart, KeyFigure, PageBlock, Text
from allocator.report.pages.headline import answer_paragraphs, asked_year, question
from allocator.report.pages.summary import payback_said
from allocator.wording import counted, number, pounds, window_words, years_said


def asked(plan: Plan) -> str:
    """The question, without its label."""
    return _sentence(question(plan.instance, plan.formulation).removeprefix("Question: "))


def answered(plan: Plan) -> tuple[str, ...]:
    """The answer, without its label, in paragraphs."""
    return answer_paragraphs(plan)


def _sentence(said: str) -> str:
    return said[:1].upper() + said[1:]


def first_screen(plan: Plan) -> tuple[PageBlock, ...]:
    """Children in care and spend; before them, where no plan exists, what stands in its way."""
    charts = (HtmlChart(care(plan)), HtmlChart(spend(plan)))
    return charts if plan.found else (*_in_the_way(plan), *charts)


def keys(plan: Plan) -> tuple[KeyFigure, ...]:
    """The few figures that people quote."""
    in_care = care_key(plan, asked_year(plan))
    if not plan.found:
        return (in_care,)
    cash = plan.cash()
    total = sum(cash.net.values())
    peak = "" if cash.peak_deficit_year is None else f"in {financial_year(cash.peak_deficit_year)}"
    present = f"at {100 * plan.instance.discount_rate:.3g}% a year"
    if plan.instance.terminal_value:
        present += f"; with what comes after {pounds(plan.npv)}"
    return (
        in_care,
        KeyFigure("Double investment", window_words(plan.window).capitalize(), _length(plan)),
        KeyFigure(
            "Double running",
            counted(len(cash.double_running_years), "year"),
            years_said(cash.double_running_years),
        ),
        KeyFigure("Peak deficit", pounds(cash.peak_deficit) if peak else "None", peak),
        KeyFigure("Payback", _payback(plan), _lasting(plan)),
        KeyFigure(
            f"{'Saved' if total >= 0 else 'Extra cost'} in {counted(plan.instance.years, 'year')}",
            pounds(abs(total)),
            "against doing nothing new",
        ),
        KeyFigure("Net present value, years of the plan", pounds(plan.npv_in_horizon), present),
    )


def care_key(plan: Plan, year: int) -> KeyFigure:
    """Children in care at the end of a year; without a plan, if nothing changes."""
    years = plan.years()
    unchanged = number(float(years["baseline_children_in_care"][year]))
    name = f"In care, end of {financial_year(year)}"
    target = targets(plan)[year - plan.instance.first_year]
    aim = f"target {number(target)}" if target is not None else ""
    if not plan.found:
        return KeyFigure(name, unchanged, ", ".join(filter(None, ("if nothing changes", aim))))
    reached = number(float(years["children_in_care"][year]))
    said = (f"{unchanged} if nothing changes", aim)
    return KeyFigure(name, reached, ", ".join(filter(None, said)))


def _length(plan: Plan) -> str:
    return "" if plan.window is None else counted(plan.window[1], "year")


def _payback(plan: Plan) -> str:
    year = plan.cash().payback_year
    return (
        f"Not in {counted(plan.instance.years, 'year')}" if year is None else financial_year(year)
    )


def _lasting(plan: Plan) -> str:
    said = payback_said(plan)
    return said.partition("; ")[2] or said.partition(", ")[2]


def _in_the_way(plan: Plan) -> tuple[PageBlock, ...]:
    """What the plan's own tables say of why it fails: children above target, cost above caps."""
    years, horizon = plan.years(), plan.instance.horizon
    said = []
    over = [
        (float(years["baseline_children_in_care"][year]) - most, year)
        for year, most in zip(horizon, targets(plan), strict=True)
        if most is not None
    ]
    if over and max(over)[0] > 0:
        by, year = max(over)
        said.append(
            f"If nothing changes, {number(by)} more children are in care at the end of "
            f"{financial_year(year)} than the target allows."
        )
    short = [
        (float(years["baseline_total"][year]) - float(cap or 0.0), year)
        for year, cap in zip(horizon, available(plan), strict=True)
    ]
    dear = [(by, year) for by, year in short if by > 0]
    if dear:
        by, year = max(dear)
        said.append(
            f"Even that costs more than the ordinary budgets in {counted(len(dear), 'year')}: by "
            f"{pounds(by)} in {financial_year(year)}, the worst."
        )
    said.append(
        "Which caps, limits and targets conflict, and the least that would have to give, is what "
        "`allocator explain` answers."
    )
    return tuple(
        Text(each, "warning" if n < len(said) - 1 else "note") for n, each in enumerate(said)
    )

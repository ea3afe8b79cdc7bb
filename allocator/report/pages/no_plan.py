"""Why there is no plan, and the ways out, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from allocator.explain.explanation import Explanation
from allocator.explain.infeasible.conflict import said
from allocator.explain.infeasible.way import Way
from allocator.instance.instance import financial_year
from allocator.plan.plan import Plan
from allocator.report.pages.heading import heading
from allocator.report.pages.headline import shortfall_said
from allocator.wording import (
    capital,
    listed,
    number,
    paragraph,
    plain,
    pounds,
    window_words,
    with_window,
    years_said,
)


def no_plan(answer: Explanation) -> Iterator[str]:
    """The page but for its last lines."""
    conflict = answer.conflict
    assert conflict is not None
    yield heading(answer, "why is there no plan, and what would give one?")
    windows = len(answer.instance.windows)
    where = ""
    if windows:
        where = (
            "  The same holds in every double-investment window that is allowed."
            if answer.everywhere
            else f"  That is {with_window(conflict.window)}, which comes nearest to a plan."
        )
    yield paragraph(f"Answer: there is no plan.  {capital(conflict.short)}.{where}")
    yield "\n".join(_conflict(answer))
    yield "\n".join(_ways(answer))
    none = _never(answer)
    if none:
        yield paragraph(f"What does not help, however much of it there is: {listed(none)}.")
    if answer.nearest is not None:
        yield _nearest(answer.nearest)


def _nearest(plan: Plan) -> str:
    """The plan that falls short least, by year, and how to have it."""
    prices, end = plan.instance.shortfall, plan.instance.last_year
    excess, overspend = prices.excess_price or 0.0, prices.overspend_price or 0.0
    told = (
        f"With {pounds(excess)} a child above a target at each year's end, and £{overspend:,.2f} "
        "on top of each pound of statutory work beyond the funds, the plan that comes nearest has "
        f"{number(float(plan.years()['children_in_care'][end]))} children in care at the end of "
        f"{financial_year(end)}, {with_window(plan.window)}. {shortfall_said(plan)}"
    )
    setting = f"`--set shortfall.excess_price={excess:.0f}`"
    how = f"To have it: {setting} and `--set shortfall.overspend_price={overspend:g}`."
    return f"{paragraph(told)}\n{paragraph(how)}"


def _conflict(answer: Explanation) -> Iterator[str]:
    yield "In conflict: drop any one of these, and the others can hold"
    assert answer.conflict is not None
    for each in said(answer.conflict.members):
        yield paragraph(capital(each), "  ")
    yield paragraph("There may be other conflicts beside this one; each way out meets all of them.")


def _ways(answer: Explanation) -> Iterator[str]:
    yield "Ways out, each with all else as it is, each tried"
    shown = [way for way in answer.ways if way.possible]
    if not shown:
        yield "  none of those that were looked for"
    yearly = [way for way in shown if way.kind == "money_in_one_year"]
    for way in (way for way in shown if way.kind != "money_in_one_year"):
        yield paragraph(f"{capital(_way(answer, way))}.", "  ")
    if yearly:
        each = listed([_given(answer, way) for way in yearly])
        yield paragraph(f"Money in one year alone: {each}.", "  ")


def _way(answer: Explanation, way: Way) -> str:
    """A way out as advice, with the row to change and the window it takes."""
    window = f", {with_window(way.window)}" if answer.instance.windows or way.window else ""
    said = _SAID.get(way.kind)
    if way.kind.startswith("money"):
        return f"{_money(answer, way)}{window}"
    if way.kind == "window":
        return f"a double investment in {window_words(way.window)}, which is not allowed now"
    if way.cell is None or way.after is None:
        return f"{way.words} {plain(100 * (way.after or 0.0), 4)}% higher{window}"
    if said is not None:
        after = financial_year(int(way.after)) if way.unit == "year" else _count(way)
        return f"{way.words} ({way.cell}): {said.format(after)}{window}"
    after, before = (number(each) for each in (way.after, way.before or 0.0))
    if way.unit == "£":
        after, before = pounds(way.after), pounds(way.before or 0.0)
    elif after in (before, "0.0"):  # the least change is less than a tenth
        after = plain(way.after, 2)
    if way.kind == "hires":
        window = f": {number(way.after - (way.before or 0.0))} more hires a year{window}"
    would = f"{after} would do, not {before}"
    return f"{way.words} ({way.cell}): {would}{window}"


def _count(way: Way) -> str:
    """What can be reached, to one digit more than counts have elsewhere.

    It is rounded up, so that there is a plan at what is said; what the plan has rounds to the same.
    """
    after = way.after or 0.0
    return f"{after:,.{1 if after >= 100 else 2}f}".removesuffix(".0").removesuffix(".00")


_SAID: Final = {
    "target": "{} can be reached, no fewer",
    "year": "it can be met by the end of {}, no earlier",
    "start": "{} would do",
}


def _money(answer: Explanation, way: Way) -> str:
    """What it comes to at present value, and where it goes."""
    least = f"at least {pounds(way.amount or 0.0)} more at present value"
    if way.words:
        return f"money in {answer.instance.label('funds', way.words)} alone: {least}"
    return f"money: {least}, {_given(answer, way)}"


def _given(answer: Explanation, way: Way) -> str:
    """``£10.3m in 2016-17 and £2m in 2017-18 to the core fund``."""
    by_fund: dict[str, list[str]] = {}
    for (fund, _, year), extra in way.money.items():
        by_fund.setdefault(fund, []).append(f"{pounds(extra)} in {financial_year(year)}")
    return listed(
        [f"{listed(given)} to {answer.instance.label('funds', f)}" for f, given in by_fund.items()]
    )


_ALL: Final = {  # where this kind does not help, neither does any of those that follow
    "money": ("more money, in any fund and year", ("money_in_one_year", "money_in_one_fund")),
    "all_growth": ("faster growth of any or all services", ("growth",)),
    "targets": ("higher targets", ("target", "year")),
}
_ONE: Final = {
    "target": "giving up {} alone", "year": "a later year for {}", "start": "{}, brought forward",
    "money_in_one_fund": "money in the fund {} alone",
    "window": "any other double-investment window",
}  # fmt: skip


def _never(answer: Explanation) -> list[str]:
    """What does not help, the narrower left out where the wider does not."""
    lost = [way for way in answer.ways if not way.possible]
    wider = [_ALL[way.kind] for way in lost if way.kind in _ALL]
    covered = {kind for _, kinds in wider for kind in kinds}
    said = [words for words, _ in wider]
    years = [int(way.words) for way in lost if way.kind == "money_in_one_year"]
    for way in lost:
        if way.kind == "money_in_one_year" and "money" not in {each.kind for each in lost}:
            every = len(years) == answer.instance.years
            said.append(f"money in any one {'year' if every else f'of {years_said(years)}'} alone")
        elif way.kind not in covered and way.kind not in _ALL:
            said.append(_ONE.get(way.kind, "{}").format(way.words))
    return list(dict.fromkeys(said))

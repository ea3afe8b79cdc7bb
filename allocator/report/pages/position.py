"""What the answer says of money: saved or spent, paid back or not, windows and double running."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from allocator.instance import Window
from allocator.instance.instance import financial_year
from allocator.plan.plan import Plan
from allocator.plan.ties import as_good
from allocator.plan.windows import WindowOutcome
from allocator.report.pages.sections import charged_or_credited
from allocator.vocabulary import REINVESTED
from allocator.wording import counted, listed, pounds, window_words, years_said

LEAST_POUNDS: Final = 1.0  # fewer are rounding
LEAST_PRICE: Final = 1e-6  # £ for £1: less is rounding
_MOST_TIED: Final = 3


def least(amount: float) -> float:
    """£, or nought where it is no more than rounding."""
    return amount if abs(amount) >= LEAST_POUNDS else 0.0


def position_said(plan: Plan) -> str:
    """Over the years: saved or spent, how far behind, paid back or not, and a loss in the end."""
    cash = plan.cash()
    total = sum(cash.net.values())
    years = f"{counted(plan.instance.years, 'year')}, in prices of {plan.instance.price_base},"
    if abs(total) <= cash.tolerance:
        told = f"Over {years} it costs as much as doing nothing new"
    elif total >= 0:
        told = f"Over {years} it saves {pounds(total)} against doing nothing new"
    else:
        told = f"Over {years} it costs {pounds(-total)} more than doing nothing new"
    if cash.peak_deficit_year is not None and cash.peak_deficit > cash.tolerance - total:
        deepest = pounds(cash.peak_deficit)
        behind = f"{deepest} behind at the worst"
        told += f", after a deficit of up to {deepest}" if total >= 0 else f", {behind}"
    if cash.payback_year is None:
        told += ", and does not pay back in that time"
    elif cash.lasting_payback_year is None:
        told += f", and pays back in {financial_year(cash.payback_year)}, but not for good"
    elif cash.lasting_payback_year > plan.instance.first_year:
        told += f", and pays back in {financial_year(cash.lasting_payback_year)}"
    return f"{told}.{_loss(plan)}"


def _loss(plan: Plan) -> str:
    """A net present value below nought, with the years after the plan's and without."""
    later, inside = plan.npv, plan.npv_in_horizon
    least = max(LEAST_POUNDS, plan.cash().tolerance)
    if not plan.instance.terminal_value:
        return "" if inside >= -least else f" At present value it loses {pounds(-inside)}."
    if later < -least:
        return f" At present value it loses {pounds(-later)}, later years counted."
    if inside < -least:
        return (
            f" At present value it loses {pounds(-inside)} in its own years; with what comes "
            f"after them it gains {pounds(later)}."
        )
    return ""


def twice_said(plan: Plan) -> str:
    """The window and the years of double running: always together, since they are not the same."""
    return f"{_window(plan)}{_without(plan)}; {_dearer(plan)}."


def _dearer(plan: Plan) -> str:
    cash = plan.cash()
    if years := cash.double_running_years:
        many = counted(len(years), "year")
        return f"the plan costs more than doing nothing new in {many}, {years_said(years)}"
    if all(net >= -cash.tolerance for net in cash.net.values()):
        return "in no year does the plan cost more than doing nothing new"
    return "the plan costs more than doing nothing new in no year before it pays back for good"


def _window(plan: Plan) -> str:
    if plan.window is not None:
        start, length = plan.window
        years = years_said(range(start, start + length))
        if any(fund.window_only for fund in plan.instance.resolved.accounts.values()):
            return f"One-off money may be spent in {years}, and {_needed(plan)}"
        return f"The window of double investment is {years}"
    if len(plan.windows) == 1:
        return "The instance allows no double investment"
    return "No window of double investment does better than none"


def _needed(plan: Plan) -> str:
    """How much of the one-off money, and when if not in every year of the window."""
    start, length = plan.window or (0, 0)
    if not plan.one_off:
        return "none is needed"
    total = f"{pounds(sum(plan.one_off.values()))} of it is needed"
    if [*plan.one_off] == [*range(start, start + length)]:
        return total
    return f"{total}, in {years_said(plan.one_off)}"


def _without(plan: Plan) -> str:
    """What comes of it without a window, where the plan has one that matters."""
    none = next((each for each in plan.windows if each.window is None), None)
    if plan.window is None or none is None or none in as_good(plan):
        return ""
    if none.status == "infeasible":
        return " (without a window there is no plan)"
    if none.objective is None or plan.objective is None or not plan.aims_at_targets:
        return ""
    beside = listed(charged_or_credited(plan))
    more = pounds(none.objective - plan.objective)
    return f" (without a window it costs {more} more{f', {beside} counted' if beside else ''})"


def reinvested_said(plan: Plan) -> str:
    """Whether the rule that savings go back into prevention makes the plan dearer, and when."""
    share = plan.instance.reinvestment_share
    if not share:
        return ""
    rule = f"{100 * share:g}% of what statutory work saves must go into prevention again"
    prices = plan.table("prices").only("constraint", REINVESTED)
    years = [int(y) for y, price in prices.keys(["year", "price"]) if price > LEAST_PRICE]
    if not years:
        return f"That {rule} costs nothing: the plan puts back as much of itself."
    return f"That {rule} makes the plan dearer, in {years_said(years)}."


def as_good_said(plan: Plan) -> str:
    """The windows that differ from the plan's by less than it is sure of; blank without any.

    Where none is the plan's choice, it is told already that no window does better.
    """
    return tied_said(as_good(plan), plan.window, plan.npv)


def tied_said(others: Sequence[WindowOutcome], chosen: Window | None, saved: float) -> str:
    """The same of any windows, where what is chosen saves so many £ at present value."""
    if not others or chosen is None:
        return ""
    names = [window_words(each.window) for each in others if each.window is not None]
    if len(names) > _MOST_TIED:
        names = [*names[:_MOST_TIED], f"{counted(len(names) - _MOST_TIED, 'window')} more"]
    if any(each.window is None for each in others):
        names.insert(0, "no window at all")
    within = f"1% of the {pounds(abs(saved))} that it {'gains' if saved >= 0 else 'loses'}"
    return f"As good, since within {within} at present value: {'; '.join(names)}."

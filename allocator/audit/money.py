"""Rules about money: sections 3.7 to 3.9 and 3.11 of the specification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from allocator.audit import benefits
from allocator.audit.case import Case, Floats
from allocator.audit.findings import Ledger, Sense
from allocator.audit.marks import of_every_plan
from allocator.instance.instance import owner_areas
from allocator.instance.schema import PREVENTION_TIERS, STATUTORY, TIERS, TOTAL
from allocator.simulate import baseline
from allocator.simulate.terminal import terminal_value


class _Yearly:
    """Comparisons in pounds, year by year, of what has the same keys."""

    def __init__(self, case: Case, ledger: Ledger, section: str) -> None:
        self._case, self._ledger, self._section = case, ledger, section

    def __call__(
        self,
        rule: str,
        values: Mapping[Any, Floats],
        limits: Mapping[Any, Floats] | float,
        kind: Sense,
    ) -> None:
        value = np.array(list(values.values())).T
        if isinstance(limits, Mapping):
            limit = np.array([limits[key] for key in values]).T
        else:
            limit = np.array(limits)
        years, keys = self._case.years, list(values)
        self._ledger.compare(rule, self._section, "£", value, limit, years, keys, kind)


@of_every_plan
def spending(case: Case, ledger: Ledger) -> None:
    """3.7 and 3.8: what is spent is what it costs, and every pound of it is drawn."""
    given = case.by_year("spend", "spend", ["area", "tier"])
    nothing, missing = np.zeros(case.instance.years), np.full(case.instance.years, np.nan)
    paid = dict.fromkeys(case.tier_spend, nothing)
    for (_, _, area, tier), amounts in _drawn(case).items():
        paid[area, tier] = paid.get((area, tier), nothing) + amounts
    for (area,), amounts in case.overspent.items():
        paid[area, STATUTORY] = paid.get((area, STATUTORY), nothing) + amounts
    stated = {key: given.get(key, missing) for key in case.tier_spend}
    costs = {key: case.tier_spend.get(key, nothing) for key in paid}
    _Yearly(case, ledger, "3.7")("spend of a tier", stated, case.tier_spend, "equal")
    compare = _Yearly(case, ledger, "3.8")
    compare("overspend not negative", case.overspent, 0.0, "at least")
    compare("spend is funded", paid, costs, "equal")


def _drawn(case: Case) -> dict[tuple[str, ...], Floats]:
    return case.by_year("drawn", "drawn", ["fund", "owner", "area", "tier"])


@of_every_plan
def funds(case: Case, ledger: Ledger) -> None:
    """3.8 and 3.9: a fund pays for its tiers, in its years, from what it has."""
    compare = _Yearly(case, ledger, "3.8")
    drawn, unspent = _drawn(case), case.by_year("funds", "unspent", ["fund", "owner"])
    nothing, accounts = np.zeros(case.instance.years), case.data.accounts
    taken, most = dict.fromkeys(accounts, nothing), {}
    for key, amounts in drawn.items():
        account = key[0], key[1]
        fund = accounts.get(account)
        allowed = np.full(case.instance.years, False)
        if fund is not None:
            taken[account] = taken[account] + amounts
            allowed |= key[3] in fund.tiers.get(key[2], ())
            allowed &= case.in_window | (not fund.window_only)
        most[key] = np.where(allowed, np.inf, 0.0)
    compare("a fund pays for its tiers in its years", drawn, most, "at most")
    compare("draws not negative", drawn, 0.0, "at least")
    left = {key: unspent.get(key, nothing * np.nan) for key in accounts}
    balance = {}
    for key, fund in accounts.items():
        given = np.array([case.data.budgets[*key, y] for y in case.instance.horizon])
        carried = fund.carry_forward * np.concatenate([[0.0], left[key][:-1]])
        balance[key] = given + carried - taken[key]
    compare("fund balance", left, balance, "equal")
    compare("a fund is not overdrawn", left, 0.0, "at least")


@of_every_plan
def limits(case: Case, ledger: Ledger) -> None:
    """3.8: spend on an item, within its limits."""
    bounds: tuple[tuple[dict[tuple[str, str, int], float], str, Sense], ...] = (
        (dict(case.data.floors), "least spend on an item", "at least"),
        (dict(case.data.ceilings), "most spend on an item", "at most"),
    )
    for limited, rule, kind in bounds:
        for (owner, item, year), bound in limited.items():
            at = year - case.instance.first_year
            spent = sum(
                _spend_on(case, area, item)[at] for area in owner_areas(case.instance, owner)
            )
            ledger.compare(rule, "3.8", "£", spent, bound, [year], [(owner, item)], kind)


def _spend_on(case: Case, area: str, item: str) -> Floats:
    if item in (*TIERS, TOTAL):
        tiers = TIERS if item == TOTAL else (item,)
        return sum((case.tier_spend[area, tier] for tier in tiers), np.zeros(case.instance.years))
    return case.item_spend.get((area, item), np.zeros(case.instance.years))


@of_every_plan
def double_investment(case: Case, ledger: Ledger) -> None:
    """3.9: in the window both are funded; after it savings go back into prevention."""
    compare = _Yearly(case, ledger, "3.9")
    settings, share = case.instance.double_investment, case.instance.reinvestment_share
    statutory, prevention = case.spend_of(["statutory"]), case.spend_of(PREVENTION_TIERS)
    opening = case.opening_cost(PREVENTION_TIERS)
    everywhere = "all areas"
    strange = case.window is not None and case.window not in case.instance.windows
    ledger.compare(
        "the window is one that may be chosen",
        "3.9",
        "windows",
        float(strange),
        0.0,
        ["the plan"],
        ["all areas"],
        "equal",
    )
    if settings is not None:
        protected = settings.protect_statutory * case.opening_cost(["statutory"])
        least = np.where(case.in_window, protected, 0.0)
        spent = {everywhere: statutory}
        compare("statutory spend protected", spent, {everywhere: least}, "at least")
        if settings.prevention_uplift > 0:
            least = np.where(case.in_window, (1 + settings.prevention_uplift) * opening, 0.0)
            spent = {everywhere: prevention}
            compare("prevention uplift", spent, {everywhere: least}, "at least")
    if share > 0:
        unchanged = baseline(case.instance).spend
        before = np.sum([unchanged[area, "statutory"] for area in case.instance.areas], axis=0)
        asked = np.where(case.after_window, opening + share * (before - statutory), -np.inf)
        spent = {everywhere: prevention}
        compare("savings reinvested", spent, {everywhere: asked}, "at least")


def objective(case: Case, ledger: Ledger, stated: float, stated_terminal: float) -> None:
    """3.11: the present value of what is spent and of what is left behind."""
    left = left_behind(case)
    spent = float(case.run.discount() @ case.spend_of(TIERS))
    for rule, value, worked_out in (
        ("terminal value", stated_terminal, left),
        ("objective", stated, spent + left + _charges(case) - benefits.counted(case)),
    ):
        ledger.compare(rule, "3.11", "£", value, worked_out, ["the plan"], ["all areas"], "equal")


def left_behind(case: Case) -> float:
    """3.11: present value of what those still there at the end cost, £; good to others apart."""
    after = case.diverted[case.instance.number_of_periods :]
    return terminal_value(case.run, case.children[-1], after)


def _charges(case: Case) -> float:
    """Present value of what the plan is charged for falling short, £."""
    prices, discount = case.instance.shortfall, case.run.discount()
    missed = sum((np.nan_to_num(over) for over in case.excess.values()), discount * 0.0)
    beyond = sum(case.overspent.values(), discount * 0.0)
    charged = (prices.excess_price or 0.0) * missed + (prices.overspend_price or 0.0) * beyond
    return float(discount @ charged)

"""Regimes of money on small cases: what is free, what is settled, what is short."""

from __future__ import annotations

import pytest

from allocator.explain.regimes import settlements
from allocator.explain.regimes.regimes import (
    FIXED,
    FREE,
    MADE_GOOD,
    YEARLY,
    free_over_years,
    regimes,
)
from allocator.explain.regimes.settlements import SHORT, as_known, roll
from allocator.instance.change import apply_changes
from allocator.report.pages.regimes import text
from allocator.solving import windows
from allocator.solving.areas import ladder
from allocator.solving.session import Session
from allocator.solving.solve import solve
from tests.plans import instance_of, plan_of

# What pays best takes £5.66m in the first year and £3.27m in the second.  Of its £10.5m the council
# may spend £5.3m in the first; free over the years, it could spend what it takes.
TIGHT = ("hand", "budgets.core.2020.amount=5300000", "budgets.core.2021.amount=5200000")


def cost_of(answer, regime):
    return answer.row(regime)["cost"]


def test_free_money_undoes_what_annual_budgets_forbid():
    instance = instance_of(*TIGHT)
    answer = regimes(instance)
    free = solve(free_over_years(instance))
    assert cost_of(answer, FIXED) == pytest.approx(solve(instance).objective, rel=1e-9)
    assert cost_of(answer, FREE) == pytest.approx(free.objective, rel=1e-9)
    # Ample money each year gives the plan that free money gives.
    assert cost_of(answer, FREE) == pytest.approx(plan_of("hand").objective, rel=1e-9)
    assert cost_of(answer, FIXED) > cost_of(answer, FREE) + 1e5
    assert answer.row(FREE)["extra_cost"] == pytest.approx(
        cost_of(answer, FREE) - cost_of(answer, FIXED)
    )


@pytest.mark.parametrize("case", ["hand", "window", "annual-returns-limits"])
def test_the_free_instance_has_the_same_cash_and_never_costs_more(case):
    instance = instance_of(case)
    free = free_over_years(instance)
    for account in instance.resolved.accounts:
        cash = [
            sum(each.resolved.budgets[*account, year] for year in instance.horizon)
            for each in (instance, free)
        ]
        assert cash[0] == pytest.approx(cash[1], rel=1e-12)
        assert free.resolved.accounts[account].carry_forward == 1
    assert solve(free).objective <= plan_of(case).objective * (1 + 1e-9)


def test_level_budgets_tell_all_there_is_to_know():
    """With the same budget every year, the last known is the next: certainty is worth nothing."""
    answer = regimes(instance_of("hand", "budgets.core.2021.amount=12000000",
                                 "budgets.core.2020.amount=12000000"))  # fmt: skip
    assert cost_of(answer, YEARLY) == pytest.approx(cost_of(answer, FIXED), rel=1e-7)
    assert answer.row(YEARLY)["status"] == "optimal"
    assert len(answer.tables["settlements"]) == 2


def test_a_cut_that_was_not_seen_coming_leaves_money_short():
    """The first year is planned as if the second had as much; then it has £3m alone."""
    cut = ("budgets.core.2020.amount=5200000", "budgets.core.2021.amount=3000000")
    instance = instance_of("hand", *cut, "targets.2021.children=95")
    rolled = roll(instance, certain=False)
    first, last = rolled.settlements
    assert not first.short and set(last.short) == {2021}
    naive = solve(apply_changes(instance, ["budgets.core.2021.amount=5200000"]))
    levels = rolled.tables["services"].set_index("period")["level"]
    planned = naive.tables["services"].set_index("period")["level"]
    assert levels[1] == pytest.approx(planned[1], abs=1e-4)
    spend = rolled.tables["spend"].groupby("year")["spend"].sum()
    assert spend[2021] - 3_000_000 == pytest.approx(last.short[2021], abs=1.0)
    assert spend[2020] <= 5_200_000 + 1.0
    # Holding the first year, no plan of the second is less short: its service is at its lowest.
    drawn = rolled.tables["drawn"]
    assert drawn[drawn["fund"] == SHORT]["drawn"].sum() == pytest.approx(last.short[2021], abs=1.0)


def test_what_is_decided_stays_decided():
    instance = instance_of("window")
    seen = roll(instance, certain=False)
    windows = [each.window for each in seen.settlements]
    assert len(windows) == instance.years
    opened = [w for w in windows if w is not None]
    for year, window in zip(instance.horizon, windows, strict=True):
        begun = {w for w in opened if w[0] < year}
        if begun:
            assert window is not None and window[0] in {w[0] for w in begun}
    certain = roll(instance, certain=True)
    assert certain.whole
    assert certain.last.cost == pytest.approx(plan_of("window").objective, rel=1e-8)
    if seen.whole:
        assert seen.last.cost >= certain.last.cost * (1 - 1e-8)


def test_who_is_hired_before_a_settlement_is_known_stays_hired():
    """The first year hires as if all years were to be like it, whatever comes to be known later."""
    instance = instance_of(
        "staff-part-training",
        "budgets.core.2021.amount=*0.95",
        "roles.*.hires_per_year=60",
        "roles.*.hire_cost=30000",
    )

    def hired(tables):
        staff = tables["staff"]
        return staff[staff["year"] == instance.first_year].set_index("role")["hired"]

    budgets = instance.resolved.budgets
    alike = [
        f"budgets.{fund}.{year}.amount={budgets[fund, owner, instance.first_year]}"
        for fund, owner, year in budgets
    ]
    seen, certain = roll(instance, certain=False), roll(instance, certain=True)
    expected = hired(roll(apply_changes(instance, alike), certain=True).tables)
    assert hired(seen.tables).to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-3)
    assert abs(hired(certain.tables) - expected).max() > 1
    assert seen.last.cost > certain.last.cost * (1 + 1e-4)


@pytest.mark.parametrize("case", ["staff-part-training", "benefits"])
def test_staff_and_good_done_to_others_are_under_the_audit_of_every_regime(case):
    answer = regimes(instance_of(case))
    assert set(answer.tables["regimes"]["regime"]) == {FIXED, FREE, YEARLY}
    assert cost_of(answer, FIXED) == pytest.approx(plan_of(case).objective, rel=1e-9)


def test_where_neither_money_nor_targets_stand_in_the_way_there_is_no_regime():
    # Nobody can be hired, nor had from an agency: the work of the children there is too much.
    instance = instance_of(
        "staff-part-training", "roles.*.hires_per_year=0", "roles.social_worker.agency_share=0"
    )
    answer = regimes(instance)
    assert answer.facts()["status"] == "infeasible"
    assert all(answer.tables[name].empty for name in ("regimes", "regimes_years", "settlements"))
    said = " ".join(text(answer).split())
    assert "there is no plan, however much money there is and whatever the targets" in said


def test_what_is_known_is_what_has_been_settled():
    instance = instance_of("window")
    known = as_known(instance, 2022).resolved.budgets
    true = instance.resolved.budgets
    assert known["core", "all", 2021] == true["core", "all", 2021]
    assert known["core", "all", 2026] == true["core", "all", 2022]
    assert known["transition", "all", 2027] == true["transition", "all", 2022]


def test_where_there_is_no_plan_the_nearest_is_told_for_what_it_is():
    answer = regimes(instance_of("hand-infeasible"))
    assert answer.facts()["status"] == "infeasible"
    reach = Session("largest_reduction").solve(instance_of("hand-infeasible")).best.value(0)
    row = answer.row(FIXED)
    assert row["status"] == MADE_GOOD and row["money_short"] == pytest.approx(0, abs=1)
    assert row["children_above"] == pytest.approx(reach - 20, abs=1e-4)
    assert "24.9 children above the targets" in " ".join(text(answer).split())


def test_area_by_area_the_regimes_are_those_of_the_whole(monkeypatch):
    """Money and targets fall short, and a window helps: all four objectives count."""
    scarce = ("budgets.*.*.amount=*0.93", "targets.2023.children=*0.9")
    whole = regimes(instance_of("two-areas", *scarce))
    monkeypatch.setattr(ladder, "FEWEST", 2)
    monkeypatch.setattr(ladder, "SMALLEST", 0)  # as though it were large
    found = regimes(instance_of("two-areas", *scarce))
    settled = whole.tables["settlements"]
    assert (settled["expected_short"] > 0).any() and (settled["expected_above"] > 0).any()
    for name in ("regimes", "settlements"):
        ours, theirs = (each.tables[name].select_dtypes("number") for each in (found, whole))
        assert ours.to_numpy(float, na_value=-1) == pytest.approx(
            theirs.to_numpy(float, na_value=-1), rel=1e-6, abs=1.0
        )


def test_windows_are_weighed_in_the_order_in_which_ties_are_broken(monkeypatch):
    """The shorter first, then the earlier, however they were solved."""
    instance, weighed = instance_of("window"), []

    def noted(solved):
        weighed.append([each.window for each in solved])
        return windows.cheapest(solved)

    monkeypatch.setattr(settlements, "cheapest", noted)
    roll(instance, certain=True)
    assert weighed == [[None, *instance.windows]]

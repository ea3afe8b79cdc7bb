"""The first paragraphs of a plan: bad news, cuts, ties and weak evidence stand in them."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from allocator.instance.change import apply_changes
from allocator.plan.plan import Plan
from allocator.plan.saving import save
from allocator.plan.saving.facts import as_json
from allocator.plan.saving.loading import load
from allocator.plan.services import fate_of, service_changes
from allocator.plan.ties import as_good, margin
from allocator.plan.windows import WindowOutcome
from allocator.report.pages.headline import answer, answer_paragraphs, question
from allocator.solving.again import audit_saved
from allocator.solving.solve import solve
from allocator.wording import pounds, years_said
from tests.plans import instance_of, plan_of, resealed

# Hubs avert nothing any more: they are cut as fast as they can be.
USELESS = ("services.hubs.minimum=0", "effects.hubs.*.effect=0")
# A tenth of what is known, and an easy target: every service is cut or ended.
WEAK = ("effects.*.effect=*0.05", "targets.*.children=1400")


def told(*changes: str) -> str:
    return answer(plan_of("window", *changes))


@pytest.mark.parametrize(
    ("before", "after", "highest", "floor", "fate"),
    [
        (0, 0, 0, 0, "not taken up"),
        (0, 0, 5, 0, "taken up"),
        (0, 5, 5, 3, "taken up"),
        (100, 0, 100, 0, "ended"),
        (100, 50, 100, 0, "cut"),
        (100, 50, 100, 50, "held at its floor"),
        (100, 100, 140, 100, "held at its floor"),
        (100, 100.5, 100.5, 0, "kept"),
        (100, 99.5, 100, 10, "kept"),
        (100, 101.5, 101.5, 100, "expanded"),
    ],
)
def test_every_service_is_one_of_seven(before, after, highest, floor, fate):
    assert fate_of(before, after, highest, floor) == fate


def test_a_cut_is_told_with_what_it_rests_on_and_what_keeping_costs():
    said = told(*USELESS)
    change = next(c for c in service_changes(plan_of("window", *USELESS)) if c.service == "hubs")
    assert change.fate == "cut"
    assert f"hubs: cut from 900 to {change.after:.1f} cases a year (evidence: not graded)." in said
    assert "Spend on early help falls to" in said
    assert "one case more does not pay even if free" in said
    assert "Good that it does outside care is not counted." in said


def test_what_keeping_costs_is_what_solving_with_todays_level_says():
    plan = plan_of("window", *USELESS)
    kept = plan_of("window", "services.hubs.minimum=900", "effects.hubs.*.effect=0")
    row = plan.tables["kept"].set_index("service").loc["hubs"]
    assert row["keeping"] == pytest.approx(kept.objective - plan.objective, rel=1e-9)
    facts = plan.to_dict()["services"]["hubs"]
    assert (facts["fate"], facts["before"]) == ("cut", 900)
    assert facts["keeping"] == row["keeping"]


def test_a_floor_at_todays_level_is_told_with_what_it_costs():
    plan = plan_of("window", "services.hubs.minimum=900", "effects.hubs.*.effect=0")
    free = plan_of("window", *USELESS)
    row = plan.tables["kept"].set_index("service").loc["hubs"]
    assert row["keeping"] == pytest.approx(plan.objective - free.objective, rel=1e-9)
    said = answer(plan)
    assert "hubs: held at its floor of 900 cases a year, today's level" in said
    assert "Without that floor the plan would cost £8.32m less at present value" in said


def test_a_floor_at_todays_level_that_costs_little_is_as_good_as_none():
    plan = plan_of("window", "services.hubs.minimum=900", "effects.hubs.*.effect=*0.53")
    change = next(each for each in service_changes(plan) if each.service == "hubs")
    cost = plan.tables["kept"].set_index("service").loc["hubs", "keeping"]
    assert change.fate == "held at its floor" and not change.below_today
    assert 1 < cost <= margin(plan)
    little = f"cost {pounds(cost)} less at present value, so little that it is as good;"
    assert f"Without that floor the plan would {little}" in answer(plan)


@pytest.mark.parametrize("service", ["intensive", "hubs"])
def test_at_the_price_and_the_effect_told_one_case_more_begins_to_pay(service):
    """The plan solved again on either side of the factors that the prices give.

    At the end of the horizon, where the service has come down for good.
    """
    row = plan_of("window", *WEAK).tables["kept"].set_index("service").loc[service]
    base = instance_of("window", *WEAK)
    for table, factor in (("services", row["pays_at_cost"]), ("effects", row["pays_at_effect"])):
        column = "unit_cost" if table == "services" else "*.effect"
        cell = f"{table}.{service}.{column}"
        near, far = (1.05, 0.7) if table == "effects" else (0.95, 1.3)
        assert 0 < factor < math.inf
        levels = [
            solve(apply_changes(base, [f"{cell}=*{factor * by}"])).levels()[service][2027]
            for by in (far, near)
        ]
        assert levels[0] < levels[1]


def test_where_every_service_is_lost_the_dearest_are_told_and_the_rest_named():
    said = told(*WEAK)
    assert "intensive: ended, from 20 cases a year" in said
    assert "So it is with conference (cut) and home_again (held at its floor)." in said


def test_a_plan_that_keeps_every_service_says_nothing_of_cuts():
    assert "cut" not in told()
    assert plan_of("window").tables["kept"].empty


def test_good_that_counts_is_not_said_to_be_left_out():
    row = {"item": "hubs", "to_whom": "schools", "amount": 10.0, "lag_years": 0, "kind": "fiscal"}
    row |= dict.fromkeys(("area", "low", "high", "evidence")) | {"interval": 1.0}
    instance = instance_of("window", *USELESS).with_rows("benefits", [row])
    for weight, uncounted in ((0.0, True), (1.0, False)):
        said = answer(solve(replace(instance, benefit_weight=weight)))
        assert ("outside care is not counted" in said) is uncounted


def test_more_children_than_if_nothing_changes_is_said_so():
    assert "2.5 more than if nothing changes (1,230); there are 1,061 at the start" in told(*WEAK)


def test_the_year_asked_for_is_the_year_answered():
    plan = plan_of("window", "targets.2027.year=2026")
    there, end = (plan.years()["children_in_care"][year] for year in (2026, 2027))
    said = answer(plan)
    assert f"At the end of 2026-27, {there:.0f} children are in care" in said
    assert f"and {end:.0f} at the end of 2027-28 (1,230 if nothing changes)" in said


def test_a_price_is_of_every_year_for_which_the_target_stands():
    plan = plan_of("hand", "targets.2021.year=2020", "targets.2020.children=66")
    price = -sum(plan.target_price().values())
    assert price > 0
    whole = f"in the target for 2020-21 and 2021-22 would cost £{price:,.0f} at present value."
    assert whole in answer(plan)


def test_a_target_that_stands_on_is_asked_for_so():
    until_the_next = ("targets.2021.year=2020", "targets.2020.children=66")
    assert question(instance_of("hand", *until_the_next), "least_cost").endswith(
        "at most 66 children in care at the end of 2020-21 and after?"
    )
    rows = [{"year": 2020, "children": 95}, {"year": 2021, "children": 66}]
    both = instance_of("hand", f"+targets.2020.children={rows[0]['children']}")
    assert "children in care at the end of 2020-21 and at most" in question(both, "least_cost")
    assert not question(instance_of("hand"), "least_cost").endswith("and after?")


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, ""),
        (0.05, "must go into prevention again costs nothing: the plan puts back as much of itself"),
        (1, "That 100% of what statutory work saves must go into prevention again makes the plan"),
    ],
)
def test_savings_that_must_be_put_back_are_told_with_whether_that_costs_anything(share, words):
    plan = plan_of("window", f"reinvestment.share={share}")
    said = answer(plan)
    assert words in said and ("must go into prevention" in said) is bool(share)
    prices = plan.tables["prices"].query("constraint == 'savings_reinvested' and price > 1e-6")
    if "dearer" in words or share == 1:
        assert f"makes the plan dearer, in {years_said(prices['year'].astype(int))}." in said
    else:
        assert prices.empty


def test_a_target_that_does_not_bind_says_so_and_has_no_price():
    assert "The targets do not bind: the cheapest plan goes as low without being told to." in told()
    assert "One child fewer" not in told()
    assert "do not bind" not in answer(plan_of("hand", "targets.2021.children=66"))


def test_a_target_met_only_at_the_very_end_is_not_shown_to_last():
    late = "The target is met only in the plan's last year: nothing here shows that it lasts."
    plan = plan_of("hand", "targets.2021.children=60")
    by_year = plan.years()["children_in_care"]
    assert (late in answer(plan)) is bool(by_year[2020] > 60 + 1e-4)
    slow = plan_of("hand", "targets.2021.children=60", "services.reunify.first_year=2021")
    if slow.found:
        assert late in answer(slow)


def cash_of(plan: Plan, *net: float) -> Plan:
    """The plan with another position against the baseline, £m by year."""
    years = plan.tables["years"].copy()
    years["total"] = years["baseline_total"] - [1e6 * each for each in net]
    return replace(plan, tables={**plan.tables, "years": years})


@pytest.mark.parametrize(
    ("net", "words"),
    [
        ((-1, -1), "costs £2.00m more than doing nothing new, and does not pay back in that time. "
                   "At present value it loses £2.00m."),
        ((-1, 2), "saves £1.00m against doing nothing new, after a deficit of up to £1.00m, and "
                  "pays back in 2021-22."),
        ((2, -3), "costs £1.00m more than doing nothing new, and pays back in 2020-21, but not "
                  "for good. At present value it loses £1.00m."),
        ((-3, 1), "costs £2.00m more than doing nothing new, £3.00m behind at the worst, and does "
                  "not pay back in that time. At present value it loses £2.00m."),
        ((2, -1), "saves £1.00m against doing nothing new. The instance allows no double "
                  "investment; the plan costs more than doing nothing new in no year before it "
                  "pays back for good."),
    ],
)  # fmt: skip
def test_no_payback_and_a_loss_are_in_the_answer(net, words):
    said = answer(cash_of(plan_of("hand"), *net))
    assert f"Over 2 years, in prices of 2020-21, it {words}" in said


def test_windows_within_a_hundredth_of_what_is_saved_are_as_good():
    plan = plan_of("window")
    least = margin(plan)
    assert least == pytest.approx(abs(plan.npv) / 100)
    others = [each for each in plan.windows if each.window != plan.window][:3]
    costs = (plan.objective + 0.5 * least, plan.objective + 1.5 * least, None)
    moved = {
        each.window: replace(each, objective=cost) for each, cost in zip(others, costs, strict=True)
    }
    tied = replace(
        plan,
        windows=tuple(
            moved.get(each.window, each)
            for each in plan.windows
            if each.window in moved or each.window == plan.window
        ),
    )
    assert [each.window for each in as_good(tied)] == [others[0].window]
    within = f"within 1% of the {pounds(plan.npv)} that it gains at present value"
    assert f"As good, since {within}: no window at all." in answer(tied)


def test_windows_that_reach_fewer_children_are_not_as_good():
    plan = plan_of("window", formulation="largest_reduction")
    own = next(each for each in plan.windows if each.window == plan.window)
    other = WindowOutcome((2020, 1), "optimal", plan.objective, own.children_in_care + 1, True)
    more = replace(plan, windows=(own, other))
    assert as_good(more) == ()
    same = replace(plan, windows=(own, replace(other, children_in_care=own.children_in_care)))
    assert as_good(same) == (same.windows[1],)


def test_a_saved_plan_tells_the_same_and_a_changed_cost_of_keeping_fails(tmp_path):
    plan = plan_of("window", *USELESS)
    save(plan, tmp_path / "plan")
    assert answer_paragraphs(load(tmp_path / "plan")) == answer_paragraphs(plan)
    assert audit_saved(tmp_path / "plan").passed
    file = tmp_path / "plan" / "kept.csv"
    exact = str(plan.tables["kept"]["keeping"][0])
    assert exact in file.read_text()
    file.write_text(file.read_text().replace(exact, "12"))
    facts = json.loads((tmp_path / "plan" / "plan.json").read_text())
    facts["services"]["hubs"]["keeping"] = 12
    (tmp_path / "plan" / "plan.json").write_text(as_json(facts))
    resealed(tmp_path / "plan")
    said = audit_saved(tmp_path / "plan").disagreements
    assert any("kept.csv, row 2, column keeping" in each for each in said)

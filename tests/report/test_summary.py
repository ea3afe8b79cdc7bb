"""The summary as a finance director reads it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from allocator.instance import Instance
from allocator.plan.cash import CashPosition
from allocator.plan.plan import Plan
from allocator.plan.ties import ranked
from allocator.report import summary
from allocator.report.pages.headline import answer
from allocator.report.pages.sections import compared
from allocator.report.pages.summary import money_lines
from allocator.solving.solve import solve
from tests.plans import NAMES, instance_of, plan_of
from tests.report.test_sketch import HAND as CHART

# On paper: a child kept out of care at the end of 2020-21 takes 4 cases of £10,000 and saves
# 0.5 + 0.909 places of £50,000, and 0.819 children of the target's £15,000: £42,749.
HAND = (
    """\
hand
====

Question: what is the cheapest path to at most 66 children in care at the end of 2021-22?

Answer: At the end of 2021-22, 66 children are in care, 37.4 fewer than if nothing changes (103);
there are 100 at the start. One child fewer in the target for 2021-22 would cost £15,000 at
present value. Over 2 years, in prices of 2020-21, it saves £1.19m against doing nothing new,
after a deficit of up to £614,048, and pays back in 2021-22. The instance allows no double
investment; the plan costs more than doing nothing new in 1 year, 2020-21.

It takes up reunify at 15.6 cases a year (164 in 2020-21).

All of the moves that it averts or adds rest on evidence that is weak or not graded.

"""
    + CHART
    + """

Children in care at the year's end, and spend in £m; net is the baseline's spend less the plan's
Year       In care  Baseline  Early help  Edge of care  Statutory     Net  Cumulative
2020-21 +     60.9       102       0.000         1.637      4.023  -0.614      -0.614
2021-22         66       103       0.000         0.156      3.173   1.803       1.189
+ double running

Money, against doing nothing new
Lapses unspent       £3.01m of core
Peak deficit         £614,048, reached in 2020-21
Double-running cost  £614,048 before payback
Payback              2021-22
Net present value    £1.19m in the years of the plan, at 0%
Cost of the plan     £8.99m at present value

Services: cases a year today and at the plan's end
Service  What becomes of it  Today  At most  At the end  Keeping it
reunify  taken up                0      164        15.6

What binds, and what one unit of it is worth at present value
  Target of 66 children, 2021-22: one child more in the target saves £15,000
  Avoidable share of staying in care, 2020-21: one more move that can be averted saves £42,749
"""
)


def section(plan: Plan, heading: str) -> list[str]:
    """Lines of the section whose first line starts so."""
    found = [part for part in summary(plan).split("\n\n") if part.startswith(heading)]
    assert len(found) == 1
    return found[0].splitlines()


@pytest.mark.parametrize("formulation", ["least_cost", "largest_reduction"])
@pytest.mark.parametrize("case", NAMES)
def test_it_fits_the_page_and_is_plain(case, formulation):
    told = summary(plan_of(case, formulation=formulation))
    assert max(map(len, told.splitlines())) <= 98
    assert all(line == line.rstrip() for line in told.splitlines())
    assert "\x1b" not in told
    assert not {"nan", "inf", "None"} & set(told.replace("(", " ").split())


def test_the_hand_solved_case_word_for_word():
    told = summary(plan_of("hand", "targets.2021.children=66"))
    assert told.startswith(HAND)


def test_the_last_lines_say_what_it_rests_on():
    plan = plan_of("hand")
    keys = [line[:11].strip() for line in summary(plan).splitlines()[-5:]]
    assert keys == ["Certificate", "Audit", "Price base", "Solved by", "Instance"]
    assert plan.instance.hash[:12] in summary(plan).splitlines()[-1]


def test_the_window_and_double_running_have_a_mark_each():
    rows = section(plan_of("window"), "Children in care at the year's end")
    marked = ["2020-21 *+", "2021-22 *+", "2022-23 *+", "2023-24 + ", "2024-25   "]
    assert [row[:10] for row in rows[2:7]] == marked
    assert rows[-1] == "* window of double investment, + double running"


def test_the_window_and_double_running_are_told_together_and_apart():
    told = answer(plan_of("window"))
    assert (
        "One-off money may be spent in 2020-21 to 2022-23, and £4.50m of it is needed (without a "
        "window it costs £6.03m more); "
        "the plan costs more than doing nothing new in 4 years, 2020-21 to 2023-24." in told
    )
    told = answer(plan_of("window", "funds.*.window_only=false"))
    assert "The window of double investment is" in told or "No window of double" in told
    assert "One-off money" not in told
    free = answer(plan_of("hand", "states.care.unit_cost=0", "services.reunify.unit_cost=0"))
    assert (
        "The instance allows no double investment; in no year does the plan cost more than doing "
        "nothing new." in free
    )


@pytest.mark.parametrize("net", [(-6, 6, -6, 9), (-10, -5, 4, 11)])
def test_both_costs_of_double_running_are_told_where_they_differ(net, monkeypatch):
    position = CashPosition({2020 + n: 1e6 * value for n, value in enumerate(net)}, 0.01)
    monkeypatch.setattr(Plan, "cash", lambda plan: position)
    told = dict(money_lines(plan_of("window")))["Double-running cost"]
    differ = "£6.00m before payback; £12.0m in all 2 years of double running"
    assert told == (differ if net[1] > 0 else "£15.0m before payback")


def test_the_table_is_the_plan():
    plan = plan_of("window")
    last = section(plan, "Children in care at the year's end")[-2].split()
    year = plan.years().loc[2027]
    shown = [float(cell.replace(",", "")) for cell in last[1:]]
    names = ["children_in_care", "baseline_children_in_care", "early_help", "edge_of_care",
             "statutory", "net", "cumulative"]  # fmt: skip
    scale = [1, 1, 1e6, 1e6, 1e6, 1e6, 1e6]
    for cell, name, unit in zip(shown, names, scale, strict=True):
        assert cell == pytest.approx(year[name] / unit, abs=0.5 if unit == 1 else 0.05)


def test_windows_are_compared_and_none_is_always_among_them():
    rows = section(plan_of("window"), "Double investment  ")
    assert rows[1].startswith("2020-21 to 2022-23 (chosen)")
    assert [row for row in rows if row.startswith("none ")]
    assert rows[-1] == "and 5 windows more, no better"


def test_windows_that_cost_the_same_stand_in_the_order_of_the_instance():
    """Which of them is a pennyworth cheaper is rounding, and another the next time."""
    plan = plan_of("window")
    others = [each.window for each in plan.windows if each.window != plan.window]
    dearer = dict.fromkeys(others[:2], 1e6)  # of which one is none
    for sign in (1, -1):
        outcomes = [
            replace(
                each,
                status="optimal",
                objective=plan.objective + dearer.get(each.window, 0.0) + sign * n * 1e-3,
            )
            for n, each in enumerate(plan.windows)
        ]
        near = replace(plan, windows=tuple(outcomes))
        told = [each.window for each in ranked(near)]
        assert told == [plan.window, *others[2:], *others[:2]]
        rows = section(near, "Double investment  ")
        assert [row.endswith("the same") for row in rows[2:-1]] == [True] * 3 + [False]
        assert rows[-2].startswith("none ")


def test_windows_are_compared_by_what_was_minimised():
    plain, good = plan_of("window"), plan_of("benefits")
    assert good.instance.benefit_weight
    assert compared(plain) == "Cost"
    assert compared(good) == "Cost less benefits counted"
    above = pd.DataFrame({"owner": ["all"], "year": [2025], "excess": 1.0})
    tables = {**plain.tables, "excess": above}
    assert compared(replace(plain, tables=tables)) == "Cost with charges"


def test_without_windows_there_is_no_such_table():
    assert "Double investment  " not in summary(plan_of("hand"))


def test_a_target_that_does_not_bind_is_said_to():
    told = section(plan_of("window"), "What binds")
    assert told[1].strip().startswith("The targets do not bind")
    bound = section(plan_of("hand", "targets.2021.children=66"), "What binds")
    assert "do not bind" not in "".join(bound)


def test_funds_are_worth_pounds_per_pound():
    plan = plan_of("window")
    line = next(row for row in section(plan, "What binds") if row.startswith("  Fund core"))
    prices = plan.tables["prices"]
    worth = -prices[(prices["constraint"] == "fund_balance") & (prices["fund"] == "core")]["price"]
    said = [float(word.strip("£")) for word in line.split() if word.startswith("£")][1:]
    assert said == pytest.approx([worth.min(), worth.max()], abs=0.006)


def test_infeasible_says_so_and_what_was_tried():
    told = " ".join(summary(plan_of("hand-infeasible")).split())
    assert (
        "There is no such plan. It was tried without a double investment, and that is proved"
        in told
    )
    assert "`allocator solve INSTANCE --formulation largest_reduction`" in told
    assert "Peak deficit" not in told


def test_infeasible_in_every_window():
    told = " ".join(summary(plan_of("window", "targets.2027.children=700")).split())
    assert "and with each of the 9 windows allowed, and each case is proved infeasible" in told


def test_largest_reduction_says_how_it_stands_against_the_targets():
    met = " ".join(summary(plan_of("window", formulation="largest_reduction")).split())
    assert "That meets all 2 targets." in met
    plan = plan_of("window", "targets.2027.children=700", formulation="largest_reduction")
    told = " ".join(summary(plan).split())
    missed = plan.years()["children_in_care"][2027] - 700
    assert f"The target of 700 for the end of 2027-28 is missed by {missed:.0f}." in told


def test_areas_have_a_table():
    plan = plan_of("two-areas")
    rows = section(plan, "By area")
    assert [row.split()[0] for row in rows[2:]] == ["Area1", "Area0"]
    assert float(rows[2].split()[-1]) == pytest.approx(
        plan.years("area1")["net"].sum() / 1e6, abs=0.05
    )


def with_areas(count: int) -> Instance:
    """The hand-solved case in each of many areas."""
    areas = [
        {"area": f"a{n:03}", "label": f"The council of {'very ' * n}far away"} for n in range(count)
    ]
    many = instance_of(
        "hand", f"targets.2021.children={66 * count}", f"budgets.core.*.amount=*{count}"
    )
    return many.with_rows("areas", areas)


def test_many_areas_with_long_names():
    told = summary(solve(with_areas(18)))
    rows = next(part for part in told.split("\n\n") if part.startswith("By area")).splitlines()
    assert len(rows) == 2 + 15 + 1
    assert rows[-1] == "and 3 more"
    assert max(map(len, rows)) <= 98
    assert "1,188 children are in care, 673 fewer than if nothing changes" in " ".join(told.split())


def test_what_binds_is_told_for_areas_together():
    plan = solve(with_areas(3))
    told = section(plan, "What binds")
    assert (
        told[1] == "  Target of 198 children, 2021-22: one child more in the target saves £15,000"
    )
    assert told[2].startswith("  Avoidable share of staying in care in 3 areas, 2020-21:")
    assert "saves £42,749" in "".join(told[2:])
    assert len(told) <= 5  # the last says where to see more


def test_one_year():
    instance = replace(instance_of("hand", "targets.2021.year=2020"), years=1)
    told = summary(solve(instance))
    assert "Over 1 year, in prices of 2020-21, it " in " ".join(told.split())
    assert "Payback              not within the 1 year of the plan" in told


def test_no_service_and_no_money_at_all():
    plan = plan_of("hand", "states.care.unit_cost=0", "services.reunify.unit_cost=0")
    told = summary(plan)
    assert "Peak deficit         none" in told
    assert "0.000" in told
    assert "-0.000" not in told


def test_no_target():
    instance = instance_of("hand")
    tables = {**instance.tables, "targets": ()}
    told = summary(solve(replace(instance, tables=tables)))
    assert "what is the cheapest plan? The instance sets no target." in told
    assert "do not bind" not in told


def test_a_long_title_is_wrapped():
    long = replace(instance_of("hand"), title="A very long title indeed " * 12)
    lines = summary(replace(plan_of("hand"), instance=long)).splitlines()
    assert lines[4] == "=" * 98

"""Who gains and who loses by a plan, and how unequal need is before and after."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from allocator.instance import read
from allocator.instance.change import apply_changes
from allocator.plan.fairness import fairness, gini
from allocator.report.pages.fairness import fairness_said
from allocator.solving.solve import solve
from tests.plans import CASES, plan_of

GROUPS = [f"areas.area{n}.group={name}" for n, name in enumerate(("north", "south", "north"))]


@cache
def plan():
    """Four areas of 50,000 children each; the last is in no group."""
    folder = CASES.parent / "cases2" / "fair-four"
    return solve(apply_changes(read(folder), GROUPS))


def test_gini_worked_out_by_hand():
    assert gini(np.array([3.0, 3.0]), np.array([1.0, 5.0])) == pytest.approx(0)
    assert gini(np.array([0.0, 1.0]), np.array([1.0, 1.0])) == pytest.approx(0.5)
    values, weights = np.array([4.0, 1.0, 2.0]), np.array([1.0, 2.0, 3.0])
    apart = sum(
        w * v * abs(x - y)
        for x, w in zip(values, weights, strict=True)
        for y, v in zip(values, weights, strict=True)
    )
    mean = (values @ weights) / weights.sum()
    assert gini(values, weights) == pytest.approx(apart / weights.sum() ** 2 / 2 / mean)
    assert gini(np.zeros(3), weights) == 0


def test_the_same_total_is_split_three_ways():
    areas = fairness(plan()).areas
    spend = plan().tables["spend"]
    prevention = spend[spend["tier"].isin(["early_help", "edge_of_care"])]
    for split in ("money", "by_today", "by_children"):
        assert areas[split].sum() == pytest.approx(prevention["spend"].sum())
    assert areas["by_children"].nunique() == 1  # as many children in each
    own = prevention[prevention["area"] == "area3"]["spend"].sum()
    assert areas.loc["area3", "money"] == pytest.approx(own)


def test_need_is_children_in_care_for_every_ten_thousand():
    areas, instance = fairness(plan()).areas, plan().instance
    opening = sum(
        state.opening
        for (area, _), state in instance.resolved.states.items()
        if area == "area1" and state.in_care
    )
    assert areas.loc["area1", "start_per_10000"] == pytest.approx(opening / 5)
    end = plan().years("area1").loc[instance.last_year, "children_in_care"]
    assert areas.loc["area1", "plan_per_10000"] == pytest.approx(end / 5)
    spread = fairness(plan()).spread["plan"]
    rates = sorted(areas["plan_per_10000"])
    assert spread["median"] == pytest.approx((rates[1] + rates[2]) / 2)


def test_groups_are_compared():
    found = fairness(plan())
    assert list(found.groups.index) == ["north", "south"]
    north = found.areas.loc[["area0", "area2"]]
    assert found.groups.loc["north", "money"] == pytest.approx(north["money"].sum())
    assert found.groups.loc["north", "plan_per_10000"] == pytest.approx(
        north["plan_per_10000"].mean()
    )
    assert plan().to_dict()["fairness"]["groups"]["south"]["children"] == 50_000


def test_a_group_changes_nothing_but_reports():
    folder = CASES.parent / "cases2" / "fair-four"
    assert read(folder).hash == plan().instance.hash


def test_it_is_said_in_words_and_on_the_page():
    from allocator.report.html.findings import sections
    from allocator.report.saved_plan import SavedPlan

    told = fairness_said(plan())
    assert "of 4 areas gain" in told and "Gini's coefficient" in told
    found = {each.name: each for each in sections(SavedPlan("plan", plan(), "0.1.0"))}
    captions = [each.figures.caption for each in found["fairness"].blocks[1:]]
    assert [each.split()[0] for each in captions] == ["How", "Groups", "Who"]


def test_one_area_has_nobody_to_be_compared_with():
    assert fairness(plan_of("window")) is None
    assert fairness_said(plan_of("window")) == ""


def test_without_numbers_of_children_only_todays_split_is_told():
    changes = [f"areas.area{n}.children=" for n in range(2)]
    two = solve(apply_changes(plan_of("two-areas").instance, changes))
    found = fairness(two)
    assert found.spread == {} and found.areas["by_children"].isna().all()
    assert found.areas["by_today"].notna().all()
    assert "split by children" not in fairness_said(two)

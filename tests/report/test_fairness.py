"""Who gains and who loses by a plan, and how unequal need is before and after."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from allocator.instance import read
from allocator.instance.change import apply_changes
from allocator.plan.fairness import fairness, gini
from allocator.report.pages.fairness import (
    area_figures,
    fairness_said,
    group_figures,
    spread_figures,
)
from allocator.solving.solve import solve
from allocator.wording import number
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


def test_neighbours_alike_in_need_are_compared_in_what_they_do():
    found = fairness(plan())
    own = found.areas["money"] / found.areas["children"]
    north = own.loc[["area0", "area2"]]
    row = found.groups.loc["north"]
    assert (row["least_per_child"], row["least_area"]) == (north.min(), north.idxmin())
    assert (row["most_per_child"], row["most_area"]) == (north.max(), north.idxmax())
    told = {each[0]: each for each in group_figures(plan(), found).rows}
    assert {told["north"][6], told["north"][8]} == {
        plan().instance.label("areas", area) for area in ("area0", "area2")
    }
    assert told["south"][5] == told["south"][7] == pytest.approx(own["area1"])


def test_who_gains_and_loses_is_counted_against_both_splits():
    found = fairness(plan())
    said = fairness_said(plan())
    figures = area_figures(plan(), found)
    for split, name, column in (
        ("by_today", "today's split", 3),
        ("by_children", "a split by children", 4),
    ):
        more = found.areas["money"] - found.areas[split]
        assert more.sum() == pytest.approx(0, abs=1e-3)  # what one gains another loses
        assert [row[column] for row in figures.rows] == pytest.approx(list(more))
        gain, lose = sum(more > 0.5), sum(more < -0.5)
        assert gain and lose
        assert f"Against {name} {gain} of 4 areas gain and {lose} lose" in said


def test_inequality_is_told_before_and_after():
    """Gini and quartiles of children in care per 10,000: at the start, and at the end two ways."""
    found = fairness(plan())
    assert list(found.spread) == ["start", "unchanged", "plan"]
    for moment, (row, each) in zip(
        found.spread,
        zip(spread_figures(found).rows, found.spread.values(), strict=True),
        strict=True,
    ):
        rates = found.areas[f"{moment}_per_10000"]
        quartiles = [each[name] for name in ("lower_quartile", "median", "upper_quartile")]
        assert quartiles == pytest.approx(list(rates.quantile([0.25, 0.5, 0.75])))
        assert each["gini"] == gini(rates.to_numpy(), found.areas["children"].to_numpy())
        assert row[1] == f"{each['gini']:.3f}" and f"{each['gini']:.3f}" in fairness_said(plan())
        assert list(row[2:]) == [number(quartile) for quartile in quartiles]


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


@pytest.mark.parametrize("children", ["", "0"])
def test_without_numbers_of_children_only_todays_split_is_told(children):
    changes = [f"areas.area{n}.children={children}" for n in range(2)]
    two = solve(apply_changes(plan_of("two-areas").instance, changes))
    found = fairness(two)
    assert found.spread == {} and found.areas["by_children"].isna().all()
    assert found.areas["by_today"].notna().all()
    assert "split by children" not in fairness_said(two)

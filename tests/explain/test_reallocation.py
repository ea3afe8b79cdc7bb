"""The same money, better allocated: against the instance with today's total as a limit."""

from __future__ import annotations

import pytest

from allocator.explain.reallocation import reallocate, same_money
from allocator.instance.cell_changes import with_cells, with_only
from allocator.instance.schema import TIERS
from allocator.report.pages.reallocation import text
from allocator.simulate import baseline
from allocator.solving.session import Session
from tests.plans import instance_of


def test_it_is_what_ample_funds_reach_under_a_limit_of_todays_total():
    instance = instance_of("two-areas")
    spend = baseline(instance).spend
    limits = [
        {"area": area, "item": "total", "year": year,
         "maximum": sum(float(spend[area, tier][n]) for tier in TIERS)}
        for area in instance.areas for n, year in enumerate(instance.horizon)
    ]  # fmt: skip
    ample = with_cells(instance, "budgets", lambda row: {"amount": 1e9})
    capped = ample.with_rows("limits", limits)
    best = Session("largest_reduction").solve(with_only(capped, "targets", [])).windows[0]
    found = reallocate(instance)
    reached = found.tables["reallocation"]
    last = reached[reached["year"] == instance.last_year]
    assert last["children_in_care"].sum() == pytest.approx(best.value(0), rel=1e-6)
    assert found.fewer == pytest.approx(last["fewer"].sum()) and found.fewer > 100


def test_no_area_spends_more_than_today_in_any_year():
    found = reallocate(instance_of("two-areas")).tables["reallocation"]
    spent = found[list(TIERS)].sum(axis=1)
    assert (spent <= found["money"] * (1 + 1e-9) + 1.0).all()
    today = found[[f"baseline_{tier}" for tier in TIERS]].sum(axis=1)
    assert found["money"].tolist() == pytest.approx(today.tolist())


def test_where_nothing_can_be_moved_it_says_so():
    """The hand case spends all of today's money on care: none is left to begin with."""
    found = reallocate(instance_of("hand"))
    assert found.fewer == pytest.approx(0, abs=1e-3)
    assert "none: 103" in text(found)


def test_limits_that_todays_total_cannot_keep_leave_no_allocation():
    instance = instance_of("hand").with_rows("limits", [{"item": "total", "minimum": 1e9}])
    found = reallocate(instance)
    assert found.fewer is None and found.facts()["status"] == "infeasible"
    assert "cannot be kept with today's total" in " ".join(text(found).split())


def test_the_double_investment_and_the_funds_make_way():
    changed = same_money(instance_of("window"))
    assert changed.windows == () and len(changed.resolved.accounts) == 1

"""Ways out: with the change there is a plan; with less of it, or where there is no way, none."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial

import pytest

from allocator.clock import Overrun
from allocator.explain.infeasible.changes import cell_changed, dated, funded, shared, windowed
from allocator.explain.infeasible.ways import ways_out
from allocator.instance import DoubleInvestment
from allocator.solvers.catalogue import find_solver
from allocator.solvers.highs import HighsModel
from allocator.solvers.solution import Status
from allocator.solving.session import at_window, build
from tests.explain.broken import BROKEN, broken
from tests.explain.test_conflict import silent

HOPELESS = ("target", "money in one year", "late start", "growth", "limit on spend",
            "several areas, money", "avoidable share", "target and growth")  # fmt: skip
EPSILON = 1e-4  # of what gives way, by which less of it is tried


@cache
def ways_of(name):
    return tuple(ways_out(broken(name), "least_cost", None, silent, Overrun()))


def first_of_each_kind(name, possible):
    """Ways of one instance, one of a kind: that is enough for a test, and many are alike."""
    found = {way.kind: way for way in reversed(ways_of(name)) if way.possible == possible}
    return list(found.values())


def has_plan(instance):
    """Solved for its own objective, window by window, the longest first, from no basis."""
    base = build(instance)
    model = HighsModel(base, find_solver("highs"))
    windows = (*reversed(instance.windows), None)
    return any(
        model.solve(at_window(base, instance, window)).status is Status.OPTIMAL
        for window in windows
    )


def less_of(instance, way):
    """The instance with a little less than the way asks for; None where it comes in steps."""
    amount = way.amount * (1 - EPSILON)
    if way.kind == "targets":
        return shared(instance, amount, ("targets.children",))
    if way.kind == "all_growth":
        return shared(instance, amount, ("services.growth_per_year",))
    if way.money:
        return funded(instance, {key: extra * (1 - EPSILON) for key, extra in way.money.items()})
    sign = 1 if way.after > way.before else -1
    return cell_changed(instance, way.cell.key, way.before + sign * amount)


@pytest.mark.parametrize("name", BROKEN)
def test_each_leads_to_a_plan_and_less_of_it_does_not(name):
    instance = broken(name)
    assert not has_plan(instance)
    for way in first_of_each_kind(name, possible=True):
        assert has_plan(way.change(instance)), way
        if way.kind in ("year", "start", "window") or way.amount < 1e-3:
            continue
        assert not has_plan(less_of(instance, way)), way


@pytest.mark.parametrize("name", BROKEN)
def test_what_comes_in_whole_years_is_the_least(name):
    instance = broken(name)
    for way in ways_of(name):
        if way.kind == "year" and way.possible:
            row = next(r for r in instance.tables["targets"] if r.number == way.cell.row)
            for year in range(way.before + 1, way.after):
                assert not has_plan(dated(instance, row, year))
        if way.kind == "start" and way.possible and way.after + 1 < way.before:
            assert not has_plan(cell_changed(instance, way.cell.key, way.after + 1))
        if way.kind == "window" and way.possible and way.amount > 1:
            settings = instance.double_investment or DoubleInvestment(longest=0)
            shorter = replace(settings, longest=way.after - 1)
            assert not has_plan(windowed(instance, shorter))


@pytest.mark.parametrize("name", HOPELESS)
def test_what_does_not_help_does_not(name):
    """Tried with as much of it as anyone could ask for."""
    instance = broken(name)
    budgets = instance.resolved.budgets
    for way in first_of_each_kind(name, possible=False):
        much = {
            "target": lambda way: partial(cell_changed, key=way.cell.key, value=1e9),
            "targets": lambda way: partial(shared, share=1e6, cells=("targets.children",)),
            "all_growth": lambda way: partial(
                shared, share=1e4, cells=("services.growth_per_year",)
            ),
            "growth": lambda way: partial(cell_changed, key=way.cell.key, value=1e6),
            "maximum": lambda way: partial(cell_changed, key=way.cell.key, value=1e6),
            "minimum": lambda way: partial(cell_changed, key=way.cell.key, value=0.0),
            "spend_ceiling": lambda way: partial(cell_changed, key=way.cell.key, value=1e12),
            "spend_floor": lambda way: partial(cell_changed, key=way.cell.key, value=0.0),
            "money": lambda way: partial(funded, money=dict.fromkeys(budgets, 1e9)),
            "money_in_one_year": lambda way: partial(
                funded, money={k: 1e9 for k in budgets if str(k[2]) == way.words}
            ),
            "money_in_one_fund": lambda way: partial(
                funded, money={k: 1e9 for k in budgets if k[0] == way.words}
            ),
            "start": lambda way: partial(cell_changed, key=way.cell.key, value=instance.first_year),
        }.get(way.kind)
        if much is not None:
            assert not has_plan(much(way)(instance)), way


def test_no_window_means_none():
    instance = broken("target")
    (way,) = [way for way in ways_of("target") if way.kind == "window"]
    assert not way.possible
    free = DoubleInvestment(longest=instance.years, protect_statutory=1.0)
    assert not has_plan(windowed(instance, free))


def test_every_kind_of_way_is_met():
    """Between them the broken instances show each kind that there is, with and without success."""
    kinds = {(way.kind, way.possible) for name in BROKEN for way in ways_of(name)}
    found = {kind for kind, possible in kinds if possible}
    assert found >= {
        "target", "targets", "year", "money", "money_in_one_year", "money_in_one_fund", "growth",
        "minimum", "all_growth", "start", "window", "spend_floor",
    }  # fmt: skip
    assert {kind for kind, possible in kinds if not possible} >= {
        "target", "year", "money", "growth", "maximum", "start", "window",
    }  # fmt: skip

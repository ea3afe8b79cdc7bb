"""Prices against solving again: row by row and cell by cell, on both sides, in range and out."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import import_module

import numpy as np
import pandas as pd
import pytest

from allocator.explain.explanation import explain
from allocator.explain.infeasible.changes import cell_changed
from allocator.explain.shadow_prices import limits
from allocator.explain.shadow_prices.binding import binding
from allocator.explain.shadow_prices.priced_limits import priced_limits
from allocator.explain.shadow_prices.ranging import Trial
from allocator.instance.change import apply_changes
from allocator.plan.prices import price_table
from allocator.program.program import POUNDS
from allocator.report.pages.explanation import text as explanation_text
from allocator.solvers.catalogue import find_solver
from allocator.solvers.highs import HighsModel
from allocator.solvers.solution import Status
from allocator.solving.session import Session, build_window
from allocator.solving.solve import plan_of, solve
from tests.explain.test_conflict import silent
from tests.plans import instance_of

CASES = ("hand", "window", "annual-returns-limits", "two-areas")


@cache
def answer_of(case, *changes, formulation="least_cost"):
    return explain(instance_of(case, *changes), formulation=formulation)


@cache
def priced(case):
    """The plan's program and every row that binds, with its position."""
    instance, session = instance_of(case), Session()
    solved = session.solve(instance, ranges=True)
    plan = plan_of(instance, solved, "least_cost", session.solver)
    best = solved.best
    table = binding(plan, Trial(best.program, best.solution), solved.ranging, silent)
    return best, table


def cost_with(best, row, step):
    """£ of the program with the limit of one row moved, from no basis; None where there is none."""
    moved = Trial(best.program, best.solution).moved(np.array([row]), np.array([step]))
    solution = HighsModel(moved, find_solver("highs")).solve(moved)
    return solution.objective * POUNDS if solution.status is Status.OPTIMAL else None


def alike(one, other, size):
    return one == pytest.approx(other, rel=1e-5, abs=1e-9 * size)


@pytest.mark.parametrize("case", CASES)
def test_each_rows_price_holds_a_little_way_on_each_side(case):
    best, table = priced(case)
    cost = best.solution.objective * POUNDS
    assert len(table)
    for row in table.head(12).to_dict("records"):
        scale = POUNDS if row["unit"] == "£" else 1.0
        step = 1e-4 * max(1.0, abs(row["limit"])) / scale
        for sign, price in ((1, row["price_more"]), (-1, row["price_less"])):
            moved = cost_with(best, int(row["position"]), sign * step)
            if moved is None:
                assert np.isinf(price)
            else:
                assert alike(moved - cost, price * sign * step * scale, cost), row["words"]


@pytest.mark.parametrize("case", CASES)
def test_each_rows_price_holds_in_its_range_and_not_beyond(case):
    best, table = priced(case)
    cost = best.solution.objective * POUNDS
    seen = 0
    for row in table.head(12).to_dict("records"):
        scale = POUNDS if row["unit"] == "£" else 1.0
        for end, price in ((row["holds_to"], row["price_more"]),
                           (row["holds_from"], row["price_less"])):  # fmt: skip
            room = end - row["limit"]
            if not np.isfinite(end) or abs(room) < 1e-6 * max(1.0, abs(row["limit"])):
                continue
            if not np.isfinite(price):
                continue
            seen += 1
            inside = cost_with(best, int(row["position"]), 0.99 * room / scale)
            assert alike(inside - cost, 0.99 * room * price, cost), row["words"]
            beyond = cost_with(best, int(row["position"]), 1.5 * room / scale)
            if beyond is not None:  # cost is convex in a limit: beyond, it is above the line
                assert beyond - cost > 1.5 * room * price + 1e-9 * cost, row["words"]
    assert seen


def cost_of(instance, window):
    program = build_window(instance, window)
    solution = HighsModel(program, find_solver("highs")).solve(program)
    return solution.objective * POUNDS if solution.status is Status.OPTIMAL else None


NUMBERS = {"target_met", "fund_balance", "growth_limited", "level_at_most", "level_at_least",
           "spend_floor", "spend_ceiling"}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_cells_worth_is_what_changing_the_cell_does(case):
    """The instance itself is changed: as far as the price holds, and then further."""
    answer = answer_of(case, "targets.2021.children=66") if case == "hand" else answer_of(case)
    instance, plan = answer.instance, answer.plan
    seen = 0
    for row in answer.tables["limits"].to_dict("records"):
        if row["constraint"] not in NUMBERS or not np.isfinite(row["holds"] or np.nan):
            continue
        if row["file"] == "funds.csv":  # a year that is not listed has no cell to change
            continue
        seen += 1
        up = "fewer" not in row["relief"] and "less" not in row["relief"]
        for share, holds in ((0.99, True), (1.3, False)):
            units = share * row["holds"]
            changed = cell_changed(instance, row["key"], row["value"] + (units if up else -units))
            saved = plan.objective - cost_of(changed, plan.window)
            if holds:
                assert alike(saved, units * row["saves"], plan.objective), row["words"]
            else:
                assert saved <= units * row["saves"] + 1e-8 * plan.objective
    assert seen or case == "annual-returns-limits"


def test_a_months_release_is_a_twelfth_of_the_share():
    """Places are given up a little faster: the cost falls as the price says."""
    changes = ("states.*.release_per_year=0.1", "targets.2021.children=66")
    answer = answer_of("hand", *changes)
    rows = answer.tables["limits"]
    row = rows[rows["constraint"] == "places_kept"].iloc[0]
    assert row["relief"].startswith("a month's release more")
    months = 0.01
    faster = cell_changed(answer.instance, row["key"], row["value"] * (1 + months / 12))
    saved = answer.plan.objective - cost_of(faster, answer.plan.window)
    assert saved == pytest.approx(months * row["saves"], rel=0.01)


def test_a_years_earlier_start_is_solved_for():
    answer = answer_of("window")
    rows = answer.tables["limits"]
    row = rows[rows["constraint"] == "level_held"].iloc[0]
    earlier = apply_changes(answer.instance, [f"{row['key']}={row['value'] - 1}"])
    saved = answer.plan.objective - cost_of(earlier, answer.plan.window)
    assert row["saves"] == pytest.approx(saved, rel=1e-9)
    assert row["relief"] == "a start a year earlier"


def test_a_start_counts_even_where_nothing_runs_yet():
    """The limit of a level before its first year is its baseline, here 0, and yet it has weight."""
    answer = answer_of("window", "services.conference.baseline=0")
    rows = answer.tables["limits"]
    assert (rows["constraint"] == "level_held").any()
    assert rows[rows["constraint"] == "level_held"]["worth"].iloc[0] > 1e6
    assert (answer.plan.tables["prices"]["constraint"] == "level_held").any()


def test_where_limits_meet_a_price_is_two():
    """Twice the same limit: more of either saves nothing, less of either costs."""
    plain = answer_of("window")
    value = float(plain.plan.tables["services"].query("service == 'hubs'")["level"].max())
    answer = answer_of("window", "services.intensive.maximum=200", "services.intensive.minimum=0",
                       f"services.hubs.maximum={value}")  # fmt: skip
    rows = answer.tables["binding"]
    assert set(rows["sides"]) >= {"one", "two"}
    two = rows[(rows["sides"] == "two") & np.isfinite(rows["price_less"])]
    assert (two["price_less"] < two["price_more"]).all()  # convex
    one = rows[(rows["sides"] == "one") & np.isfinite(rows["price_less"])]
    pd.testing.assert_series_equal(
        one["price_less"], one["price_more"], check_names=False, rtol=1e-5
    )


def test_binding_is_ordered_by_worth_and_cites_every_row():
    for case in CASES:
        tables = answer_of(case).tables
        for name in ("limits", "binding"):
            worth = tables[name]["worth"].to_numpy()
            assert (np.diff(worth) <= 1e-9 * max(worth[:1], default=1.0)).all()
            assert tables[name]["file"].notna().all()
            assert tables[name]["words"].str.len().min() > 10


# A window that asks for so much that what it asks binds.
ASKED = ("double_investment.protect_statutory=1.08", "double_investment.prevention_uplift=2.5",
         "reinvestment.share=1", "budgets.core.*.amount=*1.2",
         "budgets.transition.*.amount=*3")  # fmt: skip


@pytest.mark.parametrize(
    "family", ["statutory_protected", "prevention_uplifted", "savings_reinvested"]
)
def test_what_the_window_asks_has_a_limit_in_pounds(family):
    """Off the window's columns: limit, activity and range are pounds of spend."""
    instance = instance_of("window", *ASKED)
    session = Session()
    solved = session.solve(instance)
    found = 0
    for each in solved.windows:
        if not each.optimal or each.window is None:
            continue
        costs = each.program.objectives[-1].costs
        model = HighsModel(each.program, find_solver("simplex"))
        solution = model.solve(each.program)
        table = price_table(
            instance, each.program, solution.primal, solution.dual, costs, model.ranging()
        ).frame
        for line in table[table["constraint"] == family].to_dict("records"):
            found += 1
            assert line["limit"] > 1e6
            assert line["activity"] == pytest.approx(line["limit"], rel=1e-9)
            assert line["holds_from"] <= line["limit"] * (1 + 1e-9)
            assert line["holds_to"] >= line["limit"] * (1 - 1e-9)
            if found > 3:
                continue
            position = each.program.rows[family].positions[line["year"],]
            step = 1e-3
            for sign in (-1, 1):
                lower = each.program.row_lower.copy()
                lower[position] += sign * step
                moved = type(each.program)(**{**vars(each.program), "row_lower": lower})
                again = HighsModel(moved, find_solver("highs")).solve(moved)
                change = (again.objective - solution.objective) * POUNDS
                inside = line["holds_from"] <= line["limit"] + sign * step * POUNDS
                inside = inside and line["limit"] + sign * step * POUNDS <= line["holds_to"]
                if inside:
                    assert change == pytest.approx(sign * step * POUNDS * line["price"], rel=1e-3)
    assert found


def test_the_summary_prices_a_level_in_all_of_its_periods():
    """Two periods a year: a case fewer throughout saves what both of them save."""
    changes = ("services.intensive.minimum=15", "services.intensive.unit_cost=80000",
               "services.intensive.release_per_year=1")  # fmt: skip
    instance = instance_of("two-areas", *changes)
    plan = solve(instance)
    (told,) = [each for each in priced_limits(plan) if each.noun == "Smallest level of intensive"]
    fewer = cell_changed(instance, "services.intensive.minimum", 14.99)
    saved = plan.objective - cost_of(fewer, plan.window)
    per_area = saved / 0.01 / len(instance.areas)
    assert told.low <= per_area * (1 + 1e-6)
    assert told.high >= per_area * (1 - 1e-6)


@pytest.mark.parametrize("case", CASES)
def test_what_binds_stands_at_its_limit(case):
    best, table = priced(case)
    activity = best.program.matrix.times(best.solution.primal)
    for row in table["position"].astype(int):
        bounds = (best.program.row_lower[row], best.program.row_upper[row])
        assert min(abs(activity[row] - b) for b in bounds if np.isfinite(b)) < 1e-4


@pytest.mark.parametrize("case", ["window", "annual-returns-limits"])
def test_a_page_prices_only_what_it_shows_and_prices_it_alike(case, monkeypatch):
    whole, shown, asked = answer_of(case).tables["limits"], 3, []
    assert len(whole) > 2 * shown
    monkeypatch.setattr(import_module("allocator.explain.explanation"), "SMALL", 0)
    monkeypatch.setattr(limits, "MOST_SHOWN", shown)
    side = Trial.side
    monkeypatch.setattr(Trial, "side", lambda *of: asked.append(of[1]) or side(*of))
    page = explain(instance_of(case), page_alone=True)
    first = page.tables["limits"]
    assert list(first["key"]) == list(whole["key"][:shown])
    for column in ("saves", "costs", "worth", "holds", "costs_hold"):
        assert list(first[column]) == pytest.approx(
            list(whole[column][:shown]), rel=1e-6, abs=0.01, nan_ok=True
        )
    assert len(asked) < 2 * len(whole)  # both sides of each would be twice as many
    assert "and any others are of less weight; --out prices each of them" in explanation_text(page)


def test_what_binds_is_worked_out_once_for_each_plan():
    plan = solve(instance_of("hand"))
    assert priced_limits(plan) and priced_limits(plan) is priced_limits(plan)
    without = replace(plan, tables={**plan.tables, "prices": plan.table("prices").where([])})
    assert priced_limits(without) == [] != priced_limits(plan)

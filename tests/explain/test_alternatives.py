"""Near-optimal plans: each bound against the instance with that spend forbidden or forced."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from allocator.clock import limited
from allocator.errors import AuditError, SolverError, TimeLimitError
from allocator.explain.alternatives import alternatives as alternatives_module
from allocator.explain.alternatives import nearby
from allocator.explain.alternatives.alternatives import AS_TODAY, FEWER, MORE, OPEN, alternatives
from allocator.explain.alternatives.nearby import items_of
from allocator.explain.auditing import Auditor
from allocator.explain.spending import today
from allocator.plan.tables import decision_tables
from allocator.report.pages.alternatives import text
from allocator.simulate import baseline
from allocator.solving.areas import ladder
from allocator.solving.areas.group import Group
from allocator.solving.areas.ladder import AreaLadder
from allocator.solving.areas.search import PriceSearch
from allocator.solving.extremes import Extremes
from allocator.solving.session import Session, build
from allocator.wording import pounds
from tests.plans import instance_of, plan_of

CASE = "annual-returns-limits"
WINDOWS = ("hand", "double_investment.longest=1", "double_investment.protect_statutory=0.8")


@pytest.fixture(scope="module")
def found():
    return alternatives(instance_of(CASE), share=0.002)


@pytest.mark.parametrize(
    ("item", "year"),
    [("hubs", 2022), ("conference", 2024), ("early_help", 2023), ("statutory", 2024),
     ("total", 2021)],
)  # fmt: skip
def test_a_bound_is_where_forcing_the_spend_further_costs_too_much(found, item, year):
    """A row of limits, in the one window: just inside the bound it is affordable, beyond not."""
    instance, table = instance_of(CASE), found.tables["alternatives"]
    row = table[(table["item"] == item) & (table["year"] == year)].iloc[0]
    allowed = (found.cost + found.allowed) / 1e6
    apart = max(1.0, 1e-5 * row["most"])

    def cost(**limit):
        limited = instance.with_rows("limits", [{"item": item, "year": year, **limit}])
        solved = Session().solve(limited)
        best = next(each for each in solved.windows if each.window == found.window)
        return best.value(-1) if best.optimal else np.inf

    assert cost(maximum=float(row["least"]) + apart) <= allowed * (1 + 1e-9)
    assert cost(minimum=float(row["most"]) - apart) <= allowed * (1 + 1e-9)
    if row["least"] > apart:
        assert cost(maximum=float(row["least"]) - apart) > allowed
    assert cost(minimum=float(row["most"]) + apart) > allowed


def test_plans_that_differ_by_less_than_the_plan_is_sure_of_are_as_good(found):
    plan = plan_of(CASE)
    assert found.margin == pytest.approx(0.01 * abs(plan.npv), rel=1e-6)
    assert found.facts()["as_good_within"] == found.margin
    assert found.allowed > found.margin
    assert f"As good are those within {pounds(found.margin)} of the cheapest" in words(found)
    near = replace(found, allowed=found.margin)
    assert "All of them are as good: within" in words(near)
    assert "As good are those" not in words(near)


def words(answer) -> str:
    return " ".join(text(answer).split())


def test_the_plan_and_the_nearest_lie_between_the_bounds(found):
    table = found.tables["alternatives"]
    slack = 1e-7 * table["most"].abs() + 1.0
    for column in ("planned", "nearest"):
        assert ((table["least"] - slack <= table[column])
                & (table[column] <= table["most"] + slack)).all()  # fmt: skip
    cases = found.tables["alternatives_services"]
    assert (cases["least_cases"] <= cases["planned_cases"] + 1e-4).all()
    assert (cases["planned_cases"] <= cases["most_cases"] + 1e-4).all()


def test_planned_and_baseline_spend_are_those_of_the_plan(found):
    table, plan = found.tables["alternatives"], plan_of(CASE)
    tiers = table[(table["kind"] == "tier") & table["year"].notna()]
    years = plan.years()
    for row in tiers.to_dict("records"):
        assert row["planned"] == pytest.approx(years[row["item"]][row["year"]], rel=1e-6, abs=1)
        expected = years[f"baseline_{row['item']}"][row["year"]]
        assert row["baseline"] == pytest.approx(expected, rel=1e-9)


def test_the_nearest_is_nearer_to_today_than_the_cheapest(found):
    usual = today(instance_of(CASE))
    table = found.tables["alternatives"]
    services = table[(table["kind"] == "service") & table["year"].notna()]
    apart = {
        column: sum(
            abs(row[column] - usual[row["item"], row["year"]])
            for row in services.to_dict("records")
        )
        for column in ("planned", "nearest")
    }
    assert apart["nearest"] == pytest.approx(found.distance, rel=1e-6)
    assert apart["nearest"] < apart["planned"]


def test_with_nothing_to_spare_the_nearest_is_as_near_as_the_optimal_plans_are():
    exact = alternatives(instance_of("hand"), amount=0.0)
    table = exact.tables["alternatives"]
    whole = table[(table["item"] == "total") & table["year"].isna()].iloc[0]
    assert whole["least"] == pytest.approx(whole["most"], rel=1e-6)  # no discount, no end value
    assert exact.facts()["plans_audited"] == 2 * (len(table) + 1) + 1


def test_more_room_and_every_window_widen_the_ranges():
    instance = instance_of(*WINDOWS)
    narrow = alternatives(instance, share=0.01)
    wide = alternatives(instance, share=0.2, every_window=True)
    assert narrow.windows == (narrow.window,) == (None,)
    assert wide.windows == (None, (2020, 1), (2021, 1))
    ranges = [each.tables["alternatives"] for each in (wide, narrow)]
    assert (ranges[0]["least"] <= ranges[1]["least"] + 1.0).all()
    assert (ranges[0]["most"] >= ranges[1]["most"] - 1.0).all()


def test_what_every_plan_does_is_read_off_the_cases(found):
    cases = found.tables["alternatives_services"].set_index("service")
    for row in cases.to_dict("index").values():
        told, usual = row["every_plan"], row["baseline_cases"]
        if told == MORE:
            assert row["least_cases"] > usual
        elif told == FEWER:
            assert row["most_cases"] < usual
        elif told == OPEN:
            assert row["least_cases"] < usual or row["most_cases"] > usual
        else:
            assert told == AS_TODAY
    assert cases.loc["conference", "every_plan"] == MORE
    page = " ".join(text(found).split())
    assert "every one of them gives more cases of" in page and "re-run by the simulator" in page


def test_total_weights_add_up_tiers_and_service_weights_give_the_plans_spend():
    instance, plan = instance_of("window"), plan_of("window")
    program = build(instance)
    items = {(i.item, i.year): i.weights for i in items_of(instance, program)}
    tiers = sum(items[tier, 2021] for tier in ("early_help", "edge_of_care", "statutory"))
    assert np.array_equal(tiers, items["total", 2021])
    unchanged = baseline(instance).spend
    assert sum(unchanged["window", "early_help"]) == pytest.approx(
        sum(today(instance)["hubs", year] for year in instance.horizon)
    )
    services = plan.tables["services"]
    hubs = services[(services["service"] == "hubs") & (services["year"] == 2021)]
    weights = items["hubs", 2021]
    for name, cost in (("level", 1500), ("expansion", 300)):
        at = program.columns[name].positions["window", "hubs", 2]
        assert weights[at] * 1e6 == pytest.approx(cost * 1.02)
    assert len(hubs) == 1


def test_a_point_that_breaks_a_rule_does_not_stand_up():
    instance = instance_of("hand")
    best = Session().solve(instance).best
    primal, costs = best.solution.primal.copy(), best.program.objectives[-1].costs
    auditor = Auditor(instance, None, best.program, costs)
    assert set(auditor.audited(primal)) >= {"spend", "services"}
    primal[best.program.columns["level"].positions["hand", "reunify", 1]] += 1.0
    with pytest.raises(AuditError, match="does not stand up"):
        auditor.audited(primal)


@pytest.mark.parametrize("case", ["staff-part-training", "benefits", "benefits-unweighted"])
def test_staff_and_good_done_to_others_stand_up_to_the_audit(case):
    instance = instance_of(case)
    best = Session().solve(instance).best
    costs, primal = best.program.objectives[-1].costs, best.solution.primal
    tables = Auditor(instance, best.window, best.program, costs).audited(primal)
    shown = {"staff", "benefits"} & set(tables)
    assert shown
    for name in shown:
        columns = list(tables[name].columns)
        whole = plan_of(case).tables[name][columns]
        pd.testing.assert_frame_equal(tables[name], whole, rtol=1e-9)


@pytest.mark.parametrize("case", ["window", "two-areas", "staff-part-training", "benefits"])
def test_tables_laid_out_once_are_those_laid_out_each_time(case):
    instance = instance_of(case)
    best = Session().solve(instance).best
    costs, primal = best.program.objectives[-1].costs, best.solution.primal
    filled = Auditor(instance, best.window, best.program, costs).tables(primal)
    for name, table in decision_tables(instance, best.program, primal).items():
        pd.testing.assert_frame_equal(filled[name], table, check_exact=False, rtol=1e-12)


def test_without_a_plan_there_are_no_alternatives():
    none = alternatives(instance_of("hand-infeasible"))
    assert none.cost is None and none.tables["alternatives"].empty
    assert "there is no plan at all" in text(none)


def test_when_time_is_over_what_is_of_all_years_is_there_first(monkeypatch):
    whole = alternatives(instance_of("hand"))
    of, asked = Extremes.of, []

    def limited(self, weights):
        asked.append(weights)
        if len(asked) > len(totals) + len(whole.tables["alternatives_services"]):
            raise TimeLimitError("out of time while looking")
        return of(self, weights)

    table = whole.tables["alternatives"]
    totals = table[table["year"].isna()]
    monkeypatch.setattr(Extremes, "of", limited)
    found = alternatives(instance_of("hand"))
    assert "out of time" in found.unfinished and found.margin == whole.margin
    told = found.tables["alternatives"]
    assert told["item"].tolist() == totals["item"].tolist() and told["year"].isna().all()
    assert told["least"].to_numpy() == pytest.approx(totals["least"].to_numpy(), rel=1e-8)
    assert found.distance == pytest.approx(whole.distance)
    assert "Answer: " in text(found) and "out of time" in text(found)


def test_area_by_area_a_choice_goes_as_far_as_in_the_whole(monkeypatch):
    for module in (alternatives_module, nearby):  # some of them: of years and of all
        monkeypatch.setattr(module, "items_of", lambda *of: items_of(*of)[::14])
    whole = alternatives(instance_of("two-areas"))
    assert whole.tables["alternatives"]["year"].isna().any()
    monkeypatch.setattr(ladder, "FEWEST", 2)
    monkeypatch.setattr(ladder, "SMALLEST", 0)  # as though it were large
    solved = []
    solve = AreaLadder.solve
    monkeypatch.setattr(
        AreaLadder, "solve", lambda self, *a, **k: solved.append(self) or solve(self, *a, **k)
    )
    found = alternatives(instance_of("two-areas"))
    assert len(solved) >= 2 * len(found.tables["alternatives"])
    for column in ("least", "most"):
        ours, theirs = (each.tables["alternatives"][column].to_numpy() for each in (found, whole))
        assert ours == pytest.approx(theirs, rel=1e-6, abs=1.0)
    assert found.distance == pytest.approx(whole.distance, rel=1e-6, abs=1.0)


def test_each_extreme_goes_on_from_the_points_of_those_before(monkeypatch):
    monkeypatch.setattr(ladder, "FEWEST", 2)
    monkeypatch.setattr(ladder, "SMALLEST", 0)  # as though it were large
    instance = instance_of("two-areas")
    best = Session().solve(instance).best
    items, program = items_of(instance, best.program), best.program
    begun, costed, doubted = [], [], []
    optimum, onward, cost = PriceSearch.optimum, PriceSearch.onward, Group.cost
    monkeypatch.setattr(PriceSearch, "optimum", lambda *of: begun.append(0) or optimum(*of))

    def going_on(search):
        begun.append(len(search.master.columns))
        end = yield from onward(search)
        doubted.append(search._may_be_empty)
        return end

    monkeypatch.setattr(PriceSearch, "onward", going_on)
    monkeypatch.setattr(Group, "cost", lambda *of: costed.append(cost(*of)) or costed[-1])
    extremes = Extremes(program, instance.areas)
    whole = Extremes(program)
    for item in items[:3]:
        for ours, theirs in zip(extremes.of(item.weights), whole.of(item.weights), strict=True):
            assert ours.value == pytest.approx(theirs.value, rel=1e-7, abs=1e-9)
            assert np.max(np.abs(ours.program.objectives[0].costs)) == 1.0
    assert begun[0] == 0 and all(begun[1:]) and begun[1:] == sorted(begun[1:])
    assert len(begun) == 7  # the plan's own, and a least and a most of each
    assert doubted == [False] * 6  # the plan is a point
    assert len(costed) == 5  # the areas are begun with the first


@pytest.fixture
def large_extremes(monkeypatch):
    """Those of a program of two areas, as though it were large, and the items to ask of it."""
    monkeypatch.setattr(ladder, "SMALLEST", 0)
    monkeypatch.setattr(ladder, "FEWEST", 2)
    instance = instance_of("two-areas")
    best = Session().solve(instance).best
    return Extremes(best.program, instance.areas), items_of(instance, best.program)


def failing(monkeypatch, calls, error):
    """Have some of the ladder's solves by areas fail, by their number from the first."""
    solve, count = AreaLadder.solve, itertools.count()

    def perhaps(*of, **named):
        if next(count) in calls:
            raise error
        return solve(*of, **named)

    monkeypatch.setattr(AreaLadder, "solve", perhaps)


def test_where_areas_come_to_no_end_from_where_others_left_them_they_begin_anew(
    large_extremes, monkeypatch
):
    extremes, items = large_extremes
    expected = [each.value for each in extremes.of(items[1].weights)]
    before = extremes._ladder
    failing(monkeypatch, {0}, TimeLimitError("out of time"))
    again = [each.value for each in extremes.of(items[1].weights)]
    assert again == pytest.approx(expected, rel=1e-9)
    assert extremes._ladder is not before


def test_where_that_fails_too_they_begin_at_another_scale(large_extremes, monkeypatch):
    extremes, items = large_extremes
    expected = extremes.of(items[1].weights)[0]
    failing(monkeypatch, {0, 2}, SolverError("the gap is too large"))  # 1: the program's own
    again = extremes.toward(items[1].weights)
    assert again.value == pytest.approx(expected.value, rel=1e-9)
    assert np.max(np.abs(expected.program.objectives[0].costs)) == 1.0
    assert np.max(np.abs(again.program.objectives[0].costs)) == pytest.approx(4.0)


def test_what_fails_from_the_start_too_is_told(large_extremes, monkeypatch):
    extremes, items = large_extremes
    extremes.of(items[1].weights)
    failing(monkeypatch, range(9), SolverError("no end"))
    with pytest.raises(SolverError, match="no end"):
        extremes.toward(items[2].weights)


def test_where_the_time_is_over_nothing_is_begun_anew(large_extremes, monkeypatch):
    extremes, items = large_extremes
    extremes.of(items[1].weights)
    before = extremes._ladder
    with limited(0.0), pytest.raises(TimeLimitError):
        extremes.toward(items[2].weights)
    assert extremes._ladder is before

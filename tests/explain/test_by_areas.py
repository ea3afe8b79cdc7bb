"""Asked of a program that is solved area by area, each question has the answer of the whole."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest

from allocator.explain.delay import cost_of_delay
from allocator.explain.explanation import explain
from allocator.explain.frontier.fairness import fair_frontier
from allocator.explain.frontier.parametric import Parametric
from allocator.explain.frontier.target import moving_target, target_frontier
from allocator.explain.regimes.regimes import regimes
from allocator.explain.shadow_prices import by_area, windows
from allocator.plan.saving import save
from allocator.solving.again import audit_saved
from allocator.solving.areas import ladder
from allocator.solving.session import at_window, saying
from allocator.solving.solve import solve
from tests.model.many_areas import many_areas

SEEDS = (9, 6)  # three areas of one window, two of several
STOPPED = 18  # four areas, with a plan in two of seven windows
BENT = 5  # two areas, whose curves bend
KEYS = ["constraint", "area", "owner", "fund", "item", "state", "service", "from", "to", "year"]


def answered(monkeypatch, question, *given):
    """A question's answer as a whole, and area by area."""
    answers = []
    for fewest, smallest in ((10**9, 10**9), (2, 0)):
        monkeypatch.setattr(ladder, "FEWEST", fewest)
        monkeypatch.setattr(ladder, "SMALLEST", smallest)
        answers.append(question(*given))
    whole, areas = answers
    assert "area by area" in areas.solver and "area by area" not in whole.solver
    return whole, areas


@pytest.fixture
def both(monkeypatch):
    return partial(answered, monkeypatch)


def told(answers, name, keys):
    """Rows of a table that both have: corners differ in what else stands at its limit."""
    one, other = (each.tables[name] for each in answers)
    joined = one.merge(other, on=[key for key in keys if key in one], suffixes=("", "_by"))
    assert len(joined) >= max(2, len(one) / 2)
    return joined


@pytest.fixture(scope="module")
def explained():
    """Both explanations of each instance."""
    with pytest.MonkeyPatch.context() as patched:
        yield {seed: answered(patched, explain, many_areas(seed)) for seed in SEEDS}


@pytest.mark.parametrize("seed", SEEDS)
def test_limits_are_worth_the_same(explained, seed):
    rows = told(explained[seed], "limits", ["constraint", "key"])
    for column in ("saves", "costs", "worth"):
        np.testing.assert_allclose(rows[f"{column}_by"], rows[column], rtol=1e-5, atol=1e-2)
    both = rows["holds"].notna() & rows["holds_by"].notna()
    assert (rows["holds_by"] <= rows["holds"] * (1 + 1e-6) + 1e-6)[both].all()  # at least so far
    assert (rows["holds_by"] > 0).any()


@pytest.mark.parametrize("seed", SEEDS)
def test_what_binds_has_the_same_price_on_each_side(explained, seed):
    rows = told(explained[seed], "binding", KEYS)
    rows = rows[rows["sides_by"] != "unsettled"]
    assert len(rows) > 2
    for column in ("price_less", "price_more"):
        np.testing.assert_allclose(rows[f"{column}_by"], rows[column], rtol=1e-5, atol=1e-2)


@pytest.mark.parametrize("seed", SEEDS)
def test_windows_cost_the_same(explained, seed):
    one, other = (each.tables["windows"] for each in explained[seed])
    assert list(one["status"]) == list(other["status"])
    costs = (each["objective"].astype(float) for each in (other, one))
    np.testing.assert_allclose(*costs, rtol=1e-8)


def test_what_stops_a_window_is_told_from_the_proof_at_hand(monkeypatch):
    """The whole program is not asked what is needed; what its proof uses can't all hold."""
    monkeypatch.setattr(ladder, "FEWEST", 2)
    monkeypatch.setattr(ladder, "SMALLEST", 0)
    monkeypatch.setattr(windows, "conflict", pytest.fail)
    table = explain(many_areas(STOPPED)).tables["windows"]
    lost = table[table["status"] == "infeasible"]
    assert len(lost) > 1
    assert "hold (which of them must give way is not asked" in lost["why"].iloc[0]


def test_the_whole_is_solved_where_the_parts_do_not_settle_a_price(both, monkeypatch):
    """And where it may not be, the price is told as a vertex's."""
    solved, own = [], by_area.AreaTrial.tried

    def counted(trial, rows, steps, units):
        solved.append(trial._whole)
        return own(trial, rows, steps, units)

    monkeypatch.setattr(by_area.AreaTrial, "tried", counted)
    monkeypatch.setattr(by_area, "MOST_WHOLE_OF_LARGE", 1)
    monkeypatch.setattr(by_area.AreaTrial, "large", True)
    _, areas = both(explain, many_areas(SEEDS[0]))
    assert False in solved and solved.count(True) < solved.count(False)
    assert set(areas.tables["binding"]["sides"]) <= {"one", "two", "unsettled"}


@pytest.mark.parametrize("curve", [target_frontier, fair_frontier])
def test_a_curve_bends_where_that_of_the_whole_does(both, curve):
    whole, areas = both(curve, many_areas(BENT))
    columns = whole.table.select_dtypes("float").columns
    assert len(whole.table) == len(areas.table) > 1
    pd.testing.assert_frame_equal(areas.table[columns], whole.table[columns], rtol=1e-5, atol=1e-3)


def test_a_delay_costs_the_same(both):
    whole, areas = both(cost_of_delay, many_areas(SEEDS[0]), 1)
    assert list(whole.table["status"]) == list(areas.table["status"])
    np.testing.assert_allclose(areas.table["cost"], whole.table["cost"], rtol=1e-8)


def test_regimes_cost_the_same(both):
    whole, areas = both(regimes, many_areas(SEEDS[0]))
    one, other = (each.tables["regimes"] for each in (whole, areas))
    assert list(one["status"]) == list(other["status"])
    np.testing.assert_allclose(other["cost"], one["cost"], rtol=1e-6)


def test_an_aim_held_at_too_dear_a_price_is_held_at_a_lesser_one(monkeypatch):
    """Its optimum lacks digits for a proof: it is sought again, and the whole is not asked."""
    monkeypatch.setattr(ladder, "FEWEST", 2)
    monkeypatch.setattr(ladder, "SMALLEST", 0)
    hold, ladders = ladder.AreaLadder.hold, []
    monkeypatch.setattr(
        ladder.AreaLadder, "hold", lambda self, *a: ladders.append(self) or hold(self, *a)
    )
    regimes(many_areas(SEEDS[0]))
    assert ladders and not any(each.others for each in ladders)


@pytest.mark.parametrize("seed", SEEDS[:1])
def test_how_far_a_target_reaches_is_found_by_areas_alone(monkeypatch, seed):
    instance = many_areas(seed)
    moving = moving_target(instance)
    variants = [at_window(moving.program, instance, w) for w in (None, *instance.windows)]
    whole = Parametric(moving.move)
    expected = [whole.least(each) for each in variants]
    monkeypatch.setattr(ladder, "FEWEST", 2)
    monkeypatch.setattr(ladder, "SMALLEST", 0)
    areas = Parametric(moving.move, instance.areas)
    assert [areas.least(each) for each in variants] == pytest.approx(expected, rel=1e-9)
    assert isinstance(areas._limits, ladder.AreaLadder)
    assert not areas._limits.others  # nothing was left to the whole program


def test_an_audit_solves_again_by_areas(monkeypatch, tmp_path):
    monkeypatch.setattr(ladder, "FEWEST", 2)
    monkeypatch.setattr(ladder, "SMALLEST", 0)
    save(solve(many_areas(STOPPED)), tmp_path / "plan")
    asked, solved = [], ladder.AreaLadder.solve

    def watched(own, program, *stage, doing, **limits):
        asked.append(doing)
        return solved(own, program, *stage, doing=doing, **limits)

    monkeypatch.setattr(ladder.AreaLadder, "solve", watched)
    rechecked = audit_saved(tmp_path / "plan", every_window=True)
    assert rechecked.passed
    assert {*map(saying, (None, *many_areas(STOPPED).windows))} <= {*asked}

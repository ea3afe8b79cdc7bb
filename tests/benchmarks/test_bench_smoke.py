"""The benchmark runs, and what it compares is the same program.  Nothing about time."""

from dataclasses import replace

import numpy as np
import pytest

from allocator import simulate
from allocator.instance import read
from allocator.instance.scenarios import scenarios
from allocator.program.program import POUNDS
from allocator.solving.session import build
from allocator.solving.solve import solve
from benchmarks.__main__ import ONE, ROOT, TWELVE, main
from benchmarks.by_hand import arrays
from benchmarks.by_pyomo import build as build_by_pyomo
from benchmarks.country import country
from benchmarks.forecasting import AHEAD, by_size, compare, error, ours
from benchmarks.hedging import KINDS, OVER, _check, _who, futures
from benchmarks.measure import Run, run
from benchmarks.searching import Search

READING = ROOT / "instances" / "reading-2025"


@pytest.mark.parametrize("folder", [ONE, TWELVE], ids=["one council", "twelve"])
def test_the_program_by_hand_is_ours(folder):
    instance = read(folder)
    ours, hand = build(instance), arrays(instance)
    same = {"rtol": 1e-11, "atol": 1e-11}
    assert hand.matrix.shape == ours.shape
    difference = hand.matrix - ours.matrix.to_scipy()
    assert hand.matrix.nnz == ours.matrix.entries
    assert np.abs(difference.data).max(initial=0) < 1e-11
    for name in ("lower", "upper", "row_lower", "row_upper"):
        assert np.allclose(getattr(hand, name), getattr(ours, name), **same), name
    assert np.allclose(hand.costs, ours.objectives[-1].costs, **same)


def test_pyomo_hands_over_the_same_program():
    instance = read(ONE)
    ours, theirs = build(instance), build_by_pyomo(instance)._solver_model
    used = np.unique(ours.matrix.columns)  # Pyomo leaves out columns that stand in no row
    assert (theirs.getNumRow(), theirs.getNumCol()) == (ours.shape[0], len(used))
    assert theirs.getNumNz() == ours.matrix.entries
    values = np.sort(np.asarray(theirs.getLp().a_matrix_.value_))
    assert values == pytest.approx(np.sort(ours.matrix.values), rel=1e-11)


def test_the_search_and_the_simulator_agree_on_what_a_plan_costs():
    read_in = read(ONE)  # without bands, whose room grows and shrinks with the children there
    instance = replace(read_in, tables={**read_in.tables, "returns": ()})
    unchanged = simulate.baseline(instance)
    rate = 1 + instance.discount_rate
    spend = sum(unchanged.spend.values(), np.zeros(instance.years))
    cost = sum(pounds / rate**n for n, pounds in enumerate(spend)) + unchanged.terminal_value
    search = Search(instance, None)
    still = np.repeat(search.t.service["baseline"], search.t.years)
    assert search.cost(still)[0] * POUNDS == pytest.approx(cost, rel=1e-12)


def test_the_search_finds_no_plan_below_the_optimum():
    instance = read(ONE)
    plan = solve(instance, every_window=False)
    levels = plan.levels()
    search = Search(instance, plan.window)
    wanted = np.array([list(by_year.values()) for by_year in levels.values()])
    cost, _ = search.cost(wanted.ravel())
    assert cost * POUNDS == pytest.approx(plan.objective, rel=0.01)


def test_a_country_of_random_councils(tmp_path):
    instance = country(2, periods_per_year=1, data=tmp_path)
    assert len(instance.areas) == 2
    assert arrays(instance).matrix.shape == build(instance).shape


def test_a_country_with_continuous_timing_has_a_plan_as_its_staff_are_of_its_size(tmp_path):
    """Staff of the pattern's size would be too few for the larger, who would have no plan."""
    instance = country(3, periods_per_year=1, data=tmp_path, timing="continuous")
    assert instance.timing == "continuous"
    assert instance.resolved.roles and solve(instance, every_window=False).found


def test_forecasts_from_the_same_returns_are_compared_with_the_truth(tmp_path):
    text, aims = compare(tmp_path, None, {20: 1}, futures=2)
    assert "| allocator, its categories |" in text
    assert aims == []
    assert "wall-clock" in by_size(tmp_path, [1], 1)
    lines = [len(f.read_text().splitlines()) for f in tmp_path.glob("times-1/*/episodes.csv")]
    assert len(lines) == 5
    assert min(lines) > 500
    found = ours(str(tmp_path / "returns-20-1"), "default")
    in_care = [sum(stock.values()) for stock in found["stocks"]]
    assert in_care == pytest.approx([found["opening"]] * AHEAD, rel=0.25)  # rates stay


def test_errors_are_shares_of_the_true_total():
    known = [{"FOSTERING": 60.0, "OTHER": 40.0}]
    found = [{"FOSTERING": 63.0, "OTHER": 38.0, "NOT_IN_CARE": 500.0}]
    assert error(found, known, 1) == pytest.approx((0.01, 0.05))


def test_futures_of_a_tree_part_three_by_three():
    found = {s.name: s for s in scenarios(futures(READING, 9, tree=True, risk=0.5))}
    first = found["s000"].instance.first_year
    assert found["s003"].branches == first + 3
    assert found["s006"].parent == found["s003"].parent == "s000"
    assert found["s007"].branches == first + 4
    assert found["s007"].parent == "s006"
    assert sum(s.probability for s in found.values()) == pytest.approx(1)


def test_objectives_that_are_not_ours_are_told():
    _check("highs", [None, 1.0 + 1e-9], [None, 1.0])
    with pytest.raises(AssertionError, match="highs does not agree"):
        _check("highs", [1.1], [1.0])


def test_quick_run_writes_its_tables(tmp_path):
    out = tmp_path / "results.md"
    main(["--size", "tiny", "--only", "a", "--out", str(out)])
    text = out.read_text(encoding="utf-8")
    assert "| Allocator |" in text
    assert "of plain Pyomo and its HiGHS interface's time" in text


def test_a_peer_that_does_not_end_is_ended_and_its_row_says_so():
    words = ("-m", "benchmarks.hedging", "highs", READING, "30", "--seconds", "1")
    stopped = run(*words, codes=(0, OVER))
    assert stopped.code == OVER and not stopped.said
    assert _who("highs", [stopped]).endswith("not ended after 90 s, so at most")
    assert _who("highs", [Run(1.0, 1.0, 1.0, {})]) == KINDS["highs"]

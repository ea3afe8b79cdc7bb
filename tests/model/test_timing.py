"""Continuous timing: a rate is a rate whatever the periods are.  MODEL.md 3.1 to 3.4, 3.11."""

from __future__ import annotations

from math import exp, log
from pathlib import Path

import numpy as np
import pytest

from allocator.instance import Instance, read
from allocator.instance.check.baseline import baseline_in_care
from allocator.instance.check.candidate import Candidate
from allocator.program.program import POUNDS
from allocator.simulate import baseline
from allocator.simulate.uniformised import moved_and_stayed
from allocator.solving.solve import build_window, solve
from benchmarks.timing import at_periods, baseline_cost, held_at_twice
from formulations.population import baseline as baseline_of_the_program
from formulations.rates import exponentials
from tests.model.by_hand import by_period, care, near, price, same
from tests.model.cases import Case
from tests.model.random_cases import random_case
from tests.model.test_solvers import certified
from tests.plans import LARGEST

INSTANCES = sorted((Path(__file__).parents[2] / "instances").glob("*/instance.toml"))
SAME = 1e-9
PERIODS = (1, 2, 4, 12)


def year_ends(instance: Instance) -> list[np.ndarray]:
    """Children by state at each year's end: by the simulator, and by the program's recursion."""
    children, each = baseline_of_the_program(instance), instance.periods_per_year
    ends = range(each, instance.number_of_periods + 1, each)
    ran = baseline(instance).children[list(ends)]
    program = [[children[a, i, t] for a, i in instance.resolved.states] for t in ends]
    return [ran, np.array(program)]


def agree_at_year_ends(instance: Instance) -> None:
    first, *others = [found for m in PERIODS for found in year_ends(at_periods(instance, m))]
    for found in others:
        assert found == pytest.approx(first, rel=SAME, abs=SAME)


@pytest.mark.parametrize("path", INSTANCES, ids=lambda path: path.parent.name)
def test_the_baseline_of_an_instance_is_the_same_for_all_periods(path: Path) -> None:
    agree_at_year_ends(read(path))


@pytest.mark.parametrize("seed", range(100))
def test_the_baseline_of_a_random_instance_is_the_same_for_all_periods(seed: int) -> None:
    agree_at_year_ends(random_case(seed).instance())


@pytest.mark.parametrize("seed", range(0, 100, 7))
def test_the_check_knows_the_same_baseline(seed: int) -> None:
    instance = at_periods(random_case(seed).instance(), 4)
    ran = baseline(instance).children_in_care
    for area, by_year in baseline_in_care(Candidate(instance)).items():
        assert list(by_year.values()) == pytest.approx(list(ran[area]), rel=SAME)


@pytest.mark.parametrize("length", [1 / 12, 1.0])
@pytest.mark.parametrize("scale", [0.0, 0.01, 1.0, 20.0, 400.0])
def test_two_ways_to_an_exponential_and_its_integrals_agree(scale: float, length: float) -> None:
    """Doubled series and uniformisation; and p = I + GQ, G = ΔI + KQ, since they are integrals."""
    random = np.random.default_rng(7)
    rates = random.random((3, 2, 5, 5)) * scale
    rates[..., 0, 3] = rates[..., 4, :] = 0.0  # a move that there is not; a state without a way out
    steps = np.arange(5)
    rates[..., steps, steps] = 0.0
    rates[..., steps, steps] = -rates.sum(axis=-1) - 0.1 * scale
    moved, stayed, stayed_of_new = exponentials(rates, length)
    for one, other in zip(
        (moved, stayed, stayed_of_new), moved_and_stayed(rates, length), strict=True
    ):
        assert one == pytest.approx(other, rel=1e-10, abs=1e-12)
        assert np.all(other >= 0)
    identity = np.eye(5)
    assert moved == pytest.approx(identity + stayed @ rates, abs=1e-10)
    assert stayed == pytest.approx(length * identity + stayed_of_new @ rates, abs=1e-10)


OF_COST = 0.002  # by which costs at other lengths of a period may differ
CASES2 = (Path(__file__).parents[1] / "cases2", Path(__file__).parents[3] / "shared" / "cases2")
EVERY = INSTANCES + [
    path
    for path in {
        path.parent.name: path for at in CASES2 for path in at.glob("*/instance.toml")
    }.values()
    if 'timing = "continuous"' in path.read_text(encoding="utf-8")
]


def held_cost(instance: Instance) -> float | None:
    """£ at present value where nothing is left to choose."""
    program = build_window(instance, None)
    return certified(program, "highs", -1) * POUNDS


def differ_little(costs: list[float | None]) -> None:
    found = [cost for cost in costs if cost is not None]
    assert len(found) == len(PERIODS)
    assert max(found) < (1 + OF_COST) * min(found)


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.parent.name)
def test_the_baseline_costs_as_much_for_all_periods(path: Path) -> None:
    instance = read(path)
    differ_little([baseline_cost(at_periods(instance, m)) for m in PERIODS])


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=[pytest.mark.large] * (path.parent.name == LARGEST))
        for path in EVERY
    ],
    ids=lambda path: path.parent.name,
)
def test_twice_the_baseline_costs_as_much_for_all_periods(path: Path) -> None:
    twice = held_at_twice(read(path))
    differ_little([held_cost(at_periods(twice, m)) for m in PERIODS])


S = exp(-0.2)
G = (1 - S) / 0.2  # years of the next that a child in care spends there
K = (1 - G) / 0.2  # years that those spend who come evenly through it, one a year


def held(**settings: object) -> Case:
    """40 cases a year from 2020 on: 5 moves averted in 2020, 10 in 2021, 5 after."""
    return (
        care(timing="continuous", **settings)
        .changed("services", "minimum", lambda _: 40)
        .changed("services", "maximum", lambda _: 40)
    )


def test_children_come_and_are_diverted_all_through_a_year() -> None:
    plan = solve(held().instance())
    first = 20 * G + S * 100 - 5 * G
    second = 20 * G + S * first - 10 * G
    assert by_period(plan, "diverted", "diverted") == near(5, 10)
    assert by_period(plan, "states", "children") == near(100, first, second)
    assert plan.objective == same(25_000 * (100 + 2 * first + second) + 2 * 40 * 10_000)
    # One more averted in 2020 is G fewer at its end: half a year of places, then as they leave.
    assert price(plan, "diverted_by_service", period=1) == same(-G * 25_000 * (2 + S))
    assert price(plan, "diverted_by_service", period=2) == same(-G * 25_000)


def test_the_avoidable_share_of_staying_is_a_share_of_a_year_in_care() -> None:
    """Half of the child-years of 2020: those of the 100, and of the 20 who come."""
    plan = solve(
        care(timing="continuous").changed("services", "unit_cost", lambda _: 100).instance()
    )
    first = 0.5 * (100 * G + 20 * K)
    n1 = 20 * G + S * 100 - G * first
    second = 0.5 * (n1 * G + 20 * K)
    assert by_period(plan, "diverted", "diverted") == near(first, second)


def test_what_is_left_is_valued_as_the_years_inside_the_horizon_are() -> None:
    """ρ/r of a year's cost for ever, at ρ + 0.2; and a move averted counts from mid-period."""
    plan = solve(held(discount_rate=0.035, terminal_value=True).instance())
    force = log(1.035)
    value = 50_000 * force / 0.035 / (force + 0.2)
    n2 = by_period(plan, "states", "children")[2]
    assert by_period(plan, "diverted", "diverted") == near(5, 10, 5)
    assert plan.terminal_value == same((n2 * value - 1.035**-0.5 * 5 * value) / 1.035)


def test_the_moves_of_a_year_are_its_rate_times_the_child_years() -> None:
    """Of the child-years, those of who is there, of who comes, less those of the diverted."""
    plan = solve(held().instance())
    moves = plan.tables["moves"].query("to == 'exit' and year == 2020")
    spent = 100 * G + 20 * K - 5 * K
    assert float(moves["moves"].iloc[0]) == same(0.2 * spent + 5)
    assert float(moves["baseline_moves"].iloc[0]) == same(0.2 * (100 * G + 20 * K))


@pytest.mark.parametrize("periods", PERIODS)
def test_levels_held_at_the_baseline_give_the_baseline(periods: int) -> None:
    """With diminishing returns too, though fewer or more children are there than at the start."""
    returns = """
        [returns]
        service  up_to  multiplier
        reunify  0.2    1
        reunify  1      0.5
        """
    running = care(timing="continuous", periods_per_year=periods).with_tables(returns)
    for column, value in (("baseline", 40), ("minimum", 40), ("maximum", 40), ("coverage", 0.8)):
        running = running.changed("services", column, lambda _, value=value: value)
    plan = solve(running.changed("budgets", "amount", lambda _: 7_000_000).instance())
    years = plan.years()
    assert list(years["children_in_care"]) == pytest.approx(
        list(years["baseline_children_in_care"]), rel=1e-9
    )
    assert by_period(plan, "diverted", "diverted") == near(*[0.0] * 2 * periods)


def test_a_child_above_the_target_is_charged_at_each_years_end() -> None:
    """£1,000 a child is less than a move costs, so nothing is done; less is asked, less charged."""
    plan = solve(
        care(discount_rate=0.25)
        .setting("shortfall", excess_price=1000)
        .with_tables("[targets]\nyear children\n2020 90")
        .changed("services", "maximum", lambda _: 0)
        .instance()
    )
    first = 20 + S * 100
    over = [first - 90, 20 + S * first - 90]
    short = plan.shortfall()
    assert short is not None
    assert list(short["excess"].values()) == near(*over)
    assert plan.cost == same(25_000 * (100 + first) + 0.8 * 25_000 * (20 + (1 + S) * first))
    assert plan.objective == same((plan.cost or 0.0) + 1000 * (over[0] + 0.8 * over[1]))
    assert price(plan, "target_met", year=2020) == same(-1000)
    assert price(plan, "target_met", year=2021) == same(-800)


def test_statutory_work_may_overspend_at_a_price() -> None:
    """Of the money of 2021 £1m is missing: each pound of it is charged a quarter."""
    first = 20 + S * 100
    cost = [25_000 * (100 + first), 25_000 * (20 + (1 + S) * first)]
    budgets = f"[budgets]\nfund year amount\ncore 2020 {cost[0]!r}\ncore 2021 {cost[1] - 1e6!r}"
    short = care().with_tables(budgets).changed("services", "maximum", lambda _: 0)
    assert solve(short.instance()).status == "infeasible"
    plan = solve(short.setting("shortfall", overspend_price=0.25).instance())
    assert plan.objective == same(sum(cost) + 250_000)
    assert plan.cost == same(sum(cost))
    assert plan.to_dict()["shortfall"]["overspent"] == {"2020": same(0), "2021": same(1e6)}
    assert price(plan, "fund_balance", fund="core", year=2021) == same(-0.25)


def test_a_target_per_10_000_counts_the_children_of_its_areas() -> None:
    rate = "[areas]\narea children\neast 4000\nwest 6000\n[targets]\narea year per_10000\n"
    instance = care().with_tables(rate + ". 2021 90\nwest 2021 25").instance()
    assert instance.resolved.targets == {("all", 2021): 90, ("west", 2021): 15}

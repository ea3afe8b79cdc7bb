"""The facts that people quote of a plan, on cash series added up by hand."""

from __future__ import annotations

import pytest

from allocator.errors import NoPlanError
from allocator.plan.cash import CashPosition
from allocator.plan.plan import Plan
from allocator.solving.solve import solve
from tests.model.by_hand import PER_MOVE, S, care
from tests.plans import plan_of


def cash(*net: float, baseline: float = 0.0) -> CashPosition:
    """Saving (+) or extra cost (-) of 2020 and the years after."""
    return CashPosition({2020 + n: value for n, value in enumerate(net)}, baseline)


# Net position by year; then what it makes: payback, lasting payback, double-running cost, peak.
SERIES = {
    "an investment that pays back": ((-10, -5, 4, 6, 8), 2024, 2024, 15, 15, 2021),
    "to the pound": ((-10, -5, 4, 11), 2023, 2023, 15, 15, 2021),
    "a pound short of it": ((-10, -5, 4, 10), None, None, 15, 15, 2021),
    "a saving from the start": ((1, 2, 3), 2020, 2020, 0, 0, None),
    "nothing at all": ((0, 0, 0), 2020, 2020, 0, 0, None),
    "a saving, then a deficit for good": ((5, -3, -4), 2020, None, 0, 2, 2022),
    "a saving, a deficit, a saving": ((5, -8, 4), 2020, 2022, 0, 3, 2021),
    "two deficits with a good year between": ((-6, 2, -3, 20), 2023, 2023, 9, 7, 2022),
    "the first of two equal depths": ((-6, 6, -6, 9), 2021, 2023, 6, 6, 2020),
    "a deficit for ever": ((-1, -1, -1), None, None, 3, 3, 2022),
}


@pytest.mark.parametrize("name", SERIES)
def test_cash_position(name: str) -> None:
    net, payback, lasting, double_running, peak, peak_year = SERIES[name]
    position = cash(*net)
    assert position.cumulative == {2020 + n: sum(net[: n + 1]) for n in range(len(net))}
    assert position.payback_year == payback
    assert position.lasting_payback_year == lasting
    assert position.double_running_cost == double_running
    assert position.peak_deficit == peak
    assert position.peak_deficit_year == peak_year


@pytest.mark.parametrize(
    ("net", "years", "in_all"),
    [
        ((-10, -5, 4, 6, 8), [2020, 2021], 15),
        ((-6, 6, -6, 9), [2020, 2022], 12),  # paid back in 2021 first, for good in 2023
        ((5, -3, -4), [2021, 2022], 7),  # never for good
        ((-10, 12, -1, 5), [2020], 10),  # dearer again, but ahead by then
        ((1, 2, 3), [], 0),
        ((-0.005, 2, 3), [], 0),  # rounding
    ],
)
def test_double_running_is_until_payback_lasts(net, years, in_all) -> None:
    assert cash(*net).double_running_years == years
    assert cash(*net).double_running_in_all == in_all


def test_a_shortfall_of_rounding_is_paid_back() -> None:
    position = cash(-100, 99.995)
    assert position.payback_year == 2021
    assert cash(-100, 99.9).payback_year is None
    assert cash(-100, 99.9, baseline=1e8).payback_year == 2021


@pytest.fixture(scope="module")
def invested() -> Plan:
    """Moves averted in 2020 at 40,000 each: 15,000 dearer that year, 45,468 cheaper the next."""
    return solve(care(discount_rate=0.05).instance())


def test_a_plans_cash_against_its_baseline(invested: Plan) -> None:
    moves = 0.5 * S * 100
    dearer, cheaper = (PER_MOVE - 25_000) * moves, 25_000 * (1 + S) * moves
    assert invested.cash().net == {2020: pytest.approx(-dearer), 2021: pytest.approx(cheaper)}
    assert invested.cash().payback_year == 2021
    assert invested.cash().double_running_cost == pytest.approx(dearer)
    assert invested.cash().peak_deficit == pytest.approx(dearer)
    assert invested.cash().peak_deficit_year == 2020
    assert invested.npv == pytest.approx(cheaper / 1.05 - dearer)
    assert invested.npv == pytest.approx(invested.npv_in_horizon)  # nothing is left behind
    assert invested.terminal_value == pytest.approx(0, abs=1e-6)


def test_the_facts_are_those_of_the_tables(invested: Plan) -> None:
    facts = invested.to_dict()
    assert facts["payback_year"] == 2021
    assert facts["npv"] == invested.npv
    assert facts["net"] == {str(y): v for y, v in invested.cash().net.items()}
    assert facts["double_running_cost"] == invested.cash().double_running_cost
    assert facts["double_running_years"] == [2020]
    assert facts["peak_deficit_year"] == 2020
    moves = 0.5 * S * 100
    assert facts["levels"]["reunify"]["2020"] == pytest.approx(4 * moves)
    assert facts["spend"]["2020"]["edge_of_care"] == pytest.approx(PER_MOVE * moves)
    assert facts["children_in_care"]["2020"] == pytest.approx(20 + S * 100 - moves)
    present = sum(
        sum(tiers.values()) / 1.05 ** (int(year) - 2020) for year, tiers in facts["spend"].items()
    )
    assert facts["objective"] == pytest.approx(present)


def test_no_plan_has_no_facts() -> None:
    nothing = care().with_tables("[targets]\nyear children\n2021 1")
    facts = solve(nothing.instance()).to_dict()
    assert facts["status"] == "infeasible"
    for name in ("objective", "window", "spend", "levels", "payback_year", "target_price"):
        assert facts[name] is None
    assert facts["baseline_children_in_care"]["2020"] == pytest.approx(20 + S * 100)


@pytest.mark.parametrize(
    "fact",
    [
        lambda plan: plan.cash(), lambda plan: plan.npv, lambda plan: plan.npv_in_horizon,
        lambda plan: plan.levels(), lambda plan: plan.target_price(), lambda plan: plan.funds(),
        lambda plan: plan.one_off,
    ],
    ids=["cash", "npv", "npv_in_horizon", "levels", "target_price", "funds", "one_off"],
)  # fmt: skip
def test_a_fact_that_only_a_plan_has_is_refused_in_words_without_one(fact):
    with pytest.raises(NoPlanError, match="hand-infeasible has no plan"):
        fact(plan_of("hand-infeasible"))

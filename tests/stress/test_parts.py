"""What effects may turn out to be, what funds do not pay, and what carries the variance."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.instance.change import apply_changes
from allocator.simulate.uniformised import moved_and_stayed as one_by_one
from allocator.stress.evidence import Evidence
from allocator.stress.interpolated import at_draws
from allocator.stress.money import Funds
from allocator.stress.moving import moved_and_stayed
from allocator.stress.variance import first_order, rank_correlations
from tests.plans import instance_of

EVENLY = (np.arange(100_000) + 0.5) / 100_000


def test_limits_are_a_pert():
    evidence = Evidence(0.06, 0.02, 0.2)
    drawn = evidence.quantile(EVENLY)
    assert drawn.min() > 0.02
    assert drawn.max() < 0.2
    assert drawn.mean() == pytest.approx((0.02 + 4 * 0.06 + 0.2) / 6, rel=1e-6)
    assert evidence.mean == pytest.approx(drawn.mean(), rel=1e-6)


@pytest.mark.parametrize("value", [0.02, 0.06, 0.2])
def test_an_interval_is_a_two_piece_normal_that_holds_its_chance(value):
    evidence = Evidence(value, 0.02, 0.2, interval=0.9)
    drawn = evidence.quantile(EVENLY)
    assert np.mean((drawn >= 0.02) & (drawn <= 0.2)) == pytest.approx(0.9, abs=1e-4)
    assert evidence.mean == pytest.approx(drawn.mean(), rel=1e-3)
    assert np.all(np.diff(drawn) >= 0)


def test_what_is_certain_stays_what_it_is():
    for evidence in (Evidence(0.1, 0.1, 0.1), Evidence(0.1, 0.0, 0.2, interval=0.0)):
        assert np.all(evidence.quantile(EVENLY) == 0.1)


def test_draws_move_as_each_alone_would():
    rng = np.random.default_rng(4)
    rates = rng.uniform(0, 3, (3, 3, 5))
    diagonal = np.arange(3)
    rates[diagonal, diagonal] = 0
    rates[diagonal, diagonal] = -rates.sum(axis=1) - rng.uniform(0, 1, (3, 5))
    together = moved_and_stayed(rates, 0.25)
    alone = one_by_one(np.moveaxis(rates, 2, 0), 0.25)
    for one, other in zip(together, alone, strict=True):
        assert np.moveaxis(one, 2, 0) == pytest.approx(other, rel=1e-12)


@pytest.mark.parametrize("together", [True, False])
def test_rates_that_rise_together_move_children_as_each_draw_alone_would(together):
    rng, worked_out = np.random.default_rng(5), []
    ones = np.ones(200) if together else rng.uniform(0.5, 2, 200)
    factor = rng.uniform(0, 3, 200)
    rates = rng.uniform(0, 1, (3, 3, 1)) * np.array([[1, 0, 0], [0, 0, 1], [1, 1, 0]])[:, :, None]
    rates = rates * ones + np.array([[0, 0, 0.4], [0.2, 0, 0], [0, 0, 0]])[:, :, None] * factor
    rates[range(3), range(3)] = -rates.sum(axis=1)

    def shares(some, length):
        worked_out.append(some.shape[2])
        return moved_and_stayed(some, length)

    for found, told in zip(
        at_draws(rates, 0.25, shares), moved_and_stayed(rates, 0.25), strict=True
    ):
        assert found == pytest.approx(told, rel=1e-13, abs=1e-15)
    assert worked_out[0] < 20 if together else worked_out == [200]


def spend_of(instance, draws):
    """Needs around what the funds give."""
    rng, given = np.random.default_rng(2), instance.resolved.budgets
    keys = [(a, t) for a in instance.areas for t in ("early_help", "edge_of_care", "statutory")]
    about = sum(given.values()) / instance.years / len(keys)
    return {key: about * rng.uniform(0.2, 2.2, (instance.years, draws)) for key in keys}


def test_the_greedy_order_leaves_no_more_unpaid_than_the_linear_program():
    instance = instance_of("annual-returns-limits")
    funds = Funds(instance, None)
    assert funds.is_greedy
    spend = spend_of(instance, 20)
    found = funds.beyond(spend)
    assert found.sum() > 0
    least = funds._by_program(spend)
    discount = (1 + instance.discount_rate) ** -np.arange(instance.years)
    assert discount @ found == pytest.approx(discount @ least, rel=1e-9)


def test_where_no_order_is_right_the_linear_program_decides():
    instance = instance_of("two-areas")
    funds = Funds(instance, (instance.first_year, 2))
    assert not funds.is_greedy
    spend = spend_of(instance, 20)
    found, by_order = funds.beyond(spend), funds._greedily(spend)
    assert np.all(found.sum(axis=0) <= by_order.sum(axis=0) + 1e-3)
    assert found.sum() < by_order.sum() - 1.0


def test_a_fund_that_pays_in_the_window_alone_pays_nowhere_else():
    instance = apply_changes(instance_of("window"), ["budgets.*.amount=0"])
    one_off = next(f for f, rules in instance.resolved.accounts.items() if rules.window_only)
    given = apply_changes(instance, [f"budgets.{one_off[0]}.*.amount=1000000"])
    spend = {k: np.full((given.years, 1), 1e6) for k in [(given.areas[0], "statutory")]}
    without, within = (
        Funds(given, window).beyond(spend)[:, 0] for window in (None, (given.first_year, 1))
    )
    assert without.sum() == pytest.approx(1e6 * given.years)
    assert within[0] < without[0]


def test_a_sum_of_two_inputs_has_the_variances_of_each():
    rng = np.random.default_rng(0)
    one, other = rng.uniform(size=(2, 4096))
    total = 2 * one + other
    shares = first_order([one, other], total)
    assert shares == pytest.approx([0.8, 0.2], abs=0.02)
    assert rank_correlations([one, -one], one) == pytest.approx([1, -1])
    assert first_order([one], np.ones(4096)) == [None]
    assert rank_correlations([one], np.ones(4096)) == [0.0]

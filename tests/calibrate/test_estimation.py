"""Shrinkage against worked numbers, and against rates that are known."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.calibrate.estimation import (
    Prior,
    dispersion,
    fit_prior,
    moments,
    posterior,
    recency,
    shrink,
)


def drawn(seed: int, units: int = 400, shape: float = 20.0) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    exposure = rng.lognormal(4.0, 0.8, units)
    rates = rng.gamma(shape, 0.3 / shape, units)
    return rates, rng.poisson(rates * exposure).astype(float), exposure


def test_a_posterior_by_hand() -> None:
    rates = posterior([6.0], [20.0], Prior(4.0, 20.0))
    assert rates.mean == pytest.approx([10 / 40])
    assert rates.weight == pytest.approx([0.5])
    assert rates.sd == pytest.approx([np.sqrt(10) / 40])


def test_the_prior_that_made_the_data_is_found() -> None:
    _, events, exposure = drawn(1, units=4000)
    for prior, near in ((fit_prior(events, exposure), 0.1), (moments(events, exposure), 0.2)):
        assert prior.mean == pytest.approx(0.3, rel=0.05)
        assert prior.events == pytest.approx(20, rel=near)


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_intervals_hold_the_rate_as_often_as_they_say(level: float) -> None:
    rates, events, exposure = drawn(2)
    low, high = shrink(events, exposure).interval(level)
    assert np.mean((low <= rates) & (rates <= high)) == pytest.approx(level, abs=0.04)


def test_predictions_hold_what_comes_as_often_as_they_say() -> None:
    rates, events, exposure = drawn(3)
    low, high = shrink(events, exposure).predict(exposure, 0.8)
    came = np.random.default_rng(4).poisson(rates * exposure)
    assert 0.78 <= np.mean((low <= came) & (came <= high)) <= 0.88  # whole numbers: a little more


def test_shrinking_is_nearer_the_truth_than_the_raw_rates() -> None:
    rates, events, exposure = drawn(5)
    raw = np.mean((events / exposure - rates) ** 2)
    assert np.mean((shrink(events, exposure).mean - rates) ** 2) < 0.7 * raw


def test_small_units_lean_on_the_others() -> None:
    rates = shrink([0.0, 300.0, 330.0, 280.0, 310.0], [5.0, 1000.0, 1000.0, 1000.0, 1000.0])
    assert rates.weight[0] < rates.weight[1]
    assert rates.mean[0] == pytest.approx(0.3, rel=0.15)


def test_a_group_draws_its_own() -> None:
    events = np.array([10.0, 11, 9, 10, 40, 41, 39, 0])
    exposure = np.array([100.0] * 7 + [0.5])
    rates = shrink(events, exposure, ["a"] * 4 + ["b"] * 4)
    assert rates.mean[-1] == pytest.approx(0.4, rel=0.15)
    assert rates.mean[0] == pytest.approx(0.1, rel=0.15)


def test_units_that_do_not_differ_are_pooled() -> None:
    rates = shrink([30.0, 30, 30, 30], [100.0] * 4)
    assert rates.weight.max() < 0.01


def test_a_missing_count_leaves_the_prior() -> None:
    rates = posterior([np.nan, 5.0], [10.0, 10.0], Prior(3.0, 10.0))
    assert rates.mean[0] == pytest.approx(0.3)
    assert rates.weight[0] == 0


def test_recent_years_weigh_more() -> None:
    assert recency([2021, 2023, 2025], 2025, half_life=2) == pytest.approx([0.25, 0.5, 1.0])


def test_dispersion() -> None:
    assert dispersion([8.0, 12.0], [10.0, 10.0]) == 1.0  # quieter than Poisson counts as Poisson
    assert dispersion([0.0, 20.0, np.nan], [10.0, 10.0, 10.0]) == pytest.approx(10.0)
    spread = shrink([6.0], [20.0], prior=Prior(4.0, 20.0), spread=2.0)
    assert spread.mean == pytest.approx([7 / 30])


def test_nothing_to_learn_from() -> None:
    with pytest.raises(ValueError, match="exposure"):
        fit_prior([1.0], [0.0])

"""Projections and their intervals, on made-up councils; on published ones where they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from allocator.backtest import backtest, by_size
from allocator.calibrate.history import history
from allocator.calibrate.panel import read_panel
from allocator.calibrate.projection import (
    ConstantFlows,
    _luck,
    chance,
    expected,
    national_growth,
    project,
    unaccompanied,
)
from allocator.calibrate.reconcile import flows_to, reconcile
from allocator.calibrate.uncertainty import ProjectionSpread, _parts, measure
from allocator.errors import UsageError
from tests.calibrate.made import SHARED


def test_flows_add_up():
    flows = ConstantFlows(np.array([100.0, 50.0]), np.array([40.0, 30.0]), np.array([0.3, 0.5]))
    stock = flows.stock(4)
    before = np.column_stack([flows.opening, stock[:, :-1]])
    assert stock - before == pytest.approx(40 * np.array([[1], [0.75]]) - flows.exits(4))
    assert ConstantFlows(*(a[:1] for a in (flows.opening, flows.entries, flows.rate))).stock(200)[
        0, -1
    ] == pytest.approx(40 / 0.3)


def test_reconciled_flows_reach_the_closing_stock():
    opening, closing = np.array([100.0, 400.0]), np.array([110.0, 360.0])
    entries, rate = np.array([37.0, 150.0]), np.array([0.37, 0.37])
    e, x = flows_to(opening, closing, entries, rate, 3, (entries, rate * 0 + 0.001))
    assert ConstantFlows(opening, e, x).stock(3)[:, -1] == pytest.approx(closing)
    assert e[0] > entries[0]
    assert x[0] < rate[0]


def test_margins_are_adjusted_by_how_unsure_they_are():
    """By hand: 10 + 20 + 40 must be 77; variances 1, 2 and 0 share the 7 as 1 : 2 : 0."""
    found = reconcile([10, 20, 40], [1, 2, 0], [[1, 1, 1]], [77])
    assert found.values == pytest.approx([10 + 7 / 3, 20 + 14 / 3, 40])
    assert found.residual == pytest.approx([7 / 3, 14 / 3, 0])


def test_no_margin_turns_negative():
    found = reconcile([1, 10], [5, 5], [[1, 1]], [4])
    assert found.values == pytest.approx([0, 4])


def test_margins_that_cannot_agree():
    with pytest.raises(ValueError, match="no figures"):
        reconcile([1, 1], [0, 0], [[1, 1]], [5])


def test_nothing_after_the_base_is_used(panel):
    """With all that came later shuffled, the projection and its intervals are the same."""
    rows = panel.rows.copy()
    later = rows["year"] > 2018
    rows.loc[later, "value"] = rows.loc[later, "value"].sample(frac=1, random_state=3).to_numpy()
    other = replace(panel, rows=rows)
    one, two = history(panel, 2018), history(other, 2018)
    assert project(one).stock(3) == pytest.approx(project(two).stock(3), rel=1e-12)
    assert measure(one) == measure(two)
    tested = [backtest(each, 2018, 3)[-1] for each in (panel, other)]
    ours = [dict(zip(t.codes, t.forecast["allocator"], strict=True)) for t in tested]
    assert ours[0] == pytest.approx(ours[1], rel=1e-12)
    assert tested[0].error("allocator") != tested[1].error("allocator")


def test_national_growth_weighs_recent_years(panel):
    past = history(panel, 2018)
    more = 1.05 ** np.arange(len(past.years))
    grown = replace(past, stock=past.stock * more, unaccompanied=past.unaccompanied * more)
    assert national_growth(grown) - national_growth(past) == pytest.approx(np.log(1.05))


def test_unaccompanied_children_are_spread(panel):
    past = history(panel, 2018)
    alone = past.unaccompanied.copy()
    alone[0] = 0.5 * past.stock[0]
    many = expected(replace(past, unaccompanied=alone), 3)
    few = expected(past, 3)
    assert many[0] < 0.9 * few[0]
    assert many[1:].sum() > few[1:].sum()


def test_a_surge_of_unaccompanied_children_is_no_trend(panel):
    past = history(panel, 2018)
    surge = np.zeros_like(past.stock)
    surge[:, -1] = 0.2 * past.stock[:, -1]
    after = replace(past, stock=past.stock + surge, unaccompanied=past.unaccompanied + surge)
    assert national_growth(after) == pytest.approx(national_growth(past))


def test_chance_is_that_of_a_stock_that_turns_over():
    """Children drawn one by one: who is left, and who has come, after two years."""
    rng, x, n = np.random.default_rng(5), 0.4, 200
    left = rng.binomial(n, np.exp(-2 * x), 200_000)
    come = rng.poisson(n * (1 - np.exp(-2 * x)), 200_000)
    assert chance(x, np.array([float(n)]), 2)[0] == pytest.approx(
        ((left + come) / n).var(), rel=0.02
    )
    assert chance(x, np.array([50.0]), 1000)[0] == pytest.approx(1 / 50)


def drift(past, other, years=3):
    """Log of one projection over another, by council, less the mean."""
    ratio = np.log(expected(other, years) / expected(past, years))
    return ratio - ratio.mean()


def test_a_region_that_grew_goes_on_growing(panel):
    """A region whose past was lower has three tenths of that growth again, decaying."""
    past = history(panel, 2018)
    north = np.array([region == "North" for region in past.regions])
    assert 0 < north.sum() < len(north)
    stock = past.stock.copy()
    stock[north, -4:-1] *= np.exp(np.array([-0.09, -0.06, -0.03]))  # 3% a year more than it had
    alone = past.unaccompanied * stock / past.stock
    grown = drift(past, replace(past, stock=stock, unaccompanied=alone))
    assert grown[north].mean() > grown[~north].mean() + 0.01


def test_a_low_march_is_partly_luck_and_more_so_where_children_are_few(panel):
    """By hand: as far as w of the gap to the four-year mean, by 1 - exp(-xh)."""
    past = history(panel, 2018)
    flat = np.repeat(past.stock[:, -1:], len(past.years), axis=1)
    calm = replace(past, stock=flat, unaccompanied=flat * 0.0)
    for size in (40.0, 400.0):
        level, low = flat.copy(), flat.copy()
        level[0] = low[0] = size
        low[0, -1] = 0.9 * size
        children = calm.children.copy()
        children[0] = size / calm.opening[1:].sum() * children[1:].sum()
        had = _luck(replace(calm, stock=level, children=children))[0]
        has = _luck(replace(calm, stock=low, children=children))[0]
        weight = (1.5 / (0.9 * size)) / (1.5 / (0.9 * size) + 0.012)
        gap = 0.75 * np.log((size + 10) / (0.9 * size + 10))
        assert had == pytest.approx(0, abs=1e-9)
        assert has == pytest.approx(weight * gap, rel=0.05)


def test_unaccompanied_children_not_published_are_the_share_that_they_were(panel):
    past = history(panel, 2018)
    alone = past.stock * np.nan
    alone[:, -3] = 0.3 * past.stock[:, -3]
    found = unaccompanied(replace(past, unaccompanied=alone))
    assert found[:, -1] == pytest.approx(0.3 * past.stock[:, -1])
    assert found[:, -4] == pytest.approx(0)


def test_clumping_and_spread_are_told_apart():
    """Errors drawn with a known clumping and spread, in councils of every size."""
    rng = np.random.default_rng(1)
    stock, years = rng.uniform(30, 1500, 40_000), rng.integers(1, 4, 40_000).astype(float)
    by_chance = chance(0.37, stock, years)
    squares = rng.normal(0, np.sqrt(2.0 * by_chance + 0.003 * years)) ** 2
    clumping, spread = _parts(squares, by_chance, years, np.ones(len(stock)))
    assert clumping == pytest.approx(2.0, rel=0.1)
    assert spread == pytest.approx(0.003, rel=0.1)


def test_a_calibration_before_clumping_was_measured_stays_as_it_was():
    told = {"turnover": 0.4, "spread": 0.004, "shared": 0.0003}
    assert ProjectionSpread.from_dict(told).clumping == 1


def test_intervals_cover_what_they_say(panel):
    for base in (2017, 2018, 2019):
        [*_, third] = backtest(panel, base, 3)
        assert 65 <= third.coverage(0.8) <= 93
        assert third.coverage(0.95) >= third.coverage(0.8)
    together = [t for base in range(2016, 2022) for t in backtest(panel, base, 1)]
    assert 74 <= np.mean([t.coverage(0.8) for t in together]) <= 86


def test_a_short_past_has_the_default_intervals(panel):
    assert measure(history(panel, 2012)).errors == 0
    assert measure(history(panel, 2018)).errors > 500


def test_uncertainty_is_kept_as_it_is(panel):
    found = measure(history(panel, 2018))
    assert ProjectionSpread.from_dict(found.to_dict()) == found


def test_more_certain_intervals_are_wider(panel):
    found = measure(history(panel, 2018))
    widths = [found.width(level) for level in (0.3, 0.5, 0.8, 0.85, 0.95, 0.99)]
    assert widths == sorted(widths)
    assert found.sd(50, 1) > found.sd(500, 1) < found.sd(500, 3)
    assert found.sd_of_total([[500.0], [500.0]], [3])[0] < found.sd(500, 3)


def test_a_base_with_few_published_councils_borrows_the_others(panel):
    rows = panel.rows
    few = rows[(rows["year"] < 2022) | rows["code"].isin(list(panel.councils)[:4])]
    past = history(replace(panel, rows=few), 2022)
    assert len(past.codes) == len(panel.councils)
    assert np.isfinite(past.opening).all()


def test_no_such_base(panel):
    with pytest.raises(UsageError, match="2012, 2013"):
        history(panel, 2030)
    with pytest.raises(UsageError, match="no outcome for 2024"):
        backtest(panel, 2022, 2)


@pytest.fixture(scope="module")
def published():
    if not (SHARED / "la_panel_lait_2016_2025.csv").exists():
        pytest.skip("the published tables are not here")
    return read_panel(SHARED / "la_panel_lait_2016_2025.csv")


BASES = (2017, 2018, 2019, 2020, 2021)


@pytest.fixture(scope="module")
def compared(published):
    """Every comparison one to three years on from the bases 2017 to 2021."""
    return [each for base in BASES for each in backtest(published, base, 3)]


def third_years(compared):
    return [each for each in compared if each.horizon == 3]


def test_base_2021_three_years_on(compared):
    third = compared[-1]
    assert len(third.codes) > 140
    assert third.error("allocator") < third.error("no_change") < third.error("three_year_trend")
    assert abs(third.bias("allocator")) < 2


def test_three_years_on_from_every_base(compared):
    for third in third_years(compared):
        assert third.error("allocator") < third.error("no_change")
        assert third.error_without_city("allocator") < third.error_without_city("no_change")
        assert third.error_by_children("allocator") < third.error_by_children("no_change")


def test_three_years_on_errors_are_nine_percent_less_than_of_no_change(compared):
    ours, same = (
        np.mean([each.error_without_city(method) for each in third_years(compared)])
        for method in ("allocator", "no_change")
    )
    assert ours < 0.91 * same


def test_intervals_hold_what_they_say_and_in_small_councils_too(compared):
    sizes = {(size.horizon, size.name): size for size in by_size(compared)}
    for ahead in (1, 2, 3):
        assert 75 <= sizes[ahead, "all"].held <= 85
        assert sizes[ahead, "all"].cases > 700
        assert 70 <= sizes[ahead, "under 150"].held <= 90


def test_sizes_part_the_cases(compared):
    """Every council and base is in one line, and lines add up to what each comparison says."""
    for ahead in (1, 2, 3):
        mine = [each for each in compared if each.horizon == ahead]
        lines = {size.name: size for size in by_size(compared) if size.horizon == ahead}
        parts = [lines[name] for name in lines if name not in ("under 150", "all")]
        assert sum(size.cases for size in parts) == sum(len(each.codes) for each in mine)
        total = sum(size.cases * size.error for size in parts)
        assert total == pytest.approx(sum(each.errors("allocator").sum() for each in mine))
        rest = lines["all"].cases + lines["City of London"].cases
        assert rest == sum(len(each.codes) for each in mine)

"""Projections and their intervals, on made-up councils; on published ones where they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from allocator.backtest import backtest
from allocator.calibrate.history import history
from allocator.calibrate.panel import read_panel
from allocator.calibrate.projection import Flows, expected, national_growth, project
from allocator.calibrate.reconcile import flows_to, reconcile
from allocator.calibrate.uncertainty import Uncertainty, measure
from allocator.errors import UsageError
from tests.calibrate.made import SHARED


def test_flows_add_up():
    flows = Flows(np.array([100.0, 50.0]), np.array([40.0, 30.0]), np.array([0.3, 0.5]))
    stock = flows.stock(4)
    before = np.column_stack([flows.opening, stock[:, :-1]])
    assert stock - before == pytest.approx(40 * np.array([[1], [0.75]]) - flows.exits(4))
    assert Flows(*(a[:1] for a in (flows.opening, flows.entries, flows.rate))).stock(200)[
        0, -1
    ] == pytest.approx(40 / 0.3)


def test_reconciled_flows_reach_the_closing_stock():
    opening, closing = np.array([100.0, 400.0]), np.array([110.0, 360.0])
    entries, rate = np.array([37.0, 150.0]), np.array([0.37, 0.37])
    e, x = flows_to(opening, closing, entries, rate, 3, (entries, rate * 0 + 0.001))
    assert Flows(opening, e, x).stock(3)[:, -1] == pytest.approx(closing)
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
    assert Uncertainty.from_dict(found.to_dict()) == found


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


def test_base_2021_three_years_on(published):
    [*_, third] = backtest(published, 2021, 3)
    assert len(third.codes) > 140
    assert third.error("allocator") < third.error("no_change") < third.error("three_year_trend")
    assert abs(third.bias("allocator")) < 2
    assert 75 <= third.coverage(0.8) <= 85


@pytest.mark.parametrize("base", [2017, 2018, 2019, 2020, 2021])
def test_three_years_on_from_every_base(published, base):
    [*_, third] = backtest(published, base, 3)
    assert third.error("allocator") < third.error("no_change")
    assert 74 <= third.coverage(0.8) <= 86

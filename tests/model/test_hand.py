"""Tiny instances solved on paper: every number is worked out in the test from the formulas.

Children, targets, services and their effects, time and areas; money in ``test_hand_money``.  See
``by_hand`` for the usual one.  Prices are ∂ objective / ∂ right-hand side, in pounds.
"""

from __future__ import annotations

from dataclasses import replace
from math import exp

import pytest

from allocator.simulate import baseline
from allocator.solving.solve import solve
from tests.model.by_hand import PER_MOVE, SAVED, TWO, S, by_period, care, near, price, same, spend
from tests.plans import instance_of


def test_a_return_home_service() -> None:
    """A move averted in 2020 costs 40,000 and saves 70,468: as many as can be; in 2021 none."""
    plan = solve(care().with_tables("[targets]\nyear children\n2021 90").instance())
    averted = 0.5 * S * 100
    first = 20 + S * 100 - averted
    second = 20 + S * first
    assert by_period(plan, "states", "children", state="care") == near(100, first, second)
    assert by_period(plan, "states", "places", state="care") == near(
        100, (100 + first) / 2, (first + second) / 2
    )
    assert by_period(plan, "diverted", "diverted") == near(averted, 0)
    assert by_period(plan, "services", "level") == near(4 * averted, 0)
    assert by_period(plan, "services", "expansion") == near(4 * averted, 0)
    assert by_period(plan, "services", "contraction") == near(0, 4 * averted)
    assert spend(plan, "statutory") == near(25_000 * (100 + first), 25_000 * (first + second))
    assert spend(plan, "edge_of_care") == near(PER_MOVE * averted, 0)
    assert plan.objective == same(25_000 * (100 + 2 * first + second) + PER_MOVE * averted)
    # The duals: what a right-hand side more of one would do.
    assert price(plan, "avoidable_limited", period=1) == same(PER_MOVE - SAVED)
    assert price(plan, "diverted_by_service", period=1) == same(-PER_MOVE)
    assert price(plan, "children_balance", period=1) == same(SAVED)
    assert price(plan, "children_balance", period=2) == same(25_000)
    assert price(plan, "children_opening") == same(
        25_000 + S * SAVED - 0.5 * S * (SAVED - PER_MOVE)
    )
    assert price(plan, "places_needed", period=1) == same(50_000)
    assert price(plan, "places_needed", period=2) == same(50_000)
    assert price(plan, "tier_spend", tier="statutory", year=2020) == same(1)
    for slack in ("target_met", "fund_balance", "spend_funded", "growth_limited"):
        assert slack not in set(plan.tables["prices"]["constraint"])
    assert plan.target_price() == {2021: 0.0}


def test_a_target_that_binds() -> None:
    """The last moves are averted in 2021, for 40,000 less the 25,000 that they save."""
    plan = solve(care().with_tables("[targets]\nyear children\n2021 65").instance())
    first = 20 + S * 100 - 0.5 * S * 100
    second = 20 + S * first - 65
    assert by_period(plan, "diverted", "diverted") == near(0.5 * S * 100, second)
    assert by_period(plan, "states", "children") == near(100, first, 65)
    assert plan.objective == same(
        25_000 * (100 + 2 * first + 65) + PER_MOVE * (0.5 * S * 100 + second)
    )
    assert plan.target_price() == {2021: same(-15_000)}
    [target] = plan.tables["prices"].query("constraint == 'target_met'").to_dict("records")
    assert target["limit"] == same(65)
    assert target["activity"] == same(65)
    # The price holds until none, or the avoidable half of those there, are averted in 2021.
    assert target["holds_to"] == same(20 + S * first)
    assert target["holds_from"] == same(20 + S * first - 0.5 * S * first)


def test_a_target_that_cannot_be_met() -> None:
    """Averting all that can be averted leaves more than 44 in care."""
    first = 20 + 0.5 * S * 100
    assert 44 < 20 + 0.5 * S * first < 45
    plan = solve(care().with_tables("[targets]\nyear children\n2021 44").instance())
    assert plan.status == "infeasible"
    assert [outcome.proved for outcome in plan.windows] == [True]
    assert list(plan.years()["baseline_children_in_care"]) == near(
        20 + S * 100, 20 + S * (20 + S * 100)
    )


def test_a_lag_and_what_is_left_behind() -> None:
    """Cases of 2020 avert in 2021, those of 2021 after the horizon; both are worth it."""
    plan = solve(
        care(discount_rate=0.1, terminal_value=True)
        .changed("effects", "lag_years", lambda _: 1)
        .changed("budgets", "amount", lambda _: 9e6)
        .instance()
    )
    beta = delta = 1 / 1.1
    value = beta * 50_000 / (1 - beta * S)  # V = (1 - βS)⁻¹ β c
    first = 20 + S * 100
    in_2021 = 0.5 * S * first
    second = 20 + S * first - in_2021
    after = 0.5 * S * second
    assert by_period(plan, "diverted", "diverted") == near(0, in_2021, after)
    assert by_period(plan, "services", "level") == near(4 * in_2021, 4 * after)
    terminal = delta * value * (second - beta * after)
    assert plan.terminal_value == same(terminal)
    assert plan.objective == same(
        25_000 * (100 + first) + PER_MOVE * in_2021
        + delta * (25_000 * (first + second) + PER_MOVE * after) + terminal
    )  # fmt: skip
    late = delta * (PER_MOVE - beta * value)
    # A child more at the end of 2021: half a year's place, its value, half of S averted late.
    worth = delta * (25_000 + value) + 0.5 * S * late
    assert price(plan, "children_balance", period=2) == same(worth)
    assert price(plan, "avoidable_limited", period=2) == same(PER_MOVE - worth)
    unchanged = 20 + S * first
    assert plan.baseline_terminal_value == same(delta * value * unchanged)
    saved = delta * 25_000 * (unchanged - second) - PER_MOVE * (in_2021 + delta * after)
    assert plan.npv_in_horizon == same(saved)
    assert plan.npv == same(saved + plan.baseline_terminal_value - terminal)


def test_a_cut_below_the_baseline() -> None:
    """A service not worth its cost is given up as fast as it may be, and more stay in care."""
    plan = solve(
        care()
        .changed("services", "unit_cost", lambda _: 300_000)
        .changed("services", "baseline", lambda _: 40)
        .changed("services", "release_per_year", lambda _: 0.25)
        .changed("services", "exit_cost", lambda _: 500)
        .changed("budgets", "amount", lambda _: 30e6)
        .instance()
    )
    assert by_period(plan, "services", "level") == near(30, 22.5)
    assert by_period(plan, "services", "contraction") == near(10, 7.5)
    undone = [0.25 * (30 - 40), 0.25 * (22.5 - 40)]
    assert by_period(plan, "diverted", "diverted") == near(*undone)
    first = 20 + S * 100 - undone[0]
    second = 20 + S * first - undone[1]
    assert by_period(plan, "states", "children") == near(100, first, second)
    assert spend(plan, "edge_of_care") == near(300_000 * 30 + 500 * 10, 300_000 * 22.5 + 500 * 7.5)
    assert plan.objective == same(sum(spend(plan, "edge_of_care"))
                                  + 25_000 * (100 + 2 * first + second))  # fmt: skip
    # One case a year given up in 2021 saves its cost and puts a quarter of a child in care.
    assert price(plan, "release_limited", period=2) == same(-(300_000 - 500 - 0.25 * 25_000))
    # One in 2020 saves the same then; 0.75 of it in 2021 too, of which 0.25 is not given up then.
    in_2020 = 300_000 - 500 - 0.25 * SAVED
    in_2021 = 0.75 * (300_000 - 0.25 * 25_000) + 0.25 * 500
    assert price(plan, "release_limited", period=1) == same(-(in_2020 + in_2021))


def test_a_service_that_also_does_harm() -> None:
    """What it adds to care is not wished away: diverted is exactly what the cases cause."""
    plan = solve(
        care()
        .with_rows("""
            [states]
            state  tier       opening  unit_cost
            need   statutory  200      0
            [transitions]
            from  to    rate  avoidable_share
            need  care  0.1   0
            [effects]
            service  from  to    instead  effect
            reunify  need  care  .        -0.05
            """)
        .changed("budgets", "amount", lambda _: 9e6)
        .instance()
    )
    cases = 0.5 * S * 100 / 0.25
    joining = (1 - exp(-0.1)) * 200
    diverted = plan.tables["diverted"]
    harm = diverted[diverted["to"].eq("care") & diverted["from"].eq("need")]
    assert list(harm["diverted"]) == near(-0.05 * cases, 0)
    first = 20 + S * 100 + joining - 0.5 * S * 100 + 0.05 * cases
    assert by_period(plan, "states", "children", state="care")[1] == same(first)
    need = 200 * exp(-0.1) - 0.05 * cases
    assert by_period(plan, "states", "children", state="need")[1] == same(need)
    # A need child more at the end of 2020 comes into care with chance 1 - exp(-0.1).
    worth = (1 - exp(-0.1)) * 25_000
    assert price(plan, "harm_by_service", period=1, **{"from": "need"}) == same(worth - SAVED)


def test_diminishing_returns_from_an_opening_level_in_the_second_band() -> None:
    """30 cases of full effect and the rest of half; 50 are running, 80 is the most."""
    plan = solve(
        care()
        .changed("services", "unit_cost", lambda _: 1000)
        .changed("services", "baseline", lambda _: 50)
        .changed("services", "coverage", lambda _: 1)
        .changed("services", "maximum", lambda _: 80)
        .with_tables("""
            [returns]
            service  up_to  multiplier
            reunify  0.3    1
            reunify  1      0.5
            """)
        .instance()
    )
    opening = 30 + 0.5 * 20
    averted = 0.25 * (30 + 0.5 * 50 - opening)
    first = 20 + S * 100 - averted
    effective = 0.3 * first + 0.5 * (80 - 0.3 * first)
    later = 0.25 * (effective - opening)
    assert by_period(plan, "services", "level") == near(80, 80)
    assert by_period(plan, "bands", "in_band", band=0) == near(30, 0.3 * first)
    assert by_period(plan, "bands", "in_band", band=1) == near(50, 80 - 0.3 * first)
    assert by_period(plan, "diverted", "diverted") == near(averted, later)
    second = 20 + S * first - later
    assert by_period(plan, "states", "children") == near(100, first, second)
    # A child fewer after 2020 also narrows the first band of 2021 by 0.3 cases.
    worth = SAVED - 0.25 * 0.3 * 0.5 * 25_000
    assert price(plan, "band_limited", band=0, period=1) == same(-0.25 * 0.5 * worth)
    assert price(plan, "band_limited", band=0, period=2) == same(-0.25 * 0.5 * 25_000)
    assert price(plan, "level_at_most", period=1) == same(1000 - 0.25 * 0.5 * worth)
    assert price(plan, "level_at_most", period=2) == same(1000 - 0.25 * 0.5 * 25_000)


def test_places_are_given_up_slowly() -> None:
    """No arrivals: 82, then 67 children; but no more than 5% of the places go in a year."""
    bare = care().with_tables("[arrivals]\nstate year children\ncare 2020 0")
    plan = solve(
        bare.changed("states", "release_per_year", lambda _: 0.05)
        .changed("services", "maximum", lambda _: 0)
        .changed("states", "cashable_share", lambda _: 0.6)
        .with_tables("[prices]\nitem year index\nall 2021 1.1")
        .instance()
    )
    assert (100 + 100 * S) / 2 < 95
    assert by_period(plan, "states", "places") == near(100, 95, 90.25)
    assert spend(plan, "statutory") == near(
        50_000 * (0.6 * 95 + 0.4 * 100), 1.1 * 50_000 * (0.6 * 90.25 + 0.4 * 100)
    )
    later = 1.1 * 50_000 * 0.6
    assert price(plan, "places_kept", period=2) == same(later)
    assert price(plan, "places_kept", period=1) == same(30_000 + 0.95 * later)
    assert price(plan, "places_opening") == same(0.95 * (30_000 + 0.95 * later))


def test_quarters_growth_setup_and_first_year() -> None:
    """From 2021, 10 cases a year more each quarter; a case averts over the four that follow."""
    plan = solve(
        care(periods_per_year=4)
        .changed("services", "first_year", lambda _: 2021)
        .changed("services", "growth_per_year", lambda _: 40)
        .changed("services", "setup_cost", lambda _: 10)
        .changed("services", "unit_cost", lambda _: 100)
        .instance()
    )
    level = [0, 0, 0, 0, 10, 20, 30, 40]
    # R_t = ε Δ/m (x_t + x_{t-1} + x_{t-2} + x_{t-3})
    averted = [0.25 / 16 * sum(level[max(t - 3, 0) : t + 1]) for t in range(8)]
    assert averted[4:] == near(0.25 / 16 * 10, 0.25 / 16 * 30, 0.25 / 16 * 60, 0.25 / 16 * 100)
    stay, children = exp(-0.2 / 4), [100.0]
    for moves in averted:
        children.append(20 / 4 + stay * children[-1] - moves)
    assert by_period(plan, "services", "level") == near(*level)
    assert by_period(plan, "diverted", "diverted") == near(*averted)
    assert by_period(plan, "states", "children") == near(*children)
    assert spend(plan, "edge_of_care") == near(0, 100 / 4 * 100 + 10 * 40)
    halves = [(children[t] + children[t + 1]) / 2 for t in range(8)]
    assert spend(plan, "statutory") == near(
        50_000 / 4 * sum(halves[:4]), 50_000 / 4 * sum(halves[4:])
    )
    # A case more in the last quarter: what it averts there, less its cost and setting it up.
    gain = 0.25 / 16 * 50_000 / 4 / 2
    assert price(plan, "growth_limited", period=8) == same(100 / 4 + 10 - gain)


def test_months() -> None:
    """The same rates by the month: Δ = 1/12 in every place that has one."""
    plan = solve(
        care(periods_per_year=12, years=1)
        .changed("services", "minimum", lambda _: 24)
        .changed("services", "maximum", lambda _: 24)
        .with_tables("[budgets]\nfund year amount\ncore 2020 9000000")
        .instance()
    )
    stay, children = exp(-0.2 / 12), [100.0]
    for month in range(1, 13):
        children.append(20 / 12 + stay * children[-1] - 0.25 / 144 * 24 * month)
    assert by_period(plan, "states", "children") == near(*children)
    assert spend(plan, "edge_of_care") == near(240_000)
    halves = [(children[t] + children[t + 1]) / 2 for t in range(12)]
    assert spend(plan, "statutory") == near(50_000 / 12 * sum(halves))


def test_targets_hold_until_the_next() -> None:
    """Places cost nothing, so no child is kept out before a target asks for it."""
    plan = solve(
        care(years=4)
        .changed("states", "unit_cost", lambda _: 0)
        .with_tables("""
            [targets]
            year  children
            2020  95
            2022  80
            [budgets]
            fund  year  amount
            core  2020  9000000
            core  2021  9000000
            core  2022  9000000
            core  2023  9000000
            """)
        .instance()
    )
    assert by_period(plan, "states", "children") == near(100, 95, 95, 80, 80)
    averted = [20 + S * 100 - 95, 20 + S * 95 - 95, 20 + S * 95 - 80, 20 + S * 80 - 80]
    assert plan.objective == same(PER_MOVE * sum(averted))
    # One child more is one move fewer, and S more moves a year later.
    assert plan.target_price() == {
        2020: same(-PER_MOVE * (1 - S)), 2021: same(-PER_MOVE * (1 - S)),
        2022: same(-PER_MOVE * (1 - S)), 2023: same(-PER_MOVE),
    }  # fmt: skip


def test_rates_and_arrivals_that_change_by_year() -> None:
    plan = solve(
        care()
        .with_rows("""
            [transitions]
            from  to    rate  year
            care  exit  0.5   2021
            [arrivals]
            state  year  children
            care   2021  7
            """)
        .changed("services", "maximum", lambda _: 0)
        .instance()
    )
    first = 20 + S * 100
    assert by_period(plan, "states", "children") == near(100, first, 7 + exp(-0.5) * first)


def test_areas_with_their_own_rows_and_a_shared_fund() -> None:
    """£1.2m for both: west's moves save more, so it has all it can use; east has the rest."""
    plan = solve(care().with_tables(TWO).instance())
    west, east = 0.5 * S * 60, (1_200_000 - PER_MOVE * 0.5 * S * 60) / PER_MOVE
    assert 0 < east < 0.5 * S * 100
    assert by_period(plan, "diverted", "diverted", area="west") == near(west, 0)
    assert by_period(plan, "diverted", "diverted", area="east") == near(east, 0)
    ends = {"west": S * 60 - west, "east": 20 + S * 100 - east}
    assert by_period(plan, "states", "children", area="west")[1] == same(ends["west"])
    assert by_period(plan, "states", "children", area="east")[1] == same(ends["east"])
    drawn = plan.tables["drawn"].query("fund == 'grant' and year == 2020")
    assert drawn.set_index("area")["drawn"].to_dict() == {
        "east": same(PER_MOVE * east), "west": same(PER_MOVE * west)
    }  # fmt: skip
    assert price(plan, "fund_balance", fund="grant", year=2020) == same(
        (PER_MOVE - SAVED) / PER_MOVE
    )
    assert price(plan, "avoidable_limited", area="west", period=1) == same(
        SAVED - SAVED * 70_000 / 50_000
    )


def test_fewest_in_care_whatever_it_costs_then_at_least_cost() -> None:
    """Both years avert all that they can, though the second year's moves do not pay."""
    plan = solve(care().instance(), formulation="largest_reduction")
    first = 20 + 0.5 * S * 100
    second = 20 + 0.5 * S * first
    assert by_period(plan, "states", "children") == pytest.approx([100, first, second], rel=1e-6)
    # Held to within 1e-7 of the fewest, by as much as the cost may use it.
    assert plan.objective == pytest.approx(
        25_000 * (100 + 2 * first + second)
        + PER_MOVE * (0.5 * S * 100 + 0.5 * S * first), rel=1e-6
    )  # fmt: skip
    assert plan.windows[0].children_in_care == pytest.approx(second, rel=1.1e-7)


def test_the_baseline_is_worked_out_once_and_nobody_can_change_it() -> None:
    instance = instance_of("hand")
    known = baseline(instance)
    assert baseline(instance) is known
    assert baseline(replace(instance)) is not known
    for array in (known.children, known.entries, *known.spend.values()):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0

"""Tiny instances solved on paper: funds, what a double investment asks for, limits and prices.

See ``by_hand`` for the usual one.  Prices are ∂ objective / ∂ right-hand side, in pounds.
"""

from __future__ import annotations

import pytest

from allocator.solving.solve import solve
from tests.model.by_hand import PER_MOVE, SAVED, TWO, S, by_period, care, near, price, same, spend


def test_a_budget_that_binds() -> None:
    """A move averted costs 15,000 net in 2020: 300,000 more than the baseline averts 20."""
    before = 25_000 * (100 + 20 + S * 100)
    plan = solve(
        care().changed("budgets", "amount",
                       lambda row: before + 3e5 if row["year"] == "2020" else 6e6).instance()
    )  # fmt: skip
    first = 20 + S * 100 - 20
    assert by_period(plan, "diverted", "diverted") == near(20, 0)
    assert plan.objective == same(25_000 * (100 + 2 * first + 20 + S * first) + 20 * PER_MOVE)
    worth = (PER_MOVE - SAVED) / 15_000
    assert price(plan, "fund_balance", fund="core", year=2020) == same(worth)
    assert price(plan, "spend_funded", tier="statutory", year=2020) == same(worth)
    assert price(plan, "tier_spend", tier="statutory", year=2020) == same(1 - worth)
    assert price(plan, "fund_balance", fund="core", year=2021) == 0.0


@pytest.mark.parametrize(
    ("carry", "status"), [(0.5, "optimal"), (0.49, "infeasible"), ("", "infeasible")]
)
def test_money_carried_forward(carry: object, status: str) -> None:
    """100,000 is left over in 2020 and 50,000 missing in 2021."""
    first = 20 + S * 100 - 0.5 * S * 100
    second = 20 + S * first - 65
    in_2020 = 25_000 * (100 + first) + PER_MOVE * 0.5 * S * 100
    in_2021 = 25_000 * (first + 65) + PER_MOVE * second
    amounts = {"2020": in_2020 + 100_000, "2021": in_2021 - 50_000 + 0.01}
    plan = solve(
        care()
        .with_tables("[targets]\nyear children\n2021 65")
        .changed("funds", "carry_forward", lambda _: carry)
        .changed("budgets", "amount", lambda row: amounts[row["year"]])
        .instance()
    )
    assert plan.status == status
    if plan.found:
        unspent = plan.tables["funds"].set_index("year")["unspent"]
        assert unspent[2020] == pytest.approx(100_000, abs=0.1)
        assert unspent[2021] == pytest.approx(0, abs=0.1)


WINDOW = """
[funds]
fund        tiers         window_only
core        statutory     .
transition  edge_of_care  yes
[budgets]
fund        year  amount
core        2020  9000000
core        2021  9000000
transition  2020  1000000
transition  2021  1000000
"""


def test_a_fund_for_the_double_investment_alone() -> None:
    """It buys 100 cases in 2020; statutory spend is kept at 95% of the opening all the same."""
    plan = solve(
        care()
        .with_tables(WINDOW)
        .setting("double_investment", longest=2, protect_statutory=0.95)
        .instance()
    )
    unchanged = 20 + S * 100
    nothing = 25_000 * (100 + 2 * unchanged + 20 + S * unchanged)
    first = unchanged - 25
    kept = 0.95 * 5_000_000
    assert 25_000 * (100 + first) < kept < 25_000 * (100 + unchanged)
    with_2020 = kept + 1_000_000 + 25_000 * (first + 20 + S * first)
    # Kept up in 2021 as well, a move of 2020 saves S/2 places less than it costs: it is averted
    # only until the spend of 2021 is down to what is kept.
    enough = (25_000 * (unchanged + 20 + S * unchanged) - kept) / (25_000 * (1 + S))
    assert enough < 25
    saved_first = 25_000 * enough
    both_years = nothing + PER_MOVE * enough - saved_first - 25_000 * (1 + S) * enough
    found = {outcome.window: outcome.objective for outcome in plan.windows}
    assert found[None] == same(nothing)
    assert found[2020, 1] == same(with_2020)
    assert found[2021, 1] == same(nothing)  # a move averted in 2021 saves less than it costs
    assert found[2020, 2] == same(both_years)
    assert plan.window == (2020, 1)
    assert spend(plan, "edge_of_care") == near(1_000_000, 0)
    assert spend(plan, "statutory")[0] == same(kept)
    assert price(plan, "statutory_protected", year=2020) == same(1)
    # £40,000 more averts a move: it saves 45,468 after 2020, whose spend is kept up.
    worth = (PER_MOVE - (SAVED - 25_000)) / PER_MOVE
    assert price(plan, "fund_balance", fund="transition", year=2020) == same(worth)


CLUB = """
[services]
service  tier        from  unit_cost  baseline
club     early_help  care  10000      20
"""


def test_prevention_uplift_at_the_years_prices() -> None:
    """A service of no effect is given up; in the window it is kept at half as much again."""
    plan = solve(
        care()
        .with_tables(CLUB + "[effects]")
        .with_tables("[prices]\nitem year index\nclub 2021 1.1")
        .setting("double_investment", protect_statutory=0.0, prevention_uplift=0.5)
        .instance()
    )
    nothing = 25_000 * (100 + 2 * (20 + S * 100) + 20 + S * (20 + S * 100))
    in_2020, in_2021 = 1.5 * 200_000, 1.5 * 200_000 * 1.1
    found = {outcome.window: outcome.objective for outcome in plan.windows}
    assert found == {
        None: same(nothing), (2020, 1): same(nothing + in_2020),
        (2021, 1): same(nothing + in_2021), (2020, 2): same(nothing + in_2020 + in_2021),
    }  # fmt: skip
    assert plan.window is None


def test_savings_reinvested() -> None:
    """A quarter of every pound saved is spent on prevention again, here to no effect."""
    plan = solve(
        care()
        .changed("services", "tier", lambda _: "statutory")
        .with_rows(CLUB)
        .setting("reinvestment", share=0.25)
        .instance()
    )
    averted = 0.5 * S * 100
    unchanged = [100, 20 + S * 100, 20 + S * (20 + S * 100)]
    changed = [100, unchanged[1] - averted, unchanged[2] - S * averted]
    before = [25_000 * (unchanged[n] + unchanged[n + 1]) for n in (0, 1)]
    statutory = [25_000 * (changed[n] + changed[n + 1]) for n in (0, 1)]
    statutory[0] += PER_MOVE * averted
    prevention = [200_000 + 0.25 * (b - s) for b, s in zip(before, statutory, strict=True)]
    assert prevention[0] > 0
    assert spend(plan, "statutory") == near(*statutory)
    assert spend(plan, "early_help") == near(*prevention)
    assert plan.objective == same(sum(statutory) + sum(prevention))
    assert price(plan, "savings_reinvested", year=2020) == same(1)
    assert price(plan, "avoidable_limited", period=1) == same(0.75 * (PER_MOVE - SAVED))


def test_prices_of_an_item_take_the_place_of_those_of_all() -> None:
    """Care has rows of its own from 2021, so in 2020 its index is 1 whatever `all` says."""
    plan = solve(
        care()
        .changed("services", "minimum", lambda _: 8)
        .changed("services", "maximum", lambda _: 8)
        .with_tables("[prices]\nitem year index\nall 2020 1.1\ncare 2021 1.2")
        .changed("budgets", "amount", lambda _: 9e6)
        .instance()
    )
    first = 20 + S * 100 - 2
    second = 20 + S * first - 2
    assert spend(plan, "statutory") == near(25_000 * (100 + first), 1.2 * 25_000 * (first + second))
    assert spend(plan, "edge_of_care") == near(1.1 * 80_000, 1.1 * 80_000)


LIMITS = {
    # A limit, and the moves that east may then avert in 2020.
    "a service in an area": ("east reunify 2020 . 400000", 10),
    "a service everywhere": (". reunify 2020 . 1400000", 1_400_000 / PER_MOVE - 0.5 * S * 60),
    "a tier in an area, every year": ("east edge_of_care . . 600000", 15),
    "all of it in an area": (f"east total 2020 . {25_000 * (100 + 20 + S * 100) + 15_000 * 5}", 5),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_limits_on_spend(limit: str) -> None:
    row, averted = LIMITS[limit]
    text = "[limits]\narea item year minimum maximum\n" + row
    plan = solve(
        care()
        .with_tables(TWO)
        .changed("budgets", "amount", lambda _: 9e6)
        .with_tables(text)
        .instance()
    )
    assert by_period(plan, "diverted", "diverted", area="east")[0] == same(averted)
    assert by_period(plan, "diverted", "diverted", area="west")[0] == same(0.5 * S * 60)


def test_a_floor_under_a_states_spend_keeps_places_open() -> None:
    """£5.1m on care in 2020, whatever becomes of the children: a move then saves less."""
    plan = solve(
        care()
        .with_tables("[limits]\nitem year minimum\ncare 2020 5100000")
        .changed("budgets", "amount", lambda _: 9e6)
        .instance()
    )
    averted = 0.5 * S * 100
    first = 20 + S * 100 - averted
    assert spend(plan, "statutory") == near(5_100_000, 25_000 * (first + 20 + S * first))
    assert by_period(plan, "states", "places")[1] == same(102)
    assert price(plan, "spend_floor", item="care", year=2020) == same(1)
    assert price(plan, "avoidable_limited", period=1) == same(PER_MOVE - (SAVED - 25_000))

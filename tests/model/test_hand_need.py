"""Need that moves, worked out on paper: a driver whose rise works with a lag."""

from __future__ import annotations

import pytest

from allocator.explain.citing import Citer
from allocator.explain.switching.inputs import inputs
from allocator.explain.switching.switching import switching_values
from allocator.instance.change import apply_changes
from allocator.plan.need import rises
from allocator.report.pages.need import need_figures, need_lines
from allocator.report.pages.summary import summary
from allocator.report.pages.switching import text
from allocator.solving.solve import solve
from tests.model.by_hand import S, by_period, care, near, price, same

POVERTY = """
[drivers]
driver   year  value
poverty  2019  10
poverty  2020  12
poverty  2021  11

[responses]
driver   from     to    response  lag_years
poverty  outside  care  0.1       1
poverty  care     exit  0.05      0
"""


def test_a_driver_with_a_lag() -> None:
    """Arrivals of 2020 stand for need as in 2020, so the lower poverty of 2019 makes them fewer.

    A child more is in care for half of 2020 and half of 2021, and what stays of it for the other
    half of 2021: the price of the count of children.
    """
    plan = solve(
        care()
        .with_rows(POVERTY)
        .with_tables("[services]\nservice tier from unit_cost\nreunify edge_of_care care 10000000")
        .instance()
    )
    later = S ** (1 / 1.05)  # in 2021 the rate of leaving is 0.2 / 1.05
    first = 100 * S + 20 / 1.1**2
    second = first * later + 20
    assert by_period(plan, "states", "children", state="care") == near(100, first, second)
    assert plan.objective == same(25_000 * (100 + 2 * first + second))
    assert price(plan, "children_balance", period=1) == same(25_000 * (2 + later))
    assert plan.years()["baseline_children_in_care"].tolist() == near(first, second)
    table = plan.tables["demand"].set_index(["from", "year"])["factor"]
    assert table["outside"].tolist() == near(1.1**-2, 1)
    assert table["care"].tolist() == near(1, 1 / 1.05)


def test_a_driver_that_does_not_change_changes_nothing() -> None:
    steady = POVERTY.replace("12", "10").replace("  11", "  10")
    assert (
        solve(care().with_rows(steady).instance()).objective == solve(care().instance()).objective
    )


def test_a_driver_may_be_asked_how_far_it_may_move() -> None:
    """Its years after the first together, as one; and so may each response."""
    instance = care().with_rows(POVERTY).instance()
    found = {each.key: each for each in inputs(instance)}
    driver = found["drivers.poverty.2021.value"]
    assert [row["year"] for row in driver.rows] == [2021]
    assert "responses.poverty.outside.care.1.response" in found
    (cited,) = Citer(instance).place("responses.poverty.care.exit.0.response")
    assert cited.words == "the response of moves from care to leaving to poverty"
    moved = apply_changes(instance, ["drivers.poverty.2021.value=13"]).resolved
    assert moved.rates["tiny", "care", "exit", 2021] == pytest.approx(0.2 * 1.05)


def test_readers_are_told_by_how_much_need_rises_and_on_what_evidence() -> None:
    """20 arrivals a year stand for 2020: with poverty of 2019, 1 / 1.1^2 of them, in 2021 all."""
    graded = POVERTY.replace("response  lag_years", "response  lag_years  evidence")
    graded = graded.replace("0.1       1", "0.1       1  weak:correlation")
    graded = graded.replace("0.05      0", "0.05      0  .")
    plan = solve(care().with_rows(graded).instance())
    arriving, leaving = rises(plan)
    assert (arriving.driver, arriving.kind) == ("poverty", "entries to care")
    assert arriving.by_year == {2020: pytest.approx(1.1**-2 - 1), 2021: pytest.approx(0)}
    assert leaving.kind == "moves out of care"
    assert leaving.by_year[2021] == pytest.approx(1 / 1.05 - 1)
    said = dict(need_lines(plan)[:1])
    assert said == {
        "Poverty": "entries to care -17% in 2020-21 and +0% in 2021-22; "
        "evidence: weak (correlation)"
    }
    assert need_figures(plan).shown()[1] == ["2021-22", "0%", "-4.76%"]
    assert "Need, and what it follows" in summary(plan)


def test_a_driver_that_is_held_is_said_to_be() -> None:
    steady = POVERTY.replace("12", "10").replace("  11", "  10")
    (arriving, _) = need_lines(solve(care().with_rows(steady).instance()))
    assert arriving[1] == "entries to care as they are: it is held at its value of the first year"


def test_how_far_need_may_rise_is_said() -> None:
    """To where the target is out of reach, which is solved on both sides."""
    at_once = POVERTY.replace("0.1       1", "0.1       0")
    target = "[targets]\nyear children\n2021 60"
    instance = care().with_rows(at_once).with_tables(target).instance()
    answer = switching_values(instance, ["drivers.*"])
    (row,) = answer.table.to_dict("records")
    end = row["reach_above"]
    assert end > 11
    for value, reached in ((end * 0.98, True), (end, False)):
        moved = apply_changes(instance, [f"drivers.poverty.2021.value={value}"])
        assert solve(moved).found is reached
    said = " ".join(text(answer).split())
    rise = f"to {end:.3g} (+{100 * (end / 11 - 1):.0f}%) before the target is out of reach"
    assert f"How far need may move - Poverty, at 11 now, may rise {rise}" in said

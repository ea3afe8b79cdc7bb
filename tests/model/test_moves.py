"""The table of moves: what the simulator runs, less what services avert, told as flows."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.instance.schema import EXIT
from allocator.simulate import baseline
from tests.plans import plan_of


@pytest.mark.parametrize("case", ["hand", "annual-returns-limits", "window", "two-areas"])
def test_baseline_moves_into_and_out_of_care_are_the_simulators(case):
    plan = plan_of(case)
    moves, states = plan.tables["moves"], plan.instance.resolved.states
    care = {key for key, state in states.items() if state.in_care}
    start = np.array([key in care for key in zip(moves["area"], moves["from"], strict=True)])
    end = np.array([key in care for key in zip(moves["area"], moves["to"], strict=True)])
    unchanged = baseline(plan.instance)
    entering = moves[~start & end].groupby("year")["baseline_moves"].sum()
    leaving = moves[start & ~end].groupby("year")["baseline_moves"].sum()
    assert entering.to_numpy() == pytest.approx(unchanged.entries)
    assert leaving.to_numpy() == pytest.approx(unchanged.exits)


def test_what_a_service_averts_is_one_move_less_and_another_more():
    """Against the chance of the move, 1 - exp(-rate), of those there when the year begins."""
    plan = plan_of("hand")
    moves = plan.tables["moves"].set_index(["area", "from", "to", "year"])["moves"]
    children = plan.tables["states"].set_index(["area", "state", "period"])["children"]
    averted = plan.tables["diverted"].query("period == 1")
    [area], year = plan.instance.areas, plan.instance.first_year
    rates = {(i, j): r for (_, i, j, y), r in plan.instance.resolved.rates.items() if y == year}
    for (start, end), rate in rates.items():
        leaving = sum(each for (i, _), each in rates.items() if i == start)
        there = children[area, start, 0] * -np.expm1(-leaving) * rate / leaving
        fewer = averted[(averted["from"] == start) & (averted["to"] == end)]["diverted"].sum()
        more = averted[(averted["from"] == start) & (averted["instead"] == end)]["diverted"].sum()
        assert moves[area, start, end, year] == pytest.approx(there - fewer + more)
    assert averted["diverted"].sum() > 0
    assert (moves.xs(EXIT, level="from") >= 0).all()

"""Timing, shortfalls, targets per 10,000 and late harm against an independent solution's answers.

The instances and answers stand in ``tests/cases2``; larger ones where they are shared.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from allocator.instance import read
from allocator.plan.plan import Plan
from allocator.solving.solve import solve
from tests.model.agreement import agree

OWN = Path(__file__).parents[1] / "cases2"
SHARED = Path(__file__).parents[3] / "shared" / "cases2"
NAMES = (
    "continuous-annual", "continuous-areas", "continuous-quarterly", "excess", "fair-four", "harm",
    "overspend", "per-10000", "staff", "staff-practice-areas",
)  # fmt: skip


def folder_of(name: str) -> Path:
    found = [folder for folder in (OWN / name, SHARED / name) if folder.is_dir()]
    if not found:
        pytest.skip(f"{name} is not among tests/cases2, and nothing is shared here")
    return found[0]


@pytest.mark.parametrize("name", NAMES)
def test_the_answers_agree(name: str) -> None:
    folder = folder_of(name)
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    plan = solve(read(folder))
    assert plan.audit is not None
    assert plan.audit.passed
    assert agree(plan.objective, expected["objective"])
    found = {outcome.window: outcome.objective for outcome in plan.windows}
    for each in expected["windows"]:
        window = None if each["window"] is None else tuple(each["window"])
        assert agree(found[window], each["objective"]), window
    for column in ("children_in_care", "baseline_children_in_care"):
        for year, children in expected[column].items():
            assert plan.years()[column][int(year)] == pytest.approx(children, rel=1e-6)
    needed = expected["one_off_money"]
    assert sum(plan.one_off.values()) == pytest.approx(
        needed, abs=30
    )  # £5 of slack a year in the answers


def test_the_fair_reduction_agrees() -> None:
    folder = folder_of("fair-four")
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["fair"]
    plan = solve(read(folder), formulation="fair_reduction")
    assert plan.theta == pytest.approx(expected["theta"], rel=1e-6)
    assert plan.window == expected["window"]
    assert agree(plan.cost, expected["cost"])


def test_a_plan_that_is_short_says_by_how_much() -> None:
    """Children above the targets of 987 to 2024-25 and 1,048 after, in the published answer."""
    plan = solve(read(OWN / "excess"))
    expected = json.loads((OWN / "excess" / "expected.json").read_text(encoding="utf-8"))
    short = shortfall(plan)
    targets = plan.instance.resolved.targets
    for (_, year), most in targets.items():
        over = max(0.0, expected["children_in_care"][str(year)] - most)
        assert short["excess"][str(year)] == pytest.approx(over, abs=1e-6)
    assert sum(short["excess"].values()) > 1


def test_an_overspend_is_spend_beyond_the_funds() -> None:
    plan = solve(read(OWN / "overspend"))
    short = shortfall(plan)
    spent = plan.tables["spend"].groupby("year")["spend"].sum()
    drawn = plan.tables["drawn"].groupby("year")["drawn"].sum()
    for year, beyond in short["overspent"].items():
        assert beyond == pytest.approx(spent[int(year)] - drawn[int(year)], abs=1)
    assert sum(short["overspent"].values()) > 1e6
    factor = {y: 1.035 ** (2020 - y) for y in plan.instance.horizon}
    charged = 0.25 * sum(factor[int(y)] * beyond for y, beyond in short["overspent"].items())
    facts = plan.to_dict()
    assert facts["objective"] - facts["cost"] == pytest.approx(charged, rel=1e-6)


def test_prices_for_a_shortfall_do_not_move_what_the_funds_can_reach() -> None:
    """The fewest in care: targets are no part of it, and funds hold."""
    plan = solve(read(OWN / "excess"), formulation="largest_reduction")
    assert plan.found
    assert plan.shortfall() is None
    assert "shortfall" not in plan.to_dict()
    assert {"excess", "overspent"}.isdisjoint(plan.tables)


def test_harm_after_the_horizon_moves_no_more_children_than_are_left() -> None:
    """Without the limit the plan costs less than nothing, £3.7bn of it."""
    instance = read(OWN / "unbounded-tail")
    plan = solve(instance)
    assert plan.audit is not None
    assert plan.audit.passed
    assert plan.objective is not None
    left = float(plan.tables["states"].query("period == 2")["children"].sum())
    moved = -float(plan.tables["diverted"].query("period == 3")["diverted"].sum())
    stayed = left * 2.718281828459045**-0.2
    assert moved == pytest.approx(stayed, rel=1e-9)
    assert 0 < plan.objective < 50_000 * 100 * 5


def shortfall(plan: Plan) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = plan.to_dict()["shortfall"]
    return found

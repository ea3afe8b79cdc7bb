"""`solve --json`: every key that section 5 of the specification names, and what is in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import Result

from allocator.instance.schema import TIERS
from tests.plans import CASES

KEYS = {
    "status", "objective", "terminal_value", "window", "windows", "years", "children_in_care",
    "baseline_children_in_care", "spend", "levels", "payback_year", "double_running_cost",
    "double_running_years",
    "target_price", "audit", "solver", "instance_hash",
}  # fmt: skip


def facts_of(result: Result) -> dict[str, Any]:
    facts = json.loads(result.stdout)
    assert isinstance(facts, dict)
    return facts


@pytest.mark.parametrize("case", ["hand", "annual-returns-limits", "window", "two-areas"])
def test_every_key_is_there_and_agrees_with_the_reference(run, case):
    result = run("solve", CASES / case, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    facts, expected = facts_of(result), json.loads((CASES / case / "expected.json").read_text())
    assert facts.keys() >= KEYS
    assert facts["status"] == expected["status"].lower() == "optimal"
    assert facts["objective"] == pytest.approx(expected["objective"], rel=1e-6)
    years = [str(year) for year in facts["years"]]
    for name in ("children_in_care", "baseline_children_in_care"):
        assert list(facts[name]) == years
    for year, value in expected["baseline_children_in_care"].items():
        assert facts["baseline_children_in_care"][year] == pytest.approx(value, rel=1e-6)
    assert list(facts["spend"]) == years
    assert all(set(tiers) == set(TIERS) for tiers in facts["spend"].values())
    assert all(list(levels) == years for levels in facts["levels"].values())
    assert facts["audit"]["passed"] is True
    assert 0 <= facts["audit"]["worst_violation"] < 1e-6


def test_windows_come_with_none_first(run):
    facts = facts_of(run("solve", CASES / "window", "--json"))
    expected = json.loads((CASES / "window" / "expected.json").read_text())
    first, *others = facts["windows"]
    assert (first["first_year"], first["years"]) == (None, None)
    assert all(isinstance(each["first_year"], int) for each in others)
    found = {(w["first_year"], w["years"]): w["objective"] for w in facts["windows"]}
    for window in expected["windows"]:
        key = tuple(window["window"] or (None, None))
        assert found[key] == pytest.approx(window["objective"], rel=1e-6)
    assert facts["window"] == {"first_year": 2020, "years": 3}


def test_areas_hold_their_own_and_the_totals_are_sums(run):
    facts = facts_of(run("solve", CASES / "two-areas", "--json"))
    assert set(facts["areas"]) == {"area0", "area1"}
    for name in ("children_in_care", "baseline_children_in_care"):
        for year, total in facts[name].items():
            own = sum(area[name][year] for area in facts["areas"].values())
            assert total == pytest.approx(own, rel=1e-12)
    for year, tiers in facts["spend"].items():
        for tier, total in tiers.items():
            own = sum(area["spend"][year][tier] for area in facts["areas"].values())
            assert total == pytest.approx(own, rel=1e-12)


def test_without_areas_there_are_none(run):
    assert "areas" not in facts_of(run("solve", CASES / "hand", "--json"))


def test_infeasible_prints_its_object_with_the_baseline(run):
    result = run("solve", CASES / "hand-infeasible", "--json")
    facts = facts_of(result)
    assert result.exit_code == 3
    assert facts.keys() >= KEYS
    assert facts["status"] == "infeasible"
    nothing = ("objective", "window", "spend", "levels", "payback_year", "target_price", "audit")
    assert all(facts[name] is None for name in nothing)
    assert facts["children_in_care"] is None
    assert [w["objective"] for w in facts["windows"]] == [None]
    assert len(facts["baseline_children_in_care"]) == len(facts["years"])


def test_a_target_price_is_a_saving(run):
    result = run("solve", CASES / "hand", "--set", "targets.2021.children=66", "--json")
    assert facts_of(result)["target_price"] == {"2021": pytest.approx(-15_000)}

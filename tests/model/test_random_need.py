"""Staff, drivers and benefits against the second implementation, on random instances.

As in ``test_reference``: where the two differ, one of them misreads MODEL.md.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator.instance import read
from allocator.solving.solve import solve
from tests.model.agreement import agree, baseline_agrees
from tests.model.cases import case_in
from tests.model.random_cases import EVERYTHING, random_case, random_data, random_plan
from tests.model.reference import fewest_in_care, least_cost
from tests.model.reference_data import Data

SEEDS = (209, 211, 223, 224, 228, 235, 240, 241, 243, 245, 247, 258)
FEATURES = ("areas", "drivers", "responses", "roles", "workloads", "practices", "benefits")
BINDING = {  # a seed in whose best plan it binds
    "agency_limited": 223,
    "hiring_limited": 211,
    "staff_change": 258,
    "support_at_start": 209,
    "support_growth_limited": 243,
    "support_limited": 245,
    "work_fits": 240,
}
OWN = Path(__file__).parents[1] / "cases2"
CASES = sorted(folder.name for folder in OWN.iterdir() if folder.is_dir())


@pytest.mark.parametrize("seed", SEEDS)
def test_least_cost_of_every_window(seed: int) -> None:
    expected, plan = least_cost(random_data(seed)), random_plan(seed)
    found = {outcome.window: outcome.objective for outcome in plan.windows}
    assert list(found) == list(expected.objectives)
    for window, objective in expected.objectives.items():
        assert agree(found[window], objective), window
    assert agree(plan.objective, expected.best)
    assert plan.found
    assert all(outcome.proved for outcome in plan.windows)
    assert plan.audit is not None
    assert plan.audit.passed


@pytest.mark.parametrize("seed", SEEDS[::4])
def test_fewest_in_care_of_every_window(seed: int) -> None:
    expected = fewest_in_care(random_data(seed))
    plan = solve(random_case(seed).instance(), formulation="largest_reduction")
    found = {outcome.window: outcome.children_in_care for outcome in plan.windows}
    assert list(found) == list(expected)
    for window, children in expected.items():
        assert agree(found[window], children), window


@pytest.mark.parametrize("seed", SEEDS)
def test_baseline(seed: int) -> None:
    baseline_agrees(seed)


@pytest.mark.parametrize(("constraint", "seed"), BINDING.items())
def test_random_instances_are_not_idle(constraint: str, seed: int) -> None:
    assert seed in SEEDS
    assert constraint in set(random_plan(seed).tables["prices"]["constraint"])


def test_the_seeds_use_every_table_by_both_timings() -> None:
    assert min(SEEDS) >= EVERYTHING
    cases = [random_case(seed) for seed in SEEDS]
    assert set(FEATURES) <= {table for case in cases for table in case.tables}
    assert {case.settings["instance"]["timing"] for case in cases} == {"continuous", "period"}
    assert any(case.settings["wider_benefits"].get("weight") for case in cases)
    limited = {row["item"] for case in cases for row in case.tables.get("limits", [])}
    assert "worker" in limited


@pytest.mark.parametrize("name", [n for n in CASES if n.startswith(("benefit", "driver", "staff"))])
def test_the_second_implementation_knows_the_answers(name: str) -> None:
    expected, plan = least_cost(Data(case_in(OWN / name))), solve(read(OWN / name))
    for outcome in plan.windows:
        assert agree(outcome.objective, expected.objectives[outcome.window]), outcome.window

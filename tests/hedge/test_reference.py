"""Hedges of random instances against the second implementation of MODEL.md.

Where the two differ, one of them misreads 3.15.
"""

from __future__ import annotations

from random import Random

import pytest

from allocator.hedge import hedge
from tests.hedge.reference import ReferenceScenario, least
from tests.model.cases import Case
from tests.model.random_cases import random_case
from tests.model.reference_data import Data

NAMES = ("central", "dear", "weak")
CHANGED = (("states", "unit_cost"), ("effects", "effect"), ("arrivals", "children"))
SEEDS = (209, 211, 223, 228, 240, 243)


def futures_of(seed: int) -> tuple[Case, list[ReferenceScenario], float, float]:
    """A case with three scenarios, the same cells by scenario, risk weight and level."""
    random = Random(seed)
    plain = random_case(seed).setting("shortfall", excess_price=90e3, overspend_price=0.4)
    first, years = (plain.settings["instance"][name] for name in ("first_year", "years"))
    decide = random.choice([1, 1, years - 1])
    weight, level = random.choice([0.0, 0.4]), random.choice([0.5, 0.8])
    told = plain.setting("uncertainty", decide=decide, risk_weight=weight, risk_level=level)
    tree = random.random() < 0.5
    rows, changes, known = [], [], []
    for n, (name, chance) in enumerate(zip(NAMES, (0.5, 0.3, 0.2), strict=True)):
        own, parent = plain, 1 if tree and n == 2 else None
        branches = first + decide + (parent is not None)
        rows.append({"scenario": name, "probability": str(chance)})
        if parent is not None:
            rows[-1] |= {"parent": NAMES[parent], "branches": str(branches)}
        for table, column in CHANGED if n else ():
            factor = round(random.uniform(0.8, 1.25), 3)
            cell = f"{table}.*.{column}"
            changes.append({"scenario": name, "cell": cell, "value": f"*{factor}"})
            own = own.changed(
                table, column, lambda row, c=column, f=factor: float(row.get(c) or 0) * f
            )
        known.append(ReferenceScenario(Data(own), chance, branches, parent))
    case = Case(told.settings, {**told.tables, "scenarios": rows, "changes": changes})
    return case, known, weight, level


@pytest.mark.parametrize("seed", SEEDS)
def test_every_window_and_waiting_to_see_cost_what_the_second_implementation_says(seed):
    case, known, weight, level = futures_of(seed)
    found = hedge(case.instance())
    costs = {each.window: each.objective for each in found.windows}
    windows = known[0].data.windows()
    assert list(costs) == list(windows)
    told = {window: least(known, window, weight, level) for window in windows}
    for window, cost in told.items():
        assert (costs[window] is None) == (cost is None), window
        if cost is not None:
            assert costs[window] == pytest.approx(cost, rel=1e-6)
    if found.is_feasible:
        alone = [
            min(c for w in windows if (c := least([one], w, 0.0, 0.5)) is not None)
            for one in (ReferenceScenario(s.data, 1.0, s.branches) for s in known)
        ]
        waited = sum(s.chance * cost for s, cost in zip(known, alone, strict=True))
        assert found.wait_and_see == pytest.approx(waited, rel=1e-6)


def test_most_of_these_have_a_plan_and_settle_what_one_future_alone_would_not():
    found = [hedge(futures_of(seed)[0].instance()) for seed in SEEDS[:4]]
    assert sum(each.is_feasible for each in found) >= 3
    assert any(each.value_of_perfect_information > 1000 for each in found if each.is_feasible)

"""When two answers are the same."""

from __future__ import annotations

import pytest

from allocator.simulate import baseline
from tests.model.random_cases import random_case, random_data
from tests.model.reference_data import POUNDS, TIERS


def agree(found: float | None, expected: float | None, relative: float = 1e-6) -> bool:
    """Both say that there is no plan, or both have the same least value."""
    if found is None or expected is None:
        return found is expected
    return found == pytest.approx(expected, rel=relative)


def baseline_agrees(seed: int) -> None:
    """What happens if nothing changes, by the library's simulator and by the reference."""
    data, unchanged = random_data(seed), baseline(random_case(seed).instance())
    in_care = sum(unchanged.children_in_care.values())
    assert dict(zip(data.years, in_care, strict=True)) == pytest.approx(data.baseline_in_care())
    for tier in TIERS:
        spend = sum(unchanged.spend[area, tier] for area in data.areas)
        for n, year in enumerate(data.years):
            expected = data.baseline_spend([tier], year) * POUNDS
            assert spend[n] == pytest.approx(expected, rel=1e-9), (tier, year)

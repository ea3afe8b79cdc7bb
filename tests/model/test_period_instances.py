"""Six of the instances as they stood with timing "period" still have the optimum that they had."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator.instance import read
from allocator.solvers.catalogue import find_solver
from allocator.solvers.highs import HighsModel
from allocator.solving.session import build_window
from tests.plans import LARGEST

OLD = Path(__file__).parents[2] / "benchmarks" / "period"
OPTIMA = {
    "reading-2025": ((2025, 2), 650_596_950.73),
    "enfield-2025": (None, 825_077_870.04),
    "derbyshire-2025": ((2027, 3), 1_985_630_184.52),
    "england-2016": ((2017, 3), 89_478_713_581.67),
    "england-2020": ((2023, 3), 131_296_982_714.83),
    "north-east-2025": ((2027, 3), 10_732_850_000),
}  # £ at present value, and the window of the cheapest plan: from the READMEs that they had


def test_all_six_are_kept() -> None:
    kept = {file.parent.name: read(file.parent) for file in OLD.glob("*/instance.toml")}
    assert set(kept) == set(OPTIMA)
    assert {instance.timing for instance in kept.values()} == {"period"}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.large] if name == LARGEST else []) for name in OPTIMA],
)
def test_an_old_instance_has_its_old_optimum(name: str) -> None:
    window, optimum = OPTIMA[name]
    program = build_window(read(OLD / name), window)
    found = HighsModel(program, find_solver("highs")).solve(program).objective * 1e6
    assert found == pytest.approx(optimum, rel=1e-6)

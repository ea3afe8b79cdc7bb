"""The reference cases and their plans, each solved once for all tests of a file, and the instances.

``make test`` gives a file's tests to one process, so that what is kept here serves them all.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from allocator.instance import Instance, read
from allocator.instance.change import apply_changes
from allocator.plan.plan import Plan
from allocator.plan.saving.loading import open_facts
from allocator.plan.saving.seal import SEAL, seal_of
from allocator.plan.saving.writing import owns
from allocator.solving.solve import solve

CASES = Path(__file__).parent / "cases"
INSTANCES = CASES.parents[1] / "instances"
PERIOD = INSTANCES.parent / "benchmarks" / "period"  # the same with timing "period"
LARGEST = "north-east-2025"  # twelve areas
# Of the form of reading-2025 and england-2016, and no smaller than they are.
LARGER = ("derbyshire-2025", "enfield-2025", "england-2020")
YEARLY = "instance.periods_per_year=1"
STANDING = sorted(file.parent.name for file in INSTANCES.glob("*/instance.toml"))
EACH_FORM = [name for name in STANDING if name not in (*LARGER, LARGEST)]
NAMES = ("hand", "hand-infeasible", "annual-returns-limits", "window", "two-areas")


def standing(*large: str, but: str = "") -> list[object]:
    """Names of the instances that stand here, as parameters; some are left to `make test-all`."""
    return [
        pytest.param(name, marks=[pytest.mark.large] if name in large else [])
        for name in STANDING
        if name != but
    ]


@cache
def yearly(name: str, *changes: str) -> Instance:
    """An instance that stands here by years, where its size is not the point: a quarter of it."""
    return apply_changes(read(INSTANCES / name), (YEARLY, *changes))


@cache
def instance_of(case: str, *changes: str) -> Instance:
    return apply_changes(read(CASES / case), changes)


@cache
def plan_of(case: str, *changes: str, formulation: str = "least_cost") -> Plan:
    return solve(instance_of(case, *changes), formulation=formulation)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by relative path."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def resealed(folder: Path) -> None:
    """Make a saved plan's seal anew, as whoever means to deceive would."""
    folder, facts = open_facts(folder)
    facts["saved"][SEAL] = seal_of(folder, facts, owns)
    (folder / "plan.json").write_text(json.dumps(facts), encoding="utf-8")


def failing(error: BaseException) -> Callable[..., None]:
    """A function that raises."""

    def fail(*args: object, **options: object) -> None:
        raise error

    return fail

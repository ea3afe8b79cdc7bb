"""The reference cases and their plans, each solved once for all tests."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from allocator.instance import Instance, read
from allocator.instance.change import apply_changes
from allocator.plan.plan import Plan
from allocator.solving.solve import solve

CASES = Path(__file__).parent / "cases"
NAMES = ("hand", "hand-infeasible", "annual-returns-limits", "window", "two-areas")


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


def failing(error: BaseException) -> Callable[..., None]:
    """A function that raises."""

    def fail(*args: object, **options: object) -> None:
        raise error

    return fail

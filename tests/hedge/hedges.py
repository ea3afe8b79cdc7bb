"""Hedges of the cases, each found once for all tests of a process."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from allocator.hedge import Hedge, hedge
from allocator.instance import Instance, read
from allocator.instance.change import apply_changes

CASES = Path(__file__).parent / "cases"


@cache
def instance_of(name: str, *changes: str) -> Instance:
    return apply_changes(read(CASES / name), changes)


@cache
def hedge_of(name: str, *changes: str) -> Hedge:
    return hedge(instance_of(name, *changes))


def expected(name: str) -> Any:
    """What an independent solution came to."""
    return json.loads((CASES / name / "expected.json").read_text())

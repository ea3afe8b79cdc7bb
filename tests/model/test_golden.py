"""The golden constraints: see ``golden`` for what they are and how they are made anew."""

from __future__ import annotations

from functools import cache

import pytest

from formulations import FORMULATIONS
from tests.model.golden import GOLDEN, components, written

AGAIN = "read the change against MODEL.md, then run `python -m tests.model.golden`"


@cache
def texts() -> dict[str, dict[str, str]]:
    return written()


@pytest.mark.parametrize("formulation", FORMULATIONS)
def test_every_component_is_as_it_was_read(formulation: str) -> None:
    for component, text in texts()[formulation].items():
        golden = (GOLDEN / f"{component}.txt").read_text(encoding="utf-8")
        assert text == golden, f"{component} has changed: {AGAIN}"


@pytest.mark.parametrize("formulation", FORMULATIONS)
def test_every_component_has_rows_in_a_golden_file(formulation: str) -> None:
    for component in components()[formulation]:
        file = GOLDEN / f"{component}.txt"
        assert file.exists(), f"{component} has no golden file: {AGAIN}"
        assert file.read_text(encoding="utf-8").strip(), f"no row of {component} is shown"


def test_no_golden_file_is_of_something_gone() -> None:
    shown = {component for each in texts().values() for component in each}
    assert {file.stem for file in GOLDEN.glob("*.txt")} == shown

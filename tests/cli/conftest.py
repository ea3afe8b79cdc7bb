from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from allocator.cli import cli, progress


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine, a solve says nothing of its progress unless a test wants it to."""
    monkeypatch.setattr(progress, "PATIENCE", 3600.0)


Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """Run the command; stdout and stderr come apart."""

    def invoke(*words: object) -> Result:
        return CliRunner().invoke(cli, [str(word) for word in words])

    return invoke

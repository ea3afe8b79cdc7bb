from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from allocator.cli import cli

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """Run the command; stdout and stderr come apart."""

    def invoke(*words: object) -> Result:
        return CliRunner().invoke(cli, [str(word) for word in words])

    return invoke


@pytest.fixture(autouse=True)
def _charts(drawn_alike: None) -> None:
    """What a verb draws is not the point here."""

"""The command runner of the command line's tests."""

from tests.cli.conftest import run

__all__ = ["run"]

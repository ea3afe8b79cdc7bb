"""The command line: verbs first, never a prompt, results to stdout and the rest to stderr.

Each verb is a file of its own that parses, calls the library and prints.  They are imported
when asked for, so that ``--help`` and ``check`` start without a solver.
"""

from __future__ import annotations

import io
import logging
import sys

import click

from allocator import __version__
from allocator.cli.verbs import Verbs


@click.group(
    cls=Verbs,
    verbs=(
        "new",
        "calibrate",
        "check",
        "convert",
        "forecast",
        "solve",
        "report",
        "explain",
        "frontier",
        "delay",
        "switching",
        "alternatives",
        "reallocate",
        "regimes",
        "hedge",
        "stress",
        "sweep",
        "audit",
        "compare",
        "export",
        "import-solution",
        "solvers",
        "backtest",
    ),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    examples=(
        "allocator new my-council",
        "allocator check my-council",
        "allocator solve my-council --out plans/my-council",
    ),
)
@click.version_option(__version__, prog_name="allocator", message="%(prog)s %(version)s")
@click.option(
    "--debug",
    is_flag=True,
    envvar="ALLOCATOR_DEBUG",
    help="Show the traceback of an internal error.",
)
def cli(debug: bool) -> None:
    """The cheapest path of services that brings the number of children in care to its target."""


def main() -> None:
    """Entry point of the ``allocator`` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # an old terminal that lacks a character
    logging.getLogger("pyomo.core").setLevel(logging.CRITICAL)  # whatever it logs it raises too
    cli(prog_name="allocator")

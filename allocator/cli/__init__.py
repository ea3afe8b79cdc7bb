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
from allocator.memory import look_rarely_for_circles


@click.group(
    cls=Verbs,
    verbs={
        "new": "Write a starter instance to change.",
        "calibrate": "Make an instance from data.",
        "check": "Report every problem of an instance.",
        "convert": "Say old rates as rates that hold whatever the periods.",
        "forecast": "Children by state if nothing changes.",
        "solve": "Find the cheapest plan of an instance.",
        "report": "Report saved plans as a page, a workbook, pictures.",
        "explain": "Why this plan, what each limit is worth, and what to do when there is none.",
        "frontier": "What every target costs, or what money can reach.",
        "delay": "What it costs to begin the same plan later.",
        "switching": "How far each input can move before the plan changes.",
        "alternatives": "Plans nearly as cheap, and what all of them do.",
        "reallocate": "What today's total spend could reach.",
        "regimes": "What annual budgets and unknown settlements cost.",
        "hedge": "What to settle now, over the futures there may be.",
        "stress": "How a plan fares where its numbers turn out otherwise.",
        "sweep": "Plans over a grid, as a table.",
        "audit": "Re-check a saved plan.",
        "compare": "Solve the same program with many solvers.",
        "export": "Write the program for another solver.",
        "import-solution": "Check a solution that another solver found.",
        "solvers": "List the solvers that compare can run.",
        "backtest": "Compare past projections with what came.",
    },
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
    look_rarely_for_circles()
    logging.getLogger("pyomo.core").setLevel(logging.CRITICAL)  # whatever it logs it raises too
    cli(prog_name="allocator")

"""The command line: verbs first, never a prompt, results to stdout and the rest to stderr.

Each verb is a file of its own that parses, calls the library and prints.  They are imported
when asked for, so that ``--help`` and ``check`` start without a solver.
"""

from __future__ import annotations

import click

from allocator import __version__
from allocator.cli.verbs import Verbs


@click.group(
    cls=Verbs,
    verbs=("new", "check", "solve", "audit", "export"),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done; 1 internal error; 2 bad usage or bad instance; 3 infeasible; "
    "4 the solver failed or ran out of time, or its answer did not stand up.",
)
@click.version_option(__version__, prog_name="allocator", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, envvar="ALLOCATOR_DEBUG",
              help="Show the traceback of an internal error.")  # fmt: skip
def cli(debug: bool) -> None:
    """The cheapest path of services that brings the number of children in care to its target.

    \b
    Example:
      allocator new my-council
      allocator check my-council
      allocator solve my-council
    """


def main() -> None:
    """Entry point of the ``allocator`` command."""
    cli(prog_name="allocator")

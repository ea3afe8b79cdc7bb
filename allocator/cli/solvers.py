"""``allocator solvers``: what ``compare`` can run, and how to install what is not there."""

from __future__ import annotations

import json as jsons
from typing import Any

import click

from allocator.cli.verbs import Verb


@click.command(
    "solvers",
    cls=Verb,
    examples=("allocator solvers", "allocator solvers --json"),
)
@click.option("--json", is_flag=True, help="Print one JSON object, not a table.")
def command(json: bool) -> None:
    """List every solver: its version or how to install it, what it can do, what it can't be told.

    A time limit that a solver cannot be told ends it all the same: its process is killed.
    """
    from allocator.solvers.algorithms import ALGORITHMS, TOLERANCE
    from allocator.solvers.presence import version

    facts: list[dict[str, Any]] = [
        {
            "name": each.name,
            "code": each.code,
            "method": each.method,
            "version": version(each),
            "install": each.install,
            "can": sorted(each.can),
            "ignores": each.ignores,
            "tolerance": each.tolerance if TOLERANCE in each.can else None,
        }
        for each in ALGORITHMS.values()
    ]
    if json:
        click.echo(jsons.dumps({"solvers": facts}, indent=2))
        return
    for fact in facts:
        there = fact["version"] or "absent"
        click.echo(f"{fact['name']:15}{fact['code']:10}{there:12}{fact['method']}")
        click.echo(f"{'':37}can: {', '.join(fact['can'])}")
        if fact["ignores"]:
            click.echo(f"{'':37}cannot be told: {', '.join(fact['ignores'])}")
        if fact["version"] is None:
            click.echo(f"{'':37}to have it: {fact['install']}")

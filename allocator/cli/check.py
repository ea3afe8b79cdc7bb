"""``allocator check``: every problem of an instance, in one pass."""

from __future__ import annotations

import json as jsons
from dataclasses import asdict
from pathlib import Path

import click

from allocator.cli.instances import counted, ordered
from allocator.cli.verbs import Verb
from allocator.instance import Problem, inspect
from allocator.instance.check.years import rates_of_one_period
from allocator.instance.problems import errors


@click.command(
    "check",
    cls=Verb,
    examples=("allocator check instances/england-2016",),
)
@click.argument("instance", type=click.Path(path_type=Path))
@click.option("--json", is_flag=True, help="Print one JSON object.")
def command(instance: Path, json: bool) -> int:
    """Report every problem of INSTANCE: file, row, column, value, rule and what to do.

    INSTANCE is a folder, or an .xlsx workbook.  Errors stop a solve, warnings do not.
    Exits 2 if there are errors.
    """
    checked, problems = inspect(instance)
    problems = ordered([*problems, *(rates_of_one_period(checked) if checked else ())])
    passed = checked is not None and not errors(problems)
    if json:
        facts = {"passed": passed, "problems": [_facts(problem) for problem in problems]}
        click.echo(jsons.dumps(facts, indent=2))
    else:
        for problem in problems:
            click.echo(str(problem))
        click.echo(f"{instance}: {counted(problems)}")
    return 0 if passed else 2


def _facts(problem: Problem) -> dict[str, object]:
    return {**asdict(problem), "severity": problem.severity.value}

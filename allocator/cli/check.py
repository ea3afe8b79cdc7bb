"""``allocator check``: every problem of an instance, in one pass."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from allocator.cli.instances import counted, ordered
from allocator.instance import Problem, inspect
from allocator.instance.problems import errors


@click.command("check")
@click.argument("instance", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(instance: Path, as_json: bool) -> int:
    """Report every problem of INSTANCE: file, row, column, value, rule and what to do.

    INSTANCE is a folder, or an .xlsx workbook.  Errors stop a solve, warnings do not.
    Exits 2 if there are errors.

    \b
    Example:
      allocator check instances/england-2016
    """
    found, problems = inspect(instance)
    problems = ordered(problems)
    passed = found is not None and not errors(problems)
    if as_json:
        facts = {"passed": passed, "problems": [_facts(problem) for problem in problems]}
        click.echo(json.dumps(facts, indent=2, ensure_ascii=False))
    else:
        for problem in problems:
            click.echo(str(problem))
        click.echo(f"{instance}: {counted(problems)}")
    return 0 if passed else 2


def _facts(problem: Problem) -> dict[str, object]:
    return {**asdict(problem), "severity": problem.severity.value}

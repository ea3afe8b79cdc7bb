"""``allocator audit``: a saved plan re-checked against its instance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from allocator.cli import options
from allocator.cli.instances import open_instance
from allocator.cli.progress import ProgressBar
from allocator.cli.verbs import Verb

if TYPE_CHECKING:
    from allocator.plan.saving.recheck import Verdict

FAILED = 4


@click.command(
    "audit",
    cls=Verb,
    examples=("allocator audit plans/england-2016",),
)
@click.argument("plan", type=click.Path(path_type=Path))
@click.option(
    "--instance",
    type=click.Path(path_type=Path),
    metavar="INSTANCE",
    help="Check against this instance, not the copy that the plan keeps.",
)
@click.option("--again", is_flag=True, help="Solve every window anew and compare their costs.")
@click.option("--json", "json", is_flag=True, help="Print one JSON object.")
@options.time_limit
def command(plan: Path, instance: Path | None, again: bool, json: bool) -> int:
    """Re-check a saved PLAN, the folder that `solve --out` or `hedge --out` wrote.

    Its files are held to their seal.  The plan's tables are run forward by a simulator that knows
    nothing of the linear program, and every rule of the model is checked in the units of the
    instance.  What follows from the instance is worked out again, and the plan's own window is
    solved again for its cost and prices.  Of a hedge, every scenario's plan is checked so, and
    what they share, and the cost over them.  Exits 4 if anything fails.
    """
    from allocator.plan.saving import as_json
    from allocator.plan.saving.layout import is_hedge

    other = None if instance is None else open_instance(instance)
    verdict: Verdict
    with ProgressBar() as progress:
        if is_hedge(plan):
            from allocator.hedge.saving import audit_hedge

            verdict = audit_hedge(plan, other, every_window=again, progress=progress)
        else:
            from allocator.solving.again import audit_saved

            verdict = audit_saved(plan, other, every_window=again, progress=progress)
    click.echo(as_json(verdict.to_dict()) if json else _text(verdict))
    return 0 if verdict.passed else FAILED


def _text(verdict: Verdict) -> str:
    from allocator.report.pages.audit import text

    return text(verdict.audit, verdict.disagreements, verdict.notes)

"""``allocator report``: saved plans as a page, a workbook, a committee paper and pictures."""

from __future__ import annotations

from pathlib import Path

import click

from allocator.cli import options
from allocator.cli.progress import ProgressBar
from allocator.cli.verbs import Verb
from allocator.clock import Clock, out_of_time
from allocator.errors import UsageError


@click.command(
    "report",
    cls=Verb,
    examples=(
        "allocator report plans/my-council",
        "allocator report plans/my-council --html report.html --xlsx report.xlsx --png pictures",
        "allocator report plans/my-council --docx paper.docx",
        "allocator report plans/my-council plans/my-council-later",
        "allocator report plans/my-council plans/my-council-later --html both.html",
    ),
)
@click.argument("plans", metavar="PLAN…", nargs=-1, required=True, type=click.Path(path_type=Path))
@options.written(
    "--html",
    "Write one page that opens offline in any browser.  [default, where nothing "
    "else is asked for: PLAN.html beside the plan]",
)
@options.written(
    "--xlsx",
    "Write a workbook with the tables, native charts and formulas.",
)
@options.written(
    "--docx",
    "Write a committee paper of two to four pages, to edit.",
)
@options.written(
    "--png",
    "Write a picture of each chart there, as PNG.",
    folder=True,
)
@options.written(
    "--svg",
    "The same as SVG.",
    folder=True,
)
@click.option(
    "--answers",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Take switching values and frontiers of the plan from there.  [default: PLAN/answers]",
)
@click.option("--force", is_flag=True, help="Replace the files that are there.")
@options.time_limit
def command(
    plans: tuple[Path, ...],
    html: Path | None,
    xlsx: Path | None,
    docx: Path | None,
    png: Path | None,
    svg: Path | None,
    answers: Path | None,
    force: bool,
) -> int:
    """Report each saved PLAN, the folder that `solve --out` wrote; several side by side.

    Of several, where no file is asked for, it prints by how much they differ, and in which inputs.

    Or one that `hedge --out` wrote: what to settle now, and what each future then does.

    Every plan is audited again first, and one that does not stand up is not reported, nor one
    that is not as it was saved.  What is shown is what the plan's tables hold.  Exits 4 where the
    audit fails, 2 where the seal is broken.
    """
    if len(plans) == 1 and not (html or xlsx or docx or png or svg):
        html = _beside(plans[0])
    if answers is not None and len(plans) > 1:
        raise UsageError("--answers is of one plan; several take each its own folder `answers`")
    from allocator.report.outputs import Outputs, open_saved

    outputs = Outputs(html, xlsx, png, svg, docx, force)
    outputs.check(len(plans))
    saved_plans, steps = [], len(plans) + outputs.count
    with ProgressBar() as progress:
        progress("auditing what was saved", 0, steps)
        opened = open_saved(plans, answers, ask_tightest=outputs.count > 0)
        for done, saved in enumerate(opened, 1):
            progress("auditing what was saved", done, steps)
            saved_plans.append(saved)
        progress("writing the report", len(plans), steps)
        written = []
        for done, path in enumerate(outputs.write(saved_plans), len(plans) + 1):
            written.append(path)
            progress("writing the report", done, steps)
    for saved in saved_plans:
        if saved.answers.refused:
            click.echo(f"warning: left out: {saved.answers.refused}", err=True)
    for path in written:
        click.echo(f"wrote {path}", err=True)
    if not written:
        from allocator.report.pages.against import text
        from allocator.report.saved_plan import plans_alone

        click.echo(text(plans_alone(saved_plans)), nl=False)
    if Clock().left() > 0:
        return 0
    late = out_of_time("asking which inputs are tightest")
    click.echo(f"error: {late}; the report is whole but for what there was no time for", err=True)
    return late.exit_code


def _beside(plan: Path) -> Path:
    """Where the page of a plan goes if nobody says."""
    folder = plan if plan.is_dir() else plan.parent
    return folder.parent / f"{folder.resolve().name}.html"

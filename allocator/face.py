"""What the library's face does beside handing on what others do: one call where it takes several.

See ``allocator``, from which all of it is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from allocator.progress import Progress
from formulations import USUAL

if TYPE_CHECKING:
    import pandas as pd

    from allocator.compare.comparison import Comparison
    from allocator.compare.problems import ComparedProgram
    from allocator.explain.answers import Answer
    from allocator.explain.frontier.curve import Frontier
    from allocator.forecast import Forecast
    from allocator.hedge import Hedge
    from allocator.instance import Instance
    from allocator.plan.plan import Plan
    from allocator.plan.saving.recheck import Verdict


def frontier(
    instance: Instance,
    over: Literal["target", "budget", "fairness", "benefits"] = "target",
    which: str | None = None,
    progress: Progress | None = None,
) -> Frontier:
    """Least cost (£) for every target, or the fewest children in care for every budget (£ a year).

    Or, over fairness, least cost for every reduction that all areas are to have at least; over
    benefits, least cost for every amount of good done to others.

    ``which`` names the target that moves, as ``2025`` or ``derby.2025``, or the fund; without it
    the last target of all areas, or the largest fund.  ``table`` has a row for each breakpoint.
    Raises UsageError where there is none of that name, CertificateError where a point of the
    curve is not proved.
    """
    from allocator.explain.frontier.benefits import benefit_frontier
    from allocator.explain.frontier.budget import budget_frontier
    from allocator.explain.frontier.fairness import fair_frontier
    from allocator.explain.frontier.target import target_frontier

    if over == "fairness":
        return fair_frontier(instance, progress)
    if over == "benefits":
        return benefit_frontier(instance, progress)
    follow = target_frontier if over == "target" else budget_frontier
    return follow(instance, which, progress)


def sweep(
    instance: Instance,
    axes: Sequence[str],
    *,
    formulation: str = USUAL,
    jobs: int = 1,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """A plan's facts at every point of a grid: one row a point, the axes' values first.

    An axis is as ``--over`` takes it: ``targets.2025.children=60000:80000:5000``.  Money is £;
    ``allocator.sweep.COLUMNS`` says what each column is.  A point without a plan is a row with a
    status.  ``jobs`` processes work side by side.  Raises UsageError for an axis that is none,
    AuditError where the best plan does not stand up.
    """
    from allocator.sweep import Recorded, Sweep, executor

    with executor(jobs) as workers:
        swept = Recorded(Sweep(instance, axes, formulation=formulation), None)
        return swept.run(workers, progress)


def compare(
    programs: Sequence[Instance | Path | str],
    solvers: Sequence[str] = (),
    *,
    formulation: str = USUAL,
    seconds: float = 600.0,
    repeat: int = 1,
) -> Comparison:
    """Solve the same programs with many solvers, every answer proved or not from the arrays.

    A program is an instance, for its best window, or the path of an MPS file or a saved hedge.
    ``solvers`` are names, patterns as ``clp-*``, or codes; all of them without.  ``seconds`` is
    for one run.
    A solver that is absent or fails costs its own row.  Raises UsageError for a name that no
    solver has and a file that is no program.
    """
    from allocator.compare.comparison import compare as run
    from allocator.compare.problems import of_file, of_instance
    from allocator.compare.race import Terms
    from allocator.plan.saving.layout import is_hedge
    from allocator.solvers.algorithms import choose

    def problem(each: Instance | Path | str) -> ComparedProgram:
        if not isinstance(each, Path | str):
            return of_instance(each, formulation)
        if is_hedge(Path(each)):
            from allocator.hedge.compared import of_hedge

            return of_hedge(Path(each))
        return of_file(Path(each))

    problems = [problem(each) for each in programs]
    return run(problems, choose(list(solvers)), Terms(seconds), repeat=repeat)


def forecast(
    instance: Instance, calibrated: Path | str | None = None, *, level: float = 0.8
) -> Forecast:
    """Children in each state at each year's end if nothing changes, with intervals.

    ``calibrated`` is the folder in which a calibration left how sure the rates are; without it,
    or where it has none, the drift of England's councils.  ``level`` is the probability that an
    interval holds what comes.  Raises UsageError where the calibration is damaged.
    """
    from allocator.forecast import forecast as run
    from allocator.forecast import read_doubt

    return run(instance, read_doubt(Path(calibrated or "")), level=level)


def report(
    plans: Sequence[Path | str],
    *,
    html: Path | str | None = None,
    xlsx: Path | str | None = None,
    docx: Path | str | None = None,
    png: Path | str | None = None,
    svg: Path | str | None = None,
    force: bool = False,
) -> list[Path]:
    """Report saved plans, several side by side: a page, a workbook, pictures; of one, a paper too.

    ``plans`` are folders that ``save`` wrote; each is audited again.  Returns what was written.
    Raises UsageError where something is there already without ``force``, or no plan is, and
    AuditError where a plan does not stand up.
    """
    from allocator.report.outputs import Outputs, open_saved

    html, xlsx, png, svg = (None if p is None else Path(p) for p in (html, xlsx, png, svg))
    outputs = Outputs(html, xlsx, png, svg, None if docx is None else Path(docx), force)
    outputs.check(len(plans))
    return list(outputs.write(list(open_saved([Path(plan) for plan in plans]))))


def save(made: Plan | Answer | Comparison, folder: Path | str, *, force: bool = False) -> None:
    """Write a plan, a hedge, an answer or a comparison to a folder: CSV, JSON and a README.

    Nothing is ever half-written.  Raises UsageError if the folder holds something, unless
    ``force`` is true and it holds one of the same kind.
    """
    from allocator.compare import saving as comparisons
    from allocator.compare.comparison import Comparison
    from allocator.explain import answers
    from allocator.hedge import Hedge
    from allocator.hedge.saving import save_hedge
    from allocator.plan import saving as plans
    from allocator.plan.plan import Plan

    if isinstance(made, Plan):
        plans.save(made, folder, force=force)
    elif isinstance(made, Comparison):
        from allocator.report.pages.comparison import headline, text

        comparisons.save(made, Path(folder), headline(made), text(made), force=force)
    elif isinstance(made, Hedge):
        save_hedge(made, folder, force=force)
    else:
        answers.save(made, Path(folder), force=force)


def load(path: Path | str, instance: Instance | None = None) -> Plan | Hedge:
    """The plan, or the hedge, saved in a folder.

    Rests on the instance's copy in the folder unless another is given.  Raises UsageError where
    there is none or a file of it is damaged.
    """
    from allocator.plan.saving.layout import is_hedge
    from allocator.plan.saving.loading import load as load_plan

    if is_hedge(Path(path)):
        from allocator.hedge.saving import load_hedge

        return load_hedge(path, instance)
    return load_plan(path, instance)


def audit(
    path: Path | str, instance: Instance | None = None, *, every_window: bool = False
) -> Verdict:
    """Audit a saved plan or hedge, and solve its window again; with ``every_window``, all of them.

    Against the instance's copy beside it, or another instance, for which nothing is solved.
    Raises UsageError where there is no plan, it is damaged, or it was found infeasible, and
    SolverError where the solver fails.
    """
    from allocator.plan.saving.layout import is_hedge
    from allocator.solving.again import audit_saved

    if is_hedge(Path(path)):
        from allocator.hedge.saving import audit_hedge

        return audit_hedge(path, instance, every_window=every_window)
    return audit_saved(path, instance, every_window=every_window)

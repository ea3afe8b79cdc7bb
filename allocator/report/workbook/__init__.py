"""A plan as a workbook for finance: native charts, formulas that trace, inputs to solve again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.errors import UsageError
from allocator.files import place_file
from allocator.instance.sheets import IN_MEMORY
from allocator.instance.writing import WORKBOOK
from allocator.plan.plan import Plan
from allocator.report.saved_answers import SavedAnswers

if TYPE_CHECKING:
    from allocator.report.workbook.book import Book

__all__ = ["write_workbook"]

_LONGEST = 255  # characters of a document's title


def write_workbook(
    plans: Sequence[Plan],
    path: str | Path,
    *,
    answers: SavedAnswers | None = None,
    force: bool = False,
) -> None:
    """Write the workbook of one plan, or one that lays several side by side.

    Of one plan: its tables, formulas over them, charts, and the instance in the sheets that
    ``read`` takes, so that the workbook is an instance too; with a stress test among its
    ``answers``, that too.  Of several: their figures and
    charts together; tables and inputs are in each one's own workbook.
    Nothing is half-written.  Raises UsageError if something is there already and ``force`` is
    false, if the path does not end in .xlsx, or if there are no plans.
    """
    path = Path(path)
    if path.suffix.lower() != WORKBOOK:
        raise UsageError(f"{path}: a workbook's name ends in {WORKBOOK}")
    if not plans:
        raise UsageError("a workbook needs a plan")
    place_file(path, partial(_write, plans, answers or SavedAnswers()), force=force)


def _write(plans: Sequence[Plan], answers: SavedAnswers, file: Path) -> None:
    import xlsxwriter

    from allocator.report.workbook.book import Book

    options = {
        **IN_MEMORY,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(str(file), options) as workbook:
        if len(plans) > 1:
            from allocator.report.workbook.several import write_side_by_side

            write_side_by_side(Book(workbook, "Plans side by side"), plans)
        else:
            _write_plan(Book(workbook, plans[0].instance.title), plans[0], answers)


def _write_plan(book: Book, plan: Plan, answers: SavedAnswers) -> None:
    """Sheets in the order of a reader: answer, charts, totals, checks, tables, inputs."""
    from allocator.report.workbook import (
        asked,
        charts,
        checks,
        facts,
        front,
        inputs,
        levels,
        stress,
        tables,
        years,
    )

    told = f"A plan of the instance {plan.instance.hash}"
    book.workbook.set_properties({"title": plan.instance.title[:_LONGEST], "comments": told})
    frames = tables.frames_of(plan)
    first, drawn = book.sheet(front.FRONT), book.sheet(charts.SHEET)
    by_year = years.write_years(book, plan)
    services = levels.write_services(book, plan, frames) if plan.found else None
    areas = levels.write_areas(book, plan) if plan.instance.has_areas else None
    asked.write_answers(book, answers, plan.instance.price_base)
    fared = stress.write_stress(book, answers)
    figures = facts.facts_of(plan, frames)
    written = checks.checks_of(plan, frames, figures, services)
    checks.write_checks(book, written)
    tables.write_tables(book, plan, frames)
    tables.write_facts_of_solve(book, plan)
    tables.write_guide(book, plan)
    inputs.write_inputs(book, plan.instance)
    charts.write_charts(book, drawn, plan, by_year, services, areas, fared)
    front.write_front(book, first, plan, figures, len(written))

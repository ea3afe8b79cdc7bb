"""Where a report goes: a page, a workbook, pictures; refused before any work, written whole."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from allocator.errors import SolverError, UsageError
from allocator.files import check_file, place_file
from allocator.instance.writing import WORKBOOK
from allocator.plan.plan import Plan
from allocator.plan.saving.layout import is_hedge
from allocator.report.saved_hedge import SavedHedge, open_saved_hedge
from allocator.report.saved_plan import SavedPlan, open_saved_plan
from allocator.solving.solve import with_tightest

SavedPlans = Sequence[SavedPlan | SavedHedge]
DOCUMENT: Final = ".docx"
NEEDED: Final = ("jinja2", "docx", "matplotlib", "sankeyflow")


@dataclass(frozen=True)
class Outputs:
    """What is asked for; None for what is not."""

    html: Path | None = None
    xlsx: Path | None = None
    png: Path | None = None
    svg: Path | None = None
    docx: Path | None = None
    force: bool = False

    @property
    def _asked(self) -> tuple[Path | None, ...]:
        return (self.html, self.xlsx, self.png, self.svg, self.docx)

    @property
    def count(self) -> int:
        """How many things are asked for."""
        return sum(each is not None for each in self._asked)

    def check(self, plans: int = 1) -> None:
        """Raise UsageError now if ``write`` would for want of a package or of a free path.

        ``plans`` is how many are to be reported on: a paper is of one.
        """
        if self.docx is not None and plans > 1:
            raise UsageError("a paper (--docx) is of one plan; write one for each")
        lacking = [name for name in NEEDED if importlib.util.find_spec(name) is None]
        if lacking and (self.html or self.png or self.svg or self.docx):
            raise UsageError(
                f"a report needs {', '.join(lacking)}, which is not installed; `pip install "
                "'allocator[report]'` brings it"
            )
        if self.xlsx is not None and self.xlsx.suffix.lower() != WORKBOOK:
            raise UsageError(f"{self.xlsx}: a workbook's name ends in {WORKBOOK}")
        if self.docx is not None and self.docx.suffix.lower() != DOCUMENT:
            raise UsageError(f"{self.docx}: a paper's name ends in {DOCUMENT}")
        for path in filter(None, (self.html, self.xlsx, self.docx)):
            check_file(path, force=self.force)

    def write(self, saved_plans: SavedPlans) -> Iterator[Path]:
        """Write each in turn and say where it is."""
        if self.html is not None:
            from allocator.report.html import write_page

            write_page(saved_plans, self.html, force=self.force)
            yield self.html
        if self.xlsx is not None:
            _workbook(saved_plans, self.xlsx, force=self.force)
            yield self.xlsx
        if self.docx is not None:
            from allocator.report.paper import write_paper

            write_paper(saved_plans[0], self.docx, force=self.force)
            yield self.docx
        for folder, form in ((self.png, "png"), (self.svg, "svg")):
            if folder is not None:
                write_pictures(saved_plans, folder, form, force=self.force)
                yield folder


def _workbook(saved_plans: SavedPlans, path: Path, *, force: bool) -> None:
    first = saved_plans[0]
    if isinstance(first, SavedHedge):
        from allocator.report.workbook.hedged import write_hedge_workbook

        write_hedge_workbook(first, path, force=force)
        return
    from allocator.report.workbook import write_workbook

    plans = [each.plan for each in saved_plans if isinstance(each, SavedPlan)]
    answers = first.answers if len(plans) == 1 else None
    write_workbook(plans, path, answers=answers, force=force)


def open_saved(
    paths: Sequence[Path], answers: Path | None = None, *, ask_tightest: bool = True
) -> Iterator[SavedPlan | SavedHedge]:
    """Each saved plan, audited again, in turn; a hedge alone.

    With ``ask_tightest`` a plan saved without what it hangs on has that worked out, as far as the
    solver can say.
    Raises UsageError where a hedge is to stand beside others, and as ``open_saved_plan`` does.
    """
    for path in paths:
        if not is_hedge(path):
            saved = open_saved_plan(path, answers)
            if ask_tightest:
                saved = replace(saved, plan=_hanging(saved.plan))
            yield saved
            continue
        if len(paths) > 1:
            raise UsageError(f"{path}: a plan over several futures is reported alone")
        yield open_saved_hedge(path, answers)


def _hanging(plan: Plan) -> Plan:
    """The plan with what it hangs on, or why that is not told."""
    try:
        return with_tightest(plan)
    except SolverError:
        return replace(plan, untold="failed")


def write_pictures(
    saved_plans: SavedPlans, folder: Path, form: str, *, force: bool = False
) -> None:
    """A file for each chart, named as the chart is; no browser needed.

    Raises UsageError, before anything is drawn, where one is there already without ``force``.
    """
    from allocator.report.charts.pictures import picture
    from allocator.report.html.page import charts, parts

    made = {
        folder / f"{part.prefix}{chart.name}.{form}": chart
        for part in parts(saved_plans)
        for chart in charts(part)
    }
    for path in made:
        check_file(path, force=force)
    for path, chart in made.items():
        place_file(path, partial(_put, picture(chart, form)), force=force)


def _put(content: bytes, file: Path) -> None:
    file.write_bytes(content)

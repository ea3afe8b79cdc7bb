"""Every total worked out again by the sheet, laid beside the plan's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from allocator.instance.instance import financial_year
from allocator.instance.raw import RESULTS
from allocator.instance.schema import TIERS
from allocator.plan.plan import Plan
from allocator.report.workbook.book import HEADING, WHOLE, Book, Extent, Formula, Heading, Shaped
from allocator.report.workbook.columns import names
from allocator.report.workbook.facts import Fact
from allocator.report.workbook.tables import Frames

SHEET: Final = f"{RESULTS} checks"
VERDICT: Final = "all {} checks agree"
_DIFFER: Final = '&" of {} checks differ"'
_EXACT: Final = 1e-9  # relative: the digits that are left after adding up
_SOLVED: Final = 1e-6  # relative, as the audit has it: what a solver's tolerance leaves


@dataclass(frozen=True)
class CheckLine:
    """A figure by formula and the plan's own.  ``value`` is what the formula comes to."""

    what: str
    formula: str
    value: float
    own: float
    relative: float = _EXACT
    shape: str = "#,##0.00"

    @property
    def tolerance(self) -> float:
        """A hundredth of a pound or child at least, where numbers are only added up."""
        least = 0.01 if self.relative == _EXACT else 1.0
        return max(least, self.relative * abs(self.own))

    @property
    def agrees(self) -> bool:
        """Whether the two are the same, to tolerance."""
        return bool(abs(self.value - self.own) <= self.tolerance)


def checks_of(
    plan: Plan, frames: Frames, facts: Sequence[Fact], services: Extent | None
) -> list[CheckLine]:
    """All checks of a workbook; none of an infeasible instance but its baseline's."""
    checks = [
        CheckLine(
            f.label,
            _number(f),
            _as_number(f),
            f.own,
            shape=f.shape if f.shape == WHOLE else "#,##0.00",
        )
        for f in facts
        if f.own is not None
    ]
    checks += _by_year(plan, "baseline_total", "Baseline spend", "years", "baseline_total")
    if plan.found:
        checks += _of_plan(plan, frames)
        checks += _of_levels(plan, frames, services)
    return checks


def _number(fact: Fact) -> str:
    """The fact, or 0 where it is told in words."""
    return f"=IF(ISNUMBER(plan_{fact.key}),plan_{fact.key},0)"


def _as_number(fact: Fact) -> float:
    value = fact.value.value if isinstance(fact.value, Formula) else fact.value
    return 0.0 if isinstance(value, str) else float(value)


def _by_year(
    plan: Plan,
    own: str,
    what: str,
    table: str,
    column: str,
    relative: float = _EXACT,
    beside: str = "",
) -> Iterator[CheckLine]:
    """A column of a table summed by year, against a column of the years.

    ``beside`` names a table whose own column is added to it.
    """
    parts = [(table, column), *([(beside, beside)] if beside else [])]
    sums = [plan.tables[name].groupby("year")[of].sum() for name, of in parts]
    for year, value in plan.years()[own].items():
        terms = [f"SUMIFS(plan_{name}_{of},plan_{name}_year,{year})" for name, of in parts]
        yield CheckLine(
            f"{what}, {financial_year(int(str(year)))}",
            f"={'+'.join(terms)}",
            float(sum(each.get(year, 0.0) for each in sums)),
            float(value),
            relative,
        )


def _of_plan(plan: Plan, frames: Frames) -> Iterator[CheckLine]:
    yield from _by_year(plan, "total", "Spend of every tier and area", "spend", "spend")
    for tier in TIERS:
        yield from _by_year(plan, tier, f"Spend on {tier.replace('_', ' ')}", "years", tier)
    over = "overspent" if "overspent" in plan.tables else ""
    said = " and overspent" if over else ""
    for table, taken in (("drawn", "drawn from funds"), ("funds", "taken from balances")):
        if table in frames:
            what = f"Spend {taken}{said}"
            yield from _by_year(plan, "total", what, table, "drawn", _SOLVED, over)
    if "states" in frames:
        yield from _children(plan, frames)


def _children(plan: Plan, frames: Frames) -> Iterator[CheckLine]:
    """Children of every state in care at a year's end, against the years."""
    states = frames["states"]
    chosen = states[(states["in_care"] == "yes") & (states["year_end"] == "yes")]
    summed = chosen.groupby("year")["children"].sum()
    for year, own in plan.years()["children_in_care"].items():
        yield CheckLine(
            f"Children in care, every state, {financial_year(int(str(year)))}",
            f'=SUMIFS(plan_states_children,plan_states_year,{year},plan_states_in_care,"yes",'
            'plan_states_year_end,"yes")',
            float(summed.get(year, 0.0)),
            float(own),
        )


def _of_levels(plan: Plan, frames: Frames, services: Extent | None) -> Iterator[CheckLine]:
    if services is None or "services" not in frames:
        return
    for row, (service, by_year) in enumerate(plan.levels().items(), services.first):
        ends = [services.cell(f"in_{year}", row) for year in (min(by_year), max(by_year))]
        total = float(sum(by_year.values()))
        label = plan.instance.label("services", service)
        yield CheckLine(
            f"Cases of {label}, every year's end",
            f"=SUM('{services.sheet}'!{ends[0]}:{ends[1]})",
            total,
            total,
        )


def write_checks(book: Book, checks: Sequence[CheckLine]) -> None:
    """The sheet, with the verdict at its head, named ``plan_verdict``."""
    sheet = book.sheet(SHEET)
    first, last = HEADING + 2, HEADING + 1 + len(checks)  # as the sheet counts rows
    book.title(sheet, "Totals worked out again, against the plan's own", "")
    told = [
        *names(("what", "What")),
        Heading("here", "By formula here", "", "#,##0.00"),
        Heading("own", "The plan's own", "", "#,##0.00"),
        Heading("difference", "Difference", "", "0.00E+00"),
        Heading("tolerance", "Tolerance", "", "0.00E+00"),
        *names(("agrees", "Agrees")),
    ]
    rows = [
        [
            check.what,
            Shaped(Formula(check.formula, check.value), check.shape),
            Shaped(check.own, check.shape),
            Formula(f"=B{row}-C{row}", check.value - check.own),
            check.tolerance,
            Formula(f"=ABS(D{row})<=E{row}", check.agrees),
        ]
        for row, check in enumerate(checks, first)
    ]
    book.table(sheet, "checks", told, rows, filtered=False)
    agreed = f"COUNTIF(F{first}:F{last},TRUE)={len(checks)}"
    differ = f"{len(checks)}-COUNTIF(F{first}:F{last},TRUE)" + _DIFFER.format(len(checks))
    said = Formula(f'=IF({agreed},"{VERDICT.format(len(checks))}",{differ})', _verdict(checks))
    book.put(sheet, 1, 0, said, bold=True)
    book.workbook.define_name("plan_verdict", f"='{SHEET}'!$A$2")
    wrong = book.style(bg_color="#D55E00", font_color="#FFFFFF")
    rule = {"type": "cell", "criteria": "==", "value": "FALSE", "format": wrong}
    sheet.conditional_format(first - 1, 5, last - 1, 5, rule)


def _verdict(checks: Sequence[CheckLine]) -> str:
    wrong = sum(not each.agrees for each in checks)
    return f"{wrong} of {len(checks)} checks differ" if wrong else VERDICT.format(len(checks))

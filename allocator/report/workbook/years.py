"""The years of a plan, all areas together, each figure a formula over the plan's tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from allocator.instance.raw import RESULTS
from allocator.instance.schema import TIERS
from allocator.plan.plan import Plan
from allocator.report.charts.children import targets
from allocator.report.charts.money import available
from allocator.report.pages.sections import marked, marks_said
from allocator.report.workbook.book import (
    COUNT,
    HEADING,
    MONEY,
    RATIO,
    WHOLE,
    Book,
    Extent,
    Formula,
    Heading,
)
from allocator.report.workbook.columns import heading

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

SHEET: Final = f"{RESULTS} by year"
_FROM_YEARS: Final = "=SUMIFS(plan_years_{key},plan_years_year,{year})"
_SUMMED: Final = frozenset(
    {
        *TIERS,
        "total",
        *(f"baseline_{tier}" for tier in TIERS),
        "baseline_total",
        "net",
        "present_spend",
        "present_net",
        "overspent",
    }
)


@dataclass(frozen=True)
class Entry:
    """A column of the sheet: its heading, its values, and their formula if they have one.

    In a formula ``{key}`` is the cell of that column in the same row, ``{first_key}`` the one
    in the first row.
    """

    heading: Heading
    values: list[Any]
    formula: str = ""


def write_years(book: Book, plan: Plan) -> Extent:
    """The sheet, with its columns named ``by_year_<column>`` and a row of totals."""
    sheet = book.sheet(SHEET)
    note = "Formulas over the plan's tables; net is the baseline's spend less the plan's"
    if marks := marks_said(plan):
        note += f"; {marks}"
    title = "Year by year, all areas together"
    book.title(sheet, title, note if plan.found else "If nothing changes: there is no plan")
    lines = _lines(plan)
    first, columns = HEADING + 1, {line.heading.key: n for n, line in enumerate(lines)}
    block = Extent(SHEET, first, first + plan.instance.years - 1, columns)
    rows = [
        [_cell(line, block, first + n, value) for line, value in zip(lines, values, strict=True)]
        for n, values in enumerate(zip(*(line.values for line in lines), strict=True))
    ]
    told = [line.heading for line in lines]
    book.table(sheet, "by_year", told, rows, keys=2, filtered=False, pages=2)
    _totals(book, sheet, lines, block)
    return block


def _totals(book: Book, sheet: Worksheet, lines: Sequence[Entry], block: Extent) -> None:
    """A row of sums below the years, of what can be added up."""
    row = block.last + 1
    for n, line in enumerate(lines):
        key = line.heading.key
        sheet.write_blank(row, n, None, book.style(top=1))
        if key in _SUMMED:
            text = f"=SUM({block.cell(key, block.first)}:{block.cell(key, block.last)})"
            total = Formula(text, float(sum(line.values)))
            book.put(sheet, row, n, total, bold=True, top=1, num_format=MONEY)
    book.put(sheet, row, 0, "Total", bold=True, top=1)


def _cell(line: Entry, block: Extent, row: int, value: Any) -> Any:
    if not line.formula:
        return value
    cells = {key: block.cell(key, row) for key in block.columns}
    firsts = {f"first_{key}": block.cell(key, block.first, absolute=True) for key in block.columns}
    return Formula(line.formula.format(**cells, **firsts), value)


def _lines(plan: Plan) -> list[Entry]:
    years, target = plan.years(), targets(plan)
    care = ("children_in_care", "baseline_children_in_care")
    spend = (*TIERS, "total", *(f"baseline_{tier}" for tier in TIERS), "baseline_total")
    lines = [
        Entry(heading("year", plan.instance.price_base), list(plan.instance.horizon)),
        Entry(
            Heading("label", "Financial year"),
            [marked(plan, year) for year in plan.instance.horizon],
        ),
        *(_summed(plan, years, column) for column in care if column in years),
    ]
    if any(most is not None for most in target):
        lines.append(Entry(Heading("target", "Target", "children at most", COUNT), list(target)))
    lines += [_summed(plan, years, column) for column in spend if column in years]
    lines.append(_available(plan))
    for name, by_year in (plan.shortfall() or {}).items() if plan.found else ():
        if name in plan.tables:
            formula = f"=SUMIFS(plan_{name}_{name},plan_{name}_year,{{year}})"
            told = heading(name, plan.instance.price_base)
            lines.append(Entry(told, list(by_year.values()), formula))
    return lines + ([*_position(plan), *_present(plan)] if plan.found else [])


def _summed(plan: Plan, years: pd.DataFrame, key: str) -> Entry:
    """A column of the ``years`` table, areas together; totals are the sum of their tiers."""
    formula = _FROM_YEARS.replace("{key}", key)
    if key.endswith("total"):
        before = key.removesuffix("total")
        formula = "=" + "+".join(f"{{{before}{tier}}}" for tier in TIERS)
    return Entry(heading(key, plan.instance.price_base), [float(v) for v in years[key]], formula)


def _available(plan: Plan) -> Entry:
    """Money that may be drawn: of a plan, what was drawn and what was left."""
    usable = 'SUMIFS(plan_funds_{},plan_funds_year,{{year}},plan_funds_usable,"yes")'
    formula = f"={usable.format('drawn')}+{usable.format('unspent')}" if plan.found else ""
    told = Heading("available", "Money there is", f"£, prices of {plan.instance.price_base}", MONEY)
    return Entry(told, list(available(plan)), formula)


def _position(plan: Plan) -> list[Entry]:
    """The position against the baseline."""
    cash, pounds = plan.cash(), f"£, prices of {plan.instance.price_base}"
    paid = [int(amount >= -cash.tolerance) for amount in cash.cumulative.values()]
    return [
        Entry(
            Heading("net", "Net", pounds, MONEY),
            list(cash.net.values()),
            "={baseline_total}-{total}",
        ),
        Entry(
            Heading("cumulative", "Net, cumulative", pounds, MONEY),
            list(cash.cumulative.values()),
            "=SUM({first_net}:{net})",
        ),
        Entry(
            Heading("paid_back", "Paid back", "1: yes", WHOLE),
            paid,
            "=IF({cumulative}>=-plan_rounding,1,0)",
        ),
    ]


def _present(plan: Plan) -> list[Entry]:
    """Spend and the net position at present value."""
    pounds = f"£ at present value, prices of {plan.instance.price_base}"
    factors = [(1 + plan.instance.discount_rate) ** -n for n in range(plan.instance.years)]
    worth = {
        key: [float(amount) * f for amount, f in zip(plan.years()[key], factors, strict=True)]
        for key in ("total", "net")
    }
    return [
        Entry(
            Heading("factor", "Discount factor", "", RATIO),
            factors,
            "=(1+plan_discount_rate)^({first_year}-{year})",
        ),
        Entry(
            Heading("present_spend", "Spend", pounds, MONEY), worth["total"], "={total}*{factor}"
        ),
        Entry(Heading("present_net", "Net", pounds, MONEY), worth["net"], "={net}*{factor}"),
    ]

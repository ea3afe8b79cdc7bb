"""The years of a plan, all areas together, each figure a formula over the plan's tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from allocator.instance.grid import RESULTS
from allocator.instance.instance import financial_year
from allocator.instance.schema import ALL, TIERS
from allocator.plan import Plan
from allocator.report.workbook.book import (
    COUNT,
    HEADING,
    MONEY,
    RATIO,
    WHOLE,
    Block,
    Book,
    Formula,
    Heading,
)
from allocator.report.workbook.columns import heading
from allocator.report.workbook.tables import Frames

SHEET: Final = f"{RESULTS} by year"
_FROM_YEARS: Final = "=SUMIFS(plan_years_{key},plan_years_year,{year})"
_SUMMED: Final = frozenset({"net", "present_spend", "present_net", "total", "baseline_total"})


@dataclass(frozen=True)
class Line:
    """A column of the sheet: its heading, its values, and their formula if they have one.

    In a formula ``{key}`` is the cell of that column in the same row, ``{first_key}`` the one
    in the first row.
    """

    heading: Heading
    values: list[Any]
    formula: str = ""


def write_years(book: Book, plan: Plan, frames: Frames) -> Block:
    """The sheet, with its columns named ``by_year_<column>`` and a row of totals."""
    sheet = book.sheet(SHEET)
    note = "Formulas over the plan's tables; net is the baseline's spend less the plan's"
    if plan.window is not None:
        note += "; * double investment"
    title = "Year by year, all areas together"
    book.title(sheet, title, note if plan.found else "If nothing changes: there is no plan")
    lines = _lines(plan, frames)
    columns = {line.heading.key: n for n, line in enumerate(lines)}
    first = HEADING + 1
    block = Block(SHEET, first, first + plan.instance.years - 1, columns)
    rows = [
        [_cell(line, block, first + n, value) for line, value in zip(lines, values, strict=True)]
        for n, values in enumerate(zip(*(line.values for line in lines), strict=True))
    ]
    book.table(sheet, "by_year", [line.heading for line in lines], rows, keys=2, filtered=False)
    book.put(sheet, block.last + 1, 0, "Total", bold=True, top=1)
    for n, line in enumerate(lines[1:], 1):
        total: Formula | None = None
        if line.heading.key in _SUMMED or line.heading.key in TIERS:
            key = line.heading.key
            ends = f"{block.cell(key, first)}:{block.cell(key, block.last)}"
            total = Formula(f"=SUM({ends})", float(sum(line.values)))
        if total is None:
            sheet.write_blank(block.last + 1, n, None, book.style(top=1))
        else:
            book.put(sheet, block.last + 1, n, total, bold=True, top=1, num_format=MONEY)
    return block


def _cell(line: Line, block: Block, row: int, value: Any) -> Any:
    if not line.formula:
        return value
    cells = {key: block.cell(key, row) for key in block.columns}
    firsts = {f"first_{key}": block.cell(key, block.first, absolute=True) for key in block.columns}
    return Formula(line.formula.format(**cells, **firsts), value)


def _lines(plan: Plan, frames: Frames) -> list[Line]:
    instance, years = plan.instance, plan.years()
    lines = [
        Line(heading("year", instance.price_base), list(instance.horizon)),
        Line(Heading("label", "Financial year"), labels_of(plan)),
    ]
    care = ["children_in_care", "baseline_children_in_care"]
    spend = [*TIERS, "total", *(f"baseline_{tier}" for tier in TIERS), "baseline_total"]
    targets = targets_of(plan)
    for column in care:
        if column in years:
            lines.append(_summed(plan, years, column))
    if targets:
        lines.append(
            Line(Heading("target", "Target", "children at most", COUNT),
                 [targets.get(year) for year in instance.horizon])
        )  # fmt: skip
    lines += [_summed(plan, years, column) for column in spend if column in years]
    return lines + (_money(plan, frames) if plan.found else [])


def _summed(plan: Plan, years: pd.DataFrame, key: str) -> Line:
    """A column of the ``years`` table, areas together; totals are the sum of their tiers."""
    formula = _FROM_YEARS.replace("{key}", key)
    if key.endswith("total"):
        before = key.removesuffix("total")
        formula = "=" + "+".join(f"{{{before}{tier}}}" for tier in TIERS)
    return Line(heading(key, plan.instance.price_base), [float(v) for v in years[key]], formula)


def labels_of(plan: Plan) -> list[str]:
    """``2016-17 *``: the years, those of double investment marked."""
    start, length = plan.window or (plan.instance.first_year, 0)
    marks = dict.fromkeys(range(start, start + length), " *")
    return [financial_year(year) + marks.get(year, "") for year in plan.instance.horizon]


def targets_of(plan: Plan) -> Mapping[int, float]:
    """Targets for all areas together, by year."""
    return {
        year: most for (owner, year), most in plan.instance.resolved.targets.items() if owner == ALL
    }


def _money(plan: Plan, frames: Frames) -> list[Line]:
    """What the funds hold, the position against the baseline, and present values."""
    cash, instance = plan.cash(), plan.instance
    base = instance.price_base
    pounds, present = f"£, prices of {base}", f"£ at present value, prices of {base}"
    factors = [(1 + instance.discount_rate) ** -n for n in range(instance.years)]
    net, total = list(cash.net.values()), [float(v) for v in plan.years()["total"]]
    return [
        Line(Heading("available", "Funds available", pounds, MONEY),
             _available(plan, frames["funds"]),
             '=SUMIFS(plan_funds_drawn,plan_funds_year,{year},plan_funds_usable,"yes")'
             '+SUMIFS(plan_funds_unspent,plan_funds_year,{year},plan_funds_usable,"yes")'),
        Line(Heading("net", "Net", pounds, MONEY), net, "={baseline_total}-{total}"),
        Line(Heading("cumulative", "Net, cumulative", pounds, MONEY),
             list(cash.cumulative.values()), "=SUM({first_net}:{net})"),
        Line(Heading("paid_back", "Paid back", "1: yes", WHOLE),
             [int(c >= -cash.tolerance) for c in cash.cumulative.values()],
             "=IF({cumulative}>=-plan_rounding,1,0)"),
        Line(Heading("factor", "Discount factor", "", RATIO), factors,
             "=(1+plan_discount_rate)^({first_year}-{year})"),
        Line(Heading("present_spend", "Spend", present, MONEY),
             [t * f for t, f in zip(total, factors, strict=True)], "={total}*{factor}"),
        Line(Heading("present_net", "Net", present, MONEY),
             [n * f for n, f in zip(net, factors, strict=True)], "={net}*{factor}"),
    ]  # fmt: skip


def _available(plan: Plan, funds: pd.DataFrame) -> list[float]:
    usable = funds[funds["usable"] == "yes"]
    held = (usable["drawn"] + usable["unspent"]).groupby(usable["year"]).sum()
    return [float(held.get(year, 0.0)) for year in plan.instance.horizon]

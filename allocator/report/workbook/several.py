"""Several plans in one workbook: their figures side by side, and charts of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from allocator.instance.instance import financial_year
from allocator.instance.raw import RESULTS
from allocator.plan.plan import Plan
from allocator.report.against import against_first
from allocator.report.charts.shapes import Panels
from allocator.report.charts.together import together
from allocator.report.differing import differing
from allocator.report.pages.headline import answer
from allocator.report.workbook.book import COUNT, MONEY, TEXT, Book, Extent, Heading, Shaped
from allocator.report.workbook.charts import Drawing, money_axis, stroke
from allocator.report.workbook.columns import names
from allocator.wording import shortened
from formulations import USUAL

_NOTE: Final = (
    "Tables, formulas and inputs of each plan are in its own workbook: `allocator report` of it "
    "alone"
)
_LABEL: Final = 40  # characters of a plan's name


def write_side_by_side(book: Book, plans: Sequence[Plan]) -> None:
    """Figures first, then charts, then the years that the charts show."""
    named = list(zip(names_of(plans), plans, strict=True))
    sheet = book.sheet(f"{RESULTS} figures")
    book.title(sheet, "Plans side by side", _NOTE)
    told = [*names(("figure", "Figure"), ("unit", "Unit"))]
    told += [Heading(f"plan_{n}", name) for n, (name, _) in enumerate(named, 1)]
    book.table(sheet, "figures", told, _figures(plans), keys=2, filtered=False)
    _by_how_much(book, named)
    _differences(book, named)
    drawing = Drawing(book, book.sheet(f"{RESULTS} charts"))
    for chart in together(named):
        draw_chart(drawing, chart, write_years(book, chart))


def names_of(plans: Sequence[Plan]) -> list[str]:
    """Titles that tell plans apart: numbered, with the formulation where it is not the usual."""
    return [f"{n}: {_name(plan)}" for n, plan in enumerate(plans, 1)]


def _name(plan: Plan) -> str:
    title = shortened(plan.instance.title or plan.instance.name, _LABEL)
    unusual = plan.formulation != USUAL
    return f"{title} ({plan.formulation.replace('_', ' ')})" if unusual else title


def _figures(plans: Sequence[Plan]) -> Iterator[list[object]]:
    """What people quote of each plan; blank where there is none."""
    yield ["Answer", "", *(answer(plan).removeprefix("Answer: ") for plan in plans)]
    yield ["Last year", "", *(financial_year(plan.instance.last_year) for plan in plans)]
    yield ["Price base", "", *(plan.instance.price_base for plan in plans)]
    for label, unit, shape, key in (
        ("In care at the end", "children", COUNT, "children_in_care"),
        ("Baseline in care at the end", "children", COUNT, "baseline_children_in_care"),
    ):
        yield [label, unit, *(Shaped(_closing(plan, key), shape) for plan in plans)]
    for label, unit, key in _MONEY:
        facts = [plan.to_dict() for plan in plans]
        yield [label, unit, *(Shaped(each.get(key), MONEY) for each in facts)]
    for label, key in (
        ("Peak deficit reached", "peak_deficit_year"),
        ("Payback", "payback_year"),
        ("Payback for good", "lasting_payback_year"),
    ):
        years = [plan.to_dict().get(key) for plan in plans]
        yield [label, "", *(None if y is None else financial_year(y) for y in years)]
    yield ["Solved by", "", *(f"{plan.solver}, {plan.formulation}" for plan in plans)]
    yield ["Instance", "hash", *(plan.instance.hash for plan in plans)]


_MONEY: Final = (
    ("Peak deficit", "£, undiscounted", "peak_deficit"),
    ("Double-running cost", "£, undiscounted", "double_running_cost"),
    ("Net present value, years of the plan", "£ at present value", "npv_in_horizon"),
    ("Net present value, with what comes after", "£ at present value", "npv"),
    ("Cost of the plan", "£ at present value", "objective"),
)


def _closing(plan: Plan, key: str) -> float | None:
    years = plan.years()
    return float(years[key].iloc[-1]) if key in years else None


def _by_how_much(book: Book, named: Sequence[tuple[str, Plan]]) -> None:
    """What the other plans have more, or less, of than the first."""
    lines = against_first([plan for _, plan in named])
    if not lines:
        return
    sheet = book.sheet(f"{RESULTS} by how much")
    first, *others = [name for name, _ in named]
    book.title(sheet, f"More or less than {first}", "Over the years that all of the plans have")
    told = names(("figure", "Figure"), ("when", "When"), ("unit", "Unit"))
    told += [Heading("plan_1", first)]
    told += [Heading(f"more_{n}", f"{name}, more") for n, name in enumerate(others, 2)]
    rows = [
        [
            each.what,
            each.when,
            each.unit,
            *(Shaped(v, MONEY if each.unit == "£" else COUNT) for v in (each.first, *each.more)),
        ]
        for each in lines
    ]
    book.table(sheet, "by_how_much", told, rows, keys=3)


def _differences(book: Book, named: Sequence[tuple[str, Plan]]) -> None:
    """What differs in the instances, of what the arithmetic uses."""
    rows = differing([plan.instance for _, plan in named])
    sheet = book.sheet(f"{RESULTS} differences")
    note = "Labels, sources and notes apart" if rows else "Nothing: all are of the same instance"
    book.title(sheet, "What differs in the instances", note)
    told = names(("table", "Table"), ("row", "Row"), ("column", "Column"))
    told += [Heading(f"plan_{n}", name) for n, (name, _) in enumerate(named, 1)]
    book.table(sheet, "differences", told, rows, keys=3)


def write_years(book: Book, chart: Panels) -> Extent:
    """The numbers of a chart on a sheet: a row for each year, a column for each plan."""
    sheet = book.sheet(f"{RESULTS} {chart.name.replace('-', ' ')}")
    book.title(sheet, chart.title, chart.about)
    panel = chart.panels[0]
    unit, shape = ("£", MONEY) if panel.scale != 1 else (panel.unit.lower(), COUNT)
    told = [Heading("label", "Financial year", shape=TEXT)]
    told += [Heading(f"plan_{n}", s.name, unit, shape) for n, s in enumerate(panel.series, 1)]
    rows = zip(chart.axis, *(series.values for series in panel.series), strict=True)
    return book.table(sheet, chart.name.replace("-", "_"), told, map(list, rows), filtered=False)


def draw_chart(drawing: Drawing, chart: Panels, block: Extent) -> None:
    """A chart of lines over the numbers that ``write_years`` wrote."""
    lines, panel = drawing.line(), chart.panels[0]
    for n, series in enumerate(panel.series, 1):
        values = block.range(f"plan_{n}")
        lines.add_series(stroke(series.name, block.range("label"), values, series.style))
    unit, shape = panel.unit, "#,##0"
    if panel.scale != 1:
        amounts = [abs(v) for series in panel.series for v in series.values if v is not None]
        unit, shape = "£m", money_axis(max(amounts, default=0.0))
    drawing.place(lines, chart.title, unit, shape, chart.about)

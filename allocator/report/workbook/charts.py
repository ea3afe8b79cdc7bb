"""Charts of a plan in the spreadsheet's own kind: to edit, and to paste into a paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from allocator.instance.raw import RESULTS
from allocator.instance.schema import TIERS
from allocator.plan.plan import Plan
from allocator.report.charts.children import care
from allocator.report.charts.money import position, spend
from allocator.report.charts.palette import (
    BASELINE,
    CUMULATIVE,
    GAIN,
    MANY,
    MONEY,
    PLAN,
    TARGET,
    TIER_STYLES,
    Style,
)
from allocator.report.charts.services import services
from allocator.report.charts.stress import CHANCES, LINES, SHOWN
from allocator.report.pages.sections import marks_said
from allocator.report.workbook.book import Book, Extent
from allocator.report.workbook.stress import UNITS
from allocator.wording import TIER_LABELS, shortened

if TYPE_CHECKING:
    from xlsxwriter.chart import Chart
    from xlsxwriter.worksheet import Worksheet

SHEET: Final = f"{RESULTS} charts"
MOST_AREAS: Final = 40  # bars of a chart that can still be told apart
_DASHES: Final = {"solid": "solid", "dash": "dash", "dot": "round_dot", "dashdot": "dash_dot"}
_HATCHES: Final = {
    "/": "wide_upward_diagonal", "\\": "wide_downward_diagonal", "x": "diagonal_brick",
    ".": "percent_20",
}  # fmt: skip
_SIZE: Final = {"width": 760, "height": 490}
_TOP, _ROWS, _COLUMNS = 3, 26, 12  # rows above the charts, and the cells that one takes
_SCALE: Final = 52  # per cent: two charts are as wide as a page, and two rows as high


class Drawing:
    """Charts put one after the other on a sheet, two in a row."""

    def __init__(self, book: Book, sheet: Worksheet) -> None:
        self.book, self.sheet, self.count = book, sheet, 0
        note = "Right-click a chart to edit it; copied into a document it stays a chart"
        book.title(sheet, "Charts", note)
        sheet.set_print_scale(_SCALE)

    def line(self) -> Chart:
        """An empty line chart."""
        return self.book.workbook.add_chart({"type": "line"})

    def bars(self, subtype: str = "", kind: str = "column") -> Chart:
        """An empty chart of columns (or bars that lie): side by side, or ``stacked``."""
        options = {"type": kind, **({"subtype": subtype} if subtype else {})}
        return self.book.workbook.add_chart(options)

    def place(
        self, chart: Chart, title: str, unit: str, shape: str, told: str, **axis: Any
    ) -> None:
        """Put a chart on the sheet, with its axes named; ``told`` is for a screen reader."""
        chart.set_title({"name": title, "name_font": {"size": 13}, "overlay": False})
        chart.set_y_axis(
            {
                "name": unit,
                "num_format": shape,
                "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}},
                **axis,
            }
        )
        chart.set_x_axis({"label_position": "low"})
        chart.set_legend({"position": "bottom"})
        chart.show_blanks_as("gap")
        chart.set_size(_SIZE)
        row, column = divmod(self.count, 2)
        place, options = _TOP + row * _ROWS, {"description": told, "object_position": 1}
        self.sheet.set_h_pagebreaks(range(_TOP + 2 * _ROWS, place + 1, 2 * _ROWS))
        self.sheet.insert_chart(place, column * _COLUMNS, chart, options)
        self.count += 1


def stroke(name: str, labels: list[Any], values: list[Any], style: Style) -> dict[str, Any]:
    """A line of a chart over a range of cells, marked at every point so that one alone shows."""
    colour = {"color": style.colour}
    marker = style.marker if style.marker != "none" else "long_dash"
    return {
        "name": name,
        "categories": labels,
        "values": values,
        "line": {**colour, "width": 2.25, "dash_type": _DASHES[style.dash]},
        "marker": {"type": marker, "size": 6, "fill": colour, "border": colour},
    }


def fill(name: str, labels: list[Any], values: list[Any], style: Style) -> dict[str, Any]:
    """Columns of a chart over a range of cells, hatched where the style is."""
    series = {"name": name, "categories": labels, "values": values, "gap": 60}
    if not style.hatch:
        return series | {"fill": {"color": style.colour}}
    hatched = {"pattern": _HATCHES[style.hatch], "fg_color": "#FFFFFF", "bg_color": style.colour}
    return series | {"pattern": hatched, "border": {"color": style.colour}}


def write_charts(
    book: Book,
    sheet: Worksheet,
    plan: Plan,
    years: Extent,
    levels: Extent | None,
    areas: Extent | None,
    stress: Extent | None,
) -> None:
    """The charts of a plan, or of the baseline where there is none."""
    drawing = Drawing(book, sheet)
    care_chart(drawing, plan, years)
    spend_chart(drawing, plan, years)
    if plan.found:
        position_chart(drawing, plan, years)
    if levels is not None:
        services_chart(drawing, plan, levels)
    if areas is not None and plan.found and len(plan.instance.areas) <= MOST_AREAS:
        areas_chart(drawing, plan, areas)
    if stress is not None:
        stress_charts(drawing, stress)


def care_chart(drawing: Drawing, plan: Plan, years: Extent) -> None:
    """Children in care: the plan, the baseline and the target."""
    chart, labels, told = drawing.line(), years.range("label"), care(plan)
    for key, series in (
        ("children_in_care", ("Plan", PLAN)),
        ("baseline_children_in_care", ("If nothing changes", BASELINE)),
        ("target", ("Target, at most", TARGET)),
    ):
        if key in years.columns:
            name, style = series
            chart.add_series(stroke(name, labels, years.range(key), style))
    drawing.place(chart, f"{told.title} at the year's end", "children", "#,##0", told.about)


def spend_chart(drawing: Drawing, plan: Plan, years: Extent) -> None:
    """Spend by tier, stacked, under the money there is."""
    before, labels = "" if plan.found else "baseline_", years.range("label")
    chart, told = drawing.bars("stacked"), spend(plan)
    for tier in reversed(TIERS):
        values = years.range(f"{before}{tier}")
        chart.add_series(fill(TIER_LABELS[tier], labels, values, TIER_STYLES[tier]))
    cap = drawing.line()
    cap.add_series(stroke("Money there is", labels, years.range("available"), MONEY))
    chart.combine(cap)
    unit, shape = _millions(plan, float(plan.years()["baseline_total"].max()))
    title = "Spend by tier" if plan.found else told.title
    drawing.place(chart, f"{title}{_starred(plan)}", unit, shape, told.about, min=0)


def position_chart(drawing: Drawing, plan: Plan, years: Extent) -> None:
    """The net position against the baseline: each year's, and cumulative."""
    chart, run, labels = drawing.bars(), drawing.line(), years.range("label")
    told = position(plan)
    chart.add_series(fill("Net in the year", labels, years.range("net"), GAIN))
    run.add_series(stroke("Cumulative", labels, years.range("cumulative"), CUMULATIVE))
    chart.combine(run)
    unit, shape = _millions(plan, max(map(abs, plan.cash().cumulative.values())))
    drawing.place(chart, f"{told.title}{_starred(plan)}", unit, shape, told.about)


def services_chart(drawing: Drawing, plan: Plan, block: Extent) -> None:
    """Cases per year of each service at each year's end."""
    chart, told = drawing.line(), services(plan)
    assert told is not None
    first, last = (
        block.columns[f"in_{y}"] for y in (plan.instance.first_year, plan.instance.last_year)
    )
    labels = [block.sheet, block.first - 1, first, block.first - 1, last]
    for n, service in enumerate(plan.levels()):
        row = block.first + n
        name = shortened(plan.instance.label("services", service))
        values = [block.sheet, row, first, row, last]
        chart.add_series(stroke(name, labels, values, MANY[n % len(MANY)]))
    drawing.place(chart, told.title, "cases per year", "#,##0", told.about, min=0)


def areas_chart(drawing: Drawing, plan: Plan, areas: Extent) -> None:
    """What each area saves or spends against its baseline."""
    chart = drawing.bars()
    chart.add_series(fill("Net over the plan", areas.range("label"), areas.range("net"), GAIN))
    told = "What each area saves (or spends, where negative) against doing nothing new"
    most = max(abs(float(plan.years(area)["net"].sum())) for area in plan.instance.areas)
    unit, shape = _millions(plan, most)
    drawing.place(chart, "Net position by area, whole plan", unit, shape, told)


def _millions(plan: Plan, largest: float) -> tuple[str, str]:
    """The axis of money and its number format."""
    return f"£m, prices of {plan.instance.price_base}", money_axis(largest)


def money_axis(largest: float) -> str:
    """A number format that shows pounds in £m, with decimals where amounts are small."""
    decimals = 0 if largest >= 2e7 else 1 if largest >= 2e6 else 3
    return f"#,##0{'.' if decimals else ''}{'0' * decimals},,"


def _starred(plan: Plan) -> str:
    """What the marks of the years stand for."""
    marks = marks_said(plan)
    return f" ({marks})" if marks else ""


def stress_charts(drawing: Drawing, block: Extent) -> None:
    """The bands of each quantity, and the chances."""
    labels = block.range("year")
    for quantity, (title, *_) in SHOWN.items():
        chart = drawing.line()
        for line, (name, style) in LINES.items():
            chart.add_series(stroke(name, labels, block.range(f"{quantity}_{line}"), style))
        unit, shape = UNITS.get(quantity, ("£", "#,##0"))
        told = f"{title}: the plan's own, and what 5%, 50% and 95% of the draws are not above"
        drawing.place(chart, title, unit, shape, told)
    chart = drawing.line()
    for name, (label, style) in CHANCES.items():
        chart.add_series(stroke(label, labels, block.range(name), style))
    told = "Share of the draws that meet the targets, whose funds suffice, and that have paid back"
    drawing.place(chart, "Chances in the draws", "share", "0%", told, min=0, max=1)

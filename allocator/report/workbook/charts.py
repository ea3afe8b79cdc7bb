"""Charts of a plan in the spreadsheet's own kind: to edit, and to paste into a paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from allocator.instance.grid import RESULTS
from allocator.instance.schema import TIERS
from allocator.plan import Plan
from allocator.report.wording import shortened
from allocator.report.workbook.book import Block, Book

if TYPE_CHECKING:
    from xlsxwriter.chart import Chart
    from xlsxwriter.worksheet import Worksheet

SHEET: Final = f"{RESULTS} charts"
MOST_AREAS: Final = 40  # bars of a chart that can still be told apart
# Okabe and Ito's colours, which every kind of eyesight tells apart.
BLUE, ORANGE, GREEN, RED, GREY, PURPLE, SKY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#7F7F7F", "#CC79A7", "#56B4E9",
)  # fmt: skip
_TIERS: Final = dict(
    zip(TIERS, (("Early help", GREEN), ("Edge of care", ORANGE), ("Statutory", BLUE)), strict=True)
)
_SERVICES: Final = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY, GREY, "#000000")
_MARKERS: Final = ("circle", "square", "triangle", "diamond", "x", "star", "plus", "short_dash")
_SIZE: Final = {"width": 760, "height": 400}
_ROWS, _COLUMNS = 21, 12  # cells that a chart takes


class Drawing:
    """Charts put one after the other on a sheet, two in a row."""

    def __init__(self, book: Book, sheet: Worksheet) -> None:
        self.book, self.sheet, self.count = book, sheet, 0
        note = "Right-click a chart to edit it; copied into a document it stays a chart"
        book.title(sheet, "Charts", note)

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
        chart.set_y_axis({"name": unit, "num_format": shape, "major_gridlines":
                          {"visible": True, "line": {"color": "#D9D9D9"}}, **axis})  # fmt: skip
        chart.set_x_axis({"label_position": "low"})
        chart.set_legend({"position": "bottom"})
        chart.show_blanks_as("gap")
        chart.set_size(_SIZE)
        row, column = divmod(self.count, 2)
        self.sheet.insert_chart(
            3 + row * _ROWS, column * _COLUMNS, chart, {"description": told, "object_position": 1}
        )
        self.count += 1


def stroke(
    block: Block, key: str, name: str, colour: str, *, marker: str = "circle", dash: str = "solid"
) -> dict[str, Any]:
    """A line of a chart over a column of a table of years."""
    return {
        "name": name,
        "categories": block.range("label"),
        "values": block.range(key),
        "line": {"color": colour, "width": 2.25, "dash_type": dash},
        "marker": {"type": marker, "size": 6, "fill": {"color": colour},
                   "border": {"color": colour}},
    }  # fmt: skip


def fill(block: Block, key: str, name: str, colour: str) -> dict[str, Any]:
    """Columns of a chart over a column of a table of years."""
    return {
        "name": name,
        "categories": block.range("label"),
        "values": block.range(key),
        "fill": {"color": colour},
        "gap": 60,
    }


def write_charts(
    book: Book, sheet: Worksheet, plan: Plan,
    years: Block, services: Block | None, areas: Block | None,
) -> None:  # fmt: skip
    """The charts of a plan, or of the baseline where there is none."""
    drawing = Drawing(book, sheet)
    care_chart(drawing, plan, years)
    spend_chart(drawing, plan, years)
    if plan.found:
        position_chart(drawing, plan, years)
    if services is not None:
        services_chart(drawing, plan, services)
    if areas is not None and plan.found and len(plan.instance.areas) <= MOST_AREAS:
        areas_chart(drawing, plan, areas)


def care_chart(drawing: Drawing, plan: Plan, years: Block) -> None:
    """Children in care: the plan, the baseline and the target."""
    chart = drawing.line()
    if plan.found:
        chart.add_series(stroke(years, "children_in_care", "Plan", BLUE))
    series = stroke(years, "baseline_children_in_care", "If nothing changes", GREY,
                    marker="square", dash="dash")  # fmt: skip
    chart.add_series(series)
    if "target" in years.columns:
        chart.add_series(
            stroke(years, "target", "Target", RED, marker="short_dash", dash="square_dot")
        )
    told = "Line chart of children in care at each year's end: plan, baseline and target"
    drawing.place(chart, "Children in care at the year's end", "children", "#,##0", told)


def spend_chart(drawing: Drawing, plan: Plan, years: Block) -> None:
    """Spend by tier, stacked, under what the funds hold."""
    before, whose = ("", "Spend") if plan.found else ("baseline_", "Spend if nothing changes")
    chart = drawing.bars("stacked")
    for tier in reversed(TIERS):
        chart.add_series(fill(years, f"{before}{tier}", *_TIERS[tier]))
    if plan.found:
        cap = drawing.line()
        cap.add_series(stroke(years, "available", "Funds available", RED, dash="dash"))
        chart.combine(cap)
    told = "Stacked columns of spend by tier and year, with a line for the funds available"
    unit, shape = _millions(plan, float(plan.years()["baseline_total"].max()))
    drawing.place(chart, f"{whose} by tier{_starred(plan)}", unit, shape, told, min=0)


def position_chart(drawing: Drawing, plan: Plan, years: Block) -> None:
    """The net position against the baseline: each year's, and cumulative."""
    chart, run = drawing.bars(), drawing.line()
    chart.add_series(fill(years, "net", "In the year", SKY))
    run.add_series(stroke(years, "cumulative", "Cumulative", BLUE))
    chart.combine(run)
    told = "Columns of the yearly net position against the baseline, and a line of the cumulative"
    unit, shape = _millions(plan, max(map(abs, plan.cash().cumulative.values())))
    drawing.place(chart, f"Net position against the baseline{_starred(plan)}", unit, shape, told)


def services_chart(drawing: Drawing, plan: Plan, services: Block) -> None:
    """Cases per year of each service at each year's end."""
    chart = drawing.line()
    first, *_, last = [services.columns[f"in_{plan.instance.first_year}"],
                       services.columns[f"in_{plan.instance.last_year}"]]  # fmt: skip
    for n, service in enumerate(plan.levels()):
        row, colour = services.first + n, _SERVICES[n % len(_SERVICES)]
        chart.add_series({
            "name": shortened(plan.instance.label("services", service)),
            "categories": [services.sheet, services.first - 1, first, services.first - 1, last],
            "values": [services.sheet, row, first, row, last],
            "line": {"color": colour, "width": 2.25},
            "marker": {"type": _MARKERS[n % len(_MARKERS)], "size": 6,
                       "fill": {"color": colour}, "border": {"color": colour}},
        })  # fmt: skip
    told = "Line chart of the cases per year of each service at each year's end"
    drawing.place(chart, "Services at the year's end", "cases per year", "#,##0", told, min=0)


def areas_chart(drawing: Drawing, plan: Plan, areas: Block) -> None:
    """What each area saves or spends against its baseline."""
    chart = drawing.bars()
    chart.add_series({**fill(areas, "net", "Net over the plan", BLUE), "gap": 40})
    told = "Columns of the net position of each area over the whole plan"
    most = max(abs(float(plan.years(area)["net"].sum())) for area in plan.instance.areas)
    unit, shape = _millions(plan, most)
    drawing.place(chart, "Net position by area, whole plan", unit, shape, told)


def _millions(plan: Plan, largest: float) -> tuple[str, str]:
    """The axis of money: in £m, with a decimal or two where amounts are small."""
    decimals = 0 if largest >= 2e7 else 1 if largest >= 2e6 else 3
    shape = f"#,##0{'.' if decimals else ''}{'0' * decimals},,"
    return f"£m, prices of {plan.instance.price_base}", shape


def _starred(plan: Plan) -> str:
    return "" if plan.window is None else " (* double investment)"


def names_of(plans: Sequence[Plan]) -> list[str]:
    """Short names that tell plans apart."""
    titles = [shortened(plan.instance.title or plan.instance.name, 28) for plan in plans]
    return [f"{n}: {title}" for n, title in enumerate(titles, 1)]

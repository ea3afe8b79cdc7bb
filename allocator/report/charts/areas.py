"""Areas: how each one's children in care go, and a ranking of them."""

from __future__ import annotations

from allocator.instance.instance import financial_year
from allocator.plan.plan import Plan
from allocator.report.charts.children import care_series, window_at_ends
from allocator.report.charts.palette import GAIN, LOSS
from allocator.report.charts.shapes import Pane, Panels, Ranked, Series
from allocator.report.figures import Figures, Header, Value
from allocator.wording import number

MOST_PANELS = 24
MOST_BARS = 30


def by_care(plan: Plan) -> list[str]:
    """Areas, those with the most children in care at the end if nothing changes first."""
    last = plan.years().index[-1]
    table = plan.tables["years"]
    ends = table[table["year"] == last].set_index("area")["baseline_children_in_care"]
    return sorted(plan.instance.areas, key=lambda area: (-float(ends[area]), area))


def small_multiples(plan: Plan) -> Panels:
    """Children in care of each area, the largest first and as many as can be read."""
    ranked = by_care(plan)
    shown = ranked[:MOST_PANELS]
    panels = tuple(
        Pane(
            plan.instance.label("areas", area),
            "Children",
            care_series(plan, area),
            from_zero=False,
        )
        for area in shown
    )
    columns = [Header("Area"), Header("Series")]
    columns += [Header("Start", "children")]
    columns += [Header(financial_year(year), "children") for year in plan.instance.horizon]
    rows: list[tuple[Value, ...]] = [
        (panel.title, each.name, *each.values) for panel in panels for each in panel.series
    ]
    more = f" The {len(shown)} areas with most children in care are shown." * (ranked != shown)
    figures = Figures(
        "Children in care at the end of each year, by area",
        tuple(columns),
        tuple(rows),
        "years.csv (children_in_care, baseline_children_in_care)",
    )
    return Panels(
        "areas",
        "Children in care, area by area",
        f"{len(ranked)} areas, each to its own scale.{more}",
        figures,
        ("Start", *map(financial_year, plan.instance.horizon)),
        "At the end of",
        panels,
        window_at_ends(plan),
        small=True,
    )


def ranking(plan: Plan) -> Ranked:
    """Areas by how many fewer children are in care at the end than if nothing changes."""
    last = plan.instance.last_year
    table = plan.tables["years"]
    ends = table[table["year"] == last].set_index("area")
    ends = ends.assign(fewer=ends["baseline_children_in_care"] - ends["children_in_care"])
    ends = ends.sort_values("fewer", ascending=False, kind="stable")
    rows = tuple(_row(plan, str(area), float(ends["fewer"][area])) for area in ends.index)
    shown = ends["fewer"].iloc[:MOST_BARS]
    labels = tuple(plan.instance.label("areas", str(area)) for area in shown.index)
    values = tuple(map(float, shown))
    series = (
        Series("Fewer in care", tuple(v if v >= 0 else None for v in values), GAIN, "bar"),
        Series("More in care", tuple(v if v < 0 else None for v in values), LOSS, "bar"),
    )
    title = f"Fewer children in care at the end of {financial_year(last)} than if nothing changes"
    return Ranked(
        "ranking",
        title,
        _about(labels, values, len(rows)),
        _figures(plan, rows),
        labels,
        "Children",
        tuple(s for s in series if any(v is not None for v in s.values)) or series[:1],
    )


def _row(plan: Plan, area: str, fewer: float) -> tuple[Value, ...]:
    years, cash = plan.years(area), plan.cash(area)
    last = plan.instance.last_year
    return (
        plan.instance.label("areas", area),
        float(years["children_in_care"][last]),
        float(years["baseline_children_in_care"][last]),
        fewer,
        float(years["total"].sum()),
        float(years["net"].sum()),
        cash.peak_deficit,
        cash.payback_year,
    )


def _figures(plan: Plan, rows: tuple[tuple[Value, ...], ...]) -> Figures:
    base = plan.instance.price_base
    columns = (
        Header("Area"),
        Header("In care at the end", "children"),
        Header("If nothing changes", "children"),
        Header("Fewer", "children"),
        Header("Spend, all years, £m", "millions"),
        Header("Saved against the baseline, £m", "millions"),
        Header("Peak deficit, £m", "millions"),
        Header("Payback", "year"),
    )
    return Figures(f"Every area, money at {base} prices", columns, rows, "years.csv")


def _about(labels: tuple[str, ...], values: tuple[float, ...], count: int) -> str:
    first = f"{labels[0]} comes first, with {number(values[0])} fewer"
    more = f" The first {len(labels)} of {count} areas are drawn; all are in the table."
    return f"{first}; {labels[-1]} is the last shown, {number(values[-1])}." + more * (
        count > len(labels)
    )

"""Children in care: the plan, what happens if nothing changes, and the target."""

from __future__ import annotations

from collections.abc import Sequence

from allocator.instance.instance import financial_year, owner_areas
from allocator.instance.schema import ALL
from allocator.plan.plan import Plan
from allocator.report.charts.palette import BASELINE, PLAN, TARGET
from allocator.report.charts.shapes import Pane, Panels, Series
from allocator.report.figures import Form, Value, by_year
from allocator.wording import number, years_said

START = "Start"


def care(plan: Plan) -> Panels:
    """Children in care at the start and at every year's end."""
    series = care_series(plan)
    columns: list[tuple[str, Form, Sequence[Value]]] = [
        (each.name, "children", each.values) for each in series
    ]
    years = plan.instance.horizon
    figures = by_year(
        "Children in care at the start and at the end of each year",
        [START, *years],
        columns,
        "years.csv (children_in_care), states.csv (the start), the instance's targets",
    )
    return Panels(
        "children-in-care",
        "Children in care",
        about_care(plan, series) + stretches_said(plan),
        figures,
        (START, *map(financial_year, years)),
        "At the end of",
        (Pane("", "Children", series, from_zero=False),),
        window_at_ends(plan),
        underlined=double_running(plan, at_ends=True),
    )


def care_series(plan: Plan, area: str | None = None) -> tuple[Series, ...]:
    """Plan, baseline and target of an area, or of all together."""
    years, start = plan.yearly(area), opening(plan, area)
    series, target = [], targets(plan, area)
    if any(value is not None for value in target):
        series.append(Series("Target, at most", (None, *target), TARGET, "step"))
    if plan.found:
        values = (start, *years["children_in_care"].values())
        series.append(Series("Plan", values, PLAN))
    unchanged = (start, *years["baseline_children_in_care"].values())
    series.append(Series("If nothing changes", unchanged, BASELINE))
    return tuple(series)


def opening(plan: Plan, area: str | None = None) -> float:
    """Children in care at the start."""
    return sum(
        state.opening
        for (owner, _), state in plan.instance.resolved.states.items()
        if state.in_care and area in (None, owner)
    )


def targets(plan: Plan, area: str | None = None) -> tuple[float | None, ...]:
    """The target of each year where there is one: of all areas together, or of one's own.

    Where every area has its own and there is none for all, the areas' are added up.
    """
    listed = plan.instance.resolved.targets
    whose = ALL if area is None else area
    own = [listed.get((whose, year)) for year in plan.instance.horizon]
    if area is not None or any(value is not None for value in own):
        return tuple(own)
    return tuple(_sum_of_areas(plan, year) for year in plan.instance.horizon)


def _sum_of_areas(plan: Plan, year: int) -> float | None:
    listed = plan.instance.resolved.targets
    values = [listed.get((area, year)) for area in owner_areas(plan.instance, ALL)]
    return None if None in values else sum(value for value in values if value is not None)


def window_at_ends(plan: Plan) -> tuple[float, float, str] | None:
    """The window on an axis of year ends, of which the first is the start."""
    if plan.window is None:
        return None
    start, length = plan.window
    first = start - plan.instance.first_year
    return (first, first + length, "Double investment")


def window_in_years(plan: Plan) -> tuple[float, float, str] | None:
    """The window on an axis of years."""
    if plan.window is None:
        return None
    start, length = plan.window
    first = start - plan.instance.first_year
    return (first - 0.5, first + length - 0.5, "Double investment")


def double_running(plan: Plan, *, at_ends: bool = False) -> tuple[tuple[float, float, str], ...]:
    """The years that cost more than doing nothing new, on an axis of years or of their ends."""
    years = plan.cash().double_running_years if plan.found else []
    before = 0.0 if at_ends else -0.5
    at = [year - plan.instance.first_year + before for year in years]
    return tuple((first, first + 1, "Double running") for first in at)


def stretches_said(plan: Plan) -> str:
    """What the shade and the strip along the foot are, of those that a chart has."""
    said = [] if plan.window is None else ["shaded, the window of double investment"]
    if plan.found and (years := plan.cash().double_running_years):
        said.append(f"the strip along the foot, double running, {years_said(years)}")
    told = "; ".join(said)
    return f" {told[:1].upper()}{told[1:]}." if told else ""


def about_care(plan: Plan, series: Sequence[Series]) -> str:
    """The chart in words: where each line begins and ends."""
    last = financial_year(plan.instance.last_year)
    said = []
    for each in series:
        values = [value for value in each.values if value is not None]
        if each.style is TARGET:
            said.append(f"The target is {number(values[-1])} at the end of {last}.")
        else:
            said.append(f"{each.name}: from {number(values[0])} to {number(values[-1])}.")
    return " ".join(said)

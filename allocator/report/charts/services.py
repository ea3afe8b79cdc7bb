"""Services by year: how many cases of each."""

from __future__ import annotations

from collections.abc import Sequence

from allocator.instance.instance import financial_year
from allocator.plan.plan import Plan
from allocator.report.charts.children import window_in_years
from allocator.report.charts.palette import BASELINE, PLAN
from allocator.report.charts.shapes import Pane, Panels, Series
from allocator.report.figures import Form, Value, by_year
from allocator.wording import listed, number


def services(plan: Plan) -> Panels | None:
    """Cases per year at each year's end, one panel a service; None where there is none."""
    levels = plan.levels()
    if not levels:
        return None
    running = baselines(plan)
    panels = tuple(
        Pane(
            plan.instance.label("services", service),
            "Cases a year",
            (
                Series("Plan", tuple(by_year_.values()), PLAN),
                Series("Already running", (running[service],) * len(by_year_), BASELINE),
            ),
        )
        for service, by_year_ in levels.items()
    )
    columns: list[tuple[str, Form, Sequence[Value]]] = [
        (panel.title, "children", panel.series[0].values) for panel in panels
    ]
    figures = by_year(
        "Cases per year of each service at the year's end",
        plan.instance.horizon,
        columns,
        "services.csv (level)",
    )
    return Panels(
        "services",
        "Services, cases a year",
        _about(plan, levels, running),
        figures,
        tuple(map(financial_year, plan.instance.horizon)),
        "",
        panels,
        window_in_years(plan),
        small=True,
    )


def baselines(plan: Plan) -> dict[str, float]:
    """Cases per year already running, by service, areas together."""
    running: dict[str, float] = {}
    for (_, service), rules in plan.instance.resolved.services.items():
        running[service] = running.get(service, 0.0) + rules.baseline
    return running


def _about(plan: Plan, levels: dict[str, dict[int, float]], running: dict[str, float]) -> str:
    last = plan.instance.last_year
    said = [
        f"{plan.instance.label('services', name)} from {number(running[name])} to "
        f"{number(by_year_[last])}"
        for name, by_year_ in levels.items()
    ]
    end = financial_year(last)
    return f"Cases a year, from what runs already to the end of {end}: {listed(said)}."

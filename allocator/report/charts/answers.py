"""Charts of answers about a plan: switching values as a tornado, frontiers, the cost of delay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from allocator.plan.plan import Plan
from allocator.report.charts.palette import BLUE, MANY, ORANGE, PLAN, Style
from allocator.report.charts.shapes import (
    MILLION,
    Chart,
    Pane,
    Panels,
    Ranked,
    Series,
    floats,
)
from allocator.report.figures import Figures, Form, Header, Value, missing
from allocator.report.saved_answers import SavedAnswers
from allocator.wording import counted, pounds

MOST_BARS = 15
MOST_ROWS = 120
_NEGLIGIBLE = 1e-8  # of the cost of a plan
LOW, HIGH = Style(ORANGE, hatch="/"), Style(BLUE)


def tornado(plan: Plan, answers: SavedAnswers) -> Ranked | None:
    """What the cost becomes with each input at its low and at its high, the widest first."""
    table = answers.get("switching")
    if table is None or plan.objective is None:
        return None
    ends = [table[f"cost_at_{end}"].astype(float) - plan.objective for end in ("low", "high")]
    widest = pd.concat(ends, axis=1).abs().max(axis=1)
    lost = [table[end].notna() & table[f"cost_at_{end}"].isna() for end in ("low", "high")]
    none = lost[0] | lost[1]
    ranked = widest.mask(none, float("inf"))
    order = ranked.sort_values(ascending=False, kind="stable", na_position="first").index
    least = _NEGLIGIBLE * abs(plan.objective)
    drawn = [n for n in order if ranked[n] > least][:MOST_BARS]
    if not drawn:
        return None
    series = tuple(
        Series(f"At its {name}", floats(end[drawn].tolist()), style, "bar")
        for name, end, style in zip(("low", "high"), ends, (LOW, HIGH), strict=True)
    )
    labels = tuple(_marked(table.loc[n]) for n in drawn)
    figures = switching(table.loc[order])
    return Ranked(
        "sensitivity",
        "What the cost of the plan hangs on",
        _about(labels, widest[drawn].tolist(), has_none=any(none[drawn])),
        figures,
        labels,
        "£m more (+) or less (−), present value",
        series,
        MILLION,
        tuple(frozenset(at for at, n in enumerate(drawn) if end[n]) for end in lost),
        "no plan",
    )


def _marked(row: pd.Series) -> str:
    return f"{row['label']}{' *' if _hangs(row) else ''}"


def _hangs(row: pd.Series) -> bool:
    return isinstance(row["hangs_on"], str) and bool(row["hangs_on"].strip())


def without_plan(answers: SavedAnswers) -> list[str]:
    """Inputs at whose low or high end no plan exists, as ``X at its low end``."""
    table = answers.get("switching")
    if table is None:
        return []
    return [
        f"{row['label']} at its {end} end"
        for _, row in table.iterrows()
        for end in ("low", "high")
        if not missing(row[end]) and missing(row[f"cost_at_{end}"])
    ]


def _about(labels: tuple[str, ...], widths: list[float], *, has_none: bool) -> str:
    told = "A bar to the edge that says so: no plan at all exists at that end." if has_none else ""
    known = [
        (width, label) for width, label in zip(widths, labels, strict=True) if not missing(width)
    ]
    if known:
        width, label = max(known, key=lambda each: each[0])
        told = f"Widest: {label}, up to {pounds(width)}. {told}".strip()
    return told + " A star marks what changes the choice, payback or reach within its range."


_SWITCHING: tuple[tuple[str, str, Form], ...] = (
    ("label", "Input", "text"), ("unit", "Unit", "text"), ("value", "Value", "plain"),
    ("low", "Low", "plain"), ("high", "High", "plain"), ("evidence", "Evidence", "text"),
    ("cost_at_low", "Cost at low, £m", "millions"),
    ("cost_at_high", "Cost at high, £m", "millions"),
    ("choice_below", "Choice changes below", "plain"),
    ("choice_above", "Choice changes above", "plain"),
    ("payback_below", "No payback below", "plain"), ("payback_above", "No payback above", "plain"),
    ("reach_below", "Target out of reach below", "plain"),
    ("reach_above", "Target out of reach above", "plain"), ("hangs_on", "Hangs on it", "text"),
)  # fmt: skip


def switching(table: pd.DataFrame) -> Figures:
    """Where each input switches, in the order given and as many as can be read."""
    cut = f" (the first {MOST_ROWS} of {len(table):,})" if len(table) > MOST_ROWS else ""
    return _figures(
        table.head(MOST_ROWS),
        _SWITCHING,
        "Switching values; a blank cell: no switch within what "
        f"was tried, or no plan at that end{cut}",
        "switching.csv of the answers",
    )


def _figures(
    table: pd.DataFrame, columns: tuple[tuple[str, str, Form], ...], caption: str, source: str
) -> Figures:
    rows: list[tuple[Value, ...]] = [
        tuple(_cell(row[name], form) for name, _, form in columns) for _, row in table.iterrows()
    ]
    headings = tuple(Header(heading, form) for _, heading, form in columns)
    return Figures(caption, headings, tuple(rows), source)


def _cell(value: object, form: Form) -> Value:
    if missing(value):
        return None
    return str(value) if form == "text" else float(str(value))


def frontiers(plan: Plan, answers: SavedAnswers) -> list[Chart]:
    """Those of the frontier and the cost of delay that have been made."""
    made = (*(_curve(answers, each) for each in FRONTIERS), _delay(answers))
    return [chart for chart in made if chart is not None]


_WINDOW: tuple[tuple[str, str, Form], ...] = (
    ("window_first_year", "Window from", "year"), ("window_years", "Its years", "plain"),
    ("status", "Status", "text"),
)  # fmt: skip


@dataclass(frozen=True)
class DrawnFrontier:
    """How a saved frontier is drawn: ``axes`` are columns, the first in units of ``unit``."""

    table: str
    title: str
    axes: tuple[str, str]
    unit: float
    units: tuple[str, str]
    scale: float
    columns: tuple[tuple[str, str, Form], ...]
    caption: str


FRONTIERS: Final = (
    DrawnFrontier(
        "frontier_target",
        "Least cost against the target",
        ("children", "cost"),
        1.0,
        ("Children in care at most", "£m, present value"),
        MILLION,
        (
            ("children", "Target, children", "children"),
            ("year", "Year", "year"),
            ("cost", "Least cost, £m", "millions"),
            ("price_per_child", "One child fewer, £", "pounds"),
        ),
        "Least cost of each target, present value",
    ),
    DrawnFrontier(
        "frontier_budget",
        "Fewest children in care against money",
        ("money", "children_in_care"),
        MILLION,
        ("£m a year more", "Children"),
        1.0,
        (
            ("money", "More money a year, £m", "millions"),
            ("children_in_care", "Fewest in care", "children"),
            ("children_per_million", "Fewer for £1m a year more", "plain"),
        ),
        "Fewest children in care that more money, or less, can reach",
    ),
    DrawnFrontier(
        "frontier_benefits",
        "Least cost against the good done to others",
        ("benefits", "cost"),
        MILLION,
        ("£m of good to others at least, present value", "£m, present value"),
        MILLION,
        (
            ("benefits", "Good to others, £m", "millions"),
            ("cost", "Least cost, £m", "millions"),
            ("bought_per_pound", "£1 more buys, £", "plain"),
        ),
        "Least cost to the council of good done to others, unweighted, at present value",
    ),
    DrawnFrontier(
        "frontier_fairness",
        "Least cost against the reduction of every area",
        ("reduction", "cost"),
        0.01,
        ("% fewer children in care in every area, at least", "£m, present value"),
        MILLION,
        (
            ("reduction", "Every area fewer by", "percent"),
            ("cost", "Least cost, £m", "millions"),
            ("price_of_fairness", "More than the least, £m", "millions"),
            ("price_per_point", "One point more, £", "pounds"),
        ),
        "Least cost of so much fewer children in care in every area, at present value",
    ),
)


def _curve(answers: SavedAnswers, frontier: DrawnFrontier) -> Panels | None:
    """A frontier's points that have a plan, with the figures of all of them."""
    table = answers.get(frontier.table)
    if table is None:
        return None
    across, up = frontier.axes
    table = table.sort_values(across)
    figures = _figures(
        table,
        (*frontier.columns, *_WINDOW),
        frontier.caption,
        f"{frontier.table}.csv of the answers",
    )
    reached = table[table[up].notna()]
    if reached.empty:
        return None
    series = Series("Frontier", floats(reached[up].tolist()), PLAN)
    return Panels(
        frontier.table.replace("_", "-"),
        frontier.title,
        f"{counted(len(reached), 'point')} of the frontier.",
        figures,
        tuple(float(value) / frontier.unit for value in reached[across]),
        frontier.units[0],
        (Pane("", frontier.units[1], (series,), frontier.scale, from_zero=False),),
    )


def _delay(answers: SavedAnswers) -> Panels | None:
    """What it costs to begin later, in pounds and in years of children's lives in care."""
    table = answers.get("delay")
    if table is None or no_delay_has_a_plan(answers):
        return None
    if "targets" not in table:
        table = table.assign(targets="Begun later")
    late = sorted(set(table["years_late"]))
    columns: tuple[tuple[str, str, Form], ...] = (
        ("years_late", "Years late", "plain"),
        ("targets", "Targets", "text"),
        ("cost", "Cost, £m", "millions"),
        ("extra_cost", "More, £m", "millions"),
        ("child_years", "Child-years in care", "children"),
        ("extra_child_years", "More child-years", "children"),
        ("payback_year", "Payback", "year"),
        *_WINDOW,
    )
    figures = _figures(
        table.sort_values(["targets", "years_late"]),
        columns,
        "The same plan begun later, money at present value",
        "delay.csv of the answers",
    )
    panels = (
        Pane("Extra cost", "£m, present value", _by_targets(table, "extra_cost", late), MILLION),
        Pane("Extra years in care", "Child-years", _by_targets(table, "extra_child_years", late)),
    )
    about = "What it costs to begin later; a gap is where no plan exists."
    axis = tuple(f"{counted(int(years), 'year')} late" for years in late)
    return Panels("delay", "The cost of delay", about, figures, axis, "", panels, small=True)


def no_delay_has_a_plan(answers: SavedAnswers) -> bool:
    """Whether the cost of delay was asked, and no plan begun later exists: nothing to draw."""
    table = answers.get("delay")
    return table is not None and not (table["extra_cost"].notna() & (table["years_late"] > 0)).any()


def _by_targets(table: pd.DataFrame, column: str, late: list[int]) -> tuple[Series, ...]:
    """A line for each thing that may become of the targets: shifted, or held in their years."""
    series = []
    for n, (name, part) in enumerate(table.groupby("targets", sort=False)):
        by_years = part.set_index("years_late")[column].reindex(late)
        series.append(Series(str(name).capitalize(), floats(by_years), MANY[n % len(MANY)]))
    return tuple(series)

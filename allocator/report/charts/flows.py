"""Children who move into care, within it and out of it, in the first year and in the last."""

from __future__ import annotations

import pandas as pd

from allocator.instance.instance import financial_year
from allocator.instance.schema import EXIT
from allocator.plan.plan import Plan
from allocator.report.charts.palette import FLOWS, Style
from allocator.report.charts.shapes import Flow, FlowChart
from allocator.report.figures import Figures, Header, Value
from allocator.wording import number, shortened

OUTSIDE, GONE = "New from outside", "Leaves the groups"


def moves(plan: Plan) -> FlowChart | None:
    """Two Sankey diagrams of the table of moves; None where nobody moves or it is not there."""
    if not plan.found or "moves" not in plan.tables:
        return None
    care = {name for (_, name), state in plan.instance.resolved.states.items() if state.in_care}
    table = plan.tables["moves"]
    if care:
        table = table[table["from"].isin(care) | table["to"].isin(care)]
    summed = table.groupby(["from", "to", "year"], sort=False)[["moves", "baseline_moves"]].sum()
    wide = pd.DataFrame(summed.unstack("year")).fillna(0.0)
    wide = wide[(wide > 0).any(axis=1)]
    if wide.empty:
        return None
    names = _names(plan)
    labels = {state: plan.instance.label("states", state) for state in names}
    cut = {names[state]: label for state, label in labels.items() if names[state] != label}
    years = sorted({plan.instance.first_year, plan.instance.last_year})
    diagrams = tuple((_title(wide, year, care), _flows(names, wide, year)) for year in years)
    drawn = sorted({end for _, flows in diagrams for f in flows for end in (f.start, f.end)})
    styles = {name: Style(FLOWS[n % len(FLOWS)]) for n, name in enumerate(drawn)}
    return FlowChart(
        "moves",
        "Moves into, within and out of care, now and then",
        " ".join(f"{title}." for title, _ in diagrams),
        _figures(labels, wide, years),
        "children",
        diagrams,
        styles,
        {name: cut[name] for name in drawn if name in cut},
    )


def _flows(names: dict[str, str], wide: pd.DataFrame, year: int) -> tuple[Flow, ...]:
    return tuple(
        Flow(_start(names, str(start)), _end(names, str(end)), float(value))
        for start, end, value in wide["moves", year].reset_index().itertuples(index=False)
        if value > 0
    )


def _names(plan: Plan) -> dict[str, str]:
    """A short label of each state, numbered where two would be alike."""
    names: dict[str, str] = {}
    for state in dict.fromkeys(name for _, name in plan.instance.resolved.states):
        short = shortened(plan.instance.label("states", state), 28)
        alike = sum(name == short or name.startswith(f"{short} (") for name in names.values())
        names[state] = f"{short} ({alike + 1})" if alike else short
    return names


def _start(names: dict[str, str], state: str) -> str:
    return OUTSIDE if state == EXIT else names[state]


def _end(names: dict[str, str], state: str) -> str:
    return GONE if state == EXIT else names[state]


def _title(wide: pd.DataFrame, year: int, care: set[str]) -> str:
    """How many enter and leave care in the year."""
    made = wide["moves", year]
    starts, ends = (made.index.get_level_values(name).isin(care) for name in ("from", "to"))
    entered, left = float(made[~starts & ends].sum()), float(made[starts & ~ends].sum())
    return f"{financial_year(year)}: {number(entered)} enter care, {number(left)} leave"


def _figures(names: dict[str, str], wide: pd.DataFrame, years: list[int]) -> Figures:
    columns = [Header("From"), Header("To")]
    columns += [Header(f"{financial_year(year)}", "children") for year in years]
    columns += [Header(f"{financial_year(years[-1])}, if nothing changes", "children")]
    picked = wide[[*(("moves", year) for year in years), ("baseline_moves", years[-1])]]
    rows: list[tuple[Value, ...]] = [
        (_start(names, start), _end(names, end), *map(float, values))
        for (start, end), values in zip(picked.index, picked.to_numpy(), strict=True)
    ]
    return Figures(
        "Children who move in the year, all areas together",
        tuple(columns),
        tuple(rows),
        "moves.csv",
    )

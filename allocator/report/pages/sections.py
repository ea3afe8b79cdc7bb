"""The tables of the summary: by year, by window and by area."""

from __future__ import annotations

from collections.abc import Sequence

from allocator.instance.instance import financial_year
from allocator.instance.schema import TIERS
from allocator.plan.plan import Plan
from allocator.plan.ties import as_good, costs_the_same, ranked
from allocator.plan.windows import WindowOutcome
from allocator.wording import (
    TIER_LABELS,
    counted,
    decimals_for,
    millions,
    number,
    pounds,
    shortened,
    table,
    window_words,
)

MOST_WINDOWS = 4
MOST_AREAS = 15
_CHARGES = "charges"
_BENEFITS = "benefits"


def by_year(plan: Plan) -> str:
    """Children in care at each year's end and spend, against the baseline; years marked."""
    said = [years_title(plan), table(*years_shown(plan)), marks_said(plan)]
    return "\n".join(filter(None, said))


def marks_said(plan: Plan) -> str:
    """What the marks of years stand for, of those that the table has; blank without any."""
    marks = {"* window of double investment": plan.window is not None}
    if plan.found:
        marks["+ double running"] = bool(plan.cash().double_running_years)
    return ", ".join(mark for mark, there in marks.items() if there)


def years_title(plan: Plan) -> str:
    """What the table of years shows, and in which unit."""
    title = "Children in care at the year's end, and spend in £m"
    if not plan.found:
        return f"{title}, if nothing changes"
    return f"{title}; net is the baseline's spend less the plan's"


def years_shown(plan: Plan) -> tuple[list[str], list[list[str]]]:
    """The table of years as readers are shown it: its headings and its rows."""
    years = plan.yearly()
    decimals = decimals_for(max(years["baseline_total"].values()))
    before = "" if plan.found else "baseline_"
    heading = ["Year", "In care", *(["Baseline"] if plan.found else []), *TIER_LABELS.values()]
    heading += ["Net", "Cumulative"] if plan.found else ["Total"]
    rows = []
    for year in years["baseline_total"]:
        row = {name: by_year[year] for name, by_year in years.items()}
        cells = [marked(plan, year), number(row[f"{before}children_in_care"])]
        if plan.found:
            cells.append(number(row["baseline_children_in_care"]))
        cells += [millions(row[f"{before}{tier}"], decimals) for tier in TIERS]
        left = ["net", "cumulative"] if plan.found else ["baseline_total"]
        rows.append([*cells, *(millions(row[name], decimals) for name in left)])
    return heading, rows


def marked(plan: Plan, year: int) -> str:
    """A year with the marks of what it is: of the window, of double running."""
    start, length = plan.window or (year + 1, 0)
    marks = "*" if start <= year < start + length else ""
    if plan.found and year in plan.cash().double_running_years:
        marks += "+"
    return f"{financial_year(year)} {marks}".rstrip()


def windows(plan: Plan) -> str:
    """What the other windows cost: none, the best few, and how many have no plan."""
    solved = [outcome for outcome in ranked(plan) if outcome.objective is not None]
    none = next((outcome for outcome in plan.windows if outcome.window is None), None)
    if not solved:
        return ""
    best = next(outcome for outcome in solved if outcome.window == plan.window)
    shown = solved[:MOST_WINDOWS]
    if none is not None and none not in shown:
        shown.append(none)
    rows = [_window_row(plan, outcome, best) for outcome in shown]
    heading = ["Double investment", f"{compared(plan)} at present value", "Against the best"]
    if not plan.aims_at_targets:
        heading.insert(1, "In care at the end")
    told = table(heading, rows)
    others = len(solved) - len([outcome for outcome in shown if outcome.objective is not None])
    unshown = [outcome for outcome in plan.windows if outcome not in shown]
    lost = len([outcome for outcome in unshown if outcome.status == "infeasible"])
    bounded = len([outcome for outcome in unshown if outcome.status == "bounded"])
    more = [f"{counted(others, 'window')} more, no better"] if others else []
    more += [f"{counted(lost, 'window')} with no plan"] if lost else []
    more += [f"{counted(bounded, 'window')} that cannot be better, not solved"] if bounded else []
    return told + (f"\nand {', '.join(more)}" if more else "")


def compared(plan: Plan) -> str:
    """What windows are compared by: the cost, with charges and less benefits where they count."""
    beside = charged_or_credited(plan)
    charges = " with charges" if _CHARGES in beside else ""
    return f"Cost{charges}{' less benefits counted' if _BENEFITS in beside else ''}"


def charged_or_credited(plan: Plan) -> list[str]:
    """What is counted beside the cost where windows are compared: charges, benefits, or neither."""
    charged = plan.shortfall() is not None and plan.aims_at_targets
    credited = plan.instance.benefit_weight and "benefits" in plan.tables
    return [*([_CHARGES] if charged else []), *([_BENEFITS] if credited else [])]


def _window_row(plan: Plan, outcome: WindowOutcome, best: WindowOutcome) -> list[str]:
    name = window_words(outcome.window) + (" (chosen)" if outcome is best else "")
    cells = [name]
    if not plan.aims_at_targets:
        cells.append("" if outcome.children_in_care is None else number(outcome.children_in_care))
    if outcome.at_least is not None and best.objective is not None:
        least = f"at least £{millions(outcome.at_least, decimals_for(best.objective))}m"
        return [*cells, least, "not solved"]
    if outcome.objective is None or best.objective is None:
        return [*cells, "no plan exists", ""]
    against = "" if outcome is best else against_said(outcome, best, as_good(plan))
    decimals = decimals_for(best.objective)
    return [*cells, f"£{millions(outcome.objective, decimals)}m", against]


def against_said(
    outcome: WindowOutcome, best: WindowOutcome, as_good: Sequence[WindowOutcome]
) -> str:
    """By how much a window that has a plan is dearer than the best, and whether that is a tie."""
    if costs_the_same(outcome, best):
        return "the same"
    more = (outcome.objective or 0.0) - (best.objective or 0.0)
    tied = ", as good" if outcome in as_good else ""
    return f"{pounds(abs(more))} {'dearer' if more >= 0 else 'less'}{tied}"


def areas(plan: Plan) -> str:
    """Each area's children at the end and money over the plan, the biggest spenders first."""
    last, facts = plan.instance.last_year, {a: plan.yearly(a) for a in plan.instance.areas}
    total = "total" if plan.found else "baseline_total"
    sums = {area: sum(years[total].values()) for area, years in facts.items()}
    ranked = sorted(facts, key=lambda area: (-sums[area], area))
    decimals = decimals_for(max(sums.values()))
    rows = []
    for area in ranked[:MOST_AREAS]:
        years = facts[area]
        row = [shortened(plan.instance.label("areas", area))]
        if plan.found:
            row.append(number(years["children_in_care"][last]))
        row.append(number(years["baseline_children_in_care"][last]))
        row.append(millions(sums[area], decimals))
        if plan.found:
            row.append(millions(sum(years["net"].values()), decimals))
        rows.append(row)
    heading = ["Area", "In care", "Baseline", "Spend £m", "Net £m"]
    if not plan.found:
        heading = ["Area", "Baseline", "Spend £m"]
    more = len(ranked) - len(rows)
    end = financial_year(last)
    title = f"By area: children in care at the end of {end}, and spend over the whole plan"
    return f"{title}\n{table(heading, rows)}" + (f"\nand {more} more" if more else "")

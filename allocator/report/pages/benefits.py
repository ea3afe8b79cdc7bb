"""The good done to others, told beside the council's own cost and never added to it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from allocator.explain.weighing import services_asked
from allocator.plan.evidence import graded
from allocator.plan.plan import Plan
from allocator.plan.services import service_changes
from allocator.report.figures import Figures, Header, Value
from allocator.table import Table
from allocator.wording import capital, pounds, shortened

TITLE = "Good done to others, against doing nothing new, at present value"
_LONGEST = 30


def counted_said(plan: Plan) -> str:
    """How the answer begins where good done to others counts in the choice of plan; else blank."""
    weight = plan.instance.benefit_weight
    if not weight or "benefits" not in plan.tables:
        return ""
    much = "all" if weight == 1 else f"{100 * weight:.3g}%"
    return f"Counting {much} of the good done to others as if it were the council's own money, "


def benefit_lines(plan: Plan) -> list[tuple[str, str]]:
    """By whom and kind: what the plan does more, and between what ends; blank without benefits."""
    lines = []
    for whom, kind, more, low, high, grades in benefits_shown(plan):
        span = "" if low == high else f", between {pounds(low)} and {pounds(high)}"
        on = f"; evidence: {grades}" if grades else ""
        lines.append((shortened(whom, _LONGEST), f"{pounds(more)} {kind}{span}{on}"))
    return [*lines, *_ratios(plan)] if lines else []


def _ratios(plan: Plan) -> list[tuple[str, str]]:
    """By kind, for each £1 more of prevention, and less what optimism takes off."""
    lines = []
    for kind, ratios in (plan.benefit_cost_ratios() or {}).items():
        said = f"{pounds(ratios['plain'])} {kind}, at present value"
        if plan.instance.resolved.optimism:
            said += f"; {pounds(ratios['corrected'])} less optimism"
        lines.append(("For each £1 more of prevention", said))
    return lines


def weights_said(plan: Plan, weights: Table | None) -> list[str]:
    """Of each service in question, at which weight it is cut, kept and expanded, a sentence each.

    Where the program is too large for them to have been worked out, how to ask.
    """
    if weights:
        return [_weights_of(plan, row) for row in weights.records()]
    asked = [each.service for each in services_asked(plan)]
    if not asked:
        return []
    lever = f"--set services.{asked[0]}.minimum=0 --set wider_benefits.weight=0.5"
    return [
        "At which weight of the good done to others a service would be kept is not worked out for "
        f"an instance of this size: `allocator solve INSTANCE {lever}` tries one."
    ]


def _weights_of(plan: Plan, row: Mapping[str, Any]) -> str:
    name = capital(plan.instance.label("services", row["service"]))
    (floored,) = (c.floor for c in service_changes(plan) if c.service == row["service"])
    free = ", with no floor," if floored > 0 else ""
    if math.isnan(row["kept_at"]):
        return f"{name}{free} would be cut even if all of the good done to others counted."
    cut = f"{name}{free} would be cut where {row['cut_at']:g} of the good done to others counted"
    kept, grown = f"kept at {row['kept_at']:g}", f"expanded from {row['expanded_at']:g} on"
    if math.isnan(row["expanded_at"]):
        then = kept
    else:
        then = grown if row["expanded_at"] == row["kept_at"] else f"{kept} and {grown}"
    return f"{cut} (wider_benefits.weight), {then}."


def benefits_shown(plan: Plan) -> list[tuple[str, str, float, float, float, str]]:
    """To whom, kind, £ more than the baseline's, its low and high end, grades of evidence."""
    if "benefits" not in plan.tables:
        return []
    table, shown = plan.table("benefits"), []
    more = table.numbers("benefit") - table.numbers("baseline_benefit")
    summed = table.assign(more=more).sums(["to_whom", "kind"], "more", "low", "high")
    for (whom, kind), (value, low, high) in summed.items():
        grades = graded(
            sorted(
                {
                    amount.evidence
                    for (_, _, to, of, _), amount in plan.instance.resolved.benefits.items()
                    if (to, of) == (whom, kind) and amount.evidence
                }
            )
        )
        shown.append((str(whom), str(kind), value, low, high, grades))
    return shown


def benefit_figures(plan: Plan) -> Figures:
    """The same as a table of the page."""
    columns = (
        Header("To whom"),
        Header("Kind"),
        Header("More than the baseline, £", "pounds"),
        Header("Low end, £", "pounds"),
        Header("High end, £", "pounds"),
        Header("Evidence"),
    )
    rows: tuple[tuple[Value, ...], ...] = tuple(benefits_shown(plan))
    return Figures(f"{TITLE}; no part of the council's own cost", columns, rows, "benefits.csv")

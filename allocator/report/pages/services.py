"""What becomes of each service, in words: what is cut first, and what keeping it would cost."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from allocator.instance.instance import financial_year
from allocator.plan.evidence import grade_of
from allocator.plan.plan import Plan
from allocator.plan.services import NONE, ServiceChange, service_changes, spend_changes
from allocator.plan.ties import margin
from allocator.report.figures import Figures, Header, Value
from allocator.wording import TIER_WORDS, counted, listed, number, pounds, shortened

TITLE: Final = "Services: cases a year today and at the plan's end"
MOST_GROWN: Final = 5  # services of which it is told that they grow
_PEAK: Final = 1.1  # of the level at the end: from here on the most is told beside it
_GROWN: Final = {"expanded": "expands", "taken up": "takes up"}
MOST_TOLD: Final = 2  # services whose loss is told in full
ALL_BUT_FREE: Final = 0.02  # share of its unit cost
MOST_TIMES: Final = 16.0  # its effects: beyond, no evidence could say so
_LONGEST: Final = 60


def services_said(plan: Plan) -> tuple[str, str]:
    """What the plan does more of, and what becomes of the rest; blank where there is neither."""
    return grown_said(plan), lost_said(plan)


def grown_said(plan: Plan) -> str:
    """Which services the plan expands or takes up, from and to; blank where none."""
    grown = {fate: [c for c in service_changes(plan) if c.fate == fate] for fate in _GROWN}
    said = [f"{verb} {_grown(plan, grown[fate])}" for fate, verb in _GROWN.items() if grown[fate]]
    return f"It {', and '.join(said)}." if said else ""


def _grown(plan: Plan, changes: list[ServiceChange]) -> str:
    """Names with cases a year before and after; the unit stands with the first alone."""
    words, unit = [], " cases a year"
    for each in changes[:MOST_GROWN]:
        start = f"from {number(each.before)} to" if each.before > NONE else "at"
        path = f"{start} {number(each.after)}{unit}{_peak(each)}"
        words.append(f"{_label(plan, each.service)} {path}")
        unit = ""
    if len(changes) > MOST_GROWN:
        words.append(f"{counted(len(changes) - MOST_GROWN, 'service')} more")
    return listed(words)


def _peak(change: ServiceChange) -> str:
    """The most in between, where it is well above the end."""
    if change.highest <= change.after * _PEAK:
        return ""
    return f" ({number(change.highest)} in {financial_year(change.highest_year)})"


def lost_said(plan: Plan) -> str:
    """Which services the plan cuts, ends or leaves at their floor, why, and what keeping costs.

    The dearest to keep in full, the others by name; blank where every service is kept or grows.
    """
    lost = [change for change in service_changes(plan) if change.is_lost]
    if not lost:
        return ""
    kept = keeping_costs(plan)
    order = sorted(lost, key=lambda each: (not each.below_today, -_weight(kept, each.service)))
    said = [_tiers_said(plan), *(_one_said(plan, each, kept) for each in order[:MOST_TOLD])]
    if rest := order[MOST_TOLD:]:
        names = listed([f"{_label(plan, each.service)} ({each.fate})" for each in rest])
        said.append(f"So it is with {names}.")
    said.append(_uncounted(plan, lost))
    return " ".join(filter(None, said))


def keeping_costs(plan: Plan) -> dict[str, dict[str, float]]:
    """By service, what ``keeping`` found: £ that keeping costs, and factors at which it pays."""
    if "kept" not in plan.tables:
        return {}
    return {str(row["service"]): row for row in plan.table("kept").records()}


def _weight(kept: dict[str, dict[str, float]], service: str) -> float:
    cost = kept.get(service, {}).get("keeping", 0.0)
    return math.inf if math.isnan(cost) else cost


def _tiers_said(plan: Plan) -> str:
    """Which of early help and edge of care is cut as a whole."""
    end = financial_year(plan.instance.last_year)
    falls = [
        (TIER_WORDS[tier], pounds(before), pounds(after))
        for tier, (before, after) in spend_changes(plan).items()
        if after < before * 0.99
    ]
    if not falls:
        return ""
    (tier, before, after), *others = falls
    said = f"Spend on {tier} falls to {after} in {end}, from {before} if nothing changes"
    return said + "".join(f", and on {t} to {a}, from {b}" for t, b, a in others) + "."


def _one_said(plan: Plan, change: ServiceChange, kept: dict[str, dict[str, float]]) -> str:
    name = _label(plan, change.service)
    return f"{_what(name, change)}{_evidence(change)}.{_keeping(plan, change, kept)}"


def _what(name: str, change: ServiceChange) -> str:
    before, after = number(change.before), number(change.after)
    raised = ""
    if change.highest > 1.01 * max(change.before, change.after):
        raised = (
            f", after a high of {number(change.highest)} in {financial_year(change.highest_year)}"
        )
    if change.fate == "ended":
        return f"{name}: ended, from {before} cases a year{raised}"
    if change.below_today:
        floor = ", the least allowed" if change.fate == "held at its floor" else ""
        return f"{name}: cut from {before} to {after} cases a year{floor}{raised}"
    return f"{name}: held at its floor of {after} cases a year, today's level{raised}"


def _evidence(change: ServiceChange) -> str:
    grades = list(dict.fromkeys(map(grade_of, change.grades)))
    return f" (evidence: {listed(grades)})" if grades else " (evidence: not graded)"


def _keeping(plan: Plan, change: ServiceChange, kept: dict[str, dict[str, float]]) -> str:
    row = kept.get(change.service)
    if row is None:
        return ""
    cost = row["keeping"]
    if math.isnan(cost):
        return " No plan keeps it at today's level."
    little = ", so little that it is as good" if cost <= margin(plan) else ""
    said = f" Without that floor the plan would cost {pounds(cost)} less at present value{little}"
    if change.below_today:
        would = f"costs {pounds(cost)}" if little else f"would cost {pounds(cost)} more"
        said = f" Keeping today's level {would} at present value{little}"
    return f"{said}; {pays_said(row)}."


def pays_said(row: dict[str, float]) -> str:
    """At which unit cost or effect one case a year more would pay for itself."""
    cost, effect = row["pays_at_cost"], row["pays_at_effect"]
    if math.isnan(cost):
        return "one case more does not pay even if free"
    if cost >= 0.995:
        return "one case more all but pays for itself"
    at = "if all but free" if cost < ALL_BUT_FREE else f"at {100 * cost:.0f}% of its unit cost"
    times = f"at {effect:.3g} times its effect"
    if effect > MOST_TIMES:
        times = f"at no less than {MOST_TIMES:g} times its effect"
    return f"one case more would pay only {at}, or {times}"


def _uncounted(plan: Plan, lost: list[ServiceChange]) -> str:
    """Whether good that these services do outside care is counted."""
    weight = plan.instance.benefit_weight
    named = {item for _, item, *_ in plan.instance.resolved.benefits}
    those = {change.service for change in lost}
    if weight and those <= named:
        return ""
    if weight and those & named:
        left = [_label(plan, each) for each in sorted(those - named)]
        return f"Good that {listed(left)} does outside care is not counted."
    it = "it does" if len(lost) == 1 else "they do"
    return f"Good that {it} outside care is not counted."


def services_shown(plan: Plan) -> list[list[str]]:
    """A row a service: label, what becomes of it, cases a year today, at most and at the end."""
    return [
        [
            shortened(plan.instance.label("services", each.service)),
            each.fate,
            number(each.before),
            number(each.highest),
            number(each.after),
            _cost_shown(plan, each.service),
        ]
        for each in service_changes(plan)
    ]


HEADINGS: Final = ["Service", "What becomes of it", "Today", "At most", "At the end", "Keeping it"]


def _cost_shown(plan: Plan, service: str) -> str:
    row = keeping_costs(plan).get(service)
    if row is None:
        return ""
    return "no plan" if math.isnan(row["keeping"]) else pounds(row["keeping"])


def service_figures(plan: Plan) -> Figures:
    """The same as a table of the page."""
    columns = (
        Header("Service"),
        Header("What becomes of it"),
        Header("Today, cases a year", "children"),
        Header("At most", "children"),
        Header("At the end", "children"),
        Header("Evidence"),
        Header("Keeping today's level costs, £", "pounds"),
        Header("One case more"),
    )
    return Figures(TITLE, columns, tuple(_figure_rows(plan)), "services.csv and kept.csv")


def _figure_rows(plan: Plan) -> Iterator[tuple[Value, ...]]:
    kept = keeping_costs(plan)
    for each in service_changes(plan):
        row = kept.get(each.service)
        grades = listed(list(dict.fromkeys(map(grade_of, each.grades))))
        yield (
            plan.instance.label("services", each.service),
            each.fate,
            each.before,
            each.highest,
            each.after,
            grades,
            None if row is None else row["keeping"],
            "" if row is None else pays_said(row),
        )


def _label(plan: Plan, service: str) -> str:
    return shortened(plan.instance.label("services", service), _LONGEST)

"""Staff by role: who is in post, what the work takes, and what turnover and agencies cost."""

from __future__ import annotations

from typing import Final

from allocator.explain.shadow_prices.priced_limits import priced_limits
from allocator.instance.instance import financial_year
from allocator.plan.plan import Plan
from allocator.report.figures import Figures, Header, Value
from allocator.vocabulary import HIRING, reliefs
from allocator.wording import counted, listed, number, plain, pounds, shortened

TITLE: Final = "Staff, FTE at the year's end, and the cases that each carries"
_MOST_HELD: Final = 2  # roles that the answer names
_COSTS: Final = ("turnover_cost", "agency_cost", "support_cost")
_COLUMNS: Final = (
    Header("Role"),
    Header("Year", "year"),
    Header("In post", "children"),
    Header("Agency", "children"),
    Header("Agency share", "percent"),
    Header("Supported", "children"),
    Header("Hired in the year", "children"),
    Header("Let go", "children"),
    Header("The work takes", "children"),
    Header("Vacancies against it", "children"),
    Header("Cases per FTE", "plain"),
    Header("Caseload", "plain"),
    Header("Turnover, £", "pounds"),
    Header("Agency, £", "pounds"),
    Header("Practices, £", "pounds"),
)


def staff_figures(plan: Plan) -> Figures:
    """A row for each role and year, areas together.

    Vacancies are what the work takes beyond those in post; cases per FTE are of all at work, and
    the caseload is what one carries of that mix of work.
    """
    costs = plan.table("staff").sums(["role", "year"], *_COSTS)
    rows: list[tuple[Value, ...]] = []
    for role, by_year in (plan.staff() or {}).items():
        for year, facts in by_year.items():
            rows.append(
                (
                    _label(plan, role),
                    int(year),
                    facts["in_post"],
                    facts["agency"],
                    _share(facts),
                    facts["supported"],
                    facts["hired"],
                    facts["let_go"],
                    facts["need"],
                    max(0.0, facts["need"] - facts["in_post"]),
                    _rounded(facts["cases_per_fte"]),
                    _rounded(facts["caseload"]),
                    *costs[role, int(year)],
                )
            )
    return Figures(TITLE, _COLUMNS, tuple(rows), "staff.csv")


def staff_lines(plan: Plan) -> list[tuple[str, str]]:
    """A line for each role: posts, hires, the most from an agency, the fullest caseload, costs."""
    lines = []
    for role, by_year in (plan.staff() or {}).items():
        opening = sum(
            r.opening for (_, name), r in plan.instance.resolved.roles.items() if name == role
        )
        end = by_year[str(plan.instance.last_year)]
        said = (
            f"{number(opening)} FTE in post, {number(end['in_post'])} at the end; "
            f"{number(sum(each['hired'] for each in by_year.values()))} hired"
        )
        most = max(by_year, key=lambda year: _share(by_year[year]))
        if _share(by_year[most]) > 0:
            share = plain(100 * _share(by_year[most]), 3)
            said += f"; agency {share}% at most, in {financial_year(int(most))}"
        lines.append((_label(plan, role), said))
        if carried := _carried(by_year):
            lines.append(("", carried))
    return [*lines, *_costs_said(plan)] if lines else []


def hiring_said(plan: Plan) -> str:
    """Which roles are hired as fast as there are any, where more would be cheaper; blank if none.

    What one hire more is worth is left to ``explain``, since its price may hold for no whole one.
    """
    known = list(plan.table("prices")["constraint"])
    held = [each for each in priced_limits(plan) if any(known[row] == HIRING for row in each.rows)]
    if not held:
        return ""
    hiring = reliefs()[HIRING].title.format(role="")
    named = [each.what.removeprefix(hiring) for each in held[:_MOST_HELD]]
    more = f" and {counted(len(held) - _MOST_HELD, 'role')} more" if len(held) > _MOST_HELD else ""
    return (
        f"Hiring holds it back: {listed(named)}{more}, are hired as fast as they can be, and one "
        "more would make the plan cheaper."
    )


def _carried(by_year: dict[str, dict[str, float | None]]) -> str:
    """``14.2 cases per FTE at most, in 2022-23, of the 15.6 that one carries``."""
    busy = {y: f for y, f in by_year.items() if f["cases_per_fte"] is not None and f["caseload"]}
    if not busy:
        return ""
    year = max(busy, key=lambda y: (busy[y]["cases_per_fte"] or 0) / (busy[y]["caseload"] or 1))
    facts = busy[year]
    return (
        f"{plain(facts['cases_per_fte'] or 0, 3)} cases per FTE at the fullest, in "
        f"{financial_year(int(year))}; one carries {plain(facts['caseload'] or 0, 3)}"
    )


def _costs_said(plan: Plan) -> list[tuple[str, str]]:
    """What turnover, the agency and practices cost over the plan, as far as they cost anything."""
    spent = plan.table("staff")
    names = {
        "turnover_cost": "Turnover",
        "agency_cost": "Agency",
        "support_cost": "Practices",
    }
    told = {said: float(spent.numbers(name).sum()) for name, said in names.items()}
    return [
        (said, f"{pounds(amount)} in the years of the plan")
        for said, amount in told.items()
        if amount > 0
    ]


def _label(plan: Plan, role: str) -> str:
    """A role's label; a name without one in words, so that it breaks where a word ends."""
    return shortened(plan.instance.label("roles", role), 30).replace("_", " ")


def _share(facts: dict[str, float]) -> float:
    at_work = facts["in_post"] + facts["agency"]
    return facts["agency"] / at_work if at_work > 0 else 0.0


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)

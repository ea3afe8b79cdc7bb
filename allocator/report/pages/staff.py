"""Staff by role: who is in post, what the work takes, and what turnover and agencies cost."""

from __future__ import annotations

from typing import Any, Final

from allocator.explain.shadow_prices.priced_limits import PricedLimit, priced_limits
from allocator.instance.instance import financial_year
from allocator.plan.plan import Plan
from allocator.report.figures import Figures, Header, Value
from allocator.vocabulary import HIRING, WORK_FITS, reliefs
from allocator.wording import (
    between,
    capital,
    counted,
    listed,
    number,
    plain,
    pounds,
    shortened,
)

_ByYear = dict[str, dict[str, Any]]  # a role's figures by year, as ``Plan.staff`` gives them

TITLE: Final = "Staff, FTE at the year's end, and the cases that each carries"
_MOST_TOLD: Final = 2  # roles that the answer tells of
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
        start, end, hired = _posts(plan, role, by_year)
        said = f"{start} FTE in post, {end} at the end; {hired} hired"
        if most := _most_agency(by_year):
            said += f"; agency {most[0]} at most, in {most[1]}"
        lines.append((_label(plan, role), said))
        if carried := _carried(by_year):
            lines.append(("", carried))
    return [*lines, *_costs_said(plan)] if lines else []


def staff_said(plan: Plan) -> str:
    """What staff the plan takes, whether hiring holds it back, and what their time is worth."""
    return " ".join(filter(None, (_posts_said(plan), _hiring_said(plan), _time_said(plan))))


def _posts_said(plan: Plan) -> str:
    """In post at the start and at the end, hired, and from an agency; blank without roles."""
    staff = plan.staff() or {}
    told = [_posts_of(plan, role, by_year) for role, by_year in list(staff.items())[:_MOST_TOLD]]
    if len(staff) > _MOST_TOLD:
        told.append(f"{counted(len(staff) - _MOST_TOLD, 'role')} more")
    return f"{capital('; '.join(told))}." if told else ""


def _posts_of(plan: Plan, role: str, by_year: _ByYear) -> str:
    start, end, hired = _posts(plan, role, by_year)
    agency = "none from an agency"
    if most := _most_agency(by_year):
        agency = f"at most {most[0]} of those at work from an agency, in {most[1]}"
    posts = f"{start} FTE in post at the start and {end} at the end"
    return f"{_label(plan, role)}: {posts}, {hired} hired in all, and {agency}"


def _posts(plan: Plan, role: str, by_year: _ByYear) -> tuple[str, str, str]:
    """FTE in post before the first period and at the end, and hired in all, in words."""
    end = by_year[str(plan.instance.last_year)]["in_post"]
    hired = sum(each["hired"] for each in by_year.values())
    return number(_opening(plan, role)), number(end), number(hired)


def _most_agency(by_year: _ByYear) -> tuple[str, str] | None:
    """The agency's highest share, in words, and the year; None where there is none from one."""
    most = max(by_year, key=lambda year: _share(by_year[year]))
    share = _share(by_year[most])
    return (f"{plain(100 * share, 3)}%", financial_year(int(most))) if share > 0 else None


def _hiring_said(plan: Plan) -> str:
    """Which roles are hired as fast as there are any, where more would be cheaper; blank if none.

    What one hire more is worth is left to ``explain``, since its price may hold for no whole one.
    """
    held = _limits_of(plan, HIRING)
    if not held:
        return ""
    return (
        f"Hiring holds it back: {_named(held, HIRING)}, are hired as fast as they can be, and one "
        "hire more would make the plan cheaper."
    )


def _time_said(plan: Plan) -> str:
    """What time given back to those at work would save, and when: a rate, that may hold for little.

    Of a post throughout the years told; blank where time of nobody is short.
    """
    busy = _limits_of(plan, WORK_FITS)[:_MOST_TOLD]
    if not busy:
        return ""
    told = [
        f"{between(each.low, each.high)} for a full-time post of {_named([each], WORK_FITS)},"
        for each in busy
    ]
    every = all(each.years == set(plan.instance.horizon) for each in busy)
    return (
        f"Time given back is worth, at present value in prices of {plan.instance.price_base}, "
        f"{' and '.join(told).removesuffix(',')}{'' if every else ', and nothing in other years'}; "
        "that is a rate, which may hold for less than a whole post."
    )


def _limits_of(plan: Plan, constraint: str) -> list[PricedLimit]:
    """What binds of one kind, the weightiest first."""
    prices = plan.table("prices")
    if (constraint,) not in prices.distinct(["constraint"]):
        return []
    known = list(prices["constraint"])
    limits = priced_limits(plan)
    return [each for each in limits if any(known[row] == constraint for row in each.rows)]


def _named(limits: list[PricedLimit], constraint: str) -> str:
    """``social worker, 2020-21 to 2022-23, and 2 roles more``."""
    before = reliefs()[constraint].title.format(role="")
    named = [each.what.removeprefix(before) for each in limits[:_MOST_TOLD]]
    more = len(limits) - _MOST_TOLD
    return listed([*named, f"{counted(more, 'role')} more"] if more > 0 else named)


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


def _opening(plan: Plan, role: str) -> float:
    """FTE in post before the first period, areas together."""
    roles = plan.instance.resolved.roles
    return sum(each.opening for (_, name), each in roles.items() if name == role)


def _label(plan: Plan, role: str) -> str:
    """A role's label; a name without one in words, so that it breaks where a word ends."""
    return shortened(plan.instance.label("roles", role), 30).replace("_", " ")


def _share(facts: dict[str, float]) -> float:
    at_work = facts["in_post"] + facts["agency"]
    return facts["agency"] / at_work if at_work > 0 else 0.0


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)

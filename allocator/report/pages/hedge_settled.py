"""What a hedge settles now, against today: cases of each service, staff, and what is cut."""

from __future__ import annotations

from typing import Final

from allocator.hedge import Hedge
from allocator.instance.instance import financial_year
from allocator.plan.services import CHANGED
from allocator.wording import listed, number, shortened, table

NO_REGRET_SAID: Final = (
    "* no regret: the best plan of every future, were it known now, has that level too"
)
_OF_STAFF: Final = {"hired": "hired", "let_go": "let go", "supported": "supported"}

TextTable = tuple[list[str], list[list[str]]]  # headings and rows of a table


def settled_section(answer: Hedge) -> str:
    """What to settle, in tables."""
    if not answer.settled_years:
        return "Nothing is settled before the futures part."
    said = [table(*settled_told(answer))]
    if any(answer.without_regret(s, y) for s in answer.settled for y in answer.settled_years):
        said.append(NO_REGRET_SAID)
    if answer.settled_staff:
        said += ["", table(*staff_told(answer))]
    return "\n".join(said)


def settled_told(answer: Hedge) -> TextTable:
    """Cases per year of each service at each settled year's end; a star: no regret."""
    years = answer.settled_years
    rows = [
        [
            shortened(answer.instance.label("services", service)),
            number(today(answer, service)),
            *(_level(answer, service, year) for year in years),
        ]
        for service, levels in answer.settled.items()
    ]
    return ["Settle now, cases per year", "Today", *map(financial_year, years)], rows


def staff_told(answer: Hedge) -> TextTable:
    """FTE hired and let go in each settled year, and supported at its end."""
    years = answer.settled_years
    rows = [
        [
            f"{shortened(answer.instance.label('roles', role))}, {word}",
            *(number(by_year[year][name]) for year in years),
        ]
        for role, by_year in answer.settled_staff.items()
        for name, word in _OF_STAFF.items()
    ]
    return ["Settle now, FTE", *map(financial_year, years)], rows


def _level(answer: Hedge, service: str, year: int) -> str:
    """Cases per year, with a star where every future's own best plan agrees."""
    star = "*" if answer.without_regret(service, year) else " "
    return f"{number(answer.settled[service][year])}{star}"


def today(answer: Hedge, service: str) -> float:
    """Cases per year of a service at the start, areas added up."""
    services = answer.instance.resolved.services
    return sum(each.baseline for (_, name), each in services.items() if name == service)


def cuts_said(answer: Hedge) -> str:
    """Which services are settled below today's level; blank where none is."""
    if not answer.settled_years:
        return ""
    last = answer.settled_years[-1]
    cut = [
        (service, today(answer, service), levels[last])
        for service, levels in answer.settled.items()
        if levels[last] < today(answer, service) * (1 - CHANGED)
    ]
    said = [
        f"{shortened(answer.instance.label('services', service))} from {number(before)} to "
        f"{number(after)}"
        for service, before, after in cut
    ]
    if not said:
        return ""
    return f"By the end of {financial_year(last)} it cuts, in cases a year, {listed(said)}."

"""Services by year, and areas side by side: formulas over the plan's tables."""

from __future__ import annotations

from typing import Final

from allocator.instance.instance import financial_year
from allocator.instance.raw import RESULTS
from allocator.plan.plan import Plan
from allocator.report.workbook.book import COUNT, HEADING, MONEY, Book, Extent, Formula, Heading
from allocator.report.workbook.columns import names
from allocator.report.workbook.tables import Frames

SERVICES: Final = f"{RESULTS} levels"
AREAS: Final = f"{RESULTS} areas"
# Names are told apart to the letter, which SUMIFS would not do.
_LEVEL: Final = (
    "=SUMPRODUCT(EXACT(plan_services_service,{name})*(plan_services_year={year})"
    '*(plan_services_year_end="yes")*plan_services_level)'
)
_AT_END: Final = (
    "=SUMPRODUCT(EXACT(plan_years_area,{name})*(plan_years_year=plan_last_year)*plan_years_{key})"
)
_IN_ALL: Final = "=SUMPRODUCT(EXACT(plan_years_area,{name})*plan_years_{key})"


def write_services(book: Book, plan: Plan, frames: Frames) -> Extent | None:
    """A row for each service, its cases per year at the end of each year; None without services."""
    levels = plan.levels()
    if not levels:
        return None
    sheet = book.sheet(SERVICES)
    book.title(sheet, "Services, in cases per year at the end of each year", "All areas together")
    told = names(("service", "Service"), ("label", "Label"))
    told += [Heading(f"in_{y}", financial_year(y), shape=COUNT) for y in plan.instance.horizon]
    rows: list[list[object]] = []
    for row, (service, by_year) in enumerate(levels.items(), HEADING + 1):
        cells: list[object] = [service, plan.instance.label("services", service)]
        for year, level in by_year.items():
            text = _LEVEL.format(name=f"$A{row + 1}", year=year)
            cells.append(Formula(text, level) if "services" in frames else level)
        rows.append(cells)
    return book.table(sheet, "levels", told, rows, keys=2, filtered=False)


def write_areas(book: Book, plan: Plan) -> Extent:
    """A row for each area: children at the end, spend and net over the whole plan."""
    sheet = book.sheet(AREAS)
    end = financial_year(plan.instance.last_year)
    note = f"Children in care at the end of {end}, and spend over the whole plan"
    book.title(sheet, "Area by area", note)
    base = plan.instance.price_base
    pounds = f"£, prices of {base}"
    told = names(("area", "Area"), ("label", "Label"))
    keys = [("baseline_children_in_care", "Baseline in care", _AT_END)]
    sums = [("baseline_total", "Baseline spend", _IN_ALL)]
    if plan.found:
        keys.insert(0, ("children_in_care", "In care", _AT_END))
        sums.insert(0, ("total", "Spend", _IN_ALL))
    told += [Heading(key, label, "children", COUNT) for key, label, _ in keys]
    told += [Heading(key, label, pounds, MONEY) for key, label, _ in sums]
    if plan.found:
        told.append(Heading("net", "Net", pounds, MONEY))
    rows = []
    for row, area in enumerate(plan.instance.areas, HEADING + 1):
        years = plan.years(area)
        cells: list[object] = [area, plan.instance.label("areas", area)]
        for key, _, text in (*keys, *sums):
            value = years[key].iloc[-1] if text is _AT_END else years[key].sum()
            cells.append(Formula(text.format(name=f"$A{row + 1}", key=key), float(value)))
        if plan.found:
            net = float(years["net"].sum())
            cells.append(Formula(f"=F{row + 1}-E{row + 1}", net))
        rows.append(cells)
    return book.table(sheet, "areas", told, rows, keys=2)

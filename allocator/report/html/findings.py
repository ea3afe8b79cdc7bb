"""The sections of a found plan: money, services, moves, worth, what was answered, areas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allocator.explain.shadow_prices.priced_limits import PricedLimit, priced_limits
from allocator.plan.cash_prices import CASH
from allocator.plan.fairness import Fairness, fairness
from allocator.plan.plan import Plan
from allocator.plan.ties import ranked
from allocator.report.charts.answers import (
    frontiers,
    no_delay_has_a_plan,
    switching,
    tornado,
    without_plan,
)
from allocator.report.charts.areas import ranking, small_multiples
from allocator.report.charts.flows import moves
from allocator.report.charts.money import position
from allocator.report.charts.services import services
from allocator.report.figures import Figures, Form, Header, Value, by_year, missing
from allocator.report.html.asked import not_made, stress_blocks
from allocator.report.html.blocks import (
    Facts,
    HtmlChart,
    HtmlTable,
    PageBlock,
    Section,
    Text,
)
from allocator.report.pages.benefits import benefit_figures, weights_said
from allocator.report.pages.cash_prices import cash_figures
from allocator.report.pages.fairness import (
    area_figures,
    fairness_said,
    group_figures,
    spread_figures,
)
from allocator.report.pages.headline import shortfall_said
from allocator.report.pages.need import need_figures, need_lines
from allocator.report.pages.position import least
from allocator.report.pages.sections import compared
from allocator.report.pages.services import service_figures
from allocator.report.pages.staff import staff_figures, staff_lines
from allocator.report.pages.summary import money_lines
from allocator.report.pages.tightest import untold
from allocator.report.pages.weaker import cheaper_if_weaker
from allocator.report.saved_answers import FOLDER
from allocator.report.saved_plan import SavedPlan
from allocator.vocabulary import reliefs
from allocator.wording import listed, window_words

MOST_PRICES = 120
MOST_WORTHS = 12
MOST_LOST = 6


def sections(saved: SavedPlan) -> Iterator[Section]:
    """Those that the plan has something to say in, in the order in which questions come."""
    plan = saved.plan
    if plan.found:
        yield Section(
            "money",
            "Money",
            (
                Facts(tuple(money_lines(plan))),
                HtmlChart(position(plan)),
                HtmlTable(_funds(plan)),
                *([HtmlTable(cash_figures(plan))] if CASH in plan.tables else []),
            ),
        )
    if plan.found and plan.shortfall() is not None:
        said = shortfall_said(plan) or "The plan meets every target within the funds."
        yield Section(
            "shortfall", "What the plan falls short by", (Text(said), HtmlTable(_shortfall(plan)))
        )
    if lines := need_lines(plan):
        need = need_figures(plan)
        tables = (HtmlTable(need),) if any(any(row[1:]) for row in need.rows) else ()
        yield Section("need", "Need", (Facts(tuple(lines)), *tables))
    if "staff" in plan.tables:
        yield Section("staff", "Staff", (Facts(tuple(staff_lines(plan))), *_staff(plan)))
    if "benefits" in plan.tables:
        weights = (Text(each) for each in weights_said(plan, saved.keeping_weights))
        table = HtmlTable(benefit_figures(plan))
        yield Section("benefits", "Good done to others", (*weights, table))
    if len(plan.windows) > 1:
        yield Section("windows", "Windows of double investment", (HtmlTable(_windows(plan)),))
    if plan.found:
        yield Section(
            "services-by-year",
            "Services",
            (
                *_one(services(plan), "The instance has no services."),
                *((HtmlTable(service_figures(plan)),) if plan.instance.resolved.services else ()),
            ),
        )
        yield Section(
            "flows",
            "Children who move",
            _one(moves(plan), "The plan's tables hold no moves; solve it again for them."),
        )
        yield Section("worth", "What binds, and what it is worth", tuple(_worth(plan)))
        yield Section("switching", "Sensitivity", _sensitivity(saved))
        yield Section("frontiers", "Frontier and the cost of delay", _frontiers(saved))
        yield Section("stress", "If the numbers turn out otherwise", stress_blocks(saved))
    if plan.instance.has_areas and len(plan.instance.areas) > 1:
        charts: list[PageBlock] = [HtmlChart(small_multiples(plan))]
        charts += [HtmlChart(ranking(plan))] if plan.found else []
        yield Section("by-area", "Areas", tuple(charts))
    if (shared := fairness(plan)) is not None:
        yield Section("fairness", "Fairness", tuple(_fairness(plan, shared)))


def _fairness(plan: Plan, shared: Fairness) -> Iterator[PageBlock]:
    """Who gains and loses, how unequal need is, and groups of areas, where any are named."""
    yield Text(fairness_said(plan))
    if shared.spread:
        yield HtmlTable(spread_figures(shared))
    if len(shared.groups):
        yield HtmlTable(group_figures(plan, shared))
    yield HtmlTable(area_figures(plan, shared))


def _staff(plan: Plan) -> Iterator[PageBlock]:
    """FTE and cases by year, and what one hire and one FTE more are worth."""
    yield HtmlTable(staff_figures(plan))
    priced = [each for each in priced_limits(plan) if each.of_staff]
    if priced:
        yield HtmlTable(_binding("What binds of staff, and what one more is worth", priced))


def _one(chart: object, otherwise: str) -> tuple[PageBlock, ...]:
    return (Text(otherwise, "note"),) if chart is None else (HtmlChart(chart),)  # type: ignore[arg-type]


def _funds(plan: Plan) -> Figures:
    """Each fund's money by year: there, brought forward, drawn, and what lapses."""
    columns = (
        Header("Fund"),
        Header("Year", "year"),
        Header("There, £m", "millions"),
        Header("Brought forward, £m", "millions"),
        Header("Drawn, £m", "millions"),
        Header("Left, £m", "millions"),
        Header("Of it lapses, £m", "millions"),
    )
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (plan.instance.label("funds", fund), int(year), *amounts.values())
        for fund, by_year in plan.funds().items()
        for year, amounts in by_year.items()
    )
    caption = (
        "Money by fund and year. Where more than one fund may pay, the least one-off money is "
        "drawn, then what would lapse, then the funds in the order of the instance: advice, since "
        "the cost is the same"
    )
    return Figures(caption, columns, rows, "funds.csv, balances of a fund added up")


def _shortfall(plan: Plan) -> Figures:
    """Children above the targets and £ beyond the funds, by year, of what is allowed."""
    short = plan.shortfall() or {}
    headers = {
        "excess": ("Children above the targets", "children"),
        "overspent": ("Overspent, £m", "millions"),
    }
    columns: list[tuple[str, Form, Sequence[Value]]] = [
        (said, form, list(short[name].values()))  # type: ignore[misc] # a Form, each
        for name, (said, form) in headers.items()
        if name in plan.tables
    ]
    return by_year(
        "Children above the targets at each year's end, and statutory spend beyond the funds; the "
        "charge for it is no part of the cost",
        list(plan.instance.horizon),
        columns,
        "excess.csv, overspent.csv",
    )


def _windows(plan: Plan) -> Figures:
    """Every window that was tried, the cheapest first, those without a plan last."""
    columns = (
        Header("Double investment"),
        Header(f"{compared(plan)}, present value, £m", "millions"),
        Header("Against the chosen, £", "pounds"),
        Header("In care at the end", "children"),
        Header("Finding"),
    )
    best = plan.objective
    rows: list[tuple[Value, ...]] = []
    for each in ranked(plan):
        chosen = plan.found and each.window == plan.window
        known = each.objective is not None and best is not None and not chosen
        more = least((each.objective or 0.0) - (best or 0.0)) if known else None
        cost = each.objective if each.at_least is None else each.at_least
        rows.append(
            (
                window_words(each.window),
                cost,
                more,
                each.children_in_care,
                "chosen" if chosen else _finding(each.status, each.proved),
            )
        )
    caption = "Every window that was tried; the cost holds what comes after the plan's years"
    return Figures(caption, columns, tuple(rows), "windows.csv")


def _finding(status: str, proved: bool) -> str:
    said = {
        "optimal": "a plan exists",
        "infeasible": "no plan exists",
        "bounded": "costs at least this",
    }
    return said.get(status, status) + ("" if proved else ", not proved")


def _worth(plan: Plan) -> Iterator[PageBlock]:
    limits = priced_limits(plan)
    if not limits:
        yield Text(
            "Nothing binds: no limit, fund or target keeps the plan from being cheaper.", "note"
        )
        return
    yield Text(
        "What a little more of each limit would save, at present value: the weightiest first, "
        "decisions before facts of the services and staff."
    )
    yield HtmlTable(
        _binding(f"The weightiest {min(MOST_WORTHS, len(limits))} that bind", limits[:MOST_WORTHS])
    )
    if len(limits) > MOST_WORTHS:
        more = limits[MOST_WORTHS:]
        yield HtmlTable(_binding(f"{len(more)} more, of less weight", more), folded=True)
    yield HtmlTable(_prices(plan), folded=True)


def _binding(caption: str, limits: Sequence[PricedLimit]) -> Figures:
    columns = (
        Header("What binds"),
        Header("What a unit of it is worth"),
        Header("Kind"),
    )
    rows = tuple((w.what, w.worth, _kind(w)) for w in limits)
    return Figures(caption, columns, rows, "prices.csv")


def _kind(worth: PricedLimit) -> str:
    if worth.lever:
        return "a decision"
    return "a fact of the staff" if worth.of_staff else "a fact of the services"


def _prices(plan: Plan) -> Figures:
    """The levers' prices year by year, with the range of the limit in which each holds."""
    table = plan.tables["prices"]
    levers = [name for name, relief in reliefs().items() if relief.lever]
    table = table[table["constraint"].isin(levers)]
    names = ("constraint", "owner", "fund", "item")
    columns = (
        *(Header(name.capitalize()) for name in names),
        Header("Year", "year"),
        Header("Price, £ a unit", "pounds"),
        Header("Unit"),
        Header("Limit", "plain"),
        Header("Holds from", "plain"),
        Header("Holds to", "plain"),
    )
    rows: list[tuple[Value, ...]] = [
        (
            *(_word(row[name]) for name in names),
            int(row["year"]),
            float(row["price"]),
            str(row["unit"]),
            float(row["limit"]),
            float(row["holds_from"]),
            float(row["holds_to"]),
        )
        for _, row in table.head(MOST_PRICES).iterrows()
    ]
    cut = f" (the first {MOST_PRICES} of {len(table)})" if len(table) > MOST_PRICES else ""
    caption = f"Prices of targets, funds and limits on spend, by year, and where each holds{cut}"
    return Figures(caption, columns, tuple(rows), "prices.csv")


def _word(value: object) -> str:
    return "" if missing(value) else str(value)


def _sensitivity(saved: SavedPlan) -> tuple[PageBlock, ...]:
    table, why = saved.answers.get("switching"), untold(saved.plan)
    notes = (Text(why, "note"),) if why else ()
    if table is not None:
        chart = tornado(saved.plan, saved.answers)
        lost = without_plan(saved.answers)
        said = f"No plan at all exists with {listed(lost[:MOST_LOST])}{_more(lost)}."
        shown = HtmlTable(switching(table)) if chart is None else HtmlChart(chart)
        if less := cheaper_if_weaker(table.to_dict("records"), saved.plan.objective or 0.0):
            notes = (Text(less, "note"), *notes)
        return (*((Text(said, "warning"),) if lost else ()), shown, *notes)
    asked = not_made(
        saved,
        "How far each figure can move before the choice changes is not worked out here.",
        _asked(saved, "switching", "switching"),
    )
    return (*asked, *notes)


def _frontiers(saved: SavedPlan) -> tuple[PageBlock, ...]:
    charts = frontiers(saved.plan, saved.answers)
    waiting = "There is no slack to wait: begun a year late or more, there is no plan."
    said = (Text(waiting, "warning"),) if no_delay_has_a_plan(saved.answers) else ()
    if charts or said:
        return (*said, *map(HtmlChart, charts))
    of_benefits = _asked(saved, "frontier --against benefits", "benefits")
    of_areas = _asked(saved, "frontier --against fairness", "fairness")
    return not_made(
        saved,
        "What other targets or budgets would cost, or reach, is not worked out here.",
        _asked(saved, "frontier", "target"),
        _asked(saved, "frontier --against budget", "budget"),
        *([of_benefits] if saved.plan.instance.resolved.benefits else []),
        *([of_areas] if saved.plan.instance.has_areas else []),
        _asked(saved, "delay", "delay"),
    )


def _asked(saved: SavedPlan, verb: str, folder: str) -> str:
    """The command that makes an answer where a report looks for it."""
    name = saved.place
    verb, _, options = verb.partition(" ")
    words = ["allocator", verb, f"{name}/instance", options, "--out", f"{name}/{FOLDER}/{folder}"]
    return " ".join(filter(None, words))


def _more(lost: list[str]) -> str:
    return f", and {len(lost) - MOST_LOST} more" if len(lost) > MOST_LOST else ""

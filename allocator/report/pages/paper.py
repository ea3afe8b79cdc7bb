"""A committee paper about a plan: its headings, sentences, tables and pictures, in their order.

What a council must write itself stands as a heading with a prompt in square brackets; nothing is
said of children's outcomes or of equality that the plan does not know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from allocator.explain.delay import HELD, SHIFTED
from allocator.instance import Instance
from allocator.instance.instance import financial_year
from allocator.instance.schema import ALL
from allocator.plan.cash_prices import CASH
from allocator.plan.evidence import moves_on_weak
from allocator.plan.plan import Plan
from allocator.plan.services import service_changes
from allocator.plan.ties import as_good, ranked
from allocator.report.charts.children import care
from allocator.report.charts.money import position
from allocator.report.charts.shapes import Chart
from allocator.report.figures import Figures, Header, Value
from allocator.report.pages.benefits import weights_said
from allocator.report.pages.cash_prices import cash_figures, cash_fund_figures
from allocator.report.pages.headline import answer_paragraphs, author_asked, question, weak_said
from allocator.report.pages.position import least
from allocator.report.pages.services import lost_said, service_figures
from allocator.report.pages.sources import rows_counted, rows_said
from allocator.report.pages.staff import staff_said
from allocator.report.pages.stressed import stress_said
from allocator.report.pages.summary import money_lines, proof_lines
from allocator.report.pages.tightest import known_far, tightest_said
from allocator.report.saved_plan import SavedPlan
from allocator.wording import (
    counted,
    decimals_for,
    listed,
    millions,
    number,
    pounds,
    window_words,
    years_said,
)

MOST_WINDOWS: Final = 3  # besides the plan's and none
MOST_INPUTS: Final = 8
MOST_FUNDS: Final = 4
NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_AIMS: Final = {SHIFTED: ", targets as much later", HELD: ", targets held"}
FIRM: Final = (
    "Half or more of the moves that the plan averts or adds rest on evidence that is graded, and "
    "not as weak; each service's grade stands in the table above."
)


@dataclass(frozen=True)
class PaperHeading:
    """Of a section."""

    text: str


@dataclass(frozen=True)
class PaperLine:
    """A paragraph; a ``prompt`` is for the council to write over, a ``bullet`` one of several."""

    text: str
    prompt: bool = False
    bullet: bool = False


PaperItem = PaperHeading | PaperLine | Figures | Chart


def paper(saved: SavedPlan) -> Iterator[PaperItem]:
    """Everything below the title, in order."""
    yield from _purpose(saved.plan)
    yield from _recommendation(saved)
    yield from _options(saved)
    if saved.plan.found:
        yield from _finance(saved.plan)
    yield from _children(saved.plan)
    yield from _risks(saved)
    yield PaperHeading("Equality")
    unknown = "The plan knows no child's characteristics."
    yield PaperLine(f"[To be written: the equality impact assessment. {unknown}]", prompt=True)
    yield from _proof(saved)


def subtitle(instance: Instance) -> str:
    """What stands below the title."""
    years = f"{financial_year(instance.first_year)} to {financial_year(instance.last_year)}"
    return f"[Committee, date, author]. {years}, in prices of {instance.price_base}."


def _purpose(plan: Plan) -> Iterator[PaperItem]:
    yield PaperHeading("Purpose")
    if own := author_asked(plan.instance):
        yield PaperLine(own.replace("`", ""))
    asked = question(plan.instance, plan.formulation).removeprefix("Question: ")
    yield PaperLine(
        "To settle spend on early help, edge-of-care and statutory services for "
        f"{counted(plan.instance.years, 'year')}. The question put was: {asked}"
    )


def _recommendation(saved: SavedPlan) -> Iterator[PaperItem]:
    plan = saved.plan
    first, *_ = (text.replace("`", "") for text in answer_paragraphs(plan))
    yield PaperHeading("Recommendation" if plan.found else "Finding")
    yield PaperLine(first)
    if not plan.found:
        return
    yield PaperLine("It is recommended that members agree")
    if plan.one_off:
        total = pounds(sum(plan.one_off.values()))
        yield PaperLine(f"one-off money of {total}, in {years_said(plan.one_off)};", bullet=True)
    for change in service_changes(plan):
        if change.fate in ("taken up", "expanded"):
            label = plan.instance.label("services", change.service)
            yield PaperLine(
                f"{label}: from {number(change.before)} cases a year to "
                f"{number(change.highest)} in {financial_year(change.highest_year)};",
                bullet=True,
            )
    yield PaperLine("[the decisions asked of this committee].", prompt=True, bullet=True)
    if staff := staff_said(plan):
        yield PaperHeading("Staff")
        yield PaperLine(staff)
    if lost := lost_said(plan):
        yield PaperHeading("What is cut or held at its floor, and on what evidence")
        yield PaperLine(lost)
    weights = weights_said(plan, saved.keeping_weights) if saved.keeping_weights else []
    yield from (PaperLine(each.replace("`", "")) for each in weights)
    if plan.instance.resolved.services:
        yield _services(plan)


def _services(plan: Plan) -> Figures:
    """What becomes of each, without at what price it would pay: that is in the text."""
    told = service_figures(plan)
    return replace(told, columns=told.columns[:-1], rows=tuple(row[:-1] for row in told.rows))


def _options(saved: SavedPlan) -> Iterator[PaperItem]:
    yield PaperHeading("Options considered")
    if saved.plan.found:
        yield _options_table(saved)
    else:
        yield PaperLine(
            f"No plan was found in any of the {counted(len(saved.plan.windows), 'way')} tried: "
            "without a double investment and in every window allowed."
        )
    if saved.plan.found and "delay" not in saved.answers.tables:
        yield PaperLine("What a later start would cost is not worked out here.")


def _options_table(saved: SavedPlan) -> Figures:
    """Doing nothing new, the plan, no window, the next best windows, and later starts."""
    plan, last = saved.plan, saved.plan.instance.last_year
    years, cost = plan.years(), plan.cost or 0.0
    end, unchanged = (
        float(years[name][last]) for name in ("children_in_care", "baseline_children_in_care")
    )
    rows: list[tuple[Value, ...]] = [
        ("Do nothing new", unchanged, cost + plan.npv, plan.npv, ""),
        (f"Recommended: {_named(plan)}", end, cost, 0.0, ""),
    ]
    good = as_good(plan)
    more_windows = [each for each in ranked(plan) if each.window != plan.window]
    none = [each for each in more_windows if each.window is None]
    others = [each for each in more_windows if each.window and each.objective is not None]
    for each in [*none, *others[:MOST_WINDOWS]]:
        name = "No double investment" if each.window is None else window_words(each.window)
        if each.objective is None:
            rows.append((name, None, None, None, "there is no plan"))
            continue
        more = least(each.objective - (plan.objective or 0.0))
        rows.append(
            (name, each.children_in_care, cost + more, more, "as good" if each in good else "")
        )
    rows += [*_furthest(saved, cost), *_later(saved, cost)]
    columns = (
        Header("Option"),
        Header(f"In care, end of {financial_year(last)}", "children"),
        Header("Cost at present value, £m", "millions"),
        Header("Dearer than recommended, £", "pounds"),
        Header("Remark"),
    )
    return Figures(
        "Options; costs hold what comes after the plan's years",
        columns,
        tuple(rows),
        "windows.csv, years.csv",
    )


def _named(plan: Plan) -> str:
    return "no double investment" if plan.window is None else window_words(plan.window)


def _furthest(saved: SavedPlan, cost: float) -> Iterator[tuple[Value, ...]]:
    """The lowest target within reach, where the frontier of all areas' target has been asked."""
    table, last = saved.answers.get("frontier_target"), saved.plan.instance.last_year
    reached = [] if table is None else table[table["status"] == "optimal"].to_dict("records")
    own = [row for row in reached if (row["owner"], row["year"]) == (ALL, last)]
    if own:
        lowest = min(own, key=lambda row: float(row["children"]))
        more = float(lowest["cost"]) - cost
        yield ("The largest reduction within the funds", lowest["children"], cost + more, more, "")


def _later(saved: SavedPlan, cost: float) -> Iterator[tuple[Value, ...]]:
    """A row for each later start, where `delay` has been asked."""
    table = saved.answers.get("delay")
    if table is None:
        return
    for row in table.to_dict("records"):
        late = int(row["years_late"])
        if late:
            more = row["extra_cost"]
            known = row["status"] == "optimal"
            yield (
                f"Begun {counted(late, 'year')} late{_AIMS.get(str(row.get('targets')), '')}",
                None,
                cost + more if known else None,
                more if known else None,
                "" if known else "there is no plan",
            )


def _finance(plan: Plan) -> Iterator[PaperItem]:
    yield PaperHeading("Finance")
    yield PaperLine(
        f"In prices of {plan.instance.price_base}, undiscounted unless it says present value; "
        f"present values at {100 * plan.instance.discount_rate:.3g}% a year to "
        f"{financial_year(plan.instance.first_year)}."
    )
    yield Figures(
        "Money, against doing nothing new",
        (Header("Figure"), Header("Amount")),
        tuple(money_lines(plan)),
        "years.csv, funds.csv",
    )
    yield position(plan)
    yield _funds(plan)
    if CASH in plan.tables:
        yield cash_fund_figures(plan, MOST_FUNDS)
        yield cash_figures(plan)
    yield PaperLine("[Statement of the section 151 officer.]", prompt=True)


def _funds(plan: Plan) -> Figures:
    """A row a year: what is drawn from each fund, of what is there, and what lapses in all."""
    funds, horizon = plan.funds(), plan.instance.horizon
    shown = list(funds)[:MOST_FUNDS]
    accounts = plan.instance.resolved.accounts
    one_off = {fund for (fund, _), rules in accounts.items() if rules.window_only}
    lasting = [fund for fund in funds if fund not in one_off]  # the rest is not asked for
    years = [{fund: funds[fund].get(str(year), {}) for fund in funds} for year in horizon]
    decimals = decimals_for(max((_there(y[fund]) for y in years for fund in shown), default=0.0))
    rows: list[tuple[Value, ...]] = []
    for year, by_fund in zip(horizon, years, strict=True):
        lapsed = sum(by_fund[fund].get("lapsed", 0.0) for fund in lasting)
        drawn = [_drawn(by_fund[fund], decimals) for fund in shown]
        rows.append((year, *drawn, millions(lapsed, decimals)))
    left = len(funds) - len(shown)
    labels = [Header(plan.instance.label("funds", fund), "percent") for fund in shown]
    more = f"; {counted(left, 'fund')} more in funds.csv" if left else ""
    return Figures(
        "Drawn from each fund, of what is there in the year, £m; and what lapses of all but "
        f"one-off money{more}",
        (Header("Year", "year"), *labels, Header("Lapses, £m", "millions")),
        tuple(rows),
        "funds.csv",
    )


def _there(year: Mapping[str, float]) -> float:
    return year.get("amount", 0.0) + year.get("brought_forward", 0.0)


def _drawn(year: Mapping[str, float], decimals: int) -> str:
    if _there(year) < 1.0:
        return "–"
    of = f"{millions(year['drawn'], decimals)} of {millions(_there(year), decimals)}"
    return of.replace(" ", NO_BREAK)


def _children(plan: Plan) -> Iterator[PaperItem]:
    yield PaperHeading("Children")
    yield care(plan)
    told = "what this means for children and families, and what they said"
    yield PaperLine(
        f"[To be written: {told}. The plan counts children, not how they fare.]", prompt=True
    )


def _risks(saved: SavedPlan) -> Iterator[PaperItem]:
    yield PaperHeading("Risks")
    table = saved.answers.get("switching")
    if soonest := tightest_said(saved.plan) or known_far(saved.plan):
        yield PaperLine(soonest)
    if saved.plan.found and any(moves_on_weak(saved.plan)):
        yield PaperLine(weak_said(saved.plan) or FIRM)
    if table is not None:
        hanging = [
            str(row["label"])
            for row in table.to_dict("records")
            if isinstance(row["hangs_on"], str) and row["hangs_on"].strip()
        ]
        if hanging:
            yield PaperLine(
                "Within their own ranges these change the choice, the payback or whether the "
                f"target can be met: {listed(hanging[:MOST_INPUTS])}."
            )
        else:
            yield PaperLine(
                "No input changes the choice, the payback or the target within its range."
            )
    if held := stress_said(saved):
        yield PaperLine(held)
    instance = saved.plan.instance
    yield PaperLine(rows_said(instance)) if saved.plan.found else rows_counted(instance)


def _proof(saved: SavedPlan) -> Iterator[PaperItem]:
    yield PaperHeading("Proof and sources")
    rests = "Every input stands with its source in the instance that it was asked of."
    yield PaperLine(f"{_proved(saved.plan)} {rests}")
    yield Figures(
        "What the figures rest on",
        (Header("What"), Header("Finding")),
        tuple(proof_lines(saved.plan)),
        "plan.json",
    )


def _proved(plan: Plan) -> str:
    """What stands behind the plan, or behind there being none."""
    if plan.found:
        return (
            "The plan is the optimum of a linear program, proved from its own numbers, and was run "
            "forward again by a simulator that shares no code with that program."
        )
    if all(outcome.proved for outcome in plan.windows):
        return "That there is no plan is proved from the numbers of the linear program, each time."
    return "No plan was found; that there is none is not proved in every case."

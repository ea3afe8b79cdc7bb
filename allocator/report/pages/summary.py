"""A plan on a page, for a finance director: text, the same on a terminal and in a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from allocator.explain.shadow_prices.priced_limits import priced_limits
from allocator.instance.instance import financial_year
from allocator.plan.plan import Plan
from allocator.plan.tables import charges
from allocator.report.pages.benefits import TITLE, benefit_lines
from allocator.report.pages.cash_prices import cash_lines
from allocator.report.pages.headline import answer_paragraphs, author_asked, question
from allocator.report.pages.need import TITLE as TITLE_OF_NEED
from allocator.report.pages.need import need_lines
from allocator.report.pages.sections import areas, by_year, windows
from allocator.report.pages.services import HEADINGS, services_shown
from allocator.report.pages.services import TITLE as TITLE_OF_SERVICES
from allocator.report.pages.sketch import FINE, Characters, Coloured, sketch
from allocator.report.pages.staff import staff_lines
from allocator.vocabulary import TARGET
from allocator.wording import (
    counted,
    listed,
    paragraph,
    pounds,
    scientific,
    shortened,
    table,
    years_said,
)
from formulations import FORMULATIONS

WHERE_TO_ASK = (
    "Which inputs, a little worse, leave no plan: see `allocator explain`, or `solve --tightest`"
)
MOST_WORTHS = 8
MOST_LEVERS = 5
HASH_LENGTH = 12
_LONGEST = 60  # of a label in a sentence


def summary(plan: Plan, characters: Characters = FINE) -> str:
    """The plan in plain text: the question and its answer, then the figures behind them."""
    return "".join(text for text, _ in summary_runs(plan, characters))


def summary_runs(plan: Plan, characters: Characters = FINE) -> Iterator[Coloured]:
    """The same in pieces, each with the name of its colour, blank for none."""
    for number, part in enumerate(_parts(plan, characters)):
        yield ("\n\n" if number else "", "")
        yield from [(part, "")] if isinstance(part, str) else part
    yield ("\n", "")


def _parts(plan: Plan, characters: Characters) -> Iterator[str | list[Coloured]]:
    title = " ".join((plan.instance.title or plan.instance.name).split())
    yield f"{paragraph(title)}\n{'=' * min(len(title), 98)}"
    if own := author_asked(plan.instance):
        yield paragraph(own)
    yield paragraph(question(plan.instance, plan.formulation))
    first, *others = answer_paragraphs(plan)
    yield "\n\n".join(map(paragraph, (f"Answer: {first}", *others)))
    yield sketch(plan, characters)
    yield by_year(plan)
    if plan.found:
        yield _money(plan)
    if plan.found and plan.instance.resolved.services:
        yield f"{TITLE_OF_SERVICES}\n" + table(HEADINGS, services_shown(plan), left=2)
    if need := need_lines(plan):
        yield f"{TITLE_OF_NEED}\n" + table(need[0], need[1:], left=2)
    if staff := staff_lines(plan):
        yield "Staff\n" + table(staff[0], staff[1:], left=2)
    if good := benefit_lines(plan):
        yield f"{TITLE}\n" + table(good[0], good[1:], left=2)
    if len(plan.windows) > 1:
        yield windows(plan)
    if len(plan.instance.areas) > 1:
        yield areas(plan)
    if plan.found:
        yield _binding(plan)
        if _has_targets(plan) and not ("tightest" in plan.tables or plan.shortfall()):
            yield WHERE_TO_ASK
    yield _proof(plan)


def _money(plan: Plan) -> str:
    lines = money_lines(plan)
    return "Money, against doing nothing new\n" + table(lines[0], lines[1:], left=2)


def money_lines(plan: Plan) -> list[tuple[str, str]]:
    """Peak deficit, double running, payback and present values: what each is, and how much."""
    cash, lines = plan.cash(), one_off_lines(plan)
    if cash.peak_deficit_year is None:
        lines.append(("Peak deficit", "none: never dearer than the baseline, year on year"))
    else:
        peak = f"{pounds(cash.peak_deficit)}, reached in {financial_year(cash.peak_deficit_year)}"
        lines.append(("Peak deficit", peak))
    before = "before payback" if cash.payback_year else "in the years of the plan"
    double = f"{pounds(cash.double_running_cost)} {before}"
    if cash.double_running_in_all > cash.double_running_cost + cash.tolerance:
        years = counted(len(cash.double_running_years), "year")
        double += f"; {pounds(cash.double_running_in_all)} in all {years} of double running"
    lines.append(("Double-running cost", double))
    lines.append(("Payback", payback_said(plan)))
    present = f"{pounds(plan.npv_in_horizon)} in the years of the plan"
    if plan.instance.terminal_value:
        present += f"; {pounds(plan.npv)} with what comes after them"
    lines.append(("Net present value", f"{present}, at {100 * plan.instance.discount_rate:.3g}%"))
    cost = f"{pounds(plan.cost or 0.0)} at present value"
    if plan.instance.terminal_value:
        cost += f", {pounds(plan.terminal_value or 0.0)} of it after the last year"
    lines.append(("Cost of the plan", cost))
    if plan.shortfall() is not None and plan.aims_at_targets:
        charged = charges(plan.instance, plan.tables)
        lines.append(("Charged for the shortfall", f"{pounds(charged)} at present value"))
    return [*lines, *cash_lines(plan)]


def one_off_lines(plan: Plan) -> list[tuple[str, str]]:
    """The one-off money that the plan needs and when, the figure of a bid, and what lapses.

    Blank where no fund is for a window alone; what lapses is told of the other funds, since
    one-off money that is not needed is not asked for.
    """
    accounts, funds = plan.instance.resolved.accounts, plan.table("funds")
    inside = [accounts[key].window_only for key in funds.keys(["fund", "owner"])]
    lines = []
    if any(inside):
        needed, there = plan.one_off, float(funds.where(inside).numbers("amount").sum())
        total = sum(needed.values())
        when = f", in {years_said(needed)}" if needed else ""
        lines.append(
            ("One-off money needed", f"{pounds(total)} of {pounds(there)} set aside{when}")
        )
        if len(needed) > 1:
            by_year = [f"{pounds(amount)} in {financial_year(y)}" for y, amount in needed.items()]
            lines.append(("Year by year", listed(by_year)))
    lost = funds.where([not each for each in inside]).sums(["fund"], "lapsed")
    told = [
        f"{pounds(amount)} of {shortened(plan.instance.label('funds', str(fund)), _LONGEST)}"
        for (fund,), (amount,) in lost.items()
        if amount > 0.5
    ]
    if told:
        lines.append(("Lapses unspent", listed(told)))
    return lines


def payback_said(plan: Plan) -> str:
    """The year of payback, and whether it lasts."""
    cash = plan.cash()
    if cash.payback_year is None:
        return f"not within the {counted(plan.instance.years, 'year')} of the plan"
    said = financial_year(cash.payback_year)
    if cash.lasting_payback_year is None:
        return f"{said}, but later years turn the balance negative again to the end"
    if cash.lasting_payback_year != cash.payback_year:
        return f"{said}; for good from {financial_year(cash.lasting_payback_year)}"
    return said


def _binding(plan: Plan) -> str:
    """The weightiest constraints that bind, and the price of one unit of each."""
    limits = priced_limits(plan)
    levers, others = ([w for w in limits if w.lever is side] for side in (True, False))
    shown = [*levers[:MOST_LEVERS], *others[: MOST_WORTHS - len(levers[:MOST_LEVERS])]]
    rows = [(each.what, each.worth) for each in shown]
    heading = "What binds, and what one unit of it is worth at present value"
    held = FORMULATIONS[plan.formulation].held
    if held:
        heading += f", {held}"
    lines = [paragraph(heading)]
    if TARGET not in plan.table("prices")["constraint"] and _has_targets(plan):
        lines.append("  The targets do not bind: the cheapest plan goes below them of itself")
    lines += _two_columns(rows)
    if len(limits) > len(shown):
        left = len(limits) - len(shown)
        lines.append(f"  and {left} more of less weight; `solve --out` writes them to prices.csv")
    if held and limits:
        lines.append("  What a unit, or £1m more, does to the children: see `allocator explain`")
    if limits:
        lines.append(
            "  Where limits meet, more and less of one differ in worth: see `allocator explain`"
        )
    return "\n".join(lines)


def _has_targets(plan: Plan) -> bool:
    return plan.aims_at_targets and bool(plan.instance.resolved.targets)


def _two_columns(rows: list[tuple[str, str]]) -> Iterator[str]:
    """Side by side where both fit, else one below the other."""
    for what, worth in rows:
        side_by_side = f"  {what}: {worth}"
        if len(side_by_side) <= 98:
            yield side_by_side
        else:
            yield paragraph(f"{what}:", "  ")
            yield paragraph(worth, "    ")


def _proof(plan: Plan) -> str:
    lines = proof_lines(plan)
    return table(lines[0], lines[1:], left=2)


def proof_lines(plan: Plan) -> list[tuple[str, str]]:
    """Certificate, audit, and what the figures rest on."""
    lines = []
    if plan.certificate is not None:
        residual = max(plan.certificate.primal.relative, plan.certificate.dual.relative)
        lines.append(
            (
                "Certificate",
                f"{'proved optimal' if plan.certificate.passed else 'FAILED'}: gap "
                f"{scientific(plan.certificate.gap)}, "
                f"worst residual {scientific(residual)} (relative)",
            )
        )
    if plan.audit is not None:
        worst = plan.audit.worst
        lines.append(
            (
                "Audit",
                f"{'passed' if plan.audit.passed else 'FAILED'}: {len(plan.audit.findings)} rules "
                "re-checked by simulation, "
                f"worst violation {scientific(worst.relative)} (relative)",
            )
        )
    if plan.branch_and_bound is not None:
        lines.append(("Window chosen", _chosen(plan.branch_and_bound)))
    lines.append(("Price base", f"{plan.instance.price_base}, undiscounted unless present value"))
    lines.append(("Solved by", f"{plan.solver}, formulation {plan.formulation}"))
    name = shortened(plan.instance.name, 50)
    lines.append(("Instance", f"{name}, hash {plan.instance.hash[:HASH_LENGTH]}"))
    return lines


def _chosen(whole: Mapping[str, float]) -> str:
    """How branch and bound chose the window, and what the proof is of."""
    return (
        f"by branch and bound, {counted(int(whole['nodes']), 'node')}: gap "
        f"{scientific(whole['gap'])}; the proof and prices are of that window's own program"
    )

"""What was asked, and what was found, in a sentence or two."""

from __future__ import annotations

from allocator.instance.instance import Instance, financial_year
from allocator.plan.evidence import moves_on_weak
from allocator.plan.plan import Plan
from allocator.report.pages.benefits import counted_said
from allocator.report.pages.position import (
    LEAST_POUNDS,
    as_good_said,
    position_said,
    reinvested_said,
    twice_said,
)
from allocator.report.pages.services import services_said
from allocator.report.pages.staff import staff_said
from allocator.report.pages.targets import (
    LEAST_CHILDREN,
    nearer_said,
    reached_said,
    target_said,
    targets_said,
)
from allocator.report.pages.tightest import tightest_said
from allocator.wording import counted, listed, number, pounds
from formulations import FORMULATIONS

_MOST_BESIDE = 2  # years of targets told beside the last


def author_asked(instance: Instance) -> str:
    """``Asked:`` and the question in its author's words; blank where they gave none."""
    return f"Asked: {' '.join(instance.question.split())}" if instance.question else ""


def question(instance: Instance, formulation: str) -> str:
    """What a formulation asks of an instance."""
    asked, targets = FORMULATIONS[formulation], targets_said(instance)
    told = asked.question if targets else asked.untargeted or asked.question
    end = financial_year(instance.last_year)
    return f"Question: {told.format(targets=targets, end=end)}"


def answer(plan: Plan) -> str:
    """What was found, in one paragraph."""
    return f"Answer: {' '.join(answer_paragraphs(plan))}"


def answer_paragraphs(plan: Plan) -> tuple[str, ...]:
    """What was found, bad news with it: children, money, years; services; staff; what it rests on.

    Without a plan, that there is none, in one.
    """
    if not plan.found:
        return (_no_plan(plan),)
    told = f"{_shared(plan)}{_children(plan)}"
    told = told[:1].upper() + told[1:]
    if counting := counted_said(plan):
        told = f"{counting}{told[0].lower()}{told[1:]}"
    first = (
        told,
        target_said(plan),
        shortfall_said(plan),
        nearer_said(plan),
        position_said(plan),
        twice_said(plan),
        as_good_said(plan),
        reinvested_said(plan),
    )
    services, basis = services_said(plan), (weak_said(plan), tightest_said(plan))
    paragraphs = (first, services, (staff_said(plan),), basis)
    return tuple(filter(None, (" ".join(filter(None, each)) for each in paragraphs)))


def shortfall_said(plan: Plan) -> str:
    """By how many children and pounds the plan falls short in which years; blank if it does not."""
    short = plan.shortfall()
    if short is None:
        return ""
    missed = [
        f"{number(children)} at the end of {financial_year(year)}"
        for year, children in short["excess"].items()
        if children > LEAST_CHILDREN
    ]
    beyond = [
        f"{pounds(amount)} in {financial_year(year)}"
        for year, amount in short["overspent"].items()
        if amount > LEAST_POUNDS
    ]
    said = [f"It is short of the target, by {listed(missed)}."] if missed else []
    if beyond:
        said.append(f"Statutory work overspends the funds, by {listed(beyond)}.")
    return " ".join(said)


def _no_plan(plan: Plan) -> str:
    proved = all(outcome.proved for outcome in plan.windows)
    windows = len(plan.windows) - 1
    tried = "without a double investment"
    if windows:
        tried += f" and with each of the {counted(windows, 'window')} allowed"
    told = f"There is no such plan. It was tried {tried}, and "
    if proved:
        told += "each case is proved infeasible." if windows else "that is proved infeasible."
    else:
        told += "the solver found none, though it could not prove that in every case."
    told += (
        " The table shows what happens if nothing changes. `allocator explain INSTANCE` says which"
        " limits can't all hold and what would give a plan."
    )
    otherwise = FORMULATIONS[plan.formulation].otherwise
    if otherwise:
        told += (
            f" For what the funds can reach, run `allocator solve INSTANCE --formulation "
            f"{otherwise}`."
        )
    return told


def weak_said(plan: Plan) -> str:
    """That more than half of the moves which the plan changes rest on weak evidence, if so."""
    hanging, averted, added = moves_on_weak(plan)
    total = averted + added
    if total <= 0 or hanging <= total / 2:
        return ""
    share = 100 * hanging / total
    all_of = "All of" if share >= 99.5 else f"{share:.0f}% of"
    return f"{all_of} the moves that it averts or adds rest on evidence that is weak or not graded."


def asked_year(plan: Plan) -> int:
    """The year that was asked for: the last that a target names, else the plan's last."""
    years = [int(row["year"]) for row in plan.instance.tables["targets"]]
    return max(years, default=plan.instance.last_year)


def _children(plan: Plan) -> str:
    """Against what comes if nothing changes, in the year asked for; then the path."""
    years, asked = plan.yearly(), asked_year(plan)
    opening = sum(s.opening for s in plan.instance.resolved.states.values() if s.in_care)
    there = years["children_in_care"][asked]
    unchanged = years["baseline_children_in_care"][asked]
    more = unchanged < there
    by = number(abs(unchanged - there))
    against = f"{by} {'more' if more else 'fewer'} than if nothing changes ({number(unchanged)})"
    if by == "0":
        against = "as many as if nothing changes"
    path = [f"{number(opening)} at the start"]
    for year in _beside(plan, asked):
        here = number(years["children_in_care"][year])
        same = number(years["baseline_children_in_care"][year])
        path.append(f"{here} at the end of {financial_year(year)} ({same} if nothing changes)")
    return (
        f"at the end of {financial_year(asked)}, {number(there)} children are in care, "
        f"{against}; there are {listed(path)}.{reached_said(plan)}"
    )


def _beside(plan: Plan, asked: int) -> list[int]:
    """Years told beside the one asked for: the last of the targets before it, and the plan's."""
    before = {int(row["year"]) for row in plan.instance.tables["targets"]} - {asked}
    return [*sorted(before)[-_MOST_BESIDE:], *({plan.instance.last_year} - {asked})]


def _shared(plan: Plan) -> str:
    """The share that every area has, where that is what is asked for."""
    if plan.theta is None:
        return ""
    much = f"{abs(plan.theta):.1%} {'fewer' if plan.theta >= 0 else 'more'}"
    least = "at least" if plan.theta >= 0 else "at most"
    return f"every area has {least} {much} children in care than if nothing changes: "

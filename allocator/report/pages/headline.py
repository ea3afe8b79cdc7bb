"""What was asked, and what was found, in a sentence or two."""

from __future__ import annotations

from allocator.instance.instance import Instance, financial_year, owner_areas
from allocator.instance.rows import target_children
from allocator.instance.schema import ALL
from allocator.plan.evidence import moves_on_weak
from allocator.plan.plan import Plan
from allocator.report.pages.benefits import counted_said
from allocator.report.pages.position import (
    LEAST_POUNDS,
    as_good_said,
    position_said,
    twice_said,
)
from allocator.report.pages.services import services_said
from allocator.report.pages.staff import hiring_said
from allocator.report.pages.tightest import tightest_said
from allocator.wording import counted, listed, number, pounds, shortened, years_said
from formulations import FORMULATIONS

_MOST_TARGETS = 3
_MOST_BESIDE = 2  # years of targets told beside the last
LEAST_CHILDREN = 1e-4  # fewer above a target are rounding


def author_asked(instance: Instance) -> str:
    """``Asked:`` and the question in its author's words; blank where they gave none."""
    return f"Asked: {' '.join(instance.question.split())}" if instance.question else ""


def question(instance: Instance, formulation: str) -> str:
    """What a formulation asks of an instance."""
    asked, targets = FORMULATIONS[formulation], targets_said(instance)
    told = asked.question if targets else asked.untargeted or asked.question
    end = financial_year(instance.last_year)
    return f"Question: {told.format(targets=targets, end=end)}"


def targets_said(instance: Instance) -> str:
    """``at most 60,000 children in care at the end of 2025-26``; blank without targets."""
    rows = sorted(instance.tables["targets"], key=lambda row: row["year"])
    shared = [row for row in rows if row["area"] is None]
    said = [
        f"at most {number(target_children(instance, row))} children in care at the end of "
        f"{financial_year(row['year'])}"
        for row in shared
    ]
    if len(said) > _MOST_TARGETS:
        said = [*said[: _MOST_TARGETS - 1], f"{len(said) - _MOST_TARGETS + 1} more targets"]
    owned = sorted({row["area"] for row in rows if row["area"] is not None})
    if owned:
        names = [shortened(instance.label("areas", area), 24) for area in owned]
        few = listed(names) if len(names) <= _MOST_TARGETS else f"{len(names)} areas"
        said.append(f"the targets of {few}" if len(names) > 1 else f"the target of {few}")
    return listed(said)


def answer(plan: Plan) -> str:
    """What was found, in one paragraph."""
    return f"Answer: {' '.join(answer_paragraphs(plan))}"


def answer_paragraphs(plan: Plan) -> tuple[str, ...]:
    """What was found, bad news with it: children, money and years; services; what it rests on.

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
        _target_said(plan),
        shortfall_said(plan),
        _nearer_said(plan),
        position_said(plan),
        twice_said(plan),
        as_good_said(plan),
        hiring_said(plan),
    )
    services, basis = services_said(plan), (weak_said(plan), tightest_said(plan))
    paragraphs = (first, services, basis)
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
        f"{against}; there are {listed(path)}.{_reached(plan)}"
    )


def _beside(plan: Plan, asked: int) -> list[int]:
    """Years told beside the one asked for: the last of the targets before it, and the plan's."""
    before = {int(row["year"]) for row in plan.instance.tables["targets"]} - {asked}
    return [*sorted(before)[-_MOST_BESIDE:], *({plan.instance.last_year} - {asked})]


def _target_said(plan: Plan) -> str:
    """Whether the target costs anything, what one child fewer would, and how late it is met."""
    rows = plan.instance.tables["targets"]
    if not plan.aims_at_targets or not rows:
        return ""
    met = [key for key in _asked(plan) if not _is_missed(plan, *key)]
    prices = {key: _price(plan, *key) for key in met}
    if not any(price > LEAST_POUNDS for price in prices.values()):
        if len(met) < len(rows):
            return ""
        binds = "target does" if len(rows) == 1 else "targets do"
        return f"The {binds} not bind: the cheapest plan goes as low without being told to."
    (owner, year), price = max(prices.items(), key=lambda item: item[1])
    when = years_said(_stands(plan, owner, year))
    whose = "" if owner == ALL else f" of {shortened(plan.instance.label('areas', owner), 24)}"
    said = (
        f"One child fewer in the target{whose} for {when} would cost "
        f"{pounds(price)} at present value."
    )
    return f"{said} {_late(plan)}".rstrip()


def _asked(plan: Plan) -> list[tuple[str, int]]:
    """Whose target and from which year, a pair for each row of the instance."""
    rows = plan.instance.tables["targets"]
    return [(ALL if row["area"] is None else row["area"], int(row["year"])) for row in rows]


def _price(plan: Plan, owner: str, year: int) -> float:
    """£ at present value for one child fewer in a target, in every year for which it stands."""
    stands = _stands(plan, owner, year)
    return -sum(p for y, p in plan.target_price(owner).items() if y in stands)


def _stands(plan: Plan, owner: str, year: int) -> range:
    """The years for which a target stands: until the next of the same area."""
    later = [other for whose, other in _asked(plan) if whose == owner and other > year]
    return range(year, min(later, default=plan.instance.last_year + 1))


def _is_missed(plan: Plan, owner: str, year: int) -> bool:
    """Whether a plan that may miss targets at a price misses this one in any of its years."""
    if "excess" not in plan.tables:
        return False
    above = plan.table("excess").only("owner", owner).keys(["year", "excess"])
    stands = _stands(plan, owner, year)
    return any(float(by) > LEAST_CHILDREN for y, by in above if y in stands)


def _nearer_said(plan: Plan) -> str:
    """What a plan that misses a target is charged, which is less than coming nearer would cost."""
    price = plan.instance.shortfall.excess_price
    if price is None or not any(_is_missed(plan, *key) for key in _asked(plan)):
        return ""
    return (
        f"To come nearer to the target would cost no less than the {pounds(price)} that each "
        "child above it is charged at a year's end."
    )


def _late(plan: Plan) -> str:
    """That a target is met only at the very end, where nothing shows that it lasts."""
    last, asked = plan.instance.last_year, _asked(plan)
    if asked != [(ALL, last)] or last == plan.instance.first_year:
        return ""
    met = plan.instance.resolved.targets[ALL, last] + LEAST_CHILDREN
    by_year = plan.yearly()["children_in_care"]
    early = any(children <= met for year, children in by_year.items() if year < last)
    if early or by_year[last] > met:
        return ""
    return "The target is met only in the plan's last year: nothing here shows that it lasts."


def _shared(plan: Plan) -> str:
    """The share that every area has, where that is what is asked for."""
    if plan.theta is None:
        return ""
    much = f"{abs(plan.theta):.1%} {'fewer' if plan.theta >= 0 else 'more'}"
    least = "at least" if plan.theta >= 0 else "at most"
    return f"every area has {least} {much} children in care than if nothing changes: "


def _reached(plan: Plan) -> str:
    """For the fewest that the funds can reach: how that stands against the targets."""
    if plan.aims_at_targets or not plan.instance.resolved.targets:
        return ""
    missed = []
    for owner, year in plan.instance.resolved.targets:
        most = plan.instance.resolved.targets[owner, year]
        reached = sum(
            plan.yearly(area)["children_in_care"][year]
            for area in owner_areas(plan.instance, owner)
        )
        if reached > most * (1 + 1e-9) + 1e-6:
            missed.append((reached - most, owner, year))
    if not missed:
        rows = len(plan.instance.tables["targets"])
        return f" That meets {'the target' if rows == 1 else f'all {rows} targets'}."
    by, owner, year = max(missed)
    whose = "" if owner == ALL else f" of {shortened(plan.instance.label('areas', owner), 24)}"
    return (
        f" The target{whose} of {number(plan.instance.resolved.targets[owner, year])} for the "
        f"end of {financial_year(year)} is missed by {number(by)}."
    )

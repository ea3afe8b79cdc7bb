"""What was asked, and what was found, in a sentence or two."""

from __future__ import annotations

from allocator.instance.instance import Instance, financial_year, owner_areas
from allocator.instance.resolved import target_children
from allocator.instance.schema import ALL
from allocator.plan.plan import Plan
from allocator.report.pages.benefits import counted_said
from allocator.wording import counted, listed, number, pounds, shortened, years_said
from formulations import FORMULATIONS

_MOST_TARGETS = 3
LEAST_CHILDREN = 1e-4  # fewer above a target, or fewer pounds beyond the funds, are rounding
LEAST_POUNDS = 1.0


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
    """What was found."""
    if not plan.found:
        return _no_plan(plan)
    told = f"{_shared(plan)}{_children(plan)}"
    told = told[:1].upper() + told[1:]
    if counting := counted_said(plan):
        told = f"{counting}{told[0].lower()}{told[1:]}"
    said = [told, _position(plan), twice_said(plan), shortfall_said(plan)]
    return f"Answer: {' '.join(filter(None, said))}"


def shortfall_said(plan: Plan) -> str:
    """By how many children and pounds the plan falls short in which years; blank if it does not."""
    short = plan.shortfall()
    if short is None:
        return ""
    missed = [
        f"{number(children)} at the end of {financial_year(year)}"
        for year, children in short["excess"].items() if children > LEAST_CHILDREN
    ]  # fmt: skip
    beyond = [
        f"{pounds(amount)} in {financial_year(year)}"
        for year, amount in short["overspent"].items() if amount > LEAST_POUNDS
    ]  # fmt: skip
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
    told = f"Answer: there is no such plan. It was tried {tried}, and "
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


def twice_said(plan: Plan) -> str:
    """The window and the years of double running: always together, since they are not the same."""
    years = plan.cash().double_running_years
    dearer = "the plan costs more than doing nothing new in no year before it pays back for good"
    if years:
        dearer = (
            f"the plan costs more than doing nothing new in {counted(len(years), 'year')}, "
            f"{years_said(years)}"
        )
    return f"{_window(plan)}; {dearer}."


def _window(plan: Plan) -> str:
    if plan.window is not None:
        start, length = plan.window
        years = years_said(range(start, start + length))
        if any(fund.window_only for fund in plan.instance.resolved.accounts.values()):
            return f"One-off money may be spent in {years}"
        return f"The window of double investment is {years}"
    if len(plan.windows) == 1:
        return "The instance allows no double investment"
    return "No window of double investment does better than none"


def _children(plan: Plan) -> str:
    years, last = plan.years(), plan.instance.last_year
    opening = sum(s.opening for s in plan.instance.resolved.states.values() if s.in_care)
    end = float(years["children_in_care"][last])
    unchanged = float(years["baseline_children_in_care"][last])
    way = "fall" if end < opening else "rise"
    moved = f"{way} from {number(opening)} to {number(end)} by the end of {financial_year(last)}"
    if number(end) == number(opening):
        moved = f"are {number(end)} at the end of {financial_year(last)}, as at the start"
    return f"children in care {moved}, against {number(unchanged)} if nothing changes." + _reached(
        plan
    )


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
            float(plan.years(area)["children_in_care"][year])
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


def _position(plan: Plan) -> str:
    cash = plan.cash()
    total = sum(cash.net.values())
    verb = "saves" if total >= 0 else "costs"
    years = counted(plan.instance.years, "year")
    told = f"Over {years} it {verb} {pounds(abs(total))} against doing nothing new"
    if cash.peak_deficit_year is not None:
        told += f", after a deficit of up to {pounds(cash.peak_deficit)}" if total >= 0 else (
            f", at most {pounds(cash.peak_deficit)} behind"
        )  # fmt: skip
    if cash.payback_year is not None and cash.payback_year > plan.instance.first_year:
        told += f", and pays back in {financial_year(cash.payback_year)}"
    return told + "."

"""What was asked, and what was found, in a sentence or two."""

from __future__ import annotations

from allocator.instance.instance import Instance, financial_year, owner_areas
from allocator.instance.rows import target_children
from allocator.instance.schema import ALL
from allocator.plan.evidence import moves_on_weak
from allocator.plan.plan import Plan
from allocator.plan.ties import as_good
from allocator.report.pages.benefits import counted_said
from allocator.report.pages.sections import compared, window_said
from allocator.report.pages.services import lost_said
from allocator.report.pages.staff import hiring_said
from allocator.report.pages.tightest import tightest_said
from allocator.wording import counted, listed, number, pounds, shortened, years_said
from formulations import FORMULATIONS

_MOST_TARGETS = 3
_MOST_TIED = 3
LEAST_CHILDREN = 1e-4  # fewer above a target, or fewer pounds beyond the funds, are rounding
LEAST_POUNDS = 1.0


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
    """What was found, bad news with it: children, money and years; then what is cut.

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
        _position(plan),
        twice_said(plan),
        as_good_said(plan),
        hiring_said(plan),
    )
    second = (lost_said(plan), weak_said(plan), tightest_said(plan))
    return tuple(filter(None, (" ".join(filter(None, each)) for each in (first, second))))


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


def twice_said(plan: Plan) -> str:
    """The window and the years of double running: always together, since they are not the same."""
    years = plan.cash().double_running_years
    dearer = "the plan costs more than doing nothing new in no year before it pays back for good"
    if years:
        dearer = (
            f"the plan costs more than doing nothing new in {counted(len(years), 'year')}, "
            f"{years_said(years)}"
        )
    return f"{_window(plan)}{_without(plan)}; {dearer}."


def _without(plan: Plan) -> str:
    """What comes of it without a window, where the plan has one that matters."""
    none = next((each for each in plan.windows if each.window is None), None)
    if plan.window is None or none is None or none in as_good(plan):
        return ""
    if none.status == "infeasible":
        return " (without a window there is no plan)"
    if none.objective is None or plan.objective is None or not plan.aims_at_targets:
        return ""
    counted_too = compared(plan).removeprefix("Cost")
    more = pounds(none.objective - plan.objective)
    return f" (without a window it costs {more} more{counted_too})"


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


def as_good_said(plan: Plan) -> str:
    """The windows that differ from the plan's by less than it is sure of; blank without any.

    Where none is the plan's choice, it is told already that no window does better.
    """
    others = as_good(plan)
    if not others or plan.window is None:
        return ""
    names = [window_said(each.window) for each in others if each.window is not None]
    if len(names) > _MOST_TIED:
        names = [*names[:_MOST_TIED], f"{counted(len(names) - _MOST_TIED, 'window')} more"]
    if any(each.window is None for each in others):
        names.insert(0, "no window at all")
    least = f"1% of what it {'saves' if plan.npv >= 0 else 'costs more'}"
    return f"As good, since within {least}: {'; '.join(names)}."


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
    years, last, asked = plan.yearly(), plan.instance.last_year, asked_year(plan)
    opening = sum(s.opening for s in plan.instance.resolved.states.values() if s.in_care)
    there = years["children_in_care"][asked]
    unchanged = years["baseline_children_in_care"][asked]
    more = unchanged < there
    by = number(abs(unchanged - there))
    against = f"{by} {'more' if more else 'fewer'} than if nothing changes ({number(unchanged)})"
    if by == "0":
        against = "as many as if nothing changes"
    path = f"there are {number(opening)} at the start"
    if asked != last:
        end = number(years["children_in_care"][last])
        same = number(years["baseline_children_in_care"][last])
        path += f" and {end} at the end of {financial_year(last)} ({same} if nothing changes)"
    return (
        f"at the end of {financial_year(asked)} {number(there)} children are in care, "
        f"{against}; {path}.{_reached(plan)}"
    )


def _target_said(plan: Plan) -> str:
    """Whether the target costs anything, what one child fewer would, and how late it is met."""
    rows = plan.instance.tables["targets"]
    if not plan.aims_at_targets or not rows:
        return ""
    prices = {key: _price(plan, *key) for key in _asked(plan)}
    if not any(price > LEAST_POUNDS for price in prices.values()):
        binds = "target does" if len(rows) == 1 else "targets do"
        return f"The {binds} not bind: the cheapest plan goes as low without being told to."
    (owner, year), price = max(prices.items(), key=lambda item: item[1])
    whose = "" if owner == ALL else f" of {shortened(plan.instance.label('areas', owner), 24)}"
    said = (
        f"One child fewer in the target{whose} for {financial_year(year)} would cost "
        f"{pounds(price)} at present value."
    )
    return f"{said} {_late(plan)}".rstrip()


def _asked(plan: Plan) -> list[tuple[str, int]]:
    """Whose target and from which year, a pair for each row of the instance."""
    rows = plan.instance.tables["targets"]
    return [(ALL if row["area"] is None else row["area"], int(row["year"])) for row in rows]


def _price(plan: Plan, owner: str, year: int) -> float:
    """£ at present value for one child fewer in a target, in every year for which it stands."""
    later = [other for whose, other in _asked(plan) if whose == owner and other > year]
    until = min(later, default=plan.instance.last_year + 1)
    return -sum(p for y, p in plan.target_price(owner).items() if year <= y < until)


def _late(plan: Plan) -> str:
    """That a target is met only at the very end, where nothing shows that it lasts."""
    last, asked = plan.instance.last_year, _asked(plan)
    if asked != [(ALL, last)] or last == plan.instance.first_year:
        return ""
    met = plan.instance.resolved.targets[ALL, last] + LEAST_CHILDREN
    by_year = plan.yearly()["children_in_care"].items()
    if not all(children > met for year, children in by_year if year < last):
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


def _position(plan: Plan) -> str:
    """Over the years: saved or spent, how far behind, paid back or not, and a loss in the end."""
    cash = plan.cash()
    total = sum(cash.net.values())
    years = counted(plan.instance.years, "year")
    if total >= 0:
        told = f"Over {years} it saves {pounds(total)} against doing nothing new"
    else:
        told = f"Over {years} it costs {pounds(-total)} more than doing nothing new"
    if cash.peak_deficit_year is not None:
        told += (
            f", after a deficit of up to {pounds(cash.peak_deficit)}"
            if total >= 0
            else (f", at most {pounds(cash.peak_deficit)} behind")
        )
    if cash.payback_year is None:
        told += ", and does not pay back in that time"
    elif cash.lasting_payback_year is None:
        told += f", and pays back in {financial_year(cash.payback_year)}, but not for good"
    elif cash.lasting_payback_year > plan.instance.first_year:
        told += f", and pays back in {financial_year(cash.lasting_payback_year)}"
    return f"{told}.{_loss(plan)}"


def _loss(plan: Plan) -> str:
    """A net present value below nought, with the years after the plan's and without."""
    later, inside = plan.npv, plan.npv_in_horizon
    least = max(LEAST_POUNDS, plan.cash().tolerance)
    if not plan.instance.terminal_value:
        return "" if inside >= -least else f" At present value it loses {pounds(-inside)}."
    if later < -least:
        return f" At present value it loses {pounds(-later)}, later years counted."
    if inside < -least:
        return (
            f" At present value it loses {pounds(-inside)} in its own years; with what comes "
            f"after them it gains {pounds(later)}."
        )
    return ""

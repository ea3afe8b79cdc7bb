"""What is said of targets: what is asked for, what it costs, whether it is met, and when."""

from __future__ import annotations

from allocator.instance.instance import Instance, Row, financial_year, owner_areas
from allocator.instance.rows import target_children
from allocator.instance.schema import ALL
from allocator.plan.plan import Plan
from allocator.report.pages.position import LEAST_POUNDS
from allocator.wording import listed, number, pounds, shortened, years_said

_MOST_TARGETS = 3
LEAST_CHILDREN = 1e-4  # fewer above a target are rounding


def targets_said(instance: Instance) -> str:
    """``at most 60,000 children in care at the end of 2025-26 and after``; blank without any."""
    rows = sorted(instance.tables["targets"], key=lambda row: row["year"])
    shared = [row for row in rows if row["area"] is None]
    said = [
        f"at most {number(target_children(instance, row))} children in care {_when(instance, row)}"
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


def _when(instance: Instance, row: Row) -> str:
    """``at the end of 2025-26``, with ``and after`` where the target stands for later years too."""
    owner, year = ALL if row["area"] is None else row["area"], int(row["year"])
    stands = _stands(instance, owner, year)
    return f"at the end of {financial_year(year)}{' and after' if len(stands) > 1 else ''}"


def target_said(plan: Plan) -> str:
    """Whether the target costs anything, what one child fewer would, and how late it is met."""
    rows = plan.instance.tables["targets"]
    if not plan.aims_at_targets or not rows:
        return ""
    met = [key for key in _asked(plan.instance) if not _is_missed(plan, *key)]
    prices = {key: _price(plan, *key) for key in met}
    if not any(price > LEAST_POUNDS for price in prices.values()):
        if len(met) < len(rows):
            return ""
        binds = "target does" if len(rows) == 1 else "targets do"
        return f"The {binds} not bind: the cheapest plan goes as low without being told to."
    (owner, year), price = max(prices.items(), key=lambda item: item[1])
    when = years_said(_stands(plan.instance, owner, year))
    whose = "" if owner == ALL else f" of {shortened(plan.instance.label('areas', owner), 24)}"
    said = (
        f"One child fewer in the target{whose} for {when} would cost "
        f"{pounds(price)} at present value."
    )
    return f"{said} {_late(plan)}".rstrip()


def nearer_said(plan: Plan) -> str:
    """What a plan that misses a target is charged, which is less than coming nearer would cost."""
    price = plan.instance.shortfall.excess_price
    if price is None or not any(_is_missed(plan, *key) for key in _asked(plan.instance)):
        return ""
    return (
        f"To come nearer to the target would cost no less than the {pounds(price)} that each "
        "child above it is charged at a year's end."
    )


def reached_said(plan: Plan) -> str:
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


def _late(plan: Plan) -> str:
    """That a target is met only at the very end, where nothing shows that it lasts."""
    last, asked = plan.instance.last_year, _asked(plan.instance)
    if asked != [(ALL, last)] or last == plan.instance.first_year:
        return ""
    met = plan.instance.resolved.targets[ALL, last] + LEAST_CHILDREN
    by_year = plan.yearly()["children_in_care"]
    early = any(children <= met for year, children in by_year.items() if year < last)
    if early or by_year[last] > met:
        return ""
    return "The target is met only in the plan's last year: nothing here shows that it lasts."


def _asked(instance: Instance) -> list[tuple[str, int]]:
    """Whose target and from which year, a pair for each row of the instance."""
    rows = instance.tables["targets"]
    return [(ALL if row["area"] is None else row["area"], int(row["year"])) for row in rows]


def _price(plan: Plan, owner: str, year: int) -> float:
    """£ at present value for one child fewer in a target, in every year for which it stands."""
    stands = _stands(plan.instance, owner, year)
    return -sum(p for y, p in plan.target_price(owner).items() if y in stands)


def _stands(instance: Instance, owner: str, year: int) -> range:
    """The years for which a target stands: until the next of the same area."""
    later = [other for whose, other in _asked(instance) if whose == owner and other > year]
    return range(year, min(later, default=instance.last_year + 1))


def _is_missed(plan: Plan, owner: str, year: int) -> bool:
    """Whether a plan that may miss targets at a price misses this one in any of its years."""
    if "excess" not in plan.tables:
        return False
    above = plan.table("excess").only("owner", owner).keys(["year", "excess"])
    stands = _stands(plan.instance, owner, year)
    return any(float(by) > LEAST_CHILDREN for y, by in above if y in stands)

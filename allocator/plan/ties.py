"""Which choices are as good as the plan's: those that differ by less than the plan is sure of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocator.instance import Window
    from allocator.plan.plan import Plan
    from allocator.plan.windows import WindowOutcome

AS_GOOD: Final = 0.01  # share of what the plan saves
_SAME: Final = 1e-8  # relative: windows nearer than that cost the same
_SAME_CHILDREN: Final = 1e-6  # relative, where the fewest children are what is asked for


def margin(plan: Plan) -> float:
    """£ at present value below which a difference in cost tells nothing: 1% of what it saves.

    Of what it costs more where it saves nothing; what comes after the plan's years is counted.
    NoPlanError where there is no plan.
    """
    return AS_GOOD * abs(plan.npv)


def as_good(plan: Plan) -> tuple[WindowOutcome, ...]:
    """Windows other than the plan's own that are as good, in the order of the instance.

    Where the formulation asks for something before cost, they are as good in that as well.
    """
    chosen = _chosen(plan)
    if chosen is None:
        return ()
    near = near_in_cost(plan.windows, chosen, margin(plan))
    if plan.aims_at_targets:
        return near
    children = chosen.children_in_care or 0.0
    return tuple(
        each
        for each in near
        if abs((each.children_in_care or 0.0) - children) <= _SAME_CHILDREN * children
    )


def _chosen(plan: Plan) -> WindowOutcome | None:
    """The plan's own window; None where there is no plan."""
    own = (each for each in plan.windows if each.window == plan.window)
    return None if plan.objective is None else next(own, None)


def ranked(plan: Plan) -> list[WindowOutcome]:
    """Windows as they are told: the plan's own, then by what was asked, those without a plan last.

    Those that cost the same stand in the order of the instance.
    """
    chosen, levels = _chosen(plan), _levels(plan.windows)

    def rank(each: WindowOutcome) -> tuple[bool, bool, float, float]:
        children = 0.0 if plan.aims_at_targets else round(each.children_in_care or 0.0, 3)
        return (each is not chosen, each.objective is None, children, levels.get(each.window, 0.0))

    return sorted(plan.windows, key=rank)


def _levels(windows: Sequence[WindowOutcome]) -> dict[Window | None, float]:
    """Costs of windows that have a plan, £; of those that cost the same, the least of theirs."""
    levels: dict[Window | None, float] = {}
    least = None
    for each in sorted(windows, key=lambda outcome: outcome.objective or 0.0):
        if least is None or not costs_the_same(each, least):
            least = each
        levels[each.window] = least.objective or 0.0
    return levels


def costs_the_same(one: WindowOutcome, other: WindowOutcome) -> bool:
    """Whether two windows that have a plan cost the same, but for rounding."""
    if one.objective is None or other.objective is None:
        return False
    return abs(one.objective - other.objective) <= _SAME * abs(other.objective)


def near_in_cost(
    windows: Sequence[WindowOutcome], chosen: WindowOutcome, apart: float
) -> tuple[WindowOutcome, ...]:
    """The windows other than the chosen one that cost no more than so many £ more or less."""
    cost = chosen.objective or 0.0
    return tuple(
        each
        for each in windows
        if each is not chosen and each.objective is not None and abs(each.objective - cost) <= apart
    )

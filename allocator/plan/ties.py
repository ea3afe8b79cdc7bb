"""Which choices are as good as the plan's: those that differ by less than the plan is sure of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocator.plan.plan import Plan
    from allocator.plan.windows import WindowOutcome

AS_GOOD: Final = 0.01  # share of what the plan saves
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
    chosen = next((each for each in plan.windows if each.window == plan.window), None)
    if plan.objective is None or chosen is None:
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

"""Rules about the good done to others: section 3.14 of the specification."""

from __future__ import annotations

import numpy as np

from allocator.audit.case import Case, Floats
from allocator.audit.findings import Ledger
from allocator.audit.marks import of_every_plan
from allocator.simulate import Baseline, baseline
from allocator.simulate.terminal import terminal_value

BenefitKey = tuple[str, str, str, str]  # area, state or service, to whom, kind


@of_every_plan
def benefits(case: Case, ledger: Ledger) -> None:
    """3.14: the good done to others by year, the plan's and the baseline's, is what is stated."""
    if not case.data.benefits:
        return
    stated = {
        name: case.by_year("benefits", name, ["area", "item", "to_whom", "kind"])
        for name in ("benefit", "baseline_benefit")
    }
    missing, unchanged = np.full(case.instance.years, np.nan), baseline(case.instance)
    for (name, by_key), after in zip(
        stated.items(), (by_year(case), by_year(case, unchanged)), strict=True
    ):
        for key, amounts in after.items():
            value, limit = by_key.get(key, missing), amounts[:, None]
            ledger.compare(
                name.replace("_", " ") + " to others",
                "3.14",
                "£",
                value[:, None],
                limit,
                case.years,
                [key],
                "equal",
            )


def by_year(case: Case, unchanged: Baseline | None = None) -> dict[BenefitKey, Floats]:
    """£ at present value by year, unweighted, of the plan or of the baseline."""
    run = case.run
    children = case.children if unchanged is None else unchanged.children
    level = case.served
    if unchanged is not None:
        level = np.tile(run.service_values("baseline"), (case.instance.number_of_periods, 1))
    length = 1 / case.instance.periods_per_year
    child_years = run.clock.by_year((children[:-1] + children[1:]) / 2 * length)
    cases = run.clock.by_year(level * length)
    amounts: dict[BenefitKey, Floats] = {}
    for (area, item, whom, kind, lag), amount in case.data.benefits.items():
        if (area, item) in run.services:
            units = cases[:, run.services.index((area, item))]
        else:
            units = child_years[:, run.states.index((area, item))]
        later = (1 + case.instance.discount_rate) ** -lag
        worth = units * amount.value * later * run.discount()
        key = (area, item, whom, kind)
        amounts[key] = amounts.get(key, 0.0) + worth
    return amounts


def counted(case: Case) -> float:
    """What the plan's objective is less by, £: the weight of the horizon's and of what follows."""
    weight = case.instance.benefit_weight
    if not weight:
        return 0.0
    inside = sum(float(amounts.sum()) for amounts in by_year(case).values())
    each = np.zeros(len(case.run.states))
    for (area, item, *_), amount in case.data.benefits.items():
        if (area, item) in case.run.states:
            each[case.run.states.index((area, item))] += amount.value
    after = case.diverted[case.instance.number_of_periods :]
    return weight * (inside + terminal_value(case.run, case.children[-1], after, each))

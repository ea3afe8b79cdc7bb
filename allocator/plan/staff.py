"""A plan's staff: the work there is, who is there to do it, and what they cost.  MODEL.md 3.12."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from allocator.simulate import Simulator
from allocator.simulate.staffing import Staff, costs_of_staff, work
from allocator.table import Table, Tables

if TYPE_CHECKING:
    import pandas as pd

    from allocator.instance import Instance

Floats = NDArray[np.float64]

DECIDED: Final = ["in_post", "hired", "let_go", "agency"]
COSTS: Final = ["post_cost", "turnover_cost", "agency_cost", "support_cost"]


def staff_table(instance: Instance, tables: Mapping[str, pd.DataFrame]) -> Table:
    """The table ``staff`` with all that follows from what was decided, by area, role and period.

    ``supported`` adds up the practices; ``need`` is FTE that the work takes and ``cases`` the
    children and cases per year that it is; costs are £ of the period.  Needs ``states``,
    ``services``, ``staff`` with what was decided and, where there are some, ``practices``.
    """
    run, given, last = Simulator(instance), Tables.of(tables), instance.number_of_periods
    decided, services = given.table("staff"), given.table("services")
    within = range(1, last + 1)
    children = _wide(
        given.table("states"), ("area", "state"), "children", run.states, range(last + 1)
    )
    name = "served" if "served" in services else "level"
    served = _wide(services, ("area", "service"), name, run.services, within)
    need, cases = work(run, children, served)
    columns = {name: _wide(decided, ("area", "role"), name, run.roles, within) for name in DECIDED}
    practices = np.zeros((len(need), 0))
    if run.practices:
        of_practice = ("area", "practice", "role")
        practices = _wide(given.table("practices"), of_practice, "supported", run.practices, within)
    supported = np.zeros_like(need)
    for n, (area, _, role) in enumerate(run.practices):
        supported[:, run.roles.index((area, role))] += practices[:, n]
    posts = np.vstack([np.zeros((1, len(run.roles))), columns["in_post"]])
    staff = Staff(posts, columns["hired"], columns["let_go"], columns["agency"], practices)
    columns |= {"supported": supported, "need": need, "cases": cases}
    columns |= dict(zip(COSTS, costs_of_staff(run, staff), strict=True))
    years = instance.first_year + (np.array(within) - 1) // instance.periods_per_year
    return Table(
        {
            "area": [area for area, _ in run.roles for _ in within],
            "role": [role for _, role in run.roles for _ in within],
            "period": np.tile(np.array(within), len(run.roles)),
            "year": np.tile(years, len(run.roles)),
            **{name: values.T.ravel() for name, values in columns.items()},
        }
    )


def _wide(
    table: Table, keys: tuple[str, ...], column: str, order: list[Any], periods: range
) -> Floats:
    """A column by period and key, in the order of the keys; KeyError where one is missing."""
    table.check_keys(keys, order)
    return table.wide(keys, column, order, periods)


def staff_facts(table: Table, periods_per_year: int) -> dict[str, dict[str, Any]]:
    """By role and year, areas added up, as ``solve --json`` has it.

    FTE in post, from an agency and supported, what the work takes, and cases per FTE against the
    caseload of that mix of work, at the year's end; hired and let go in the year.
    """
    of_year, at_end = ["hired", "let_go"], ["in_post", "agency", "supported", "need", "cases"]
    sums = table.sums(["role", "year"], *of_year)
    ends = table.where(table.numbers("period") % periods_per_year == 0)
    facts: dict[str, dict[str, Any]] = {}
    for (role, year), amounts in ends.sums(["role", "year"], *at_end).items():
        row = dict(zip([*at_end, *of_year], [*amounts, *sums[role, year]], strict=True))
        at_work = row["in_post"] + row["agency"]
        facts.setdefault(str(role), {})[str(year)] = {
            **{name: row[name] for name in (*DECIDED, "supported", "need")},
            "cases_per_fte": _ratio(row["cases"], at_work),
            "caseload": _ratio(row["cases"], row["need"]),
        }
    return facts


def _ratio(cases: float, staff: float) -> float | None:
    return cases / staff if staff > 1e-9 else None

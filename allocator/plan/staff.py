"""A plan's staff: the work there is, who is there to do it, and what they cost.  MODEL.md 3.12."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from allocator.simulate import Simulator
from allocator.staffing import Staff, costs_of_staff, work

if TYPE_CHECKING:
    from allocator.instance import Instance

KEYS: Final = ["area", "role", "period", "year"]
DECIDED: Final = ["in_post", "hired", "let_go", "agency"]
COSTS: Final = ["post_cost", "turnover_cost", "agency_cost", "support_cost"]


def staff_table(instance: Instance, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The table ``staff`` with all that follows from what was decided, by area, role and period.

    ``supported`` adds up the practices; ``need`` is FTE that the work takes and ``cases`` the
    children and cases per year that it is; costs are £ of the period.  Needs ``states``,
    ``services``, ``staff`` with what was decided and, where there are some, ``practices``.
    """
    run, decided = Simulator(instance), tables["staff"].sort_values(KEYS, kind="stable")
    children = _wide(tables["states"], ("area", "state"), "children", run.states)
    services = tables["services"]
    name = "served" if "served" in services else "level"
    served = _wide(services, ("area", "service"), name, run.services)
    need, cases = work(run, children, served)
    columns = {name: _wide(decided, ("area", "role"), name, run.roles) for name in DECIDED}
    practices = np.zeros((len(need), 0))
    if run.practices:
        of_practice = ("area", "practice", "role")
        practices = _wide(tables["practices"], of_practice, "supported", run.practices)
    supported = np.zeros_like(need)
    for n, (area, _, role) in enumerate(run.practices):
        supported[:, run.roles.index((area, role))] += practices[:, n]
    posts = np.vstack([np.zeros((1, len(run.roles))), columns["in_post"]])
    staff = Staff(posts, columns["hired"], columns["let_go"], columns["agency"], practices)
    columns |= {"supported": supported, "need": need, "cases": cases}
    columns |= dict(zip(COSTS, costs_of_staff(run, staff), strict=True))
    frame = pd.DataFrame(
        [(*key, t) for key in run.roles for t in range(1, len(need) + 1)],
        columns=["area", "role", "period"],
    )
    frame["year"] = instance.first_year + (frame["period"] - 1) // instance.periods_per_year
    return frame.assign(**{name: values.T.ravel() for name, values in columns.items()})


def _wide(
    table: pd.DataFrame, keys: tuple[str, ...], column: str, order: list[Any]
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A column by period and key, in the order of the keys; KeyError where one is missing."""
    wide = table.pivot(index="period", columns=list(keys), values=column)
    if not order:
        return np.zeros((len(wide), 0))
    return wide[order].to_numpy(dtype=float)


def staff_facts(table: pd.DataFrame, periods_per_year: int) -> dict[str, dict[str, Any]]:
    """By role and year, areas added up, as ``solve --json`` has it.

    FTE in post, from an agency and supported, what the work takes, and cases per FTE against the
    caseload of that mix of work, at the year's end; hired and let go in the year.
    """
    sums = table.groupby(["role", "year"], sort=False)[["hired", "let_go"]].sum()
    ends = table[table["period"] % periods_per_year == 0]
    at_end = ends.groupby(["role", "year"], sort=False)[
        ["in_post", "agency", "supported", "need", "cases"]
    ].sum()
    found: dict[str, dict[str, Any]] = {}
    joined = at_end.join(sums)
    for (role, year), row in zip(joined.index.tolist(), joined.to_dict("records"), strict=True):
        at_work = row["in_post"] + row["agency"]
        found.setdefault(str(role), {})[str(year)] = {
            **{name: float(row[name]) for name in (*DECIDED, "supported", "need")},
            "cases_per_fte": _ratio(row["cases"], at_work),
            "caseload": _ratio(row["cases"], row["need"]),
        }
    return found


def _ratio(cases: float, staff: float) -> float | None:
    return float(cases / staff) if staff > 1e-9 else None

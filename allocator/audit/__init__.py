"""A plan re-run forward by the simulator, every constraint checked in the units of the instance.

Starts from the plan's tables (levels, moves averted, places, draws) and the instance, and
shares no code with the linear program: what it confirms, it confirms on its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from allocator.audit import benefits, money, people, staff
from allocator.audit.case import Case
from allocator.audit.findings import Audit, Finding, Ledger
from allocator.instance import Instance, Window

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RULES", "Audit", "Finding", "audit", "left_behind"]

# What is checked of every plan; the objective and the targets, of which more is asked, beside it.
RULES: Final[list[Callable[[Case, Ledger], None]]] = [
    people.population, people.moves, people.levels, people.bands, people.effects,
    people.avoidable, people.late_harm, people.places, staff.staff, staff.practices,
    money.spending, money.funds, money.limits, money.double_investment, benefits.benefits,
]  # fmt: skip


def left_behind(
    instance: Instance, tables: Mapping[str, pd.DataFrame], window: Window | None
) -> float:
    """Terminal value of a plan's tables, the council's own cost alone, £ at present value."""
    return money.left_behind(Case(instance, tables, window))


def audit(
    instance: Instance,
    tables: Mapping[str, pd.DataFrame],
    window: Window | None,
    *,
    objective: float,
    terminal_value: float,
    targets: bool = True,
) -> Audit:
    """Check a plan's tables against its instance.

    ``objective`` and ``terminal_value`` are £ at present value.  ``targets`` says whether
    the plan undertook to meet the targets.
    """
    case, ledger = Case(instance, tables, window), Ledger()
    for rule in RULES:
        rule(case, ledger)
    money.objective(case, ledger, objective, terminal_value)
    if targets:
        people.targets(case, ledger)
    return Audit(tuple(ledger.worst.values()))

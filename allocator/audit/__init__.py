"""A plan re-run forward by the simulator, every constraint checked in the units of the instance.

Starts from the plan's tables (levels, moves averted, places, draws) and the instance, and
shares no code with the linear program: what it confirms, it confirms on its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from allocator.audit import benefits, money, people, staff
from allocator.audit.case import Case
from allocator.audit.findings import Audit, Finding, Ledger
from allocator.audit.marks import Rule, marked
from allocator.instance import Instance, Window

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Audit", "Finding", "audit", "left_behind", "rules"]

TOPICS: Final = (people, staff, money, benefits)  # in the order in which findings are told


def rules() -> list[Rule]:
    """What is checked of every plan; the objective and the targets, asked for more, are beside."""
    return [rule for topic in TOPICS for rule in marked(topic)]


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
    for rule in rules():
        rule(case, ledger)
    money.objective(case, ledger, objective, terminal_value)
    if targets:
        people.targets(case, ledger)
    return Audit(tuple(ledger.worst.values()))

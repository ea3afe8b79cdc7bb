"""What makes a function a rule of every plan: a mark on it, by which the audit finds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from allocator.audit.case import Case
    from allocator.audit.findings import Ledger

Rule: TypeAlias = "Callable[[Case, Ledger], None]"

_OF_EVERY_PLAN: set[object] = set()


def of_every_plan(rule: Rule) -> Rule:
    """Mark a rule of a topic: it is checked of every plan, in the order in which it stands."""
    _OF_EVERY_PLAN.add(rule)
    return rule


def marked(topic: object) -> list[Rule]:
    """Rules of a module that are marked, as they stand there."""
    return [each for each in vars(topic).values() if callable(each) and each in _OF_EVERY_PLAN]

"""A saved plan as a report takes it: the plan, its answers, and what it was checked with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from allocator.audit import Audit
from allocator.errors import AuditError, UsageError
from allocator.explain.weighing import keeping_weights
from allocator.instance import Instance
from allocator.plan.plan import Plan
from allocator.plan.saving import load, recheck
from allocator.plan.saving.loading import open_facts
from allocator.plan.saving.seal import demand
from allocator.plan.saving.writing import owns
from allocator.report.saved_answers import SavedAnswers, answers_beside, read_answers
from allocator.report.saved_folder import SavedFolder
from allocator.table import Table


@dataclass(frozen=True)
class SavedPlan(SavedFolder):
    """A plan to report on.

    ``name`` is its folder's, ``made_with`` the version of allocator that solved it, ``audit``
    what a fresh audit of its tables found, None where there is no plan to audit.
    """

    KIND: ClassVar[str] = "plan"

    name: str
    plan: Plan
    made_with: str
    audit: Audit | None = None
    answers: SavedAnswers = field(default_factory=SavedAnswers)

    @property
    def instance(self) -> Instance:
        """What it is a plan of."""
        return self.plan.instance

    @cached_property
    def keeping_weights(self) -> Table:
        """At which weight of the good done to others what it cuts is kept: solved when asked for.

        A report's one figure that the plan's tables do not hold.
        """
        return keeping_weights(self.plan)


def plans_alone(saved: Sequence[object]) -> list[SavedPlan]:
    """Those that are no hedges, of which each has a report of its own."""
    return [each for each in saved if isinstance(each, SavedPlan)]


def open_saved_plan(path: Path, answers: Path | None = None) -> SavedPlan:
    """The plan saved at ``path``, audited again, and its answers: in its folder, or ``answers``.

    Raises UsageError where there is no plan, a file is damaged or its seal does not hold,
    AuditError where the plan's tables do not stand up or its plan.json says otherwise.
    """
    folder, facts = open_facts(path)
    demand(folder, facts, owns)
    if facts.get("status") == "infeasible":
        plan, checked = load(path), None
    else:
        plan, checked = _checked(path)
    hashed = plan.instance.hash
    if hashed != facts["instance_hash"]:
        raise UsageError(f"{folder}: the instance's copy is not the one that was solved")
    chosen = read_answers(answers, hashed) if answers else answers_beside(folder, hashed)
    name = folder.resolve().name
    return SavedPlan(name, plan, str(facts["saved"].get("allocator", "")), checked, chosen)


def _checked(path: Path) -> tuple[Plan, Audit]:
    checked = recheck(path)
    if not checked.passed:
        what = [
            *checked.disagreements,
            *([] if checked.audit.passed else [checked.audit.failure()]),
        ]
        raise AuditError(
            f"{path}: the plan does not stand up, so it is not reported: {what[0]}; for all of it "
            f"run `allocator audit {path}`"
        )
    return checked.plan, checked.audit

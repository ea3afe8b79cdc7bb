"""A saved hedge as a report takes it: audited again, every scenario's plan."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

from allocator.audit import Audit
from allocator.errors import AuditError, UsageError
from allocator.hedge import Hedge
from allocator.hedge.saving import audit_hedge, open_hedge
from allocator.hedge.saving.layout import owns
from allocator.hedge.saving.recheck import audit_of
from allocator.instance import Instance
from allocator.plan.saving.layout import HEDGE_FILE
from allocator.plan.saving.seal import broken
from allocator.report.saved_answers import SavedAnswers, answers_beside, read_answers
from allocator.report.saved_folder import SavedFolder


@dataclass(frozen=True)
class SavedHedge(SavedFolder):
    """A hedge to report on, as :class:`SavedPlan` is a plan; ``answers`` are of `stress`."""

    KIND: ClassVar[str] = "hedge"

    name: str
    hedge: Hedge
    made_with: str
    audit: Audit
    answers: SavedAnswers = field(default_factory=SavedAnswers)

    @property
    def instance(self) -> Instance:
        """What it is a hedge of."""
        return self.hedge.instance


def open_saved_hedge(path: Path, answers: Path | None = None) -> SavedHedge:
    """The hedge saved at ``path``, audited again, and its answers: in its folder, or ``answers``.

    Raises UsageError where there is none, a file is damaged or its seal does not hold,
    AuditError where its tables do not stand up or hedge.json says otherwise.
    """
    folder, facts = open_hedge(path)
    files = broken(folder, facts, owns, HEDGE_FILE)
    if files is None or files:
        what = "has no seal" if files is None else f"its seal is broken: {', '.join(files)}"
        raise UsageError(f"{folder}: is not as it was saved, {what}")
    checked = audit_hedge(path)
    if not checked.passed:
        what = (*checked.disagreements, checked.audit.failure())[0]
        raise AuditError(
            f"{path}: the hedge does not stand up, so it is not reported: {what}; for all of it "
            f"run `allocator audit {path}`"
        )
    futures = tuple(
        replace(each, plan=replace(each.plan, audit=audit_of(each.plan)))
        for each in checked.hedge.futures
    )
    made_with = str(facts["saved"].get("allocator", ""))
    hedge = replace(checked.hedge, futures=futures)
    hashed = hedge.instance.hash
    chosen = read_answers(answers, hashed) if answers else answers_beside(folder, hashed)
    return SavedHedge(folder.resolve().name, hedge, made_with, checked.audit, chosen)

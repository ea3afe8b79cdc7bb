"""A saved plan audited again, from its tables and its instance alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allocator.audit import Audit, audit
from allocator.audit.draws import misdrawn
from allocator.errors import UsageError
from allocator.instance import Instance
from allocator.plan.plan import Plan
from allocator.plan.saving.derived import contradictions
from allocator.plan.saving.layout import PLAN_FILE
from allocator.plan.saving.loading import lacking, load, open_facts
from allocator.plan.saving.seal import UNSEALED, broken
from allocator.plan.saving.writing import owns
from allocator.wording import plain

_SAME = 1e-9  # relative; plan.json keeps every digit


@dataclass(frozen=True)
class Verdict:
    """What an audit of something saved found.

    ``disagreements`` are files that are not as they were sealed, facts that the instance or the
    tables contradict, or that were said of another instance, which ``same_instance`` denies.
    ``notes`` are what could not be checked.
    """

    instance: Instance
    audit: Audit
    disagreements: tuple[str, ...]
    notes: tuple[str, ...] = ()
    same_instance: bool = True

    @property
    def passed(self) -> bool:
        """Whether every rule holds and the saved facts say what the tables say."""
        return self.audit.passed and not self.disagreements

    def to_dict(self) -> dict[str, Any]:
        """As ``audit --json`` prints it."""
        return {
            "passed": self.passed,
            "worst_violation": self.audit.worst.relative,
            "worst": str(self.audit.worst),
            "instance_hash": self.instance.hash,
            "rules": [
                {
                    "rule": f.rule,
                    "section": f.section,
                    "passed": f.passed,
                    "unit": f.unit,
                    "violation": f.violation,
                    "relative": f.relative,
                    "where": f.where,
                }
                for f in self.audit.findings
            ],
            "disagreements": list(self.disagreements),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, kw_only=True)
class Recheck(Verdict):
    """What a saved plan's audit found."""

    plan: Plan


def recheck(path: str | Path, instance: Instance | None = None) -> Recheck:
    """Audit the plan saved at ``path`` against the instance's copy beside it, or another instance.

    Raises UsageError where there is no plan, it is damaged, or it was found infeasible.
    """
    folder, facts = open_facts(path)
    files = broken(folder, facts, owns)
    sealed = tuple(f"{file}: is not as it was saved; the seal is broken" for file in files or ())
    plan = load(path, instance)
    notes: tuple[str, ...] = ()
    told = plan.to_dict()
    if files is None:
        notes = (UNSEALED, *_older(folder, facts, plan))
        told = {name: fact for name, fact in told.items() if name in facts}
    if not plan.found:
        raise UsageError(f"{path}: there is no plan to audit; its status is {plan.status}")
    checked = audit(
        plan.instance,
        plan.tables,
        plan.window,
        objective=plan.objective or 0.0,
        terminal_value=plan.terminal_value or 0.0,
        targets=plan.aims_at_targets,
    )
    if plan.instance.hash != facts["instance_hash"]:
        other = "the instance's copy is not the one" if instance is None else "it is not the one"
        said = f"instance: {other} that was solved, whose hash is {facts['instance_hash'][:12]}"
        return Recheck(
            plan.instance, checked, (*sealed, said), notes, same_instance=False, plan=plan
        )
    said_otherwise = (*disagreements(facts, told), *contradictions(plan, folder))
    if checked.passed and not said_otherwise:
        drawn = misdrawn(plan.instance, plan.tables, plan.window)
        said_otherwise += tuple(f"drawn.csv: {each}" for each in drawn)
    return Recheck(plan.instance, checked, (*sealed, *said_otherwise), notes, plan=plan)


def _older(folder: Path, facts: dict[str, Any], plan: Plan) -> Iterator[str]:
    """What an older allocator did not write yet."""
    missing = {PLAN_FILE: [name for name in plan.to_dict() if name not in facts]}
    missing |= {f"{name}.csv": columns for name, columns in lacking(plan, folder).items()}
    for file, names in missing.items():
        if names:
            yield f"{file}: has no {', '.join(names)}, which an older allocator did not write"


def disagreements(
    stated: Any, derived: Any, name: str = "", file: str = PLAN_FILE
) -> Iterator[str]:
    """Facts found from the tables that the file states otherwise."""
    if isinstance(derived, dict) and isinstance(stated, dict):
        for key, value in derived.items():
            yield from disagreements(stated.get(key), value, f"{name}.{key}".lstrip("."), file)
    elif isinstance(derived, float) and isinstance(stated, (int, float)):
        if not math.isclose(derived, stated, rel_tol=_SAME, abs_tol=1e-6):
            yield f"{name}: {file} says {plain(stated, 6)}, the tables {plain(derived, 6)}"
    elif isinstance(derived, list) and isinstance(stated, list) and len(derived) == len(stated):
        for number, (each, other) in enumerate(zip(stated, derived, strict=True)):
            yield from disagreements(each, other, f"{name}[{number}]", file)
    elif derived != stated:
        yield f"{name}: {file} says {stated!r}, the tables {derived!r}"

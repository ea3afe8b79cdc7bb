"""A saved plan read again; damage is reported by file, row and column."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from allocator.audit import Audit, Finding
from allocator.errors import UsageError
from allocator.files import recover
from allocator.instance import Instance, read
from allocator.plan.columns import TABLES
from allocator.plan.plan import Plan
from allocator.plan.saving.cells import OPTIONAL, cells_of, check_rows, key_columns, typed
from allocator.plan.saving.layout import (
    BLANK_BEFORE,
    INSTANCE_FOLDER,
    LOG_FILE,
    PLAN_FILE,
    is_hedge,
)
from allocator.plan.saving.seal import SEAL
from allocator.plan.saving.writing import SCHEMA
from allocator.plan.windows import WindowOutcome
from allocator.program.certificate import Certificate, Residual
from formulations import FORMULATIONS, USUAL

if TYPE_CHECKING:
    import pandas as pd

# Columns of years: those that stand where there is no plan, too.
_BASELINE: Final = tuple(
    c for c in TABLES["years"].columns if c.startswith("baseline_") or c in ("area", "year")
)


def load(path: str | Path, instance: Instance | None = None) -> Plan:
    """The plan saved in a folder, given the folder or its plan.json.

    Rests on the instance's copy in the folder unless another is given.  Raises UsageError
    where there is no plan or a file of it is damaged.
    """
    folder, facts = open_facts(path)
    try:
        return _rebuilt(folder, facts, instance)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise UsageError(
            f"{folder / PLAN_FILE}: lacks or garbles {error}; save the plan again"
        ) from error


def open_saved(
    path: Path, name: str, kind: str, schema: int, verb: str
) -> tuple[Path, dict[str, Any]]:
    """The JSON file ``name`` of a saved ``kind``, given it or its folder, and what it says.

    What an interrupted run left is put right first.  Raises UsageError where there is none, or it
    is not as ``verb`` saves it.
    """
    recover(path.parent if path.name == name else path)
    file = path / name if path.is_dir() else path
    if not file.is_file():
        raise UsageError(f"{path}: holds no {kind}; a saved {kind} is a folder with {name} in it")
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UsageError(f"{file}: is not a saved {kind}: {error}") from error
    saved = facts.get("saved") if isinstance(facts, dict) else None
    if not isinstance(saved, dict) or saved.get("schema") != schema:
        raise UsageError(f"{file}: is not a {kind} saved by `{verb} --out`")
    return file, facts


def open_facts(path: str | Path) -> tuple[Path, dict[str, Any]]:
    """The folder of a saved plan, and what its plan.json says."""
    path = Path(path)
    recover(path.parent if path.name == PLAN_FILE else path)
    if is_hedge(path):
        raise UsageError(
            f"{path}: holds a plan over several futures, which this does not take; audit, report, "
            "compare and stress do"
        )
    file, facts = open_saved(path, PLAN_FILE, "plan", SCHEMA, "solve")
    asked = facts.get("formulation", USUAL)
    if asked not in FORMULATIONS:
        raise UsageError(
            f"{file}: is a plan of the formulation {asked!r}, which there is not; "
            f"there are {', '.join(FORMULATIONS)}"
        )
    return file.parent, facts


def _rebuilt(folder: Path, facts: dict[str, Any], instance: Instance | None) -> Plan:
    if instance is None:
        instance = read(folder / INSTANCE_FOLDER)
    saved = facts["saved"]
    log = folder / LOG_FILE
    plan = Plan(
        instance=instance,
        formulation=facts["formulation"],
        solver=facts["solver"],
        status=facts["status"],
        objective=amount_of(facts["objective"]),
        terminal_value=amount_of(facts["terminal_value"]),
        baseline_terminal_value=float(saved["baseline_terminal_value"]),
        window=window_of(facts["window"]),
        windows=tuple(outcome_of(each) for each in facts["windows"]),
        tables={
            name: _table(folder / f"{name}.csv", instance, whole=SEAL in saved)
            for name in saved["tables"]
        },
        certificate=certificate_of(saved["certificate"]),
        audit=_audit(saved["audit"]),
        branch_and_bound=facts.get("branch_and_bound"),
        log=log.read_text(encoding="utf-8", errors="replace") if log.is_file() else "",
    )
    return plan if SEAL in saved else _completed(plan, folder)


def lacking(plan: Plan, folder: Path) -> dict[str, list[str]]:
    """By table, columns that its file does not have: an older allocator did not write them."""
    headings = {name: cells_of(folder / f"{name}.csv")[0] for name in plan.tables}
    missing = {name: _missing(name, heading) for name, heading in headings.items()}
    return {name: columns for name, columns in missing.items() if columns}


def _missing(name: str, heading: list[str]) -> list[str]:
    known = {*heading, *BLANK_BEFORE.get(name, ())}
    wanted = tuple(TABLES[name].columns)
    if name == "years" and {*heading}.isdisjoint({*wanted} - {*_BASELINE}):
        wanted = _BASELINE
    return [c for c in wanted if c not in known]


def _completed(plan: Plan, folder: Path) -> Plan:
    """A plan saved before there were seals, with the columns worked out that there were not yet."""
    from allocator.plan.saving.derived import derived

    missing = lacking(plan, folder)
    if not missing:
        return plan
    tables = dict(plan.tables)
    try:
        worked_out = derived(plan)
    except KeyError:  # what is missing was decided, and follows from nothing
        worked_out = {}
    for name, columns in missing.items():
        if name not in worked_out:
            raise _strange(folder / f"{name}.csv", columns)
        keys = key_columns(tables[name].columns)
        tables[name] = tables[name].merge(worked_out[name][[*keys, *columns]], how="left", on=keys)
    return replace(plan, tables=tables)


def _strange(file: Path, columns: list[str]) -> UsageError:
    return UsageError(f"{file}: its headings are not those of {file.stem}: {', '.join(columns)}")


def amount_of(fact: Any) -> float | None:
    """A number or null; ValueError for what is neither."""
    return None if fact is None else float(fact)


def window_of(facts: dict[str, Any] | None) -> tuple[int, int] | None:
    """A window as it was told; ValueError for what is none."""
    if facts is None or facts["first_year"] is None:
        return None
    for name in ("first_year", "years"):
        if not isinstance(facts[name], int):
            raise ValueError(f"a window, whose {name} is {facts[name]!r}")
    return facts["first_year"], facts["years"]


def outcome_of(facts: dict[str, Any]) -> WindowOutcome:
    """What a window costs, as it was told."""
    return WindowOutcome(
        window_of(facts),
        facts["status"],
        amount_of(facts["objective"]),
        amount_of(facts["children_in_care_at_end"]),
        facts["proved"],
        amount_of(facts["at_least"]),
    )


def certificate_of(facts: dict[str, Any] | None) -> Certificate | None:
    """A certificate as it was kept."""
    if facts is None:
        return None
    residuals = {side: Residual(**facts[side]) for side in ("primal", "dual")}
    return Certificate(**{**facts, **residuals})


def _audit(facts: list[dict[str, Any]] | None) -> Audit | None:
    if facts is None:
        return None
    return Audit(tuple(_finding(each) for each in facts))


def _finding(facts: dict[str, Any]) -> Finding:
    """A missing number's violation is infinite, for which JSON has null."""
    amounts = {name: facts[name] for name in ("violation", "relative")}
    infinite = {name: math.inf for name, amount in amounts.items() if amount is None}
    return Finding(**{**facts, **infinite})


def _table(file: Path, instance: Instance, *, whole: bool) -> pd.DataFrame:
    """One table, typed; UsageError naming row and column where a cell cannot be right.

    Where it need not be ``whole``, in a plan that an older allocator saved, a row is still told
    from every other.
    """
    import pandas as pd

    name = file.stem
    heading, rows = cells_of(file)
    missing = _missing(name, heading)
    if (missing if whole else key_columns(missing)) or len(set(heading)) < len(heading):
        raise _strange(file, missing)
    frame = typed(file, heading, rows)
    for column in BLANK_BEFORE.get(name, ()):
        if column not in frame:
            frame[column] = pd.array([None] * len(frame), dtype="str")
    if name not in OPTIONAL:
        check_rows(file, frame, instance)
    return frame

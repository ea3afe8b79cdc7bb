"""Allocator: the lowest-cost path of spending to a target number of children in care.

Three lines make a plan, and a fourth a page of it::

    from allocator import read, report, save, solve
    plan = solve(read("instances/england-2016"))
    save(plan, "plan")
    report(["plan"], html="plan.html")

Instances
    read            an instance from a folder or a workbook, refused where it has errors
    check           the same with every problem found, errors and warnings
    change          cells changed, as ``--set`` changes them
    write           an instance to a folder or a workbook

Plans
    solve           the best plan, proved and audited
    audit           a saved plan run forward again by a simulator of its own
    save, load      a plan (or a hedge, or an answer) in a folder
    report          saved plans as a page, a workbook, pictures

Questions
    explain         what binds and what it is worth; or why there is no plan, and the ways out
    frontier        the cost of every target; what every budget reaches
    delay           what waiting costs
    switching       how far each input can move before the answer does
    alternatives    what all plans nearly as cheap do
    regimes         what annual budgets and unknown settlements cost
    reallocate      what today's money could do
    sweep           plans over a grid
    hedge           what to settle now, over the futures there may be
    stress          how a plan fares where its numbers turn out otherwise
    forecast        what happens if nothing changes, with intervals

Programs
    compare         the same program by many solvers
    build           the program of an instance as arrays
    export          a program as a file for another solver
    import_solution what another solver found

Money is pounds at the instance's price base; cases and children are numbers a year, and children.
Whatever goes wrong is an ``AllocatorError``.  The request: UsageError, and of it InstanceError
(with every problem) and NoPlanError.  The solve: SolverError, and of it TimeLimitError,
CertificateError, AuditError.  Each name is loaded when it is asked for.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from allocator.showing import NOTEBOOK

if TYPE_CHECKING:
    from allocator.errors import (
        AllocatorError,
        AuditError,
        CertificateError,
        InstanceError,
        NoPlanError,
        SolverError,
        TimeLimitError,
        UsageError,
    )
    from allocator.explain.alternatives.alternatives import alternatives
    from allocator.explain.delay import cost_of_delay as delay
    from allocator.explain.explanation import explain
    from allocator.explain.reallocation import reallocate
    from allocator.explain.regimes.regimes import regimes
    from allocator.explain.switching.switching import switching_values as switching
    from allocator.face import audit, compare, forecast, frontier, load, report, save, sweep
    from allocator.hedge.hedge import hedge
    from allocator.importing.verdict import import_solution
    from allocator.instance import Instance
    from allocator.instance.change import apply_changes as change
    from allocator.instance.reading import inspect as check
    from allocator.instance.reading import read
    from allocator.instance.writing import write
    from allocator.plan.plan import Plan
    from allocator.solving.export import export
    from allocator.solving.session import build
    from allocator.solving.solve import solve
    from allocator.stress.stress import stress

__version__ = "0.1.0"

__all__ = [
    "AllocatorError", "AuditError", "CertificateError", "Instance", "InstanceError", "NoPlanError",
    "Plan", "SolverError", "TimeLimitError", "UsageError", "alternatives", "audit", "build",
    "change", "check", "compare", "delay", "explain", "export", "forecast", "frontier", "hedge",
    "import_solution", "load", "read", "reallocate", "regimes", "report", "save", "solve", "stress",
    "sweep", "switching", "write",
]  # fmt: skip

# Name -> the module below that it is from, and what it is called there if not the same.
_HOMES: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        ("AllocatorError", "AuditError", "CertificateError", "InstanceError", "NoPlanError",
         "SolverError", "TimeLimitError", "UsageError"), ("errors",),
    ),
    **dict.fromkeys(
        ("audit", "compare", "forecast", "frontier", "load", "report", "save", "sweep"), ("face",)
    ),
    "Instance": ("instance",),
    "Plan": ("plan.plan",),
    "alternatives": ("explain.alternatives.alternatives",),
    "build": ("solving.session",),
    "change": ("instance.change", "apply_changes"),
    "check": ("instance.reading", "inspect"),
    "delay": ("explain.delay", "cost_of_delay"),
    "explain": ("explain.explanation",),
    "export": ("solving.export",),
    "hedge": ("hedge.hedge",),
    "import_solution": ("importing.verdict",),
    "read": ("instance.reading",),
    "reallocate": ("explain.reallocation",),
    "regimes": ("explain.regimes.regimes",),
    "solve": ("solving.solve",),
    "stress": ("stress.stress",),
    "switching": ("explain.switching.switching", "switching_values"),
    "write": ("instance.writing",),
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """One of the face's names, loaded with what it needs."""
    if name not in _HOMES:
        raise AttributeError(f"module 'allocator' has no attribute {name!r}")
    home, *called = _HOMES[name]
    value = getattr(importlib.import_module(f"allocator.{home}"), called[0] if called else name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Module(ModuleType):
    """Keeps a package from taking the name of a function: ``allocator.sweep`` is the function.

    ``from allocator.sweep import COLUMNS`` finds the package all the same, as it would if the
    functions had been imported before it.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


def _in_a_notebook(plan: Any) -> Any:
    return importlib.import_module("allocator.report.notebook").shown(plan)


NOTEBOOK.append(_in_a_notebook)
sys.modules[__name__].__class__ = _Module

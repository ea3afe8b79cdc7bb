"""Why the figures can be trusted, and how anyone makes them again."""

from __future__ import annotations

from allocator import __version__
from allocator.audit import Audit
from allocator.report.figures import Figures, Header
from allocator.report.html.blocks import Command, Facts, HtmlTable, PageBlock, Section, Text
from allocator.report.pages.summary import proof_lines
from allocator.report.saved_plan import SavedPlan
from allocator.solvers.catalogue import DEFAULT, SOLVERS
from formulations import USUAL


def section(saved: SavedPlan) -> Section:
    """Certificate, audit, versions, the instance's hash, and the commands."""
    plan = saved.plan
    lines = [
        *proof_lines(plan)[:-1],
        ("Instance", plan.instance.name),
        ("Hash of the instance", plan.instance.hash),
        ("Solved with", f"allocator {saved.made_with}"),
        ("This report made with", f"allocator {__version__}"),
    ]
    blocks: list[PageBlock] = [Facts(tuple(lines))]
    if saved.audit is not None:
        blocks.append(
            Text(
                "The plan's tables were run forward again when this report was made, by a "
                "simulator that shares no code with the linear program, and every rule was "
                "checked.",
            )
        )
        blocks.append(HtmlTable(rules(saved.audit), folded=True))
    else:
        blocks.append(Text(_windows_proved(saved)))
    blocks.append(
        Text(
            "To make the plan again from its own copy of the instance, and check it, run "
            f"{saved.whence}:"
        )
    )
    folder = saved.place
    options = f" --formulation {plan.formulation}" * (plan.formulation != USUAL)
    options += f" --solver {_asked_for(plan.solver)}" * (_asked_for(plan.solver) != DEFAULT)
    blocks.append(Command(f"allocator solve {folder}/instance{options} --out {folder}-again"))
    if plan.found:
        blocks.append(Command(f"allocator audit {folder}"))
    return Section("proof", "Proof, and how to reproduce it", tuple(blocks))


def _asked_for(solver: str) -> str:
    """The name to ask for a solver by, of what a plan says solved it: `HiGHS 1.15.1, ipm`."""
    named = [word.strip(",()") for word in solver.split()[2:]]
    return next((word for word in named if word in SOLVERS), DEFAULT)


def rules(audit: Audit) -> Figures:
    """Every rule of an audit with its worst violation."""
    columns = (
        Header("Rule"),
        Header("Section"),
        Header("Holds"),
        Header("Worst violation", "residual"),
        Header("Unit"),
        Header("Where"),
    )
    rows = tuple(
        (f.rule, f.section, "yes" if f.passed else "NO", f.violation, f.unit, f.where)
        for f in audit.findings
    )
    return Figures(
        f"The audit's {len(rows)} rules, each with its worst violation",
        columns,
        rows,
        "the audit of the plan's tables",
    )


def _windows_proved(saved: SavedPlan) -> str:
    if all(outcome.proved for outcome in saved.plan.windows):
        return "That no plan exists is proved from the arrays of the program, window by window."
    return "That no plan exists is what the solver found; it is not proved in every case."

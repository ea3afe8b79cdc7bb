"""What became of a solution from another solver, for whoever sent it."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.importing import Imported
from allocator.program.program import POUNDS
from allocator.report.pages.sections import by_year, window_said
from allocator.wording import paragraph, pounds, scientific, table


def imported(found: Imported) -> str:
    """Verdict first, then the figures that it rests on, then the plan year by year."""
    lines = list(_lines(found))
    parts = [paragraph(verdict(found)), table(lines[0], lines[1:], left=2)]
    parts += ["\n".join(f"FAILS {failure}" for failure in found.failures)] if found.failures else []
    return "\n\n".join([*parts, by_year(found.plan)])


def verdict(found: Imported) -> str:
    """In a sentence or two."""
    if found.failures:
        return "The solution does not stand up."
    if found.proved:
        return (
            "The solution is feasible and, by its own duals, optimal"
            + _digits(found)
            + "; its plan passes the audit."
        )
    told = (
        "The solution is feasible" + _digits(found) + "; its plan passes the audit. Its duals "
        "are not in the file, so only that was checked; it is not proved optimal."
    )
    if found.difference is None:
        return told
    return told + f" Against our own optimum it is {_against(found)}."


def _digits(found: Imported) -> str:
    kept = found.found.digits
    return "" if kept > 8 else f", as far as the {kept} digits of the file show"


def _against(found: Imported) -> str:
    if found.difference is None:
        return "more than we found possible"
    if abs(found.difference) <= found.tolerance:
        return f"the same to {scientific(found.tolerance)} (relative)"
    more = "more" if found.difference > 0 else "less"
    return f"{scientific(abs(found.difference))} (relative) {more}"


def _lines(found: Imported) -> Iterator[tuple[str, str]]:
    unit, c = found.program.objectives[0].unit, found.certificate
    says = f", which says {found.found.claims!r}" if found.found.claims else ""
    yield ("Format", f"{found.found.form}{says}")
    window = window_said(found.plan.window)
    yield ("Program", f"{found.plan.formulation}, double investment: {window}")
    yield ("Objective", f"{found.objective:,.6f} {unit}")
    if found.stated is not None:
        yield ("As stated", f"{found.stated:,.6f} {unit}")
    own = "none: we find no plan" if found.own is None else f"{found.own:,.6f} {unit}"
    yield ("Our optimum", own if found.own is None else f"{own}; this one is {_against(found)}")
    if found.last is not None:
        cost, least = found.last
        more = (
            f"{cost - least:,.6f} more than"
            if cost - least > found.tolerance * abs(least)
            else (f"the same to {scientific(found.tolerance)} (relative) as")
        )
        yield ("Its cost", f"{cost:,.6f} £m, {more} the least for as few children in care")
    allowed = scientific(found.tolerance)
    yield ("Feasibility", f"worst residual {scientific(c.primal.relative)}, allowed {allowed}")
    if found.has_duals:
        worst = max(c.dual.relative, c.complementarity)
        yield ("Optimality", f"worst residual {scientific(worst)}, gap {scientific(c.gap)}")
    else:
        yield ("Optimality", "not checked: the file holds no duals of this program")
    audit = found.plan.audit
    assert audit is not None
    yield (
        "Audit",
        f"{len(audit.findings)} rules, worst violation {scientific(audit.worst.relative)}, "
        f"allowed {allowed}, of money {pounds(found.money_tolerance * POUNDS)}",
    )

"""What became of a solution from another solver, for whoever sent it."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.importing import Imported
from allocator.program.program import POUNDS
from allocator.report.pages.sections import by_year
from allocator.wording import paragraph, pounds, scientific, table, window_words


def text(solution: Imported) -> str:
    """Verdict first, then the figures that it rests on, then the plan year by year."""
    lines = list(_lines(solution))
    parts = [paragraph(verdict(solution)), table(lines[0], lines[1:], left=2)]
    parts += (
        ["\n".join(f"FAILS {failure}" for failure in solution.failures)]
        if solution.failures
        else []
    )
    return "\n\n".join([*parts, by_year(solution.plan)])


def verdict(solution: Imported) -> str:
    """In a sentence or two."""
    if solution.failures:
        return "The solution does not stand up."
    if solution.proved:
        return (
            "The solution is feasible and, by its own duals, optimal"
            + _digits(solution)
            + "; its plan passes the audit."
        )
    told = (
        "The solution is feasible" + _digits(solution) + "; its plan passes the audit. Its duals "
        "are not in the file, so only that was checked; it is not proved optimal."
    )
    if solution.difference is None:
        return told
    return told + f" Against our own optimum it is {_against(solution)}."


def _digits(solution: Imported) -> str:
    kept = solution.file.digits
    return "" if kept > 8 else f", as far as the {kept} digits of the file show"


def _against(solution: Imported) -> str:
    if solution.difference is None:
        return "more than we found possible"
    if abs(solution.difference) <= solution.tolerance:
        return f"the same to {scientific(solution.tolerance)} (relative)"
    more = "more" if solution.difference > 0 else "less"
    return f"{scientific(abs(solution.difference))} (relative) {more}"


def _lines(solution: Imported) -> Iterator[tuple[str, str]]:
    unit, c = solution.program.objectives[0].unit, solution.certificate
    says = f", which says {solution.file.claims!r}" if solution.file.claims else ""
    yield ("Format", f"{solution.file.form}{says}")
    window = window_words(solution.plan.window)
    yield ("Program", f"{solution.plan.formulation}, double investment: {window}")
    yield ("Objective", f"{solution.objective:,.6f} {unit}")
    if solution.stated is not None:
        yield ("As stated", f"{solution.stated:,.6f} {unit}")
    own = "none: we find no plan" if solution.own is None else f"{solution.own:,.6f} {unit}"
    yield (
        "Our optimum",
        own if solution.own is None else f"{own}; this one is {_against(solution)}",
    )
    if solution.last is not None:
        cost, least = solution.last
        more = (
            f"{cost - least:,.6f} more than"
            if cost - least > solution.tolerance * abs(least)
            else (f"the same to {scientific(solution.tolerance)} (relative) as")
        )
        yield ("Its cost", f"{cost:,.6f} £m, {more} the least for as few children in care")
    allowed = scientific(solution.tolerance)
    yield ("Feasibility", f"worst residual {scientific(c.primal.relative)}, allowed {allowed}")
    if solution.has_duals:
        worst = max(c.dual.relative, c.complementarity)
        yield ("Optimality", f"worst residual {scientific(worst)}, gap {scientific(c.gap)}")
    else:
        yield ("Optimality", "not checked: the file holds no duals of this program")
    audit = solution.plan.audit
    assert audit is not None
    yield (
        "Audit",
        f"{len(audit.findings)} rules, worst violation {scientific(audit.worst.relative)}, "
        f"allowed {allowed}, of money {pounds(solution.money_tolerance * POUNDS)}",
    )

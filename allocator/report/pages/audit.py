"""An audit, rule by rule."""

from __future__ import annotations

from collections.abc import Sequence

from allocator.audit import Audit, Finding
from allocator.wording import counted, shortened, table


def text(audit: Audit, disagreements: Sequence[str] = (), notes: Sequence[str] = ()) -> str:
    """Every rule with its worst violation in units and where, then the verdict."""
    rows = [
        [
            "ok" if finding.passed else "FAILS",
            finding.rule,
            finding.section,
            _amount(finding),
            shortened(finding.where, 36) if finding.violation else "",
        ]
        for finding in audit.findings
    ]
    lines = [table(["", "Rule", "MODEL.md", "Worst violation", "Where"], rows, left=5)]
    lines += [f"FAILS {said}" for said in disagreements]
    lines += [f"note: {said}" for said in notes]
    failing = sum(not finding.passed for finding in audit.findings) + len(disagreements)
    verdict = f"{counted(failing, 'check')} failed" if failing else "every rule holds"
    return "\n".join([*lines, "", f"{counted(len(audit.findings), 'rule')} checked: {verdict}"])


def _amount(finding: Finding) -> str:
    if finding.violation == 0:
        return "0"
    if finding.violation == float("inf"):
        return "a number is missing"
    if finding.unit == "£":
        return f"£{finding.violation:,.2f}" if finding.violation >= 0.005 else "under £0.01"
    return f"{finding.violation:.2g} {finding.unit}"

"""What an audit finds: for every rule, the worst violation, in the units of the instance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike

TOLERANCE: Final = 1e-6  # of a violation, relative to the numbers compared
# ... or to these, where the numbers are smaller: a pound is not a violation.
_SMALLEST: Final = {"£": 1e6}

Sense = Literal["at most", "at least", "equal"]


@dataclass(frozen=True)
class Finding:
    """The worst violation of one rule: 0 where it holds everywhere.

    ``section`` is the specification's; ``relative`` is the violation over the numbers
    compared (at least one child or case, or a million pounds), infinite where one is missing.
    """

    rule: str
    section: str
    unit: str
    violation: float
    relative: float
    where: str

    @property
    def passed(self) -> bool:
        """Whether the rule holds to tolerance."""
        return self.relative <= TOLERANCE

    def __str__(self) -> str:
        """One line for a reader."""
        if not np.isfinite(self.violation):
            return f"{self.rule} (MODEL.md {self.section}): a number is missing at {self.where}"
        amount = (
            f"£{self.violation:,.2f}" if self.unit == "£" else f"{self.violation:.3g} {self.unit}"
        )
        return f"{self.rule} (MODEL.md {self.section}): off by {amount} at {self.where}"


@dataclass(frozen=True)
class Audit:
    """Every rule and its worst violation."""

    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether every rule holds."""
        return all(finding.passed for finding in self.findings)

    @property
    def worst(self) -> Finding:
        """The rule that is furthest from holding."""
        return max(self.findings, key=lambda finding: finding.relative)

    def failure(self) -> str:
        """The rules that fail, and by how much; blank if none does."""
        return "; ".join(str(finding) for finding in self.findings if not finding.passed)

    def to_dict(self) -> dict[str, Any]:
        """As ``solve --json`` shows it: ``worst_violation`` is relative, ``worst`` says of what."""
        return {
            "passed": self.passed,
            "worst_violation": self.worst.relative,
            "worst": str(self.worst),
            "rules": len(self.findings),
        }


@dataclass
class Ledger:
    """Comparisons as they are made; keeps the worst of each rule."""

    worst: dict[str, Finding] = field(default_factory=dict)

    def compare(
        self,
        rule: str,
        section: str,
        unit: str,
        value: ArrayLike,
        limit: ArrayLike,
        rows: Sequence[object],
        columns: Sequence[object],
        kind: Sense,
    ) -> None:
        """Compare arrays whose rows and columns are named by ``rows`` and ``columns``."""
        shape = (len(rows), len(columns))
        if 0 in shape:
            return
        value = np.broadcast_to(np.asarray(value, dtype=float), shape)
        limit = np.broadcast_to(np.asarray(limit, dtype=float), shape)
        over = value - limit
        excess = {"at most": over, "at least": -over, "equal": np.abs(over)}[kind]
        excess = np.where(np.isnan(excess), np.inf, np.maximum(excess, 0.0))
        bound = np.where(np.isfinite(limit), np.abs(limit), 0.0)
        relative = excess / np.maximum(np.fmax(np.abs(value), bound), _SMALLEST.get(unit, 1.0))
        row, column = np.unravel_index(int(np.argmax(relative)), shape)
        finding = Finding(
            rule,
            section,
            unit,
            float(excess[row, column]),
            float(relative[row, column]),
            f"{_named(columns[int(column)])}, {_named(rows[int(row)])}",
        )
        if rule not in self.worst or finding.relative > self.worst[rule].relative:
            self.worst[rule] = finding


def _named(key: object) -> str:
    return " ".join(map(str, key)) if isinstance(key, tuple) else str(key)

"""What a bad instance is, and what the check must say of it."""

from __future__ import annotations

from dataclasses import dataclass

from allocator.instance import Problem, Severity
from allocator.instance.check.candidate import Check
from tests.instance.drafts import Edit


@dataclass(frozen=True)
class Bad:
    """Edits that break the good instance, and the one problem they make.

    ``place`` is "file row column", with - for what there is not; ``others`` counts the
    problems that come with it.
    """

    check: Check | None  # None where the cell is refused as it is read
    edits: tuple[Edit, ...]
    place: str
    value: str
    rule: str
    remedy: str
    others: int = 0
    severity: Severity = Severity.ERROR

    def fits(self, problem: Problem) -> bool:
        file, row, column = self.place.split(" ")
        return (
            problem.file == file
            and problem.row == (None if row == "-" else int(row))
            and problem.column == (column if column != "-" else "")
            and problem.value == self.value
            and self.rule in problem.rule
            and self.remedy in problem.remedy
            and problem.severity is self.severity
        )

    def __str__(self) -> str:
        name = self.check.__name__ if self.check else "cell"
        return f"{name} {self.place} {self.value} {self.rule}"


def error(
    check: Check | None, *edits: Edit, at: str, value: str = "", rule: str, remedy: str,
    others: int = 0,
) -> Bad:  # fmt: skip
    return Bad(check, edits, at, value, rule, remedy, others)


def warning(
    check: Check | None, *edits: Edit, at: str, value: str = "", rule: str, remedy: str,
    others: int = 0,
) -> Bad:  # fmt: skip
    return Bad(check, edits, at, value, rule, remedy, others, Severity.WARNING)

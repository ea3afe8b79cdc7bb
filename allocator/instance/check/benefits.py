"""The good done to others: amounts that can come when they are said to, and a weight for some."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.instance.check.candidate import Candidate, Check, at
from allocator.instance.problems import Problem, Severity


def child_years_have_no_lag(candidate: Candidate) -> Iterator[Problem]:
    """The good of a child-year is of that year; that of a case may come later."""
    for row in candidate.rows("benefits"):
        if row["item"] in candidate.names["state"] and row["lag_years"] > 0:
            yield at(
                row,
                "lag_years",
                f"is given to {row['item']}, which is a state",
                "leave it blank: a lag is of services alone",
            )


def a_weight_has_benefits(candidate: Candidate) -> Iterator[Problem]:
    """Where good done to others counts, some is listed."""
    weight = candidate.instance.benefit_weight
    if weight > 0 and not candidate.instance.tables["benefits"]:
        yield candidate.setting(
            "wider_benefits.weight",
            weight,
            "counts benefits, of which the instance lists none",
            "add the table benefits, or leave the weight out",
            Severity.WARNING,
        )


CHECKS: tuple[Check, ...] = (child_years_have_no_lag, a_weight_has_benefits)

"""Futures: their probabilities, whose future each is until it branches, and what they change."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.errors import UsageError
from allocator.instance.cell_changes import with_cell, without_futures
from allocator.instance.check.candidate import Candidate, Check, at, figure, span, unread_in, warn
from allocator.instance.problems import Problem

_ROUNDING = 1e-6  # of the sum of probabilities: thirds written to six decimals add up


def probabilities_add_up(candidate: Candidate) -> Iterator[Problem]:
    """The probabilities of the scenarios add up to 1."""
    rows = candidate.instance.tables["scenarios"]
    if not rows or any(
        "probability" in unread_in(row) or row["probability"] is None for row in rows
    ):
        return
    total = sum(row["probability"] for row in rows)
    if abs(total - 1) > _ROUNDING:
        yield at(
            rows[-1],
            "probability",
            f"brings the probabilities to {figure(total)} in all, not 1",
            "make them add up to 1",
        )


def parents_come_to_an_end(candidate: Candidate) -> Iterator[Problem]:
    """No scenario is its own parent, or its parent's parent."""
    parents = {row["scenario"]: row["parent"] for row in candidate.rows("scenarios")}
    for row in candidate.rows("scenarios"):
        above, name = set[str](), row["parent"]
        while name is not None and name not in above:
            above.add(name)
            name = parents.get(name)
        if row["scenario"] in above:
            yield at(
                row,
                "parent",
                "leads back to the scenario itself",
                "name a scenario that branches before it, or leave it blank",
            )


def parents_branch_first(candidate: Candidate) -> Iterator[Problem]:
    """A scenario is told apart no earlier than its parent, or the parent changes nothing."""
    instance = candidate.instance
    usual = instance.first_year + instance.uncertainty.decide
    years = {
        row["scenario"]: usual if row["branches"] is None else row["branches"]
        for row in candidate.rows("scenarios")
    }
    for row in candidate.rows("scenarios"):
        own, parents = years[row["scenario"]], years.get(row["parent"])
        if parents is not None and own < parents:
            yield warn(
                row,
                "parent",
                f"is told apart in {parents}, after this scenario in {own}",
                "name a scenario that branches before it, give it a later year, or leave it blank",
            )


def branches_lie_in_the_plan(candidate: Candidate) -> Iterator[Problem]:
    """A scenario branches in the years of the plan, or the year after them."""
    for row in candidate.instance.tables["scenarios"]:
        year = row["branches"]
        inside = range(candidate.instance.first_year, candidate.instance.last_year + 2)
        if year is not None and year not in inside:
            yield at(
                row,
                "branches",
                f"is outside the plan, {span(candidate.instance)}",
                "give the year from which the scenario is told apart, or leave it blank",
            )


def futures_are_of_all_areas(candidate: Candidate) -> Iterator[Problem]:
    """A scenario, or what it changes, is not of one area; its cell may name an area's row."""
    for table in ("scenarios", "changes"):
        for row in candidate.instance.tables[table]:
            if row["area"] is not None:
                yield at(
                    row,
                    "area",
                    "names an area, and a future is of all of them",
                    "leave it blank; name the area in the cell, as in states.home.north.opening",
                )


def changes_name_numbers(candidate: Candidate) -> Iterator[Problem]:
    """Every change names numbers of the tables, and gives a number or a factor."""
    plain = without_futures(candidate.instance)
    for row in candidate.rows("changes"):
        try:
            with_cell(plain, row["cell"], row["value"])
        except UsageError as error:
            said = str(error).partition("': ")[2] or str(error)
            yield at(row, "cell", said, "name a cell as for --set, states.home.unit_cost say")


CHECKS: tuple[Check, ...] = (
    probabilities_add_up,
    parents_come_to_an_end,
    parents_branch_first,
    branches_lie_in_the_plan,
    futures_are_of_all_areas,
)
LATE_CHECKS: tuple[Check, ...] = (changes_name_numbers,)

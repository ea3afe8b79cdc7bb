"""Children: states, moves between them, arrivals, and what they are worth at the end."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.instance.check.candidate import Candidate, Check, at, ever, unread_in, warn
from allocator.instance.problems import Problem
from allocator.instance.schema import EXIT

# Moves per child-year above which a rate is doubted, by timing: with "period" a child moves once in
# a period at most; with "continuous" a contact open for days is a state as any other.
FAST_RATES = {
    "period": (3, "a mean stay under four months"),
    "continuous": (365, "a mean stay under a day"),
}


def someone_is_in_care(candidate: Candidate) -> Iterator[Problem]:
    """At least one state is in care."""
    rows = candidate.instance.tables["states"]
    if rows and not any(row["in_care"] or "in_care" in unread_in(row) for row in rows):
        yield candidate.whole(
            "states", "has no state in care", "write yes under in_care where it holds"
        )


def staying_has_no_rate(candidate: Candidate) -> Iterator[Problem]:
    """A row from a state to itself stands for staying and has no rate."""
    for row in candidate.instance.tables["transitions"]:
        known = row["from"] in candidate.names["state"]
        if known and row["from"] == row["to"] and row["rate"] is not None:
            yield at(
                row,
                "rate",
                f"is given to staying in {row['from']}, which is not a move",
                "leave the rate blank; only avoidable_share counts here",
            )


def moves_have_a_rate(candidate: Candidate) -> Iterator[Problem]:
    """A move from a state to another has a rate."""
    for row in candidate.instance.tables["transitions"]:
        move = row["from"], row["to"]
        blank = row["rate"] is None and "rate" not in unread_in(row)
        known = None not in move and move not in candidate.lost_moves
        if blank and known and row["from"] != row["to"]:
            yield at(
                row,
                "rate",
                f"is blank for the move {row['from']} → {row['to']}",
                "give the moves per child-year, 0 if there are none, or remove the row",
            )


def rates_are_plausible(candidate: Candidate) -> Iterator[Problem]:
    """A rate is per child-year, so seldom above 3, or above 365 with timing "continuous"."""
    fast, stay = FAST_RATES.get(candidate.instance.timing, FAST_RATES["period"])
    for row in candidate.rows("transitions"):
        if row["rate"] is not None and row["rate"] > fast:
            yield warn(
                row,
                "rate",
                f"is above {fast} moves per child-year, {stay}",
                "check that it is a rate per year, and not a percentage or a count",
            )


def rows_apply_everywhere(candidate: Candidate) -> Iterator[Problem]:
    """A row for every area is used in every area."""
    states = candidate.resolved.states
    for table, columns in (("transitions", ("from", "to")), ("arrivals", ("state",))):
        for row, areas in candidate.in_force(table):
            named = {row[column]: column for column in reversed(columns) if row["area"] is None}
            for name, column in named.items():
                lacking = [a for a in areas if name != EXIT and (a, name) not in states]
                if lacking:
                    yield warn(
                        row,
                        column,
                        f"is not a state{candidate.where(lacking)}, so the row is left out there",
                        "add the state there, or give the row by area",
                    )


def children_can_leave(candidate: Candidate) -> Iterator[Problem]:
    """A state with children has a way out."""
    left = {(a, i) for a, i, _ in candidate.moves}
    for row, areas in candidate.in_force("states"):
        stuck = [area for area in areas if (area, row["state"]) not in left]
        if row["opening"] > 0 and stuck and not candidate.may_be_lost(row["state"]):
            yield warn(
                row,
                "state",
                f"has children at the start and no move out{candidate.where(stuck)}",
                "add its transitions",
            )


def states_are_used(candidate: Candidate) -> Iterator[Problem]:
    """A state holds children at some time."""
    entered = {(a, j) for a, _, j in candidate.moves}
    entered |= {key for key, row in candidate.resolved.arrivals.rows.items() if ever(row)}
    entered |= {(a, instead) for a, _, _, _, instead in candidate.resolved.effects}
    for row, areas in candidate.in_force("states"):
        empty = [area for area in areas if (area, row["state"]) not in entered]
        if row["opening"] == 0 and empty:
            yield warn(
                row,
                "state",
                f"never holds a child{candidate.where(empty)}: none at the start, no "
                "arrivals, no move into it",
                "add what is missing, or remove the state",
            )


def terminal_value_is_finite(candidate: Candidate) -> Iterator[Problem]:
    """Without discounting, children still there at the end leave at last."""
    if candidate.instance.discount_rate > 0 or not candidate.instance.terminal_value:
        return
    finite = _leaving_at_last(candidate)
    for row, areas in candidate.in_force("states"):
        endless = [area for area in areas if (area, row["state"]) not in finite]
        if endless:
            yield at(
                row,
                "state",
                f"never leads to `exit`{candidate.where(endless)}, so with a discount "
                "rate of 0 its terminal value has no end",
                "give it a way to `exit`, a discount_rate above 0, or set terminal_value to false",
            )


def _leaving_at_last(candidate: Candidate) -> set[tuple[str, str]]:
    """States from which the closing year's rates lead to `exit`, by however many moves."""
    moves = [move for move, rates in candidate.resolved.rates.rows.items() if rates[-1] > 0]
    leaving: set[tuple[str, str]] = set()
    grown = -1
    while grown < len(leaving):
        grown = len(leaving)
        leaving |= {(a, i) for a, i, j in moves if j == EXIT or (a, j) in leaving}
    return leaving


CHECKS: tuple[Check, ...] = (
    someone_is_in_care,
    staying_has_no_rate,
    moves_have_a_rate,
    rates_are_plausible,
    rows_apply_everywhere,
    children_can_leave,
    states_are_used,
    terminal_value_is_finite,
)

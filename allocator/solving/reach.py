"""Which inputs, each alone and a little worse, put the targets out of reach.

How much room a plan leaves, the share by which every target and every fund could be lower still,
is the optimum of a program of its own.  Its prices say by how much each input, moved by a share of
itself, takes of that room (the envelope theorem); those that take it soonest are then moved until
none is left: at that share no window has a plan, a hundredth of it before one has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from allocator.clock import Clock
from allocator.instance import Instance
from allocator.instance.cell_changes import changed
from allocator.plan.columns import TABLES
from allocator.plan.plan import Plan, Untold
from allocator.program.program import LinearProgram, Objective
from allocator.solvers.solution import Solution
from allocator.solving.alike import AlikeSession
from allocator.solving.session import WindowSolved, at_window, build
from allocator.table import Table
from allocator.vocabulary import BUDGET, TARGET

MOST_ROWS: Final = 10_000  # of a program that is solved again so often
MOST_TOLD: Final = 3
MOST_ASKED: Final = 4  # of those that are nearest by the prices
MOST_MOVES: Final = 6  # rates that are asked, those of the most frequent moves
FURTHEST: Final = 0.25  # share of an input: what needs more than that is not tight
NEAR: Final = 0.01  # relative: how well the share is known
_NOTHING: Final = 1e-12  # of what is taken: rounding
_STEP: Final = 1e-3  # share by which inputs are moved to see what they take
_TRIES: Final = 12
MOST_SHORT: Final = 10.0  # times as high as targets and funds may be taken to be, in vain


def tightest(plan: Plan, clock: Clock) -> tuple[Table, Untold]:
    """The inputs whose change by the least share leaves no plan, at most three; nearest first.

    And why there are none, where there are none.

    Asked are the unit costs of states, arrivals, the most frequent moves and the effects of each
    service, in all areas and years at once.  No row where the plan does not aim at targets, may
    miss them at a price, or its program is large.  Raises as ``Ladder.solve`` does.
    """
    rows, why = _all_found(plan, clock) if _is_asked(plan) else ([], "not asked")
    rows.sort(key=lambda row: abs(row[1]))
    return Table.of_rows(list(TABLES["tightest"].columns), rows[:MOST_TOLD]), why


def _all_found(plan: Plan, clock: Clock) -> tuple[list[tuple[str, float]], Untold]:
    room = Room(plan.instance, clock)
    if room.rows > MOST_ROWS:
        return [], "large"
    there = room.windows()
    return (list(_found(plan, room, there)), "far") if there else ([], "no room")


def _is_asked(plan: Plan) -> bool:
    return (
        plan.found
        and plan.aims_at_targets
        and bool(plan.instance.resolved.targets)
        and plan.instance.shortfall.excess_price is None
    )


def asked(plan: Plan) -> list[str]:
    """The inputs that are moved, as ``--set`` names them."""
    instance, moves = plan.instance, plan.tables["moves"]
    often = moves.groupby(["from", "to"], sort=False)["baseline_moves"].sum()
    rates = {(row["from"], row["to"]) for row in instance.tables["transitions"] if row["rate"]}
    ranked = [pair for pair in often.sort_values(ascending=False).index if pair in rates]
    costs = dict.fromkeys(i for (_, i), s in instance.resolved.states.items() if s.unit_cost)
    arriving = dict.fromkeys(r["state"] for r in instance.tables["arrivals"] if r["children"])
    services = dict.fromkeys(r["service"] for r in instance.tables["effects"] if r["effect"])
    return [
        *(f"states.{state}.unit_cost" for state in costs),
        *(f"arrivals.{state}.*.children" for state in arriving),
        *(f"transitions.{one}.{other}.*.rate" for one, other in ranked[:MOST_MOVES]),
        *(f"effects.{service}.*.effect" for service in services),
    ]


def _found(plan: Plan, room: Room, there: Sequence[WindowSolved]) -> Iterator[tuple[str, float]]:
    """Inputs and the share of each, with a sign, at which no plan is left; by no order.

    Once as many are known as are told, one that leaves room at the furthest of them is not.
    """
    known = list[float]()
    for share, key, sign in sorted(room.guess(key, there) for key in asked(plan))[:MOST_ASKED]:
        if share > 2 * FURTHEST:
            return
        furthest = sorted(known)[MOST_TOLD - 1] if len(known) >= MOST_TOLD else np.inf
        if furthest < np.inf and room_of(room.at(key, sign * furthest)) > 0:
            continue
        exact = room.used_up(key, sign, share, room_of(there[0]))
        if exact is not None:
            known.append(abs(exact))
            yield key, exact


class Room:
    """By what share an instance's targets and funds could be lower, with an input moved or not."""

    def __init__(self, instance: Instance, clock: Clock) -> None:
        self._instance, self._clock, self._session = instance, clock, AlikeSession()
        self._plain, self._moved = self._built("", 0.0), ""

    @property
    def rows(self) -> int:
        """How many the program has."""
        return self._plain.shape[0]

    def at(self, key: str = "", share: float = 0.0) -> WindowSolved | None:
        """The window that leaves most, with an input raised by a share; None where none has a plan.

        As the least value of its objective is minus the room, there is no plan either where that is
        above nought.
        """
        if key != self._moved:
            self._session.begin_line()
        self._session.place, self._moved = share, key
        return self._session.solve(
            self._instance,
            program=self._built(key, share) if key else self._plain,
            every_window=False,
            time_limit=self._clock.left(),
        ).best

    def windows(self) -> list[WindowSolved]:
        """Every window that leaves room with no input moved, the most first."""
        solved = self._session.solve(
            self._instance, program=self._plain, time_limit=self._clock.left()
        ).windows
        return with_room(solved)

    def guess(self, key: str, there: Sequence[WindowSolved]) -> tuple[float, str, float]:
        """The share at which no window is left any room by its prices, the input, and which way.

        Infinite where some window comes to leave more.
        """
        moved = self._built(key, _STEP)
        by = [gained(each, at_window(moved, self._instance, each.window), _STEP) for each in there]
        sign = -float(np.sign(by[0]))
        return max(used_up_at(w, -sign * b) for w, b in zip(there, by, strict=True)), key, sign

    def taken(self, key: str, here: WindowSolved, share: float = 0.0) -> float:
        """By how much the room grows for each share by which an input is raised, at the prices.

        From where ``here`` was solved, the input raised by ``share`` already.
        """
        moved = at_window(self._built(key, share + _STEP), self._instance, here.window)
        return gained(here, moved, _STEP)

    def used_up(self, key: str, sign: float, guess: float, room: float) -> float | None:
        """The share at which nothing is left of the room; None where it is beyond ``FURTHEST``.

        By Newton's method while there is room, since what takes it grows with the share and other
        windows come to leave the most, then by false position, each a little past where it should
        be, until the share is known to ``NEAR``: at it there is no plan, at ``NEAR`` of it less
        there is.
        """
        inside, outside = (0.0, room), (np.inf, -np.inf)
        share = min(guess * (1 + NEAR / 2), FURTHEST)
        for _ in range(_TRIES):
            here = self.at(key, sign * share)
            left = room_of(here)
            if here is None or left <= 0:
                outside = share, left
            elif share >= FURTHEST:
                return None
            else:
                inside = share, left
            if outside[0] - inside[0] <= NEAR * outside[0] < np.inf:
                return sign * outside[0]
            if outside[0] < np.inf:
                share = _between(inside, outside, left > 0)
            elif here is not None:
                lost = -sign * self.taken(key, here, sign * share)
                share = _further(share, left, lost)
        return None

    def _built(self, key: str, share: float) -> LinearProgram:
        moved = changed(self._instance, f"{key}=*{1 + share!r}") if key else self._instance
        return widened(build(moved).relaxed())


def room_of(here: WindowSolved | None) -> float:
    """What a solved window leaves; -∞ where it has no plan, whatever gives way."""
    return -here.value(-1) if here is not None and here.optimal else -np.inf


def with_room(windows: Iterable[WindowSolved]) -> list[WindowSolved]:
    """Those that leave any, the most first."""
    left = [each for each in windows if room_of(each) > 0]
    return sorted(left, key=room_of, reverse=True)


def gained(here: WindowSolved, there: LinearProgram, step: float) -> float:
    """By how much a window's room grows for each of a ``step`` to another program of it.

    By the Lagrangian at the point and the prices, differentiated: what the numbers of the program
    that change do to it.
    """
    assert here.solution is not None
    before, after = (_lagrangian(p, here.solution) for p in (here.program, there))
    return float((before - after) / step)


def used_up_at(here: WindowSolved, lost: float) -> float:
    """How far a window's room goes where so much of it is lost for each step; infinite for none."""
    return room_of(here) / lost if lost > _NOTHING else np.inf


def _further(share: float, left: float, lost: float) -> float:
    """The share to try next while there is room: where what is lost for each uses up the rest."""
    most = 2 * share
    further = share + left / lost if lost > 0 else most
    return min(max(further * (1 + NEAR / 2), share * (1 + NEAR)), most, FURTHEST)


def _between(inside: tuple[float, float], outside: tuple[float, float], last_inside: bool) -> float:
    """The share to try next, from the shares and rooms on both sides, past it from the last."""
    (near, left), (far, missing) = inside, outside
    if not np.isfinite(missing):
        return (near + far) / 2
    share = near + (far - near) * left / (left - missing)
    past = share * (1 + (NEAR / 3 if last_inside else -NEAR / 3))
    return past if near < past < far else (near + far) / 2


def widened(program: LinearProgram) -> LinearProgram:
    """With a column for the share by which targets and funds are lower, the most of it as the aim.

    Where there is no room it says by what share they would have to be higher.
    """
    families = [program.rows[name] for name in (TARGET, BUDGET) if name in program.rows]
    rows = [row for family in families for row in range(family.start, family.stop)]
    wide = program.with_columns(
        "room",
        "share",
        1,
        rows=rows,
        columns=[0] * len(rows),
        values=program.row_upper[rows].tolist(),
        lower=-MOST_SHORT,
    )
    upper, costs = wide.upper.copy(), np.zeros(wide.shape[1])
    upper[-1], costs[-1] = 1.0, -1.0
    return replace(wide, upper=upper, objectives=(Objective("room", costs, 0.0, "share"),))


def _lagrangian(program: LinearProgram, solution: Solution) -> float:
    """What the point costs, and by how much it misses the limits that have a price, at it."""
    y, x = solution.dual, solution.primal
    at = program.matrix.times(x)
    limit = np.where(y > 0, program.row_lower, program.row_upper)
    missed = np.where((y != 0) & np.isfinite(limit), limit, at) - at
    return float(program.objectives[-1].costs @ x + y @ missed)

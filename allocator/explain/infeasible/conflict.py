"""Which limits can't all hold: an irreducible set of them, for one window.

How children move, what work costs and who pays are given; limits, targets and budgets are what
somebody set.  A ray that proves that there is no plan names limits whose sum asks for the
impossible (Farkas).  From those, each in turn is left out: where there is still no plan it was not
needed, and the new ray may need fewer; where there is one it stays (the deletion filter of
Chinneck and Dravnieks, *Locating minimal infeasible constraint sets in linear programs*, 1991).
What is left has no plan, and has one as soon as any one of them is dropped.  HiGHS's own
``getIis`` names rows and column bounds of every kind, most of which nobody set, and says only
of some of its settings that nothing can be left out, so it is not used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from allocator.explain.citing import Citation, Citer, merged
from allocator.explain.infeasible.rays import Rays
from allocator.instance import Instance, Window
from allocator.plan.prices import inside
from allocator.program.program import LinearProgram, Objective
from allocator.progress import Progress
from allocator.solvers.catalogue import PRIMAL, find_solver
from allocator.solvers.solution import Floats, Solution, Status
from allocator.solving.proved import Ladder, refuted
from allocator.vocabulary import BUDGET, CONSTRAINTS, OF_SERVICES
from allocator.wording import listed

MOST_SAID: Final = 6  # limits on services in a sentence
MOST_NAMED: Final = 4  # limits in a short sentence
_IN_THE_RAY: Final = 1e-9  # relative: a weight below this is rounding
_NOTHING: Final = 1e-12  # share of the limits: what gives way by less than this need not


@dataclass(frozen=True)
class Member:
    """A limit in conflict: all of its rows in the program, and those that the proof uses."""

    constraint: str
    rows: tuple[int, ...]
    used: tuple[int, ...]
    cited: Citation

    @property
    def lever(self) -> bool:
        """Whether those who hold the purse set it: a target, a fund, a limit on spend."""
        relief = CONSTRAINTS[self.constraint].relief
        return relief is not None and relief.lever

    @property
    def counted(self) -> tuple[str, str]:
        """What one is called where it is only counted, and what several are."""
        relief = CONSTRAINTS[self.constraint].relief
        return OF_SERVICES if relief is None else relief.counted


@dataclass(frozen=True, eq=False)
class Conflict:
    """Limits of a window's program that can't all hold.

    ``ray`` weighs the rows of the proof, None where there is none.  Of ``conflict``, that it ends
    with any one dropped was found by solving; of ``in_proof`` that was not asked.
    """

    window: Window | None
    members: tuple[Member, ...]
    ray: Floats | None

    @property
    def proved(self) -> bool:
        """Whether the ray proves it from the arrays."""
        return self.ray is not None

    @property
    def sentence(self) -> str:
        """``the target ... (targets.csv, row 2) and the 2021-22 core budget ... can't both hold``.

        Targets and money first; what services can do after them, counted where it is much.
        """
        levers = said(each for each in self.members if each.lever)
        others = said(each for each in self.members if not each.lever)
        if len(others) > MOST_SAID:
            others = [f"{len(others)} limits on what services can do"]
        told = [*levers, *others]
        if not told:
            return "no fund may pay for what must be paid"
        if len(self.members) == 1:
            return f"{told[0]} can't hold"
        return f"{listed(told)} can't {'both' if len(self.members) == 2 else 'all'} hold"

    @property
    def short(self) -> str:
        """The sentence; where it would name many, ``a target, 12 budgets and 11 limits ...``."""
        if self.few:
            return self.sentence
        return f"{self.counts} can't all hold; they are listed below"

    @property
    def few(self) -> bool:
        """Whether its limits can be named in a short sentence."""
        return len(said(self.members)) <= MOST_NAMED

    @property
    def counts(self) -> str:
        """``a target, 12 budgets and 11 limits``: how many of each kind."""
        kinds = Counter(each.counted for each in self.members)
        told = [f"{count} {one if count == 1 else many}" for (one, many), count in kinds.items()]
        return listed(told)


def said(members: Iterable[Member]) -> list[str]:
    """Members in words with file and row, years of one limit together."""
    return [f"{each.words} ({each.where})" for each in merged(m.cited for m in members)]


class Feasibility:
    """Programs of one shape asked whether they have a solution, one after the other."""

    def __init__(self, program: LinearProgram, known: Iterable[Floats] = ()) -> None:
        self._rays = Rays(known)
        self._nothing = Objective("nothing", np.zeros(program.shape[1]), 0.0, "")
        self._ladder = Ladder(find_solver("simplex"))

    def solve(self, program: LinearProgram, *, anew: bool = False) -> Solution:
        """Feasible (status optimal) or infeasible, proved.  Raises what ``Ladder.solve`` does.

        With ``anew``, no proof that another program left is asked first: its own names less.
        """
        plain = replace(program, objectives=(self._nothing,))
        refuted = None if anew else self._rays.refute(plain)
        if refuted is not None:
            return refuted
        solution = self._ladder.solve(plain, doing="looking for the limits in conflict")
        self._rays.learn(plain, solution)
        return solution

    def possible(self, program: LinearProgram) -> bool:
        """Whether it has a solution."""
        return self.solve(program).status is Status.OPTIMAL


class _AllGiveWay(Feasibility):
    """The same, asked by how little all limits would have to give way together.

    That has an optimum whichever of them are free, and the basis of one leads to the next in few
    iterations, where a program without a solution is begun from far away.
    """

    def __init__(self, program: LinearProgram, groups: Sequence[Limit]) -> None:
        super().__init__(program)
        rows = np.array(_rows(groups), dtype=int)
        low, high = (bounds[rows] for bounds in (program.row_lower, program.row_upper))
        below, above = np.isfinite(low), np.isfinite(high)
        sizes = (np.maximum(1.0, np.abs(low[below])), -np.maximum(1.0, np.abs(high[above])))
        self._wide = program.with_columns(
            "give",
            "share",
            2,
            rows=[*rows[below].tolist(), *rows[above].tolist()],
            columns=[*[0] * int(below.sum()), *[1] * int(above.sum())],
            values=np.concatenate(sizes).tolist(),
        )
        costs = np.zeros(self._wide.shape[1])
        costs[-2:] = 1.0
        self._aim, self._least = Objective("give", costs, 0.0, "share"), Ladder(PRIMAL)

    def solve(self, program: LinearProgram, *, anew: bool = False) -> Solution:
        """The same."""
        wide = replace(
            self._wide,
            row_lower=program.row_lower,
            row_upper=program.row_upper,
            objectives=(self._aim,),
        )
        least = self._least.solve(wide, doing="looking for the limits in conflict")
        if least.status is Status.OPTIMAL:
            if least.objective <= _NOTHING:
                return least
            if refuted(program, least.dual):
                return replace(least, status=Status.INFEASIBLE, ray=least.dual)
        return super().solve(program, anew=anew)


def conflict(
    instance: Instance, program: LinearProgram, window: Window | None, tell: Progress
) -> Conflict:
    """An irreducible conflict of a window's program, which has no solution."""
    groups = limits_of(instance, program)
    asked: Feasibility = _AllGiveWay(program, groups)
    minimal = _filtered(asked, program, groups, tell)
    if not minimal and not asked.possible(without(program, _rows(groups))):
        # what is given is in conflict by itself
        groups, asked = limits_of(instance, program, tuple(CONSTRAINTS)), Feasibility(program)
        minimal = _filtered(asked, program, groups, tell)
    left = only(program, groups, minimal)
    solution = asked.solve(left, anew=True)
    proved = solution.ray is not None and refuted(left, solution.ray)
    used = _named_by(solution, left, _rows(minimal))
    members = _members(instance, program, minimal, used)
    return Conflict(window, members, solution.ray if proved else None)


def in_proof(
    instance: Instance, program: LinearProgram, window: Window | None, ray: Floats
) -> Conflict:
    """The limits that a proof that there is no solution uses, none of them left out to try.

    They can't all hold; without one of them another proof may do.
    """
    groups = limits_of(instance, program)
    empty = np.zeros(0)
    solution = Solution(Status.INFEASIBLE, empty, empty, np.nan, 0, 0.0, ray=ray)
    used = _named_by(solution, program, _rows(groups))
    inside = [each for each in groups if {*used} & {*each.rows}]
    return Conflict(window, _members(instance, program, inside, used), ray)


def _members(
    instance: Instance, program: LinearProgram, limits: Sequence[Limit], used: Sequence[int]
) -> tuple[Member, ...]:
    """Limits as they are cited, of their rows those that the proof uses."""
    members, citer, inside = [], Citer(instance), set(used)
    for each in limits:
        rows = tuple(row for row in each.rows if row in inside) or each.rows
        (cited, *_) = merged([_cited(citer, program, row) for row in rows])
        members.append(Member(each.constraint, each.rows, rows, cited))
    order = list(CONSTRAINTS)
    members.sort(key=lambda each: (order.index(each.constraint), each.rows))
    return tuple(members)


@dataclass(frozen=True)
class Limit:
    """Rows of the program that one cell of the instance sets."""

    constraint: str
    rows: tuple[int, ...]


def limits_of(
    instance: Instance, program: LinearProgram, families: Sequence[str] | None = None
) -> list[Limit]:
    """Limits inside the horizon, in the order in which they are left out: targets last."""
    citer, groups = Citer(instance), dict[tuple[Any, ...], list[int]]()
    if families is None:
        families = [n for n, each in CONSTRAINTS.items() if each.relief or each.money]
    for name in sorted(families, key=list(CONSTRAINTS).index, reverse=True):
        family = program.rows.get(name)
        if family is None:
            continue
        for row in inside(family, np.arange(family.start, family.stop), instance).tolist():
            index = family.indices[row - family.start]
            cells = citer.member(family, index).cells
            key = cells[0].key if cells else index
            own = index[-1] if name == BUDGET else None  # a year that is not listed
            groups.setdefault((name, key, own), []).append(row)
    return [Limit(name, tuple(rows)) for (name, _, _), rows in groups.items()]


def only(program: LinearProgram, groups: Sequence[Limit], kept: Sequence[Limit]) -> LinearProgram:
    """The program with all of the limits free but those kept."""
    return without(program, sorted(set(_rows(groups)) - set(_rows(kept))))


def without(program: LinearProgram, rows: Sequence[int]) -> LinearProgram:
    """The program with rows free."""
    row_lower, row_upper = program.row_lower.copy(), program.row_upper.copy()
    row_lower[list(rows)], row_upper[list(rows)] = -np.inf, np.inf
    return replace(program, row_lower=row_lower, row_upper=row_upper)


def _rows(groups: Sequence[Limit]) -> list[int]:
    return [row for each in groups for row in each.rows]


def _filtered(
    asked: Feasibility, program: LinearProgram, groups: Sequence[Limit], tell: Progress
) -> list[Limit]:
    """Limits none of which can be left out; money all at once first, since that says most."""
    money = [each for each in groups if CONSTRAINTS[each.constraint].money]
    others = [each for each in groups if not CONSTRAINTS[each.constraint].money]
    start = list(groups)
    if money and not asked.possible(only(program, groups, others)):
        start = others
    left, needed = _needed_by(asked, program, groups, start), list[Limit]()
    count = len(left)
    while left:
        tell("finding what is in conflict", count - len(left), count)
        tried, rest = left[0], left[1:]
        less = only(program, groups, [*needed, *rest])
        solution = asked.solve(less)
        if solution.status is Status.OPTIMAL:
            needed.append(tried)
            left = rest
        else:
            left = _in_proof(solution, less, rest)
    return needed


def _needed_by(
    asked: Feasibility, program: LinearProgram, groups: Sequence[Limit], kept: Sequence[Limit]
) -> list[Limit]:
    less = only(program, groups, kept)
    return _in_proof(asked.solve(less), less, kept)


def _in_proof(solution: Solution, program: LinearProgram, groups: Sequence[Limit]) -> list[Limit]:
    named = set(_named_by(solution, program, _rows(groups)))
    return [each for each in groups if named & set(each.rows)]


def _named_by(solution: Solution, program: LinearProgram, rows: Sequence[int]) -> list[int]:
    """Those of the rows that the proof uses; all of them where it does not do with those.

    A proof may rest on bounds that other rows imply: so it is asked again without them.
    """
    ray: Floats | None = solution.ray
    if ray is None:
        return list(rows)
    scale = float(np.max(np.abs(ray)))
    used = [row for row in rows if abs(ray[row]) > _IN_THE_RAY * scale]
    return used if refuted(without(program, sorted({*rows} - {*used})), ray) else list(rows)


def _cited(citer: Citer, program: LinearProgram, row: int) -> Citation:
    family = program.row_family(row)
    return citer.member(family, family.indices[row - family.start])

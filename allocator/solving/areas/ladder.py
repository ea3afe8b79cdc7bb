"""The ladder with one more rung before the others: area by area.

What the decomposition answers is judged on the whole program like any solver's answer; where it
is not proved, the whole program is solved as though there were no areas.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import ClassVar, Final, Literal

from allocator.clock import Clock
from allocator.errors import UsageError
from allocator.program.program import LinearProgram
from allocator.solvers.catalogue import DEFAULT, Solver
from allocator.solvers.solution import Ranging, Solution, Status
from allocator.solving.areas.decomposition import AreaDecomposition
from allocator.solving.areas.points import AreaPoints
from allocator.solving.proved import Ladder, Model

By = Literal["whole", "areas"]

FEWEST: Final = 4  # areas,
SMALLEST: Final = 10_000  # rows: from here on area by area is the faster way, by far at a hundred
EASINGS: Final = 3  # times that an aim's price is lessened before the whole is asked


def by_areas(by: By | None, areas: Sequence[str], program: LinearProgram, solver: Solver) -> bool:
    """Whether a program is to be solved area by area: as asked, or else by its size.

    Raises UsageError where that is asked of a solver that does not do it.
    """
    usual = solver.name == DEFAULT
    if by == "areas" and not usual:
        raise UsageError(
            f"areas are solved one by one with HiGHS's simplex method alone: ask for them without "
            f"the solver {solver.name}, or for the whole program"
        )
    if by is not None or not usual:
        return by == "areas"
    return len(areas) >= FEWEST and program.shape[0] >= SMALLEST


def ladder_for(areas: Sequence[str], program: LinearProgram) -> Ladder:
    """The ladder that is the faster one for programs of this shape."""
    ladder = Ladder()
    return AreaLadder(areas) if by_areas(None, areas, program, ladder.solver) else ladder


class AreaLadder(Ladder):
    """Programs of the same areas solved one after the other, each from where the last one ended.

    ``workers``, executors of one worker each, keep the areas between them.
    """

    tells_ranges: ClassVar = False  # those of the whole take longer than its solution

    def __init__(
        self,
        areas: Sequence[str],
        solver: Solver | None = None,
        log: Path | None = None,
        workers: Sequence[Executor] = (),
    ) -> None:
        super().__init__(solver, log)
        self._areas, self._workers = tuple(areas), workers
        self._parts: AreaDecomposition | None = None
        self._then: LinearProgram | None = None  # what comes after the next

    @property
    def name(self) -> str:
        """Who solves, and that it is area by area."""
        return f"{super().name}, area by area"

    def takes(self, program: LinearProgram) -> bool:
        """Whether a program would be solved from where the last one ended."""
        return self._parts is not None and self._parts.resembles(program)

    def hand_out(self, program: LinearProgram) -> None:
        """Hand its areas to those who solve them.  Raises as ``AreaDecomposition`` does."""
        self._parts_of(program)

    def expect(self, program: LinearProgram) -> None:
        """Have workers begin with it while the answer before is judged."""
        self._then = program

    def ranging(self) -> Ranging | None:
        """None: they are not told."""
        return None

    def _rungs(
        self, program: LinearProgram, stage: int, clock: Clock
    ) -> Iterator[tuple[Model, Solution]]:
        """The decomposition's answer, those from lesser prices, then those about the whole."""
        parts = self._parts_of(program)
        then, self._then = self._then, None
        answer = parts.solve(program, stage, clock.left(), then)
        yield parts, answer
        for _ in range(EASINGS):
            if answer.status is not Status.OPTIMAL or not parts.ease(program, stage):
                break
            answer = parts.solve(program, stage, clock.left())
            yield parts, answer
        self.others.add("the whole program")
        self._model = None
        yield from super()._rungs(program, stage, clock)

    def _parts_of(self, program: LinearProgram) -> AreaDecomposition:
        """The decomposition at hand, or a new one begun at its prices and bases."""
        if self._parts is None or not self._parts.takes(program):
            before = self._parts
            self._parts = AreaDecomposition(program, self._areas, self._workers)
            if before is not None and before.resembles(program):
                self._parts.begin(before)
            if before is not None:
                before.close()
        return self._parts

    def hold(self, program: LinearProgram, stage: int, price: float) -> None:
        """Begin the next search where the objective of a stage, which a row holds, has a price."""
        self._parts_of(program).hold(program, stage, price)

    def go_back(self, program: LinearProgram, stage: int) -> None:
        """Begin the next search where the last one for a stage ended."""
        self._parts_of(program).go_back(program, stage)

    def turn(self, program: LinearProgram) -> None:
        """Begin the next search, for another objective, with the points at hand."""
        self._parts_of(program).turn()

    def points(self, program: LinearProgram) -> AreaPoints:
        """The points that areas have given for a program, which was solved last."""
        return self._parts_of(program).points(program)

    def close(self) -> None:
        """Let go of the areas' programs, here and with workers."""
        if self._parts is not None:
            self._parts.close()
        self._parts = self._model = None

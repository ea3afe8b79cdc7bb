"""Areas in groups, each with a worker of its own that keeps it: a process, or one of a cluster.

A worker keeps its areas in HiGHS, their bases and the values of their points.  What goes to and fro
are prices, and by area a value and its point as the master sees it.  Every task names its group and
carries all that is asked of it, and a group that is begun anew has another name: so a worker that
died and came back answers nothing by what it does not know.  A lost worker's group is begun anew,
and the search goes on without the points that were lost with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, wait
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from allocator.errors import AllocatorError, SolverError
from allocator.executors import import_beside
from allocator.program.matrix import Floats
from allocator.solving.areas.group import Ending, Group
from allocator.solving.areas.likeness import in_line
from allocator.solving.areas.pricing import AreaProgram, Asked, Priced

TOGETHER: Final = 8  # areas that are sent in one task, some 2 MB
PATIENCE: Final = 10  # seconds in which workers must have forgotten what they kept

_KEPT: Final[dict[str, _Holding]] = {}  # a worker's, by name


class PointsLost(Exception):
    """Workers were lost, and the points of these areas with them; their groups are begun anew."""

    def __init__(self, areas: Iterable[int]) -> None:
        super().__init__("workers were lost")
        self.areas = frozenset(areas)


class _WorkerLost(Exception):
    """A worker is gone, or is not the one that kept the group."""


# -- in a worker


@dataclass(frozen=True)
class _Holding:
    """A group; its token is another where a cluster makes it twice, as it may for a lost worker."""

    group: Group
    token: str


def _add(name: str, ties: int, programs: Mapping[int, AreaProgram]) -> tuple[str, str]:
    """Have some more areas in a group; the version of HiGHS, and the token of the group."""
    kept = _KEPT.setdefault(name, _Holding(Group({}, ties), uuid4().hex))
    kept.group.add(programs)
    return kept.group.version, kept.token


def _ask(name: str, token: str, method: str, words: Sequence[Any]) -> tuple[Any, int] | None:
    """What a group answers, and its iterations; None where it is not known, or is a copy."""
    kept = _KEPT.get(name)
    if kept is None or kept.token != token:
        return None
    return getattr(kept.group, method)(*words), kept.group.iterations


def _go_on(name: str, other: str) -> None:
    """Begin at the bases of another group, if both are known."""
    if name in _KEPT and other in _KEPT:
        _KEPT[name].group.begin(_KEPT[other].group)


def _forget(names: Iterable[str]) -> None:
    for name in names:
        _KEPT.pop(name, None)


# -- where the work is handed out


def prepare(workers: Iterable[Executor]) -> None:
    """Have workers import this module, and HiGHS with it, while there is nothing to solve yet."""
    for worker in workers:
        with suppress(BrokenExecutor):  # told where it is asked for an answer
            worker.submit(import_beside, __name__)


class SpreadGroup:
    """All areas of a program as a ``Group`` has them, spread over workers.

    ``workers`` are executors of one worker each.  Every method may raise PointsLost, after which it
    can be asked again, and SolverError where no worker keeps a group.
    """

    def __init__(
        self, programs: Mapping[int, AreaProgram], ties: int, workers: Sequence[Executor]
    ) -> None:
        # Areas that are alike take as long, and serve each other's first bases: everyone has some.
        line = list(in_line(programs).items())
        shares = [dict(line[n :: len(workers)]) for n in range(len(workers))]
        self._parts = [
            _Share(share, ties, [*workers[n:], *workers[:n]])
            for n, share in enumerate(shares)
            if share
        ]
        self._sent: tuple[Asked, list[Future[Any]]] | None = None
        self._told: list[Future[Any]] = []  # what is done before anything that is asked for later
        for part in self._parts:
            part.begin(part.workers[0])
        self._renew([part for part in self._parts if not part.begun()])

    @property
    def iterations(self) -> int:
        """Of the simplex method, so far."""
        return sum(part.iterations for part in self._parts)

    @property
    def version(self) -> str:
        """Version of HiGHS."""
        return self._parts[0].version

    def begin(self, other: object) -> None:
        """Go on from the bases of another group's areas, where the same workers have them."""
        assert isinstance(other, SpreadGroup)
        pairs = zip(self._parts, other._parts, strict=False)
        wait([part.send(_go_on, part.name, before.name) for part, before in pairs])

    def send(self, asked: Asked) -> None:
        """Have every area solved, for whoever asks for the answers next."""
        self._sent = asked, self._asked("price", [(asked,)] * len(self._parts))

    def price(self, asked: Asked) -> dict[int, Priced]:
        """Every area's answer.  Raises AreaFailed."""
        sent, self._sent = self._sent, None
        if sent is not None and sent[0] is asked:
            return _together(self._answers(sent[1]))
        return _together(self._all("price", asked))

    def duals(self) -> dict[int, Floats]:
        """By area, the duals of its rows in its last answer."""
        return _together(self._all("duals"))

    def ending(self, weights: Iterable[tuple[int, int, float]]) -> Callable[[], Ending]:
        """``Group.optimum``: asked for at once, before whatever is asked later; had when called."""
        known = list(weights)
        words = [([w for w in known if w[0] in part.programs],) for part in self._parts]
        asked = self._asked("optimum", words)

        def had() -> Ending:
            duals, mixed = zip(*self._answers(asked), strict=True)
            return _together(duals), _together(mixed)

        return had

    def keep(self, points: Iterable[tuple[int, int]]) -> None:
        """Forget all points but these, given by area and number."""
        known = list(points)
        self._tell("keep", [([p for p in known if p[0] in q.programs],) for q in self._parts])

    def save(self, key: Any) -> None:
        """Save the bases under a key."""
        self._tell("save", [(key,)] * len(self._parts))

    def restore(self, key: Any) -> None:
        """Go back to the bases of a key; nothing happens where there are none."""
        self._tell("restore", [(key,)] * len(self._parts))

    def cost(self, programs: Mapping[int, AreaProgram]) -> dict[int, dict[int, Floats]]:
        """Take other costs for some areas: by area and number what its points now cost."""
        return _together(self._each("cost", self._taken(programs)))

    def change(self, programs: Mapping[int, AreaProgram]) -> None:
        """Take other numbers for some areas, whose points are forgotten; their bases stay."""
        self._each("change", self._taken(programs))

    def _taken(self, programs: Mapping[int, AreaProgram]) -> list[tuple[dict[int, AreaProgram]]]:
        """By part, those of its areas; it is begun anew with them where it is lost."""
        words = []
        for part in self._parts:
            own = {number: programs[number] for number in part.programs if number in programs}
            part.programs |= own
            words.append((own,))
        return words

    def close(self) -> None:
        """Have the workers forget what they keep."""
        asked = [part.send(_forget, part.names) for part in self._parts]
        wait(asked, timeout=PATIENCE)

    def _all(self, method: str, *words: Any) -> list[Any]:
        return self._each(method, [words] * len(self._parts))

    def _each(self, method: str, words: Sequence[Sequence[Any]]) -> list[Any]:
        """Every part's answer, side by side; PointsLost where workers were lost."""
        return self._answers(self._asked(method, words))

    def _tell(self, method: str, words: Sequence[Sequence[Any]]) -> None:
        """Have something done that has no answer; what became of it is seen with the next one."""
        self._told += self._asked(method, words)

    def _asked(self, method: str, words: Sequence[Sequence[Any]]) -> list[Future[Any]]:
        return [part.ask(method, own) for part, own in zip(self._parts, words, strict=True)]

    def _answers(self, asked: Sequence[Future[Any]]) -> list[Any]:
        answers, lost = [], []
        told, self._told = self._told, []  # each of the parts in turn, over and over
        for n, part in enumerate(self._parts):
            try:
                for future in told[n :: len(self._parts)]:
                    part.answer(future)
                answers.append(part.answer(asked[n]))
            except _WorkerLost:
                lost.append(part)
        if lost:
            self._renew(lost)
            raise PointsLost(number for part in lost for number in part.programs)
        return answers

    def _renew(self, lost: Sequence[_Share]) -> None:
        """Begin lost groups anew, each with whichever worker takes it."""
        for part in lost:
            for worker in part.workers:
                part.begin(worker)
                if part.begun():
                    break
            else:
                raise SolverError(
                    f"no worker keeps its {len(part.programs)} areas; they may want more memory"
                )


class _Share:
    """One group, as those who ask it know it; ``workers`` has its own first."""

    def __init__(
        self, programs: dict[int, AreaProgram], ties: int, workers: Sequence[Executor]
    ) -> None:
        self.programs, self.workers = programs, workers
        self.version = self._token = ""
        self.names: list[str] = []
        self._ties, self._worker = ties, workers[0]
        self._before = self._now = 0  # iterations, of groups that are lost and of this one
        self._asked: list[Future[Any]] = []

    @property
    def name(self) -> str:
        """The group's, as the worker knows it."""
        return self.names[-1]

    @property
    def iterations(self) -> int:
        """Of the simplex method, so far."""
        return self._before + self._now

    def begin(self, worker: Executor) -> None:
        """Have a worker make the group."""
        self._worker = worker
        self.names.append(uuid4().hex)
        self._before, self._now = self.iterations, 0
        self._asked = [self.send(_add, self.name, self._ties, few) for few in self._portions()]

    def _portions(self) -> Iterator[dict[int, AreaProgram]]:
        areas = list(self.programs.items())
        for n in range(0, len(areas), TOGETHER):
            yield dict(areas[n : n + TOGETHER])

    def begun(self) -> bool:
        """Whether it was made."""
        try:
            made = {_outcome(each) for each in self._asked}
        except _WorkerLost:
            return False
        self.version, self._token = made.pop()
        return not made  # all of it with one worker

    def send(self, work: Any, *words: Any) -> Future[Any]:
        """Hand a task to the worker."""
        try:
            return self._worker.submit(work, *words)
        except BrokenExecutor as error:
            broken: Future[Any] = Future()
            broken.set_exception(error)
            return broken

    def ask(self, method: str, words: Sequence[Any]) -> Future[Any]:
        """Ask the group."""
        return self.send(_ask, self.name, self._token, method, words)

    def answer(self, asked: Future[Any]) -> Any:
        """What it answered.  Raises _WorkerLost."""
        outcome = _outcome(asked)
        if outcome is None:
            raise _WorkerLost
        answer, self._now = outcome
        return answer


def _outcome(future: Future[Any]) -> Any:
    """A task's; _WorkerLost where its worker went, SolverError where it failed otherwise."""
    try:
        return future.result()
    except (AllocatorError, MemoryError):
        raise
    except (BrokenExecutor, CancelledError) as error:
        raise _WorkerLost from error
    except Exception as error:
        raise SolverError(f"a worker failed: {type(error).__name__}: {error}") from error


def _together(answers: Iterable[Mapping[int, Any]]) -> dict[int, Any]:
    """Answers of all areas, in the order of the areas."""
    by_area = {number: answer for each in answers for number, answer in each.items()}
    return dict(sorted(by_area.items()))

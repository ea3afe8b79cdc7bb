"""Who works: this process, others beside it, or a Dask cluster.

``executor`` is for tasks that anyone may do.  ``lanes`` is for work that goes on where it was left:
each lane is one worker, and what that has made for one task is there for the next.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    InvalidStateError,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    as_completed,
)
from contextlib import contextmanager, suppress
from importlib import import_module
from math import inf
from threading import Event, Thread, get_native_id
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from allocator.clock import Clock, out_of_time
from allocator.errors import UsageError, WorkersGoneError
from allocator.memory import look_rarely_for_circles

if TYPE_CHECKING:
    from distributed import Client

PATIENCE: Final = 10  # seconds in which a scheduler must answer, and have workers
LOOK: Final = 1  # second between looks at whether it has any
_LEAST_URGENT: Final = 19  # of what a system calls nice

T = TypeVar("T")


@contextmanager
def executor(jobs: int = 1, scheduler: str | None = None) -> Iterator[Executor | None]:
    """An executor of so many processes, or of a cluster; None where this process does it.

    ``scheduler`` is the address of a Dask scheduler, which needs the extra ``cluster``: UsageError
    where that is not installed or nobody answers.
    """
    if scheduler is not None:
        with _cluster(scheduler) as pool:
            yield pool
    elif jobs > 1:
        with _processes(jobs) as pool:
            yield pool
    else:
        yield None


def rows_as_done(
    executor: Executor, work: Callable[..., Iterable[T]], tasks: Iterable[tuple[Any, ...]]
) -> Iterator[T]:
    """The rows of every task, as its work is done; those not begun are called off at an error.

    TimeLimitError where the time around it is over (``clock.limited``).
    """
    waiting, left = [executor.submit(work, *task) for task in tasks], Clock().left()
    try:
        for future in as_completed(waiting, None if left == inf else max(left, 0.0)):
            yield from future.result()
    except TimeoutError:
        raise out_of_time("working on it side by side") from None
    finally:
        for future in waiting:
            future.cancel()


@contextmanager
def lanes(jobs: int = 1, scheduler: str | None = None) -> Iterator[tuple[Executor, ...]]:
    """Executors of one worker each: so many processes, or every worker of a cluster.

    None of them where this process does it.  A lane whose worker is lost goes on with another,
    which knows nothing of what the first one kept.  Raises as ``executor`` does, and UsageError for
    a cluster without workers.  Where all of a cluster's workers go for good, a task ends with
    WorkersGoneError.
    """
    if scheduler is not None:
        with _client(scheduler) as client, _cluster_lanes(client, scheduler) as lanes_there:
            yield lanes_there
    elif jobs > 1:
        ours = tuple(_ProcessLane() for _ in range(jobs))
        try:
            yield ours
        finally:
            with ThreadPoolExecutor(jobs) as together:
                ended = [together.submit(lane.shutdown, cancel_futures=True) for lane in ours]
            for each in ended:
                each.result()  # or its error
    else:
        yield ()


class _ProcessLane(Executor):
    """One process, begun at once; after it is lost, another."""

    def __init__(self) -> None:
        self._pool = self._begun()

    def _begun(self) -> ProcessPoolExecutor:
        pool = _pool(1)
        pool.submit(int)  # a process begins with its first task
        return pool

    def submit(self, work: Callable[..., T], /, *args: Any, **named: Any) -> Future[T]:
        """As ``Executor`` says."""
        try:
            return self._pool.submit(work, *args, **named)
        except BrokenExecutor:
            self._pool.shutdown(wait=False)
            self._pool = self._begun()
            return self._pool.submit(work, *args, **named)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As ``Executor`` says."""
        self._pool.shutdown(wait, cancel_futures=cancel_futures)


class _Watch(Thread):
    """Looks now and then whether a cluster has workers, and ends what waits for none to come."""

    def __init__(self, client: Client, address: str) -> None:
        super().__init__(daemon=True)
        self._client, self._address = client, address
        self._waiting: set[Future[Any]] = set()
        self._over = Event()

    def follow(self, future: Future[T]) -> Future[T]:
        """Have a task end with an error if all workers go before it is done."""
        self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)
        return future

    def run(self) -> None:
        """Until it is stopped."""
        seen = monotonic()
        while not self._over.wait(LOOK):
            if self._is_staffed():
                seen = monotonic()
            elif monotonic() - seen > PATIENCE:
                self._give_up()

    def _is_staffed(self) -> bool:
        try:
            return bool(self._client.nthreads())
        except (OSError, RuntimeError, ValueError):  # nobody answers, or the client is closed
            return False

    def _give_up(self) -> None:
        gone = f"{self._address}: all workers of the Dask cluster are gone; start some, and again"
        for future in [*self._waiting]:
            with suppress(InvalidStateError):  # done in the meantime
                future.set_exception(WorkersGoneError(gone))

    def stop(self) -> None:
        """No more looking."""
        self._over.set()


class _ClusterLane(Executor):
    """One worker of a Dask cluster; after it is lost, the one that has the fewest lanes.

    ``places`` are the lanes' workers, which all of them share; this one's is at ``number``.
    """

    def __init__(self, client: Client, places: list[str], number: int, watch: _Watch) -> None:
        self._client, self._places, self._number = client, places, number
        self._watch = watch

    def submit(self, work: Callable[..., T], /, *args: Any, **named: Any) -> Future[T]:
        """As ``Executor`` says."""
        there = sorted(self._client.nthreads())
        if there and self._places[self._number] not in there:
            self._places[self._number] = min(there, key=self._places.count)
        lane = self._client.get_executor(
            pure=False, workers=[self._places[self._number]], allow_other_workers=True
        )
        return self._watch.follow(cast("Future[T]", lane.submit(work, *args, **named)))


@contextmanager
def _cluster_lanes(client: Client, address: str) -> Iterator[tuple[Executor, ...]]:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError as error:
        raise UsageError(f"{address}: the Dask scheduler there has no workers") from error
    places, watch = sorted(client.nthreads()), _Watch(client, address)
    watch.start()
    try:
        yield tuple(_ClusterLane(client, places, number, watch) for number in range(len(places)))
    finally:
        watch.stop()


@contextmanager
def _processes(jobs: int) -> Iterator[Executor]:
    pool = _pool(jobs)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _pool(jobs: int) -> ProcessPoolExecutor:
    """Fresh processes: HiGHS's threads do not outlive a fork."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin_to_work)


def import_beside(module: str) -> None:
    """In a worker, before there is work: import a module, giving way to who hands it out."""
    importing = Thread(target=_import_giving_way, args=(module,))
    importing.start()
    importing.join()


def _import_giving_way(module: str) -> None:
    give_way()
    with suppress(Exception):  # told where it is imported to be used
        import_module(module)


def give_way() -> None:
    """Have this thread work only where a core would be idle, on systems that know how."""
    if sys.platform == "linux":  # elsewhere what is asked for a thread is done to its process
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, get_native_id(), _LEAST_URGENT)


def _begin_to_work() -> None:
    """In a worker: Ctrl-C is for the process that hands out the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    look_rarely_for_circles()


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    with _client(address) as client:
        yield client.get_executor(pure=False)


@contextmanager
def _client(address: str) -> Iterator[Client]:
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError(
            "work on a cluster needs Dask: install allocator[cluster] here and on its workers"
        ) from error
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"{address}: no Dask scheduler answers there: {error}") from error
    try:
        yield client
    finally:
        client.close()

"""Who works on the points: this process, others beside it, or a Dask cluster."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from allocator.errors import UsageError

PATIENCE: Final = 10  # seconds in which a scheduler must answer

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
    """The rows of every task, as its work is done; those not begun are called off at an error."""
    waiting = [executor.submit(work, *task) for task in tasks]
    try:
        for future in as_completed(waiting):
            yield from future.result()
    finally:
        for future in waiting:
            future.cancel()


@contextmanager
def _processes(jobs: int) -> Iterator[Executor]:
    """Fresh processes: HiGHS's threads do not outlive a fork."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_leave_interrupts)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _leave_interrupts() -> None:
    """Ctrl-C is for the process that hands out the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
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
        yield client.get_executor(pure=False)
    finally:
        client.close()

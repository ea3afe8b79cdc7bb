"""Dask clusters on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def local_cluster(workers: int) -> Iterator[str]:
    """The address of a scheduler with so many workers; without the extra the test is skipped."""
    distributed = pytest.importorskip("distributed", reason="needs the extra `cluster`")
    from dask import config

    patience = config.set({"distributed.comm.timeouts.connect": "1h"})  # no machine is so slow
    with (
        patience,
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address=None,
            protocol="tcp://",
            host="127.0.0.1",
            silence_logs=60,
        ) as cluster,
    ):
        yield cluster.scheduler_address

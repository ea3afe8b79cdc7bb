"""A sweep on a Dask cluster: two workers of a local one."""

from __future__ import annotations

import io
import sys

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from allocator import executors
from allocator.cli import cli
from allocator.errors import UsageError
from allocator.stress import stress
from allocator.sweep import Sweep, executor, run
from tests.clusters import local_cluster
from tests.plans import CASES, instance_of, plan_of
from tests.sweep.grids import WINDOW, assert_same


@pytest.fixture(scope="module")
def address():
    """Address of a scheduler with two workers."""
    with local_cluster(2) as scheduler:
        yield scheduler


@pytest.fixture
def patient(monkeypatch):
    monkeypatch.setattr(executors, "PATIENCE", 3600)


def test_two_workers_give_the_same_table(address, patient, monkeypatch):
    monkeypatch.setattr(run, "CHUNK", 3)
    alone = Sweep(instance_of("window"), WINDOW).run()
    with executor(scheduler=address) as workers:
        assert_same(Sweep(instance_of("window"), WINDOW).run(workers), alone)


def test_the_command_takes_its_address(address, patient):
    words = ["sweep", str(CASES / "window"), "--over", "targets.2027.children=500,900"]
    alone, there = (
        CliRunner().invoke(cli, [*words, *more]) for more in ([], ["--scheduler", address])
    )
    assert there.exit_code == 0, there.stderr
    assert_same(*(pd.read_csv(io.StringIO(result.stdout)) for result in (there, alone)))


def test_nobody_answers(monkeypatch):
    monkeypatch.setattr(executors, "PATIENCE", 0.1)
    pytest.importorskip("distributed", reason="needs the extra `cluster`")
    with (
        pytest.raises(UsageError, match="no Dask scheduler answers there"),
        executor(scheduler="tcp://127.0.0.1:1"),
    ):
        pass


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match="allocator\\[cluster\\]"), executor(scheduler="tcp://x:1"):
        pass


def test_draws_are_planned_anew_on_it_as_here(address, patient):
    plan = plan_of("hand")
    here = stress(plan, draws=4, replans=4, spreads={}).replanned
    with executor(scheduler=address) as workers:
        there = stress(plan, draws=4, replans=4, spreads={}, executor=workers).replanned
    assert np.array_equal(here.objective, there.objective, equal_nan=True)
    assert here.chance > 0

"""Areas spread over workers: the same answer as from one process, also where workers die."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from threading import get_native_id

import pytest
from click.testing import CliRunner

from allocator import executors
from allocator.cli import cli
from allocator.errors import SolverError, UsageError, WorkersGoneError
from allocator.executors import give_way, lanes
from allocator.instance.writing import write
from allocator.program.certificate import certify
from allocator.progress import silent
from allocator.solvers.solution import Status
from allocator.solving import proved
from allocator.solving.areas import spread
from allocator.solving.areas.decomposition import AreaDecomposition
from allocator.solving.areas.pricing import AreaFailed
from allocator.solving.areas.search import PriceSearch
from allocator.solving.areas.spread import SpreadGroup
from allocator.solving.proved import Ladder
from allocator.solving.session import Session, at_window, build
from allocator.solving.solve import solve
from tests.clusters import local_cluster
from tests.model.many_areas import many_areas
from tests.plans import instance_of

FOUR = 42  # the seed of an instance of four areas, with several windows


@pytest.fixture(scope="module")
def alone():
    """Every window of the instance, by areas in this process."""
    return Session(by="areas").solve(many_areas(FOUR))


def assert_same(solved, alone):
    for one, other in zip(solved.windows, alone.windows, strict=True):
        assert (one.window, one.optimal, one.proved) == (other.window, other.optimal, True)
        if one.optimal:
            assert one.value(-1) == pytest.approx(other.value(-1), rel=1e-9)
    assert solved.best.window == alone.best.window


def spread_over(workers):
    """Every window, by areas on these workers alone."""
    session = Session(workers=workers)
    solved = session.solve(many_areas(FOUR))
    assert not session.ladder.others  # nothing was left to the whole program
    session.close()
    return solved


class Mortal(Executor):
    """A worker that is killed just before some of its tasks, by their number."""

    def __init__(self, worker, dies_before):
        self.worker, self.dies_before, self.tasks = worker, dies_before, 0

    def submit(self, work, /, *args, **named):
        self.tasks += 1
        if self.tasks in self.dies_before:
            os.kill(self.worker.submit(os.getpid).result(), signal.SIGKILL)
        return self.worker.submit(work, *args, **named)


def test_two_processes_answer_as_one_and_after_one_is_killed(alone):
    with lanes(2) as workers:
        assert_same(spread_over(workers), alone)
        mortal = Mortal(workers[1], {4, 9, 20})
        assert_same(spread_over([workers[0], mortal]), alone)
        assert mortal.tasks > 20


def test_workers_load_highs_before_there_is_anything_to_solve():
    loaded = "'highspy' in __import__('sys').modules"
    with lanes(2) as workers:
        assert not workers[0].submit(eval, loaded).result()
        spread.prepare(workers)
        assert all(worker.submit(eval, loaded).result() for worker in workers)


@pytest.mark.skipif(sys.platform != "linux", reason="a thread has no urgency of its own")
def test_what_gives_way_is_a_thread_alone():
    def urgency():
        return os.getpriority(os.PRIO_PROCESS, get_native_id())

    def after_giving_way():
        give_way()
        return urgency()

    usual = urgency()
    with ThreadPoolExecutor(1) as another:
        assert another.submit(after_giving_way).result() == 19
    assert urgency() == usual
    with lanes(2) as workers:
        spread.prepare(workers)
        for worker in workers:
            assert worker.submit(os.getpriority, os.PRIO_PROCESS, 0).result() == usual


def test_a_module_that_is_missing_is_told_where_it_is_used():
    assert executors.import_beside("allocator.no_such_module") is None


def test_what_is_told_of_any_plan_waits_until_workers_solve_a_window(monkeypatch):
    begun = []

    class Beside:
        ident = None

        def __init__(self, target, args):
            self.target = target, *args

        def start(self):
            self.ident = 1
            begun.append(self.target)

    module = importlib.import_module("allocator.solving.solve")
    monkeypatch.setattr(module, "Thread", Beside)
    work = (module._work_out, "the instance")
    tell = module._beside(silent, "the instance")
    for done, so_far in enumerate(([], [work], [work], [work])):
        tell("solving", done, 4)
        assert begun == so_far


def test_workers_begin_with_the_next_window_while_the_last_is_judged(alone, monkeypatch):
    events, sent = [], []
    judged, send, price = proved._judged, SpreadGroup.send, SpreadGroup.price

    def judging(program, *answer):
        events.append("judged")
        return judged(program, *answer)

    def sending(group, asked):
        events.append("sent")
        sent.append(asked)
        send(group, asked)

    def pricing(group, asked):
        if asked in sent:
            assert group._sent[0] is asked  # and so it is not solved again
            events.append("taken")
        return price(group, asked)

    monkeypatch.setattr(proved, "_judged", judging)
    monkeypatch.setattr(SpreadGroup, "send", sending)
    monkeypatch.setattr(SpreadGroup, "price", pricing)
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        assert_same(spread_over([one, other]), alone)
    windows = len(alone.windows)
    assert len(sent) >= windows - 2  # one may end without any question
    assert events.count("judged") == windows and events[-1] == "judged"
    assert " ".join(events).count("sent judged taken") == len(sent)


@pytest.mark.parametrize("killed", [False, True])
def test_what_was_begun_for_another_program_harms_nothing(killed):
    """Asked for another one than was said, and where a worker dies with what was begun."""
    instance = many_areas(FOUR)
    program = build(instance)
    first, second, third = (at_window(program, instance, w) for w in (None, *instance.windows[:2]))
    with ProcessPoolExecutor(1) as one, ThreadPoolExecutor(1) as two:
        mortal = Mortal(one, set())
        parts = AreaDecomposition(program, instance.areas, [mortal, two])
        for given, then, asked in ((first, second, third), (third, first, first)):
            parts.solve(given, then=then)
            mortal.dies_before = {mortal.tasks + 1} if killed else set()
            answer, whole = parts.solve(asked), Ladder().solve(asked, doing="solving the whole")
            assert answer.status is whole.status
            if whole.status is Status.OPTIMAL:
                assert certify(asked, answer.primal, answer.dual).passed
                assert answer.objective == pytest.approx(whole.objective, rel=1e-9)
        parts.close()


def test_what_was_begun_elsewhere_than_it_is_to_begin_is_begun_anew(alone, monkeypatch):
    """As where the dual that has just come proves more of the next window than those before."""
    begun, refused = AreaDecomposition._begun, []

    def elsewhere(parts, *asked):
        if parts._ahead is not None:
            parts._ahead = replace(parts._ahead, key=b"elsewhere")
            refused.append(begun(parts, *asked))

    monkeypatch.setattr(AreaDecomposition, "_begun", elsewhere)
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        assert_same(spread_over([one, other]), alone)
    assert refused and not any(refused)


def test_any_executor_will_do(alone):
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        assert_same(spread_over([one, other]), alone)
    assert not spread._KEPT  # they have forgotten what they kept


def test_a_broken_executor_leaves_its_areas_to_another(alone):
    with ProcessPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        assert_same(spread_over([Mortal(one, {6}), other]), alone)


def test_where_no_worker_is_left_the_whole_program_is_solved(alone):
    with ProcessPoolExecutor(1) as one:
        session = Session(workers=[Mortal(one, {6})])
        assert_same(session.solve(many_areas(FOUR)), alone)
        assert "the whole program" in session.ladder.others


def test_a_worker_that_fails_otherwise_is_told(alone):
    class Broken(ThreadPoolExecutor):
        def submit(self, work, /, *args, **named):
            return super().submit(lambda: 1 / 0)

    with Broken(1) as broken, pytest.raises(SolverError, match="a worker failed: ZeroDivision"):
        Session(workers=[broken]).solve(many_areas(FOUR))


@pytest.mark.parametrize("killed", [False, True])
def test_points_serve_another_objective_at_what_they_cost_by_it(monkeypatch, killed):
    """Also where a worker has lost its own: then there is no mixture to go on from."""
    instance, begun, onward = many_areas(FOUR), [], PriceSearch.onward
    monkeypatch.setattr(PriceSearch, "onward", lambda own: begun.append(own) or onward(own))
    program = at_window(build(instance), instance, None)
    usual = program.objectives[-1]
    other = replace(program, objectives=(replace(usual, costs=usual.costs[::-1].copy()),))
    whole = Ladder().solve(other, doing="solving the whole")
    with ProcessPoolExecutor(1) as one, ThreadPoolExecutor(1) as two:
        mortal = Mortal(one, set())
        parts = AreaDecomposition(program, instance.areas, [mortal, two])
        assert parts.solve(program).status is Status.OPTIMAL
        mortal.dies_before = {mortal.tasks + 1} if killed else set()
        parts.turn()
        answer = parts.solve(other)
        assert certify(other, answer.primal, answer.dual).passed
        assert answer.objective == pytest.approx(whole.objective, rel=1e-9)
        parts.close()
    assert len(begun) == (not killed)


def test_more_workers_than_areas_and_objectives_in_turn():
    instance = instance_of("two-areas")
    program = build(instance, "largest_reduction")
    one = Session("largest_reduction", by="areas").solve(instance, program=program)
    with ThreadPoolExecutor(1) as worker:
        session = Session("largest_reduction", workers=[worker] * 3)
        assert_same(session.solve(instance, program=program), one)


def test_the_command_says_the_same_with_two_processes(tmp_path):
    write(many_areas(FOUR), tmp_path / "four")
    words = ["solve", str(tmp_path / "four"), "--method", "areas"]
    one, two = (CliRunner().invoke(cli, [*words, *more]) for more in ([], ["--jobs", "2"]))
    assert two.exit_code == 0, two.stderr
    assert [line for line in one.stdout.splitlines() if "cheapest" in line or "£" in line][:2] == [
        line for line in two.stdout.splitlines() if "cheapest" in line or "£" in line
    ][:2]


def test_workers_without_anything_to_share_are_refused():
    with ThreadPoolExecutor(1) as worker:
        with pytest.raises(UsageError, match="has one"):
            solve(instance_of("hand"), workers=[worker])
        with pytest.raises(UsageError, match="--method whole"):
            solve(instance_of("two-areas"), by="whole", workers=[worker])
        with pytest.raises(UsageError, match="as a whole"):
            solve(instance_of("two-areas"), formulation="window_choice", workers=[worker])


def test_an_area_that_fails_comes_back_from_another_process():
    with lanes(2) as (worker, _), pytest.raises(AreaFailed, match="area 3 is infeasible") as told:
        worker.submit(fails).result()
    assert told.value.area == 3


def fails():
    raise AreaFailed(3, Status.INFEASIBLE)


def test_no_process_is_left():
    with pytest.raises(KeyboardInterrupt), lanes(2) as workers:
        there = [worker.submit(os.getpid).result() for worker in workers]
        raise KeyboardInterrupt
    for each in there:
        with pytest.raises(ProcessLookupError):
            os.kill(each, 0)


@pytest.fixture(scope="module")
def cluster():
    """Address of a scheduler with four workers."""
    with local_cluster(4) as scheduler:
        yield scheduler


def test_four_workers_of_a_cluster_answer_as_one_process_and_after_one_is_killed(
    cluster, alone, monkeypatch
):
    monkeypatch.setattr(executors, "PATIENCE", 3600)
    with lanes(scheduler=cluster) as workers:
        assert len(workers) == 4
        assert_same(spread_over(workers), alone)
        mortal = Mortal(workers[2], {15})
        assert_same(spread_over([*workers[:2], mortal, workers[3]]), alone)
        assert mortal.tasks > 15


class Unstaffed:
    """A cluster of which every worker has gone: its tasks wait for one to come."""

    def nthreads(self):
        return {}


def test_where_all_workers_of_a_cluster_are_gone_it_ends_and_says_so(monkeypatch):
    monkeypatch.setattr(executors, "PATIENCE", 0.05)
    monkeypatch.setattr(executors, "LOOK", 0.01)
    watch = executors._Watch(Unstaffed(), "tcp://here:1")
    waiting, done = Future(), Future()
    done.set_result(1)
    for each in (waiting, done):
        watch.follow(each)
    watch.start()
    with pytest.raises(WorkersGoneError, match="all workers of the Dask cluster are gone"):
        waiting.result(60)
    late = watch.follow(Future())
    with pytest.raises(WorkersGoneError):
        late.result(60)
    watch.stop()
    assert done.result() == 1 and WorkersGoneError.exit_code == 4


def test_work_is_not_left_to_the_whole_program_where_workers_are_gone():
    class Gone(Executor):
        def submit(self, work, /, *args, **named):
            future = Future()
            future.set_exception(WorkersGoneError("gone"))
            return future

    with pytest.raises(WorkersGoneError):
        Session(workers=[Gone()]).solve(many_areas(FOUR))


def test_a_cluster_that_is_not_there_is_told(monkeypatch):
    pytest.importorskip("distributed", reason="needs the extra `cluster`")
    monkeypatch.setattr(executors, "PATIENCE", 0.1)
    words = ["solve", "tests/cases/two-areas", "--scheduler", "tcp://127.0.0.1:1"]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 2 and "no Dask scheduler answers there" in result.stderr


def test_a_cluster_without_workers_is_told(monkeypatch):
    distributed = pytest.importorskip("distributed", reason="needs the extra `cluster`")
    monkeypatch.setattr(executors, "PATIENCE", 1)
    with (
        distributed.LocalCluster(
            n_workers=0, dashboard_address=":0", host="127.0.0.1", silence_logs=60
        ) as empty,
        pytest.raises(UsageError, match="has no workers"),
        lanes(scheduler=empty.scheduler_address),
    ):
        pass

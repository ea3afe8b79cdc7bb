"""Solvers that misbehave cost their own row: fakes that crash, hang, talk nonsense, eat memory."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

import allocator.solvers.bridges
from allocator.compare import race
from allocator.compare.comparison import compare
from allocator.compare.judge import Standing
from allocator.compare.problems import of_file
from allocator.compare.race import Terms, run
from allocator.report.pages.comparison import headline, text
from allocator.solvers.algorithms import ALGORITHMS
from allocator.solvers.mps import write_mps
from allocator.solvers.solution import Status
from tests.compare import every_kind
from tests.compare.unhurried import UNHURRIED

FAKES = {
    "crash": "import os, signal\ndef solve(task):\n    os.kill(os.getpid(), signal.SIGSEGV)\n",
    "quit": "import sys\ndef solve(task):\n    sys.exit(3)\n",
    "raise": "def solve(task):\n    raise RuntimeError('no licence')\n",
    "hang": "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "def solve(task):\n    time.sleep(1000)\n",
    "nonsense": "import os, sys\ndef solve(task):\n"
    "    open(sys.argv[1], 'w').write('all is well')\n    os._exit(0)\n",
    "silence": "import os\ndef solve(task):\n    print('OPTIMAL 42')\n    os._exit(0)\n",
    "memory": "def solve(task):\n    hoard = []\n"
    "    while True:\n        hoard.append(bytes(10**7))\n",
    "liar": "import numpy as np\nfrom allocator.solvers.task import Reply\n"
    "from allocator.solvers.solution import Status\ndef solve(task):\n"
    "    return Reply(Status.OPTIMAL, np.zeros(task.columns), np.zeros(task.rows))\n",
}
SAID = {
    "crash": "SIGSEGV", "quit": "code 3", "raise": "no licence", "hang": "killed after",
    "nonsense": "cannot be read", "silence": "cannot be read", "memory": "out of memory",
    "liar": "violated",
}  # fmt: skip
GOOD = ALGORITHMS["highs-simplex"]
TERMS = replace(UNHURRIED, memory=2 * 10**9)
SHORT = replace(TERMS, seconds=0.2)  # for those that hang


@pytest.fixture
def problem(tmp_path):
    path = tmp_path / "file.mps"
    path.write_text(every_kind.FREE)
    return of_file(path)


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """Algorithms whose bridges are the fakes: a folder put before the bridges, for the child."""
    folder = tmp_path / "fakes"
    folder.mkdir()
    for name, code in FAKES.items():
        (folder / f"fake_{name}.py").write_text(code)
    site = (
        "import sys, allocator.solvers.bridges as bridges\n"
        f"bridges.__path__.append({str(folder)!r})\n"
    )
    (folder / "sitecustomize.py").write_text(site)
    here = str(Path(allocator.__file__).parents[1])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), here]))
    monkeypatch.setattr(race, "GRACE", 0.5)
    return lambda name: replace(GOOD, name=name, code="Fake", bridge=f"fake_{name}", options={})


def test_solvers_that_misbehave_cost_their_own_rows(problem, fake, monkeypatch):
    def hurried(program, path, algorithm, terms):
        return run(program, path, algorithm, SHORT if algorithm.name == "hang" else terms)

    monkeypatch.setattr(race, "run", hurried)
    found = compare([problem], [*map(fake, FAKES), GOOD], TERMS, ranges=False)
    *bad, good = found.compared[0].results
    assert good.standing is Standing.CERTIFIED
    for name, result in zip(FAKES, bad, strict=True):
        claimed = Standing.CLAIMED if name == "liar" else Standing.FAILED
        assert (name, result.standing) == (name, claimed)
        assert SAID[name] in result.reason, name
    assert found.agrees and found.settled
    assert not found.ended and headline(found).startswith("The answers agree")


def released(path: Path) -> bool:
    """Whether nobody has a file locked; a minute is given, since to kill is not to have killed."""
    with path.open() as file:
        for _ in range(600):
            with suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            time.sleep(0.1)
    return False


def test_what_a_hanging_solver_started_is_killed_too(problem, fake, tmp_path):
    """The one it started holds a lock for as long as it lives."""
    mark = tmp_path / "lock"
    code = (
        f"import fcntl, time\nfile = open({str(mark)!r}, 'w')\n"
        "fcntl.flock(file, fcntl.LOCK_EX)\ntime.sleep(100_000)\n"
    )
    text = (
        "import subprocess, sys, time\ndef solve(task):\n"
        f"    subprocess.Popen([sys.executable, '-c', {code!r}])\n"
        "    time.sleep(1000)\n"
    )
    (tmp_path / "fakes" / "fake_parent.py").write_text(text)
    write_mps(problem.program, tmp_path / "given.mps")
    seconds = 1.0
    while not mark.exists():  # on a slow machine it is killed before it has started another
        terms = replace(TERMS, seconds=seconds)
        result = run(problem.program, tmp_path / "given.mps", fake("parent"), terms)
        assert result.answer.status is Status.TIME_LIMIT
        seconds *= 2
    assert released(mark)


def test_time_and_memory_are_measured_from_outside(problem, fake, tmp_path):
    text = (
        "import time\nfrom allocator.solvers.task import Reply\n"
        "from allocator.solvers.solution import Status\ndef solve(task):\n"
        "    hoard = b'x' * 300_000_000\n    time.sleep(0.5)\n    return Reply(Status.FAILED)\n"
    )
    (tmp_path / "fakes" / "fake_hoard.py").write_text(text)
    write_mps(problem.program, tmp_path / "given.mps")
    hoard = run(problem.program, tmp_path / "given.mps", fake("hoard"), TERMS)
    plain = run(problem.program, tmp_path / "given.mps", fake("liar"), TERMS)
    assert hoard.seconds > 0.5
    assert 300e6 < hoard.memory < 500e6
    assert plain.memory < 150e6


def test_repetitions_are_run_in_turn(problem, fake):
    told = []
    found = compare(
        [problem], [fake("liar"), GOOD], TERMS, repeat=2, ranges=False,
        tell=lambda what, done, steps: told.append((what.split()[0], done, steps)),
    )  # fmt: skip
    assert told == [("liar", 0, 4), (GOOD.name, 1, 4), ("liar", 2, 4), (GOOD.name, 3, 4)]
    assert [len(result.times) for result in found.compared[0].results] == [2, 2]


def test_a_solver_that_is_killed_from_outside_is_told_and_the_comparison_not_whole(
    problem, fake, tmp_path
):
    kills = "import os, signal\ndef solve(task):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    (tmp_path / "fakes" / "fake_killed.py").write_text(kills)
    found = compare([problem], [fake("killed"), GOOD], TERMS, ranges=False)
    bad, good = found.compared[0].results
    assert good.standing is Standing.CERTIFIED and not good.ended
    assert bad.standing is Standing.FAILED and bad.ended
    assert "ended from outside (SIGKILL)" in bad.reason
    assert found.ended == (bad,)
    assert headline(found).startswith("Not whole: ended from outside: killed. The answers agree")


def test_where_the_watcher_is_killed_its_solver_is_ended_and_both_are_told(problem, fake, tmp_path):
    mark = tmp_path / "alive"
    code = (
        "import os, signal, time\ndef solve(task):\n    os.kill(os.getppid(), signal.SIGKILL)\n"
        f"    while True:\n        open({str(mark)!r}, 'w').write(str(time.time()))\n"
        "        time.sleep(0.05)\n"
    )
    (tmp_path / "fakes" / "fake_alone.py").write_text(code)
    found = compare([problem], [fake("alone"), GOOD], TERMS, ranges=False)
    bad, good = found.compared[0].results
    assert good.standing is Standing.CERTIFIED
    assert bad.ended and bad.reason == "what watched it was ended (SIGKILL)"
    time.sleep(0.3)
    last = mark.read_text() if mark.exists() else ""
    time.sleep(0.3)
    assert (mark.read_text() if mark.exists() else "") == last


def test_an_executable_that_is_killed_ends_its_process_alike(problem, fake, tmp_path):
    program = tmp_path / "clp"
    program.write_text("#!/bin/sh\nkill -9 $$\n")
    program.chmod(0o755)
    write_mps(problem.program, tmp_path / "given.mps")
    clp = replace(ALGORITHMS["clp-dual"], program=str(program))
    assert run(problem.program, tmp_path / "given.mps", clp, TERMS).ended


def test_without_posix_time_is_measured_and_memory_said_not_to_be(
    problem, fake, tmp_path, monkeypatch
):
    """A stand-in for Windows: no ``resource``, no ``os.wait4``, ``killpg`` or ``sysconf``."""
    site = tmp_path / "fakes" / "sitecustomize.py"
    site.write_text(site.read_text() + "sys.modules['resource'] = None\n")
    bare = tmp_path / "bare_watch.py"
    bare.write_text(
        "import os, runpy, sys\ndel os.wait4, os.killpg\n"
        f"runpy.run_path({race.watch.__file__!r}, run_name='__main__')\n"
    )
    monkeypatch.setattr(race, "watch", SimpleNamespace(__file__=str(bare), end=race.watch.end))
    monkeypatch.delattr(os, "sysconf")
    assert Terms().bytes == 0
    found = compare([problem], [GOOD], UNHURRIED, ranges=False)
    (good,) = found.compared[0].results
    assert good.standing is Standing.CERTIFIED and good.seconds > 0 and good.memory is None
    hanging = compare([problem], [fake("hang")], replace(UNHURRIED, seconds=0.2), ranges=False)
    (bad,) = hanging.compared[0].results
    assert "killed after" in bad.reason and not bad.ended
    assert "does not count the memory of a process, nor hold --memory" in text(found)

"""Solvers that misbehave cost their own row: fakes that crash, hang, talk nonsense, eat memory."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

import allocator.solvers.bridges
from allocator.compare import race
from allocator.compare.comparison import compare
from allocator.compare.judge import Standing
from allocator.compare.problems import of_file
from allocator.compare.race import run
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
    "liar": "import numpy as np\nfrom allocator.solvers.task import Answer\n"
    "from allocator.solvers.solution import Status\ndef solve(task):\n"
    "    return Answer(Status.OPTIMAL, np.zeros(task.columns), np.zeros(task.rows))\n",
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
    for name, text in FAKES.items():
        (folder / f"fake_{name}.py").write_text(text)
    site = (
        "import sys, allocator.solvers.bridges as bridges\n"
        f"bridges.__path__.append({str(folder)!r})\n"
    )
    (folder / "sitecustomize.py").write_text(site)
    here = str(Path(allocator.__file__).parents[1])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), here]))
    monkeypatch.setattr(race, "GRACE", 0.5)
    return lambda name: replace(GOOD, name=name, code="Fake", bridge=f"fake_{name}", options={})


@pytest.mark.parametrize("name", FAKES)
def test_a_solver_that_misbehaves_costs_its_own_row(problem, fake, name, monkeypatch):
    def hurried(program, path, algorithm, terms):
        return run(program, path, algorithm, SHORT if algorithm.name == "hang" else terms)

    monkeypatch.setattr(race, "run", hurried)
    found = compare([problem], [fake(name), GOOD], TERMS, ranges=False)
    bad, good = found.compared[0].results
    assert good.standing is Standing.CERTIFIED
    assert bad.standing is (Standing.CLAIMED if name == "liar" else Standing.FAILED)
    assert SAID[name] in bad.reason
    assert found.agrees and found.settled


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
        "import time\nfrom allocator.solvers.task import Answer\n"
        "from allocator.solvers.solution import Status\ndef solve(task):\n"
        "    hoard = b'x' * 300_000_000\n    time.sleep(0.5)\n    return Answer(Status.FAILED)\n"
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

"""How the command ends when something outside it goes wrong, and what it loads to start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

import allocator.plan.saving.writing
import allocator.solving.solve
from tests.plans import CASES, contents, failing, plan_of

DIVIDES_BY_ZERO = failing(ZeroDivisionError("division by zero"))


def python(*words: object, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, words)], capture_output=True, text=True, check=False,
        encoding="utf-8", **options,
    )  # fmt: skip


def test_an_internal_error_exits_1_and_says_how_to_report_it(run, monkeypatch):
    monkeypatch.setattr(
        allocator.solving.solve, "solve", failing(ZeroDivisionError("division by zero"))
    )
    result = run("solve", CASES / "hand")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("internal error: ZeroDivisionError: division by zero\n")
    assert "--debug" in result.stderr
    assert "Traceback" not in result.stderr


def test_debug_shows_the_traceback(run, monkeypatch):
    monkeypatch.setattr(
        allocator.solving.solve, "solve", failing(ZeroDivisionError("division by zero"))
    )
    result = run("--debug", "solve", CASES / "hand")
    assert result.exit_code == 1
    assert "Traceback" in result.stderr


def test_interrupted_while_solving(run, monkeypatch, tmp_path):
    monkeypatch.setattr(allocator.solving.solve, "solve", failing(KeyboardInterrupt()))
    result = run("solve", CASES / "hand", "--out", tmp_path / "plan")
    assert result.exit_code == 130
    assert result.stderr.strip() == "error: interrupted; nothing was written"
    assert contents(tmp_path) == {}


@pytest.mark.parametrize(
    ("error", "code"), [(KeyboardInterrupt(), 130), (OSError(28, "No space left on device"), 2)]
)
def test_stopped_while_writing_leaves_nothing(run, monkeypatch, tmp_path, error, code):
    monkeypatch.setattr(allocator.solving.solve, "solve", lambda *_, **__: plan_of("hand"))
    monkeypatch.setattr(allocator.plan.saving.writing, "readme", failing(error))
    result = run("solve", CASES / "hand", "--out", tmp_path / "plan")
    assert result.exit_code == code
    assert len(result.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_closed_pipe_is_quiet():
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [sys.executable, "-m", "allocator", "check", str(CASES / "hand")],
        stdout=write_end, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(write_end)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("module", ["allocator", "allocator.cli"])
def test_it_runs_as_a_module(module):
    done = python("-m", module, "check", CASES / "hand", "--json")
    assert json.loads(done.stdout)["passed"] is True


LOADED = """
import sys
from allocator.cli import cli
try:
    cli({words!r})
except SystemExit as ended:
    assert not ended.code, ended.code
heavy = {{"pyomo", "scipy", "highspy", "pandas", "rich"}} & set(sys.modules)
print("loaded:", sorted(heavy))
"""


@pytest.mark.parametrize(
    "words", [["--help"], ["solve", "--help"], ["check", str(CASES / "window")], ["new", "starter"]]
)
def test_verbs_that_solve_nothing_load_no_solver(words, tmp_path):
    done = python("-c", LOADED.format(words=words), cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "loaded: []", done.stderr


def test_output_is_plain_when_it_is_not_a_terminal():
    done = python("-m", "allocator", "solve", CASES / "hand")
    assert "\x1b" not in done.stdout + done.stderr
    assert done.stderr == ""


def test_an_old_terminal_gets_what_it_can_show():
    environment = {**os.environ, "PYTHONIOENCODING": "iso8859-5"}
    done = python("-m", "allocator", "solve", CASES / "hand", env=environment)
    assert done.returncode == 0
    assert "spend in ?m" in done.stdout


def test_there_is_no_prompt():
    sources = Path(allocator.cli.__file__).parent.glob("*.py")
    assert not [s for s in sources if "prompt" in s.read_text(encoding="utf-8").split('"""', 2)[2]]


@pytest.mark.parametrize("most", [150_000, 300_000, 400_000])
def test_where_memory_is_limited_it_ends_in_words(most):
    """``ulimit -v``, in KiB: HiGHS's linear algebra asks on for what it is refused."""
    resource = pytest.importorskip("resource")  # POSIX alone has it
    limited = partial(resource.setrlimit, resource.RLIMIT_AS, (most * 1024, most * 1024))
    words = ("-m", "allocator", "solve", CASES / "hand")
    threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")  # a cluster leaves the latter set
    usual = {name: value for name, value in os.environ.items() if name not in threads}
    done = python(*words, timeout=60, preexec_fn=limited, env=usual)
    assert done.returncode in ((4,) if most < 400_000 else (0, 4))
    said = "error: there is not enough memory for this; free some, or ask for less\n"
    assert (done.stderr == said) == (done.returncode == 4)

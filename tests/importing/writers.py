"""Solution files as solvers really write them, each made in the test that reads it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import highspy

from tests.presence import need

Writer = Callable[[Path, Path], None]  # program, solution


def _highs(style: int) -> Writer:
    def write(program: Path, solution: Path) -> None:
        highs = highspy.Highs()
        highs.setOptionValue("output_flag", False)
        assert highs.readModel(str(program)) == highspy.HighsStatus.kOk
        highs.run()
        highs.writeSolution(str(solution), style)

    return write


def _glpk(option: str) -> Writer:
    def write(program: Path, solution: Path) -> None:
        form = {".mps": "--freemps", ".lp": "--lp"}[program.suffix]
        _run("glpsol", form, program, option, solution)

    return write


def _cbc(*words: str) -> Writer:
    def write(program: Path, solution: Path) -> None:
        _run("cbc", program, *words, "solve", "solution", solution)

    return write


def _scip(zeros: bool) -> Writer:
    def write(program: Path, solution: Path) -> None:
        need("pyscipopt")
        from pyscipopt import Model

        model = Model()
        model.hideOutput()
        model.readProblem(str(program))
        model.optimize()
        model.writeBestSol(str(solution), write_zeros=zeros)

    return write


def _run(*words: object) -> None:
    need(str(words[0]))
    subprocess.run([str(word) for word in words], capture_output=True, check=True)


WRITERS: dict[str, Writer] = {
    "HiGHS, raw": _highs(0),
    "HiGHS, pretty": _highs(1),
    "GLPK, -w, by HiGHS": _highs(2),
    "GLPK, -o, by HiGHS": _highs(3),
    "GLPK, -w": _glpk("-w"),
    "GLPK, -o": _glpk("-o"),
    "CBC": _cbc(),
    "CBC, all": _cbc("printingOptions", "all"),
    "SCIP": _scip(False),
    "SCIP, all": _scip(True),
}
WITH_DUALS = {name for name in WRITERS if name != "CBC" and not name.startswith("SCIP")}

"""The Netlib collection: every code finds, and proves, the optima that are published."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import numpy as np
import pytest

from allocator.compare.comparison import certified, compare
from allocator.compare.problems import of_file
from allocator.program.program import LinearProgram
from allocator.solvers.algorithms import choose
from tests.compare.test_solvers import there
from tests.compare.unhurried import UNHURRIED
from tests.presence import need_algorithms

pytestmark = pytest.mark.usefixtures("in_this_process")

FOLDER = Path(__file__).parent / "netlib"
CONSTANTS = {"e226": 7.113}  # in the file, not in the optimum that is published
OPTIMA = {
    name: float(value) + CONSTANTS.get(name, 0.0)
    for name, value in re.findall(
        r"^\| `(\w+)` \| (\S+)", (FOLDER / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
}
# One of each code, each by another method; first-order methods and GLPK's interior point do not
# reach the certificate's tolerance on all of them.
CHOSEN = ("highs-ipm", "glpk-simplex", "clp-barrier", "soplex", "glop")


def text_of(name: str) -> str:
    return gzip.decompress((FOLDER / f"{name}.mps.gz").read_bytes()).decode("ascii")


def check(path: Path, optimum: float, solvers: list[str]) -> LinearProgram:
    problem = of_file(path)
    found = compare([problem], choose(solvers), UNHURRIED, ranges=False)
    told = [(each.algorithm.name, each.reason) for each in found.compared[0].results]
    proved = certified(found.compared[0])
    assert len(proved) == len(solvers), told
    for result in proved:
        assert result.objective == pytest.approx(optimum, rel=1e-9)
    return problem.program


def test_every_file_has_an_optimum_that_is_published():
    assert sorted(OPTIMA) == sorted(path.name.partition(".")[0] for path in FOLDER.glob("*.gz"))


@pytest.mark.parametrize("name", OPTIMA)
def test_the_published_optimum(name):
    check(FOLDER / f"{name}.mps.gz", OPTIMA[name], [each for each in CHOSEN if each in there()])
    need_algorithms(*CHOSEN)


def maximised(text: str, objective: str) -> str:
    """The same program, as the maximisation of minus its objective."""

    def turned(line: str) -> str:
        words = line.split()
        if not line.startswith(" ") or len(words) < 3:
            return line
        for at in range(1, len(words) - 1, 2):
            if words[at] == objective:
                words[at + 1] = repr(-float(words[at + 1]))
        return " " + " ".join(words)

    head, rows, rest = text.partition("ROWS")
    return head + "OBJSENSE\n    MAX\n" + rows + "\n".join(map(turned, rest.split("\n")))


@pytest.mark.parametrize("name", ["afiro", "e226", "capri"])
def test_written_in_free_format_and_turned_round(tmp_path, name):
    text = text_of(name)
    objective = re.search(r"^ N +(\S+)", text, re.MULTILINE)[1]
    plain = "\n".join(
        line if not line.startswith(" ") else f" {' '.join(line.split())}"
        for line in text.splitlines()
    )
    path = tmp_path / f"{name}.mps"
    path.write_text(maximised(plain, objective))
    program = check(path, OPTIMA[name], ["highs-simplex", "glpk-primal"])
    path.write_bytes((FOLDER / f"{name}.mps.gz").read_bytes())
    same = of_file(path.rename(tmp_path / f"{name}.mps.gz")).program
    assert np.array_equal(program.objectives[-1].costs, same.objectives[-1].costs)
    assert np.array_equal(program.matrix.values, same.matrix.values)

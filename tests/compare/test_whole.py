"""Mixed-integer programs compared: points from the arrays, bounds by the solvers' word."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from allocator.cli import cli
from allocator.compare.agreement import agreement
from allocator.compare.comparison import certified, compare
from allocator.compare.judge import Standing, judge
from allocator.compare.problems import of_file, of_instance
from allocator.compare.race import Run, Terms
from allocator.report.pages.comparison import text
from allocator.solvers.algorithms import ALGORITHMS, choose
from allocator.solvers.mps import read_mps, write_mps
from allocator.solvers.solution import Status
from allocator.solvers.task import Reply
from tests.compare.test_solvers import there_for_whole_columns
from tests.compare.unhurried import UNHURRIED
from tests.plans import NAMES, instance_of, plan_of

pytestmark = pytest.mark.usefixtures("in_this_process")

FOLDER = Path(__file__).parent / "miplib"
OPTIMA = {
    name: float(value)
    for name, value in re.findall(
        r"^\| `(\w+)` \| (\S+)", (FOLDER / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
}
# Least -3x - 2y - z + w - 4 with x + y + 0.5z <= 3.5, x <= 2.5, z <= 1.2, 2w >= 5, all but z
# whole: x = 2, y = 1, z = 1, w = 3.  Nothing is stated of y and w: 0 or 1 to some readers.
KINDS = """\
NAME kinds
ROWS
 N cost
 L room
 L pair
COLUMNS
 MARKER 'MARKER' 'INTORG'
 x cost -3 room 1
 y cost -2 room 1
 MARKER 'MARKER' 'INTEND'
 z cost -1 room 0.5
 MARKER 'MARKER' 'INTORG'
 w cost 1 pair -2
 MARKER 'MARKER' 'INTEND'
RHS
 RHS room 3.5 pair -5
 RHS cost 4
BOUNDS
 UP B x 2.5
 PL B y
 UP B z 1.2
 PL B w
ENDATA
"""
BEST = -6.0 - 2.0 - 1.0 + 3.0 - 4.0


@pytest.fixture
def kinds(tmp_path):
    path = tmp_path / "kinds.mps"
    path.write_text(KINDS)
    return path


def solvers():
    return choose(list(there_for_whole_columns()))


def check(problem, optimum, *, rel=1e-7):
    found = compare([problem], solvers(), UNHURRIED)
    (one,) = found.compared
    told = [(each.algorithm.name, each.status, each.reason) for each in one.results]
    assert {each.standing for each in one.results} == {Standing.FEASIBLE}, told
    assert len({each.algorithm.code for each in certified(one)}) >= 3
    for each in one.results:
        assert each.objective == pytest.approx(optimum, rel=rel)
        assert each.whole.bound == pytest.approx(optimum, rel=rel)
    assert found.agrees and one.optimum is None and one.agreement.bound is not None


@pytest.mark.parametrize("name", OPTIMA)
def test_the_published_optimum(name):
    check(of_file(FOLDER / f"{name}.mps.gz"), OPTIMA[name])


def test_every_kind_of_column(kinds):
    problem = of_file(kinds)
    assert problem.program.integer.tolist() == [True, True, False, True]
    check(problem, BEST)


def test_whole_columns_are_written_as_they_were_read(kinds, tmp_path):
    program = read_mps(kinds)
    write_mps(program, tmp_path / "again.mps")
    back = read_mps(tmp_path / "again.mps")
    for name in ("lower", "upper", "row_lower", "row_upper", "integer"):
        assert np.array_equal(getattr(program, name), getattr(back, name)), name


@pytest.mark.parametrize("case", [name for name in NAMES if name != "hand-infeasible"])
def test_the_choice_of_window_is_a_program_to_compare(case):
    problem = of_instance(instance_of(case), "window_choice")
    opens = problem.program.columns["opens"]
    assert problem.program.integer.sum() == opens.count
    check(problem, plan_of(case).objective / 1e6)


def market(rows: int, columns: int) -> str:
    """Least sum of what is over or short in rows of random numbers: no branch and bound ends it.

    Cornuéjols and Dawande, *A class of hard small 0-1 programs*, 1998.
    """
    numbers = np.random.default_rng(1).integers(0, 100, (rows, columns))
    lines = ["NAME market", "ROWS", " N cost", *(f" E r{i}" for i in range(rows)), "COLUMNS"]
    lines.append(" MARKER 'MARKER' 'INTORG'")
    lines += [f" x{j} r{i} {numbers[i, j]}" for j in range(columns) for i in range(rows)]
    lines.append(" MARKER 'MARKER' 'INTEND'")
    lines += [
        f" {sign}{i} cost 1 r{i} {amount}"
        for i in range(rows) for sign, amount in (("o", -1), ("s", 1))
    ]  # fmt: skip
    lines += ["RHS", *(f" RHS r{i} {numbers[i].sum() // 2}" for i in range(rows)), "BOUNDS"]
    return "\n".join([*lines, *(f" UP B x{j} 1" for j in range(columns)), "ENDATA", ""])


def test_out_of_time_the_point_and_the_gap_so_far_are_told(tmp_path):
    path = tmp_path / "market.mps"
    path.write_text(market(6, 50))
    found = compare([of_file(path)], solvers(), Terms(0.4))
    assert not found.settled
    told = text(found)
    assert "nan" not in told
    for each in found.compared[0].results:
        assert (each.standing, each.status) == (Standing.FAILED, "time_limit"), each.log
        if each.whole is None:  # on a slow machine it has found no point yet
            continue
        assert each.whole.residual <= 1e-6 and each.whole.fraction <= 1e-6
        assert f"{each.objective:.9g}" in told
        if each.algorithm.code != "GLPK":  # which keeps its bound to itself
            assert each.whole.bound < each.objective and each.whole.gap > 1e-3


X = {"x": 0, "y": 1, "z": 2, "w": 3}
RIGHT = Reply(Status.OPTIMAL, np.array([2.0, 1.0, 1.0, 3.0]), bound=-6.0, nodes=1)


def judged(kinds, answer, name="scip"):
    return judge(of_file(kinds).program, "1", [Run(ALGORITHMS[name], answer, 1.0, 1)])


def changed(**values):
    primal = RIGHT.primal.copy()
    for name, value in values.items():
        primal[X[name]] = value
    return replace(RIGHT, primal=primal)


def test_the_right_answer_stands(kinds):
    found = judged(kinds, RIGHT)
    assert (found.standing, found.reason) == (Standing.FEASIBLE, "")
    assert (found.objective, found.whole.bound, found.whole.gap) == (BEST, BEST, 0.0)
    assert not found.optimal  # no certificate: nobody proves the bound


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (changed(y=1.5, z=0.0), "from a whole number"),
        (changed(z=1.2), "row[room] is violated"),
        (changed(z=1.3, y=0.0), "column[z] is violated"),
        (changed(w=2.0), "row[pair] is violated"),
        (changed(z=0.5), "its bound is"),  # feasible, dearer
        (replace(RIGHT, bound=None), "its bound is nan"),
        (replace(RIGHT, bound=-7.0), "its bound is"),
    ],
)
def test_a_wrong_answer_is_only_claimed(kinds, answer, said):
    found = judged(kinds, answer)
    assert found.standing is Standing.CLAIMED
    assert said in found.reason


@pytest.mark.parametrize("bound", [-9.0, None])
def test_a_point_found_before_time_ran_out_is_told_with_its_gap(kinds, bound):
    answer = replace(changed(z=0.5), status=Status.TIME_LIMIT, bound=bound, message="stopped")
    found = judged(kinds, answer)
    assert (found.standing, found.status, found.reason) == (
        Standing.FAILED,
        "time_limit",
        "stopped",
    )
    assert found.objective == BEST + 0.5
    assert found.whole.gap == pytest.approx(3.5 / 9.5) if bound else np.isnan(found.whole.gap)
    nothing = judged(kinds, replace(answer, primal=None))
    assert (nothing.objective, nothing.whole) == (None, None)


@pytest.mark.parametrize("status", [Status.INFEASIBLE, Status.UNBOUNDED])
def test_a_wrong_status_is_not_believed(kinds, status):
    assert judged(kinds, replace(RIGHT, status=status)).standing is Standing.CLAIMED


def test_a_bound_above_a_certified_point_is_a_disagreement(kinds):
    """Each stands by itself: by one -9 is the least, and the other has a point of -10."""
    right = judged(kinds, RIGHT)
    dearer = judged(kinds, replace(changed(z=0.0), bound=-5.0), name="cbc")
    assert right.stands and dearer.stands
    assert agreement([right]).agrees and agreement([dearer]).agrees
    assert not agreement([right, dearer]).agrees


def run(*words):
    return CliRunner().invoke(cli, [str(word) for word in words])


def test_the_table_has_bounds_and_gaps_and_says_who_takes_no_whole_columns(kinds):
    result = run("compare", kinds, "--solvers", "highs-*,glpk-*")
    assert result.exit_code == 0, result.output
    first = result.stdout.splitlines()[0]
    assert first.startswith("The answers agree: 2 certified answers by 2 codes")
    assert first.endswith("bounds of mixed-integer programs are the solvers' word.")
    assert "4 columns (3 whole)" in result.stdout
    for heading in ("fraction", "bound", "gap", "nodes", "optimal, point certified"):
        assert heading in result.stdout
    assert re.search("for linear programs alone: highs-simplex, .*glpk-ipm", result.stdout)


def test_json_has_them_too(kinds):
    told = json.loads(run("compare", kinds, "--solvers", "highs-mip,glop", "--json").stdout)
    (program,) = told["programs"]
    assert program["whole_columns"] == 3 and program["bound"] == pytest.approx(BEST)
    mip, glop = program["results"]
    assert mip["standing"] == "feasible" and glop["standing"] == "unfit"
    assert {"residual", "fraction", "bound", "gap", "nodes"} <= mip["whole"].keys()


def test_where_no_solver_takes_whole_columns_nothing_is_proved(kinds):
    result = run("compare", kinds, "--solvers", "glop")
    assert result.exit_code == 4
    assert result.stdout.startswith("Nothing is proved of kinds")

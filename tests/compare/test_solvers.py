"""Every solver that is there, on a program solved by hand: its status, primal and prices."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator.compare.judge import Standing, judge
from allocator.compare.problems import of_file
from allocator.compare.race import run
from allocator.solvers.algorithms import ALGORITHMS, RAY, choose
from allocator.solvers.mps import write_mps
from allocator.solvers.presence import version
from tests.compare import every_kind
from tests.compare.unhurried import UNHURRIED
from tests.presence import need, need_algorithms

COMMERCIAL = {"Gurobi", "Xpress", "CPLEX", "MOSEK", "COPT"}
FREE = [name for name, each in ALGORITHMS.items() if each.code not in COMMERCIAL]
LINEAR = [name for name in FREE if ALGORITHMS[name].takes(False)]
FIRST_ORDER = ("highs-pdlp", "pdlp")  # residuals small in norm, not in every place

INFEASIBLE = """\
NAME none
ROWS
 N cost
 L low
 G high
COLUMNS
 x cost 1 low 1
 x high 1
 y cost 1 low 1
 y high 1
RHS
 RHS low 1 high 2
ENDATA
"""


def there() -> tuple[str, ...]:
    return tuple(name for name in LINEAR if version(ALGORITHMS[name]) is not None)


def there_for_whole_columns() -> tuple[str, ...]:
    found = (name for name in FREE if ALGORITHMS[name].takes(True))
    return tuple(name for name in found if version(ALGORITHMS[name]) is not None)


def judged(name: str, text: str, folder: Path):
    path, given = folder / "program.mps", folder / "given.mps"
    path.write_text(text)
    problem = of_file(path)
    write_mps(problem.program, given)
    return problem.program, judge(
        problem.program, "1", [run(problem.program, given, ALGORITHMS[name], UNHURRIED)]
    )


def check(name: str, text: str, folder: Path) -> None:
    """Every row and bound has its value and its price."""
    need_algorithms(name)
    program, result = judged(name, text, folder)
    assert result.standing is Standing.CERTIFIED, (result.status, result.reason, result.log)
    close = 1e-4 if name in FIRST_ORDER else 1e-6
    assert result.objective == pytest.approx(every_kind.OBJECTIVE, rel=1e-6)
    columns = program.columns["column"].positions
    primal = {at: result.primal[columns[(at,)]] for at in every_kind.PRIMAL}
    assert primal == pytest.approx(every_kind.PRIMAL, abs=close)
    rows = program.rows["row"].positions
    dual = {at: result.dual[rows[(at,)]] for at in every_kind.DUAL}
    assert dual == pytest.approx(every_kind.DUAL, abs=close)


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("name", LINEAR)
def test_every_row_and_bound_has_its_value_and_its_price(tmp_path, name):
    check(name, every_kind.FREE, tmp_path)


@pytest.mark.parametrize("name", {ALGORITHMS[name].bridge: name for name in LINEAR}.values())
def test_so_it_has_in_a_process_of_its_own(tmp_path, name):
    """One of those that a bridge drives."""
    check(name, every_kind.FREE, tmp_path)


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("name", LINEAR)
def test_a_maximum_has_them_too(tmp_path, name):
    check(name, every_kind.maximised(), tmp_path)


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("name", [n for n in LINEAR if n != "glpk-ipm"])
def test_where_there_is_no_solution_a_ray_proves_it(tmp_path, name):
    need_algorithms(name)
    _, result = judged(name, INFEASIBLE, tmp_path)
    assert result.status == "infeasible"
    proves = RAY in ALGORITHMS[name].can
    assert result.standing is (Standing.CERTIFIED if proves else Standing.CLAIMED)


@pytest.mark.usefixtures("in_this_process")
def test_an_interior_point_without_an_answer_is_a_failure(tmp_path):
    assert "glpk-ipm" in there()
    assert judged("glpk-ipm", INFEASIBLE, tmp_path)[1].standing is Standing.FAILED


def test_four_codes_are_there_without_root():
    codes = {ALGORITHMS[name].code for name in there() if ALGORITHMS[name].package}
    assert codes >= {"HiGHS", "GLPK", "SCIP", "SoPlex", "OR-tools"}


def test_continuous_integration_has_every_free_solver():
    need_algorithms(*FREE)
    assert list(there()) == LINEAR
    assert set(there_for_whole_columns()) == {"highs-mip", "glpk-mip", "cbc", "scip"}


def test_an_absent_solver_is_told_and_fails_in_continuous_integration(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("ALLOCATOR_EVERY_PROGRAM", raising=False)
    said = r"absent: clp-dual \(apt-get install coinor-clp\), cbc \(apt-get install coinor-cbc\)"
    with pytest.raises(pytest.skip.Exception, match=said):
        need_algorithms("highs-ipm", "clp-dual", "cbc")
    with pytest.raises(pytest.skip.Exception, match=r"absent: glpsol \(apt-get install glpk-utils"):
        need("glpsol")
    need("pyscipopt")
    monkeypatch.setenv("ALLOCATOR_EVERY_PROGRAM", "1")
    with pytest.raises(pytest.fail.Exception, match=said):
        need_algorithms("highs-ipm", "clp-dual", "cbc")
    with pytest.raises(pytest.fail.Exception, match="absent: cbc"):
        need("cbc")


def test_names_patterns_and_codes_choose():
    assert [each.name for each in choose(["clp-*", "glop"])] == [
        "clp-dual", "clp-primal", "clp-barrier", "glop",
    ]  # fmt: skip
    assert {each.code for each in choose(["HiGHS"])} == {"HiGHS"}
    assert choose([]) == tuple(ALGORITHMS.values())


def test_every_solver_says_how_to_have_it():
    for each in ALGORITHMS.values():
        assert each.install and each.can and bool(each.package) != bool(each.program)

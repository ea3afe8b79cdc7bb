"""MPS files as they come: each feature in a small file with a known optimum, read and written."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from allocator.compare.judge import Standing, judge
from allocator.compare.race import run
from allocator.errors import UsageError
from allocator.program.certificate import certify
from allocator.solvers.algorithms import ALGORITHMS
from allocator.solvers.catalogue import find_solver
from allocator.solvers.fixed_mps import fixed_to_free
from allocator.solvers.highs import HighsModel
from allocator.solvers.mps import read_mps, without_free_rows, write_mps
from tests.compare import every_kind
from tests.compare.unhurried import UNHURRIED

pytestmark = pytest.mark.usefixtures("in_this_process")

HEAD = "NAME small\nROWS\n N cost\n{kind} row\nCOLUMNS\n x cost {cx} row 1\n y cost {cy} row 1\n"

# Each: text, least objective, by hand.
FILES = {
    "range on L": (
        HEAD.format(kind=" L", cx=1, cy=2) + "RHS\n RHS row 9\nRANGES\n R row 4\nENDATA\n", 5.0),
    "range on G": (
        HEAD.format(kind=" G", cx=-1, cy=-2) + "RHS\n RHS row 9\nRANGES\n R row 4\nENDATA\n",
        -26.0),
    "negative range on E": (
        HEAD.format(kind=" E", cx=1, cy=2) + "RHS\n RHS row 9\nRANGES\n R row -4\nENDATA\n", 5.0),
    "positive range on E": (
        HEAD.format(kind=" E", cx=-1, cy=-2) + "RHS\n RHS row 9\nRANGES\n R row 4\nENDATA\n",
        -26.0),
    "negative upper bound, lower infinite": (
        HEAD.format(kind=" G", cx=1, cy=2)
        + "RHS\n RHS row -9\nBOUNDS\n UP B x -3\n UP B y 0\nENDATA\n", -9.0),
    "negative lower and upper bound": (
        HEAD.format(kind=" G", cx=1, cy=2)
        + "RHS\n RHS row -90\nBOUNDS\n LO B x -5\n UP B x -3\nENDATA\n", -5.0),
    "free": (HEAD.format(kind=" G", cx=1, cy=2) + "RHS\n RHS row -9\nBOUNDS\n FR B x\nENDATA\n",
             -9.0),
    "minus infinity": (
        HEAD.format(kind=" G", cx=1, cy=2) + "RHS\n RHS row -9\nBOUNDS\n MI B x\nENDATA\n", -9.0),
    "fixed": (HEAD.format(kind=" G", cx=3, cy=2) + "RHS\n RHS row 9\nBOUNDS\n FX B x 4\nENDATA\n",
              22.0),
    "offset": (HEAD.format(kind=" G", cx=1, cy=2) + "RHS\n RHS row 9 cost 100\nENDATA\n", -91.0),
    "maximise": (
        "NAME small\nOBJSENSE\n    MAX\n"
        + HEAD.format(kind=" L", cx=1, cy=2).removeprefix("NAME small\n")
        + "RHS\n RHS row 9 cost -7\nENDATA\n", -25.0),
    "free row besides": (
        HEAD.format(kind=" N other\n G", cx=1, cy=2) + "RHS\n RHS row 9\nENDATA\n", 9.0),
    "empty column": (
        HEAD.format(kind=" G", cx=1, cy=2)
        + " z cost 1\nRHS\n RHS row 9\nBOUNDS\n LO B z 2\nENDATA\n", 11.0),
    "names with blanks, names left out, comments, in fixed format": ("""\
* a comment
NAME          BLANKS
ROWS
 N  THE COST   $ what it costs
 G  ROW ONE
 L  ROW TWO
COLUMNS
    COL ONE   THE COST  1.0            ROW ONE   1.0
              ROW TWO   1.0
    COL TWO   THE COST  2.0            ROW ONE   1.0
RHS
              ROW ONE   9.0            ROW TWO   4.0
BOUNDS
 UP           COL TWO   20.0
ENDATA
""", 14.0),
}  # fmt: skip


def solved(program, tmp_path, name="highs-simplex"):
    path = tmp_path / "given.mps"
    write_mps(program, path)
    return judge(program, "1", [run(program, path, ALGORITHMS[name], UNHURRIED)])


@pytest.mark.parametrize("feature", FILES)
def test_a_feature_of_the_format(tmp_path, feature):
    text, optimum = FILES[feature]
    path = tmp_path / "file.mps"
    path.write_text(text)
    program = without_free_rows(read_mps(path))
    here = HighsModel(program, find_solver("simplex")).solve(program)
    assert certify(program, here.primal, here.dual).passed
    assert here.objective == pytest.approx(optimum, abs=1e-9)
    written = solved(program, tmp_path, "glpk-simplex")
    assert written.standing is Standing.CERTIFIED, written.reason
    assert written.objective == pytest.approx(optimum, abs=1e-9)


def test_what_is_written_is_what_was_read(tmp_path):
    path, again = tmp_path / "file.mps", tmp_path / "again.mps"
    path.write_text(every_kind.FREE)
    program = read_mps(path)
    write_mps(program, again)
    back = read_mps(again)
    assert np.array_equal(program.matrix.to_scipy().toarray(), back.matrix.to_scipy().toarray())
    for name in ("row_lower", "row_upper", "lower", "upper"):
        assert np.array_equal(getattr(program, name), getattr(back, name)), name
    assert np.array_equal(program.objectives[0].costs, back.objectives[0].costs)


def test_awkward_numbers_come_back_to_the_bit(tmp_path):
    path = tmp_path / "file.mps"
    path.write_text(FILES["free"][0])
    program = read_mps(path)
    program.objectives[0].costs[:] = [1 / 3, -1.2345678901234567e-300]
    program.upper[:] = [0.1 + 0.2, -1e-17]
    write_mps(program, tmp_path / "again.mps")
    back = read_mps(tmp_path / "again.mps")
    assert np.array_equal(program.objectives[0].costs, back.objectives[0].costs)
    assert np.array_equal(program.upper, back.upper)


def test_the_checksum_is_the_files(tmp_path):
    path = tmp_path / "file.mps"
    path.write_text(every_kind.FREE)
    program = read_mps(path)
    first, second = (write_mps(program, tmp_path / name) for name in ("a.mps", "b.mps"))
    assert first == second and len(first) == 64
    program.upper[0] = 7.0
    assert write_mps(program, tmp_path / "c.mps") != first


def test_a_compressed_file_is_read(tmp_path):
    path = tmp_path / "file.mps.gz"
    path.write_bytes(gzip.compress(every_kind.FREE.encode()))
    assert read_mps(path).shape == (12, 23)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "NAME x\nROWS\n N cost\n G r\nCOLUMNS\n x cost 1 r 1\nBOUNDS\n SC B x 9\nENDATA\n",
            "semi-continuous",
        ),
        (HEAD.format(kind=" G", cx=1, cy=2) + " y nowhere 3\nENDATA\n", "cannot be read"),
        ("this is no program at all\n", "cannot be read"),
        (
            "NAME x\nROWS\n N cost\n G r\n G s\nCOLUMNS\n x cost 1 r 1 s 1\nENDATA\n",
            "line 7: a third entry",
        ),
        (
            "NAME x\nROWS\n N cost\n G r\n G s\nCOLUMNS\n x cost 1 r 1\n"
            "RHS\n r 1 s 1 cost 4\nENDATA\n",
            "line 9: a third entry",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(tmp_path, text, said):
    path = tmp_path / "file.mps"
    path.write_text(text)
    with pytest.raises(UsageError, match=said):
        read_mps(path)


def test_a_file_that_is_not_there_is_said():
    with pytest.raises(UsageError, match="no such file"):
        read_mps("nowhere.mps")


def test_fixed_fields_are_told_apart_by_where_they_stand():
    line = "    COL ONE   THE COST  1.0            ROW ONE   1.0"
    text = fixed_to_free(f"COLUMNS\n{line}\n              ROW TWO   2.0\n")
    assert text == "COLUMNS\n COL_ONE THE_COST 1.0 ROW_ONE 1.0\n COL_ONE ROW_TWO 2.0\n"


# Files that GLPK brings to Debian, with the optima that their authors print in them (plan.mps:
# the GLPK reference manual's example).  They are fixed format with names left out and comments.
PUBLISHED = {
    "plan": 296.2166065, "furnace": 2141.923551, "alloy": 2149.247891, "icecream": 962.8214691,
}  # fmt: skip
GLPK = Path("/usr/share/doc/glpk-utils/examples")


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize("solver", ["highs-ipm", "glpk-primal", "soplex", "glop"])
def test_published_optima(tmp_path, name, solver):
    if not (GLPK / f"{name}.mps").exists():
        pytest.skip("Debian's examples of GLPK are absent: apt-get install glpk-utils")
    result = solved(read_mps(GLPK / f"{name}.mps"), tmp_path, solver)
    assert result.standing is Standing.CERTIFIED
    assert result.objective == pytest.approx(PUBLISHED[name], rel=1e-9)


def test_the_hand_solution_itself_is_certified(tmp_path):
    path = tmp_path / "file.mps"
    path.write_text(every_kind.FREE)
    program = read_mps(path)
    primal = np.array([every_kind.PRIMAL[index[0]] for index in program.columns["column"].indices])
    dual = np.array([every_kind.DUAL[index[0]] for index in program.rows["row"].indices])
    found = certify(program, primal, dual)
    assert found.passed and found.gap == pytest.approx(0.0, abs=1e-15)

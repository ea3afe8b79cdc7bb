"""Every rule finds its bad instance, says where and what to do, and leaves good ones alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocator.errors import InstanceError
from allocator.instance import Problem, Severity, inspect, read
from allocator.instance.check import CHECKS, examine, names, targets
from allocator.instance.check.candidate import Candidate
from allocator.instance.schema import TABLES
from tests.instance.bad import Bad
from tests.instance.bad_benefits import BENEFITS
from tests.instance.bad_cells import CELLS as BAD_CELLS
from tests.instance.bad_children import CHILDREN, TARGETS
from tests.instance.bad_demand import DEMAND
from tests.instance.bad_futures import FUTURES
from tests.instance.bad_money import MONEY
from tests.instance.bad_names import NAMES
from tests.instance.bad_services import SERVICES
from tests.instance.bad_staff import STAFF
from tests.instance.bad_years import YEARS
from tests.instance.drafts import cell, draft

MADE_BY_PROGRAMS = {names.required_cells, names.cells_in_bounds}  # a reader refuses such cells
TEXTS = ["", "?", "0", "-1", "need", "foster", "exit", "all", "2021", "2016-17", "yes", "1e9"]
CELLS = [
    (table, number, column)
    for table, rows in draft().tables.items()
    for number in range(2, len(rows) + 1)
    for column in rows[0]
]
ROOT = Path(__file__).parents[2]
BAD = [
    *BAD_CELLS,
    *NAMES,
    *YEARS,
    *CHILDREN,
    *TARGETS,
    *SERVICES,
    *MONEY,
    *DEMAND,
    *STAFF,
    *BENEFITS,
    *FUTURES,
]
WARNED_OF = {
    "drivers": "targets.csv, row 3, column children: '831' asks for nothing",
    "staff-part-training": "targets.csv, row 3, column children: '1070' asks for nothing",
}
SHIPPED = sorted(ROOT.glob("instances/*/instance.toml"))
REFERENCE = sorted(ROOT.glob("tests/cases/*/instance.toml"))


def shown(problems: list[Problem]) -> str:
    return "\n".join(map(str, problems))


def with_each_cell(
    folder: Path, value: str
) -> Iterator[tuple[tuple[str, int, str], list[Problem]]]:
    """The problems of the good instance with the value in one cell, for each cell in turn."""
    draft().write(folder)
    for table, row, column in CELLS:
        draft(cell(table, row, column, value)).write_table(folder, table)
        yield (table, row, column), inspect(folder)[1]
        draft().write_table(folder, table)


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_a_bad_instance_is_found(bad: Bad, tmp_path: Path) -> None:
    instance, problems = inspect(draft(*bad.edits).write(tmp_path))
    fitting = [problem for problem in problems if bad.fits(problem)]
    assert len(fitting) == 1, shown(problems)
    assert len(problems) == 1 + bad.others, shown(problems)
    if bad.check is not None:
        assert instance is not None
        assert fitting[0] in list(bad.check(Candidate(instance))), "another rule found it"


def test_every_rule_has_its_bad_instance() -> None:
    assert {bad.check for bad in BAD if bad.check} | MADE_BY_PROGRAMS == set(CHECKS)


def test_every_rule_states_itself() -> None:
    for check in CHECKS:
        assert check.__doc__ is not None
        assert check.__doc__.splitlines()[0].endswith((".", ":")), check


def test_a_good_instance_has_no_problems(tmp_path: Path) -> None:
    assert shown(inspect(draft().write(tmp_path))[1]) == ""


@pytest.mark.parametrize("path", [*SHIPPED, *REFERENCE], ids=lambda path: path.parent.name)
def test_instances_that_stand_here_are_good(path: Path) -> None:
    told = shown(inspect(path)[1])
    known = WARNED_OF.get(path.parent.name)
    assert told == "" if known is None else known in told and "\n" not in told


def test_warnings_do_not_stop_a_reading(tmp_path: Path) -> None:
    folder = draft(cell("targets", 2, "children", "240")).write(tmp_path)
    assert [problem.severity for problem in inspect(folder)[1]] == [Severity.WARNING]
    assert read(folder).tables["targets"][0]["children"] == 240


def test_all_errors_come_at_once(tmp_path: Path) -> None:
    edits = [bad.edits for bad in (*YEARS[1:6], MONEY[1])]
    with pytest.raises(InstanceError) as caught:
        read(draft(*(edit for some in edits for edit in some)).write(tmp_path))
    assert {problem.file for problem in caught.value.problems} >= {
        "arrivals.csv", "budgets.csv", "limits.csv", "targets.csv", "prices.csv", "funds.csv",
    }  # fmt: skip


@pytest.mark.parametrize("value", ["", "?", "0"])
def test_no_cell_makes_a_check_raise(value: str, tmp_path: Path) -> None:
    for (table, row, column), problems in with_each_cell(tmp_path, value):
        blank = value == "" and table != "areas"  # whose rows would be blank
        if blank and TABLES[table].column(column).required:
            places = {(problem.file, problem.row, problem.column) for problem in problems}
            assert (f"{table}.csv", row, column) in places


def test_a_cell_is_blamed_once(tmp_path: Path) -> None:
    for (table, row, column), problems in with_each_cell(tmp_path, "2016-17"):
        blamed = [p for p in problems if (p.file, p.row, p.column) == (f"{table}.csv", row, column)]
        assert len(blamed) <= 1, shown(blamed)


@settings(max_examples=60, derandomize=True, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.lists(st.tuples(st.sampled_from(CELLS), st.sampled_from(TEXTS)), min_size=2, max_size=6))
def test_no_cells_together_make_a_check_raise(
    tmp_path: Path, changes: list[tuple[tuple[str, int, str], str]]
) -> None:
    made = draft(*(cell(*place, value) for place, value in changes))
    instance, problems = inspect(made.write(tmp_path))
    assert instance is not None
    assert all(problem.rule and problem.remedy for problem in problems)


def test_rows_of_a_program_are_checked_like_rows_of_a_file(tmp_path: Path) -> None:
    good = read(draft().write(tmp_path))
    bad = good.with_rows("targets", [{"year": 2023, "children": -1.0}, {"children": 5.0}])
    said = [str(problem) for problem in examine(bad)]
    assert said == [
        "error: targets (added), row 4, column year: is blank, and has no default; fill it in: "
        "Year at whose end the target first holds; it holds until the next one's year.",
        "error: targets (added), row 3, column children: '-1' is negative; "
        "give a number of 0 or more",
    ]


@pytest.mark.parametrize("path", REFERENCE, ids=lambda path: path.parent.name)
def test_what_happens_anyway_is_what_the_reference_says(path: Path) -> None:
    candidate = Candidate(read(path))
    in_care = targets.baseline_in_care(candidate).values()
    expected = json.loads((path.parent / "expected.json").read_text())["baseline_children_in_care"]
    found = {str(year): sum(area[year] for area in in_care) for year in candidate.instance.horizon}
    assert found == pytest.approx(expected, rel=1e-9)


def test_checking_loads_nothing_heavy() -> None:
    script = (
        "import sys; from allocator.instance import inspect; inspect(sys.argv[1]); "
        "print(*{'numpy', 'pandas', 'scipy', 'pyomo', 'highspy', 'openpyxl'} & {*sys.modules})"
    )
    run = [sys.executable, "-c", script, str(REFERENCE[0].parent)]
    ran = subprocess.run(run, capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.split() == []

"""The workbook as LibreOffice works it out: every formula, total and check, and the instance."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path

import pytest

from allocator.instance import read
from tests.instance.test_writing import content
from tests.plans import instance_of, plan_of
from tests.presence import need
from tests.report.libreoffice import converted, without_values
from tests.report.workbooks import PLANS, TABLE_ROWS, cells, write_all


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> dict[str, Path]:
    need("soffice", "libreoffice")
    return write_all(tmp_path_factory.mktemp("written"))


@pytest.fixture(scope="module")
def recalculated(written, tmp_path_factory) -> dict[str, Path]:
    """Every workbook without its values, and one with a number changed, as LibreOffice saves it."""
    folder = tmp_path_factory.mktemp("libreoffice")
    bare = [without_values(path, folder / path.name) for path in written.values()]
    book = cells(written["window"], values=False)
    book["Plan spend"]["D4"].value += 1000
    book.save(folder / "changed.xlsx")
    made = converted([*bare, folder / "changed.xlsx"], "xlsx", folder)
    return {path.stem: path for path in made}


def formulas_of(path: Path):
    """Sheet, place and formula of every cell that has one."""
    for sheet in cells(path, values=False):
        for row in sheet.iter_rows():
            yield from ((sheet.title, c.coordinate, c.value) for c in row if c.data_type == "f")


def same(one: object, other: object) -> bool:
    numbers = [isinstance(value, (int, float)) for value in (one, other)]
    if all(numbers):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-5)
    return one == other


@pytest.mark.parametrize("name", PLANS)
def test_libreoffice_works_out_every_formula_as_we_say(written, recalculated, name):
    ours, theirs = (cells(p[name], values=True) for p in (written, recalculated))
    found = list(formulas_of(written[name]))
    assert len(found) > 20
    for sheet, place, formula in found:
        here, there = ours[sheet][place].value, theirs[sheet][place].value
        assert same(here, there), (sheet, place, formula, here, there)


@pytest.mark.parametrize("name", PLANS)
def test_every_total_agrees_with_the_plan(recalculated, name):
    book = cells(recalculated[name], values=True)
    rows = list(book["Plan checks"].iter_rows(min_row=TABLE_ROWS, values_only=True))
    assert rows
    assert all(row[5] is True for row in rows), [row for row in rows if row[5] is not True]
    assert book["Plan checks"]["A2"].value == f"all {len(rows)} checks agree"
    said = [row[1] for row in book["Plan"].iter_rows(max_col=2, values_only=True)]
    assert f"all {len(rows)} checks agree" in said


def test_the_facts_are_the_plans_own(recalculated):
    book, facts = cells(recalculated["window"], values=True), plan_of("window").to_dict()
    for key in ("cost", "npv", "npv_in_horizon", "peak_deficit", "peak_deficit_year",
                "payback_year", "lasting_payback_year", "double_running_cost"):  # fmt: skip
        sheet, place = next(iter(book.defined_names[f"plan_{key}"].destinations))
        assert book[sheet][place.replace("$", "")].value == pytest.approx(facts[key], rel=1e-9)


def test_a_number_that_was_changed_is_found_out(recalculated):
    book = cells(recalculated["changed"], values=True)
    wrong = [row[0] for row in book["Plan checks"].iter_rows(values_only=True) if row[5] is False]
    assert wrong == ["Spend of every tier and area, 2020-21"]
    assert book["Plan checks"]["A2"].value.startswith("1 of ")


@pytest.mark.parametrize("name", ["window", "two-areas", "hand-infeasible"])
def test_what_libreoffice_saves_is_the_same_instance(recalculated, name):
    assert content(read(recalculated[name])) == content(instance_of(name))


def test_no_cell_is_an_error(recalculated):
    for path in recalculated.values():
        with zipfile.ZipFile(path) as parts:
            sheets = [n for n in parts.namelist() if n.startswith("xl/worksheets/sheet")]
            assert not [name for name in sheets if b't="e"' in parts.read(name)]

"""Exported programs: read back by HiGHS to the same optimum, with names that any reader takes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import highspy
import numpy as np
import pytest

import allocator.solving.export
from allocator.errors import UsageError
from allocator.program.program import POUNDS, Family
from allocator.solving.export import export, names
from allocator.solving.solve import build, build_window
from tests.plans import NAMES, contents, failing, instance_of, plan_of
from tests.presence import need

FORMATS = ("mps", "lp")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")


def read_back(path: Path) -> highspy.Highs:
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    assert highs.readModel(str(path)) == highspy.HighsStatus.kOk
    highs.run()
    return highs


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("case", NAMES)
def test_the_same_optimum_is_read_back(tmp_path, case, suffix):
    instance, plan = instance_of(case), plan_of(case)
    path = tmp_path / f"program.{suffix}"
    export(build_window(instance, plan.window), path)
    highs = read_back(path)
    if not plan.found:
        assert highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible
        return
    assert highs.getInfo().objective_function_value * POUNDS == pytest.approx(
        plan.objective, rel=1e-9
    )


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_window_costs_what_the_plan_says(tmp_path, suffix):
    for outcome in plan_of("two-areas").windows:
        path = tmp_path / f"{outcome.window}.{suffix}"
        export(build_window(instance_of("two-areas"), outcome.window), path)
        found = read_back(path).getInfo().objective_function_value * POUNDS
        assert found == pytest.approx(outcome.objective, rel=1e-8)


@pytest.mark.parametrize("suffix", FORMATS)
def test_largest_reduction_counts_children(tmp_path, suffix):
    plan = plan_of("window", formulation="largest_reduction")
    path = tmp_path / f"program.{suffix}"
    export(build_window(plan.instance, plan.window, "largest_reduction"), path)
    found = read_back(path).getInfo().objective_function_value
    assert found == pytest.approx(plan.to_dict()["children_in_care"]["2027"], rel=1e-6)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("case", ["annual-returns-limits", "two-areas"])
def test_bounds_and_numbers_come_back(tmp_path, case, suffix):
    """LP files list columns as they meet them, so columns are compared by name."""
    program = build(instance_of(case))
    path = tmp_path / f"program.{suffix}"
    export(program, path)
    lp = read_back(path).getLp()
    at = {name: n for n, name in enumerate(lp.col_names_)}
    for position, name in enumerate(names(program.columns.values())):
        if name not in at:  # an LP file has no room for a column in no row and no objective
            assert suffix == "lp"
            continue
        found = (lp.col_lower_[at[name]], lp.col_upper_[at[name]], lp.col_cost_[at[name]])
        column = (program.lower, program.upper, program.objectives[0].costs)
        assert found == pytest.approx([values[position] for values in column], rel=1e-12)
    assert set(lp.row_names_) == set(names(program.rows.values()))
    entries = np.sort(np.asarray(lp.a_matrix_.value_))
    assert entries == pytest.approx(np.sort(program.matrix.values))


@pytest.mark.parametrize("case", NAMES)
def test_names_are_unique_and_plain(case):
    for formulation in ("least_cost", "largest_reduction"):
        program = build(instance_of(case), formulation)
        for families in (program.rows, program.columns):
            found = names(families.values())
            assert len(set(found)) == len(found)
            assert all(NAME.fullmatch(name) and len(name) < 255 for name in found)
            assert not any(re.match(r"[eE][0-9]", name) for name in found)


def test_names_that_would_be_the_same_are_told_apart():
    strange = (("a b", -3), ("a_b", -3), ("a-b", 3), ("é" * 300, 1), ("é" * 300, 2))
    found = names([Family("level", 0, len(strange), "", lambda: strange)])
    assert found[:3] == ["level__a_b__m3", "level__a_b__m3.2", "level__a_b__3"]
    assert len(set(found)) == 5


def test_a_name_reads_as_the_index_does():
    program = build(instance_of("two-areas"))
    assert "children__area0__need__3" in names(program.columns.values())
    assert "target_met__all__2025" in names(program.rows.values())


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_file_says_what_it_is(tmp_path, suffix):
    path = tmp_path / f"program.{suffix}"
    export(build(instance_of("hand")), path, about=("Größe: £",))
    comment = {"mps": "* ", "lp": "\\ "}[suffix]
    head = path.read_text(encoding="ascii").splitlines()[:3]
    assert head[0] == f"{comment}Gr??e: ?"
    assert head[1] == f"{comment}Minimises total_cost; all money is in millions of pounds."


def test_it_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "program.mps"
    export(build(instance_of("hand")), path)
    before = contents(tmp_path)
    with pytest.raises(UsageError, match="exists already"):
        export(build(instance_of("window")), path)
    monkeypatch.setattr(allocator.solving.export, "_ascii", failing(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        export(build(instance_of("window")), path, force=True)
    assert contents(tmp_path) == before


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"ends in \.mps or \.lp"):
        export(build(instance_of("hand")), tmp_path / "program.txt")


@pytest.mark.parametrize("suffix", FORMATS)
def test_glpk_reads_it(tmp_path, suffix):
    need("glpsol")
    path, out = tmp_path / f"program.{suffix}", tmp_path / "out.txt"
    export(build(instance_of("hand")), path)
    option = {"mps": "--freemps", "lp": "--lp"}[suffix]
    done = subprocess.run(
        ["glpsol", option, path, "-o", out], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    found = re.search(r"Objective: .* = *([0-9.e+-]+)", out.read_text())
    assert float(found[1]) * POUNDS == pytest.approx(plan_of("hand").objective, rel=1e-6)


@pytest.mark.parametrize("suffix", FORMATS)
def test_cbc_reads_it(tmp_path, suffix):
    need("cbc")
    path = tmp_path / f"program.{suffix}"
    export(build(instance_of("hand")), path)
    done = subprocess.run(["cbc", path, "solve"], capture_output=True, text=True, check=False)
    found = re.search(r"Optimal objective\s+([0-9.e+-]+)", done.stdout)
    assert float(found[1]) * POUNDS == pytest.approx(plan_of("hand").objective, rel=1e-6)

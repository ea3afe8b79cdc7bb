"""The library's face: every name is there, says what it does, and costs nothing till it is used."""

from __future__ import annotations

import ast
import importlib
import inspect
import pydoc
import re
import subprocess
import sys
from pathlib import Path

import pytest

import allocator
from tests.plans import CASES, instance_of, plan_of

SOURCE = Path(allocator.__file__).read_text(encoding="utf-8")
SLOW = ("highspy", "numpy", "pandas", "pyomo", "scipy")


@pytest.mark.parametrize("name", allocator.__all__)
def test_every_name_says_what_it_does(name):
    found = getattr(allocator, name)
    assert inspect.isclass(found) or inspect.isfunction(found)
    told = inspect.getdoc(found)
    assert told
    if inspect.isfunction(found):
        assert re.search(r"[Rr]aises? |Error", told), "which errors"


def test_types_and_names_are_the_same():
    (block,) = [node for node in ast.parse(SOURCE).body if isinstance(node, ast.If)]
    typed = {a.asname or a.name for each in block.body for a in each.names}
    assert typed == set(allocator.__all__)


def test_help_is_a_table_of_contents():
    listed = set(re.findall(r"\w+", allocator.__doc__))
    assert listed >= {n for n in allocator.__all__ if inspect.isfunction(getattr(allocator, n))}
    told = pydoc.render_doc(allocator, renderer=pydoc.plaintext)
    assert all(re.search(rf"^    {name}(\(| = )", told, re.MULTILINE) for name in
               allocator.__all__ if inspect.isfunction(getattr(allocator, name)))  # fmt: skip


def test_nothing_is_loaded_before_it_is_asked_for():
    code = f"import allocator, sys; sys.exit(str([m for m in {SLOW} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "[]"


def test_a_package_does_not_hide_the_function_of_its_name():
    for name in ("audit", "compare", "explain", "forecast", "report", "sweep"):
        importlib.import_module(f"allocator.{name}")
        assert inspect.isfunction(getattr(allocator, name))


def test_a_name_that_there_is_not():
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = allocator.nothing


def test_from_an_instance_to_a_report(tmp_path):
    from allocator import audit, explain, forecast, frontier, load, read, report, save, solve, sweep

    instance = read(CASES / "hand")
    plan = solve(instance)
    save(plan, tmp_path / "plan")
    assert load(tmp_path / "plan").objective == plan.objective
    assert audit(tmp_path / "plan").passed
    answer = explain(instance)
    save(answer, tmp_path / "answer")
    assert (tmp_path / "answer" / "limits.csv").is_file()
    pages = report([tmp_path / "plan"], html=tmp_path / "plan.html")
    assert pages == [tmp_path / "plan.html"]
    assert len(frontier(instance).table) > 1
    assert len(frontier(instance, "budget").table) > 1
    assert forecast(instance).level == 0.8
    year = max(row["year"] for row in instance.tables["targets"])
    table = sweep(instance, [f"targets.{year}.children=*0.99,*1.01"])
    assert len(table) == 2


def test_a_comparison(tmp_path):
    from allocator import compare, read, save

    found = compare([read(CASES / "hand")], ["highs-simplex"])
    assert found.settled
    save(found, tmp_path / "comparison")
    assert (tmp_path / "comparison" / "comparison.json").is_file()


def test_a_plan_and_an_instance_say_what_they_are_in_a_line():
    assert repr(plan_of("hand")) == "<Plan hand: least_cost, optimal>"
    assert repr(plan_of("hand-infeasible")).endswith(": least_cost, infeasible>")
    assert repr(instance_of("hand")) == "<Instance hand: 2020-21 to 2021-22>"
    assert repr(instance_of("two-areas")).endswith(", 2 areas>")

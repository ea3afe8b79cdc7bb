"""mpi-sppy's answers, certified by our program: the same optimum, and bounds that hold it."""

from __future__ import annotations

import json
import shlex
import shutil
from functools import cache
from pathlib import Path

import pytest

from allocator.errors import SolverError, UsageError
from allocator.hedge import hedge
from allocator.hedge.hedge import EngineSolver
from allocator.hedge.mpi_sppy import engine as engines
from allocator.hedge.mpi_sppy import parallel
from allocator.hedge.mpi_sppy.bounds import Bounds
from allocator.hedge.mpi_sppy.engine import MpiSppy
from allocator.hedge.mpi_sppy.models import Models
from allocator.hedge.mpi_sppy.parallel import spin
from allocator.hedge.mpi_sppy.tree import ScenarioTree
from allocator.instance.scenarios import scenarios
from allocator.report.pages.hedge import text
from allocator.solving.futures import ExtensiveForm, extensive_form
from allocator.solving.session import Session
from tests.hedge.test_hedge import CASES, hedge_of, instance_of
from tests.presence import need


@cache
def form_of(name: str, *changes: str) -> ExtensiveForm:
    instance = instance_of(name, *changes)
    return extensive_form(scenarios(instance), instance.uncertainty)


def engine_of(name: str, *changes: str, ranks: int = 1, rounds: int = 3) -> MpiSppy:
    return MpiSppy(form_of(name, *changes), scenarios(instance_of(name, *changes)), ranks, rounds)


@pytest.fixture
def spun_once(monkeypatch):
    """Several ranks look for the plan of the same futures once, and for three rounds."""
    monkeypatch.setattr(parallel, "spin", spun)


def spun(models: Models, ranks: int, _: int) -> Bounds:
    key = (ranks, models.window, *(each.instance.hash for each in models.tree.scenarios))
    if key not in SPUN:
        SPUN[key] = spin(models, ranks, 3)
    return SPUN[key]


SPUN: dict[object, Bounds] = {}


@pytest.mark.parametrize("name", ["two-stage", "tree", "cvar"])
def test_its_extensive_form_has_the_same_optimum(name):
    need("mpisppy")
    ours, engine = hedge_of(name), engine_of(name)
    found = engine.solve(ours.window)
    bounds = engine.bounds[ours.window]
    assert bounds.outer == bounds.inner == pytest.approx(ours.objective / 1e6, rel=1e-9)
    assert found.value(0) == pytest.approx(ours.objective / 1e6, rel=1e-9)
    assert found.proved
    assert found.certificate.gap < 1e-9


def test_where_it_finds_nothing_our_program_shows_that_there_is_nothing():
    need("mpisppy")
    engine = engine_of("windows")
    assert engine.solve(None) is None
    assert engine.bounds[None] == Bounds()
    found = EngineSolver(form_of("windows"), engine).solve(None)
    assert not found.optimal
    assert found.proved


@pytest.mark.usefixtures("spun_once")
def test_three_ranks_bound_the_optimum_and_settle_what_our_program_costs():
    """Fifteen seconds or so: four processes start, and each builds its models."""
    need("mpisppy")
    need("mpi4py")  # it may be there without what several ranks speak to each other by
    ours, engine = hedge_of("two-stage").objective / 1e6, engine_of("two-stage", ranks=3)
    found, bounds = engine.solve(None), engine.bounds[None]
    assert bounds.outer <= ours * (1 + 1e-9) <= bounds.inner * (1 + 2e-9)
    assert bounds.outer == pytest.approx(ours, rel=1e-2)
    assert ours * (1 - 1e-9) <= found.value(0) <= bounds.inner * (1 + 1e-6)
    assert found.proved == (found.value(0) <= ours * (1 + 1e-9))
    assert "3 ranks" in engine.solver


def test_the_command_prints_its_bounds_and_nothing_of_what_it_says_meanwhile(run):
    need("mpisppy")
    answer = run("hedge", CASES / "two-stage", "--engine", "mpi-sppy", "--json")
    assert answer.exit_code == 0, answer.stderr
    facts = json.loads(answer.stdout)
    least = hedge_of("two-stage").objective
    assert facts["status"] == "optimal"
    assert facts["solver"].startswith("mpi-sppy")
    assert facts["engine"]["mpi-sppy"]["at_least"] == pytest.approx(least, rel=1e-9)


@pytest.mark.usefixtures("spun_once")
def test_the_commands_of_the_page_run(run, tmp_path, monkeypatch):
    need("mpisppy")
    need("mpi4py")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(CASES / "two-stage", "my-council")
    page = Path(__file__).parents[2] / "docs" / "how-to-hedge.md"
    lines = [x for x in page.read_text(encoding="utf-8").splitlines() if "--engine mpi-sppy" in x]
    assert len(lines) == 2
    for line in lines:
        answer = run(*shlex.split(line)[1:])
        assert answer.exit_code == 0, (line, answer.stderr)


def test_levels_that_are_not_the_best_are_told_as_not_proved(monkeypatch):
    need("mpisppy")
    careful = form_of("two-stage", "uncertainty.risk_weight=0.9")
    primal = Session().solve_window(None, careful.at(None)).solution.primal
    fixed = {key: primal[at] for key, at in careful.settled.items()}
    monkeypatch.setattr(MpiSppy, "_bounds", lambda *_: Bounds(0.0, float("inf"), fixed))
    found = hedge(instance_of("two-stage"), engine="mpi-sppy")
    assert found.status == found.facts()["status"] == "feasible"
    assert found.objective > hedge_of("two-stage").objective
    assert "not proved on the whole" in text(found)
    assert found.facts()["engine"] == {"mpi-sppy": {"at_least": 0.0, "at_most": None}}
    monkeypatch.setattr(MpiSppy, "_bounds", lambda *_: Bounds(1e9, 1e9, fixed))
    with pytest.raises(SolverError, match="no plan costs less than"):
        hedge(instance_of("two-stage"), engine="mpi-sppy")


@pytest.mark.parametrize(
    ("ranks", "changes", "said"),
    [
        (2, (), "a multiple of 3"),
        (1, ("uncertainty.risk_weight=1",), "minimises one objective"),
    ],
)
def test_what_it_does_not_do(monkeypatch, ranks, changes, said):
    monkeypatch.setattr(engines, "find_spec", lambda name: name)
    with pytest.raises(UsageError, match=said):
        engine_of("two-stage", *changes, ranks=ranks)


def test_without_the_extra_it_says_how_to_have_it(monkeypatch):
    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"allocator\[mpi-sppy\]"):
        engine_of("two-stage")


def test_the_tree_has_a_node_for_those_that_are_the_same():
    tree = ScenarioTree(scenarios(instance_of("tree")))
    assert [each.name for each in tree.scenarios] == ["central", "weak", "dear", "rising"]
    nodes, leaves = "ROOT ROOT_0 ROOT_1 ROOT_2", "ROOT_0_0 ROOT_1_0 ROOT_1_1 ROOT_2_0"
    assert tree.node_names == [*nodes.split(), *leaves.split()]
    root, later = tree.nodes["dear"]
    assert (root.years, root.chance) == ((2020,), 1.0)
    assert later == tree.nodes["weak"][1]
    assert (later.years, later.parent, later.chance) == ((2021, 2022, 2023), "ROOT", 0.45)


def test_a_tree_that_parts_at_once_is_none_of_its():
    with pytest.raises(UsageError, match="a year that is settled"):
        ScenarioTree(scenarios(instance_of("tree", "scenarios.central.branches=2020")))

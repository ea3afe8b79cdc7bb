"""Rules expanded as templates give the arrays that Pyomo's own compiler gives, to the last bit."""

from __future__ import annotations

import importlib
import logging
from functools import partial

import numpy as np
import pyomo.environ as pyo
import pytest

from allocator.compile import codes, compile_program
from allocator.compile.expand import NotATemplate
from allocator.compile.frames import Frame
from allocator.compile.standard_form import compile_by_pyomo
from allocator.compile.templates import compile_templates
from allocator.instance import Instance, read
from allocator.program.program import Family, LinearProgram
from formulations import FORMULATIONS
from tests.model.random_cases import random_case
from tests.plans import CASES, INSTANCES, LARGEST, NAMES, STANDING, yearly

SEEDS = range(0, 60, 5)


def differences(one: LinearProgram, other: LinearProgram) -> list[str]:
    """What differs between two programs, by name; numbers are compared exactly."""
    arrays = {
        "matrix": (one.matrix.values, other.matrix.values),
        "pattern": (one.matrix.same_pattern(other.matrix), True),
        "row_lower": (one.row_lower, other.row_lower),
        "row_upper": (one.row_upper, other.row_upper),
        "integer": (one.integer, other.integer),
        "lower": (one.lower, other.lower),
        "upper": (one.upper, other.upper),
        "objectives": ([o.name for o in one.objectives], [o.name for o in other.objectives]),
        "constants": ([o.constant for o in one.objectives], [o.constant for o in other.objectives]),
    }
    arrays |= {
        f"costs of {a.name}": (a.costs, b.costs)
        for a, b in zip(one.objectives, other.objectives, strict=True)
    }
    found = [name for name, (a, b) in arrays.items() if not np.array_equal(a, b)]
    for side in ("rows", "columns"):
        ours, theirs = getattr(one, side), getattr(other, side)
        if list(ours) != list(theirs):
            return [*found, side]
        found += [
            f"{side} {name}"
            for name in ours
            if (ours[name].indices, ours[name].unit, ours[name].start)
            != (theirs[name].indices, theirs[name].unit, theirs[name].start)
            or parts(ours[name]) != parts(theirs[name])
        ]
    return found


def parts(family: Family) -> list[list[object]]:
    coded = map(family.coded, family.keys)
    return [[values[place] for place in which] for values, which in coded]


def both_ways(instance: Instance, formulation: str) -> list[str]:
    """By templates that another instance may have left, as every command has them, and by Pyomo."""
    build = partial(FORMULATIONS[formulation].build, instance)
    return differences(compile_program(build), compile_by_pyomo(build()).with_priorities())


# Those that stand here are of one form: of each every other formulation, in turn.
FORMS = [*FORMULATIONS]
COMPARED = [(name, formulation) for name in (*NAMES, LARGEST) for formulation in FORMS] + [
    (name, formulation)
    for n, name in enumerate(each for each in STANDING if each != LARGEST)
    for formulation in FORMS[n % 2 :: 2]
]


@pytest.mark.parametrize(
    ("name", "formulation"),
    [pytest.param(*each, marks=[pytest.mark.large] * (each[0] == LARGEST)) for each in COMPARED],
)
def test_the_arrays_are_pyomos_to_the_last_bit(name: str, formulation: str) -> None:
    """Those that stand here by years, the largest as it stands."""
    if name in STANDING and name != LARGEST:
        instance = yearly(name)
    else:
        instance = read((CASES if name in NAMES else INSTANCES) / name)
    assert both_ways(instance, formulation) == []


@pytest.mark.parametrize(
    ("seed", "formulation"),
    [(seed, formulation) for n, seed in enumerate(SEEDS) for formulation in FORMS[n % 2 :: 2]],
)
def test_of_random_instances_too(seed: int, formulation: str) -> None:
    assert both_ways(random_case(seed).instance(), formulation) == []


def test_a_difference_would_be_seen() -> None:
    build = importlib.import_module("formulations.least_cost").build
    program = compile_templates(build(read(CASES / "window")))
    program.matrix.values[100] *= 1 + 2e-16
    program.row_upper[3] += 1
    expected = compile_by_pyomo(build(read(CASES / "window")))
    assert differences(program, expected) == ["matrix", "row_upper"]


def model(**components: object) -> pyo.AbstractModel:
    m = pyo.AbstractModel(name="small")
    m.I = pyo.Set(initialize=["a", "b"])
    m.x = pyo.Var(m.I, bounds=(0, 10))
    for name, component in components.items():
        setattr(m, name, component)
    return m


def skipping() -> pyo.AbstractModel:
    """A rule with a Python condition in it: no template can stand for it."""

    def rule(m: pyo.AbstractModel, i: str) -> object:
        if i == "a":
            return pyo.Constraint.Skip
        return m.x[i] >= 1

    m = model()
    m.some = pyo.Constraint(m.I, rule=rule)
    m.cost = pyo.Objective(rule=lambda m: m.x["a"] + m.x["b"])
    return m


def test_a_rule_that_cannot_be_a_template_is_compiled_by_pyomo(caplog) -> None:
    with caplog.at_level(logging.DEBUG, logger="allocator.compile"):
        program = compile_program(skipping)
    assert "since a template can't be expanded" in caplog.text
    assert program.rows["some"].indices == (("b",),)
    assert program.row_upper.tolist() == [-1.0] or program.row_lower.tolist() == [1.0]


def named_outright(member: str) -> pyo.AbstractModel:
    """Rules that name a member, a scalar variable, and a range."""
    m = model()
    m.T = pyo.RangeSet(3)
    m.y = pyo.Var(bounds=(None, 5))
    m.z = pyo.Var(m.I, m.T)
    m.first = pyo.Constraint(m.T, rule=lambda m, t: m.z["a", t] + 2 * m.y <= m.x[member])
    m.cost = pyo.Objective(rule=lambda m: m.y + sum(m.z[i, t] for i in m.I for t in m.T) + 3)
    return m


def test_scalars_ranges_and_a_member_named_outright() -> None:
    expected = compile_by_pyomo(named_outright("a"))
    assert differences(compile_templates(named_outright("a")), expected) == []


def test_a_member_that_the_template_does_not_know_is_left_to_pyomo() -> None:
    expected = compile_by_pyomo(named_outright("b"))
    assert differences(compile_program(lambda: named_outright("b")), expected) == []


@pytest.mark.parametrize("name", FORMULATIONS)
def test_no_formulation_falls_back(name: str, caplog) -> None:
    build = importlib.import_module(f"formulations.{name}").build
    with caplog.at_level(logging.DEBUG, logger="allocator.compile"):
        compile_program(lambda: build(read(CASES / "two-areas")))
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (lambda m, i: m.x[i] * m.x["a"] <= 1, "product of variables"),
        (lambda m, i: pyo.exp(m.x[i]) <= 1, "not linear"),
        (lambda m, i: (0, m.x[i], 1), "neither an equality nor an inequality"),
    ],
)
def test_what_is_not_linear_is_refused_with_its_reason(rule, reason: str) -> None:
    m = model()
    m.odd = pyo.Constraint(m.I, rule=rule)
    m.cost = pyo.Objective(rule=lambda m: m.x["a"])
    with pytest.raises(NotATemplate, match=reason):
        compile_templates(m)


def test_a_maximum_is_refused() -> None:
    m = model()
    m.gain = pyo.Objective(rule=lambda m: m.x["a"], sense=pyo.maximize)
    with pytest.raises(NotATemplate, match="not minimised"):
        compile_templates(m)


def test_keys_are_found_with_and_without_a_direct_table(monkeypatch) -> None:
    symbols = codes.Symbols()
    keys = [("a", 1), ("b", 7), ("a", -3), ("c", 1)]
    sought = Frame.of(symbols.codes([("c", 1), ("a", 2), ("a", -3), ("d", 1), ("b", 7)], 2))
    for dense in (codes._DENSE, 0):
        monkeypatch.setattr(codes, "_DENSE", dense)
        found = codes.Keys([symbols.codes(keys, 2)]).find(sought, sought.indices)
        assert np.maximum(found, -1).tolist() == [3, -1, 2, -1, 1]


def test_keys_of_a_product_are_found_set_by_set_in_the_frames_that_they_differ_in() -> None:
    symbols = codes.Symbols()
    keys = codes.Keys([symbols.codes([("a", "x"), ("b", "y")], 2), symbols.codes(range(1, 4), 1)])
    outer = Frame.of(symbols.codes([("a", "x"), ("b", "x"), ("b", "y")], 2))
    steps, owner = np.array([3, 0, 2, 1, 3, 4]), np.array([0, 0, 1, 2, 2, 2])
    frame = Frame(6, [steps], outer, owner)
    found = keys.find(frame, frame.indices)
    assert np.maximum(found, -1).tolist() == [2, -1, -1, 3, 5, -1]

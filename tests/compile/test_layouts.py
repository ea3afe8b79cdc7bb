"""Layouts that are kept: used where numbers alone differ, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from allocator.compile import compile_program, layouts
from allocator.compile.expand import _Expander
from allocator.compile.layouts import Layout, keep_layout, layout_of
from allocator.compile.records import Constraint, Param, Records, Set, Var
from allocator.instance import Instance
from allocator.program.program import LinearProgram
from formulations import FORMULATIONS, LEAST_COST, WINDOW_CHOICE
from formulations.profiles import Profiles, Spans
from tests.compile.test_templates import differences
from tests.plans import instance_of, yearly

NUMBERS = (
    "states.*.unit_cost=*1.07",
    "states.*.opening=*1.01",
    "services.*.baseline=*0.5",
    "services.*.unit_cost=*0.9",
    "transitions.*.rate=*0.97",
    "budgets.*.amount=*1.1",
    "prices.*.index=*1.02",
    "arrivals.*.children=*1.05",
)


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> list[Layout]:
    """No layout is known at first."""
    kept: list[Layout] = []
    monkeypatch.setattr(layouts, "_kept", kept)
    return kept


def build(instance: Instance, formulation: str = LEAST_COST) -> LinearProgram:
    return compile_program(partial(FORMULATIONS[formulation].build, instance))


def searching(*given: object) -> None:
    raise AssertionError("a position was looked up")


@pytest.mark.parametrize("formulation", [LEAST_COST, WINDOW_CHOICE])
@pytest.mark.parametrize(
    "instance_with",
    [
        *(partial(instance_of, name) for name in ("window", "two-areas", "drivers")),
        partial(instance_of, "staff-part-training"),
        partial(yearly, "reading-2025"),
    ],
    ids=["window", "two-areas", "drivers", "staff", "reading"],
)
def test_where_numbers_alone_differ_no_position_is_looked_up_again(
    instance_with: Callable[..., Instance],
    formulation: str,
    kept: list[Layout],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The arrays are, to the last bit, those of a program that is laid out itself."""
    other = instance_with(*NUMBERS)
    alone = build(other, formulation)
    kept.clear()
    first = build(instance_with(), formulation)
    monkeypatch.setattr(_Expander, "_found", searching)
    assert differences(build(other, formulation), alone) == []
    assert len(kept) == 1
    assert not np.array_equal(first.numbers(), alone.numbers())
    assert differences(build(instance_with(), formulation), first) == []


@pytest.mark.parametrize(
    "change",
    [
        "instance.years=9",
        "instance.terminal_value=false",
        "instance.periods_per_year=2",
        "instance.timing=continuous",
        "double_investment.longest=2",
        "effects.hubs.need.foster.exit.1.lag_years=2",
        "transitions.need.plan.avoidable_share=",
        "states.need.tier=early_help",
        "services.conference.tier=early_help",
        "services.conference.first_year=2022",
        "funds.core.carry_forward=",
        "targets.2025.year=2026",
        "services.hubs.maximum=5000",
    ],
)
def test_another_set_has_a_layout_of_its_own(change: str, kept: list[Layout]) -> None:
    other = instance_of("window", change)
    alone = build(other)
    kept.clear()
    build(instance_of("window"))
    assert differences(build(other), alone) == []


KEYS = [("a",), ("b",)]
UNEVEN = Spans.of([(("a",), range(3)), (("b",), range(1))])
TEMPLATES = {
    "level": [0, None],
    "limit": ["<", ["of", "level", ["@", 0], ["of", "turn", ["@", 1]]], ["of", "most", ["@", 0]]],
}


def model(name: str = "", attribute: str = "given", to: object = None) -> Records:
    """Columns at a place and a step, and limits that take another step's."""
    model = Records("small")
    model.PLACES = Set(initialize=["a", "b"])
    model.STEPS = Set(initialize=range(3))
    model.LISTS = Set(model.PLACES, initialize={"a": [0, 1], "b": [2]})
    model.turn = Param(model.STEPS, initialize={0: 2, 1: 1, 2: 0})
    model.most = Param(model.PLACES, initialize={"a": 5.0, "b": 6.0})
    model.profile = Param(None, initialize=Profiles.over(KEYS, range(2), 1.0))
    model.level = Var(model.PLACES, model.STEPS, bounds=(0, None), doc="level")
    model.limit = Constraint(model.PLACES, model.STEPS, rule=None, doc="children")
    if name:
        setattr(model.components[name], attribute, to)
    return model


def test_a_model_with_other_numbers_has_the_same_layout() -> None:
    keep_layout(layout := layout_of(model(), TEMPLATES))
    others = {
        "most": {"a": 7.0, "b": np.inf},
        "profile": Profiles.over(list(KEYS), range(2), 2.0),
        "PLACES": ["a", "b"],
    }
    for name, to in others.items():
        assert layout_of(model(name, to=to), TEMPLATES) is layout


@pytest.mark.parametrize(
    ("name", "attribute", "to"),
    [
        ("PLACES", "given", ["b", "a"]),
        ("PLACES", "given", ["a", "b", "c"]),
        ("STEPS", "given", range(1, 3)),
        ("LISTS", "given", {"a": [0, 1], "b": [1]}),
        ("LISTS", "given", {"a": [0], "b": [1, 2]}),
        ("LISTS", "given", {"b": [0, 1], "a": [2]}),
        ("turn", "given", {0: 2, 1: 0, 2: 1}),  # its values are indices
        ("most", "given", {"b": 5.0, "a": 6.0}),
        ("most", "given", {"a": 5.0}),
        ("profile", "given", Profiles.over(KEYS, range(1, 3), 1.0)),
        ("profile", "given", Profiles.over(KEYS, range(3), 1.0)),
        ("profile", "given", Profiles.over([*KEYS, ("c",)], range(2), 1.0)),
        (
            "profile",
            "given",
            Profiles(Spans.of([(("a",), range(3)), (("b",), range(1))]), np.ones(4)),
        ),
        ("level", "whole", True),
        ("level", "doc", "share"),
        ("limit", "doc", "share"),
    ],
)
def test_whatever_else_differs_it_is_another(name: str, attribute: str, to: object) -> None:
    keep_layout(layout := layout_of(model(), TEMPLATES))
    assert layout_of(model(), TEMPLATES) is layout
    assert layout_of(model(name, attribute, to), TEMPLATES) is not layout
    assert layout_of(model(), dict(TEMPLATES)) is not layout


def test_a_list_that_is_changed_afterwards_is_another() -> None:
    places = ["a", "b"]
    keep_layout(layout := layout_of(model("PLACES", to=places), TEMPLATES))
    places.append("c")
    assert layout_of(model("PLACES", to=places), TEMPLATES) is not layout


def test_what_is_kept_cannot_be_changed_or_added_to() -> None:
    layout = Layout()
    positions = layout.once("there", lambda: np.arange(3))
    keep_layout(layout)
    assert layout.once("there", lambda: np.zeros(3)) is positions
    with pytest.raises(ValueError, match="read-only"):
        positions[0] = 1
    with pytest.raises(KeyError):
        layout.once("elsewhere", lambda: np.arange(3))


def test_only_so_much_is_kept(kept: list[Layout], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too large is done without; else what was not used for longest goes."""
    monkeypatch.setattr(layouts, "ROOM", 100)
    large, *small = (Layout() for _ in range(4))
    for n in range(4):
        assert large.once(n, lambda: np.arange(5)).tolist() == [0, 1, 2, 3, 4]
    keep_layout(large)
    assert kept == [] and large._known == {}
    for layout in (*small[:2], small[0], small[2]):
        layout.once("there", lambda: np.arange(5))
        keep_layout(layout)
    assert kept == [small[2], small[0]]
    monkeypatch.setattr(layouts, "MOST", 1)
    keep_layout(small[0])
    assert kept == [small[0]]

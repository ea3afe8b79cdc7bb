"""Axes as they are typed: ranges in decimals, lists, and what is wrong with the others."""

from __future__ import annotations

import pytest

from allocator.errors import UsageError
from allocator.instance.change import apply_changes
from allocator.sweep import Axis, Sweep, read_axis
from tests.plans import instance_of

PLACE = "targets.2025.children"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("60000:80000:10000", ("60000", "70000", "80000")),
        ("60000:79999:10000", ("60000", "70000")),
        ("80:60:-10", ("80", "70", "60")),
        ("0:1:0.1", ("0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1")),
        ("1e9:1.2e9:1e8", ("1000000000", "1100000000", "1200000000")),
        ("5:5:1", ("5",)),
        ("*0.9:1.1:0.05", ("*0.9", "*0.95", "*1", "*1.05", "*1.1")),
        ("1e9,1.1e9", ("1e9", "1.1e9")),
        (" *0.9 , 4 ", ("*0.9", "4")),
        ("7", ("7",)),
    ],
)
def test_values(values, expected):
    assert read_axis(f"{PLACE}={values}") == Axis(PLACE, expected)


def test_many_small_steps_do_not_drift():
    values = read_axis(f"{PLACE}=0:1:0.001").values
    assert (len(values), values[617], values[-1]) == (1001, "0.617", "1")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (PLACE, "is not an axis"),
        ("children=1,2", "is not an axis"),
        (f"{PLACE}=1:2", "'1:2' is not a range"),
        (f"{PLACE}=1:2:3:4", "'1:2:3:4' is not a range"),
        (f"{PLACE}=a:2:1", "the start 'a' is not a number"),
        (f"{PLACE}=1:b:1", "the stop 'b' is not a number"),
        (f"{PLACE}=1:2:nan", "the step 'nan' is not a number"),
        (f"{PLACE}=1:2:0", "steps of 0 do not lead from 1 to 2"),
        (f"{PLACE}=1:2:-1", "steps of -1 do not lead from 1 to 2"),
        (f"{PLACE}=1,,2", "has an empty value"),
        (f"{PLACE}=", "has an empty value"),
        (f"{PLACE}=1,2,1", "gives '1' twice"),
        (f"{PLACE}=0:1:0.0000001", "more than 1,000,000 values"),
    ],
)
def test_what_is_wrong_is_named(text, part):
    with pytest.raises(UsageError) as refused:
        read_axis(text)
    assert part in str(refused.value)
    assert repr(text) in str(refused.value)


@pytest.mark.parametrize(
    ("axes", "part"),
    [
        ([], "a sweep needs an axis"),
        ([f"{PLACE}=1,2", f"{PLACE}=3"], "is an axis already"),
        (["targets.2025.children=1:2000:1", "budgets.core.2020.amount=1:2000:1"], "4,000,000"),
        (["tragets.2025.children=1,2"], "did you mean 'targets'"),
        (["targets.2025.childern=1,2"], "did you mean 'children'"),
        (["targets.1999.children=1,2"], "no row of targets"),
        ([f"{PLACE}=many,more"], "is not a number"),
    ],
)
def test_a_grid_that_cannot_be_is_refused_at_once(axes, part):
    with pytest.raises(UsageError, match=part):
        Sweep(instance_of("window"), axes)


def test_points_run_through_the_last_axis_first_and_are_what_set_makes():
    axes = [f"{PLACE}=1000,1100", "budgets.core.*.amount=*0.9:1.1:0.1"]
    design = Sweep(instance_of("window"), axes).design
    assert (design.shape, design.points) == ((2, 3), 6)
    assert design.values(4) == {PLACE: "1100", "budgets.core.*.amount": "*1"}
    changes = [f"{PLACE}=1000", "budgets.core.*.amount=*1.1"]
    assert design.changed((0, 2)).hash == apply_changes(instance_of("window"), changes).hash


def test_an_axis_is_text_again():
    axis = read_axis(f"{PLACE}=1:3:1")
    assert read_axis(str(axis)) == axis

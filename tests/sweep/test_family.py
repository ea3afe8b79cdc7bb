"""Points from the ends of the axes against points built anew; where there is no such family."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.sweep import Sweep, family, worker
from allocator.sweep.family import Prepared, SweepFamily
from tests.plans import instance_of
from tests.sweep.grids import AREAS, WINDOW, assert_same

STRAIGHT = [
    ("window", WINDOW),
    ("two-areas", AREAS),
    ("window", ("budgets.transition.*.amount=*0.5:1.5:0.1",)),  # in the matrix: most_held
    ("window", ("states.foster.unit_cost=*0.9:1.1:0.02",)),  # in matrix, bounds and baseline
    ("window", ("services.hubs.unit_cost=1400:1600:20", "states.foster.unit_cost=*0.9,*1.1")),
    ("window", ("effects.hubs.*.effect=*0.9:1.1:0.02",)),
    ("annual-returns-limits", ("limits.*.maximum=*1:1.2:0.02",)),
]
BENT = [
    ("window", ("transitions.need.exit.rate=*0.9:1.1:0.02",)),  # 1 - exp(-rate)
    ("window", ("instance.discount_rate=0:0.1:0.01",)),
    ("window", ("targets.2027.children=*0.9,1000,1010,1020,1030,1040,1050,1060,1070",)),
    ("window", ("targets.2027.children=1000,1100",)),  # two points: not worth it
    ("window", ("services.hubs.maximum=1000:1100:10",)),  # not known to be valid between the ends
    ("window", ("services.hubs.unit_cost=*0.9:1.1:0.05", "prices.*.index=*0.9,*1,*1.1")),  # product
    ("window", ("budgets.transition.*.amount=*0:1:0.1",)),  # a coefficient that comes and goes
]


def design_of(case, axes):
    return Sweep(instance_of(case), axes).design


@pytest.mark.parametrize("formulation", ["least_cost", "largest_reduction"])
@pytest.mark.parametrize(("case", "axes"), STRAIGHT)
def test_every_point_is_what_would_be_built(case, axes, formulation):
    design = Sweep(instance_of(case), axes, formulation=formulation).design
    found = SweepFamily.of(design)
    assert found is not None
    for point in range(0, design.points, 3):
        position = design.position(point)
        built = Prepared.of(design.changed(position), formulation)
        said = found.at(position)
        assert said.program.shape == built.program.shape
        assert said.same_pattern(built)
        numbers, true = said.numbers(), built.numbers()
        assert np.array_equal(np.isfinite(numbers), np.isfinite(true))
        np.testing.assert_allclose(numbers, true, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("case", "axes"), BENT)
def test_there_is_no_family_where_it_would_be_wrong(case, axes):
    assert SweepFamily.of(design_of(case, axes)) is None


def test_right_hand_sides_alone_leave_the_matrix_as_it_is():
    found = SweepFamily.of(design_of("window", (*WINDOW[:1], "budgets.core.2022.amount=1e8,1.1e8")))
    assert found.at((0, 1)).program.matrix is found.at((3, 0)).program.matrix


def test_a_corner_with_errors_means_no_family():
    design = design_of("window", ("effects.hubs.*.effect=*-1:1:0.1",))
    assert SweepFamily.of(design) is None


@pytest.mark.parametrize(("case", "axes"), [STRAIGHT[0], STRAIGHT[1], STRAIGHT[3]])
def test_the_table_is_the_same_without_it(monkeypatch, case, axes):
    with_family = Sweep(instance_of(case), axes).run()
    monkeypatch.setattr(family, "WORTH_IT", 10**9)
    assert worker.Worker(design_of(case, axes)).family is None
    assert_same(Sweep(instance_of(case), axes).run(), with_family)


def test_a_grid_that_bends_between_its_ends_is_found_out(monkeypatch):
    """The proof is not the list of columns alone: a third point on the axis has its say."""
    monkeypatch.setattr(family, "STRAIGHT", {("transitions", "rate")})
    assert SweepFamily.of(design_of("window", BENT[0][1])) is None


def test_axes_that_multiply_are_found_out(monkeypatch):
    """So has the far corner: two prices of one thing."""
    axes = ("services.hubs.unit_cost=*0.9:1.1:0.05", "services.hub*.unit_cost=*0.9,*1,*1.1")
    assert SweepFamily.of(design_of("window", axes)) is None

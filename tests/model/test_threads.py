"""An area's model beside others: HiGHS keeps the threads that a process first asked for."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.program.matrix import Matrix
from allocator.solvers.loading import highspy
from allocator.solvers.pricing import AreaModel
from allocator.solvers.solution import Status


@pytest.fixture
def four_threads():
    """As on a machine of eight cores, whatever this one has."""
    highspy.Highs.resetGlobalScheduler(True)
    first = highspy.Highs()
    first.setOptionValue("output_flag", False)
    first.setOptionValue("threads", 4)
    first.addVariable(lb=1.0)
    first.run()
    yield
    highspy.Highs.resetGlobalScheduler(True)


@pytest.mark.usefixtures("four_threads")
def test_an_area_is_priced_in_a_process_that_has_solved_on_more_threads():
    one = np.array([0])
    matrix = Matrix.of(one, one, np.array([1.0]), (1, 1))
    bounds = (np.array([0.0]), np.array([9.0]))
    model = AreaModel(matrix, np.array([1.0]), bounds, (np.array([2.0]), np.array([np.inf])))
    assert model.run() is Status.OPTIMAL

"""Products with a sparse matrix, whether many or few of a vector's numbers are nought."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.program.matrix import Matrix


@pytest.mark.parametrize("share", [0.0, 0.01, 0.04, 0.06, 0.5, 1.0])
def test_products_are_those_of_the_dense_matrix(share):
    random = np.random.default_rng(7)
    dense = np.where(random.random((200, 60)) < 0.1, random.standard_normal((200, 60)), 0.0)
    rows, columns = np.nonzero(dense)
    matrix = Matrix.of(rows, columns, dense[rows, columns], dense.shape)
    by_row = np.where(random.random(200) < share, random.standard_normal(200), 0.0)
    assert matrix.transposed_times(by_row) == pytest.approx(dense.T @ by_row, abs=1e-12)
    found, sizes = matrix.transposed_times_and_sizes(by_row)
    assert found == pytest.approx(dense.T @ by_row, abs=1e-12)
    assert sizes == pytest.approx(abs(dense.T) @ abs(by_row), abs=1e-12)
    by_column = np.where(random.random(60) < share, random.standard_normal(60), 0.0)
    assert matrix.times(by_column) == pytest.approx(dense @ by_column, abs=1e-12)

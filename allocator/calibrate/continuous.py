"""A year in continuous time: child-years lived in each state, exact."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def year_lived(moves: Floats, exits: Floats, arrivals: Floats, opening: Floats) -> Floats:
    """Child-years lived in each of n states in a year that begins with ``opening`` children.

    ``moves`` (n, n) and ``exits`` (n,) are rates per child-year, ``arrivals`` (n,) children a year
    who come evenly.  Events are rates times what is returned.  One matrix exponential of the
    linear system of stocks, time lived and constant arrivals (Van Loan 1978, IEEE Transactions on
    Automatic Control 23:395).
    """
    from scipy.linalg import expm

    n = len(opening)
    system = np.zeros((2 * n + 1, 2 * n + 1))
    system[:n, :n] = moves.T - np.diag(moves.sum(axis=1) + exits)
    system[:n, -1] = arrivals
    system[n:-1, :n] = np.eye(n)
    lived: Floats = (expm(system) @ np.concatenate([opening, np.zeros(n), [1.0]]))[n:-1]
    return lived

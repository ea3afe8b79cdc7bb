"""Certificates of a linear program solved on paper, with a row and a column of every kind.

    minimise  4 a - 2 b - 5.5 c - 3 d + 7 e + 100

    equal      a + b     = 5          a free
    at_least   2 a - c  >= 2          b >= 0
    at_most    b + d    <= 5          c <= 4
    between    2 <= b + c <= 6        1 <= d <= 3
    unbounded  a + e  free            e = 2

At a = 3, b = 2, c = 4, d = 3, e = 2 the first four rows bind.  With the prices 2, 1, -1, -3, 0
the reduced costs are 0, 0, -1.5, -2, 7: c and d stand at their upper bounds, e is fixed.  The
objective is 12 - 4 - 22 - 9 + 14 + 100 = 91, and so is what the prices prove:
10 + 2 - 5 - 18 - 6 - 6 + 14 + 100.
"""

from __future__ import annotations

import numpy as np
import pytest

from allocator.program.certificate import Certificate, certify
from allocator.program.matrix import Matrix
from allocator.program.program import Family, LinearProgram, Objective

INF = np.inf


def program(
    rows: dict[str, tuple[float, float]],
    columns: dict[str, tuple[float, float]],
    matrix: list[list[float]],
    costs: list[float],
    constant: float = 0.0,
) -> LinearProgram:
    """A program with a family for every row and column."""
    dense = np.array(matrix, dtype=float)
    at, to = np.nonzero(dense)
    return LinearProgram(
        name="paper",
        matrix=Matrix.of(at, to, dense[at, to], dense.shape),
        row_lower=np.array([low for low, _ in rows.values()]),
        row_upper=np.array([high for _, high in rows.values()]),
        lower=np.array([low for low, _ in columns.values()]),
        upper=np.array([high for _, high in columns.values()]),
        objectives=(Objective("cost", np.array(costs, dtype=float), constant, "£m"),),
        rows={n: Family(n, k, 1, "children", lambda: (None,)) for k, n in enumerate(rows)},
        columns={n: Family(n, k, 1, "places", lambda: (None,)) for k, n in enumerate(columns)},
    )


PAPER = program(
    {"equal": (5, 5), "at_least": (2, INF), "at_most": (-INF, 5), "between": (2, 6),
     "unbounded": (-INF, INF)},
    {"a": (-INF, INF), "b": (0, INF), "c": (-INF, 4), "d": (1, 3), "e": (2, 2)},
    [[1, 1, 0, 0, 0], [2, 0, -1, 0, 0], [0, 1, 0, 1, 0], [0, 1, 1, 0, 0], [1, 0, 0, 0, 1]],
    [4, -2, -5.5, -3, 7],
    100,
)  # fmt: skip
PRIMAL = {"a": 3.0, "b": 2.0, "c": 4.0, "d": 3.0, "e": 2.0}
DUAL = {"equal": 2.0, "at_least": 1.0, "at_most": -1.0, "between": -3.0, "unbounded": 0.0}


def certificate(primal: dict[str, float] | None = None, **dual: float) -> Certificate:
    """Of the optimum with some of its numbers changed."""
    x = np.array(list((PRIMAL | (primal or {})).values()))
    return certify(PAPER, x, np.array(list((DUAL | dual).values())))


def test_the_optimum_is_proved() -> None:
    found = certificate()
    assert found.passed
    assert found.failure() == ""
    assert found.primal_objective == pytest.approx(91, abs=1e-12)
    assert found.dual_objective == pytest.approx(91, abs=1e-12)
    assert found.primal.absolute == 0
    assert found.dual.absolute == 0
    assert found.complementarity == 0


@pytest.mark.parametrize(
    ("primal", "name", "by", "unit"),
    [
        ({"a": 3.1}, "equal", 0.1, "children"),
        ({"a": 2.5, "b": 2.5, "c": 3.5, "d": 2.5}, "at_least", 0.5, "children"),
        ({"d": 2.9, "b": 2.4, "a": 2.6, "c": 3.0}, "at_most", 0.3, "children"),
        ({"b": 2.2, "a": 2.9, "d": 2.8}, "between", 0.2, "children"),
        ({"c": -3.0, "b": 2.0, "d": 3.0}, "between", 3.0, "children"),
        ({"b": -0.5, "a": 5.5, "d": 3.0}, "b", 0.5, "places"),
        ({"c": 4.5, "a": 3.5, "b": 1.5}, "c", 0.5, "places"),
        ({"d": 0.2}, "d", 0.8, "places"),
        ({"d": 3.2, "b": 1.8, "a": 3.2}, "d", 0.2, "places"),
        ({"e": 2.4}, "e", 0.4, "places"),
    ],
)
def test_a_primal_outside_its_bounds(
    primal: dict[str, float], name: str, by: float, unit: str
) -> None:
    found = certificate(primal)
    assert not found.passed
    assert found.primal.absolute == pytest.approx(by)
    assert (found.primal.name, found.primal.unit) == (name, unit)
    assert f"{name} is violated by {by:.3g} {unit}" in found.failure()


@pytest.mark.parametrize(
    ("dual", "name", "by"),
    [
        (
            {"at_least": -0.5, "equal": 5.0, "between": -6.0},
            "at_least",
            0.5,
        ),  # held from below: never negative
        ({"at_most": 0.5, "between": -4.5}, "at_most", 0.5),  # held from above: never positive
        ({"unbounded": 0.25, "equal": 1.75}, "unbounded", 0.25),  # held by nothing: no price
        ({"equal": 2.25}, "a", 0.25),  # a free column has no reduced cost
        (
            {"equal": 2.5, "at_least": 0.75, "between": -3.25},
            "b",
            0.25,
        ),  # nor has one off its bound
        ({"between": -5.0}, "c", 0.5),  # at its upper bound: never positive
    ],
)
def test_a_price_of_the_wrong_sign(dual: dict[str, float], name: str, by: float) -> None:
    found = certificate(**dual)
    assert not found.passed
    assert (found.dual.name, found.dual.absolute) == (name, pytest.approx(by))
    assert f"the reduced cost of {name} has the wrong sign by {by:.3g}" in found.failure()


def test_prices_of_slack_rows_and_columns_off_their_bounds() -> None:
    """d = 2 is feasible but not optimal: at_most has slack 1 at -1, d is 1 from its bound at -2."""
    found = certificate({"d": 2.0})
    assert found.primal.absolute == 0
    assert found.dual.absolute == 0
    assert found.primal_objective == pytest.approx(94)
    assert found.complementarity == pytest.approx(2 / 94)
    assert found.gap == pytest.approx(3 / 94)
    assert not found.passed
    assert "complementary slackness fails" in found.failure()
    assert "the duality gap is 0.0319 (relative)" in found.failure()


def test_a_gap_of_many_small_slacks() -> None:
    """Each slackness within its tolerance, and their sum more than the gap's."""
    found = certificate({"d": 3 - 1e-5})
    assert found.complementarity == pytest.approx(2e-5 / 91, rel=1e-4)
    assert found.complementarity < 1e-6
    assert found.gap == pytest.approx(3e-5 / 91, rel=1e-4)
    assert not found.passed
    assert found.failure() == f"the duality gap is {found.gap:.3g} (relative)"


@pytest.mark.parametrize("where", ["primal", "dual"])
def test_a_missing_number_proves_nothing(where: str) -> None:
    found = certificate({"c": np.nan}) if where == "primal" else certificate(between=np.nan)
    assert not found.passed
    assert found.failure()


def test_violations_are_measured_against_the_terms_they_come_from() -> None:
    """1e-4 of a row whose terms are 1e6 each is rounding; of one whose terms are 1 it is not."""
    for size, passes in ((1e6, True), (1.0, False)):
        row = program({"sum": (0, 0)}, {"x": (-INF, INF), "y": (-INF, INF)}, [[1, -1]], [0, 0])
        found = certify(row, np.array([size, size + 1e-4]), np.zeros(1))
        assert found.primal.absolute == pytest.approx(1e-4, rel=1e-3)
        assert found.passed == passes

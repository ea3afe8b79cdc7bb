"""Bounds and rays on programs seen through on paper: what proves, and what only seems to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from allocator.program import proofs
from allocator.program.implied import implied_bounds, share_bounds
from allocator.program.matrix import Floats
from allocator.program.program import LinearProgram
from allocator.program.proofs import goes_down_for_ever, lower_bound, reach, refutes
from allocator.solving.proved import Ladder
from tests.model.test_certificate import DUAL, INF, PAPER, program


def test_any_prices_prove_a_bound() -> None:
    """Of the optimum's prices 91; of others less; of those that a column forbids nothing."""
    best = np.array(list(DUAL.values()))
    assert lower_bound(PAPER, best) == pytest.approx(91, abs=1e-6)
    assert lower_bound(PAPER, best) <= 91
    others = best + np.array([0, 0, 0, -0.5, 0])  # a reduced cost of 0.5 for b, at 0 for nothing
    assert lower_bound(PAPER, others) == pytest.approx(10 + 2 - 5 - 21 - 4 - 6 + 14 + 100)
    assert lower_bound(PAPER, best + np.array([1e-3, 0, 0, 0, 0])) == -INF  # a is free


@pytest.mark.parametrize("by", [1.0, 1e-9])
def test_a_price_of_a_row_without_that_bound_is_left_out(by: float) -> None:
    """The free row's, and one of the wrong sign: what is left of the dual proves what it proves."""
    best = np.array(list(DUAL.values()))
    assert lower_bound(PAPER, best + np.array([0, 0, 0, 0, by])) == pytest.approx(91, abs=1e-6)
    beside = program({"least": (1, INF)}, {"x": (0.0, 9.0)}, [[1]], [2])
    assert lower_bound(beside, np.array([2.0])) == pytest.approx(2)
    assert lower_bound(beside, np.array([-by])) == pytest.approx(0, abs=1e-8)


def test_rounding_is_charged_for_as_far_as_a_column_goes() -> None:
    """Least x + y, x + y >= 1, prices a little too high: no less than 1 only up to that far."""
    paper = program({"sum": (1, INF)}, {"x": (0, INF), "y": (0, INF)}, [[1, 1]], [1, 1])
    assert reach(paper) == 1000
    assert lower_bound(paper, np.ones(1)) == pytest.approx(1, abs=1e-8)
    assert lower_bound(paper, np.array([1 + 1e-9])) == pytest.approx(1 - 2e-6, abs=1e-8)
    assert lower_bound(paper, np.array([1 + 1e-5])) == -INF
    boxed = program({"sum": (1, INF)}, {"x": (0, 5.0), "y": (0, 5.0)}, [[1, 1]], [1, 1])
    assert lower_bound(boxed, np.array([1 + 1e-9])) == pytest.approx(1 - 1e-8 + 1e-9, abs=2e-9)


BOX = {"x": (0.0, 1.0), "y": (0.0, 1.0)}


@pytest.mark.parametrize(
    ("rows", "columns", "matrix", "ray", "proved"),
    [
        # x + y >= 3 in a box of 1: asks for 3, at most 2 is there.
        ({"sum": (3, INF)}, BOX, [[1, 1]], [1], True),
        ({"sum": (3, INF)}, BOX, [[1, 1]], [-1], True),  # solvers differ in the sign of a ray
        ({"sum": (3, INF)}, BOX, [[1, 1]], [1e-7], True),  # and in its size
        ({"sum": (2, INF)}, BOX, [[1, 1]], [1], False),  # feasible: 2 is there
        ({"sum": (3, INF)}, {**BOX, "y": (0.0, INF)}, [[1, 1]], [1], False),
        ({"sum": (3, INF)}, BOX, [[1, 1]], [0], False),
        # x - y >= 1 and y - x >= 0: only their plain sum, 0 >= 1, proves it of free columns.
        ({"more": (1, INF), "less": (0, INF)}, {"x": (-INF, INF), "y": (-INF, INF)},
         [[1, -1], [-1, 1]], [1, 1], True),
        ({"more": (1, INF), "less": (0, INF)}, {"x": (-INF, INF), "y": (-INF, INF)},
         [[1, -1], [-1, 1]], [1, 0.5], False),
        # An equation out of reach, and a range whose far side is the one that counts.
        ({"is": (5, 5)}, BOX, [[2, 2]], [1], True),
        ({"range": (-9, -3)}, BOX, [[-1, -1]], [1], True),
        ({"range": (-9, -1)}, BOX, [[-1, -1]], [1], False),
        # A row without bounds asks for nothing.
        ({"free": (-INF, INF)}, BOX, [[1, 1]], [1], False),
    ],
)  # fmt: skip
def test_a_ray_proves_infeasibility_or_does_not(
    rows: dict[str, tuple[float, float]],
    columns: dict[str, tuple[float, float]],
    matrix: list[list[float]],
    ray: list[float],
    proved: bool,
) -> None:
    paper = program(rows, columns, matrix, [0.0] * len(columns))
    assert refutes(paper, np.array(ray, dtype=float)) == proved


FREE = {"x": (-INF, INF), "y": (-INF, INF)}


def test_a_proof_is_added_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither another ray, nor one that proves nothing, nor another program is taken for proved."""
    summed, signed = list[LinearProgram](), proofs.signed

    def counted(paper: LinearProgram, ray: Floats, *, own_bounds: bool) -> Floats | None:
        summed.append(paper)
        return signed(paper, ray, own_bounds=own_bounds)

    monkeypatch.setattr(proofs, "signed", counted)
    short, enough = (program({"sum": (n, INF)}, BOX, [[1, 1]], [0.0, 0.0]) for n in (3, 2))
    ray, nothing = np.array([1.0]), np.array([0.0])
    assert refutes(short, ray) and refutes(short, ray) and len(summed) == 1
    assert not refutes(short, nothing) and not refutes(short, nothing)
    assert not refutes(enough, ray)
    assert refutes(short, ray.copy()) and len(summed) == 5


def test_what_rows_add_up_to_is_kept_for_the_same_weights_alone() -> None:
    """x + y >= 3 and x >= 2 in a box of 1: each row's ray, in turn, of two programs of a matrix."""
    tight = program({"sum": (3, INF), "one": (2, INF)}, BOX, [[1, 1], [1, 0]], [1, 1])
    loose = replace(tight, row_lower=np.array([3.0, 0.0]))
    both, last = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    for _ in range(2):
        told = [refutes(each, ray.copy()) for each in (tight, loose) for ray in (both, last)]
        assert told == [True, True, True, False]


def test_a_small_coefficient_of_a_free_column_is_not_rounding() -> None:
    """x + 1e-11 y >= 1 and x <= 0 has the solution (0, 1e11), which the rows' sum must not miss."""
    paper = program({"up": (1, INF), "down": (-INF, 0)}, FREE, [[1, 1e-11], [1, 0]], [0, 0])
    assert not refutes(paper, np.array([1.0, -1.0]))
    beside = program({"up": (1, INF), "down": (-INF, 0)}, FREE, [[1, 0], [1, 0]], [0, 0])
    assert refutes(beside, np.array([1.0, -1.0]))


def test_what_cancels_but_for_rounding_is_charged_for() -> None:
    """0.1 + 0.2 - 0.3 of a free column is 6e-17 in floating point, and 0 in truth."""
    rows = {"a": (1, INF), "b": (1, INF), "c": (-INF, 1)}
    paper = program(rows, FREE, [[0.1, 0], [0.2, 0], [0.3, 0]], [0, 0])
    assert refutes(paper, np.array([1.0, 1.0, -1.0]))
    close = program({**rows, "c": (-INF, 2 - 1e-14)}, FREE, [[0.1, 0], [0.2, 0], [0.3, 0]], [0, 0])
    assert not refutes(close, np.array([1.0, 1.0, -1.0]))


def test_a_far_demand_is_not_out_of_reach() -> None:
    """A free column can go as far as a row asks, however far."""
    paper = program({"much": (1e12, INF)}, FREE, [[1, 0]], [0, 0])
    assert not refutes(paper, np.array([1.0]))


def test_a_weight_that_a_row_cannot_have_is_left_out() -> None:
    """The rest of the ray proves it all the same; without the rest nothing does."""
    rows = {"sum": (3, INF), "other": (-INF, 9)}
    paper = program(rows, BOX, [[1, 1], [1, 0]], [0, 0])
    assert refutes(paper, np.array([1.0, 0.5]))
    assert not refutes(paper, np.array([0.0, 0.5]))
    assert not refutes(paper, np.array([np.inf, 0.5]))
    assert not refutes(paper, np.array([np.nan, 0.5]))


@pytest.mark.parametrize(
    ("slight", "proved"), [(6e-14, True), (6e-13, True), (6e-10, True), (6e-9, False)]
)
def test_a_slight_weight_of_a_row_whose_column_has_no_end_is_left_out(
    slight: float, proved: bool
) -> None:
    """What rounding leaves of a solver's ray: the rest proves it."""
    rows, columns = {"sum": (3, INF), "beside": (0, INF)}, {**BOX, "z": (0.0, INF)}
    paper = program(rows, columns, [[1, 1, 0], [0, 0, 1]], [0, 0, 0])
    assert refutes(paper, np.array([1.0, slight])) == proved
    assert not refutes(paper, np.array([slight, 1.0]))


# Least -x with x - y <= 1: up and up along (1, 1), from (0, 0).
OPEN = program({"apart": (-INF, 1)}, {"x": (0, INF), "y": (0, INF)}, [[1, -1]], [-1, 0])


@pytest.mark.parametrize(
    ("primal", "ray", "proved"),
    [
        ([0, 0], [1, 1], True),
        ([0, 0], [3e9, 3e9], True),  # of any size
        ([1, 0], [1, 2], True),
        ([0, 0], [-1, -1], False),  # the other way, up to a bound and dearer
        ([0, 0], [1, 0.9], False),  # the row ends it
        ([2, 0], [1, 1], False),  # from no feasible point
        ([0, 0], [0, 1], False),  # for ever, but no cheaper
        ([0, 0], [0, 0], False),
        ([0, 0], [np.nan, 1], False),
        ([np.nan, 0], [1, 1], False),
    ],
)
def test_a_ray_proves_that_there_is_no_least_value_or_does_not(
    primal: list[float], ray: list[float], proved: bool
) -> None:
    point, way = np.array(primal, dtype=float), np.array(ray, dtype=float)
    assert goes_down_for_ever(OPEN, point, way) == proved


def test_a_bound_far_away_is_a_bound() -> None:
    boxed = program({"apart": (-INF, 1)}, {"x": (0, 1e9), "y": (0, INF)}, [[1, -1]], [-1, 0])
    assert not goes_down_for_ever(boxed, np.zeros(2), np.ones(2))


def test_rounding_on_a_column_without_a_bound_does_not_spoil_a_proof() -> None:
    """Its coefficient in the sum is 5.5e-14, and the rows hold it to 8: x + y >= 12 with x <= 4.

    y <= 8 is implied by y - x <= 4.  No more than 1e-12 is taken by it, of a margin of 1.
    """
    rows = {"asked": (12 + 1, INF), "tied": (-INF, 4)}
    paper = program(
        rows, {"x": (0, 4.0), "y": (0, INF)}, [[1, 1 + 5.5e-14], [-1, 1]], [0, 0]
    )  # fmt: skip
    assert refutes(paper, np.array([1.0, -1.0]))
    loosened = program(
        {"asked": (13, INF), "tied": (-INF, 6)},
        {"x": (0, 4.0), "y": (0, INF)}, [[1, 1 + 5.5e-14], [-1, 1]], [0, 0],
    )  # fmt: skip
    assert not refutes(loosened, np.array([1.0, -1.0]))


def test_implied_bounds_lapse_where_a_bound_is_loosened() -> None:
    paper = program({"tied": (-INF, 4)}, {"x": (0, 4.0), "y": (0, INF)}, [[-1, 1]], [0, 0])
    assert implied_bounds(paper)[1] == pytest.approx([4, 8])
    tighter = replace(paper, row_upper=np.array([3.0]))
    assert implied_bounds(tighter)[1] == pytest.approx([4, 8])  # they still hold
    looser = replace(paper, row_upper=np.array([6.0]))
    assert implied_bounds(looser)[1] == pytest.approx([4, 10])
    assert implied_bounds(replace(looser, upper=np.array([5.0, INF])))[1] == pytest.approx([5, 11])


def test_bounds_that_are_shared_serve_tighter_programs_alone() -> None:
    paper = program({"tied": (-INF, 4)}, {"x": (0, 4.0), "y": (0, INF)}, [[-1, 1]], [0, 0])
    share_bounds(paper)
    tighter = replace(paper, row_upper=np.array([3.0]))
    assert implied_bounds(tighter)[1] == pytest.approx([4, 8])  # the shared one's
    assert implied_bounds(tighter, own=True)[1] == pytest.approx([4, 7])
    looser = replace(paper, row_upper=np.array([6.0]), matrix=replace(paper.matrix))
    share_bounds(replace(paper, matrix=looser.matrix))
    assert implied_bounds(looser)[1] == pytest.approx([4, 10])


def test_a_coefficient_of_nought_implies_nothing_and_hides_nothing() -> None:
    """Variants of a program keep its place: z is not in the row that holds y to 8."""
    columns = {"x": (0, 4.0), "y": (0, INF), "z": (0, INF)}
    paper = program({"tied": (-INF, 4)}, columns, [[-1, 1, 1]], [0, 0, 0])
    assert implied_bounds(paper)[1] == pytest.approx([4, 8, 8])
    without = replace(paper, matrix=replace(paper.matrix, values=np.array([-1.0, 1.0, 0.0])))
    assert implied_bounds(without)[1] == pytest.approx([4, 8, INF])


@pytest.mark.parametrize("seed", range(20))
def test_implied_bounds_hold_every_feasible_point(seed: int) -> None:
    for linear, point in feasible_programs(seed, 50):
        lower, upper = implied_bounds(linear)
        assert np.all(point >= lower)
        assert np.all(point <= upper)


@pytest.mark.parametrize("seed", range(20))
def test_no_ray_refutes_a_feasible_program(seed: int) -> None:
    """Whatever the ray: the optimum's prices perturbed, a tightened program's proof, anything."""
    rng = np.random.default_rng(seed)
    for linear, _ in feasible_programs(seed, 100):
        rays = [rng.normal(size=linear.shape[0]) for _ in range(3)]
        least = Ladder().solve(linear, doing="solving")
        rays += [least.dual * (1 + s * rng.normal(size=linear.shape[0])) for s in (0, 1e-9, 1e-3)]
        tight = replace(linear, row_lower=linear.row_lower + 10, row_upper=linear.row_upper - 10)
        tight = replace(tight, row_upper=np.maximum(tight.row_lower, tight.row_upper))
        answer = Ladder().solve(tight, doing="solving")
        if answer.ray is not None:
            rays += [answer.ray * (1 + s * rng.normal(size=linear.shape[0])) for s in (0, 1e-12)]
        assert not any(refutes(linear, ray) for ray in rays)


def test_no_proof_is_given_up_that_would_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those given up before bounds are sought do not prove it with them either."""
    rng = np.random.default_rng(0)
    asked: list[tuple[LinearProgram, Floats]] = []
    for linear, _ in feasible_programs(0, 300):
        tight = replace(linear, row_lower=linear.row_lower + 10)
        tight = replace(tight, row_upper=np.maximum(tight.row_lower, linear.row_upper))
        ray = Ladder().solve(tight, doing="solving").ray
        if ray is not None:
            noise = rng.normal(size=len(ray))
            asked += [(tight, ray * (1 + share * noise)) for share in (0, 1e-13, 1e-9, 1e-3)]
            asked.append((linear, ray))
    answers = [refutes(linear, ray) for linear, ray in asked]
    assert {True, False} == {*answers}
    monkeypatch.setattr(proofs, "_hopeless", lambda *given: False)
    assert [refutes(linear, ray) for linear, ray in asked] == answers


def feasible_programs(seed: int, count: int) -> Iterator[tuple[LinearProgram, Floats]]:
    """Programs of every kind of row and column, each with a point that meets it, often just."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        height, width = rng.integers(1, 7, 2)
        matrix = rng.normal(size=(height, width)) * (rng.random((height, width)) < 0.6)
        matrix *= 10.0 ** rng.integers(-3, 4, size=(height, 1))
        point = np.round(rng.normal(size=width) * 10.0 ** rng.integers(0, 4), 2)
        at = matrix @ point
        room = rng.choice([0.0, 1.0], height) * np.abs(at)
        rows = {
            f"r{n}": (at[n] - room[n] if kind != 1 else -INF, at[n] + room[n] if kind else INF)
            for n, kind in enumerate(rng.integers(0, 3, height))
        }
        columns = {
            f"c{n}": (point[n] - (kind == 3) if kind else -INF, point[n] + 1 if kind > 1 else INF)
            for n, kind in enumerate(rng.integers(0, 4, width))
        }
        yield program(rows, columns, matrix.tolist(), [0.0] * width), point


def test_a_coefficient_of_nought_implies_no_bound() -> None:
    """Variants of a program keep the place of a coefficient that is nought in them."""
    paper = program({"tied": (-INF, 4)}, {"x": (0, INF), "y": (0, 4.0)}, [[1, 1]], [0, 0])
    numbers = paper.numbers()
    numbers[0] = 0.0
    assert implied_bounds(paper)[1] == pytest.approx([4, 4])
    assert implied_bounds(paper.with_numbers(numbers))[1] == pytest.approx([INF, 4])

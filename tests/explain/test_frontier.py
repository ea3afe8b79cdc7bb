"""The frontier: every kind of point of it against solving the instance anew on both sides."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator.errors import TimeLimitError, UsageError
from allocator.explain.frontier import walk
from allocator.explain.frontier.budget import budget_frontier
from allocator.explain.frontier.envelope import Envelope, Piece, pieces
from allocator.explain.frontier.parametric import Parametric, Touch, lines
from allocator.explain.frontier.target import target_frontier
from allocator.instance.cell_changes import with_only
from allocator.instance.change import apply_changes
from allocator.report.pages.frontier import text
from allocator.solving.session import Session
from allocator.wording import pounds
from tests.plans import instance_of

TARGETS = [
    ("hand", "2021"), ("window", "2025"), ("window", "2027"), ("annual-returns-limits", None),
    ("two-areas", None),
]  # fmt: skip


def least_cost(instance, year, children):
    """£ at present value and window of the cheapest plan for a target, solved on its own."""
    best = Session().solve(apply_changes(instance, [f"targets.{year}.children={children!r}"])).best
    return None if best is None else (best.value(-1) * 1e6, best.window)


def some(rows, count):
    """The first, the last and some between."""
    step = max(1, len(rows) // count)
    return sorted({*range(0, len(rows), step), len(rows) - 1})


@pytest.mark.parametrize(("case", "target"), TARGETS)
def test_each_breakpoint_agrees_with_direct_solves_on_both_sides(case, target):
    instance = instance_of(case)
    found = target_frontier(instance, target)
    rows = found.table.to_dict("records")
    _, year = found.moved
    assert [row["children"] for row in rows] == sorted(row["children"] for row in rows)
    for n in some(rows, 5):
        row = rows[n]
        at, price = row["children"], row["price_per_child"]
        until = rows[n + 1]["children"] if n + 1 < len(rows) else at + 5.0
        cost, _ = least_cost(instance, year, at)
        assert cost == pytest.approx(row["cost"], rel=1e-8)
        inside = at + 0.5 * (until - at)
        there, window = least_cost(instance, year, inside)
        assert there == pytest.approx(row["cost"] - price * (inside - at), rel=1e-8)
        told = (row["window_first_year"], row["window_years"])
        if inside - at > 1e-3:
            assert told == ((window or (None, None)) if window else told)
        if n > 0 and rows[n]["status"] == "optimal":
            before = rows[n - 1]
            left = at - 0.5 * (at - before["children"])
            there, _ = least_cost(instance, year, left)
            expected = before["cost"] - before["price_per_child"] * (left - before["children"])
            assert there == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(("case", "target"), TARGETS)
def test_the_curve_begins_where_the_funds_reach_and_ends_where_the_target_is_free(case, target):
    instance = instance_of(case)
    found = target_frontier(instance, target)
    _, year = found.moved
    assert least_cost(instance, year, found.reach) is not None
    assert least_cost(instance, year, found.reach * (1 - 1e-4)) is None
    last = found.table.iloc[-1]
    assert last["price_per_child"] == 0
    cost, _ = least_cost(instance, year, found.end * 1.5)
    assert cost == pytest.approx(last["cost"], rel=1e-8)
    nearer, _ = least_cost(instance, year, float(found.table["children"].iloc[-2:].mean()))
    assert nearer > cost


@pytest.mark.parametrize("case", ["window", "two-areas"])
def test_the_curve_of_a_large_program_is_close_and_says_how_close(case, monkeypatch):
    exact = target_frontier(instance_of(case))
    monkeypatch.setattr(walk, "LARGE", 0)  # as though it were large
    monkeypatch.setattr(walk, "CLOSE", 1e-3)
    found = target_frontier(instance_of(case))
    assert found.walked.solves < exact.walked.solves
    assert exact.within == 0 < found.within <= 1e-3 * exact.table["cost"].max()
    assert found.reach == pytest.approx(exact.reach)
    for at in np.linspace(exact.reach, exact.end, 50):
        apart = abs(found.walked.at(at).line(at) - exact.walked.at(at).line(at)) * 1e6
        assert apart <= found.within * (1 + 1e-9)
    said = " ".join(text(found).split())
    assert "nowhere further than" in said and "costs nothing: the cheapest" not in said
    assert f"the target costs less than {pounds(found.within)}" in said
    assert "exact breakpoints" in text(exact)


def test_a_window_that_the_prices_of_others_rule_out_is_not_followed(monkeypatch):
    touched = []
    touch = Parametric.touch
    monkeypatch.setattr(
        Parametric, "touch", lambda self, *asked: touched.append(asked) or touch(self, *asked)
    )
    instance = instance_of("window")
    found = target_frontier(instance)
    windows = {id(program) for program, _ in touched}
    followed = {id(program) for program, at in touched if at < found.end - 1e-6}
    assert len(windows) == len(instance.windows) + 1 > len(followed) >= 1


def test_what_was_followed_when_time_was_over_is_kept(monkeypatch):
    """The lines so far, and how far from them the curve may be."""
    exact = target_frontier(instance_of("two-areas"))
    touch, asked = Parametric.touch, []

    def limited(self, program, at):
        asked.append(at)
        if len(asked) > len(instance_of("two-areas").windows) + 3:
            raise TimeLimitError("out of time while following the frontier")
        return touch(self, program, at)

    monkeypatch.setattr(Parametric, "touch", limited)
    found = target_frontier(instance_of("two-areas"))
    assert "out of time" in found.unfinished and found.within > 0
    for at in np.linspace(exact.reach, exact.end, 20):
        assert found.walked.at(at).line(at) <= exact.walked.at(at).line(at) * (1 + 1e-9)


def test_the_hand_case_is_the_curve_worked_out_by_hand():
    """A child fewer is 4 cases of £10,000 less the £25,000 that its year and a half costs."""
    found = target_frontier(instance_of("hand"))
    assert found.table["price_per_child"].tolist() == pytest.approx([15_000, 0])
    assert found.facts()["status"] == "optimal"
    assert found.facts()["price_now"] == pytest.approx(0)
    assert found.facts()["value_now"] == pytest.approx(8_931_553.82, abs=0.01)


def test_children_against_money_agree_with_direct_solves():
    instance = instance_of("window")
    found = budget_frontier(instance, "core")
    rows = found.table.to_dict("records")
    session = Session("largest_reduction")
    for n in some(rows, 6):
        amounts = {
            r["year"]: r["amount"] for r in instance.tables["budgets"] if r["fund"] == "core"
        }
        until = rows[n + 1]["money"] if n + 1 < len(rows) else rows[n]["money"] + 1e6
        for share in (0.0, 0.5):
            more = rows[n]["money"] + share * (until - rows[n]["money"])
            changes = [f"budgets.core.{y}.amount={a + more!r}" for y, a in amounts.items()]
            best = session.solve(apply_changes(instance, changes)).best
            expected = rows[n]["children_in_care"] - rows[n]["children_per_million"] * (
                more - rows[n]["money"]
            ) / 1e6  # fmt: skip
            assert best.value(0) == pytest.approx(expected, rel=1e-6)
    short = found.reach * 1e6 - 1000
    changes = [f"budgets.core.{y}.amount={a + short!r}" for y, a in amounts.items()]
    assert session.solve(apply_changes(instance, changes)).best is None


def test_without_money_there_is_no_frontier_and_the_page_says_so():
    found = target_frontier(instance_of("window", "budgets.core.*.amount=*0.5"))
    assert found.reach is None and found.table.empty
    assert found.facts()["status"] == "infeasible"
    assert "no target is within reach" in " ".join(text(found).split())


def test_a_target_out_of_reach_is_said_to_be():
    found = target_frontier(instance_of("hand-infeasible"))
    assert found.facts()["value_now"] is None
    assert "The target of 20 is out of reach" in text(found)


@pytest.mark.parametrize(
    ("ask", "named", "said"),
    [
        (target_frontier, "2020", "did you mean '2027'"),
        (budget_frontier, "transition", "double-investment years alone"),
        (budget_frontier, "cores", "did you mean 'core'"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(ask, named, said):
    with pytest.raises(UsageError, match=said):
        ask(instance_of("window"), named)


def test_without_a_target_there_is_none_to_move():
    with pytest.raises(UsageError, match="no target within the plan"):
        target_frontier(with_only(instance_of("hand"), "targets", []))


def touch_of(slopes_and_values):
    """Touches the upper envelope of lines, and counts how often it is asked."""
    asked = []

    def touch(at):
        asked.append(at)
        value, slope = max((v + s * at, s) for s, v in slopes_and_values)
        return Touch(at, value, slope)

    return touch, asked


@given(st.lists(st.tuples(st.integers(-50, 0), st.integers(-100, 100)), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_every_breakpoint_of_a_convex_function_is_found(slopes_and_values):
    touch, asked = touch_of([(float(s), float(v)) for s, v in slopes_and_values])
    ends = touch(0.0), touch(10.0)
    found = pieces([*ends, *lines(touch, *ends, lambda a, b: False)], None)
    for piece in found:
        for at in (piece.start, piece.end, (piece.start + piece.end) / 2):
            assert piece.line(at) == pytest.approx(touch(at).value, abs=1e-6)
    assert found[0].start == 0 and found[-1].end == 10
    assert all(a.end == b.start for a, b in itertools.pairwise(found))
    assert len(asked) - 3 * len(found) <= 2 * len(set(slopes_and_values)) + 2


def test_the_envelope_crosses_jumps_and_gives_ties_to_the_preferred():
    short, long = (2020, 1), (2020, 3)
    envelope = Envelope([None, short, long])
    envelope.add([Piece(0.0, 10.0, 20.0, -1.0, long)])
    envelope.add([Piece(2.0, 10.0, 16.0, -0.5, short)])  # cheaper from 2 on, dearer from 6 on
    envelope.add([Piece(8.0, 10.0, 12.0, -1.0, None)])  # the same as the long one from 8 on
    told = [(p.start, p.end, p.window) for p in envelope.pieces]
    assert told == [(0, 2, long), (2, 6, short), (6, 8, long), (8, 10, None)]
    values = [p.line(p.start) for p in envelope.pieces]
    assert values == pytest.approx([20.0, 16.0, 14.0, 12.0])
    assert envelope.pieces[0].line(2.0) == pytest.approx(18.0)  # a jump to 16


def test_a_window_that_cannot_win_is_not_followed_and_one_that_can_is():
    envelope = Envelope([None, (2020, 1)])
    envelope.add([Piece(0.0, 10.0, 20.0, -1.0, (2020, 1))])
    above = Touch(0.0, 21.0, -1.0), Touch(10.0, 11.0, -1.0)
    below = Touch(0.0, 21.0, -2.0), Touch(10.0, 11.0, 0.0)
    assert envelope.beats(None, *above)
    assert not envelope.beats(None, *below)
    assert not envelope.beats(None, Touch(-1.0, 30.0, 0.0), Touch(1.0, 30.0, 0.0))  # not known
    tie = Touch(0.0, 20.0, -1.0), Touch(10.0, 10.0, -1.0)
    assert not envelope.beats(None, *tie)
    assert np.isfinite(envelope.pieces[0].value)


@pytest.mark.parametrize("change", ["targets.*.children=90", "targets.*.children=99"])
def test_a_curve_that_is_flat_from_its_start_is_said_in_words(change):
    """The one service works on nobody: the cheapest plan is the one with fewest children too."""
    idle = apply_changes(instance_of("hand"), ["effects.*.effect=0", change])
    found = target_frontier(idle)
    assert len(found.table) == 1
    assert found.table["price_per_child"].tolist() == [0.0]
    assert found.reach == found.end
    assert "the curve is flat" in text(found)
    assert budget_frontier(idle).walked.pieces

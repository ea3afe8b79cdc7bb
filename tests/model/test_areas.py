"""Area by area or as a whole, a program has the same windows, optima and proofs."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from allocator.errors import TimeLimitError, UsageError
from allocator.plan.saving import recheck, save
from allocator.program.certificate import certify
from allocator.program.proofs import refutes
from allocator.solvers import pricing
from allocator.solvers.catalogue import find_solver
from allocator.solvers.pricing import AreaModel
from allocator.solvers.solution import Status
from allocator.solving import start
from allocator.solving.areas import search
from allocator.solving.areas.decomposition import AreaDecomposition
from allocator.solving.areas.group import Group
from allocator.solving.areas.ladder import AreaLadder, by_areas
from allocator.solving.areas.likeness import in_line
from allocator.solving.areas.master import AreaMaster, MasterPoint
from allocator.solving.areas.search import DEAREST, Box, PriceSearch, SearchEnd
from allocator.solving.areas.split import split
from allocator.solving.session import Session, at_window, build
from allocator.solving.solve import solve
from tests.model.many_areas import many_areas
from tests.plans import instance_of

SEEDS = range(50)


def compared(instance, formulation="least_cost", close=1e-8):
    """Every window of an instance, by areas and as a whole; the ladder by areas."""
    program = build(instance, formulation)
    by, whole = (Session(formulation, by=by) for by in ("areas", "whole"))
    ours, theirs = (each.solve(instance, program=program) for each in (by, whole))
    for one, other in zip(ours.windows, theirs.windows, strict=True):
        assert (one.window, one.optimal, one.proved) == (other.window, other.optimal, True)
        for stage in range(len(one.program.objectives) if one.optimal else 0):
            assert one.value(stage) == pytest.approx(other.value(stage), rel=close, abs=close)
    assert (ours.best and ours.best.window) == (theirs.best and theirs.best.window)
    assert isinstance(by.ladder, AreaLadder)
    return ours, by.ladder


@pytest.mark.parametrize("seed", SEEDS)
def test_areas_one_by_one_answer_as_the_whole_does(seed):
    _, ladder = compared(many_areas(seed))
    assert not ladder.others  # nothing was left to the whole program


def test_the_random_instances_have_everything_that_ties_areas():
    """Shared funds that carry forward, targets of all and of one, limits, …, and no plan at all."""
    instances = [many_areas(seed) for seed in SEEDS]
    funds = [each for i in instances for each in i.resolved.accounts.items()]
    assert any(owner == "all" and fund.carry_forward for (_, owner), fund in funds)
    assert {len(i.areas) for i in instances} >= {2, 3, 4, 6, 8, 12, 30}
    assert any(o == "all" for i in instances for o, _, _ in i.resolved.ceilings)
    assert any(o != "all" for i in instances for o, _ in i.resolved.targets)
    for wanted in ("reinvestment_share", "windows"):
        assert any(getattr(i, wanted) for i in instances)
    settings = [i.double_investment for i in instances]
    assert any(each is not None and each.prevention_uplift for each in settings)
    assert any(i.shortfall.excess_price is not None for i in instances)
    assert any(i.shortfall.overspend_price is not None for i in instances)


@pytest.mark.parametrize("formulation", ["largest_reduction", "fair_reduction"])
def test_objectives_are_minimised_in_turn(formulation):
    """What a first objective is held to ties areas as well."""
    compared(instance_of("two-areas"), formulation)


def test_every_entry_of_the_program_is_in_one_part():
    instance = instance_of("two-areas")
    program = build(instance)
    parts = split(program, instance.areas)
    inside = [block.matrix.entries + np.count_nonzero(block.coefficients) for block in parts.areas]
    moving = [np.count_nonzero(block.moving) for block in parts.areas]
    own = np.count_nonzero(parts.coefficients)
    assert sum(inside) + sum(moving) + own == program.matrix.entries
    rows = np.concatenate([parts.ties, *(block.rows for block in parts.areas)])
    columns = np.concatenate([parts.shared, *(block.columns for block in parts.areas)])
    assert [len(rows), len(columns)] == [len(set(rows)), len(set(columns))] == [*program.shape]


def test_areas_of_one_pattern_have_it_in_common_and_no_others():
    instance = many_areas(8)
    matrices = [each.matrix for each in split(build(instance), instance.areas).areas]
    alike = [one.same_pattern(other) for one, other in combinations(matrices, 2)]
    shared = [one.rows is other.rows for one, other in combinations(matrices, 2)]
    assert alike == shared
    assert {True, False} == {*shared}


def test_an_area_whose_coefficients_in_tying_rows_are_nought_is_not_tied():
    """Variants of a program keep the places of what is nought."""
    instance = instance_of("two-areas")
    program = build(instance)
    matrix, parts = program.matrix, split(program, instance.areas)
    block, other = parts.areas
    values = matrix.values.copy()
    values[np.isin(matrix.rows, parts.ties) & np.isin(matrix.columns, block.columns)] = 0.0
    untied = split(replace(program, matrix=replace(matrix, values=values)), instance.areas)
    assert len(block.tied)
    assert not len(untied.areas[0].tied)
    assert untied.areas[0].matrix.entries == block.matrix.entries
    assert np.array_equal(untied.areas[1].columns, other.columns)


def moved(program, target, money):
    """The program with its targets and budgets times so much."""
    lower, upper = program.row_lower.copy(), program.row_upper.copy()
    targets, budgets = program.rows["target_met"], program.rows["fund_balance"]
    upper[targets.start : targets.stop] *= target
    for bound in (lower, upper):
        bound[budgets.start : budgets.stop] *= money
    return replace(program, row_lower=lower, row_upper=upper)


def test_one_program_after_another_is_solved_from_the_last():
    """Targets and budgets move; each answer is proved of its own program."""
    instance = instance_of("two-areas")
    program = build(instance)
    parts = AreaDecomposition(program, instance.areas)
    for target, money, status in (
        (1.0, 1.0, Status.OPTIMAL),
        (0.99, 1.0, Status.OPTIMAL),
        (0.5, 1.0, Status.INFEASIBLE),
        (1.0, 1.0, Status.OPTIMAL),
        (1.0, 0.9, Status.INFEASIBLE),
        (1.0, 1.01, Status.OPTIMAL),
    ):
        variant = at_window(moved(program, target, money), instance, instance.windows[-1])
        answer = parts.solve(variant)
        assert answer.status is status
        if status is Status.OPTIMAL:
            assert certify(variant, answer.primal, answer.dual).passed
        else:
            assert refutes(variant, answer.ray)


def test_the_master_begins_where_that_of_the_last_optimum_ended():
    """And needs fewer iterations than from nothing, with the same points to mix."""
    instance = many_areas(4)
    program = at_window(build(instance), instance, instance.windows[-1])
    parts = AreaDecomposition(program, instance.areas)
    first, second = parts.solve(program), parts.solve(program)
    assert first.status is second.status is Status.OPTIMAL
    assert second.objective == pytest.approx(first.objective, rel=1e-12)
    again = AreaMaster(parts.split, program, -1, parts._master.columns)
    again.begin(parts._master)
    again.solve(*[np.full(again.ties, end) for end in (-DEAREST, DEAREST)])
    anew = AreaMaster(parts.split, program, -1, parts._master.columns)
    anew.solve(*[np.full(anew.ties, end) for end in (-DEAREST, DEAREST)])
    assert again._model.iterations < anew._model.iterations


def test_any_ray_so_far_may_be_a_proof():
    """Not the last one's alone: nothing is solved where one of them serves as it is."""
    instance = instance_of("two-areas")
    program = build(instance)
    parts = AreaDecomposition(program, instance.areas)
    short, poor = (
        at_window(moved(program, *by), instance, instance.windows[-1])
        for by in ((0.5, 1.0), (1.0, 0.9))
    )
    rays = [parts.solve(variant).ray for variant in (short, poor)]
    assert refutes(short, rays[0]) and not refutes(short, rays[1])
    again = at_window(short, instance, None)
    answer = parts.solve(again)
    assert (answer.status, answer.iterations) == (Status.INFEASIBLE, 0)
    assert refutes(again, answer.ray)


def test_an_area_without_a_plan_of_its_own_is_proof_enough(monkeypatch):
    monkeypatch.setattr(start, "SMALL", 0)  # as though it were too large to begin anywhere
    instance = instance_of("two-areas")
    program = build(instance)
    row = program.rows["coverage_limited"].positions["area1", "conference", 3]
    upper = program.row_upper.copy()
    upper[row] = -1e6
    variant = replace(program, row_upper=upper)
    answer = AreaDecomposition(program, instance.areas).solve(variant)
    assert answer.status is Status.INFEASIBLE and refutes(variant, answer.ray)


@pytest.mark.parametrize("spoiled", ["dual", "primal"])
def test_what_rounding_has_spoiled_in_an_area_is_found_anew(spoiled, monkeypatch):
    """One area's would spoil the certificate of all, and the whole program be solved instead."""
    given, factored, anew = getattr(AreaModel, spoiled), AreaModel.refactor, set()

    def spoil(model):
        return given(model) + (0.0 if model in anew else 1e-3)

    def refactor(model):
        anew.add(model)
        factored(model)

    monkeypatch.setattr(AreaModel, spoiled, spoil)
    monkeypatch.setattr(AreaModel, "refactor", refactor)
    instance = instance_of("two-areas")
    ladder = AreaLadder(instance.areas)
    program = at_window(build(instance), instance, instance.windows[-1])
    assert ladder.solve(program, doing="solving").certificate.passed
    assert len(anew) == 2 and not ladder.others


def test_time_runs_out():
    instance = instance_of("two-areas")
    with pytest.raises(TimeLimitError, match="out of time"):
        Session(by="areas").solve(instance, time_limit=1e-9)


def test_size_says_how_it_is_solved_unless_someone_does():
    highs, large = find_solver("highs"), build(many_areas(3))  # 30 areas
    areas = many_areas(3).areas
    assert not by_areas(None, areas, large, highs)  # few rows
    assert by_areas("areas", areas, large, highs)
    tall = replace(large, row_lower=np.zeros(20_000), row_upper=np.zeros(20_000))
    assert by_areas(None, areas, tall, highs) and not by_areas("whole", areas, tall, highs)
    assert not by_areas(None, areas, tall, find_solver("ipm"))
    with pytest.raises(UsageError, match="ipm"):
        by_areas("areas", areas, tall, find_solver("ipm"))


def test_a_plan_says_that_it_was_found_area_by_area_and_stands(tmp_path):
    plan = solve(instance_of("two-areas"), by="areas")
    assert plan.solver.endswith("area by area")
    save(plan, tmp_path / "plan")
    assert recheck(tmp_path / "plan").disagreements == ()
    assert plan.objective == pytest.approx(solve(instance_of("two-areas")).objective, rel=1e-9)


def test_a_box_follows_what_its_prices_prove():
    box = Box(np.zeros(2), np.ones(2), bound=1.0)
    box.step(np.array([1.0, 0.5]), 1.8, 1.0)  # most of what was predicted, at an edge
    assert (box.width == [2, 1]).all() and (box.center == [1, 0.5]).all() and box.bound == 1.8
    box.step(np.array([0.0, 0.0]), -3.0, 1.0)  # worse by more than was predicted
    assert (box.width == [1, 0.5]).all() and box.bound == 1.8


@pytest.mark.parametrize("seed", [2, 16, 21])
def test_a_search_that_looks_for_a_proof_in_vain_goes_on_from_where_it_was(seed, monkeypatch):
    """Without costs prices and bases are far from an optimum: it goes back to those before."""
    monkeypatch.setattr(search, "SUSPECT", -np.inf)  # looks into every window
    monkeypatch.setattr(search, "EARLIEST", 1)
    kept, ended = [], []
    save, restore, look = Group.save, Group.restore, PriceSearch._looked_into

    def saved(group, key):
        save(group, key)
        if key == b"search":
            kept.append(group._saved[key])

    def restored(group, key):
        if key == b"search":
            assert group._saved[key] is kept[-1]
            ended.append(len(kept))
        restore(group, key)

    def looked(self, box, point, turn):
        before = self._may_be_empty
        end = yield from look(self, box, point, turn)
        if before and not self._may_be_empty:
            assert self.master.counts and np.max(box.width) <= self._start
        return end

    monkeypatch.setattr(Group, "save", saved)
    monkeypatch.setattr(Group, "restore", restored)
    monkeypatch.setattr(PriceSearch, "_looked_into", looked)
    ours, _ = compared(many_areas(seed))
    proved = sum(not each.optimal for each in ours.windows)
    assert ended and len(kept) - proved <= len(ended) <= len(kept)


def ending_with(end):
    """A search that asks for nothing."""
    return end
    yield


def end_of(asking):
    """What a search that asks for nothing ends with."""
    with pytest.raises(StopIteration) as stopped:
        next(asking)
    return stopped.value.value


@pytest.mark.parametrize(
    ("given", "asked"), [([5.0] * 8, 4), ([0.5**n for n in range(8)], None), ([5.0] * 3, None)]
)
def test_a_proof_is_not_sought_while_rows_give_way_by_less_and_less(given, asked, monkeypatch):
    """At prices that hint at one, in a wide box: only once what gives way stays as it was."""
    hint = (search.HINTS + search.SUSPECT) / 2
    monkeypatch.setattr(PriceSearch, "_without_costs", lambda *_: hint)
    none, proved = np.zeros(0), SearchEnd(Status.INFEASIBLE, np.zeros(0))
    monkeypatch.setattr(PriceSearch, "proof", lambda *_: ending_with(proved))
    sought = PriceSearch(*[None] * 4, Group({}, 0), None)
    box = Box(np.zeros(1), np.full(1, search.WIDE))
    points = (MasterPoint(1.0, none, none, none, none, np.array([sum_])) for sum_ in given)
    ends = (end_of(sought._looked_into(box, point, turn)) for turn, point in enumerate(points, 1))
    turns = [turn for turn, end in enumerate(ends, 1) if end is not None]
    assert (turns[0] if turns else None) == asked


def proofs_begun(monkeypatch, before, after, costs=1.0):
    """How proofs that are sought first end, of one program and then another of "two-areas"."""
    ends, proof = [], PriceSearch.proof

    def sought(self, prices, *least):
        end = yield from proof(self, prices, *least)
        ends.append((end.status, bool(least)))
        return end

    monkeypatch.setattr(PriceSearch, "proof", sought)
    instance = instance_of("two-areas")
    program = build(instance)
    parts = AreaDecomposition(program, instance.areas)
    short, other = (
        at_window(moved(program, *by), instance, instance.windows[-1]) for by in (before, after)
    )
    assert parts.solve(short).status is Status.INFEASIBLE
    ends.clear()
    dearer = (replace(each, costs=each.costs * costs) for each in other.objectives)
    other = replace(other, objectives=tuple(dearer))
    answer = parts.solve(other)
    assert answer.status is Status.OPTIMAL
    assert certify(other, answer.primal, answer.dual).passed
    return ends


def test_a_proof_that_is_far_is_given_up_at_once(monkeypatch):
    assert proofs_begun(monkeypatch, (0.5, 1.0), (1.0, 1.0)) == [(Status.FAILED, True)]


def test_a_proof_is_not_sought_first_where_the_ray_at_hand_proves_nothing_like_it(monkeypatch):
    assert proofs_begun(monkeypatch, (0.5, 1.0), (3.0, 1.0)) == []


def test_another_question_does_not_begin_with_a_proof(monkeypatch):
    """Where areas' own numbers are others, that the last program had no point says little."""
    dearer = proofs_begun(monkeypatch, (0.5, 1.0), (1.0, 1.0), costs=1.01)
    assert dearer == []


def test_an_area_with_other_bounds_goes_on_by_the_dual_simplex_with_other_costs_by_the_primal(
    monkeypatch,
):
    """Its last prices are yet to be asked: the basis is optimal but for what is out of bounds.

    Whatever it costs, its points are the same: they stay, at what they cost now.
    """
    asked, run = [], AreaModel.run

    def noted(model):
        asked.append(model._highs.getOptionValue("simplex_strategy")[1])
        return run(model)

    monkeypatch.setattr(AreaModel, "run", noted)
    instance = instance_of("two-areas")
    program = at_window(build(instance), instance, instance.windows[-1])
    parts, areas = AreaDecomposition(program, instance.areas), len(instance.areas)
    assert parts.solve(program).status is Status.OPTIMAL
    asked.clear()
    assert parts.solve(program).status is Status.OPTIMAL
    assert asked == [pricing.PRIMAL] * areas  # at prices; once at the same ones
    points = parts.points(program).points
    asked.clear()
    costs = program.objectives[-1].costs * 1.001
    dearer = replace(program, objectives=(replace(program.objectives[-1], costs=costs),))
    answer = parts.solve(dearer)
    assert certify(dearer, answer.primal, answer.dual).passed
    assert asked[:areas] == [pricing.PRIMAL] * areas
    kept = parts.points(dearer).points[: len(points)]
    assert [each.number for each in kept] == [each.number for each in points]
    for before, after in zip(points, kept, strict=True):
        assert after.costs == pytest.approx(before.costs * 1.001)
    asked.clear()
    coverage, upper = program.rows["coverage_limited"], program.row_upper.copy()
    upper[coverage.start : coverage.stop] += 0.01
    wider = replace(program, row_upper=upper)
    answer = parts.solve(wider)
    assert certify(wider, answer.primal, answer.dual).passed
    assert asked[:areas] == [pricing.DUAL] * areas
    assert min(each.number for each in parts.points(wider).points) == 1  # numbered anew


@pytest.mark.parametrize("seed", range(0, 50, 5))
def test_shared_money_ends_where_the_tying_rows_end_it(seed):
    """An area's own program says of no price of a fund how much it could draw: the others do."""
    instance = many_areas(seed)
    program = build(instance)
    parts, drawn = AreaDecomposition(program, instance.areas), program.columns["drawn"]
    shared = {n for n, (_, owner, *_) in enumerate(drawn.indices, drawn.start) if owner == "all"}
    solved = Session(by="whole").solve(instance, program=program)
    points = [each.solution.primal for each in solved.windows if each.optimal]
    for block, own in zip(parts.split.areas, parts._numbers.programs, strict=True):
        tied = block.columns[block.tied]
        upper = own.upper[block.tied]
        assert np.isfinite(upper[np.isin(tied, [*shared])]).all()
        for primal in points:
            assert (2 * primal[tied] <= upper + 1e-6).all()


def test_areas_stand_beside_those_they_are_like():
    """Two that are there twice, the second time a little dearer, and one of another size."""
    instance = many_areas(8)
    one, small, _, other = AreaDecomposition(build(instance), instance.areas)._numbers.programs

    def changed(part):
        matrix = replace(part.block.matrix, values=1.001 * part.block.matrix.values)
        return replace(part, block=replace(part.block, matrix=matrix))

    programs = dict(enumerate([one, small, other, changed(one), changed(other)]))
    assert list(in_line(programs)) == [0, 3, 4, 2, 1]


def test_no_window_is_solved_again_for_ranges_that_are_not_told():
    instance = instance_of("two-areas")
    by, whole = Session(by="areas"), Session(by="whole")
    for session in (by, whole):
        session.solve(instance, ranges=True)
    assert by.ladder.solves == len(instance.windows) + 1
    assert whole.ladder.solves == by.ladder.solves + 1  # the best was not the last

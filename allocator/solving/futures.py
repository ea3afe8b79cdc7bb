"""Several futures as one program: its extensive form.  MODEL.md 3.15.

Each scenario's program stands as a block of its own; the columns that are settled before it shows
which scenario comes are one column for all scenarios not yet told apart.  A window changes bounds
alone, so that one matrix serves every window.  See Birge and Louveaux, *Introduction to Stochastic
Programming*, 2; for the CVaR Rockafellar and Uryasev, *Optimization of conditional
value-at-risk*, Journal of Risk 2 (2000).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from allocator.compile import compile_program
from allocator.instance import Instance, Uncertainty, Window
from allocator.instance.scenarios import Scenario, groups
from allocator.plan.plan import Plan
from allocator.program.matrix import Floats, Matrix
from allocator.program.program import MONEY, Family, LinearProgram, Objective
from allocator.solving.session import BUILDING, Solved, at_window
from allocator.solving.solve import laid_out
from allocator.solving.windows import WindowSolved
from allocator.vocabulary import AFTER_WINDOW, IN_WINDOW
from formulations import LEAST_COST, one_future

Positions = NDArray[np.int64]

RISK: Final = "cvar"


@dataclass(frozen=True)
class Block:
    """One scenario in the whole: its own program, and where its columns and rows lie there."""

    scenario: Scenario
    program: LinearProgram
    columns: Positions
    rows: Positions

    def cost(self, primal: Floats) -> float:
        """The scenario's own objective at a point of the whole, £m."""
        own = self.program.objectives[-1]
        return float(own.costs @ primal[self.columns]) + own.constant


@dataclass(frozen=True)
class ExtensiveForm:
    """The whole, for no window; ``settled`` is every settled column by its index."""

    program: LinearProgram
    uncertainty: Uncertainty
    blocks: tuple[Block, ...]
    settled: Mapping[tuple[str, tuple[Any, ...]], int]

    @property
    def chances(self) -> Floats:
        """Probabilities of the scenarios."""
        return np.array([block.scenario.probability for block in self.blocks])

    @property
    def parts(self) -> int:
        """The first year in which some scenario is told apart."""
        return min(block.scenario.branches for block in self.blocks)

    def at(self, window: Window | None) -> LinearProgram:
        """The whole for a window, the same in every scenario."""
        lower, upper = self.program.lower.copy(), self.program.upper.copy()
        for block in self.blocks:
            own = at_window(block.program, block.scenario.instance, window)
            for name in (IN_WINDOW, AFTER_WINDOW):
                inside = own.columns[name].slice
                lower[block.columns[inside]] = own.lower[inside]
                upper[block.columns[inside]] = own.upper[inside]
        return replace(self.program, lower=lower, upper=upper)


def future_program(instance: Instance) -> LinearProgram:
    """The program of one scenario on its own, for no window: funded and served apart."""
    with BUILDING:
        program = compile_program(partial(one_future.build, instance))
    return at_window(program, instance, None)


def extensive_form(futures: Sequence[Scenario], uncertainty: Uncertainty) -> ExtensiveForm:
    """The program whose optimum is the plan to settle now, and each scenario's own after it.

    Costs are in £m.  At a risk weight of 1 the CVaR is minimised first and then, held there, the
    expected cost.
    """
    programs = [future_program(each.instance) for each in futures]
    columns, width, settled = _merged(futures, programs)
    heights = np.cumsum([0, *(program.shape[0] for program in programs)])
    blocks = tuple(
        Block(scenario, program, own, np.arange(heights[n], heights[n + 1]))
        for n, (scenario, program, own) in enumerate(zip(futures, programs, columns, strict=True))
    )
    whole = _stacked(blocks, width, int(heights[-1]))
    risky = _with_risk(whole, blocks, uncertainty)
    return ExtensiveForm(risky, uncertainty, blocks, settled)


def _merged(
    futures: Sequence[Scenario], programs: Sequence[LinearProgram]
) -> tuple[list[Positions], int, dict[tuple[str, tuple[Any, ...]], int]]:
    """Where each scenario's columns lie in the whole, its width, and the settled columns."""
    leaders = {y: groups(tuple(futures), y) for y in futures[0].instance.horizon}
    first = min(each.branches for each in futures)
    merged: dict[str, Positions] = {}
    settled: dict[tuple[str, tuple[Any, ...]], int] = {}
    width = 0
    for scenario, program in zip(futures, programs, strict=True):
        own = np.full(program.shape[1], -1, dtype=np.int64)
        for name in (n for n in one_future.SETTLED if n in program.columns):
            for index, position in program.columns[name].positions.items():
                year = _year(scenario.instance, index[-1])
                leader = leaders[year][scenario.name] if year in leaders else scenario.name
                if leader != scenario.name:
                    own[position] = merged[leader][position]
        new = np.flatnonzero(own < 0)
        own[new] = np.arange(width, width + len(new))
        width += len(new)
        merged[scenario.name] = own
    for name in (n for n in one_future.SETTLED if n in programs[0].columns):
        for index, position in programs[0].columns[name].positions.items():
            if futures[0].instance.first_year <= _year(futures[0].instance, index[-1]) < first:
                settled[name, index] = int(merged[futures[0].name][position])
    return list(merged.values()), width, settled


def _year(instance: Instance, period: int) -> int:
    """Financial year of a period; of those before the start, a year before the first."""
    return instance.first_year + (period - 1) // instance.periods_per_year


def _stacked(blocks: Sequence[Block], width: int, height: int) -> LinearProgram:
    """Blocks side by side; shared columns keep every scenario's bounds.  Nothing is minimised."""
    lower, upper = np.full(width, -np.inf), np.full(width, np.inf)
    for block in blocks:
        np.maximum.at(lower, block.columns, block.program.lower)
        np.minimum.at(upper, block.columns, block.program.upper)
    matrices = [block.program.matrix for block in blocks]
    pairs = list(zip(blocks, matrices, strict=True))
    matrix = Matrix.of(
        np.concatenate([block.rows[own.rows] for block, own in pairs]),
        np.concatenate([block.columns[own.columns] for block, own in pairs]),
        np.concatenate([own.values for own in matrices]),
        (height, width),
    )
    rows = {
        f"{family.name}__{block.scenario.name}": replace(
            family,
            name=f"{family.name}__{block.scenario.name}",
            start=int(block.rows[0]) + family.start,
        )
        for block in blocks
        for family in block.program.rows.values()
    }
    return LinearProgram(
        name=blocks[0].program.name,
        matrix=matrix,
        row_lower=np.concatenate([block.program.row_lower for block in blocks]),
        row_upper=np.concatenate([block.program.row_upper for block in blocks]),
        lower=lower,
        upper=upper,
        objectives=(),
        rows=rows,
        columns={"columns": _named(blocks, width)},
    )


@dataclass(frozen=True)
class ColumnsOfBlocks(Family):
    """Every column of the whole as one family, each named by the first scenario that has it."""

    blocks: tuple[Block, ...] = field(default=(), repr=False, compare=False)

    @cached_property
    def _owners(self) -> tuple[Positions, Positions]:
        """By column, the number of that scenario, and where the column lies in its program."""
        owner, own = np.full((2, self.count), -1, dtype=np.int64)
        for n, block in reversed(list(enumerate(self.blocks))):
            owner[block.columns], own[block.columns] = n, np.arange(len(block.columns))
        return owner, own

    def _name(self, column: int) -> tuple[str, str]:
        owner, own = self._owners
        block = self.blocks[owner[column]]
        return block.scenario.name, block.program.column_name(int(own[column]))

    def label(self, position: int) -> str:
        """As of any family; no other column is named for it."""
        return f"{self.name}[{','.join(self._name(position - self.start))}]"


def _named(blocks: Sequence[Block], width: int) -> Family:
    named = ColumnsOfBlocks(
        "columns", 0, width, "", lambda: map(named._name, range(width)), blocks=tuple(blocks)
    )
    return named


def _with_risk(
    whole: LinearProgram, blocks: Sequence[Block], uncertainty: Uncertainty
) -> LinearProgram:
    """The expected cost, the CVaR, or both by the risk weight, as what is minimised."""
    weight, expected = uncertainty.risk_weight, np.zeros(whole.shape[1])
    constant = 0.0
    for block in blocks:
        own, chance = block.program.objectives[-1], block.scenario.probability
        np.add.at(expected, block.columns, chance * own.costs)
        constant += chance * own.constant
    if weight == 0:
        return replace(whole, objectives=(Objective("expected_cost", expected, constant, MONEY),))
    width = whole.shape[1]
    whole, risk = _with_cvar(whole, blocks, uncertainty.risk_level)
    expected = np.append(expected, np.zeros(len(risk) - width))
    if weight < 1:
        mixed = (1 - weight) * expected + weight * risk
        hedged = Objective("hedged_cost", mixed, (1 - weight) * constant, MONEY)
        return replace(whole, objectives=(hedged,))
    aims = (
        Objective(RISK, risk, 0.0, MONEY),
        Objective("expected_cost", expected, constant, MONEY),
    )
    return replace(whole, objectives=aims).with_priorities()


def _with_cvar(
    whole: LinearProgram, blocks: Sequence[Block], level: float
) -> tuple[LinearProgram, Floats]:
    r"""With the CVaR as columns and rows, and its coefficients by column.

    .. math:: \min \eta + \frac1{1-\alpha}\sum_s \pi_s z_s, \quad z_s \ge C_s - \eta,\; z_s \ge 0

    At a level of 1 it is :math:`\eta` alone, with no :math:`z`: the worst scenario's cost.
    """
    tails = 0 if level >= 1 else len(blocks)
    width = whole.shape[1]
    whole = whole.with_columns("threshold", MONEY, 1, lower=-np.inf)
    whole = whole.with_columns("beyond_threshold", MONEY, tails)
    rows, columns, values = [], [], []
    for n, block in enumerate(blocks):
        own = block.program.objectives[-1].costs
        there = np.flatnonzero(own)
        rows += [n] * (len(there) + 1)
        columns += [*block.columns[there].tolist(), width]
        values += [*(-own[there]).tolist(), 1.0]
        if tails:
            rows, columns, values = [*rows, n], [*columns, width + 1 + n], [*values, 1.0]
    constants = np.array([block.program.objectives[-1].constant for block in blocks])
    whole = whole.with_rows(
        "cost_beyond_threshold",
        MONEY,
        constants,
        np.full(len(blocks), np.inf),
        rows=rows,
        columns=columns,
        values=values,
    )
    risk = np.zeros(whole.shape[1])
    risk[width] = 1.0
    for n, block in enumerate(blocks[:tails]):
        risk[width + 1 + n] = block.scenario.probability / (1 - level)
    return whole, risk


def plans_of(form: ExtensiveForm, solved: WindowSolved, solver: str) -> list[Plan]:
    """Each scenario's plan in an optimum of the whole, laid out and audited.

    Its prices are in the whole's objective, its certificate is the whole's.
    """
    assert solved.solution is not None
    plans = []
    for block in form.blocks:
        instance = block.scenario.instance
        program = at_window(block.program, instance, solved.window)
        answer = replace(
            solved.solution,
            primal=solved.solution.primal[block.columns],
            dual=solved.solution.dual[block.rows],
        )
        own = WindowSolved(solved.window, program, answer, solved.certificate, solved.proved)
        plan = laid_out(instance, Solved((own,), own, None), LEAST_COST, solver)
        plans.append(replace(plan, certificate=solved.certificate))
    return plans


def dual_weights(form: ExtensiveForm, solved: WindowSolved) -> list[float] | None:
    """The share of the objective that a pound of each scenario's cost has, by the whole's duals.

    What the row of its cost in the CVaR is priced at, beside its probability.  None where the
    duals prove no optimum, or two objectives have duals of their own (a risk weight of 1).
    """
    weight, certificate = form.uncertainty.risk_weight, solved.certificate
    if weight == 1 or solved.solution is None or certificate is None or not certificate.passed:
        return None
    shares = (1 - weight) * form.chances
    if weight > 0:
        rows = form.program.rows["cost_beyond_threshold"]
        shares = shares + solved.solution.dual[rows.start : rows.stop]
    return [float(share) for share in shares]


def cvar(costs: Sequence[float], chances: Sequence[float], level: float) -> float:
    """The CVaR of costs with these probabilities: the mean of the worst 1 - level of them."""
    if level >= 1:
        return max(costs)
    left, total = 1 - level, 0.0
    for cost, chance in sorted(zip(costs, chances, strict=True), reverse=True):
        taken = min(chance, left)
        total, left = total + taken * cost, left - taken
    return total / (1 - level)

r"""The project's own formulation of a scenario as a Pyomo model that mpi-sppy takes.

:func:`formulations.one_future.build` with its window's columns fixed, the nodes of the tree with
the columns settled there, and as its objective the scenario's cost, or with a risk weight w

.. math:: (1 - w)\,C_s + w\,\Big(\eta + \frac{z_s}{1-\alpha}\Big), \quad z_s \ge C_s - \eta

with :math:`\eta` settled at the root, whose mean over the scenarios is what MODEL.md 3.15
minimises; at a level of 1 without :math:`z_s`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyomo.environ as pyo

from allocator.hedge.mpi_sppy.tree import Node, ScenarioTree
from allocator.instance import Instance, Uncertainty, Window
from allocator.instance.scenarios import Scenario
from formulations import one_future
from formulations.double_investment import window_columns

SettledKey = tuple[str, tuple[Any, ...]]  # a variable and its index


class Models:
    """Makes the model of each scenario, by its name, for a window."""

    def __init__(
        self, futures: Sequence[Scenario], uncertainty: Uncertainty, window: Window | None
    ) -> None:
        self.tree, self.uncertainty, self.window = ScenarioTree(futures), uncertainty, window
        self._by_name = {each.name: each for each in futures}

    @property
    def names(self) -> list[str]:
        """Of the scenarios, those of a node side by side."""
        return [each.name for each in self.tree.scenarios]

    def create(self, name: str, **_: Any) -> pyo.ConcreteModel:
        """A scenario's model, as mpi-sppy asks for it."""
        from mpisppy.scenario_tree import ScenarioNode

        scenario = self._by_name[name]
        m = one_future.build(scenario.instance).create_instance()
        for (family, index), value in window_columns(scenario.instance, self.window).items():
            m.component(family)[index].fix(value)
        self._minimise(m)
        m._mpisppy_probability = scenario.probability
        m._mpisppy_node_list = [
            ScenarioNode(
                node.name,
                node.chance,
                node.stage,
                0.0,
                self._shared(m, scenario.instance, node),
                m,
                parent_name=node.parent,
            )
            for node in self.tree.nodes[name]
        ]
        return m

    def _minimise(self, m: pyo.ConcreteModel) -> None:
        weight, level = self.uncertainty.risk_weight, self.uncertainty.risk_level
        if weight == 0:
            return
        cost = m.total_cost.expr
        m.total_cost.deactivate()
        m.threshold = pyo.Var()
        tail: Any = 0.0
        if level < 1:
            m.beyond_threshold = pyo.Var(domain=pyo.NonNegativeReals)
            tail = m.beyond_threshold
        m.cost_beyond_threshold = pyo.Constraint(expr=tail >= cost - m.threshold)
        share = tail / (1 - level) if level < 1 else 0.0
        m.hedged_cost = pyo.Objective(expr=(1 - weight) * cost + weight * (m.threshold + share))

    def _shared(self, m: pyo.ConcreteModel, instance: Instance, node: Node) -> list[Any]:
        """What the scenarios of a node have in common: its years' columns, at the root eta too."""
        own = [m.component(name)[index] for name, index in settled(m, instance, node.years)]
        risky = node.parent is None and self.uncertainty.risk_weight > 0
        return [*own, m.threshold] if risky else own


def settled(m: pyo.ConcreteModel, instance: Instance, years: Sequence[int]) -> list[SettledKey]:
    """The columns of these years that scenarios have in common, in the model's order."""
    first, each = instance.first_year, instance.periods_per_year
    return [
        (name, index)
        for name in one_future.SETTLED
        if m.component(name) is not None
        for index in m.component(name)
        if index[-1] > 0 and first + (index[-1] - 1) // each in years
    ]

"""Rules as templates: what Pyomo makes of a rule that is called with symbols, as plain data.

A template is numbers, text and lists, so that it can be kept (``template_store``) and worked out
without Pyomo (``expand``).  A list begins with what it is:

=========================  =====================================================================
``["@", n]``               the n-th symbol in force: of the index, then of sums from outside in
``["of", name, index…]``   a parameter's value, a name that one gives, or a column
``["+", term…]``           a sum
``["*", a, b]``            a product; ``["/", a, b]`` a quotient, ``["-", a]`` with the other sign
``["sum", body, over…]``   a sum over sets: each of ``over`` is the set and its symbols' numbers
=========================  =====================================================================

A set is a list of names, whose product it is, or ``["of", name, index…]``.  A constraint is
``[relation, body, bound]``: the body ``=``, ``<`` (at most) or ``>`` (at least) the bound, and a
bound with columns in it belongs with the body.  Bounds of columns are two templates, or null.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.core as pyo
from pyomo.core.base.param import ParamData
from pyomo.core.base.var import VarData
from pyomo.core.expr import numeric_expr, relational_expr
from pyomo.core.expr.template_expr import (
    GetItemExpression,
    IndexTemplate,
    TemplateExpressionError,
    TemplateSumExpression,
    templatize_rule,
)

from allocator.compile.components import Components
from allocator.compile.expand import NotATemplate, Templates, expand
from allocator.compile.layouts import Layout
from allocator.program.program import LinearProgram


def compile_templates(model: pyo.AbstractModel) -> LinearProgram:
    """Arrays of a Pyomo model; constructs its sets and parameters.

    Raises NotATemplate where a rule, a bound or an objective can't be expanded.
    """
    components = Components(model)
    return expand(components.records, templates_of(model, components), Layout())


def templates_of(model: pyo.AbstractModel, components: Components) -> Templates:
    """Templates of a model's bounds, rules and objectives, by name; raises NotATemplate."""
    templates: Templates = {}
    for component in model.component_objects((pyo.Var, pyo.Constraint, pyo.Objective)):
        rule = component._rule_bounds if component.ctype is pyo.Var else component.rule
        if rule is not None:
            templates[component.name] = _Recorder(model, components).template(component, rule)
    return templates


class _Recorder:
    """Records one template; symbols are numbered by how many are in force where they are met."""

    def __init__(self, model: pyo.AbstractModel, components: Components) -> None:
        self._model, self._components = model, components
        self._symbols: dict[int, int] = {}

    def template(self, component: Any, rule: Any) -> Any:
        """Template of a component's rule, or of its bounds."""
        try:
            template, symbols = templatize_rule(
                self._model, rule, component.index_set() if component.is_indexed() else None
            )
        except (TemplateExpressionError, TypeError, AttributeError, KeyError, ValueError) as error:
            raise NotATemplate(f"{component.name}: {error}") from error
        self._number(symbols)
        if component.ctype is pyo.Var:
            if not isinstance(template, tuple):
                raise NotATemplate(f"the bounds of {component.name} are not a pair")
            return [None if bound is None else self._tree(bound) for bound in template]
        if component.ctype is pyo.Objective:
            return self._tree(template)
        return self._relation(component, template)

    def _number(self, symbols: Any) -> list[int]:
        """Numbers of symbols that come into force."""
        return [
            self._symbols.setdefault(symbol._id, len(self._symbols)) for symbol in symbols or ()
        ]

    def _relation(self, constraint: Any, relation: Any) -> list[Any]:
        """A constraint as Pyomo would lay it out."""
        if isinstance(relation, relational_expr.EqualityExpression):
            return ["=", *self._sides(*relation.args)]
        if isinstance(relation, relational_expr.InequalityExpression) and not relation.strict:
            left, right = relation.args
            if not _has_variables(left):
                return [">", *self._sides(right, left)]
            return ["<", *self._sides(left, right)]
        raise NotATemplate(f"{constraint.name} is neither an equality nor an inequality")

    def _sides(self, left: Any, right: Any) -> list[Any]:
        """What stands on the side of the variables, and what on the other."""
        if not _has_variables(left) and _has_variables(right):
            left, right = right, left
        return [self._tree(left), self._tree(right)]

    def _tree(self, node: Any) -> Any:
        """An expression."""
        if isinstance(node, (int, float, np.number)):
            return float(node) if isinstance(node, np.number) else node
        if isinstance(node, GetItemExpression):
            return self._item(node)
        if isinstance(node, TemplateSumExpression):
            return self._sum(node)
        if isinstance(node, (IndexTemplate, ParamData, VarData)):
            return self._leaf(node)
        for kind, name in _OPERATIONS.items():
            if isinstance(node, kind):
                return [name, *map(self._tree, node.args)]
        raise NotATemplate(f"{type(node).__name__} is not linear, or not known: {node}")

    def _leaf(self, node: Any) -> list[Any]:
        """A symbol, a parameter without an index, or a variable that a rule names outright."""
        if isinstance(node, IndexTemplate):
            return ["@", self._symbols[node._id]]
        if isinstance(node, ParamData):
            return ["of", node.name]
        index = node.index()
        parts = index if isinstance(index, tuple) else () if index is None else (index,)
        return ["of", node.parent_component().name, *parts]

    def _sum(self, node: Any) -> list[Any]:
        """A sum over sets; its symbols are numbered on from those in force, which they leave."""
        before = dict(self._symbols)
        over = [
            [self._group(symbols[0]._set), *self._number(symbols)]
            for symbols in node.template_iters()
        ]
        body = self._tree(node._local_args_[0])
        self._symbols = before
        return ["sum", body, *over]

    def _item(self, node: Any) -> list[Any]:
        """``component[index]``."""
        component, *indices = node.args
        parts = [part if isinstance(part, str) else self._tree(part) for part in indices]
        return ["of", component.name, *parts]

    def _group(self, group: Any) -> list[Any]:
        """What a sum runs over."""
        if isinstance(group, GetItemExpression):
            return self._item(group)
        return [factor.name for factor in self._components.factors(group)]


_OPERATIONS: dict[Any, str] = {
    numeric_expr.SumExpression: "+",
    numeric_expr.NegationExpression: "-",
    numeric_expr.ProductExpression: "*",
    numeric_expr.DivisionExpression: "/",
}


def _has_variables(node: Any) -> bool:
    return hasattr(node, "is_potentially_variable") and bool(node.is_potentially_variable())

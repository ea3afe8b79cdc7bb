"""From a formulation to arrays, each rule expanded over its whole index set at once.

Pyomo can call a rule with symbols in place of indices and hand back the expression: a
*template*.  Sets and parameters are constructed; variables and constraints never are.  A
template is worked out on arrays with one entry per index (or per index and term of a
sum), which gives the rows, columns and values of the matrix with no Pyomo object in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import pyomo.core as pyo
from numpy.typing import NDArray
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

from allocator.compile.affine import Affine, Frame
from allocator.compile.codes import Codes, Keys
from allocator.compile.components import Components
from allocator.compile.data import Data
from allocator.compile.keys import index_keys
from allocator.compile.standard_form import integrality
from allocator.program.matrix import Floats, Matrix
from allocator.program.program import Family, Flags, LinearProgram, Objective


class NotATemplate(Exception):
    """A rule that can't be expanded as a template; the message says which and why."""


def compile_templates(model: pyo.AbstractModel) -> LinearProgram:
    """Arrays of a formulation's program; constructs the model's sets and parameters.

    Raises NotATemplate where a rule, a bound or an objective can't be expanded.
    """
    expander = _Expander(model)
    columns, lower, upper, whole = expander.columns()
    rows, matrix, row_lower, row_upper = expander.rows()
    return LinearProgram(
        name=str(model.name),
        matrix=matrix,
        row_lower=row_lower,
        row_upper=row_upper,
        lower=lower,
        upper=upper,
        objectives=tuple(expander.objectives()),
        rows=rows,
        columns=columns,
        integer=integrality(whole),
    )


class _Expander:
    """Works out the templates of one model."""

    def __init__(self, model: pyo.AbstractModel) -> None:
        self._model = model
        self._given = Components(model)
        self._data = Data(self._given)
        self._starts: dict[int, tuple[Keys, int]] = {}
        self._width = 0

    def columns(self) -> tuple[dict[str, Family], Floats, Floats, Flags]:
        """Families of columns, their bounds, and which of them must be whole."""
        families: dict[str, Family] = {}
        lower, upper, whole = [np.empty(0)], [np.empty(0)], [np.empty(0, dtype=bool)]
        for var in self._model.component_objects(pyo.Var):
            codes = self._data.elements(var.index_set())
            families[var.name] = self._family(var, self._width, codes)
            self._starts[id(var)] = (Keys(codes), self._width)
            self._width += codes.shape[1]
            low, high = self._bounds(var, codes)
            lower.append(low)
            upper.append(high)
            step = var._rule_domain(None, None, None).get_interval()[2]
            whole.append(np.full(codes.shape[1], step == 1))
        return families, np.concatenate(lower), np.concatenate(upper), np.concatenate(whole)

    def _bounds(self, var: Any, codes: Codes) -> tuple[Floats, Floats]:
        rule = var._rule_bounds
        if rule is None or not codes.shape[1]:
            return np.full(codes.shape[1], -np.inf), np.full(codes.shape[1], np.inf)
        bounds, frame = self._template(var, rule, codes)
        if not isinstance(bounds, tuple):
            raise NotATemplate(f"the bounds of {var.name} are not a pair")
        low, high = (
            np.full(codes.shape[1], absent) if bound is None else self._number(bound, frame)
            for bound, absent in zip(bounds, (-np.inf, np.inf), strict=True)
        )
        return low, high

    def rows(self) -> tuple[dict[str, Family], Matrix, Floats, Floats]:
        """Families of rows, the matrix, and the rows' bounds."""
        families: dict[str, Family] = {}
        lower, upper, entries = [np.empty(0)], [np.empty(0)], []
        height = 0
        for constraint in self._model.component_objects(pyo.Constraint):
            codes = self._data.elements(constraint.index_set())
            families[constraint.name] = self._family(constraint, height, codes)
            if codes.shape[1]:
                relation, frame = self._template(constraint, constraint.rule, codes)
                body, low, high = self._relation(constraint, relation, frame)
                entries += [(rows + height, columns, v) for rows, columns, v in body.terms]
                lower.append(low)
                upper.append(high)
            height += codes.shape[1]
        matrix = _matrix(entries, (height, self._width))
        return families, matrix, np.concatenate(lower), np.concatenate(upper)

    def objectives(self) -> Iterator[Objective]:
        """Objectives in order of declaration."""
        for objective in self._model.component_objects(pyo.Objective):
            if objective._init_sense(self._model, None) != pyo.minimize:
                raise NotATemplate(f"{objective.name} is not minimised")
            expression, frame = self._template(objective, objective.rule, None)
            value = self._affine(expression, frame)
            costs = np.zeros(self._width)
            for _, columns, coefficients in value.terms:
                np.add.at(costs, columns, coefficients)
            yield Objective(objective.name, costs, float(value.constant[0]), objective.doc or "")

    def _template(self, component: Any, rule: Any, codes: Codes | None) -> tuple[Any, Frame]:
        """A rule's template, and the frame of all its indices."""
        indexed = codes is not None and component.is_indexed()
        try:
            template, indices = templatize_rule(
                self._model, rule, component.index_set() if indexed else None
            )
        except (TemplateExpressionError, TypeError, AttributeError, KeyError, ValueError) as error:
            raise NotATemplate(f"{component.name}: {error}") from error
        if not indexed or codes is None:
            return template, Frame(1, {})
        values = {index._id: part for index, part in zip(indices, codes, strict=True)}
        return template, Frame(codes.shape[1], values)

    def _relation(
        self, constraint: Any, relation: Any, frame: Frame
    ) -> tuple[Affine, Floats, Floats]:
        """Body, lower and upper bound of a constraint, as Pyomo would lay it out."""
        free = np.full(frame.size, np.inf)
        if isinstance(relation, relational_expr.EqualityExpression):
            left, right = relation.args
            body, bound = self._sides(left, right, frame)
            return body, bound, bound
        if isinstance(relation, relational_expr.InequalityExpression) and not relation.strict:
            left, right = relation.args
            if not _has_variables(left):
                body, bound = self._sides(right, left, frame)
                return body, bound, free
            body, bound = self._sides(left, right, frame)
            return body, -free, bound
        raise NotATemplate(f"{constraint.name} is neither an equality nor an inequality")

    def _sides(self, left: Any, right: Any, frame: Frame) -> tuple[Affine, Floats]:
        """What stands on the side of the variables, and the bound on the other."""
        if not _has_variables(left) and _has_variables(right):
            left, right = right, left
        body = self._affine(left, frame)
        if _has_variables(right):
            body = body.plus(self._affine(right, frame).scaled(np.full(frame.size, -1.0)))
            return body, 0.0 - body.constant
        return body, self._number(right, frame) - body.constant

    def _number(self, node: Any, frame: Frame) -> Floats:
        value = self._affine(node, frame)
        if value.terms:
            raise NotATemplate(f"a variable stands where a number must: {node}")
        return value.constant

    def _affine(self, node: Any, frame: Frame) -> Affine:
        """An expression on a frame."""
        for kind, work_out in self._WAYS:
            if isinstance(node, kind):
                return work_out(self, node, frame)
        raise NotATemplate(f"{type(node).__name__} is not linear, or not known: {node}")

    def _constant(self, node: Any, frame: Frame) -> Affine:
        return Affine(np.full(frame.size, float(node)))

    def _scalar_param(self, node: Any, frame: Frame) -> Affine:
        return Affine(np.full(frame.size, float(pyo.value(node))))

    def _symbol(self, node: Any, frame: Frame) -> Affine:
        return Affine(frame.values[node._id].astype(float))

    def _sum(self, node: Any, frame: Frame) -> Affine:
        constant = np.zeros(frame.size)
        terms: list[tuple[Codes, Codes, Floats]] = []
        for argument in node.args:
            value = self._affine(argument, frame)
            constant = constant + value.constant
            terms += value.terms
        return Affine(constant, tuple(terms))

    def _product(self, node: Any, frame: Frame) -> Affine:
        left, right = (self._affine(argument, frame) for argument in node.args)
        if left.terms and right.terms:
            raise NotATemplate(f"a product of variables: {node}")
        return right.scaled(left.constant) if right.terms else left.scaled(right.constant)

    def _quotient(self, node: Any, frame: Frame) -> Affine:
        left, right = node.args
        return self._affine(left, frame).scaled(1 / self._number(right, frame))

    def _negation(self, node: Any, frame: Frame) -> Affine:
        return self._affine(node.args[0], frame).scaled(np.full(frame.size, -1.0))

    def _item(self, node: Any, frame: Frame) -> Affine:
        """``component[index]``: a parameter's values or a variable's columns."""
        component, *indices = node.args
        codes = [self._index(index, frame) for index in indices]
        if component.ctype is pyo.Param:
            keys, values = self._data.values(component)
            return Affine(values[_all_found(keys, codes, component)])
        if component.ctype is pyo.Var:
            return self._columns_of(component, codes, frame)
        raise NotATemplate(f"{component.name} is neither a parameter nor a variable")

    def _one_column(self, node: Any, frame: Frame) -> Affine:
        """A variable that a rule names outright: the same column in every entry."""
        index = node.index()
        parts = index if isinstance(index, tuple) else (index,)
        codes = [self._index(part, frame) for part in parts if part is not None]
        return self._columns_of(node.parent_component(), codes, frame)

    def _columns_of(self, var: Any, codes: Sequence[Codes], frame: Frame) -> Affine:
        keys, start = self._starts[id(var)]
        columns = np.full(frame.size, start)
        if var.is_indexed():
            columns += _all_found(keys, codes, var)
        return Affine(
            np.zeros(frame.size), ((np.arange(frame.size), columns, np.ones(frame.size)),)
        )

    def _template_sum(self, node: Any, frame: Frame) -> Affine:
        """A sum over sets: worked out on a larger frame, then added up by entry."""
        inner, owner = frame, np.arange(frame.size)
        for symbols in node.template_iters():
            inner, step = self._spread(inner, symbols)
            owner = owner[step]
        return self._affine(node._local_args_[0], inner).gathered(owner, frame.size)

    _WAYS: tuple[tuple[Any, Callable[[_Expander, Any, Frame], Affine]], ...] = (
        ((int, float, np.number), _constant),
        (GetItemExpression, _item),
        (TemplateSumExpression, _template_sum),
        (IndexTemplate, _symbol),
        (numeric_expr.SumExpression, _sum),
        (numeric_expr.NegationExpression, _negation),
        (numeric_expr.ProductExpression, _product),
        (numeric_expr.DivisionExpression, _quotient),
        (ParamData, _scalar_param),
        (VarData, _one_column),
    )

    def _spread(self, frame: Frame, symbols: Sequence[Any]) -> tuple[Frame, Codes]:
        """A frame with an entry for every entry and element, and the entry each came from."""
        group = symbols[0]._set
        if isinstance(group, GetItemExpression):
            component, *indices = group.args
            inside = self._data.members(component, len(symbols))
            at = _all_found(inside.keys, [self._index(i, frame) for i in indices], component)
            count = inside.count[at]
            owner = np.repeat(np.arange(frame.size), count)
            before = np.cumsum(count) - count
            elements = inside.codes[:, np.arange(len(owner)) + (inside.first[at] - before)[owner]]
        else:
            members = self._data.elements(group)
            owner = np.repeat(np.arange(frame.size), members.shape[1])
            elements = np.tile(members, (1, frame.size))
        values = {name: codes[owner] for name, codes in frame.values.items()}
        values |= {symbol._id: part for symbol, part in zip(symbols, elements, strict=True)}
        return Frame(len(owner), values), owner

    def _index(self, node: Any, frame: Frame) -> Codes:
        """Codes of an index: a symbol, a name, a parameter that gives one, or arithmetic."""
        if isinstance(node, IndexTemplate):
            return frame.values[node._id]
        if isinstance(node, str):
            return np.full(frame.size, self._data.code(node))
        return self._number(node, frame).astype(np.int64)

    def _family(self, component: Any, start: int, codes: Codes) -> Family:
        indices = partial(self._given.listed, component.index_set())
        count, unit = codes.shape[1], component.doc or ""
        return Family(component.name, start, count, unit, indices, index_keys(component))


def _has_variables(node: Any) -> bool:
    return hasattr(node, "is_potentially_variable") and bool(node.is_potentially_variable())


def _all_found(keys: Keys, codes: Sequence[Codes], component: Any) -> Codes:
    found = keys.find(codes)
    if len(found) and found.min() < 0:
        raise NotATemplate(f"{component.name} has no value for some index")
    return found


def _matrix(
    entries: Sequence[tuple[Codes, Codes, NDArray[np.float64]]], shape: tuple[int, int]
) -> Matrix:
    """The matrix; terms in the same row and column are added up, and zeros are left out."""
    rows = np.concatenate([np.empty(0, dtype=np.int64), *(entry[0] for entry in entries)])
    columns = np.concatenate([np.empty(0, dtype=np.int64), *(entry[1] for entry in entries)])
    values = np.concatenate([np.empty(0), *(entry[2] for entry in entries)])
    return Matrix.of(rows, columns, values, shape)

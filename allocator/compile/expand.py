"""From records and templates to arrays, each rule expanded over its whole index set at once.

A template (``templates``) is worked out on arrays with one entry per index (or per index and term
of a sum), which gives the rows, columns and values of the matrix with no object in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np

from allocator.compile.affine import Affine, Frame
from allocator.compile.codes import Codes, Keys
from allocator.compile.data import Data
from allocator.compile.keys import column_keys, row_keys
from allocator.compile.records import Component, Constraint, ObjectiveRecord, Param, Records, Var
from allocator.program.matrix import Floats, Matrix
from allocator.program.program import Family, Flags, LinearProgram, Objective, integrality

Tree = Any  # see ``templates``
Templates = dict[str, Tree]  # by component


class NotATemplate(Exception):
    """A rule that can't be expanded as a template; the message says which and why."""


def expand(model: Records, templates: Mapping[str, Tree]) -> LinearProgram:
    """Arrays of a formulation's program; raises NotATemplate where a template can't be expanded."""
    expander = _Expander(model, templates)
    columns, lower, upper, whole = expander.columns()
    rows, matrix, row_lower, row_upper = expander.rows()
    return LinearProgram(
        name=model.name,
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

    def __init__(self, model: Records, templates: Mapping[str, Tree]) -> None:
        self._model, self._templates = model, templates
        self._data = Data()
        self._starts: dict[str, tuple[Keys | None, int]] = {}
        self._width = 0

    def columns(self) -> tuple[dict[str, Family], Floats, Floats, Flags]:
        """Families of columns, their bounds, and which of them must be whole."""
        families: dict[str, Family] = {}
        lower, upper, whole = [np.empty(0)], [np.empty(0)], [np.empty(0, dtype=bool)]
        for var in self._model.of(Var):
            codes = self._data.indices(var)
            keys = column_keys(var.name)
            families[var.name] = self._family(var, self._width, codes, keys)
            self._starts[var.name] = (Keys(codes) if var.index else None, self._width)
            self._width += codes.shape[1]
            bounds, frame = self._templates.get(var.name, (None, None)), _frame(codes)
            for each, bound, absent in zip((lower, upper), bounds, (-np.inf, np.inf), strict=True):
                free = bound is None or not frame.size
                each.append(np.full(frame.size, absent) if free else self._number(bound, frame))
            whole.append(np.full(codes.shape[1], var.whole))
        return families, np.concatenate(lower), np.concatenate(upper), np.concatenate(whole)

    def rows(self) -> tuple[dict[str, Family], Matrix, Floats, Floats]:
        """Families of rows, the matrix, and the rows' bounds."""
        families: dict[str, Family] = {}
        lower, upper, entries = [np.empty(0)], [np.empty(0)], []
        height = 0
        for constraint in self._model.of(Constraint):
            codes = self._data.indices(constraint)
            keys = row_keys(constraint.rule)
            families[constraint.name] = self._family(constraint, height, codes, keys)
            if codes.shape[1]:
                body, low, high = self._relation(constraint.name, _frame(codes))
                entries += [(rows + height, columns, v) for rows, columns, v in body.terms]
                lower.append(low)
                upper.append(high)
            height += codes.shape[1]
        matrix = _matrix(entries, (height, self._width))
        return families, matrix, np.concatenate(lower), np.concatenate(upper)

    def objectives(self) -> Iterator[Objective]:
        """Objectives in order of declaration."""
        for objective in self._model.of(ObjectiveRecord):
            if not objective.minimised:
                raise NotATemplate(f"{objective.name} is not minimised")
            value = self._affine(self._templates[objective.name], Frame(1, ()))
            costs = np.zeros(self._width)
            for _, columns, coefficients in value.terms:
                np.add.at(costs, columns, coefficients)
            yield Objective(objective.name, costs, float(value.constant[0]), objective.doc)

    def _relation(self, name: str, frame: Frame) -> tuple[Affine, Floats, Floats]:
        """Body, lower and upper bound of a constraint."""
        relation, left, right = self._templates[name]
        body, other = self._affine(left, frame), self._affine(right, frame)
        bound = other.constant - body.constant
        if other.terms:
            body = body.plus(other.scaled(np.full(frame.size, -1.0)))
            bound = 0.0 - body.constant
        free = np.full(frame.size, np.inf)
        return (
            body,
            -free if relation == "<" else bound,
            free if relation == ">" else bound,
        )

    def _number(self, tree: Tree, frame: Frame) -> Floats:
        value = self._affine(tree, frame)
        if value.terms:
            raise NotATemplate(f"a column stands where a number must: {tree}")
        return value.constant

    def _affine(self, tree: Tree, frame: Frame) -> Affine:
        """An expression on a frame."""
        if isinstance(tree, list):
            return _WAYS[tree[0]](self, tree, frame)
        return Affine(np.full(frame.size, float(tree)))

    def _symbol(self, tree: Tree, frame: Frame) -> Affine:
        return Affine(frame.codes(tree[1]).astype(float))

    def _sum(self, tree: Tree, frame: Frame) -> Affine:
        constant = np.zeros(frame.size)
        terms: list[tuple[Codes, Codes, Floats]] = []
        for term in tree[1:]:
            value = self._affine(term, frame)
            constant = constant + value.constant
            terms += value.terms
        return Affine(constant, tuple(terms))

    def _product(self, tree: Tree, frame: Frame) -> Affine:
        left, right = (self._affine(factor, frame) for factor in tree[1:])
        if left.terms and right.terms:
            raise NotATemplate(f"a product of variables: {tree}")
        return right.scaled(left.constant) if right.terms else left.scaled(right.constant)

    def _quotient(self, tree: Tree, frame: Frame) -> Affine:
        _, left, right = tree
        return self._affine(left, frame).scaled(1 / self._number(right, frame))

    def _negation(self, tree: Tree, frame: Frame) -> Affine:
        return self._affine(tree[1], frame).scaled(np.full(frame.size, -1.0))

    def _item(self, tree: Tree, frame: Frame) -> Affine:
        """A parameter's values or a variable's columns."""
        _, name, *indices = tree
        component = self._model.components[name]
        codes = [self._index(index, frame) for index in indices]
        if isinstance(component, Var):
            return self._columns_of(component, codes, frame)
        if not isinstance(component, Param):
            raise NotATemplate(f"{name} is neither a parameter nor a variable")
        if not component.index:
            return Affine(np.full(frame.size, float(component.given)))
        keys, values = self._data.values(component)
        return Affine(values[_all_found(keys, codes, component)])

    def _columns_of(self, var: Var, codes: Sequence[Codes], frame: Frame) -> Affine:
        keys, start = self._starts[var.name]
        columns = np.full(frame.size, start)
        if keys is not None:
            columns += _all_found(keys, codes, var)
        entries = (np.arange(frame.size), columns, np.ones(frame.size))
        return Affine(np.zeros(frame.size), (entries,))

    def _sum_over(self, tree: Tree, frame: Frame) -> Affine:
        """A sum over sets: worked out on a larger frame, then added up by entry."""
        _, body, *over = tree
        inner, owner = frame, np.arange(frame.size)
        for group, *symbols in over:
            inner, step = self._spread(inner, group, len(symbols))
            owner = owner[step]
        return self._affine(body, inner).gathered(owner, frame.size)

    def _spread(self, frame: Frame, group: Tree, parts: int) -> tuple[Frame, Codes]:
        """A frame with an entry for every entry and element, and the entry each came from."""
        if group[0] == "of":
            _, name, *indices = group
            component = self._model.set(name)
            inside = self._data.members(component, parts)
            at = _all_found(inside.keys, [self._index(i, frame) for i in indices], component)
            count = inside.count[at]
            owner = np.repeat(np.arange(frame.size), count)
            before = np.cumsum(count) - count
            elements = inside.codes[:, np.arange(len(owner)) + (inside.first[at] - before)[owner]]
        else:
            members = self._data.product([self._model.set(name) for name in group])
            owner = np.repeat(np.arange(frame.size), members.shape[1])
            elements = np.tile(members, (1, frame.size))
        return Frame(len(owner), elements, frame, owner), owner

    def _index(self, tree: Tree, frame: Frame) -> Codes:
        """Codes of an index: a symbol, a name, a parameter that gives one, or arithmetic."""
        if isinstance(tree, str):
            return np.full(frame.size, self._data.code(tree))
        if isinstance(tree, list) and tree[0] == "@":
            return frame.codes(tree[1])
        return self._number(tree, frame).astype(np.int64)

    def _family(
        self, component: Component, start: int, codes: Codes, keys: tuple[str, ...]
    ) -> Family:
        indices = partial(self._data.listed, component)
        return Family(component.name, start, codes.shape[1], component.doc, indices, keys)


_WAYS: Final[dict[str, Callable[[_Expander, Tree, Frame], Affine]]] = {
    "@": _Expander._symbol,
    "of": _Expander._item,
    "+": _Expander._sum,
    "*": _Expander._product,
    "/": _Expander._quotient,
    "-": _Expander._negation,
    "sum": _Expander._sum_over,
}


def _frame(codes: Codes) -> Frame:
    """The frame of indices, (parts, indices)."""
    return Frame(codes.shape[1], tuple(codes))


def _all_found(keys: Keys, codes: Sequence[Codes], component: Component) -> Codes:
    places = keys.find(codes)
    if len(places) and places.min() < 0:
        raise NotATemplate(f"{component.name} has no value for some index")
    return places


def _matrix(entries: Sequence[tuple[Codes, Codes, Floats]], shape: tuple[int, int]) -> Matrix:
    """The matrix; terms in the same row and column are added up, and zeros are left out."""
    rows = np.concatenate([np.empty(0, dtype=np.int64), *(entry[0] for entry in entries)])
    columns = np.concatenate([np.empty(0, dtype=np.int64), *(entry[1] for entry in entries)])
    values = np.concatenate([np.empty(0), *(entry[2] for entry in entries)])
    return Matrix.of(rows, columns, values, shape)

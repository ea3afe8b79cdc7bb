"""From records and templates to arrays, each rule expanded over its whole index set at once.

A template (``templates``) is worked out on arrays with one entry per index (or per index and term
of a sum), which gives the rows, columns and values of the matrix with no object in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np

from allocator.compile.affine import Affine, LinearTerm, Numbers, full, matrix_of
from allocator.compile.data import Data, KeyFinder, coded_part, listed
from allocator.compile.frames import Codes, Frame, FrameIndex, added
from allocator.compile.keys import column_keys, row_keys
from allocator.compile.layouts import Layout
from allocator.compile.records import Component, Constraint, ObjectiveRecord, Param, Records, Var
from allocator.program.matrix import Floats, Matrix
from allocator.program.program import Family, Flags, LinearProgram, Objective, integrality

Tree = Any  # see ``templates``
Templates = dict[str, Tree]  # by component


class NotATemplate(Exception):
    """A rule that can't be expanded as a template; the message says which and why."""


def expand(model: Records, templates: Mapping[str, Tree], layout: Layout) -> LinearProgram:
    """Arrays of a formulation's program; raises NotATemplate where a template can't be expanded.

    ``layout`` is that of a program of the same templates, sets and keys, or an empty one.
    """
    expander = _Expander(model, templates, layout)
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

    def __init__(self, model: Records, templates: Mapping[str, Tree], layout: Layout) -> None:
        self._model, self._templates, self._layout = model, templates, layout
        self._data = Data()
        self._starts: dict[str, int] = {}
        self._width = 0

    def columns(self) -> tuple[dict[str, Family], Floats, Floats, Flags]:
        """Families of columns, their bounds, and which of them must be whole."""
        families: dict[str, Family] = {}
        lower, upper, whole = [np.empty(0)], [np.empty(0)], [np.empty(0, dtype=bool)]
        for var in self._model.of(Var):
            frame = self._frame(var)
            keys = column_keys(var.name)
            families[var.name] = self._family(var, self._width, frame.size, keys)
            self._starts[var.name] = self._width
            self._width += frame.size
            bounds = self._templates.get(var.name, (None, None))
            for each, bound, absent in zip((lower, upper), bounds, (-np.inf, np.inf), strict=True):
                free = bound is None or not frame.size
                each.append(full(absent if free else self._number(bound, frame), frame.size))
            whole.append(np.full(frame.size, var.whole))
        return families, np.concatenate(lower), np.concatenate(upper), np.concatenate(whole)

    def rows(self) -> tuple[dict[str, Family], Matrix, Floats, Floats]:
        """Families of rows, the matrix, and the rows' bounds."""
        families: dict[str, Family] = {}
        lower, upper, terms = [np.empty(0)], [np.empty(0)], list[tuple[int, LinearTerm]]()
        height = 0
        for constraint in self._model.of(Constraint):
            frame = self._frame(constraint)
            keys = row_keys(constraint.rule)
            families[constraint.name] = self._family(constraint, height, frame.size, keys)
            if frame.size:
                body, low, high = self._relation(constraint.name, frame)
                terms += [(height, term) for term in body.terms]
                lower.append(full(low, frame.size))
                upper.append(full(high, frame.size))
            height += frame.size
        matrix = matrix_of(terms, (height, self._width))
        return families, matrix, np.concatenate(lower), np.concatenate(upper)

    def objectives(self) -> Iterator[Objective]:
        """Objectives in order of declaration."""
        for objective in self._model.of(ObjectiveRecord):
            if not objective.minimised:
                raise NotATemplate(f"{objective.name} is not minimised")
            value = self._affine(self._templates[objective.name], self._frame(objective))
            costs = np.zeros(self._width)
            for term in value.terms:
                np.add.at(costs, term.columns, term.values)
            constant = float(full(value.constant, 1)[0])
            yield Objective(objective.name, costs, constant, objective.doc)

    def _relation(self, name: str, frame: Frame) -> tuple[Affine, Numbers, Numbers]:
        """Body, lower and upper bound of a constraint."""
        relation, left, right = self._templates[name]
        body, other = self._affine(left, frame), self._affine(right, frame)
        bound = other.constant - body.constant
        if other.terms:
            body = body.plus(other.scaled(-1.0))
            bound = 0.0 - body.constant
        return (
            body,
            -np.inf if relation == "<" else bound,
            np.inf if relation == ">" else bound,
        )

    def _number(self, tree: Tree, frame: Frame) -> Numbers:
        value = self._affine(tree, frame)
        if value.terms:
            raise NotATemplate(f"a column stands where a number must: {tree}")
        return value.constant

    def _affine(self, tree: Tree, frame: Frame) -> Affine:
        """An expression on a frame."""
        if isinstance(tree, list):
            return _WAYS[tree[0]](self, tree, frame)
        return Affine(float(tree))

    def _symbol(self, tree: Tree, frame: Frame) -> Affine:
        return Affine(frame.codes(tree[1]).astype(float))

    def _sum(self, tree: Tree, frame: Frame) -> Affine:
        constant: Numbers = 0.0
        terms: list[LinearTerm] = []
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
        return self._affine(left, frame).scaled(np.divide(1, self._number(right, frame)))

    def _negation(self, tree: Tree, frame: Frame) -> Affine:
        return self._affine(tree[1], frame).scaled(-1.0)

    def _item(self, tree: Tree, frame: Frame) -> Affine:
        """A parameter's values or a variable's columns."""
        _, name, *indices = tree
        component = self._model.components[name]
        place = id(tree), frame
        if isinstance(component, Var):
            make = partial(self._columns, component, indices, frame)
            return Affine(0.0, (LinearTerm(None, self._layout.once(place, make), 1.0),))
        if not isinstance(component, Param):
            raise NotATemplate(f"{name} is neither a parameter nor a variable")
        if not component.index:
            return Affine(float(component.given))
        make = partial(self._positions, component, indices, frame)
        return Affine(self._data.numbers(component)[self._layout.once(place, make)])

    def _columns(self, var: Var, indices: Sequence[Tree], frame: Frame) -> Codes:
        """Columns of a variable's indices."""
        at = self._positions(var, indices, frame) if var.index else 0
        return np.broadcast_to(at + self._starts[var.name], (frame.size,))

    def _positions(self, component: Component, indices: Sequence[Tree], frame: Frame) -> Codes:
        return self._found(self._data.finder(component), indices, frame, component)

    def _found(
        self, keys: KeyFinder, indices: Sequence[Tree], frame: Frame, component: Component
    ) -> Codes:
        """Positions of indices among the keys of a component, all of which must be there."""
        places = keys.find(frame, [self._index(index) for index in indices])
        if len(places) and places.min() < 0:
            raise NotATemplate(f"{component.name} has no value for some index")
        return places

    def _sum_over(self, tree: Tree, frame: Frame) -> Affine:
        """A sum over sets: worked out on a larger frame, then added up by entry."""
        _, body, *over = tree
        make = partial(self._spread_over, over, frame)
        inner, owner = self._layout.once((id(tree), frame), make)
        return self._affine(body, inner).gathered(owner, frame.size)

    def _spread_over(self, over: Sequence[Tree], frame: Frame) -> tuple[Frame, Codes]:
        """A frame with an entry for every entry and element of sets, and what each came from."""
        owner = np.arange(frame.size)
        for group, *symbols in over:
            frame, step = self._spread(frame, group, len(symbols))
            owner = owner[step]
        return frame, owner

    def _spread(self, frame: Frame, group: Tree, parts: int) -> tuple[Frame, Codes]:
        """A frame with an entry for every entry and element, and the entry each came from."""
        if group[0] != "of":
            members = self._data.product([self._model.set(name) for name in group])
            owner = np.repeat(np.arange(frame.size), members.shape[1])
            return Frame(len(owner), tuple(np.tile(members, (1, frame.size))), frame, owner), owner
        _, name, *indices = group
        component = self._model.set(name)
        inside = self._data.members(component, parts)
        at = self._found(inside.keys, indices, frame, component)
        count = inside.count[at]
        owner = np.repeat(np.arange(frame.size), count)
        before = np.cumsum(count) - count
        elements = inside.codes[:, np.arange(len(owner)) + (inside.first[at] - before)[owner]]
        return Frame(len(owner), tuple(elements), frame, owner), owner

    def _index(self, tree: Tree) -> FrameIndex:
        """An index: a symbol, a name, a parameter that gives one, or arithmetic."""
        return FrameIndex(_last_symbol(tree), partial(self._codes, tree))

    def _codes(self, tree: Tree, frame: Frame) -> Codes:
        if isinstance(tree, str):
            return np.full(frame.size, self._data.code(tree))
        if not isinstance(tree, list):
            return np.full(frame.size, int(tree))
        if tree[0] == "@":
            return frame.codes(tree[1])
        if tree[0] == "+":
            return added(frame, [self._index(part) for part in tree[1:]])
        if tree[0] == "-":
            return -self._codes(tree[1], frame)
        return full(self._number(tree, frame), frame.size).astype(np.int64)

    def _frame(self, component: Component) -> Frame:
        """A component's indices."""
        key = component.name, "frame"
        return self._layout.once(key, partial(self._data.frame, component))

    def _family(
        self, component: Component, start: int, count: int, keys: tuple[str, ...]
    ) -> Family:
        read = partial(listed, component), keys, partial(coded_part, component)
        make = partial(Family, component.name, start, count, component.doc, *read)
        return self._layout.once((component.name, "family"), make)


_WAYS: Final[dict[str, Callable[[_Expander, Tree, Frame], Affine]]] = {
    "@": _Expander._symbol,
    "of": _Expander._item,
    "+": _Expander._sum,
    "*": _Expander._product,
    "/": _Expander._quotient,
    "-": _Expander._negation,
    "sum": _Expander._sum_over,
}


def _last_symbol(tree: Tree) -> int:
    """The last of the symbols in an index, which is of the innermost frame; -1 where none is."""
    if not isinstance(tree, list):
        return -1
    if tree[0] == "@":
        return int(tree[1])
    return max(map(_last_symbol, tree[1:]), default=-1)

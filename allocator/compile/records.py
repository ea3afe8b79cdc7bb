"""What a formulation declares, as it stands: sets, parameters, columns, rows and objectives.

A formulation can be built of these records in Pyomo's place (``LANGUAGE``, for
``formulations.modelling``) where nothing but its data is needed.  A model that is built of
Pyomo's own is read into them as well (``components``).
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final, TypeVar

from formulations.profiles import Profiles, Spans

BINARY: Final = "binary"
MINIMIZE: Final = 1


class NotRecorded(Exception):
    """A formulation declares what these records do not know; the message says what."""


class Component:
    """What all have: a name, which the model gives, an index, and what stands in its ``doc``."""

    def __init__(self, index: tuple[Any, ...], doc: str = "") -> None:
        self.name = ""
        self.index = index
        self.doc = doc


class Set(Component):
    """Elements in order, or where it is indexed lists of them by its index.

    ``parts`` is the number of parts of an element.
    """

    def __init__(self, *index: Set, initialize: Any, dimen: int = 1) -> None:
        super().__init__(index)
        if not isinstance(initialize, dict if index else (list, tuple, range, Spans)):
            raise NotRecorded(f"a set of {type(initialize).__name__}")
        self.given: Any = initialize
        self.parts = dimen


class Param(Component):
    """Numbers, or names, by index; one number where there is none."""

    def __init__(self, *index: Any, initialize: Any, doc: str = "", within: Any = None) -> None:
        super().__init__(index, doc)
        if index and not isinstance(initialize, (dict, Profiles)):
            raise NotRecorded(f"parameters of {type(initialize).__name__}")
        self.given = initialize


class Var(Component):
    """Columns: ``bounds`` are a pair, or a rule for it; ``whole`` if they must be whole."""

    def __init__(self, *index: Set, bounds: Any = None, domain: Any = None, doc: str = "") -> None:
        super().__init__(index, doc)
        self.rule, self.whole = bounds, domain == BINARY


class Constraint(Component):
    """Rows, by a rule."""

    def __init__(self, *index: Set, rule: Any, doc: str = "") -> None:
        super().__init__(index, doc)
        self.rule = rule


class ObjectiveRecord(Component):
    """What is minimised, by a rule."""

    def __init__(self, *, rule: Any, doc: str = "", sense: Any = MINIMIZE) -> None:
        super().__init__((), doc)
        self.rule, self.minimised = rule, sense == MINIMIZE


ComponentKind = TypeVar("ComponentKind", bound=Component)


class Records:
    """Components by name, in the order in which they were declared."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.components: dict[str, Component] = {}

    def of(self, kind: type[ComponentKind]) -> list[ComponentKind]:
        """Components of a kind, in the order in which they were declared."""
        return [each for each in self.components.values() if isinstance(each, kind)]

    def set(self, name: str) -> Set:
        """The set of that name."""
        component = self.components[name]
        assert isinstance(component, Set)
        return component

    def del_component(self, component: Component) -> None:
        """Take a component out, as a formulation does that builds upon another."""
        del self.components[component.name]
        delattr(self, component.name)

    def declare(self, name: str, component: Component) -> None:
        """Add a component under a name."""
        component.name = name
        self.components[name] = component

    def __setattr__(self, name: str, value: Any) -> None:
        """Declare a component; whatever else a formulation keeps here is kept."""
        if isinstance(value, Component):
            self.declare(name, value)
        elif hasattr(value, "ctype"):
            raise NotRecorded(f"{name} is a component of Pyomo's own")
        super().__setattr__(name, value)


class _Language(SimpleNamespace):
    def __getattr__(self, name: str) -> Any:
        raise NotRecorded(name)


# Pyomo's names for them, as far as formulations use them.
LANGUAGE: Final = _Language(
    AbstractModel=Records,
    Set=Set,
    Param=Param,
    Var=Var,
    Constraint=Constraint,
    Objective=ObjectiveRecord,
    Any=None,
    Binary=BINARY,
    minimize=MINIMIZE,
)

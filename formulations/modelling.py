"""``pyo``: what formulations are written in, which is Pyomo.

It is imported when a formulation is first built.  Whoever knows the templates of its rules
already needs of the model but its data: records of the same names then take Pyomo's place
(``written_in``), whose import is a sixth of a short command.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

__all__ = ["pyo", "written_in"]

_IN_PLACE: ContextVar[Any] = ContextVar("in Pyomo's place", default=None)

if TYPE_CHECKING:
    import pyomo.core as pyo
else:

    class _Pyomo:
        """Pyomo's core, or what stands in its place."""

        def __getattr__(self, name: str) -> Any:
            return getattr(_IN_PLACE.get() or importlib.import_module("pyomo.core"), name)

    pyo = _Pyomo()


@contextmanager
def written_in(records: Any) -> Iterator[None]:
    """Within, formulations are built of ``records``, which has Pyomo's names, in this thread."""
    before = _IN_PLACE.set(records)
    try:
        yield
    finally:
        _IN_PLACE.reset(before)

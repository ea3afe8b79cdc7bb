"""From a formulation to a linear program as arrays."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pyomo.core as pyo

from allocator.compile.standard_form import compile_by_pyomo
from allocator.compile.templates import NotATemplate, compile_templates
from allocator.program.program import LinearProgram

__all__ = ["NotATemplate", "compile_by_pyomo", "compile_program", "compile_templates"]

_log = logging.getLogger(__name__)


def compile_program(build: Callable[[], pyo.AbstractModel]) -> LinearProgram:
    """Arrays of a formulation's program, rows and columns in the order of declaration.

    Its rules are expanded as templates; where one can't be, Pyomo compiles the whole, from
    a model built afresh.
    """
    try:
        program = compile_templates(build())
    except NotATemplate as reason:
        _log.debug("compiled by Pyomo, since a template can't be expanded: %s", reason)
        program = compile_by_pyomo(build())
    return program.with_priorities()

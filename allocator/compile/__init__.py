"""From a formulation to a linear program as arrays."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from allocator.compile.expand import NotATemplate, Templates, expand
from allocator.compile.layouts import keep_layout, layout_of
from allocator.compile.records import LANGUAGE, NotRecorded, Records
from allocator.compile.template_store import Unkept, find, keep, shape_of
from allocator.program.program import LinearProgram
from formulations.modelling import written_in

if TYPE_CHECKING:
    import pyomo.core as pyo

    Build = Callable[[], pyo.AbstractModel]

__all__ = ["compile_program"]

_log = logging.getLogger(__name__)


def compile_program(build: Build) -> LinearProgram:
    """Arrays of a formulation's program, rows and columns in the order of declaration.

    Its rules are expanded as templates: those that are kept where the formulation is known, which
    needs no Pyomo, else those of a model built afresh.  Where a rule can't be a template, Pyomo
    compiles the whole.
    """
    try:
        program = _by_records(build)
    except (NotRecorded, Unkept):
        program = None
    except NotATemplate as reason:
        _log.debug("its templates don't fit: %s", reason)
        program = None
    return (program or _by_pyomo(build)).with_priorities()


def _by_records(build: Build) -> LinearProgram:
    with written_in(LANGUAGE):
        records = build()
    if not isinstance(records, Records):
        raise Unkept("it is built of Pyomo whatever it is asked to be built of")
    shape = shape_of(records)
    templates = find(shape) or _learnt(build, shape)
    layout = layout_of(records, templates)
    program = expand(records, templates, layout)
    keep_layout(layout)
    return program


def _learnt(build: Build, shape: str) -> Templates:
    """Templates of a formulation that was not met before, kept from now on."""
    from allocator.compile.components import Components
    from allocator.compile.templates import templates_of

    model = build()
    components = Components(model)
    templates = templates_of(model, components)
    if not components.plain:
        raise Unkept("its data are not plain")
    keep(shape, templates)
    return templates


def _by_pyomo(build: Build) -> LinearProgram:
    from allocator.compile.standard_form import compile_by_pyomo
    from allocator.compile.templates import compile_templates

    try:
        return compile_templates(build())
    except NotATemplate as reason:
        _log.debug("compiled by Pyomo, since a template can't be expanded: %s", reason)
        return compile_by_pyomo(build())

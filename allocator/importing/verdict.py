"""A solution file read, matched with its instance's program, certified and audited."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from allocator.errors import UsageError
from allocator.importing.imported import Imported
from allocator.importing.matching import Sidecar, dual_of, primal_of, read_sidecar
from allocator.importing.own import own_optima, own_over_windows
from allocator.importing.reading import read_solution
from allocator.importing.solution_file import SolutionFile
from allocator.instance import Instance, Window
from allocator.plan.plan import Plan
from allocator.program.certificate import GAP_TOLERANCE, TOLERANCE, Certificate, certify
from allocator.program.program import LinearProgram
from allocator.progress import Progress, silent
from allocator.solvers.solution import Floats, Solution, Status
from allocator.solving.session import Solved, WindowSolved, at_window, build, saying
from allocator.solving.solve import laid_out
from allocator.vocabulary import IN_WINDOW
from formulations import USUAL

# How far residuals and the gap may be off: a file of six digits cannot show more than that.
_ALLOWED: Final = {15: (TOLERANCE, GAP_TOLERANCE), 8: (TOLERANCE, GAP_TOLERANCE), 6: (5e-5, 1e-5)}


def import_solution(
    instance: Instance,
    path: Path,
    *,
    formulation: str | None = None,
    window: Window | None = None,
    names: Path | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Certify and audit the solution in a file of HiGHS, GLPK, CBC or SCIP.

    ``names`` is the sidecar of the program that was solved; without it names are made anew
    from the instance.  The window is the one whose years the solution has, ``formulation``
    the sidecar's, or ``least_cost``.  Raises UsageError where the file is not understood or
    belongs to another instance, formulation or window.
    """
    tell = progress or silent
    tell("reading the solution", 0, 2)
    file = read_solution(path)
    sidecar = None if names is None else read_sidecar(names, instance)
    formulation = _agreed(formulation, sidecar)
    whole = build(instance, formulation)
    given = window or (sidecar.window if sidecar else None)
    primal = primal_of(at_window(whole, instance, given) if given else whole, file, sidecar)
    taken = _window_of(instance, whole, primal)
    if (given and taken != given) or (sidecar and not sidecar.chosen and taken != sidecar.window):
        raise UsageError(f"{path}: is not of that window; it was {_solved(taken)}")
    program = at_window(whole, instance, taken)
    primal = primal_of(program, file, sidecar)  # what it leaves out is as the window has it
    chooses = whole.integer is not None and given is None
    dual = None if chooses else dual_of(program, file, sidecar)
    certificate = certify(program, primal, np.zeros(program.shape[0]) if dual is None else dual, 0)
    tolerance, gap_tolerance = _ALLOWED[file.digits]
    tell("looking for an optimum of our own, and auditing the plan", 1, 2)
    return Imported(
        file,
        program,
        primal,
        certificate,
        dual is not None,
        own_over_windows(whole) if chooses else own_optima(program),
        _plan(instance, program, taken, primal, dual, certificate, formulation, file),
        tolerance,
        gap_tolerance,
    )


def _agreed(formulation: str | None, sidecar: Sidecar | None) -> str:
    if sidecar is not None and formulation not in (None, sidecar.formulation):
        raise UsageError(f"the program that was solved is of {sidecar.formulation}")
    return formulation or (sidecar.formulation if sidecar else USUAL)


def _window_of(instance: Instance, program: LinearProgram, primal: Floats) -> Window | None:
    """The window whose years the solution has; UsageError where the instance allows none such."""
    family = program.columns[IN_WINDOW]
    inside = [y for (y,) in family.indices if primal[family.positions[y,]] > 0.5]
    if not inside:
        return None
    window = (min(inside), len(inside))
    if window not in instance.windows or max(inside) - min(inside) >= len(inside):
        raise UsageError(f"the solution's years of double investment {inside} are not allowed")
    return window


def _solved(window: Window | None) -> str:
    return saying(window).replace("solving", "solved")


def _plan(
    instance: Instance,
    program: LinearProgram,
    window: Window | None,
    primal: Floats,
    dual: Floats | None,
    certificate: Certificate,
    formulation: str,
    file: SolutionFile,
) -> Plan:
    prices = np.zeros(program.shape[0]) if dual is None else dual
    value = certificate.primal_objective
    solution = Solution(Status.OPTIMAL, primal, prices, value, 0, 0.0)
    proof = None if dual is None else certificate
    best = WindowSolved(window, program, solution, proof, dual is not None)
    solver = f"a solution read from a file ({file.form})"
    return laid_out(instance, Solved((best,), best, None), formulation, solver)

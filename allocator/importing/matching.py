"""Names or positions in a solution file matched with the columns and rows of a program."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from allocator.errors import UsageError
from allocator.importing.solution_file import SolutionFile, Values
from allocator.instance import Instance, Window
from allocator.program.program import LinearProgram
from allocator.solvers.solution import Floats
from allocator.solving.export import SCHEMA, names

CHOSEN = "chosen"  # in a sidecar: the program holds every window


@dataclass(frozen=True)
class Sidecar:
    """What ``export`` wrote beside a program: whose it is, and its names in the file's order."""

    formulation: str
    window: Window | None
    chosen: bool
    columns: tuple[str, ...]
    rows: tuple[str, ...]


def read_sidecar(path: Path, instance: Instance) -> Sidecar:
    """UsageError where it is none, or belongs to another instance."""
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        window, hashed = facts["window"], facts["instance_hash"]
        sidecar = Sidecar(
            facts["formulation"],
            (window["first_year"], window["years"]) if isinstance(window, dict) else None,
            window == CHOSEN,
            tuple(facts["columns"]),
            tuple(facts["rows"]),
        )
        if facts["schema"] != SCHEMA:
            raise KeyError("schema")
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: is not what `export` writes beside a program") from error
    if hashed != instance.hash:
        raise UsageError(
            f"{path}: is of another instance than {instance.name}, or of an earlier state of it: "
            f"its hash is {hashed[:12]}, not {instance.hash[:12]}"
        )
    return sidecar


def primal_of(program: LinearProgram, file: SolutionFile, sidecar: Sidecar | None) -> Floats:
    """Values by column.

    A column that the file does not mention is 0 where the format leaves zeros out, or where it
    is in no row and costs nothing, as an LP file has no room for those; then at the bound
    nearest to 0.  UsageError for any other that is missing, and for names that are unknown.
    """
    values = _named(file.columns, None if sidecar is None else sidecar.columns, "column")
    place = _places(values, names(program.columns.values()), "column")
    used = np.bincount(program.matrix.columns, minlength=program.shape[1]) > 0
    used |= program.objectives[0].costs != 0
    if not file.sparse:
        _all_there(place, np.flatnonzero(used), program.column_name, "column")
    nearest = np.minimum(np.maximum(program.lower, 0.0), program.upper)
    primal: Floats = np.where(used, 0.0, nearest)
    primal[list(place)] = list(place.values())
    return primal


def dual_of(program: LinearProgram, file: SolutionFile, sidecar: Sidecar | None) -> Floats | None:
    """Duals by row, ∂ minimised objective / ∂ right-hand side; None where the file has none."""
    if file.duals is None:
        return None
    values = _named(_rows_alone(file, sidecar), None if sidecar is None else sidecar.rows, "row")
    place = _places(values, names(program.rows.values()), "row")
    bounded = np.isfinite(program.row_lower) | np.isfinite(program.row_upper)
    _all_there(place, np.flatnonzero(bounded), program.row_name, "row")
    dual = np.zeros(program.shape[0])
    dual[list(place)] = list(place.values())
    return dual


def _rows_alone(file: SolutionFile, sidecar: Sidecar | None) -> Values:
    """Duals without that of the objective, which HiGHS counts as a row in GLPK's format."""
    assert file.duals is not None
    if sidecar is None or not file.by_position or len(file.duals) != len(sidecar.rows) + 1:
        return file.duals
    return dict(enumerate((v for n, v in file.duals.items() if n != file.objective_row), 1))


def _named(values: Values, order: Sequence[str] | None, what: str) -> dict[str, float]:
    """By name, whatever the file has them by."""
    named: dict[str, float] = {}
    for key, value in values.items():
        if isinstance(key, str):
            named[key] = value
        elif order is None:
            raise UsageError(
                "the file has values by position, without names: give the sidecar of the "
                "program that was solved (--names PROGRAM.names.json)"
            )
        elif not 1 <= key <= len(order):
            raise UsageError(f"the file has a {what} {key}, the program {len(order)} {what}s")
        else:
            named[order[key - 1]] = value
    return named


def _places(values: Mapping[str, float], known: Sequence[str], what: str) -> dict[int, float]:
    """Values by position in the program; UsageError for names that it does not have."""
    at = {name: n for n, name in enumerate(known)}
    strange = [name for name in values if name not in at]
    if strange:
        more = f" and {len(strange) - 1} more" if len(strange) > 1 else ""
        raise UsageError(
            f"the file belongs to another program: it has a {what} {strange[0]}{more} that this "
            "instance's program has not"
        )
    return {at[name]: value for name, value in values.items()}


def _all_there(
    place: Mapping[int, float], asked: Iterable[int], name: Callable[[int], str], what: str
) -> None:
    """UsageError where a column or row that must be in the file is not."""
    missing = [int(n) for n in asked if int(n) not in place]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise UsageError(f"the file lacks the {what} {name(missing[0])}{more}")

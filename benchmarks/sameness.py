"""Whether a peer's model is the same program as ours, number by number.

    python -m benchmarks.sameness PEER FOLDER

Peers order rows and columns as they like, so what is compared is each kind of number, sorted,
and the optimum.  Ordinary budgets are a tenth larger, so that there is one without a window.
"""

from __future__ import annotations

import json
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

import highspy
import numpy as np

from allocator.instance import read
from allocator.instance.change import apply_changes
from benchmarks import by_allocator
from benchmarks.worker import quiet

EXACT = 1e-9  # relative, of numbers; PyOptInterface's go through a file of 15 digits


def main(peer: str, folder: str) -> dict[str, Any]:
    """The worst difference of any number, and of the optimum; raises where they differ."""
    instance = apply_changes(read(Path(folder)), ["budgets.core.*.amount=*1.1"])
    theirs = import_module(f"benchmarks.by_{peer}")
    with quiet():
        found = _lp(theirs.build(instance))
        ours = _lp(by_allocator.build(instance))
        optima = np.array([_optimum(found), _optimum(ours)])
    mine, yours = _numbers(ours), _numbers(found)
    worst = {name: _difference(mine[name], yours[name]) for name in mine}
    worst["optimum"] = _difference(optima[:1], optima[1:])
    if max(worst.values()) > EXACT:
        raise AssertionError(f"{peer} builds another program: {worst}")
    return {"worst": max(worst.values()), "entries": len(mine["coefficients"])}


def _lp(built: Any) -> highspy.HighsLp:
    """The program that a peer's model holds."""
    if hasattr(built, "_solver_model"):  # Pyomo's interface
        built = built._solver_model
    if hasattr(built, "_highs"):  # our own
        built = built._highs
    if isinstance(built, highspy.Highs):
        return built.getLp()
    with tempfile.TemporaryDirectory() as place:  # PyOptInterface has a HiGHS of its own
        file = Path(place) / "model.mps"
        built.write(str(file))
        model = highspy.Highs()
        model.readModel(str(file))
        return model.getLp()


def _numbers(lp: highspy.HighsLp) -> dict[str, Any]:
    """Each kind of number, sorted; columns that stand in no row left out, as Pyomo leaves them."""
    used = np.zeros(lp.num_col_, dtype=bool)
    places = np.asarray(lp.a_matrix_.index_)
    by_column = lp.a_matrix_.format_ == highspy.MatrixFormat.kColwise
    used[np.flatnonzero(np.diff(lp.a_matrix_.start_)) if by_column else places] = True
    kinds = {
        "coefficients": lp.a_matrix_.value_, "row_lower": lp.row_lower_,
        "row_upper": lp.row_upper_, "lower": np.asarray(lp.col_lower_)[used],
        "upper": np.asarray(lp.col_upper_)[used], "costs": np.asarray(lp.col_cost_)[used],
    }  # fmt: skip
    return {name: np.sort(np.asarray(values)) for name, values in kinds.items()}


def _difference(mine: Any, yours: Any) -> float:
    """The largest relative difference; infinite where the counts differ."""
    if len(mine) != len(yours):
        return float("inf")
    same = mine == yours  # infinities are
    size = np.maximum(np.maximum(np.abs(mine), np.abs(yours)), 1e-6)
    return float(np.max(np.abs(mine - yours)[~same] / size[~same], initial=0.0))


def _optimum(lp: highspy.HighsLp) -> float:
    model = highspy.Highs()
    model.passModel(lp)
    model.run()
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise AssertionError("there is no optimum to compare")
    return float(model.getInfo().objective_function_value)


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))

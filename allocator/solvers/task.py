"""What an algorithm is given, and what it gives back, each as a file between two processes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from allocator.solvers.solution import Floats, Status

COLUMN, ROW, COST = "c", "r", "cost"  # names in the file: c0, c1, … and r0, r1, …
GAP: Final = 1e-9  # relative, that every branch and bound is asked for


@dataclass(frozen=True)
class Task:
    """A program to minimise, in a free-format MPS file, and the terms.

    ``seconds`` is the time limit, ``tolerance`` what to ask for (None: nothing can be asked),
    ``options`` the algorithm's own, ``whole`` whether some columns must be whole: then the search
    ends at a relative gap of ``GAP``.
    """

    path: str
    rows: int
    columns: int
    bridge: str
    seconds: float
    threads: int
    seed: int
    tolerance: float | None
    options: dict[str, Any] = field(default_factory=dict)
    whole: bool = False

    def to_json(self) -> str:
        """For the child process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Task:
        """As ``to_json`` wrote it."""
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Reply:
    """What a solver says.

    ``primal`` is by column, ``dual`` by row: ∂ minimised objective / ∂ right-hand side;
    ``ray`` by row, in either sign, and by column where the program is unbounded.  Each is None
    where the solver gives none.  ``iterations`` is None where it does not say; ``solving`` is
    seconds by the solver's own process, the reading of the file left out.  Of a program with
    whole columns, ``bound`` is what no point costs less than, by the solver's word, and ``nodes``
    how many it looked at.
    """

    status: Status
    primal: Floats | None = None
    dual: Floats | None = None
    ray: Floats | None = None
    iterations: int | None = None
    solving: float = float("nan")
    message: str = ""
    bound: float | None = None
    nodes: int | None = None

    def save(self, path: Path) -> None:
        """Write it as an ``.npz``."""
        facts = {
            "status": self.status.value,
            "iterations": self.iterations,
            "solving": self.solving,
            "message": self.message,
            "bound": self.bound,
            "nodes": self.nodes,
        }
        vectors = {"primal": self.primal, "dual": self.dual, "ray": self.ray}
        given = {name: vector for name, vector in vectors.items() if vector is not None}
        np.savez(path, allow_pickle=False, facts=np.array(json.dumps(facts)), **given)

    @classmethod
    def load(cls, path: Path) -> Reply:
        """As ``save`` wrote it.  Raises OSError, KeyError or ValueError for anything else."""
        with np.load(path, allow_pickle=False) as saved:
            facts = json.loads(str(saved["facts"]))
            primal, dual, ray = (
                np.asarray(saved[name], dtype=float) if name in saved else None
                for name in ("primal", "dual", "ray")
            )
        return cls(
            Status(facts["status"]),
            primal,
            dual,
            ray,
            facts["iterations"],
            float(facts["solving"]),
            str(facts["message"]),
            facts["bound"],
            facts["nodes"],
        )

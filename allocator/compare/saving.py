"""A comparison as JSON, and as a folder: tables, the programs that were given, logs, a picture."""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Final

from allocator.compare.agreement import TOLERANCE, difference
from allocator.compare.comparison import Compared, Comparison
from allocator.compare.judge import Result
from allocator.compare.profile import draw
from allocator.compare.summary import PENALTY
from allocator.files import FolderKind, place_folder
from allocator.solvers.mps import write_mps

_FILES: Final = ("comparison.json", "comparison.txt", "profile.png")
COMPARISON: Final = FolderKind(
    "a comparison",
    "comparison.json",
    lambda file: file in _FILES or bool(re.fullmatch(r"\d+-[^/]+/(program\.mps|[^/]+\.log)", file)),
)


def to_dict(comparison: Comparison, headline: str) -> dict[str, Any]:
    """As ``compare --json`` prints it; seconds, bytes, and the program's money.

    ``headline`` is the comparison in one sentence.
    """
    terms = comparison.terms
    return {
        "agrees": comparison.agrees,
        "headline": headline,
        "ended_from_outside": sorted({r.algorithm.name for r in comparison.ended}),
        "tolerance": TOLERANCE,
        "time_limit": terms.seconds,
        "threads": terms.threads,
        "seed": terms.seed,
        "repeat": comparison.repeat,
        "penalty": PENALTY,
        "programs": [_program(each) for each in comparison.compared],
        "summary": [
            {
                "solver": line.name,
                "certified": line.certified,
                "claimed": line.claimed,
                "failed": line.failed,
                "shifted_means": {f"{shift:g}": mean for shift, mean in line.means.items()},
            }
            for line in comparison.summary
        ],
    }


def as_json(comparison: Comparison, headline: str) -> str:
    """``to_dict`` as text, by strict JSON: null for what is not finite."""
    return json.dumps(
        _finite(to_dict(comparison, headline)), indent=2, ensure_ascii=False, allow_nan=False
    )


def save(
    comparison: Comparison, folder: Path, headline: str, text: str, *, force: bool = False
) -> None:
    """Write ``comparison.json``, ``comparison.txt``, programs, logs, and ``profile.png``.

    ``headline`` and ``text`` are the comparison in words.  Raises UsageError where something is
    there, unless it is a comparison and ``force`` is true.
    """
    make = partial(_fill, comparison, headline, text)
    place_folder(folder, make, kind=COMPARISON, force=force)


def _fill(comparison: Comparison, headline: str, text: str, folder: Path) -> None:
    (folder / "comparison.json").write_text(as_json(comparison, headline) + "\n", encoding="utf-8")
    (folder / "comparison.txt").write_text(text, encoding="utf-8")
    for n, each in enumerate(comparison.compared, 1):
        place = folder / f"{n:02}-{each.problem.name}"
        place.mkdir()
        write_mps(each.problem.program, place / "program.mps")
        for result in each.results:
            if result.ran:
                log = place / f"{result.algorithm.name}.log"
                log.write_text(result.log, encoding="utf-8")
    draw(comparison, folder / "profile.png")


def _program(each: Compared) -> dict[str, Any]:
    program = each.problem.program
    rows, columns = program.shape
    optimum = each.optimum
    return {
        "name": each.problem.name,
        "about": each.problem.about,
        "rows": rows,
        "columns": columns,
        "whole_columns": 0 if program.integer is None else int(program.integer.sum()),
        "entries": program.matrix.entries,
        "sha256": each.sha256,
        "agrees": each.agreement.agrees,
        "best": each.agreement.best,
        "spread": each.agreement.spread,
        "bound": each.agreement.bound,
        "results": [_result(result, each) for result in each.results],
        "optimum": optimum
        and {
            "paths_differ": optimum.paths_differ,
            "prices_differ": optimum.prices_differ,
            "spend": {name: [reach.least, reach.most] for name, reach in optimum.spend},
        },
    }


def _result(result: Result, each: Compared) -> dict[str, Any]:
    proof = result.certificate
    return {
        "solver": result.algorithm.name,
        "code": result.algorithm.code,
        "version": result.version,
        "ignores": list(result.algorithm.ignores),
        "standing": result.standing.name.lower(),
        "status": result.status,
        "reason": result.reason,
        "objective": result.objective,
        "above_best": difference(result, each.agreement),
        "certificate": proof
        and {
            **proof.to_dict(),
            "primal_absolute": proof.primal.absolute,
            "dual_absolute": proof.dual.absolute,
            "gap_absolute": abs(proof.primal_objective - proof.dual_objective),
            "dual_objective": proof.dual_objective,
        },
        "whole": result.whole and asdict(result.whole),
        "iterations": result.iterations,
        "seconds": result.seconds,
        "times": list(result.times),
        "memory": result.memory,
    }


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value

"""mpi-sppy's hub and spokes, as each rank of MPI runs them.

    mpiexec -n 3 python -m allocator.hedge.mpi_sppy.spun FOLDER ROUNDS

The hub is progressive hedging, its proximal terms linearised, which HiGHS can solve; one spoke
bounds the cost from below by the Lagrangian, one holds the mean of the scenarios' levels and so
bounds it from above.  With more ranks, a multiple of three, the scenarios are divided between
those of each.  The folder has the models, a pickle; bounds and what is settled are written there,
the second where levels were found that can be had.
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import Any, Final

from allocator.hedge.mpi_sppy.bounds import settled_of
from allocator.hedge.mpi_sppy.models import Models

MODELS, BOUNDS, SETTLED = "models.pickle", "bounds.pickle", "settled.pickle"
SOLVER: Final = "appsi_highs"
_RHO: Final = 1e-3  # £m by which a case per year too many or too few is charged
_GAP: Final = 1e-5  # relative, at which they stop
_STALLED: Final = 20  # rounds without a better bound, after which they stop


def main(folder: Path, rounds: int) -> None:
    """Spin, on this rank, and write what it found."""
    from mpisppy.spin_the_wheel import WheelSpinner
    from mpisppy.utils import cfg_vanilla as vanilla

    models: Models = pickle.loads((folder / MODELS).read_bytes())
    settings = _settings(rounds)
    given: dict[str, Any] = {
        "scenario_creator": models.create,
        "scenario_denouement": None,
        "all_scenario_names": models.names,
        "all_nodenames": models.tree.node_names,
    }
    spokes = [
        make(settings, **given) for make in (vanilla.lagrangian_spoke, vanilla.xhatxbar_spoke)
    ]
    wheel = WheelSpinner(vanilla.ph_hub(settings, **given), spokes)
    wheel.spin()
    if wheel.on_hub() and wheel.cylinder_rank == 0:
        bounds = (float(wheel.BestOuterBound), float(wheel.BestInnerBound))
        (folder / BOUNDS).write_bytes(pickle.dumps(bounds))
    wheel.write_first_stage_solution(str(folder / SETTLED), _write_root)


def _settings(rounds: int) -> Any:
    from mpisppy.utils.config import Config

    settings = Config()
    for kind in ("popular", "two_sided", "ph", "lagrangian", "xhatxbar"):
        getattr(settings, f"{kind}_args")()
    settings.solver_name = SOLVER
    settings.default_rho = _RHO
    settings.max_iterations = rounds
    settings.max_stalled_iters = _STALLED
    settings.rel_gap = _GAP
    settings.linearize_proximal_terms = True
    return settings


def _write_root(file: str, scenario: Any, bundled: bool) -> None:
    """What is settled at the root, as mpi-sppy asks for it to be written."""
    root = scenario._mpisppy_node_list[0].nonant_vardata_list
    Path(file).write_bytes(pickle.dumps(settled_of(root)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

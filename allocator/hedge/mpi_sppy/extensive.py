"""mpi-sppy's extensive form, built and solved in this process."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from typing import Final

from allocator.hedge.mpi_sppy.bounds import Bounds, settled_of
from allocator.hedge.mpi_sppy.models import Models

SOLVER: Final = "highs"


def extensive(models: Models) -> Bounds:
    """Its optimum is both bounds; none where it ends without one, as on an infeasible program."""
    with redirect_stdout(io.StringIO()):  # it says when it does what
        from mpisppy.opt.ef import ExtensiveForm

        form = ExtensiveForm(
            {"solver": SOLVER}, models.names, models.create, all_nodenames=models.tree.node_names
        )
        form.solve_extensive_form()
        optimum = form.get_objective_value()
    if optimum is None:
        return Bounds()
    first = form.local_scenarios[models.names[0]]
    root = first._mpisppy_node_list[0].nonant_vardata_list
    return Bounds(optimum, optimum, settled_of(root))

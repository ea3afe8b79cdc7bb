"""Audits of many points of one program: their tables are laid out once and filled in each time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.audit import audit
from allocator.errors import AuditError
from allocator.instance import Instance, Window
from allocator.plan.benefits import benefit_table
from allocator.plan.tables import carried, decision_tables
from allocator.program.matrix import Floats
from allocator.program.program import MONEY, POUNDS, LinearProgram
from allocator.simulate import baseline
from allocator.solving.solve import terminal_value
from allocator.table import Table, Tables

_ACCOUNT: Final = ["fund", "owner", "year"]

Places = NDArray[np.int64]


@dataclass(frozen=True)
class _Cells:
    """A column of a table: which of the program's columns, counted from 1, times what.

    0 where a row has none: what is not bought is 0.
    """

    table: str
    column: str
    places: Places
    scale: float


class Auditor:
    """Audits points of a program, which may have columns of its own at the end.

    ``costs`` is the program's cost by column; ``targets`` says whether the points undertake to
    meet them.
    """

    def __init__(
        self,
        instance: Instance,
        window: Window | None,
        program: LinearProgram,
        costs: Floats,
        *,
        targets: bool = True,
    ) -> None:
        self._instance, self._window = instance, window
        self._costs, self._targets = costs, targets
        numbered = np.arange(1, program.shape[1] + 1, dtype=float)
        self._tables = dict(decision_tables(instance, program, numbered))
        self._cells = tuple(
            self._cells_of(program, table, str(column))
            for table, frame in self._tables.items()
            for column in frame.columns
            if column in program.columns and (table, column) != ("funds", "drawn")
        )
        self._accounts = self._drawn_by()
        self._unchanged = baseline(instance)

    def _cells_of(self, program: LinearProgram, table: str, column: str) -> _Cells:
        """Read off tables whose values are the numbers of the program's columns."""
        scale = POUNDS if program.columns[column].unit == MONEY else 1.0
        numbers = self._tables[table][column].to_numpy(dtype=float) / scale
        return _Cells(table, column, np.rint(numbers).astype(np.int64), scale)

    def _drawn_by(self) -> Places:
        """Row of ``funds`` for each row of ``drawn``."""
        accounts = self._tables["funds"][_ACCOUNT].assign(row=range(len(self._tables["funds"])))
        joined = self._tables["drawn"][_ACCOUNT].merge(accounts, how="left", on=_ACCOUNT)
        return joined["row"].to_numpy(dtype=np.int64)

    def tables(self, primal: Floats) -> dict[str, pd.DataFrame]:
        """The tables of a point, as ``decision_tables`` lays them out."""
        filled = {name: frame.copy(deep=False) for name, frame in self._tables.items()}
        counted = np.append(0.0, primal)
        for cells in self._cells:
            filled[cells.table][cells.column] = counted[cells.places] * cells.scale
        funds, drawn = filled["funds"], filled["drawn"]["drawn"].to_numpy(dtype=float)
        funds["drawn"] = np.bincount(self._accounts, drawn, len(funds))
        filled["funds"] = carried(self._instance, Table.of(funds)).frame
        return filled

    def audited(self, primal: Floats) -> Mapping[str, pd.DataFrame]:
        """The tables of a point; AuditError where the simulator does not confirm it."""
        tables = self.tables(primal)
        if self._instance.resolved.benefits:
            tables["benefits"] = benefit_table(self._instance, self._unchanged, tables).frame
        objective = float(self._costs @ primal) * POUNDS
        left = terminal_value(self._instance, Tables.of(tables), self._window, objective)
        checked = audit(
            self._instance,
            tables,
            self._window,
            objective=objective,
            terminal_value=left,
            targets=self._targets,
        )
        if not checked.passed:
            raise AuditError(f"a plan does not stand up to its audit: {checked.failure()}")
        return tables

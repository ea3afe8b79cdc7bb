"""Audits of many points of one program: their tables are laid out once and filled in each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
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
from allocator.table import Tables

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
        laid_out = decision_tables(instance, program, numbered)
        self._tables = {name: laid_out.table(name) for name in laid_out}
        self._cells = tuple(
            self._cells_of(program, table, column)
            for table, columns in self._tables.items()
            for column in columns.names
            if column in program.columns and (table, column) != ("funds", "drawn")
        )
        self._accounts = self._drawn_by()
        self._unchanged = baseline(instance)

    def _cells_of(self, program: LinearProgram, table: str, column: str) -> _Cells:
        """Read off tables whose values are the numbers of the program's columns."""
        scale = POUNDS if program.columns[column].unit == MONEY else 1.0
        numbers = self._tables[table].numbers(column) / scale
        return _Cells(table, column, np.rint(numbers).astype(np.int64), scale)

    def _drawn_by(self) -> Places:
        """Row of ``funds`` for each row of ``drawn``."""
        rows = {key: n for n, key in enumerate(self._tables["funds"].keys(_ACCOUNT))}
        return np.array([rows[key] for key in self._tables["drawn"].keys(_ACCOUNT)], dtype=np.int64)

    def tables(self, primal: Floats) -> Tables:
        """The tables of a point, as ``decision_tables`` lays them out."""
        filled, counted = dict(self._tables), np.append(0.0, primal)
        for cells in self._cells:
            values = {cells.column: counted[cells.places] * cells.scale}
            filled[cells.table] = filled[cells.table].assign(**values)
        funds = filled["funds"]
        drawn = np.bincount(self._accounts, filled["drawn"].numbers("drawn"), len(funds))
        filled["funds"] = carried(self._instance, funds.assign(drawn=drawn))
        return Tables(filled)

    def audited(self, primal: Floats) -> Tables:
        """The tables of a point; AuditError where the simulator does not confirm it."""
        tables = self.tables(primal)
        if self._instance.resolved.benefits:
            benefits = benefit_table(self._instance, self._unchanged, tables)
            tables = Tables(tables, benefits=benefits)
        objective = float(self._costs @ primal) * POUNDS
        left = terminal_value(self._instance, tables, self._window, objective)
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

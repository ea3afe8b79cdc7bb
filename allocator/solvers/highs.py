"""The bridge from arrays to HiGHS: one model kept alive, solved again from its last basis."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from allocator.errors import SolverError
from allocator.memory import room_for_a_thread
from allocator.program.program import SHARE, LinearProgram
from allocator.solvers.catalogue import LARGE, OF_A_SHARE, Options, Solver, iteration_limits
from allocator.solvers.loading import STATUS, basis_of, floats, highspy
from allocator.solvers.solution import Floats, Ranging, Solution, Status

DUAL_SIMPLEX, PRIMAL_SIMPLEX = 1, 4  # as HiGHS numbers its strategies

MANY: Final = 500  # coefficients: to change more takes longer than to hand over all of them

_NONE, _NO_ENTRIES = np.zeros(0), np.zeros(0, dtype=np.intp)

_Arrays = tuple[Floats, ...]


class HighsModel:
    """A program loaded into HiGHS.  Others of its shape are solved from the last basis.

    ``log`` is a file that HiGHS writes its own log to.
    """

    # What HiGHS holds: bounds of columns and rows, and costs.
    _columns: _Arrays
    _rows: _Arrays
    _costs: _Arrays

    def __init__(self, program: LinearProgram, solver: Solver, log: Path | None = None) -> None:
        self.solver = solver
        self._highs = highspy.Highs()
        self._interruptible = program.shape[0] > LARGE
        self._highs.HandleUserInterrupt = self._interruptible
        if solver.options.get("solver") == "pdlp":
            log = None  # it would log to stdout, where results go
        self._set("output_flag", log is not None)
        self._set("log_to_console", False)
        if log is not None:
            self._set("log_file", str(log))
        for name, value in {**iteration_limits(*program.shape), **solver.options}.items():
            self._set(name, value)
        self._matrix = program.matrix
        self._from_feasible: Options = {}  # for the next run alone
        self._basic: NDArray[np.int32] | None = None  # numbers of what is in the basis, once asked
        self._pass(program)

    @property
    def version(self) -> str:
        """Version of HiGHS."""
        return str(self._highs.version())

    @property
    def seconds(self) -> float:
        """Time spent solving so far."""
        return float(self._highs.getRunTime())

    def solve(self, program: LinearProgram, stage: int = -1, seconds: float = np.inf) -> Solution:
        """Minimise one of the program's objectives, from the last basis where there is one.

        ``program`` must have the shape of the one that was loaded; coefficients, bounds and costs
        may differ.  ``seconds`` is the longest it may take.
        """
        self._load_matrix(program)
        self._load_bounds(program)
        objective = program.objectives[stage]
        columns, self._costs = _changed(self._costs, objective.costs)
        if len(columns):
            costs = objective.costs[columns]
            self._check(self._highs.changeColsCost(len(columns), columns, costs))
        self._check(self._highs.changeObjectiveOffset(objective.constant))
        started = self.seconds
        self._set("time_limit", started + max(seconds, 0.0))
        first = program.shape[0] > LARGE and not self._highs.getBasis().valid
        options = self.solver.large if first and self.solver.large else self.solver.options
        later = self.solver.later if objective is not program.objectives[0] else {}
        finer = OF_A_SHARE if objective.unit == SHARE else {}
        self._run({**options, **later, **finer, **self._from_feasible})
        if self._from_feasible:
            self._from_feasible = {}
            self._set("simplex_strategy", DUAL_SIMPLEX)
        return self._answer(self.seconds - started)

    def begin_at(self, columns: NDArray[np.bool_], rows: NDArray[np.bool_]) -> None:
        """Go on by the primal simplex method from a basis of these columns and rows.

        The others are at a bound: the lower one where they have both.
        """
        program, status, basis = self._program, highspy.HighsBasisStatus, highspy.HighsBasis()
        bounds = ((columns, program.lower, program.upper), (rows, *self._rows))
        basis.col_status, basis.row_status = (
            [
                status.kBasic
                if inside
                else status.kLower
                if low > -np.inf
                else status.kUpper
                if high < np.inf
                else status.kZero
                for inside, low, high in zip(*(each.tolist() for each in part), strict=True)
            ]
            for part in bounds
        )
        basis.valid = True
        self._check(self._highs.setBasis(basis))
        self._from_feasible = {"simplex_strategy": PRIMAL_SIMPLEX}

    def begin_near(self, primal: Floats, dual: Floats) -> None:
        """Go on by the primal simplex method from the corner nearest to an answer."""
        near, costs = highspy.HighsSolution(), self._program.objectives[-1].costs
        near.col_value, near.row_value = primal.tolist(), self._matrix.times(primal).tolist()
        near.row_dual = dual.tolist()
        near.col_dual = (costs - self._matrix.transposed_times(dual)).tolist()
        near.value_valid = near.dual_valid = True
        self._check(self._highs.setSolution(near))
        self._from_feasible = {"solver": "simplex", "simplex_strategy": PRIMAL_SIMPLEX}

    def begin(self, other: HighsModel) -> None:
        """Go on from another's basis.

        Columns that the other has more add to its rows or take from them, as in
        ``solving.proved.elastic``: one in the basis gives its place to the row's own slack.
        Rows that it has less, at the end, begin with their slack in the basis.
        """
        basis, columns = other._highs.getBasis(), self._program.shape[1]
        if not basis.valid:
            return
        if self._program.shape == other._program.shape:
            self._highs.setBasis(basis)
            return
        narrow, held = highspy.HighsBasis(), list(basis.row_status)
        rows = len(held)
        for n, status in enumerate(list(basis.col_status)[columns:]):
            if status == highspy.HighsBasisStatus.kBasic:
                held[n % rows] = status
        held += [highspy.HighsBasisStatus.kBasic] * (self._program.shape[0] - rows)
        narrow.col_status, narrow.row_status = list(basis.col_status)[:columns], held
        narrow.valid = True
        self._highs.setBasis(narrow)

    @property
    def basis(self) -> Any:
        """Where the last solve ended, to go on from later; None where it left no basis."""
        return basis_of(self._highs)

    @basis.setter
    def basis(self, basis: Any) -> None:
        self._check(self._highs.setBasis(basis))

    def making_up(self, moved: Floats) -> Floats | None:
        """How columns in the basis move so that rows moved like this, by row, stay; by column.

        None where HiGHS holds no factors of its basis.
        """
        status, parts = self._highs.getBasisSolve(-moved)  # type: ignore[attr-defined]
        if status != highspy.HighsStatus.kOk:
            return None
        if self._basic is None:
            self._basic = np.array(self._highs.getBasicVariables()[1])  # type: ignore[attr-defined]
        basic, inside = self._basic, self._basic >= 0
        change = np.zeros(self._matrix.shape[1])
        change[basic[inside]] = parts[inside]
        return change

    def ranging(self) -> Ranging | None:
        """Ranges of the last solve's right-hand sides; None where HiGHS has no basis for them."""
        if not self.solver.vertex:
            return None
        status, ranging = self._highs.getRanging()
        if status != highspy.HighsStatus.kOk:
            return None
        return Ranging(np.array(ranging.row_bound_dn.value_), np.array(ranging.row_bound_up.value_))

    def write(self, path: Path, rows: Iterable[str], columns: Iterable[str]) -> None:
        """Write the loaded program with these names, in the format that the suffix stands for."""
        self._check(self._highs.passModel(highs_lp(self._program)))
        for position, name in enumerate(rows):
            self._check(self._highs.passRowName(position, name))
        for position, name in enumerate(columns):
            self._check(self._highs.passColName(position, name))
        self._check(self._highs.writeModel(str(path)))

    def takes(self, program: LinearProgram) -> bool:
        """Whether a program has the shape of the one that was loaded."""
        return program.shape == self._matrix.shape

    def _pass(self, program: LinearProgram) -> None:
        """Hand over the whole program: its arrays as they are, not number by number."""
        self._program = program
        (rows, columns), matrix, objective = program.shape, program.matrix, program.objectives[-1]
        continuous = np.zeros(columns, dtype=np.int32)
        self._columns = (program.lower, program.upper)
        self._rows = (program.row_lower, program.row_upper)
        self._costs = (objective.costs,)
        self._check(
            self._highs.passModel(
                columns,
                rows,
                matrix.entries,
                int(highspy.MatrixFormat.kColwise),
                int(highspy.ObjSense.kMinimize),
                objective.constant,
                objective.costs,
                program.lower,
                program.upper,
                program.row_lower,
                program.row_upper,
                matrix.starts,
                matrix.rows,
                matrix.values,
                continuous,
            )
        )

    def _load_matrix(self, program: LinearProgram) -> None:
        """Hand over the coefficients that differ; the basis stays."""
        before, after = self._matrix, program.matrix
        if after is before:
            return
        self._matrix, alike = after, after.same_pattern(before)
        changed = np.flatnonzero(after.values != before.values) if alike else _NO_ENTRIES
        if not alike or len(changed) > MANY:
            basis = self._highs.getBasis()
            self._pass(program)
            if basis.valid:
                self._check(self._highs.setBasis(basis))
            return
        for entry in changed:
            row, column = int(after.rows[entry]), int(after.columns[entry])
            self._check(self._highs.changeCoeff(row, column, float(after.values[entry])))

    def _load_bounds(self, program: LinearProgram) -> None:
        """Hand over the bounds that differ."""
        columns, self._columns = _changed(self._columns, program.lower, program.upper)
        if len(columns):
            self._check(
                self._highs.changeColsBounds(
                    len(columns), columns, program.lower[columns], program.upper[columns]
                )
            )
        rows, self._rows = _changed(self._rows, program.row_lower, program.row_upper)
        if len(rows):
            self._check(
                self._highs.changeRowsBounds(  # type: ignore[attr-defined]  # the stubs lack it
                    len(rows), rows, program.row_lower[rows], program.row_upper[rows]
                )
            )

    def _answer(self, seconds: float) -> Solution:
        known = self._status()
        info = self._highs.getInfo()
        iterations = max(info.simplex_iteration_count, 0) + max(info.ipm_iteration_count, 0)
        iterations += max(info.pdlp_iteration_count, 0)
        if known is not Status.OPTIMAL:
            message = self._highs.modelStatusToString(self._highs.getModelStatus())
            proof = self._ray() if known is Status.INFEASIBLE else None
            return Solution(known, _NONE, _NONE, np.nan, iterations, seconds, message, proof)
        solution = self._highs.getSolution()
        return Solution(
            known,
            floats(solution.col_value),
            floats(solution.row_dual),
            info.objective_function_value,
            iterations,
            seconds,
        )

    def _run(self, options: Options) -> None:
        """Run with options, and put the solver's own back."""
        self._basic = None
        for name, value in options.items():
            self._set(name, value)
        self._run_interruptibly()
        for name, value in self.solver.options.items():
            self._set(name, value)

    def _run_interruptibly(self) -> None:
        """Run in a thread beside: an interruption would wait for the call into HiGHS to end.

        A small program is solved before anyone could mind, and starting a thread, or asking at
        every iteration, would take as long.
        """
        if not self._interruptible:
            self._highs.run()
            return
        room_for_a_thread()
        ended, failed = Event(), list[MemoryError]()

        def run() -> None:
            try:
                self._highs.run()
            except MemoryError as error:
                failed.append(error)
            finally:
                ended.set()

        Thread(target=run).start()
        try:
            while not ended.wait(0.2):
                pass
        except KeyboardInterrupt:
            self._highs.cancelSolve()
            ended.wait()
            raise
        if failed:
            raise failed[0]

    def _status(self) -> Status:
        """How the last run ended; where presolve left it open, after a run without presolve."""
        if self._highs.getModelStatus() == highspy.HighsModelStatus.kUnboundedOrInfeasible:
            self._set("presolve", "off")
            self._highs.run()
            self._set("presolve", self.solver.options.get("presolve", "choose"))
        return STATUS.get(self._highs.getModelStatus(), Status.FAILED)

    def _ray(self) -> Floats | None:
        """Proof of infeasibility: the solver's own, or else the simplex method's."""
        if (ray := self._dual_ray()) is not None:
            return ray
        self._set("solver", "simplex")
        self._set("presolve", "off")
        self._highs.clearSolver()
        self._highs.run()
        self._set("solver", self.solver.options["solver"])
        self._set("presolve", self.solver.options.get("presolve", "choose"))
        return self._dual_ray()

    def _dual_ray(self) -> Floats | None:
        status, there, ray = self._highs.getDualRay()  # type: ignore[attr-defined]  # nor this
        return np.array(ray) if status == highspy.HighsStatus.kOk and there else None

    def _set(self, option: str, value: Any) -> None:
        if self._highs.setOptionValue(option, value) != highspy.HighsStatus.kOk:
            raise SolverError(f"HiGHS {self.version} has no option {option} = {value!r}")

    @staticmethod
    def _check(status: highspy.HighsStatus) -> None:
        if status == highspy.HighsStatus.kError:
            raise SolverError("HiGHS refused the program")


def highs_lp(program: LinearProgram) -> highspy.HighsLp:
    """The program as HiGHS takes it, with the last of its objectives."""
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = program.shape
    lp.col_cost_ = program.objectives[-1].costs
    lp.offset_ = program.objectives[-1].constant
    lp.col_lower_, lp.col_upper_ = program.lower, program.upper
    lp.row_lower_, lp.row_upper_ = program.row_lower, program.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = program.matrix.starts
    lp.a_matrix_.index_ = program.matrix.rows
    lp.a_matrix_.value_ = program.matrix.values
    if program.integer is not None:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(whole)] for whole in program.integer]
    return lp


def _changed(known: _Arrays, *arrays: Floats) -> tuple[NDArray[np.int32], _Arrays]:
    """Where arrays differ from those that are known, and the arrays."""
    differs = np.zeros(len(arrays[0]), dtype=bool)
    for before, after in zip(known, arrays, strict=True):
        if after is not before:
            differs |= before != after
    return np.flatnonzero(differs).astype(np.int32), arrays

"""A saved hedge read again; damage is reported by file, row and column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from allocator.errors import UsageError
from allocator.hedge.answer import Hedge, futures_of
from allocator.hedge.average import AverageFuture
from allocator.hedge.mpi_sppy.bounds import Bounds
from allocator.hedge.origin import origin_of
from allocator.hedge.saving.layout import SCENARIO
from allocator.hedge.saving.writing import SCHEMA
from allocator.hedge.tables import tables_of
from allocator.hedge.values import WaitAndSee
from allocator.instance import Instance, Window, read
from allocator.instance.scenarios import Scenario, scenarios
from allocator.plan.columns import HEDGED
from allocator.plan.plan import Plan
from allocator.plan.saving.cells import cells_of, check_rows, typed
from allocator.plan.saving.layout import HEDGE_FILE, INSTANCE_FOLDER
from allocator.plan.saving.loading import (
    amount_of,
    certificate_of,
    open_saved,
    outcome_of,
    window_of,
)
from allocator.plan.windows import WindowOutcome
from allocator.program.certificate import Certificate
from allocator.simulate import baseline
from formulations import LEAST_COST


def load_hedge(path: str | Path, instance: Instance | None = None) -> Hedge:
    """The hedge saved in a folder, given the folder or its hedge.json.

    Rests on the instance's copy in the folder unless another is given.  Raises UsageError where
    there is no hedge or a file of it is damaged.
    """
    folder, facts = open_hedge(path)
    try:
        return _rebuilt(folder, facts, instance or read(folder / INSTANCE_FOLDER))
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise UsageError(
            f"{folder / HEDGE_FILE}: lacks or garbles {error}; save the hedge again"
        ) from error


def open_hedge(path: str | Path) -> tuple[Path, dict[str, Any]]:
    """The folder of a saved hedge, and what its hedge.json says."""
    file, facts = open_saved(Path(path), HEDGE_FILE, "hedge", SCHEMA, "hedge")
    return file.parent, facts


def _rebuilt(folder: Path, facts: dict[str, Any], instance: Instance) -> Hedge:
    saved, listed = facts["saved"], scenarios(instance)
    window, certificate = window_of(facts["window"]), certificate_of(saved["certificate"])
    windows = tuple(outcome_of(each) for each in facts["windows"])
    tables = _tables_by_scenario(folder, saved["tables"], listed)
    plans: Sequence[Scenario] = () if facts["status"] == "infeasible" else listed
    futures = futures_of(
        [
            (scenario, _plan(scenario, facts, tables[scenario.name], window, windows, certificate))
            for scenario in plans
        ],
        [float(facts["scenarios"][each.name]["weight"]) for each in plans],
    )
    alone = _alone(folder, facts["wait_and_see"], plans)
    if alone and any(each.keys() != futures[0].plan.levels().keys() for each in alone.levels):
        raise ValueError("known.csv, whose services are not those of the instance")
    return Hedge(
        instance,
        LEAST_COST,
        facts["solver"],
        tables_of(futures, alone),
        amount_of(facts["objective"]),
        window,
        windows,
        futures,
        alone,
        amount_of(saved["following"]),
        certificate,
        {name: Bounds.of(each) for name, each in facts.get("engine", {}).items()},
        {name: float(less) for name, less in facts.get("learned_a_year_earlier", {}).items()},
        origin_of(facts.get("origin")),
        AverageFuture.of(facts.get("average_future")),
        unfinished=str(facts.get("unfinished", "")),
    )


def _plan(
    scenario: Scenario,
    facts: dict[str, Any],
    tables: Mapping[str, pd.DataFrame],
    window: Window | None,
    windows: tuple[WindowOutcome, ...],
    certificate: Certificate | None,
) -> Plan:
    """The plan of a scenario, without prices of its own."""
    from allocator.plan.prices import unpriced

    instance = scenario.instance
    return Plan(
        instance,
        LEAST_COST,
        facts["solver"],
        "optimal",
        float(facts["scenarios"][scenario.name]["cost"]),
        float(facts["saved"]["terminal_values"][scenario.name]),
        baseline(instance).terminal_value,
        window,
        tuple(each for each in windows if each.window == window),
        {**tables, "prices": unpriced().frame},
        certificate,
        None,
    )


def _tables_by_scenario(
    folder: Path, names: list[str], listed: tuple[Scenario, ...]
) -> dict[str, dict[str, pd.DataFrame]]:
    """By scenario and table; UsageError for a file whose headings or rows cannot be right."""
    tables: dict[str, dict[str, pd.DataFrame]] = {each.name: {} for each in listed}
    for name in names:
        file = folder / f"{name}.csv"
        if name not in HEDGED:
            raise UsageError(f"{folder / HEDGE_FILE}: {name!r} is no table of a hedge")
        frame = _table(file, tuple(HEDGED[name].columns))
        strange = ~frame[SCENARIO].isin(list(tables))
        if strange.any():
            row = int(strange.to_numpy().argmax())
            raise UsageError(
                f"{file}, row {row + 2}, column {SCENARIO}: {frame[SCENARIO].iloc[row]!r} is not a "
                "scenario of the instance"
            )
        check_rows(file, frame, listed[0].instance)
        for each in listed:
            own = frame[frame[SCENARIO] == each.name].drop(columns=[SCENARIO])
            tables[each.name][name] = own.reset_index(drop=True)
    return tables


def _table(file: Path, wanted: tuple[str, ...]) -> pd.DataFrame:
    heading, rows = cells_of(file)
    missing = [column for column in wanted if column not in heading]
    if missing or len(set(heading)) < len(heading):
        raise UsageError(f"{file}: its headings are not those of {file.stem}: {missing}")
    return typed(file, heading, rows)


def _alone(folder: Path, cost: Any, listed: Sequence[Scenario]) -> WaitAndSee | None:
    """What knowing each scenario comes to; None where one of them has no plan of its own."""
    if cost is None or not listed:
        return None
    table = _table(folder / "known.csv", tuple(Hedge.COLUMNS["known"]))
    levels: dict[str, dict[str, dict[int, float]]] = {each.name: {} for each in listed}
    for row in table.to_dict("records"):
        own = levels[row[SCENARIO]].setdefault(row["service"], {})
        own[int(row["year"])] = float(row["level"])
    return WaitAndSee(float(cost), tuple(levels.values()))

"""A saved hedge audited again: each scenario's plan, what they share, and what it comes to.

The scenarios' plans are run forward by the simulator, levels that are settled are held to be the
same, the objective of MODEL.md 3.15 is worked out from the costs, and the program of every scenario
is solved again in the hedge's window.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from allocator.audit import Audit, Finding, audit
from allocator.audit.draws import misdrawn
from allocator.audit.findings import Ledger
from allocator.errors import UsageError
from allocator.hedge.answer import Future, Hedge
from allocator.hedge.hedge import FuturesSolver, hedge, least
from allocator.hedge.saving.layout import owns
from allocator.hedge.saving.loading import load_hedge, open_hedge
from allocator.instance import Instance
from allocator.instance.scenarios import groups, scenarios
from allocator.plan.plan import Plan
from allocator.plan.saving.derived import derived, differences, misjudged, same, strange_solver
from allocator.plan.saving.layout import HEDGE_FILE, WINDOWS_FILE
from allocator.plan.saving.recheck import Verdict, disagreements
from allocator.plan.saving.seal import UNSEALED, broken
from allocator.plan.saving.writing import window_table
from allocator.progress import Progress, silent
from allocator.solving.futures import extensive_form
from allocator.spreadsheet import as_csv

_SECTION: Final = "3.15"
# Table of a plan -> whose, and what is the same in scenarios that are not yet told apart.
SHARED: Final = {
    "services": (("area", "service"), ("level", "expansion", "contraction")),
    "staff": (("area", "role"), ("hired", "let_go")),
    "practices": (("area", "practice", "role"), ("supported",)),
}
_FROM_EVERY_WINDOW: Final = ("wait_and_see", "value_of_stochastic_solution", "cost_of_hedging")


@dataclass(frozen=True, kw_only=True)
class HedgeRecheck(Verdict):
    """What a saved hedge's audit found; a finding is the worst over the scenarios."""

    hedge: Hedge


def audit_hedge(
    path: str | Path,
    instance: Instance | None = None,
    *,
    every_window: bool = False,
    progress: Progress | None = None,
) -> HedgeRecheck:
    """Audit a saved hedge and solve its window again; with ``every_window`` all of it.

    Against the instance's copy beside it, or another instance, for which nothing is solved.
    Raises UsageError where there is no hedge, it is damaged, or it was found infeasible, and
    SolverError where the solver fails.
    """
    tell = progress or silent
    tell("running every future's plan forward again", 0, 2)
    folder, facts = open_hedge(path)
    files = broken(folder, facts, owns, HEDGE_FILE)
    said = [f"{file}: is not as it was saved; the seal is broken" for file in files or ()]
    hedged = load_hedge(path, instance)
    if not hedged.is_feasible:
        raise UsageError(f"{path}: there is no plan to audit; its status is infeasible")
    notes = (UNSEALED,) if files is None else ()
    audits = {each.scenario.name: audit_of(each.plan) for each in hedged.futures}
    checked = Audit((*_worst(audits), *_of_the_whole(hedged)))
    verdict = HedgeRecheck(hedged.instance, checked, tuple(said), notes, hedge=hedged)
    if hedged.instance.hash != facts["instance_hash"]:
        other = "the instance's copy is not the one" if instance is None else "it is not the one"
        told = f"instance: {other} that was hedged, whose hash is {facts['instance_hash'][:12]}"
        return replace(verdict, disagreements=(*said, told), same_instance=False)
    said += _stated(hedged, facts, audits)
    said += _tables(hedged, folder, audits)
    if hedged.window in (None, *hedged.instance.windows):
        tell("solving the whole again", 1, 2)
        said += _again(hedged) if every_window else _window_again(hedged)
    return replace(verdict, disagreements=tuple(said))


def audit_of(plan: Plan) -> Audit:
    """A scenario's plan run forward anew."""
    return audit(
        plan.instance,
        plan.tables,
        plan.window,
        objective=plan.objective or 0.0,
        terminal_value=plan.terminal_value or 0.0,
    )


def _worst(audits: dict[str, Audit]) -> Iterator[Finding]:
    """Of every rule the scenario in which it is furthest from holding."""
    worst: dict[str, Finding] = {}
    for scenario, checked in audits.items():
        for each in checked.findings:
            if each.rule not in worst or each.relative > worst[each.rule].relative:
                worst[each.rule] = replace(each, where=f"{scenario}: {each.where}")
    yield from worst.values()


def _of_the_whole(hedged: Hedge) -> tuple[Finding, ...]:
    """What is settled is the same, probabilities add up, and the objective is that of the costs."""
    ledger = Ledger()
    futures = tuple(each.scenario for each in hedged.futures)
    leaders = {year: groups(futures, year) for year in hedged.instance.horizon}
    first = {each.scenario.name: each for each in hedged.futures}
    for each in hedged.futures:
        for year in hedged.instance.horizon:
            leader = leaders[year][each.scenario.name]
            if leader != each.scenario.name:
                _same_levels(ledger, each, first[leader], year)
    total = sum(each.probability for each in futures)
    ledger.compare(
        "probabilities add up to 1", _SECTION, "share", total, 1.0, ["scenarios"], [""], "equal"
    )
    risk = hedged.instance.uncertainty.risk_weight
    worked_out = (1 - risk) * (hedged.expected_cost or 0.0) + risk * (hedged.cvar or 0.0)
    ledger.compare(
        "objective over the scenarios",
        _SECTION,
        "£",
        hedged.objective or 0.0,
        worked_out,
        ["objective"],
        [""],
        "equal",
    )
    weights = [each.weight for each in hedged.futures]
    weighed = sum(each.cost * each.weight for each in hedged.futures)
    for rule, unit, one, other in (
        ("weights of the scenarios add up to 1", "share", sum(weights), 1.0),
        ("weights make the objective of the costs", "£", weighed, hedged.objective or 0.0),
    ):
        ledger.compare(rule, _SECTION, unit, one, other, ["scenarios"], [""], "equal")
    return tuple(ledger.worst.values())


def _same_levels(ledger: Ledger, one: Future, other: Future, year: int) -> None:
    """What two scenarios that are not yet told apart share in a year."""
    for table, (keys, columns) in SHARED.items():
        if table not in one.plan.tables:
            continue
        own, theirs = (_of_year(each.plan.tables[table], keys, year) for each in (one, other))
        theirs = theirs.reindex(own.index)
        unit = "cases per year" if table == "services" else "FTE"
        ledger.compare(
            f"{'levels' if table == 'services' else table} are the same until scenarios part",
            _SECTION,
            unit,
            own[list(columns)].to_numpy(),
            theirs[list(columns)].to_numpy(),
            [f"{one.scenario.name} and {other.scenario.name}: {row}" for row in own.index],
            list(columns),
            "equal",
        )


def _of_year(table: pd.DataFrame, keys: Sequence[str], year: int) -> pd.DataFrame:
    return table[(table["year"] == year) & (table["period"] > 0)].set_index([*keys, "period"])


def _stated(hedged: Hedge, facts: dict[str, Any], audits: dict[str, Audit]) -> Iterator[str]:
    """Facts of hedge.json that do not follow from the tables and the instance."""
    futures = tuple(
        replace(each, plan=replace(each.plan, audit=audits[each.scenario.name]))
        for each in hedged.futures
    )
    told = replace(hedged, futures=futures).to_dict()
    told["audit"] = {"passed": all(checked.passed for checked in audits.values())}
    yield from disagreements(facts, told, file=HEDGE_FILE)
    yield from strange_solver(hedged.solver)
    yield from misjudged(hedged.windows, hedged.instance, hedged.window, hedged.objective or 0.0)
    slack = 1e-9 * abs(hedged.objective or 0.0) + 1.0
    if (
        hedged.wait_and_see is not None
        and hedged.wait_and_see > (hedged.expected_cost or 0) + slack
    ):
        yield "wait_and_see: knowing the future costs more than not knowing it"
    if hedged.cost_of_hedging is not None and hedged.cost_of_hedging < -slack:
        yield "average_future: with what is settled it costs less than at its best"
    if hedged.following is not None and hedged.following < (hedged.objective or 0.0) - slack:
        yield "value_of_stochastic_solution: today's plan costs less than the best one"


def _tables(hedged: Hedge, folder: Path, audits: dict[str, Audit]) -> Iterator[str]:
    """Tables that do not follow from the instance and the decisions of each scenario's plan."""
    for each in hedged.futures:
        own = f"scenario {each.scenario.name}, "
        try:
            tables = derived(each.plan)
        except KeyError as error:
            yield f"{own}tables: {error} is missing, or is not of the instance"
            continue
        for name, table in tables.items():
            if name != "prices":
                said = differences(f"{name}.csv", each.plan.tables.get(name), table)
                yield from (own + line for line in said)
        if audits[each.scenario.name].passed:
            drawn = misdrawn(each.plan.instance, each.plan.tables, each.plan.window)
            yield from (f"{own}drawn.csv: {line}" for line in drawn)
    written = {
        **hedged.tables,
        WINDOWS_FILE.removesuffix(".csv"): window_table(hedged.windows).frame,
    }
    for name, table in written.items():
        yield from _file(folder / f"{name}.csv", table)


def _file(file: Path, table: pd.DataFrame) -> Iterator[str]:
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    if text.replace("\r\n", "\n") != as_csv(table):
        yield f"{file.name}: is not what {HEDGE_FILE} and the scenarios' plans say"


def _window_again(hedged: Hedge) -> Sequence[str]:
    """The hedge's window solved again: what it costs at the least."""
    form = extensive_form(scenarios(hedged.instance), hedged.instance.uncertainty)
    solved = FuturesSolver(form).solve(hedged.window)
    if not solved.optimal:
        return ["status: solved again in the hedge's window, there is no plan"]
    cost = hedged.objective or 0.0
    if same(least(solved), cost) or (not hedged.is_proved and least(solved) < cost):
        return []
    return [
        f"objective: solved again it is £{least(solved):,.0f}, {HEDGE_FILE} says "
        f"£{hedged.objective or 0.0:,.0f}"
    ]


def _again(hedged: Hedge) -> Sequence[str]:
    """All of it anew: every window, and what knowing and following today's plan come to."""
    anew = hedge(hedged.instance)
    said = []
    for was, now in zip(hedged.windows, anew.windows, strict=True):
        if was.status != now.status or not same(was.objective, now.objective):
            told = "no plan" if now.objective is None else f"£{now.objective:,.0f}"
            said.append(f"windows, {was.window}: solved again it is {told}")
    for name in _FROM_EVERY_WINDOW:
        was_so, is_so = getattr(hedged, name), getattr(anew, name)
        if hedged.unfinished and was_so is None:
            continue
        if not same(was_so, is_so):
            said.append(f"{name}: {HEDGE_FILE} says {was_so}, found again it is {is_so}")
    return said

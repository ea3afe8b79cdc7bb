"""The whole way from the published tables to an instance that checks and solves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from allocator.calibrate.estimation import recency
from allocator.calibrate.history import History, history
from allocator.calibrate.panel import Panel
from allocator.calibrate.panel.councils import slug
from allocator.calibrate.projection import (
    HALF_LIFE,
    ConstantFlows,
    RecentFlows,
    estimated_flows,
    project,
)
from allocator.calibrate.published import england as e
from allocator.calibrate.published.account import PublishedAccount, account
from allocator.calibrate.published.demand import driver_rows
from allocator.calibrate.published.evidence import read_evidence
from allocator.calibrate.published.figures import PublishedFigures
from allocator.calibrate.published.flows import Year, year_of
from allocator.calibrate.published.grants import SharesByFund, grant_shares, read_shares
from allocator.calibrate.published.money import (
    baseline_cost,
    core_rows,
    fund_rows,
    grant_rows,
    price_rows,
)
from allocator.calibrate.published.request import ESTIMATED, Request
from allocator.calibrate.published.services import SERVICES, return_rows
from allocator.calibrate.published.tables import YEARS, Council
from allocator.calibrate.published.target import target_row
from allocator.calibrate.published.workforce import read_workforce
from allocator.calibrate.uncertainty import ProjectionSpread, measure
from allocator.errors import UsageError
from allocator.instance import DoubleInvestment, Instance, Row
from allocator.instance.columns import Kind
from allocator.instance.schema import CONTINUOUS, TABLES
from allocator.progress import Progress, silent
from allocator.simulate import baseline

PERIODS: Final = 4  # a year


@dataclass(frozen=True)
class Calibrated:
    """An instance, and what it was made from."""

    instance: Instance
    councils: tuple[Council, ...]
    flows: ConstantFlows  # of the councils, in their order
    estimates: RecentFlows  # what these flows were before they were reconciled
    uncertainty: ProjectionSpread
    request: Request
    least: int | None = None  # fewest children in care in the target's year, where asked for
    files: tuple[str, ...] = ()


def calibrate(panel: Panel, request: Request, told: Progress = silent) -> Calibrated:
    """The instance of a request.

    Raises UsageError where a council has no children in care published for the year, or the
    target cannot be used, or a file is not what it must be; InstanceError for a bad evidence table.
    """
    evidence = read_evidence(request.evidence, {name: s.serves for name, s in SERVICES.items()})
    told("estimating", 0, 2)
    past = history(panel, request.year)
    doubt = measure(past)
    rows = [_row(past, panel, code) for code in request.codes]
    every = project(past, doubt.spread)
    flows = ConstantFlows(every.opening[rows], every.entries[rows], every.rate[rows])
    estimates = RecentFlows(*(each[rows] for each in vars(estimated_flows(past)).values()))
    councils = tuple(_councils(panel, request, flows))
    bare = _instance(request, councils, evidence)
    funded = _funded(bare, councils)
    told("setting a target", 1, 2)
    alone = (_alone(request, council, evidence) for council in councils)
    target, least = target_row(funded, request, alone, told)
    aimed = _with(funded, {"targets": [target]})
    files = tuple(sorted(set(panel.rows["file"])))
    return Calibrated(aimed, councils, flows, estimates, doubt, request, least, files)


def _row(past: History, panel: Panel, code: str) -> int:
    if code not in past.codes:
        raise UsageError(
            f"{panel.names[code]}: no children in care are published for 31 March {past.base}"
        )
    return past.codes.index(code)


def _councils(panel: Panel, request: Request, flows: ConstantFlows) -> Iterable[Council]:
    areas: list[str] = []
    shares = read_shares(request.shares, panel)
    for n, code in enumerate(request.codes):
        figures = PublishedFigures(panel, code, request.year)
        published = account(figures)
        area = slug(published.name, areas) if len(request.codes) > 1 else ""
        areas.append(area)
        yield _council(
            figures,
            published,
            area,
            ConstantFlows(*(a[n : n + 1] for a in _of(flows))),
            request,
            shares,
        )


def _of(flows: ConstantFlows) -> tuple[Any, Any, Any]:
    return flows.opening, flows.entries, flows.rate


def _council(
    figures: PublishedFigures,
    published: PublishedAccount,
    area: str,
    flows: ConstantFlows,
    request: Request,
    shares: SharesByFund,
) -> Council:
    year = published.year
    estimated = f"estimated from the panel to March {year}: entries and exits shrunk to the region"
    repeated = f"DfE children looked after (SSDA903), year ending March {year}, repeated once"
    entries = float(flows.entries[0])
    alone = min(_usual_unaccompanied(figures, published), 0.9 * entries)
    grants = grant_shares(figures, shares, request.shares.name if request.shares else "")
    drivers = tuple(driver_rows(figures, published))
    if request.first_year == ESTIMATED:
        exits = float(flows.exits(1)[0, 0])
        first = year_of(published, published.stock, entries, exits, alone)
        return Council(published, area, first, first, estimated, estimated, grants, drivers)
    ceased = min(
        published.figures["cla_ceased"], published.care + published.figures["cla_started"] - 1
    )
    first = year_of(
        published,
        published.stock,
        published.figures["cla_started"],
        ceased,
        published.unaccompanied,
    )
    after = ConstantFlows(flows.opening * 0 + _care(first), flows.entries, flows.rate)
    exits = float(after.exits(1)[0, 0])
    later = year_of(published, first.closing, entries, exits, alone)
    return Council(published, area, first, later, repeated, estimated, grants, drivers)


def _care(year: Year) -> float:
    return sum(year.closing[state] for state in e.CARE)


def _usual_unaccompanied(figures: PublishedFigures, published: PublishedAccount) -> float:
    """Unaccompanied children who start in a year: the last three, recent ones weighing more."""
    years = [published.year - n for n in range(3)]
    known = {y: figures.at(y).published("uasc_started") for y in years}
    told = {y: v for y, v in known.items() if v is not None}
    if not told:
        return published.unaccompanied
    weights = [float(recency(y, published.year, HALF_LIFE)) for y in told]
    return sum(w * v for w, v in zip(weights, told.values(), strict=True)) / sum(weights)


def _instance(
    request: Request, councils: Sequence[Council], evidence: list[dict[str, Any]]
) -> Instance:
    """The instance without budgets and targets."""
    first = request.year
    outturn = councils[0].outturn
    tables: dict[str, list[dict[str, Any]]] = {}
    if len(councils) > 1:
        tables["areas"] = [
            {"area": c.area, "label": c.account.name, "children": round(c.account.children),
             "group": c.account.region,
             "source": f"DfE, children aged 0-17, March {first}"}
            for c in councils
        ]  # fmt: skip
    workforce = None if request.workforce is None else read_workforce(request.workforce)
    for council in councils:
        for name, rows in council.tables(evidence, workforce).items():
            tables.setdefault(name, []).extend(rows)
    tables |= {
        "returns": list(return_rows({row["service"] for row in tables["services"]})),
        "funds": list(fund_rows(first)),
        "prices": list(price_rows(first)),
    }
    bare = Instance(
        request.name,
        first,
        YEARS,
        title=request.title,
        periods_per_year=PERIODS,
        timing=CONTINUOUS,
        price_base=outturn,
        double_investment=DoubleInvestment(3, tuple(range(first, first + 3)), 0.97, 0.03),
        remarks={
            "instance.source": "HM Treasury Green Book (discount rate); "
            f"DfE S251 outturn {outturn} (price base: the opening spend)",
            "double_investment.source": "assumption, after the ADCS president's address 2016: "
            "double invest for maybe two to three years",
        },
    )
    return _with(bare, tables)


def _with(instance: Instance, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> Instance:
    """The instance with these tables in place of its own; blank cells left out."""
    typed = {
        name: tuple(Row(name, n, f"{name}.csv", _typed(name, row)) for n, row in enumerate(rows, 2))
        for name, rows in tables.items()
    }
    return replace(instance, tables={**instance.tables, **typed})


def _typed(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Cells as reading would give them: numbers as floats, none for a blank."""
    return {
        name: float(value) if TABLES[table].column(name).kind is Kind.NUMBER else value
        for name, value in row.items()
        if value is not None and value != ""
    }


def _funded(bare: Instance, councils: Sequence[Council]) -> Instance:
    """The instance with its budgets."""
    spend = baseline(bare).spend
    core = [
        row
        for council, area in zip(councils, bare.areas, strict=True)
        for row in core_rows(council, baseline_cost(spend, area))
    ]
    return _with(bare, {"budgets": [*core, *grant_rows(councils)]})


def _alone(request: Request, council: Council, evidence: list[dict[str, Any]]) -> Instance:
    """A council by itself, with its share of the grant and no double investment."""
    own = replace(council, area="")
    bare = replace(_instance(request, [own], evidence), double_investment=None)
    return _funded(bare, [own])

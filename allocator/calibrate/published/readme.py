"""The page beside a calibrated instance: where each figure comes from, and what does not agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from allocator.calibrate.published import england as e
from allocator.calibrate.published.build import Calibrated
from allocator.calibrate.published.everyone import coverage
from allocator.calibrate.published.grants import PREVENTION, TRANSFORMATION
from allocator.calibrate.published.money import outturn
from allocator.calibrate.published.reconciled import flows_of, reconciled
from allocator.calibrate.published.request import ESTIMATED
from allocator.calibrate.published.tables import Council
from allocator.instance.instance import financial_year
from allocator.simulate import baseline

_LEVEL: Final = 0.8
_WHY: Final = "three quarters of the way from doing nothing to the least that the money can keep to"
_SOURCES: Final = """
children at 31 March {year} | DfE children looked after; need = children in need less plans less
care (children in need census) | suppressed cells share what the total leaves, at England's mix

entries and exits of the first year | {first} | "taken into care" means from a plan, other entries
from need; placement on entry and exit at England's ratios for 2022-23; 60% of unaccompanied
children go to supported living

entries and exits after it | the three years to March {year}, recent ones weighing more, drawn
towards the region and England as far as the data say, then reconciled with where the council's
number is heading | entries a year and exits per child stay as they are

moves between placements | none published for councils | hold the placement mix

unit costs | LAIT weekly costs {outturn} for homes and fostering; the rest of the S251 looked-after
line spread evenly; safeguarding line shared 1 : 3 : 1.5 between need, plan and care | £1,200 a
week for supported living; fostering cost for other placements; none with parents

cashable share, release | none | 90% of a placement and half of social work can be cashed; 10%
(homes, teams) to 40% (supported) of places a year

effects | {evidence}: trial and studies named in the rows, with `low`, `high` and a grade | shared
by placement of entrants

services | S251 outturn {outturn}; a study where one has a unit cost | other unit costs, coverage,
growth, setup, exit, diminishing returns

core cap | S251 outturn {outturn} | +1% real a year, or what doing nothing costs where that is more

grant | Families First Partnership; {grant} | half of it reaches these services; goes on after
2028-29

transformation fund | Families First, £555m over 2025-28; {fund} | the same for years before

target | {target} | {why}
"""


_STAFF: Final = """
staff | DfE children's social work workforce, 30 September before the plan ({file}) | those with
cases carry the children there are; as many are hired as leave; the agency's share at most that of
the highest year published; half a year's training; the agency's premium alone, since unit costs
hold salaries
"""


def readme(made: Calibrated) -> str:
    """Markdown, for whoever opens the folder."""
    return (
        "\n".join(
            [
                *_opening(made),
                *_left_out(made),
                *_sources(made),
                *_agreement(made),
                *_filled(made),
                *_forecast(made),
                *_careful(made),
            ]
        )
        + "\n"
    )


def _opening(made: Calibrated) -> Iterator[str]:
    instance, request = made.instance, made.request
    names = ", ".join(c.account.name for c in made.councils)
    if request.everyone is not None:
        names = f"England's {len(made.councils)} councils that have figures"
    care = sum(c.account.care for c in made.councils)
    target = instance.tables["targets"][0]
    yield f"# {instance.title}"
    yield ""
    yield (
        f"{names}: {care:,} children in care on 31 March {request.year}. "
        f"{instance.years} years from 1 April {request.year}, "
        f"{instance.periods_per_year} periods a year, {instance.price_base} prices. Target: no "
        f"more than {target['children']:,.0f} from March {target['year'] + 1}."
    )
    yield ""
    yield (
        "Made by `allocator calibrate published` from the Department for Education's tables "
        f"({', '.join(made.files)}). Each row carries its own `source`; the word `assumption` "
        "marks what nobody has published: read those, and put your own figures in."
    )
    yield ""


def _left_out(made: Calibrated) -> Iterator[str]:
    if made.request.everyone is not None:
        yield from ("## Who is in, and who is left out", "")
        yield from coverage(made.request.everyone, "- ")
        yield ""


def _sources(made: Calibrated) -> Iterator[str]:
    year = made.request.year
    first = (
        "estimated like those after it"
        if made.request.first_year == ESTIMATED
        else f"those of the year ending March {year}, repeated once"
    )
    told = _SOURCES.format(
        year=year,
        first=first,
        outturn=made.councils[0].outturn,
        evidence=made.request.evidence.name,
        target="as asked for" if made.least is None else "none",
        why="" if made.least is None else _WHY,
        grant=made.councils[0].grants.how[PREVENTION],
        fund=made.councils[0].grants.how[TRANSFORMATION],
    )
    yield from (
        "## Where the figures come from",
        "",
        "| figures | source | assumed |",
        "|---|---|---|",
    )
    if made.request.workforce is not None:
        told += "\n" + _STAFF.format(file=made.request.workforce.name)
    for line in told.strip().split("\n\n"):
        yield "| " + " | ".join(cell.strip() for cell in " ".join(line.split()).split("|")) + " |"
    yield ""


def _agreement(made: Calibrated) -> Iterator[str]:
    run = baseline(made.instance)
    accounts = [c.account for c in made.councils]
    stock = sum(
        run.children[0][n]
        for n, s in enumerate(made.instance.resolved.states.values())
        if s.in_care
    )
    rows = [
        (f"in care, 31 March {made.request.year}", sum(a.care for a in accounts), stock),
        ("entries, first year (published: the year before)",
         sum(a.figures["cla_started"] for a in accounts), run.entries[0]),
        ("exits, first year", sum(a.figures["cla_ceased"] for a in accounts), run.exits[0]),
    ]  # fmt: skip
    yield from ("## Does the baseline agree with what is published?", "")
    yield from ("| | published | model | residual |", "|---|---|---|---|")
    for what, told, model in rows:
        yield f"| {what} | {told:,.0f} | {model:,.1f} | {model - told:+,.1f} |"
    spent = _opening_spend(made)
    for tier, model in spent.items():
        told = sum(outturn(a)[tier] for a in accounts)
        cells = f"£{told / 1e6:,.2f}m | £{model / 1e6:,.2f}m | £{(model - told) / 1e6:+,.2f}m"
        yield f"| {tier.replace('_', ' ')}, opening | {cells} |"
    yield ""
    yield "Residuals of the published margins themselves:"
    yield ""
    for council in made.councils:
        residuals = council.account.residuals.items()
        off = "; ".join(f"{what} {value:+,.0f}" for what, value in residuals)
        yield f"- {council.account.name}: {off or 'none'}"
    yield from ("", *reconciled(made), "")


def _opening_spend(made: Calibrated) -> dict[str, float]:
    data = made.instance.resolved
    spend = dict.fromkeys(("early_help", "edge_of_care", "statutory"), 0.0)
    for state in data.states.values():
        spend[state.tier] += state.opening * state.unit_cost
    for service in data.services.values():
        spend[service.tier] += service.baseline * service.unit_cost
    for role in data.roles.values():
        spend[role.tier] += role.agency_opening * (role.agency_cost or 0.0)
    return spend


def _filled(made: Calibrated) -> Iterator[str]:
    yield from ("## Cells that the tables leave blank", "")
    yield (
        "The council's own last figure within three years moved on by the region's (else "
        "England's) growth since; else the region's (else England's) ratio to children in care "
        "or aged 0-17; else England's ratio of 2024-25."
    )
    yield ""
    told = [(c.account.name, note) for c in made.councils for note in _notes(c)]
    yield from (f"- {name}: {note}" for name, note in told) if told else ("- none",)
    yield ""


def _notes(council: Council) -> list[str]:
    return list(
        dict.fromkeys(
            f"{e.LABELS[key]}: {note}" if key in e.LABELS else note
            for key, note in council.account.notes.items()
        )
    )


def _forecast(made: Calibrated) -> Iterator[str]:
    run = baseline(made.instance)
    by_area = np.array(list(run.children_in_care.values()))
    years = np.arange(1, made.instance.years + 1)
    middle = by_area.sum(axis=0)
    sd = made.uncertainty.sd_of_total(by_area, years)
    bounds = made.uncertainty.interval(middle, sd, _LEVEL)
    yield from ("## If nothing changes", "")
    yield f"| 31 March | children in care | {_LEVEL:.0%} interval |"
    yield "|---|---|---|"
    for year, children, low, high in zip(made.instance.horizon, middle, *bounds, strict=True):
        yield f"| {year + 1} | {children:,.0f} | {low:,.0f} to {high:,.0f} |"
    yield ""
    yield (
        f"Intervals come from how far {made.uncertainty.errors:,} past projections of England's "
        "councils were off."
        if made.uncertainty.errors
        else "The panel is too short to measure intervals: these are England's, 2016 to 2024."
    )
    yield ""


def _careful(made: Calibrated) -> Iterator[str]:
    yield from ("## Be careful", "")
    if made.request.first_year != ESTIMATED:
        yield (
            "- **A year is not a trend.** The first year repeats "
            f"{financial_year(made.request.year - 1)}; as a forecast of one year ahead that is "
            "worse than no change (`allocator backtest`). `--first-year estimated` leaves it out."
        )
    yield "- These are small numbers: one sibling group may be a target missed or met."
    yield (
        "- Evidence is weak for early help: see `evidence`, `low` and `high` in `effects.csv`, "
        "and try them."
    )
    yield (
        "- The core cap covers what doing nothing costs by construction: replace it by your own "
        "budget."
    )


def sidecar(made: Calibrated) -> dict[str, object]:
    """What ``calibration.json`` holds: where the intervals of a forecast come from."""
    return {
        "kind": "published",
        "base": f"{made.request.year}-03-31",
        "councils": {c.area or made.instance.name: c.account.name for c in made.councils},
        "flows": flows_of(made),
        "uncertainty": made.uncertainty.to_dict(),
    }

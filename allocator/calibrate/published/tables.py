"""Rows of an instance's tables for one council, from its account and its flows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from allocator.calibrate.published import england as e
from allocator.calibrate.published.account import PublishedAccount
from allocator.calibrate.published.aftercare import Aftercare, fitted, leaving_rows, state_rows
from allocator.calibrate.published.demand import response_rows
from allocator.calibrate.published.evidence import effects_of
from allocator.calibrate.published.flows import STATES, Moves, Year, rates_of
from allocator.calibrate.published.grants import GrantShares
from allocator.calibrate.published.services import SERVICES, levels, service_rows
from allocator.calibrate.published.workforce import Workforce, premium, staff_rows
from allocator.instance.instance import financial_year
from allocator.instance.schema import EXIT

YEARS: Final = 10
_CARE_TABLES: Final = "DfE children looked after (SSDA903)"
_CENSUS: Final = "DfE children in need census"
_ENGLAND: Final = "placement by England's tables for 2022-23 (assumption)"
_SAME: Final = 1e-9

CellRows = Iterator[dict[str, Any]]


@dataclass(frozen=True)
class Council:
    """A council's base year, the first year of the plan, and the years after it.

    ``area`` is its name in an instance of several areas, blank in one of its own.  ``first`` and
    ``later`` are years of flows; the rates of ``later`` hold from the plan's second year on.
    ``how_first`` and ``how_later`` say where the totals come from.
    """

    account: PublishedAccount
    area: str
    first: Year
    later: Year
    how_first: str
    how_later: str
    grants: GrantShares
    drivers: tuple[dict[str, Any], ...] = ()

    @property
    def first_year(self) -> int:
        """First financial year of the plan."""
        return self.account.year

    @property
    def outturn(self) -> str:
        """The financial year of the outturn, and of the price base."""
        return financial_year(self.account.year - 1)

    @cached_property
    def rates(self) -> tuple[Moves, Moves]:
        """Rates of the first year and of the later ones."""
        return rates_of(self.first), rates_of(self.later)

    @cached_property
    def aftercare(self) -> dict[str, Aftercare]:
        """Ways out of care that are paid for, with as many leavers as the first year has."""
        return fitted(self.account.aftercare, self.first.moves)

    def _own(self, rows: CellRows) -> CellRows:
        for row in rows:
            yield {"area": self.area, **row} if self.area else row

    def tables(
        self, evidence: list[dict[str, Any]], workforce: Workforce | None = None
    ) -> dict[str, list[dict[str, Any]]]:
        """Rows by table, without money and targets; of staff where there is a workforce table."""
        effects = effects_of(
            evidence,
            self.first,
            {name: level.baseline for name, level in levels(self.account).items()},
        )
        listed = {
            "states": self._states(workforce), "transitions": self._transitions(),
            "arrivals": self._arrivals(), "services": service_rows(self.account, self.outturn),
            "effects": effects,
        }  # fmt: skip
        staff = {} if workforce is None else staff_rows(self.account, workforce)
        made = {name: [*self._own(filter(self._there, rows))] for name, rows in listed.items()}
        responses = response_rows([*self.drivers], self.first.moves, self.first.arrivals)
        demand = {"drivers": self.drivers, "responses": responses} if self.drivers else {}
        rest: dict[str, Iterable[dict[str, Any]]] = {**staff, **demand}
        return made | {name: [*self._own(iter(rows))] for name, rows in rest.items()}

    def _there(self, row: Mapping[str, Any]) -> bool:
        """Whether a row is of states that ever hold a child here: some have none on a plan."""
        reached = {
            b for year in (self.first, self.later) for (_, b), n in year.moves.items() if n > 0
        }
        reached |= {
            s for year in (self.first, self.later) for s, n in year.arrivals.items() if n > 0
        }
        gone = {s for s in STATES if self.account.stock[s] == 0} - reached
        named = {row.get(column) for column in ("state", "from", "to", "instead")}
        if "service" in row:
            named.add(SERVICES[row["service"]].serves)
        return not named & gone

    def _states(self, workforce: Workforce | None) -> CellRows:
        agency = 0.0 if workforce is None else premium(self.account, workforce)
        costs = unit_costs(self.account, self.aftercare, agency)
        at = f"31 March {self.account.year}"
        for state in STATES:
            cost, note = costs[state]
            table = _CENSUS if state in (e.NEED, e.PLAN) else _CARE_TABLES
            filled = self.account.note(
                *_MADE_OF.get(state, (state,)), "s251_cla", "s251_safeguarding"
            )
            yield {
                "state": state, "label": e.LABELS[state], "tier": "statutory",
                "in_care": state in e.CARE or None, "opening": self.account.stock[state],
                "unit_cost": round(cost.total), "cashable_share": round(cost.cashable, 2),
                "release_per_year": e.RELEASE[state],
                "source": f"{table}, {at} (opening); DfE S251 outturn and LAIT unit costs "
                f"{self.outturn} (unit cost); assumption (cashable share, release)",
                "note": "; ".join(part for part in (note, filled) if part),
            }  # fmt: skip
        yield from state_rows(self.aftercare, self.account.year)

    def _transitions(self) -> CellRows:
        first, later = self.rates
        for key in sorted(first.keys() | later.keys(), key=_order):
            before, after = first.get(key, 0.0), later.get(key, 0.0)
            share = _avoidable(*key)
            yield self._move(key, before, self.first, self.how_first, share, None)
            if abs(after - before) > _SAME * max(before, 1e-6):
                yield self._move(key, after, self.later, self.how_later, share, self.first_year + 1)
        yield from leaving_rows(self.aftercare)
        yield {
            "from": e.FOSTER, "to": e.FOSTER, "avoidable_share": e.HELPED_HOME,
            "source": "assumption",
            "note": "share of foster children who can be helped home in a year, "
            "well under the 34% of County Councils Network and Newton 2021",
        }  # fmt: skip

    def _move(
        self,
        key: tuple[str, str],
        rate: float,
        year: Year,
        how: str,
        share: float | None,
        since: int | None,
    ) -> dict[str, Any]:
        number = year.moves.get(key, 0.0)
        source, note = _told(key, how, self.account)
        avoidable = "" if share is None else _AVOIDABLE_SOURCE
        return {
            "from": key[0], "to": key[1], "rate": round(rate, 6), "avoidable_share": share,
            "year": since, "source": source + avoidable,
            "note": "; ".join(part for part in (f"{number:,.1f} a year", note) if part),
        }  # fmt: skip

    def _arrivals(self) -> CellRows:
        for state in (e.NEED, *e.UNACCOMPANIED):
            for year, since, how in (
                (self.first, self.first_year, self.how_first),
                (self.later, self.first_year + 1, self.how_later),
            ):
                if state == e.NEED:
                    source = f"{_CENSUS}, year ending March {self.account.year}; assumption: held"
                    note = "children starting an episode of need, unaccompanied children apart"
                    filled = self.account.note("cin_started_children")
                else:
                    source = f"{how}; assumption for placement"
                    note = f"unaccompanied children, {e.UNACCOMPANIED[state]:.0%} to {state}"
                    filled = self.account.note("unaccompanied")
                yield {
                    "state": state, "year": since,
                    "children": round(year.arrivals.get(state, 0.0), 4),
                    "source": source, "note": "; ".join(filter(None, (note, filled))),
                }  # fmt: skip


@dataclass(frozen=True)
class ChildYearCost:
    """A year of a child, £: the placement, the spread lines and social work."""

    placement: float
    spread: float
    team: float

    @property
    def total(self) -> float:
        """£ per child-year."""
        return self.placement + self.spread + self.team

    @property
    def cashable(self) -> float:
        """Share that can be saved: most of a placement, half of a team, nothing spread."""
        saved = e.CASHABLE_PLACEMENT * self.placement + e.CASHABLE_TEAM * self.team
        return saved / self.total if self.total > 0 else 0.0


def unit_costs(
    account: PublishedAccount, aftercare: Mapping[str, Aftercare], agency: float = 0.0
) -> dict[str, tuple[ChildYearCost, str]]:
    """Cost of a child-year by state such that opening stocks cost what the lines say.

    ``agency`` is what a role holds of the safeguarding line, £ a year: the agency's premium.
    """
    f, stock = account.figures, account.stock
    weights = {state: e.SOCIAL_WORK.get(state, e.SOCIAL_WORK["care"]) for state in STATES}
    team = max(f["s251_safeguarding"] - agency, 0.0) / sum(weights[s] * stock[s] for s in STATES)
    foster = f["unitcost_fostering_gbp_per_week"] * e.WEEKS
    placement = {
        e.FOSTER: foster,
        e.RESIDENTIAL: f["unitcost_residential_gbp_per_week"] * e.WEEKS,
        e.SUPPORTED: e.SUPPORTED_WEEK * e.WEEKS, e.WITH_PARENTS: 0.0, e.OTHER: foster,
    }  # fmt: skip
    paid = sum(placement[s] * stock[s] for s in e.CARE)
    line = max(f["s251_cla"] - sum(way.spend for way in aftercare.values()), 0.0)
    scale = min(line / paid, 1.0) if paid > 0 else 1.0
    spread = (line - scale * paid) / max(account.care, 1)
    costs = {}
    for state in STATES:
        cost = ChildYearCost(
            scale * placement.get(state, 0.0),
            spread if state in e.CARE else 0.0,
            team * weights[state],
        )
        note = f"social work £{cost.team:,.0f} (weight {weights[state]:g}), half of it cashable"
        if state in e.CARE:
            less = f" (scaled by {scale:.2f} to the line)" if scale < 1 else ""
            note = (
                f"placement £{cost.placement:,.0f}{less}, 90% cashable; other looked-after spend "
                f"£{spread:,.0f} a child, not cashable; {note}"
            )
        costs[state] = (cost, note)
    return costs


_WAYS: Final = {
    e.GUARDIANSHIP: "special guardianship orders, all from foster care (assumption)",
    e.LEAVING_CARE: "aged 18 or over on leaving, shared by exits (assumption)",
}
_MADE_OF: Final = {e.NEED: ("cin_31mar", "cpp_31mar"), e.PLAN: ("cpp_31mar",)}
_AVOIDABLE_SOURCE: Final = (
    "; avoidable share: County Councils Network and Newton 2021, up to 39% of entries, less "
    "(assumption) where the need is greater"
)


def _avoidable(start: str, end: str) -> float | None:
    if start in (e.NEED, e.PLAN) and end in e.AVOIDABLE:
        return e.AVOIDABLE[end]
    return e.AVOIDABLE_PLAN if (start, end) == (e.NEED, e.PLAN) else None


def _told(key: tuple[str, str], how: str, account: PublishedAccount) -> tuple[str, str]:
    """Source and note of a move."""
    start, end = key
    if key == (e.NEED, e.PLAN):
        census = f"{_CENSUS}, year ending March {account.year}"
        return f"{census}; assumption: held", account.note("cpp_started")
    if start == e.PLAN and end in (e.NEED, EXIT):
        return (
            "assumption: the number on a plan holds; 70% of those whose plan ends stay in need",
            "",
        )
    if key == (e.NEED, EXIT):
        return "assumption: the number in need holds", account.note("cin_started_children")
    if start in e.CARE and end in e.CARE:
        return "assumption: keeps the placement mix", ""
    if start in e.CARE:
        gone = {e.NEED: "returned home", **_WAYS}.get(end, "")
        filled = account.note("cla_ceased", *(("returned",) if end == e.NEED else ()))
        return f"{how}; {_ENGLAND}", "; ".join(part for part in (gone, filled) if part)
    read = "taken into care is read as from a plan" if start == e.PLAN else "other entries"
    filled = account.note("cla_started", "taken")
    return f"{how}; {_ENGLAND}", "; ".join(part for part in (read, filled) if part)


def _order(key: tuple[str, str]) -> tuple[int, int]:
    ends = (*STATES, *e.AFTER, EXIT)
    return ends.index(key[0]), ends.index(key[1])

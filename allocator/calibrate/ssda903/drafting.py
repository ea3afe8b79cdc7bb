"""The instance that returns make: states, moves and entries from counts, the rest assumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from allocator.calibrate.published import aftercare as after
from allocator.calibrate.published.services import SERVICES, return_rows
from allocator.calibrate.ssda903 import aftercare
from allocator.calibrate.ssda903 import assumptions as assumed
from allocator.calibrate.ssda903.counting import Tally
from allocator.calibrate.ssda903.fitting import Flows
from allocator.calibrate.ssda903.observing import Observed
from allocator.calibrate.ssda903.rates import ADULT, ENTRY, EXIT, Estimate, Estimates
from allocator.calibrate.ssda903.rules import FEWEST_SHOWN
from allocator.calibrate.ssda903.settings import Settings
from allocator.calibrate.ssda903.yearly_flows import yearly_flows
from allocator.instance import DoubleInvestment, Instance, Row
from allocator.instance.schema import CONTINUOUS
from allocator.simulate import baseline

NEED: Final = "need"
_SAME: Final = 1e-9
_DIGITS: Final = 10
_AMPLE: Final = 1.01  # times the baseline's spend
_FUND_SHARE: Final = 0.01  # of a year's spend, in the fund for double investment
_ASSUMPTION: Final = "assumption: put your own in its place"


class Draft:
    """An instance in the making: returns counted, states put together, rates estimated."""

    def __init__(
        self,
        observed: Observed,
        tally: Tally,
        estimates: Estimates,
        settings: Settings,
        children_in_need: float | None = None,
    ) -> None:
        self.observed, self.tally, self.estimates = observed, tally, estimates
        flows = yearly_flows(observed, tally, estimates, settings)
        self.yearly, self.estimated = flows.years, flows.estimated
        self.steady = self.yearly[-1]
        self.after = aftercare.shares(tally, estimates)
        self.settings = settings
        self.first_year = observed.first_year
        self._need = children_in_need
        self.returns = f"SSDA903 returns, {observed.edges[0]:%d %B %Y} to {observed.base:%d %B %Y}"

    @property
    def in_need(self) -> tuple[float, str]:
        """Children in need outside care at the start, and where the number is from."""
        if self._need is not None:
            return self._need, "the number given"
        return round(
            assumed.NEED_PER_ENTRY * float(self.steady.arrivals.sum()), 1
        ), f"{assumed.NEED_SOURCE}; put your own in its place"

    def instance(self, name: str, title: str = "") -> Instance:
        """The whole instance; its core budget covers what the baseline costs."""
        tables = {
            "states": self._states(),
            "transitions": self._transitions(),
            "arrivals": self._arrivals(),
            "services": self._services(),
            "effects": self._effects(),
            "returns": return_rows(assumed.LEVELS),
            "funds": self._funds(),
        }
        starts = tuple(range(self.first_year, self.first_year + min(3, self.settings.years)))
        draft = Instance(
            name,
            self.first_year,
            self.settings.years,
            title=title or f"{name} from {self.observed.base:%d %B %Y}",
            periods_per_year=self.settings.periods_per_year,
            timing=CONTINUOUS,
            price_base=assumed.PRICE_BASE,
            double_investment=DoubleInvestment(3, starts, protect_statutory=0.95),
            remarks={
                "instance.source": f"{self.returns}; HM Treasury Green Book (discount rate)",
                "double_investment.source": "assumption, after the ADCS president's address 2016: "
                "double invest for maybe two to three years",
            },
            tables={name: tuple(_rows(name, rows)) for name, rows in tables.items()},
        )
        money = {name: tuple(_rows(name, rows)) for name, rows in self._money(draft).items()}
        return replace(draft, tables={**draft.tables, **money})

    def _states(self) -> Iterator[dict[str, Any]]:
        need, source = self.in_need
        yield {
            "state": NEED,
            "label": "Child in need, not in care",
            "opening": need,
            "unit_cost": round(assumed.NEED_WEEK * assumed.WEEKS),
            "cashable_share": 0.5,
            "release_per_year": 0.2,
            "source": f"{source} (opening); {assumed.NEED_COST} (unit cost); assumption (cashable "
            "share, release)",
        }
        for n, state in enumerate(self.tally.names):
            cost = assumed.cost_of(self.settings.categories[self.tally.categories[n]])
            yield {
                "state": state,
                "label": self.tally.labels[n],
                "in_care": True,
                "opening": int(self.tally.opening[n]),
                "unit_cost": round(cost.week * assumed.WEEKS),
                "cashable_share": cost.cashable,
                "release_per_year": cost.release,
                "source": f"{self.returns} (opening); {cost.source} (unit cost); assumption "
                "(cashable share, release)",
            }
        yield from aftercare.state_rows(self._leavers, self.returns)

    @property
    def _leavers(self) -> dict[str, float]:
        """Children a year who leave care by a way that is paid for, by its state."""
        leaving = self.steady.exits * self.tally.opening
        leavers = {state: float(share @ leaving) for state, share in self.after.items()}
        return {state: number for state, number in leavers.items() if number >= FEWEST_SHOWN}

    def _transitions(self) -> Iterator[dict[str, Any]]:
        for n, flows in enumerate(self._entries()):
            yield from self._entering(flows, self.first_year + n if n else None)
        told = {(c.start, c.end): c for c in self.estimates.cells}
        for n, m in np.argwhere(self.steady.moves > 0).tolist():
            rates = [flows.moves[n, m] for flows in self.yearly]
            yield from self._by_year(n, self.tally.names[m], rates, told[n, m])
        for n in np.flatnonzero(self.steady.exits > 0).tolist():
            cells = [told[n, end] for end in (EXIT, ADULT) if (n, end) in told]
            for end, share in self._ends(n).items():
                rates = [flows.exits[n] * share for flows in self.yearly]
                yield from self._by_year(n, end, rates, *cells, share=share)
        yield from after.leaving_rows(self._leavers)
        for state in self.tally.names:
            yield {
                "from": state,
                "to": state,
                "avoidable_share": assumed.RETURNABLE,
                "source": "assumption: at most 8% of those there can be helped home in a year",
            }

    def _ends(self, start: int) -> dict[str, float]:
        """Shares of a state's exits by where they lead."""
        paid = {state: float(self.after[state][start]) for state in self._leavers}
        ends = paid | {"exit": 1 - sum(paid.values())}
        return {end: share for end, share in ends.items() if share > _SAME}

    def _by_year(
        self, start: int, end: str, rates: Sequence[float], *cells: Estimate, share: float = 1.0
    ) -> Iterator[dict[str, Any]]:
        """A row for the first year and for each in which the rate is another."""
        for n, rate in enumerate(rates):
            if n == 0 or abs(rate - rates[n - 1]) > _SAME * rates[n - 1]:
                year = self.first_year + n if n else None
                row = self._move(start, end, rate, *cells)
                part = f"; {share:.0%} of these" if share < 1 else ""
                yield row | {"year": year, "note": row["note"] + part}

    def _move(self, start: int, end: str, rate: float, *cells: Estimate) -> dict[str, Any]:
        seen = "; ".join(
            f"{'turning 18: ' if cell.end == ADULT else ''}{interval(cell, self.estimates.level)}"
            for cell in cells
        )
        return {
            "from": self.tally.names[start],
            "to": end,
            "rate": _short(rate),
            "source": self.returns,
            "note": f"per child-year, observed: {seen}",
        }

    def _entering(self, flows: Flows, year: int | None) -> Iterator[dict[str, Any]]:
        """From need into each state, and out of need: the number in need holds."""
        need = self.in_need[0]
        told = {c.end: c for c in self.estimates.cells if c.start == ENTRY}
        for n in np.flatnonzero(flows.arrivals > 0).tolist():
            yield {
                "from": NEED,
                "to": self.tally.names[n],
                "year": year,
                "rate": _short(flows.arrivals[n] / need),
                "avoidable_share": assumed.AVOIDABLE,
                "source": f"{self.returns} (entries); {assumed.AVOIDABLE_SOURCE}",
                "note": f"children a year, observed: {interval(told[n], self.estimates.level)}",
            }
        yield {
            "from": NEED,
            "to": "exit",
            "rate": assumed.NEED_LEAVING,
            "year": year,
            "source": "assumption: a child in need is so for a year; the number in need holds",
        }

    def _arrivals(self) -> Iterator[dict[str, Any]]:
        need = self.in_need[0]
        for n, flows in enumerate(self._entries()):
            yield {
                "state": NEED,
                "year": self.first_year + n,
                "children": _short(float(flows.arrivals.sum()) + assumed.NEED_LEAVING * need),
                "source": "assumption: as many as leave, so that the number in need holds",
            }

    def _entries(self) -> list[Flows]:
        """Flows of the first year and, where other children enter then, of the second."""
        return self.yearly[: 2 if self.settings.anchored else 1]

    def _served(self, service: str) -> tuple[str, float]:
        """The state that a service is for, and how many are there at the start."""
        if service != assumed.HOME:
            return NEED, self.in_need[0]
        largest = int(np.argmax(self.tally.opening))
        return self.tally.names[largest], float(self.tally.opening[largest])

    def _services(self) -> Iterator[dict[str, Any]]:
        for name, level in assumed.LEVELS.items():
            what, (state, children) = SERVICES[name], self._served(name)
            yield {
                "service": name,
                "label": what.label,
                "tier": what.tier,
                "from": state,
                "unit_cost": what.unit_cost,
                "baseline": round(level.running * children, 1),
                "coverage": level.coverage,
                "growth_per_year": round(level.growth * children, 1),
                "release_per_year": what.release,
                "setup_cost": what.setup,
                "exit_cost": what.exit,
                "source": _ASSUMPTION,
                "note": "unit cost and the like as for instances from published tables; level, "
                "coverage and growth per child served",
            }

    def _effects(self) -> Iterator[dict[str, Any]]:
        for name, row in assumed.evidence().items():
            state, _ = self._served(name)
            common = {
                "service": name,
                "from": state,
                "lag_years": int(row["lag_years"]),
                "evidence": row["evidence"],
                "source": row["source"],
            }
            told = " ".join(filter(None, (assumed.LEVELS[name].basis, row["note"])))
            values = {key: row[key] for key in ("effect", "low", "high")}
            if name == assumed.HOME:
                yield common | values | {"to": state, "instead": "exit", "note": told}
                continue
            for n, share in enumerate(assumed.shares(self.steady.arrivals.tolist())):
                if share > 0:
                    yield (
                        common
                        | {k: _short(v * share) for k, v in values.items()}
                        | {
                            "to": self.tally.names[n],
                            "note": f"{row['effect']:.3g} entries averted a case, split by where "
                            f"children who enter are placed; {told}",
                        }
                    )

    def _funds(self) -> Iterator[dict[str, Any]]:
        yield {"fund": "core", "label": "Core budget", "source": _ASSUMPTION}
        yield {
            "fund": "transformation",
            "label": "Transformation fund",
            "window_only": True,
            "carry_forward": 1.0,
            "source": _ASSUMPTION,
        }

    def _money(self, draft: Instance) -> Mapping[str, list[dict[str, Any]]]:
        """Budgets from what the baseline costs."""
        spend = np.sum(list(baseline(draft).spend.values()), axis=0)
        source = f"assumption: 1% over what the baseline costs at this instance's unit costs; \
{_ASSUMPTION.partition(': ')[2]}"
        budgets = [
            {"fund": "core", "year": year, "amount": _round(amount * _AMPLE), "source": source}
            for year, amount in zip(draft.horizon, spend, strict=True)
        ]
        budgets += [
            {
                "fund": "transformation",
                "year": year,
                "amount": _round(spend[0] * _FUND_SHARE),
                "source": "assumption: 1% of a year's spend for three years",
            }
            for year in list(draft.horizon)[:3]
        ]
        return {"budgets": budgets}


def interval(cell: Estimate, level: float) -> str:
    """``0.31 (80%: 0.25 to 0.38)``."""
    told = f"{cell.mean:.3g} ({level:.0%}: {cell.low:.3g} to {cell.high:.3g})"
    return "in a few children" if cell.few else told


def _short(value: float) -> float:
    """Enough digits that sums come out, and no more."""
    return float(f"{value:.{_DIGITS}g}")


def _round(pounds: float) -> float:
    return float(np.ceil(pounds / 1000) * 1000)


def _rows(table: str, rows: Iterator[dict[str, Any]] | list[dict[str, Any]]) -> Iterator[Row]:
    for number, values in enumerate(rows, start=2):
        yield Row(table, number, "", {k: v for k, v in values.items() if v is not None})

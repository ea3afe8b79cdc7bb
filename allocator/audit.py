"""A plan re-run forward by the simulator, every constraint checked in the units of the instance.

Starts from the plan's tables (levels, moves averted, places, draws) and the instance, and
shares no code with the linear program: what it confirms, it confirms on its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from allocator.instance import Instance, Window
from allocator.instance.instance import owner_areas
from allocator.instance.schema import PREVENTION_TIERS, TIERS, TOTAL
from allocator.simulate import Simulator, baseline

Floats = NDArray[np.float64]

TOLERANCE = 1e-6  # of a violation, relative to the larger of 1 and what it is compared with


@dataclass(frozen=True)
class Finding:
    """The worst violation of one rule: 0 where it holds everywhere."""

    rule: str
    section: str
    unit: str
    violation: float
    relative: float
    where: str

    @property
    def passed(self) -> bool:
        """Whether the rule holds to tolerance (a missing number never does)."""
        return self.relative <= TOLERANCE

    def __str__(self) -> str:
        """One line for a reader."""
        amount = f"£{self.violation:,.2f}" if self.unit == "£" else f"{self.violation:.3g} {self.unit}"
        return f"{self.rule} (MODEL.md {self.section}): off by {amount} at {self.where}"


@dataclass(frozen=True)
class Audit:
    """Every rule and its worst violation."""

    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether every rule holds."""
        return all(finding.passed for finding in self.findings)

    @property
    def worst(self) -> Finding:
        """The rule that is furthest from holding."""
        return max(self.findings, key=lambda f: np.inf if np.isnan(f.relative) else f.relative)

    def failure(self) -> str:
        """The rules that fail, and by how much; blank if none does."""
        return "; ".join(str(finding) for finding in self.findings if not finding.passed)

    def to_dict(self) -> dict[str, Any]:
        """As ``solve --json`` shows it: ``worst_violation`` is relative, ``worst`` says of what."""
        return {
            "passed": self.passed,
            "worst_violation": self.worst.relative,
            "worst": str(self.worst),
            "rules": len(self.findings),
        }


def audit(  # noqa: PLR0913
    instance: Instance,
    tables: Mapping[str, pd.DataFrame],
    window: Window | None,
    *,
    objective: float,
    terminal_value: float,
    targets: bool = True,
) -> Audit:
    """Check a plan's tables against its instance.

    ``objective`` and ``terminal_value`` are £ at present value.  ``targets`` says whether
    the plan undertook to meet the targets.
    """
    auditor = _Auditor(instance, tables, window)
    auditor.population()
    auditor.levels()
    auditor.effects()
    auditor.places()
    auditor.money()
    auditor.double_investment()
    auditor.objective(objective, terminal_value)
    if targets:
        auditor.targets()
    return Audit(tuple(auditor.findings))


class _Auditor:
    """Gathers findings, one topic a method; arrays as in ``simulate``."""

    def __init__(
        self, instance: Instance, tables: Mapping[str, pd.DataFrame], window: Window | None
    ) -> None:
        self.instance, self.tables = instance, tables
        self.run = Simulator(instance)
        self.data = instance.resolved
        self.findings: list[Finding] = []
        start, length = window or (instance.first_year, 0)
        years = np.array(instance.horizon)
        self.in_window = (years >= start) & (years < start + length)
        self.after_window = years >= start + length
        last, services = instance.number_of_periods, self.run.services
        self.children = self._array("states", "children", self.run.states, range(last + 1))
        self.placed = self._array("states", "places", self.run.states, range(last + 1))
        self.level, self.expansion, self.contraction = (
            self._array("services", name, services, range(1, last + 1))
            for name in ("level", "expansion", "contraction")
        )
        reach = max((max(lags) for lags in self.data.effects.values()), default=0) + 1
        after = reach * instance.periods_per_year - 1 if instance.terminal_value else 0
        self.diverted = self._array(
            "diverted", "diverted", self.run.effects, range(1, last + after + 1), absent=0.0
        )
        self.bands = {
            key: self._array(
                "bands", "in_band", [(*key, b) for b in range(len(bands))], range(1, last + 1)
            )
            for key, bands in self.data.bands.items()
        }

    _KEYS = {
        "states": ["area", "state"],
        "services": ["area", "service"],
        "bands": ["area", "service", "band"],
        "diverted": ["area", "service", "from", "to", "instead"],
    }

    def _array(
        self, table: str, column: str, keys: Sequence[tuple[Any, ...]], periods: range,
        absent: float = np.nan,
    ) -> Floats:  # fmt: skip
        """A column of a table by period and key; a number that is not there fails every check."""
        frame, position = self.tables[table], {key: n for n, key in enumerate(keys)}
        values = np.full((len(periods), len(keys)), absent)
        named = zip(*(frame[name] for name in self._KEYS[table]), strict=True)
        columns = np.array([position.get(key, -1) for key in named], dtype=int)
        rows = frame["period"].to_numpy(dtype=int) - periods.start
        known = (columns >= 0) & (rows >= 0) & (rows < len(periods))
        values[rows[known], columns[known]] = frame[column].to_numpy(dtype=float)[known]
        return values

    @cached_property
    def _by_period(self) -> list[str]:
        each = self.instance.periods_per_year
        years = self.run.clock.years_of_periods
        return [f"{y} period {n % each + 1}" if each > 1 else str(y) for n, y in enumerate(years)]

    def _note(
        self, rule: str, section: str, unit: str, value: ArrayLike, limit: ArrayLike,
        names: tuple[Sequence[object], Sequence[object]], kind: str = "at most",
    ) -> None:  # fmt: skip
        """Compare (rows, columns) arrays; ``kind`` is at most, at least or equal."""
        shape = (len(names[0]), len(names[1]))
        if 0 in shape:
            return
        value = np.broadcast_to(np.asarray(value, dtype=float), shape)
        limit = np.broadcast_to(np.asarray(limit, dtype=float), shape)
        excess = {
            "at most": value - limit, "at least": limit - value, "equal": np.abs(value - limit)
        }[kind]  # fmt: skip
        excess = np.where(np.isnan(excess), np.inf, np.maximum(excess, 0.0))
        finite = np.where(np.isfinite(limit), np.abs(limit), 0.0)
        size = np.maximum(1.0, np.fmax(np.abs(value), finite))
        relative = excess / size
        row, column = np.unravel_index(int(np.argmax(relative)), shape)
        name = names[1][int(column)]
        where = name if isinstance(name, str) else " ".join(map(str, name))  # type: ignore[call-overload]
        self.findings.append(
            Finding(
                rule, section, unit, float(excess[row, column]), float(relative[row, column]),
                f"{where}, {names[0][int(row)]}",
            )
        )  # fmt: skip

    def population(self) -> None:
        """3.2: the children, run forward with what was averted, are the plan's."""
        ran = self.run.children(self.diverted)
        ends = (["the start", *self._by_period], self.run.states)
        self._note("children balance", "3.2", "children", self.children, ran, ends, "equal")
        self._note("children are not negative", "3.2", "children", self.children, 0.0, ends, "at least")

    def levels(self) -> None:
        """3.5: levels move as they may, within coverage, growth, release, limits and bands."""
        value, length = self.run.service_values, 1 / self.instance.periods_per_year
        names = (self._by_period, self.run.services)
        before = np.vstack([value("baseline"), self.level[:-1]])
        serves = [self.run.states.index((area, s.serves)) for (area, _), s in self.data.services.items()]
        stock = self.children[:-1][:, serves]
        covered = np.where(np.isinf(value("coverage")), np.inf, 0.0)
        with np.errstate(invalid="ignore"):
            room = np.where(np.isinf(covered), np.inf, value("coverage") * stock)
        started = np.array(self.run.clock.years_of_periods)[:, None] >= value("first_year")
        low = np.where(started, value("minimum"), value("baseline"))
        high = np.where(started, value("maximum"), value("baseline"))

        def note(rule: str, left: Floats, right: ArrayLike, kind: str = "at most") -> None:
            self._note(rule, "3.5", "cases per year", left, right, names, kind)

        note("level follows expansion and contraction", self.level - before,
             self.expansion - self.contraction, "equal")  # fmt: skip
        note("expansion is not negative", self.expansion, 0.0, "at least")
        note("contraction is not negative", self.contraction, 0.0, "at least")
        note("growth limit", self.expansion, value("growth_per_year") * length)
        note("release limit", self.contraction, value("release_per_year") * length * before)
        note("coverage", self.level, room)
        note("minimum level", self.level, low, "at least")
        note("maximum level", self.level, high)
        self._bands()

    def _bands(self) -> None:
        for (area, service), bands in self.bands.items():
            at = self.run.services.index((area, service))
            rules = self.data.services[area, service]
            stock = self.children[:-1, self.run.states.index((area, rules.serves))]
            widths = np.array([width for width, _ in self.data.bands[area, service]])
            names = (self._by_period, [f"{area} {service} band {b + 1}" for b in range(len(widths))])
            whole = (self._by_period, [f"{area} {service}"])
            room = widths * rules.coverage * stock[:, None]
            total = bands.sum(axis=1)[:, None]
            self._note("bands add up to the level", "3.5", "cases per year", total,
                       self.level[:, [at]], whole, "equal")  # fmt: skip
            self._note("band width", "3.5", "cases per year", bands, room, names)
            self._note("bands are not negative", "3.5", "cases per year", bands, 0.0, names, "at least")

    def effective_change(self) -> Floats:
        """Effective level less its opening value, by period and service."""
        change = self.level - self.run.service_values("baseline")
        for (area, service), bands in self.bands.items():
            rules = self.data.services[area, service]
            multipliers = np.array([multiplier for _, multiplier in self.data.bands[area, service]])
            opening = self.opening_effective(area, service)
            at = self.run.services.index((area, service))
            change[:, at] = bands @ multipliers - opening
            del rules
        return change

    def opening_effective(self, area: str, service: str) -> float:
        """Effective level at baseline and the opening stock: bands filled from the best down."""
        rules = self.data.services[area, service]
        bands = self.data.bands.get((area, service))
        if bands is None:
            return rules.baseline
        room = rules.coverage * self.data.states[area, rules.serves].opening
        tops = np.cumsum([width for width, _ in bands]) * room
        filled = np.diff(np.minimum(rules.baseline, np.concatenate([[0.0], tops])))
        return float(filled @ np.array([multiplier for _, multiplier in bands]))

    def effects(self) -> None:
        """3.3 and 3.4: no more is averted than cases avert, nor than can be avoided."""
        each, length = self.instance.periods_per_year, 1 / self.instance.periods_per_year
        change, total = self.effective_change(), len(self.diverted)
        served = np.vstack([change, np.zeros((total - len(change), len(self.run.services)))])
        after = [f"{n} periods after the horizon" for n in range(1, total - len(change) + 1)]
        periods = [*self._by_period, *after]
        helpful, most, least, harmful = [], [], [], []
        for column, effect in enumerate(self.run.effects):
            at = self.run.services.index(effect[:2])
            averted = np.zeros(total)
            for lag, size in self.data.effects[effect].items():
                for late in range(lag * each, (lag + 1) * each):
                    averted[late:] += size * length / each * served[: total - late, at][: total]
            if not self.instance.terminal_value:
                averted = averted[: len(self.diverted)]
            most.append(averted)
            least.append(-length * self.opening_effective(*effect[:2]) * sum(self.data.effects[effect].values()))
            (harmful if min(self.data.effects[effect].values()) < 0 else helpful).append(column)
        reached = np.array(most).T.reshape(total, len(self.run.effects))
        for rule, columns, limit, kind in (
            ("moves averted by cases", helpful, reached, "at most"),
            ("moves caused by cases", harmful, reached, "equal"),
            ("moves averted undone", helpful, np.array(least), "at least"),
        ):
            names = (periods, [self.run.effects[c] for c in columns])
            limits = np.broadcast_to(limit, self.diverted.shape)[:, columns]
            value = self.diverted[:, columns]
            if kind == "at most":
                past = self._past_reach(columns)
                value, limits = np.where(past, 0.0, value), np.where(past, 0.0, limits)
            self._note(rule, "3.3", "children", value, limits, names, kind)
        self._avoidable(periods)

    def _past_reach(self, columns: Sequence[int]) -> NDArray[np.bool_]:
        """Periods after the horizon that no case inside it reaches: nothing is averted there."""
        each, last = self.instance.periods_per_year, self.instance.number_of_periods
        reach = [
            (max(self.data.effects[self.run.effects[c]]) + 1) * each - 1 for c in columns
        ]
        period = np.arange(1, len(self.diverted) + 1)[:, None]
        return period > last + np.array(reach)[None, :]

    def _avoidable(self, periods: list[str]) -> None:
        last, years = self.instance.number_of_periods, self.run.clock.years_of_periods
        moves = {y: (self.run.moves(y), self.run.exits(y)) for y in self.instance.horizon}
        named = dict.fromkeys((area, i, j) for area, _, i, j, _ in self.run.effects)
        averted = np.zeros((len(self.diverted), len(named)))
        limit = np.zeros_like(averted)
        for column, (area, i, j) in enumerate(named):
            row = self.run.states.index((area, i))
            same = [n for n, e in enumerate(self.run.effects) if (e[0], e[2], e[3]) == (area, i, j)]
            averted[:, column] = self.diverted[:, same].sum(axis=1)
            for n in range(len(self.diverted)):
                year = years[min(n, last - 1)]
                inner, out = moves[year]
                chance = (
                    inner[row, self.run.states.index((area, j))]
                    if (area, j) in self.data.states
                    else out[row]
                )
                share = self.data.avoidable.get((area, i, j, year), 0.0)
                limit[n, column] = share * chance * self.children[min(n, last), row]
        self._note("avoidable share", "3.4", "children", averted, limit, (periods, list(named)))

    def places(self) -> None:
        """3.6: a place for every child, given up no faster than can be."""
        names = (self._by_period, self.run.states)
        kept = 1 - np.minimum(
            1.0, self.run.state_values("release_per_year") / self.instance.periods_per_year
        )
        needed = (self.children[:-1] + self.children[1:]) / 2
        self._note("places for every child", "3.6", "children", self.placed[1:], needed, names, "at least")
        self._note("places kept", "3.6", "children", self.placed[1:], kept * self.placed[:-1], names, "at least")

    @cached_property
    def _years(self) -> list[str]:
        return [str(year) for year in self.instance.horizon]

    @cached_property
    def item_spend(self) -> dict[tuple[str, str], Floats]:
        """£ by year of each (area, state or service), worked out from places and levels."""
        states = self.run.state_spend(self.placed)
        services = self.run.service_spend(self.level, self.expansion, self.contraction)
        spend = {key: states[:, n] for n, key in enumerate(self.run.states)}
        return spend | {key: services[:, n] for n, key in enumerate(self.run.services)}

    @cached_property
    def tier_spend(self) -> dict[tuple[str, str], Floats]:
        """£ by year of each (area, tier), worked out the same way."""
        return self.run.tier_spend(
            np.array([self.item_spend[key] for key in self.run.states]).T,
            np.array([self.item_spend[key] for key in self.run.services]).T.reshape(
                self.instance.years, -1
            ),
        )

    def _by_years(self, table: str, column: str, keys: list[str]) -> dict[tuple[str, ...], Floats]:
        found: dict[tuple[str, ...], Floats] = {}
        for key, part in self.tables[table].groupby(keys, sort=False):
            by_year = dict(zip(part["year"].astype(int), part[column].astype(float), strict=True))
            found[tuple(key)] = np.array([by_year.get(y, np.nan) for y in self.instance.horizon])
        return found

    def money(self) -> None:
        """3.7 and 3.8: what is spent is what it costs, paid by funds that may and can, in limits."""
        stated = self._by_years("spend", "spend", ["area", "tier"])
        drawn = self._by_years("drawn", "drawn", ["fund", "owner", "area", "tier"])
        paid = {key: np.zeros(self.instance.years) for key in self.tier_spend}
        missing = np.full(self.instance.years, np.nan)
        for (_, _, area, tier), amounts in drawn.items():
            paid[area, tier] = paid[area, tier] + amounts
        for key, cost in self.tier_spend.items():
            names = (self._years, [key])
            spent = stated.get(key, missing)[:, None]
            self._note("spend of a tier", "3.7", "£", spent, cost[:, None], names, "equal")
            self._note("spend is funded", "3.8", "£", paid[key][:, None], cost[:, None], names, "equal")
        for key, amounts in drawn.items():
            fund = self.data.accounts[key[0], key[1]]
            allowed = np.full(self.instance.years, key[3] in fund.tiers.get(key[2], ()))
            if fund.window_only:
                allowed &= self.in_window
            most = np.where(allowed, np.inf, 0.0)[:, None]
            names = (self._years, [key])
            self._note("a fund pays for its tiers and in its years", "3.8", "£", amounts[:, None], most, names)
            self._note("draws are not negative", "3.8", "£", amounts[:, None], 0.0, names, "at least")
        self._accounts(drawn)
        self._limits()

    def _accounts(self, drawn: Mapping[tuple[str, ...], Floats]) -> None:
        unspent = self._by_years("funds", "unspent", ["fund", "owner"])
        for (name, owner), fund in self.data.accounts.items():
            amounts = np.array([self.data.budgets[name, owner, y] for y in self.instance.horizon])
            taken = sum((v for k, v in drawn.items() if k[:2] == (name, owner)), amounts * 0.0)
            left = unspent.get((name, owner), amounts * np.nan)
            carried = fund.carry_forward * np.concatenate([[0.0], left[:-1]])
            names = (self._years, [(name, owner)])
            self._note("fund balance", "3.8", "£", left[:, None], (amounts + carried - taken)[:, None], names, "equal")
            self._note("a fund is not overdrawn", "3.8", "£", left[:, None], 0.0, names, "at least")

    def _limits(self) -> None:
        for limits, kind in ((self.data.floors, "at least"), (self.data.ceilings, "at most")):
            for (owner, item, year), bound in limits.items():
                at = year - self.instance.first_year
                spent = sum(self._spend_on(area, item)[at] for area in owner_areas(self.instance, owner))
                self._note(f"limit on spend ({kind})", "3.8", "£", spent, bound, ([year], [(owner, item)]), kind)

    def _spend_on(self, area: str, item: str) -> Floats:
        tiers = TIERS if item == TOTAL else (item,)
        if item in (*TIERS, TOTAL):
            return np.sum([self.tier_spend[area, tier] for tier in tiers], axis=0)
        return self.item_spend.get((area, item), np.zeros(self.instance.years))

    def _all_areas(self, tiers: Sequence[str]) -> Floats:
        return np.sum([self.tier_spend[a, g] for a in self.instance.areas for g in tiers], axis=0)

    def _opening_cost(self, tiers: Sequence[str]) -> Floats:
        """Opening stocks and baseline levels of the tiers at each year's prices, £."""
        total = np.zeros(self.instance.years)
        for keys, parts, count in (
            (self.run.states, self.data.states, "opening"),
            (self.run.services, self.data.services, "baseline"),
        ):
            prices = self.run.prices(keys)
            for n, key in enumerate(keys):
                part = parts[key]  # type: ignore[index]
                if part.tier in tiers:
                    total += part.unit_cost * getattr(part, count) * prices[:, n]
        return total

    def double_investment(self) -> None:
        """3.9: in the window both are funded; after it savings go back into prevention."""
        settings, share = self.instance.double_investment, self.instance.reinvestment_share
        statutory, prevention = self._all_areas(["statutory"]), self._all_areas(PREVENTION_TIERS)
        names = (self._years, ["all areas"])
        if settings is not None:
            protected = settings.protect_statutory * self._opening_cost(["statutory"])
            least = np.where(self.in_window, protected, 0.0)[:, None]
            self._note("statutory spend protected", "3.9", "£", statutory[:, None], least, names, "at least")
        if settings is not None and settings.prevention_uplift > 0:
            asked = (1 + settings.prevention_uplift) * self._opening_cost(PREVENTION_TIERS)
            least = np.where(self.in_window, asked, 0.0)[:, None]
            self._note("prevention uplift", "3.9", "£", prevention[:, None], least, names, "at least")
        if share > 0:
            unchanged = baseline(self.instance).spend
            before = np.sum([unchanged[a, "statutory"] for a in self.instance.areas], axis=0)
            asked = self._opening_cost(PREVENTION_TIERS) + share * (before - statutory)
            least = np.where(self.after_window, asked, -np.inf)[:, None]
            self._note("savings reinvested", "3.9", "£", prevention[:, None], least, names, "at least")

    def targets(self) -> None:
        """3.10: children in care at each year's end."""
        care = self.run.children_in_care(self.children)
        for (owner, year), most in self.data.targets.items():
            at = year - self.instance.first_year
            there = sum(care[area][at] for area in owner_areas(self.instance, owner))
            self._note("target", "3.10", "children", there, most, ([year], [owner]))

    def objective(self, objective: float, terminal_value: float) -> None:
        """3.11: the present value of what is spent and of what is left behind."""
        after = self.diverted[self.instance.number_of_periods :]
        left = self.run.terminal_value(self.children[-1], after)
        spent = float(self.run.discount() @ self._all_areas(TIERS))
        self._note("terminal value", "3.11", "£", terminal_value, left, (["the end"], ["all areas"]), "equal")
        self._note("objective", "3.11", "£", objective, spent + left, (["the plan"], ["all areas"]), "equal")

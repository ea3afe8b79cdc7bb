"""An instance: settings and typed rows, frozen, with a hash of what they say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import astuple, dataclass, field, fields, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from allocator.instance.schema import ALL, CONTINUOUS, LATER_TABLES, PERIOD, TABLES

if TYPE_CHECKING:
    import pandas as pd

    from allocator.instance.resolved import Resolved

Window = tuple[int, int]  # first year and number of years of a double investment

T = TypeVar("T")

_NOT_ARITHMETIC: Final = frozenset({"label", "group", "source", "note"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.  ``values`` holds typed cells; a blank cell is absent."""

    table: str
    number: int
    file: str
    values: Mapping[str, Any]

    def __getitem__(self, column: str) -> Any:
        """The cell, or the column's default where the cell is blank.

        None where the default depends on other cells (see the schema).
        """
        if column in self.values:
            return self.values[column]
        return TABLES[self.table].when_blank[column]


@dataclass(frozen=True, slots=True)
class DoubleInvestment:
    """Settings of the double-investment period.  ``starts`` is None for any year."""

    longest: int = 3
    starts: tuple[int, ...] | None = None
    protect_statutory: float = 1.0
    prevention_uplift: float = 0.0


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What a plan is charged that misses a target, or spends beyond its funds; None: it may not.

    ``excess_price`` is £ per child above a target at a year's end, ``overspend_price`` £ on top
    of each £ of statutory spend beyond the funds.
    """

    excess_price: float | None = None
    overspend_price: float | None = None


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """How a plan is made where the future is not known: MODEL.md 3.15.

    ``decide`` is years settled before it shows which scenario comes; ``risk_weight`` goes from 0,
    the expected cost, to 1, the CVaR at ``risk_level``.
    """

    decide: int = 2
    risk_weight: float = 0.0
    risk_level: float = 0.9


@dataclass(frozen=True)
class Instance:
    """One planning problem, as its author wrote it.

    Money is in pounds at ``price_base``, counts are children or cases, rates are per year,
    years are financial years named by the year in which they begin.
    ``resolved`` gives the same data by area and year, with every default filled in.
    """

    name: str
    first_year: int
    years: int
    title: str = ""
    question: str = ""
    periods_per_year: int = 1
    discount_rate: float = 0.035
    price_base: str = ""
    terminal_value: bool = True
    double_investment: DoubleInvestment | None = None
    reinvestment_share: float = 0.0
    timing: str = PERIOD
    shortfall: Shortfall = Shortfall()
    uncertainty: Uncertainty = Uncertainty()
    benefit_weight: float = 0.0
    remarks: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Freeze the tables, all of them present, and name the price base."""
        tables = {name: tuple(self.tables.get(name, ())) for name in TABLES}
        object.__setattr__(self, "tables", MappingProxyType(tables))
        object.__setattr__(self, "remarks", MappingProxyType(dict(self.remarks)))
        if not self.price_base:
            object.__setattr__(self, "price_base", financial_year(self.first_year))

    def __repr__(self) -> str:
        """One line: its name, years and areas."""
        areas = f", {len(self.areas)} areas" if self.has_areas else ""
        years = f"{financial_year(self.first_year)} to {financial_year(self.last_year)}"
        return f"<Instance {self.name}: {years}{areas}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Sent to another process as it was written; what is worked out from it is not."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        values |= {"tables": dict(self.tables), "remarks": dict(self.remarks)}
        return _restored, (values,)

    @property
    def horizon(self) -> range:
        """Years of the plan."""
        return range(self.first_year, self.first_year + self.years)

    @property
    def last_year(self) -> int:
        """Closing year of the plan."""
        return self.first_year + self.years - 1

    @property
    def is_continuous(self) -> bool:
        """Whether rates mean what they say whatever the periods are."""
        return self.timing == CONTINUOUS

    @property
    def number_of_periods(self) -> int:
        """Periods in the plan."""
        return self.years * self.periods_per_year

    @cached_property
    def areas(self) -> tuple[str, ...]:
        """Names of the areas; the instance's own name where it has no areas table."""
        return tuple(row["area"] for row in self.tables["areas"]) or (self.name,)

    @property
    def has_areas(self) -> bool:
        """Whether the instance lists areas."""
        return bool(self.tables["areas"])

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        """Every admissible double-investment window, shorter first, then earlier."""
        settings = self.double_investment
        if settings is None:
            return ()
        starts = self.horizon if settings.starts is None else sorted(set(settings.starts))
        return tuple(
            (start, length)
            for length in range(1, settings.longest + 1)
            for start in starts
            if start >= self.first_year and start + length - 1 <= self.last_year
        )

    def once(self, what: Hashable, work: Callable[[], T]) -> T:
        """What is worked out of it when it is first asked for, and kept for all who ask."""
        if what not in self._worked_out:
            self._worked_out[what] = work()
        result: T = self._worked_out[what]
        return result

    @cached_property
    def _worked_out(self) -> dict[Hashable, Any]:
        return {}

    @cached_property
    def resolved(self) -> Resolved:
        """The tables by area and year, every default filled in."""
        from allocator.instance.resolved import Resolved

        return Resolved.of(self)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of what the arithmetic uses; the order of rows, labels and notes do not count."""
        text = json.dumps(self._canonical(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def _canonical(self) -> dict[str, Any]:
        window = self.double_investment
        rows = {
            name: sorted(
                json.dumps(
                    {k: v for k, v in row.values.items() if k not in _NOT_ARITHMETIC},
                    sort_keys=True,
                )
                for row in rows
            )
            for name, rows in self.tables.items()
            if rows or name not in LATER_TABLES
        }
        return {
            "name": self.name,
            "first_year": self.first_year,
            "years": self.years,
            "periods_per_year": self.periods_per_year,
            "discount_rate": self.discount_rate,
            "terminal_value": self.terminal_value,
            "double_investment": None
            if window is None
            else [
                window.longest,
                window.starts,
                window.protect_statutory,
                window.prevention_uplift,
            ],
            "reinvestment_share": self.reinvestment_share,
            "tables": rows,
            **self._later_settings(),
        }

    def _later_settings(self) -> dict[str, Any]:
        """Settings that the format gained: at their defaults an instance hashes as it did."""
        prices = (self.shortfall.excess_price, self.shortfall.overspend_price)
        priced = any(price is not None for price in prices)
        futures = self.uncertainty
        known = futures == Uncertainty()
        return {
            **({} if known else {"uncertainty": astuple(futures)}),
            **({"timing": self.timing} if self.timing != PERIOD else {}),
            **({"shortfall": list(prices)} if priced else {}),
            **({"benefit_weight": self.benefit_weight} if self.benefit_weight else {}),
        }

    def frame(self, table: str) -> pd.DataFrame:
        """A copy of one table as written, as a pandas frame (blank cells missing)."""
        import pandas as pd

        columns = TABLES[table].names
        rows = [{c: row.values.get(c) for c in columns} for row in self.tables[table]]
        return pd.DataFrame(rows, columns=list(columns))

    def with_rows(self, table: str, rows: Iterable[Mapping[str, Any]]) -> Instance:
        """The same instance with more rows in one table; values must have the schema's types."""
        more = tuple(
            Row(table, len(self.tables[table]) + 2 + n, f"{table} (added)", dict(values))
            for n, values in enumerate(rows)
        )
        return replace(self, tables={**self.tables, table: self.tables[table] + more})

    def label(self, table: str, name: str) -> str:
        """How readers are shown an area, state, service or fund."""
        return self.once(("labels", table), lambda: self._labels(table)).get(name, name)

    def _labels(self, table: str) -> dict[str, str]:
        key = TABLES[table].columns[0 if table == "areas" else 1].name
        rows = reversed(self.tables[table])  # the first of a name says it
        return {row[key]: str(row["label"]) for row in rows if row["label"]}


def _restored(values: dict[str, Any]) -> Instance:
    return Instance(**values)


def window_facts(window: Window | None) -> dict[str, int] | None:
    """A double-investment window as JSON has it; None for none."""
    return None if window is None else {"first_year": window[0], "years": window[1]}


def financial_year(year: int) -> str:
    """2016 as 2016-17."""
    return f"{year}-{(year + 1) % 100:02d}"


def owner_areas(instance: Instance, owner: str) -> tuple[str, ...]:
    """Areas that an owner of a budget, limit or target stands for: one area, or ``all``."""
    return instance.areas if owner == ALL else (owner,)

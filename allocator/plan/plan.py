"""A plan: what was asked, what was found, tidy tables of it, and the facts that people quote.

Frozen.  Money is in pounds at the instance's price base and, unless it says present value,
undiscounted.  Section 4 of the specification says what a plan reports.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from allocator.audit import Audit
from allocator.errors import NoPlanError
from allocator.instance import Instance, Window
from allocator.instance.schema import ALL, PREVENTION_TIERS
from allocator.plan.cash import CashPosition
from allocator.plan.facts import plan_facts
from allocator.plan.windows import WindowOutcome
from allocator.program.certificate import Certificate
from allocator.showing import NOTEBOOK
from allocator.table import Table, Tables
from allocator.vocabulary import TARGET
from formulations import FORMULATIONS

if TYPE_CHECKING:
    import pandas as pd


# Tables of what a plan falls short by, and whose it is there.
SHORT: Final = {"excess": "owner", "overspent": "area"}

# Why a plan has no table of the tightest inputs: not asked; its program too large to be solved
# again so often; no time left; the solver failed; targets and funds leave no room; no input is
# near.
Untold = Literal["not asked", "large", "late", "failed", "no room", "far"]


@dataclass(frozen=True, eq=False)
class Plan:
    """See the module.  ``tables`` holds the baseline alone where there is no plan.

    ``branch_and_bound`` holds objective, bound (£), gap and nodes where it chose the window.
    ``untold`` is why there is no table ``tightest``, where there is none; it is not saved.
    """

    instance: Instance
    formulation: str
    solver: str
    status: str
    objective: float | None
    terminal_value: float | None
    baseline_terminal_value: float
    window: Window | None
    windows: tuple[WindowOutcome, ...]
    tables: Mapping[str, pd.DataFrame]
    certificate: Certificate | None
    audit: Audit | None
    branch_and_bound: Mapping[str, float] | None = None
    log: str = field(default="", repr=False)
    untold: Untold = "not asked"

    @property
    def found(self) -> bool:
        """Whether there is a plan."""
        return self.status == "optimal"

    @property
    def aims_at_targets(self) -> bool:
        """Whether the plan undertakes to meet the targets, or only goes as far as the funds do."""
        return FORMULATIONS[self.formulation].aims_at_targets

    @property
    def theta(self) -> float | None:
        """The least share by which an area has fewer children in care at the end than unchanged.

        None but where the formulation makes that share every area's.  MODEL.md 3.16
        """
        if not (self.found and FORMULATIONS[self.formulation].is_fair):
            return None
        table = self.table("years").only("year", self.instance.last_year)
        table = table.where(table.numbers("baseline_children_in_care") > 0)
        kept = table.numbers("children_in_care") / table.numbers("baseline_children_in_care")
        return 1.0 - float(kept.max())

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", Tables.of(self.tables))

    def __repr__(self) -> str:
        """One line: of what it is a plan, and how it ended."""
        return f"<Plan {self.instance.name}: {self.formulation}, {self.status}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """How a notebook shows a plan: table and chart, or the summary where there is no HTML."""
        return dict(NOTEBOOK[-1](self))

    def years(self, area: str | None = None) -> pd.DataFrame:
        """By year: children in care, spend by tier, and the baseline's; an area's, or all."""
        import pandas as pd

        years = self.yearly(area)
        index = pd.Index(next(iter(years.values())).keys(), name="year")
        return pd.DataFrame({name: [*by.values()] for name, by in years.items()}, index=index)

    def yearly(self, area: str | None = None) -> dict[str, dict[int, float]]:
        """What ``years`` has, by column and year."""
        table = self._of(self.table("years"), area)
        names = [name for name in table.names if name not in ("area", "year")]
        summed = {int(key[0]): amounts for key, amounts in table.sums(["year"], *names).items()}
        years = sorted(summed)
        columns = {name: {y: summed[y][n] for y in years} for n, name in enumerate(names)}
        if self.found:
            net = {y: columns["baseline_total"][y] - columns["total"][y] for y in years}
            columns["net"] = net
            columns["cumulative"] = dict(zip(years, accumulate(net.values()), strict=True))
        return columns

    @staticmethod
    def _of(table: Table, area: str | None) -> Table:
        """The rows of an area; all without one."""
        return table if area is None else table.only("area", area)

    def table(self, name: str) -> Table:
        """A table's columns; KeyError where there is none of that name."""
        return Tables.of(self.tables).table(name)

    def _decided(self, table: str) -> Table:
        self._check_found()
        return self.table(table)

    def decided(self, table: str) -> pd.DataFrame:
        """A table of what was decided; NoPlanError where there is no plan to have decided it."""
        self._check_found()
        return self.tables[table]

    def _check_found(self) -> None:
        if not self.found:
            raise NoPlanError(
                f"{self.instance.name} has no plan, so there is nothing of this kind to tell; "
                "see plan.found, and allocator explain for why"
            )

    def cash(self, area: str | None = None) -> CashPosition:
        """The position against the baseline of an area, or of all; NoPlanError without a plan."""
        self._check_found()
        years = self.yearly(area)
        return CashPosition(years["net"], sum(years["baseline_total"].values()))

    @property
    def npv_in_horizon(self) -> float:
        """Present value of the saving against the baseline in the years of the plan, £."""
        rate = self.instance.discount_rate
        return sum(
            net / (1 + rate) ** (year - self.instance.first_year)
            for year, net in self.cash().net.items()
        )

    @property
    def npv(self) -> float:
        """The same with what the closing year leaves behind, £."""
        return self.npv_in_horizon + self.baseline_terminal_value - (self.terminal_value or 0.0)

    @property
    def cost(self) -> float | None:
        """£ at present value of spend and of what comes after, without charges or benefits."""
        if not self.found:
            return None
        spend = self.table("spend")
        years = self.instance.first_year - spend.numbers("year")
        factor = (1 + self.instance.discount_rate) ** years
        return float(np.sum(spend.numbers("spend") * factor)) + (self.terminal_value or 0.0)

    def shortfall(self, area: str | None = None) -> dict[str, dict[int, float]] | None:
        """Children above targets at each year's end, and £ beyond the funds; None: not allowed.

        Of an area's own targets and funds, or of all; a child above two targets counts twice, as
        it is charged.
        """
        if not SHORT.keys() & self.tables.keys():
            return None
        short = {name: dict.fromkeys(self.instance.horizon, 0.0) for name in SHORT}
        for name, whose in SHORT.items():
            if name not in self.tables:
                continue
            table = self.table(name)
            own = table if area is None else table.only(whose, area)
            for year, amount in own.keys(["year", name]):
                short[name][int(year)] += float(amount)
        return short

    def wider_benefits(
        self, area: str | None = None, by: str = "to_whom"
    ) -> dict[str, float] | None:
        """£ of good done to others at present value against the baseline, unweighted.

        By ``to_whom`` or by ``kind``, of one area or of all; None where no benefit is listed.
        """
        if "benefits" not in self.tables:
            return None
        own = self._of(self.table("benefits"), area)
        summed = own.sums([by], "benefit", "baseline_benefit")
        return {str(name): planned - before for (name,), (planned, before) in summed.items()}

    def benefit_cost_ratios(self, area: str | None = None) -> dict[str, dict[str, float]] | None:
        """By kind, £ of good done to others for each £1 more of early help and edge-of-care work.

        At present value, in the years of the plan, against the baseline: ``plain``, and
        ``corrected`` for optimism.  None where no benefit is listed, or no more is spent so.
        """
        if "benefits" not in self.tables:
            return None
        years, invested = self.yearly(area), 0.0
        for n, y in enumerate(years["total"]):
            more = sum(years[t][y] - years[f"baseline_{t}"][y] for t in PREVENTION_TIERS)
            invested += more / (1 + self.instance.discount_rate) ** n
        if invested <= CashPosition({}, sum(years["baseline_total"].values())).tolerance:
            return None
        own = self._of(self.table("benefits"), area)
        plain = own.numbers("benefit") - own.numbers("baseline_benefit")
        summed = own.assign(plain=plain).sums(["kind"], "plain", "corrected")
        return {
            str(kind): {"plain": plain / invested, "corrected": corrected / invested}
            for (kind,), (plain, corrected) in summed.items()
        }

    def staff(self, area: str | None = None) -> dict[str, dict[str, Any]] | None:
        """FTE, hires and cases per FTE by role and year; None where the instance has no roles."""
        from allocator.plan.staff import staff_facts

        if "staff" not in self.tables:
            return None
        return staff_facts(self._of(self.table("staff"), area), self.instance.periods_per_year)

    def target_price(self, owner: str = ALL) -> dict[int, float]:
        """£ at present value per child more in the target, by year; of one area or of all."""
        prices = self._decided("prices").only("owner", owner).only("constraint", TARGET)
        worth = dict(zip(prices["year"], prices.numbers("price").tolist(), strict=True))
        named = [y for o, y in self.instance.resolved.targets if o == owner]
        return {year: worth.get(year, 0.0) for year in named}

    def levels(self, area: str | None = None) -> dict[str, dict[int, float]]:
        """Cases per year at each year end, by service."""
        table = self._of(self._decided("services"), area)
        table = table.where(table.numbers("period") % self.instance.periods_per_year == 0)
        levels: dict[str, dict[int, float]] = {}
        for (service, year), (level,) in table.sums(["service", "year"], "level").items():
            levels.setdefault(service, {})[int(year)] = level
        return levels

    def funds(self) -> dict[str, dict[str, dict[str, float]]]:
        """£ by fund and year: given, brought forward, drawn, left, lapsed; balances added up."""
        columns = ["amount", "brought_forward", "drawn", "unspent", "lapsed"]
        facts: dict[str, dict[str, dict[str, float]]] = {}
        summed = self._decided("funds").sums(["fund", "year"], *columns)
        for (fund, year), amounts in summed.items():
            by_year = facts.setdefault(str(fund), {})
            by_year[str(year)] = dict(zip(columns, amounts, strict=True))
        return facts

    @cached_property
    def one_off(self) -> dict[int, float]:
        """£ drawn by year from the funds that pay in a window alone: what a bid has to name."""
        accounts, needed = self.instance.resolved.accounts, dict[int, float]()
        drawn_by = self._decided("funds").keys(["fund", "owner", "year", "drawn"])
        for fund, owner, year, drawn in drawn_by:
            if accounts[fund, owner].window_only:
                needed[int(year)] = needed.get(int(year), 0.0) + float(drawn)
        return {year: amount for year, amount in needed.items() if amount > 0.5}

    def to_dict(self) -> dict[str, Any]:
        """All of the facts, as ``solve --json`` prints them."""
        return plan_facts(self)

"""Random instances that between them use everything MODEL.md has, each from a seed.

Numbers are of the size that councils have.  Budgets and targets are set against the
baseline, so that most instances have a plan and none of them is idle.  From ``CONTINUOUS`` on
rates are continuous, and targets may be per 10,000 and be missed, or funds overspent, at a price.
From ``EVERYTHING`` on there may be staff, drivers and benefits too, by either timing.
"""

from __future__ import annotations

from functools import cache
from random import Random

from allocator.plan.plan import Plan
from allocator.solving.solve import solve
from tests.model.cases import Case, Row
from tests.model.random_need import write_benefits, write_drivers, write_staff
from tests.model.reference import Program
from tests.model.reference_data import POUNDS, PREVENTION, TIERS, Data, number

STATES = ("need", "plan", "foster", "home")
CARE = ("foster", "home")
CONTINUOUS = 100  # the first seed of those with continuous timing
EVERYTHING = 200  # the first seed of those with staff, drivers and benefits


@cache
def random_case(seed: int) -> Case:
    """An instance that passes its checks."""
    return Author(seed).case()


@cache
def random_data(seed: int) -> Data:
    """Its tables as the second implementation reads them."""
    return Data(random_case(seed))


@cache
def random_plan(seed: int) -> Plan:
    """Its cheapest plan, every window solved."""
    return solve(random_case(seed).instance())


class Author:
    """Writes one instance; ``chance`` decides which features it has."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.seed = seed
        self.areas = self.random.choice([[], [], ["north", "south"]])
        self.states = [s for s in STATES if s != "plan" or self.chance(0.4)]
        self.years = self.random.choice([2, 3, 4])
        self.m = self.random.choice([1, 1, 2, 4, 4, 12] if self.years < 4 else [1, 2, 4])
        self.first = 2020
        self.tables: dict[str, list[Row]] = {}

    def chance(self, p: float) -> bool:
        return self.random.random() < p

    def between(self, low: float, high: float, digits: int = 3) -> str:
        return f"{self.random.uniform(low, high):.{digits}f}"

    def later(self) -> str:
        return str(self.random.randrange(self.first + 1, self.first + self.years))

    def add(self, table: str, **cells: object) -> None:
        row = {k.rstrip("_"): "" if v is None else str(v) for k, v in cells.items()}
        self.tables.setdefault(table, []).append(row)

    def for_areas(self, p: float = 0.3) -> list[str]:
        """A blank row, and now and then one of an area's own that takes its place."""
        return ["", *(a for a in self.areas if self.chance(p))]

    def case(self) -> Case:
        settings = {
            "instance": {
                "name": f"random-{self.seed}",
                "first_year": self.first,
                "years": self.years,
                "periods_per_year": self.m,
                "discount_rate": self.random.choice([0.0, 0.035, 0.06]),
                "terminal_value": self.chance(0.6),
            }
        }
        if self.seed >= CONTINUOUS:
            settings["instance"]["timing"] = self.timing()
            settings["shortfall"] = self.shortfall()
        for area in self.areas:
            size = self.random.choice([20_000, 35_000]) if self.seed >= CONTINUOUS else ""
            self.add("areas", area=area, children=size)
        self.write_states()
        self.write_transitions()
        self.write_arrivals()
        self.write_services()
        self.write_prices()
        if self.seed >= EVERYTHING:
            settings["wider_benefits"] = self.write_need(Case(settings, self.tables))
        if self.chance(0.5):
            settings["double_investment"] = self.double_investment()
        if self.chance(0.3):
            settings["reinvestment"] = {"share": self.random.choice([0.2, 0.5, 1.0])}
        case = Case(settings, self.tables)
        self.write_money(case, "double_investment" in settings)
        self.write_limits(case)
        self.write_targets(case)
        return case

    def timing(self) -> str:
        """Continuous; of those with everything some are not."""
        return "period" if self.seed >= EVERYTHING and self.chance(0.3) else "continuous"

    def write_need(self, case: Case) -> dict[str, object]:
        """Drivers, staff and benefits, each by chance; the weight of the last."""
        if self.chance(0.6):
            write_drivers(self)
        if self.chance(0.75):
            write_staff(self, case)
        if not self.chance(0.6):
            return {}
        write_benefits(self)
        return {"weight": self.random.choice([0.0, 0.3, 1.0])}

    def shortfall(self) -> dict[str, object]:
        """Prices of both kinds, of one, or of none."""
        excess, overspend = self.random.choice([20e3, 150e3]), self.random.choice([0.1, 0.5, 5.0])
        prices = {"excess_price": excess, "overspend_price": overspend}
        return {name: price for name, price in prices.items() if self.chance(0.5)}

    def double_investment(self) -> dict[str, object]:
        settings: dict[str, object] = {"longest": self.random.choice([1, 2, 3])}
        if self.chance(0.5):
            settings["starts"] = self.random.sample(
                range(self.first, self.first + self.years), k=self.random.choice([1, 2])
            )
            settings["longest"] = 1 if self.years == 2 else settings["longest"]
            settings["starts"] = [min(settings["starts"])]
        settings["protect_statutory"] = self.random.choice([0.8, 0.95, 0.99, 1.0])
        if self.chance(0.6):
            settings["prevention_uplift"] = self.random.choice([0.1, 0.3, 0.6])
        return settings

    def write_states(self) -> None:
        size = {"need": (1500, 3000), "plan": (200, 400), "foster": (300, 600), "home": (50, 100)}
        cost = {
            "need": (500, 4000),
            "plan": (3000, 7000),
            "foster": (25e3, 4e4),
            "home": (15e4, 3e5),
        }
        for state in self.states:
            for area in self.for_areas():
                self.add(
                    "states", area=area, state=state,
                    tier=self.random.choice(["statutory", ""]) if state != "need" else
                    self.random.choice(["statutory", "early_help"]),
                    in_care="yes" if state in CARE else "",
                    opening=round(self.random.uniform(*size[state])),
                    unit_cost=round(self.random.uniform(*cost[state])),
                    cashable_share=self.random.choice(["", "0.9", "0.6"]),
                    release_per_year=self.random.choice(["", "0.8", "0.25", "0"]),
                )  # fmt: skip

    def write_transitions(self) -> None:
        rates = {
            ("need", "exit"): (0.5, 0.9), ("need", "plan"): (0.1, 0.2),
            ("need", "foster"): (0.03, 0.08), ("need", "home"): (0.002, 0.006),
            ("plan", "need"): (0.4, 0.8), ("plan", "foster"): (0.1, 0.25),
            ("foster", "exit"): (0.25, 0.4), ("foster", "home"): (0.03, 0.06),
            ("home", "exit"): (0.2, 0.4), ("home", "foster"): (0.0, 0.1),
        }  # fmt: skip
        for (start, end), (low, high) in rates.items():
            if start not in self.states or end not in (*self.states, "exit"):
                continue
            for area in self.for_areas(0.2):
                years = ["", self.later()] if self.chance(0.3) else [""]
                for year in years:
                    self.add(
                        "transitions", area=area, from_=start, to=end, rate=self.between(low, high),
                        avoidable_share=self.between(0.1, 0.5, 2), year=year,
                    )  # fmt: skip
        for state in CARE:
            self.add("transitions", from_=state, to=state, avoidable_share=self.between(0.05, 0.3))

    def write_arrivals(self) -> None:
        for area in self.for_areas():
            for year in sorted({str(self.first), self.later()}):
                self.add(
                    "arrivals", area=area, state="need", year=year,
                    children=round(self.random.uniform(1500, 2800)),
                )  # fmt: skip
        if self.chance(0.3):
            self.add("arrivals", state="foster", year=self.later(), children=25)

    def write_services(self) -> None:
        """One service of each kind, some with bands, harm, lags, limits of every sort."""
        kinds = [
            ("hubs", "early_help", "need", 1200, 300),
            ("intensive", "edge_of_care", "need", 6000, 60),
            ("reunify", "statutory", "foster", 9000, 15),
        ]  # fmt: skip
        for service, tier, state, cost, baseline in kinds[: self.random.choice([1, 2, 3, 3])]:
            limited = self.chance(0.8)
            banded = limited and self.chance(0.5)
            start = self.later() if self.chance(0.2) else ""
            running = baseline if self.chance(0.7) else 0
            for area in self.for_areas(0.15):
                self.add(
                    "services", area=area, service=service, tier=tier, from_=state,
                    unit_cost=round(cost * self.random.uniform(0.7, 1.3)), baseline=running,
                    coverage=self.between(0.4, 0.8) if limited else "",
                    growth_per_year=self.random.choice(["", str(baseline * 2), str(baseline)]),
                    release_per_year=self.random.choice(["", "0.5", "0"]),
                    setup_cost=self.random.choice(["", "400", "1500"]),
                    exit_cost=self.random.choice(["", "200"]),
                    minimum=self.random.choice(["", "", str(running // 2)]) if not start else "",
                    maximum=self.random.choice(["", "", str(baseline * 3)]),
                    first_year=start,
                )  # fmt: skip
            self.write_effects(service, state)
            if banded:
                self.write_returns(service)

    def write_effects(self, service: str, state: str) -> None:
        choices = {
            "hubs": [("need", "foster", "", 0.02), ("need", "foster", "exit", 0.015),
                     ("need", "exit", "", -0.01), ("need", "home", "", 0.002)],
            "intensive": [("need", "foster", "", 0.15), ("need", "home", "foster", 0.03),
                          ("need", "foster", "exit", 0.1)],
            "reunify": [("foster", "foster", "exit", 0.2), ("foster", "foster", "need", 0.15),
                        ("foster", "home", "", 0.05), ("foster", "exit", "", -0.02)],
        }[service]  # fmt: skip
        kept = self.random.sample(choices, k=self.random.choice([1, 2]))
        for start, end, instead, effect in kept:
            lags = self.random.choice([[0], [0, 1], [1], [0, 2], [1, 2]])
            for lag in lags:
                size = effect * self.random.uniform(0.6, 1.2) / len(lags)
                for area in self.for_areas(0.15):
                    self.add(
                        "effects", area=area, service=service, from_=start, to=end, instead=instead,
                        lag_years=lag or self.random.choice(["", "0"]), effect=f"{size:.4f}",
                    )  # fmt: skip

    def write_returns(self, service: str) -> None:
        for area in self.for_areas(0.15):
            first = self.random.choice(["0.02", "0.1", "0.4"])
            for up_to, multiplier in ((first, "1"), ("0.7", "0.6"), ("1", self.between(0, 0.3))):
                self.add("returns", area=area, service=service, up_to=up_to, multiplier=multiplier)

    def write_prices(self) -> None:
        if self.chance(0.5):
            for n in range(0, self.years, self.random.choice([1, 2])):
                self.add("prices", item="all", year=self.first + n, index=f"{1.02**n:.4f}")
        if self.chance(0.3):
            self.add("prices", item="home", year=self.later(), index="1.1")
        if self.chance(0.3):
            for area in self.for_areas():
                self.add("prices", area=area, item="hubs" if "services" in self.tables else "home",
                         year=self.first, index=self.between(0.9, 1.1))  # fmt: skip

    def write_money(self, case: Case, window: bool) -> None:
        data = Data(case)
        spend = {y: {g: data.baseline_spend([g], y) * POUNDS for g in TIERS} for y in data.years}
        ease = self.random.choice([1.0, 1.005, 1.01, 1.03, 1.1])
        ringfenced, apart = self.chance(0.6), bool(self.areas) and self.chance(0.5)
        core = self.random.choice(["", "all", "statutory"] if ringfenced else ["", "all"])
        carry = self.random.choice(["", "0.5", "1"])
        self.add("funds", fund="core", tiers=core, carry_forward=carry)
        for y in data.years:
            total = sum(spend[y].values()) * ease
            if apart:
                share = data.opening_cost(TIERS, y)
                for area in self.areas:
                    own = sum(
                        number(row, "unit_cost") * number(row, "opening") * data.price(a, s, y)
                        for (a, s), row in data.state.items()
                        if a == area
                    )
                    self.add("budgets", fund="core", area=area, year=y,
                             amount=round(total * own / share / POUNDS * 1.1))  # fmt: skip
            else:
                self.add("budgets", fund="core", year=y, amount=round(total))
        if ringfenced:
            self.add("funds", fund="grant", tiers=";".join(PREVENTION),
                     carry_forward=self.random.choice(["", "0.5", "1"]))  # fmt: skip
            for y in data.years:
                now = sum(spend[y][g] for g in PREVENTION) * self.random.uniform(0.9, 1.3)
                self.add("budgets", fund="grant", year=y, amount=round(now + 1e4))
        if window:
            self.add("funds", fund="transition", tiers="all", window_only="yes",
                     carry_forward=self.random.choice(["", "0.5", "1"]))  # fmt: skip
            for y in data.years:
                self.add("budgets", fund="transition", year=y,
                         amount=round(self.random.uniform(5e5, 4e6)))  # fmt: skip

    def write_limits(self, case: Case) -> None:
        data = Data(case)
        if not self.chance(0.6):
            return
        for _ in range(self.random.choice([1, 2])):
            named = dict.fromkeys(p for _, p in (*data.service, *data.role))
            tiers = ("total", "statutory", "edge_of_care")
            item = self.random.choice([*tiers, *self.states, *named])
            area = self.random.choice(["", *self.areas])
            year = self.random.choice(["", str(self.random.choice(data.years))])
            taken = {(r.get("area"), r["item"], r["year"]) for r in self.tables.get("limits", [])}
            if (area, item, year) in taken:
                continue
            now = self.item_cost(data, item, area)
            self.add(
                "limits", area=area, item=item, year=year,
                minimum=round(now * self.random.uniform(0.2, 0.7)) if self.chance(0.5) else "",
                maximum=round(now * self.random.uniform(1.2, 2) + 4e5),
            )  # fmt: skip

    def item_cost(self, data: Data, item: str, area: str) -> float:
        """Opening cost of an item, £."""
        rows = {**data.state, **data.service, **data.role}
        return sum(
            number(row, "unit_cost") * (number(row, "opening") + number(row, "baseline"))
            for (a, name), row in rows.items()
            if a == (area or a) and item in ("total", name, data.tier(row))
        )

    def write_targets(self, case: Case) -> None:
        """A target on the way from the baseline to the fewest that can be reached, or past it."""
        data = Data(case)
        n, _ = data.baseline()
        program = Program(data, targets=False).at(None)
        fewest = program.minimise(program.care_objective())
        there = data.baseline_in_care()[data.years[-1]]
        asked = there - self.random.choice([0.3, 0.6, 0.9, 0.9, 1.2]) * (there - (fewest or there))
        self.add("targets", year=data.years[-1], children=f"{asked:.3f}")
        if self.years > 2 and self.chance(0.5):
            at = data.baseline_in_care()[data.years[1]]
            self.add("targets", year=data.years[1], children=round(at * 1.001, 2))
        for area in self.areas if self.chance(0.5) else []:
            own = sum(n[area, i, data.horizon] for i in data.in_care(area))
            cells = {"children": round(own * 0.999, 2)}
            if self.seed >= CONTINUOUS and self.chance(0.5):
                here = next(r for r in self.tables["areas"] if r["area"] == area)
                cells = {"per_10000": round(own * 0.999 / number(here, "children") * 1e4, 4)}
            self.add("targets", area=area, year=data.years[-1], **cells)
